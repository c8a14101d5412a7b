import { average } from '../../credit/advantage.ts';
import { signed } from '../../views/call-lines.ts';
import type { DesignView, ExecutionView } from '../../views/tree-view.ts';

/** Characters of an answer in a table. */
const ANSWER = 48;

/** The shape of a design, or the cause for which its script was rejected. */
export function whatOf({ shape, rejection, state }: DesignView): string {
  if (rejection !== '') return `rejected: ${rejection.split(':')[0]}`;
  return shape === '' ? state : shape;
}

/** The score of an execution that is over; one that came to no answer has 0. */
export function scoreOf({ score, state }: ExecutionView): number | null {
  return score ?? (state === 'failed' ? 0 : null);
}

/** Scores of a design's executions so far. */
export function scoresOf({ executions }: DesignView): number[] {
  return [...executions.values()].map(scoreOf).filter((score) => score !== null);
}

/** The mean of them, if there are any. */
export function meanOf(design: DesignView): string {
  const scores = scoresOf(design);
  return scores.length === 0 ? '' : average(scores).toFixed(3);
}

/** Advantages of an execution's calls: one number, or the least and the greatest; a dot where there is none. */
export function rangeOf(advantages: ReadonlySet<number>): string {
  if (advantages.size === 0) return '·';
  const [least, greatest] = [Math.min(...advantages), Math.max(...advantages)];
  return least === greatest ? signed(least) : `${signed(least)}…${signed(greatest)}`;
}

/** A reward or its mean; nothing where there is none. */
export function signedNumber(value: number | undefined): string {
  return value?.toFixed(3).replace('-', '−') ?? '';
}

/** A text in one line of a table. */
export function short(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > ANSWER ? `${line.slice(0, ANSWER - 1)}…` : line;
}
