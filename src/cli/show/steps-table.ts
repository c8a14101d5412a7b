import type { StepView } from '../../views/step-view.ts';
import { table } from '../table.ts';

interface Column {
  readonly heading: string;
  /** The cell of a step; null where the figure was not measured. */
  readonly cell: (step: StepView) => string | null;
}

const COLUMNS: readonly Column[] = [
  { heading: 'step', cell: ({ step }) => String(step) },
  { heading: 'learns', cell: ({ role }) => role },
  { heading: 'designer\nreward', cell: ({ designerReward }) => designerReward.toFixed(3) },
  { heading: 'executor\nreward', cell: ({ executorReward }) => executorReward.toFixed(3) },
  { heading: 'invalid\n%', cell: ({ invalid }) => percent(invalid, 0) },
  { heading: 'no\nvariance', cell: ({ zeroVariance, groups }) => `${zeroVariance}/${groups}` },
  { heading: 'entropy', cell: ({ entropy }) => fixed(entropy, 3) },
  { heading: 'updates', cell: ({ updates }) => fixed(updates, 0) },
  { heading: 'loss', cell: ({ loss }) => fixed(loss, 3) },
  { heading: 'clip\n%', cell: ({ clipFraction }) => percent(clipFraction, 1) },
  { heading: 'gradient\nnorm', cell: ({ gradientNorm }) => fixed(gradientNorm, 3) },
  { heading: 'ratio\nerror', cell: ({ ratioError }) => exponential(ratioError) },
  { heading: 'KL\nfrozen', cell: ({ drift }) => exponential(drift) },
  { heading: 'KL cold\nstart', cell: ({ kl }) => exponential(kl) },
];

/** The steps of a run, a line for each role that learned in one; figures that no step has are left out. */
export function stepsTable(steps: readonly StepView[]): string {
  const columns = COLUMNS.filter(({ cell }) => steps.some((step) => cell(step) !== null));
  return table(
    columns.map(({ heading }) => heading),
    steps.map((step) => columns.map(({ cell }) => cell(step) ?? '')),
  );
}

function percent(share: number | null, digits: number): string | null {
  return share === null ? null : (100 * share).toFixed(digits);
}

function fixed(value: number | null, digits: number): string | null {
  return value?.toFixed(digits) ?? null;
}

function exponential(value: number | null): string | null {
  return value?.toExponential(1) ?? null;
}
