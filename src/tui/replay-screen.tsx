import { Box, useApp, useWindowSize } from 'ink';
import { useMemo, useState } from 'react';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { type Moment, resolveMoment } from '../runtime/address.ts';
import { Details } from '../views/details.ts';
import type { Timeline } from '../views/timeline.ts';
import { AddressPrompt } from './address-prompt.ts';
import { Header } from './header.tsx';
import { Help } from './help.tsx';
import { Panels } from './panels.tsx';
import { Text } from './text.tsx';
import { useKeys } from './use-keys.ts';
import { changeLook, useLook } from './use-look.ts';

const KEYS = [
  ['← →', 'one event back, forward'],
  ['[ ]  PgUp PgDn', 'a hundred events back, forward'],
  [', .', 'to the last, the next stage or update'],
  ['g G  Home End', 'to the first, the last event'],
  ['/', 'to an event or a place, as in "show"'],
  ['↑ ↓  j k', 'select a task, design or execution'],
  ['Enter  Backspace', 'open and close'],
  ['J K', 'scroll the details'],
  ['t', 'tokens and their log-probabilities'],
  ['f', 'follow the task that is worked on'],
  ['d  o', 'designs; what the optimiser did'],
  ['q', 'leave'],
] as const;

interface Props {
  readonly run: string;
  readonly reader: EventReader;
  readonly timeline: Timeline;
  /** Where to begin, and what to look at there. */
  readonly at: Moment;
}

/** Time travel over a stored run. */
export function ReplayScreen({ run, reader, timeline, at }: Props) {
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const [seq, setSeq] = useState(Math.max(1, Math.min(timeline.count, at.seq)));
  const [help, setHelp] = useState(false);
  const [prompt] = useState(() => new AddressPrompt());
  const [details] = useState(() => new Details(reader));
  const view = useMemo(() => timeline.viewAt(seq), [timeline, seq]);
  const [look, changed] = useLook(view.tree, at.place);
  const { cursor, scroll, tokens, over } = look;
  const within = (to: number) => Math.max(1, Math.min(timeline.count, to));
  const go = (to: number) => setSeq(within(to));
  const step = (by: number) => setSeq((now) => within(now + by));
  const leap = (by: -1 | 1) => setSeq((now) => within(timeline.landmark(now, by)));
  const jump = (address: string) => {
    const { seq: to, place } = resolveMoment(address, reader, run);
    if (place !== undefined) cursor.goTo(place);
    go(to);
  };
  /** What is pasted arrives at once, and is entered if it ends with a line break. */
  const type = (text: string) => {
    prompt.type(text);
    if (text.endsWith('\r')) prompt.enter(jump);
    changed();
  };
  useKeys((input, key) => {
    if (help) return setHelp(false);
    if (key.ctrl && input === 'c') return exit();
    if (prompt.text !== null) {
      if (key.return) prompt.enter(jump);
      else if (key.escape) prompt.close();
      else if (key.backspace || key.delete) prompt.erase();
      else if (!key.ctrl && !key.meta) type(input);
      return changed();
    }
    if (input === '?') setHelp(true);
    else if (input === 'q' || key.escape) exit();
    else if (input.startsWith('/')) {
      prompt.open();
      type(input.slice(1));
    } else if (key.leftArrow) step(-1);
    else if (key.rightArrow) step(1);
    else if (input === '[' || key.pageUp) step(-100);
    else if (input === ']' || key.pageDown) step(100);
    else if (input === ',') leap(-1);
    else if (input === '.') leap(1);
    else if (input === 'g' || key.home) go(1);
    else if (input === 'G' || key.end) go(timeline.count);
    else if (changeLook(look, input, key)) changed();
  });
  const event = timeline.eventAt(seq);
  if (help) return <Help title="troupe replay" keys={KEYS} width={columns} height={rows} />;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Header id={run} view={view} width={columns} note="REPLAY" />
      <Text wrap="truncate">{ruler(seq, timeline.count, columns)}</Text>
      <EventLines event={event} />
      <Panels
        view={view}
        cursor={cursor}
        details={details}
        scroll={scroll}
        tokens={tokens}
        over={over}
        width={columns}
        height={Math.max(4, rows - 8)}
      />
      <Text dimColor={prompt.refusal === ''} wrap="truncate">
        {prompt.text === null
          ? '? help  q leave  ←→ event  [ ] 100  , . stage  g G ends  / jump  ↑↓ select  ⏎ open  d o panels'
          : prompt.refusal ||
            `go to: ${prompt.text}▏ (event 1–${timeline.count}, step/3/task/1 or STREAM@VERSION; Enter)`}
      </Text>
    </Box>
  );
}

/** Where in the run the event is: `├────●──────┤ 1,234 of 56,789`. */
function ruler(seq: number, count: number, columns: number): string {
  const label = ` event ${seq.toLocaleString('en')} of ${count.toLocaleString('en')}`;
  const width = Math.max(4, columns - label.length - 2);
  const at = Math.round(((seq - 1) / Math.max(1, count - 1)) * (width - 1));
  return `├${'─'.repeat(at)}●${'─'.repeat(width - 1 - at)}┤${label}`;
}

/** The event itself: where it was written, its type, and its data on two lines. */
function EventLines({ event }: { readonly event: StoredEvent | undefined }) {
  const data = Object.entries(event?.data ?? {})
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('  ');
  return (
    <Box flexDirection="column" height={3}>
      <Text wrap="truncate">
        <Text bold>{event?.type ?? 'no events'}</Text>
        {event === undefined ? '' : `  ${event.stream}@${event.version}`}
      </Text>
      <Text wrap="truncate" dimColor>
        {data}
      </Text>
    </Box>
  );
}
