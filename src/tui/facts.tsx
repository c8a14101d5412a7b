import { Box } from 'ink';
import { alarms } from '../views/alarms.ts';
import { stageCells } from '../views/cells.ts';
import { bar } from '../views/chart.ts';
import { points } from '../views/estimate.ts';
import { causes } from '../views/failures.ts';
import { fractions } from '../views/run-summary.ts';
import type { RunView } from '../views/run-view.ts';
import { byFamily } from '../views/shape-mix.ts';
import { COLOURS } from './colours.ts';
import { Text } from './text.tsx';

interface Props {
  readonly view: RunView;
  readonly width: number;
  readonly height: number;
}

/** Held-out accuracy and the mix of designs for each family, and why scripts were rejected. */
export function Facts({ view, width, height }: Props) {
  const before = fractions(view.before);
  const after = fractions(view.after);
  const cells = stageCells(view).at(-1);
  const drawn = view.mixes.findLast((each) => Object.keys(each).length > 0);
  const mix = drawn === undefined ? mixOf(view) : byFamily(drawn);
  const families = Object.keys({ ...mix, ...before });
  // A line of its own for each shape, where there is room for one at least.
  const shapes = Math.floor((height - 2) / Math.max(1, families.length)) - 1;
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      {families.map((family) => (
        <Box key={family} flexDirection="column">
          <Text wrap="truncate">
            <Text bold>{family}</Text>
            {family in before ? ` held-out ${percent(before[family])}` : ''}
            {family in after ? <Text color={COLOURS.good}>{` → ${percent(after[family])}`}</Text> : null}
            {shapes > 0 ? null : <Text color={COLOURS.designer}>{`  ${inLine(mix[family] ?? {})}`}</Text>}
          </Text>
          {topShapes(mix[family] ?? {}, shapes).map(([shape, share]) => (
            <Text key={`${family}-${shape}`} wrap="truncate">
              {'  '}
              <Text color={COLOURS.designer}>{bar(share, 10)}</Text>
              {` ${percent(share).padStart(4)} ${shape}`}
            </Text>
          ))}
        </Box>
      ))}
      {alarms(view).map((alarm) => (
        <Text key={alarm} wrap="truncate" color={COLOURS.bad}>
          {`ALARM: ${alarm}`}
        </Text>
      ))}
      {cells === undefined ? null : (
        <Text wrap="truncate">
          {`stage ${cells.stage}: change ${points(cells.gain.whole)} = designs ${points(cells.gain.design)}, execution ${points(cells.gain.execution)}, both ${points(cells.gain.interaction)}`}
        </Text>
      )}
      {view.killed === 0 ? null : (
        <Text wrap="truncate" color={COLOURS.bad}>
          {`${view.killed} stopped by the clock: the run need not be reproducible`}
        </Text>
      )}
      <Text wrap="truncate" dimColor>
        {`rejected: ${causes(view.failures)} · no answer: ${causes(view.executionFailures)}${variance(view)}`}
      </Text>
    </Box>
  );
}

/** Groups of the last step that taught nothing. */
function variance({ steps }: RunView): string {
  const last = steps.at(-1);
  const own = steps.filter(({ step }) => step === last?.step);
  const counts = own.map(({ role, zeroVariance, groups }) => `${role} ${zeroVariance}/${groups}`);
  return counts.length === 0 ? '' : ` · no variance: ${counts.join(', ')}`;
}

/** Before the first step, the designs of the evaluation. */
function mixOf(view: RunView): { [family: string]: { readonly [shape: string]: number } } {
  return Object.fromEntries(Object.entries(view.before).map(([family, { shapes }]) => [family, shapes]));
}

function inLine(counts: { readonly [shape: string]: number }): string {
  return topShapes(counts, 2)
    .map(([shape, share]) => `${shape} ${percent(share)}`)
    .join(', ');
}

function topShapes(counts: { readonly [shape: string]: number }, count: number): [string, number][] {
  const total = Object.values(counts).reduce((sum, value) => sum + value, 0);
  return Object.entries(counts)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, Math.max(0, count))
    .map(([shape, value]) => [shape, value / Math.max(1, total)]);
}

function percent(value: number | undefined): string {
  return value === undefined ? '–' : `${Math.round(100 * value)} %`;
}
