import { z } from 'zod';
import type { ChartState, ChartTransition, NodeResult, Predicate } from '../../../machines/chart.ts';
import { sum, times } from '../bounds.ts';
import { combine, decision, decisionBounds, settle, uniqueNames } from '../chart-parts.ts';
import type { NodeKind, NodeSpec } from '../node.ts';
import { predicateSchema } from '../predicate.ts';
import { skip } from './when.ts';

export interface LoopSpec extends NodeSpec {
  readonly kind: 'loop';
  readonly of: NodeSpec;
  /** Passes at most. */
  readonly times: number;
  /** Asked before every pass; the loop ends where it does not hold. */
  readonly while?: Predicate | undefined;
  /** Asked after every pass; the loop ends where it holds. */
  readonly until?: Predicate | undefined;
}

/**
 * `loop(agent("improve"), 3, passed())`: the same node again, a bounded number of times, each pass with the
 * answer of the one before in view, until a condition on that answer holds. The result is the last pass's
 * answer. A pass that fails ends the loop, which keeps the answer it had.
 */
export const loopNode: NodeKind<LoopSpec> = {
  kind: 'loop',
  parameters: ['of', 'times', 'options'],
  members: "{ of: of, times: times }, testOr('until', options)",
  schema: (child) =>
    z.strictObject({
      kind: z.literal('loop'),
      of: child,
      times: z.number().int().min(1).max(20),
      while: predicateSchema.optional(),
      until: predicateSchema.optional(),
    }),
  name: () => 'loop',
  shape: (spec, of) => `loop${spec.times}(${of.shape(spec.of)})`,
  bounds: (spec, of) => {
    const asking = sum(decisionBounds([spec.while]), decisionBounds([spec.until]));
    // The question before a pass is put once more than there are passes.
    return sum(times(spec.times, sum(of.bounds(spec.of), asking)), decisionBounds([spec.while]));
  },
  chart: (spec, { path, sees }, of) => {
    const [body = 'body'] = uniqueNames([of.name(spec.of)], ['done', 'before', 'after', 'next']);
    const own = `${path}.${body}`;
    const last = `${path}.Last.${body}`;
    const about = [...sees, last];
    const end = settle(path, [last], 'answerOrSkip');
    const before = decision(path, 'before', about, [{ test: spec.while, target: body }, end]);
    const start = spec.while === undefined ? body : before.first;
    const again = {
      guard: { type: 'within' as const, params: { path, limit: spec.times } },
      target: start,
    };
    const after = decision(path, 'after', [last], [{ test: spec.until, ...end }, { target: 'next' }]);
    // A pass that was skipped leaves the answer of the one before.
    const keep = combine(last, [own, last], 'answerOrSkip');
    const passed: ChartTransition[] = [
      { guard: { type: 'failed', params: { path: own } }, ...settle(path, [last, own]) },
      ...(spec.until === undefined
        ? [{ ...again, reenter: true as const, actions: keep }, settle(path, [own, last], 'answerOrSkip')]
        : [{ target: after.first, actions: keep }]),
    ];
    const states: { [name: string]: ChartState } = {};
    if (spec.while !== undefined) Object.assign(states, before.states);
    const inner = of.chart(spec.of, { path: own, sees: about });
    states[body] = { ...inner, ...counting(inner, path), onDone: passed };
    if (spec.until !== undefined) Object.assign(states, after.states, { next: { always: [again, end] } });
    return {
      entry: { type: 'begin', params: { path } },
      initial: start,
      states: { ...states, done: { type: 'final' } },
    };
  },
  combiners: { answerOrSkip },
};

/** The answer of a node, or, if it has none, the result of one that was passed over. */
export function answerOrSkip(results: readonly NodeResult[]): NodeResult {
  return results.find(({ ok }) => ok) ?? skip();
}

/** The entry actions of a loop's body, with the count of its passes first. */
function counting({ entry = [] }: ChartState, path: string): Pick<ChartState, 'entry'> {
  return { entry: [{ type: 'count', params: { path } }, ...[entry].flat()] };
}
