import { Box } from 'ink';
import { bar } from '../views/chart.ts';
import type { RunView } from '../views/run-view.ts';
import { activityOf, activityShare, stageBand } from '../views/stage-band.ts';
import { COLOURS } from './colours.ts';
import { Text } from './text.tsx';

interface Props {
  readonly id: string;
  readonly view: RunView;
  readonly width: number;
  /** What stands at the right end: paused, replay, … */
  readonly note: string;
}

/** Who and how fast, the band of stages, and what is going on right now. */
export function Header({ id, view, width, note }: Props) {
  const seconds = Math.max(0, (view.lastTime - view.firstTime) / 1000);
  const sampling = view.samplingTime / 1000;
  const rate = (count: number) => (sampling < 0.2 ? '–' : Math.round(count / sampling).toLocaleString('en'));
  const facts = [
    `${view.preset} seed ${view.seed}`,
    clock(seconds),
    view.version === '' ? 'untrained' : `policy ${view.version.slice(0, 8)}`,
    `${view.events.toLocaleString('en')} events`,
    `${view.calls.toLocaleString('en')} calls (${rate(view.sampledCalls)}/s, ${rate(view.sampledTokens)} tokens/s)`,
  ];
  const barWidth = Math.max(8, Math.min(30, width - 60));
  return (
    <Box flexDirection="column" flexShrink={0}>
      <Box justifyContent="space-between">
        <Text wrap="truncate">
          <Text bold>troupe {id}</Text>
          <Text dimColor>{`  ${facts.join('  ')}`}</Text>
        </Text>
        <Box flexShrink={0}>
          <Text bold>{note === '' ? '' : ` ${note}`}</Text>
        </Box>
      </Box>
      <Text wrap="truncate">
        {stageBand(view).map(({ text, kind, state }, index) => (
          <Text
            // The band's cells never change places.
            key={`${index}-${kind}`}
            color={COLOURS[kind]}
            inverse={state === 'now'}
            bold={state === 'now'}
            dimColor={state === 'future'}
          >
            {text}
          </Text>
        ))}
      </Text>
      <Text wrap="truncate">
        {bar(activityShare(view), barWidth)} {activityOf(view)}
        {view.progress.of > 0 && view.phase !== 'coldStart' && view.phase !== 'done' ? (
          <Text dimColor>{`  ${view.progress.done}/${view.progress.of} trees`}</Text>
        ) : null}
      </Text>
    </Box>
  );
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}
