import { Box } from 'ink';
import type { RunView } from '../views/run-view.ts';
import { Chart } from './chart.tsx';

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
