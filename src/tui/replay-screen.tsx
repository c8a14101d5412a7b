import { Box, Text, useApp, useWindowSize } from 'ink';
import { useMemo, useState } from 'react';
import type { StoredEvent } from '../../store/event-log.ts';
import type { Timeline } from '../views/timeline.ts';
import { Header } from './header.tsx';
import { Help } from './help.tsx';
import { type Over, Panels } from './panels.tsx';
import { useKeys } from './use-keys.ts';
import { moveCursor, useTreeCursor } from './use-tree-cursor.ts';

const KEYS = [
  ['← →', 'one event back, forward'],
  ['[ ]  PgUp PgDn', 'a hundred events'],
  [', .', 'to the last, the next stage or update'],
  ['g G  Home End', 'to the first, the last event'],
  ['/', 'to an event by its number, then Enter'],
  ['↑ ↓  j k', 'select a task, design or execution'],
  ['Enter  Backspace', 'open and close'],
  ['f', 'follow the task that is worked on'],
  ['d  o', 'designs; what the optimiser did'],
  ['q', 'leave'],
] as const;

interface Props {
  readonly run: string;
  readonly timeline: Timeline;
  readonly at: number;
}

/** Time travel over a stored run. */
export function ReplayScreen({ run, timeline, at }: Props) {
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const [seq, setSeq] = useState(Math.max(1, Math.min(timeline.count, at)));
  const [help, setHelp] = useState(false);
  const [over, setOver] = useState<Over | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const view = useMemo(() => timeline.viewAt(seq), [timeline, seq]);
  const [cursor, moved] = useTreeCursor(view.tree);
  const within = (to: number) => Math.max(1, Math.min(timeline.count, to));
  const go = (to: number) => setSeq(within(to));
  const step = (by: number) => setSeq((now) => within(now + by));
  const leap = (by: -1 | 1) => setSeq((now) => within(timeline.landmark(now, by)));
  const toggle = (panel: Over) => setOver((now) => (now === panel ? null : panel));
  useKeys((input, key) => {
    if (help) return setHelp(false);
    if (typed !== null) {
      if (key.return) {
        if (typed !== '') go(Number(typed));
        setTyped(null);
      } else if (key.escape) setTyped(null);
      else if (key.backspace || key.delete) setTyped(typed.slice(0, -1));
      else if (/^\d+$/.test(input)) setTyped((now) => (now ?? '') + input);
      return;
    }
    if (input === '?') setHelp(true);
    else if (input === 'd') toggle('designs');
    else if (input === 'o') toggle('optimiser');
    else if (input === 'q' || key.escape || (key.ctrl && input === 'c')) exit();
    else if (input === '/') setTyped('');
    else if (key.leftArrow) step(-1);
    else if (key.rightArrow) step(1);
    else if (input === '[' || key.pageUp) step(-100);
    else if (input === ']' || key.pageDown) step(100);
    else if (input === ',') leap(-1);
    else if (input === '.') leap(1);
    else if (input === 'g' || key.home) go(1);
    else if (input === 'G' || key.end) go(timeline.count);
    else if (moveCursor(cursor, input, key)) moved();
  });
  const event = timeline.eventAt(seq);
  if (help) return <Help title="troupe replay" keys={KEYS} width={columns} height={rows} />;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Header id={run} view={view} width={columns} note="REPLAY" />
      <Text wrap="truncate">{ruler(seq, timeline.count, columns)}</Text>
      <EventLines event={event} />
      <Panels view={view} cursor={cursor} over={over} width={columns} height={Math.max(4, rows - 8)} />
      <Text dimColor wrap="truncate">
        {typed === null
          ? '? help  q leave  ←→ event  [ ] 100  , . stage  g G ends  / jump  ↑↓ select  ⏎ open  d o panels'
          : `go to event: ${typed}▏ (1–${timeline.count}, Enter)`}
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
