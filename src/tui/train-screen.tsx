import { Box, useWindowSize } from 'ink';
import { useState, useSyncExternalStore } from 'react';
import { Header } from './header.tsx';
import { Help } from './help.tsx';
import type { LiveRun } from './live.ts';
import { Panels } from './panels.tsx';
import { Text } from './text.tsx';
import { useKeys } from './use-keys.ts';
import { changeLook, useLook } from './use-look.ts';

const KEYS = [
  ['↑ ↓  j k', 'select a task, design or execution'],
  ['→ ←  l h', 'open and close'],
  ['J K  PgDn PgUp', 'scroll the details'],
  ['t', 'tokens and their log-probabilities'],
  ['f', 'follow the task that is worked on'],
  ['d  o', 'designs; what the optimiser did'],
  ['p  space', 'pause and go on'],
  ['q  Ctrl-C', 'quit; the run can be resumed'],
  ['?', 'this help'],
] as const;

/** A training run as it goes. */
export function TrainScreen({ live }: { readonly live: LiveRun }) {
  useSyncExternalStore(
    (listener) => live.subscribe(listener),
    () => live.version(),
  );
  const { columns, rows } = useWindowSize();
  const [help, setHelp] = useState(false);
  const [quitting, setQuitting] = useState(false);
  const { view } = live;
  const [look, changed] = useLook(view.tree);
  const { cursor, scroll, tokens, over } = look;
  useKeys((input, key) => {
    if (help) return setHelp(false);
    if (input === '?') setHelp(true);
    else if (input === 'q' || (key.ctrl && input === 'c')) {
      setQuitting(true);
      live.quit();
    } else if (input === 'p' || input === ' ') {
      if (live.paused) live.resume();
      else live.pause();
    } else {
      if (key.rightArrow) cursor.enter();
      else if (key.leftArrow) cursor.leave();
      else if (key.pageDown) scroll.move(1);
      else if (key.pageUp) scroll.move(-1);
      else if (!changeLook(look, input, key)) return;
      changed();
    }
  });
  const note = quitting ? 'ending…' : live.paused ? '⏸ PAUSED' : '';
  if (help) return <Help title="troupe train" keys={KEYS} width={columns} height={rows} />;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Header id={live.id} view={view} width={columns} note={note} />
      <Box height={1} />
      <Panels
        view={view}
        cursor={cursor}
        details={live.details}
        scroll={scroll}
        tokens={tokens}
        over={over}
        width={columns}
        height={Math.max(4, rows - 5)}
      />
      <Text dimColor wrap="truncate">
        {`? help  q quit  p ${live.paused ? 'go on' : 'pause'}  ↑↓ select  → open  ← close  f ${cursor.following ? 'stop following' : 'follow'}  d designs  o optimiser`}
      </Text>
    </Box>
  );
}
