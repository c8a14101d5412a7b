import { Box } from 'ink';
import { type Column, columnChart } from '../views/chart.ts';
import type { RunView } from '../views/run-view.ts';
import { colourOf, inColour } from './colours.ts';
import { Text } from './text.tsx';

interface ChartProps {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly width: number;
  readonly height: number;
  readonly high: number;
}

/** A titled column chart with its scale; columns are coloured by the role whose stage it was. */
function Chart({ title, columns, width, height, high }: ChartProps) {
  const last = columns.at(-1)?.value;
  const rows = columnChart(columns, { width: Math.max(4, width - 5), height, high });
  return (
    <Box flexDirection="column" width={width} paddingRight={1}>
      <Box>
        <Text bold wrap="truncate">
          {title}
        </Text>
        <Box flexShrink={0}>
          <Text>{last === undefined ? '' : ` ${last.toFixed(3)}`}</Text>
        </Box>
      </Box>
      {rows.map((runs, row) => (
        <Text key={`${title}-${row}`} wrap="truncate">
          <Text dimColor>{row === 0 ? high.toFixed(1) : row === height - 1 ? '0.0' : '   '}│</Text>
          {runs.map(({ text, group }, index) => (
            <Text key={`${title}-${row}-${index}`} {...inColour(colourOf(group))}>
              {text}
            </Text>
          ))}
        </Text>
      ))}
    </Box>
  );
}

interface Props {
  readonly view: RunView;
  readonly width: number;
  readonly height: number;
}

/** Reward curves of both roles over the steps; before the first step, the loss of the cold start. */
export function Curves({ view, width, height }: Props) {
  if (view.steps.length === 0) {
    const columns = view.losses.map((value) => ({ value, group: 'coldStart' }));
    const high = Math.max(1, ...view.losses);
    return <Chart title="cold-start loss" columns={columns} width={width} height={height} high={high} />;
  }
  const half = Math.floor(width / 2);
  const of = (pick: (step: RunView['steps'][number]) => number) =>
    view.steps
      .filter(({ step }, index) => step !== view.steps[index - 1]?.step)
      .map((step) => ({
        value: pick(step),
        group: view.plan.schedule === 'coupled' ? 'coupled' : step.role,
      }));
  return (
    <Box>
      <Chart
        title="designer reward"
        columns={of((step) => step.designerReward)}
        width={half}
        height={height}
        high={1}
      />
      <Chart
        title="executor reward"
        columns={of((step) => step.executorReward)}
        width={width - half}
        height={height}
        high={1}
      />
    </Box>
  );
}
