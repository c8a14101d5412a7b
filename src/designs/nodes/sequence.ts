import { z } from 'zod';
import type { ChartState } from '../../../machines/chart.ts';
import { type NodeResult, SKIPPED } from '../../../machines/chart.ts';
import { sum } from '../bounds.ts';
import { settle, uniqueNames } from '../chart-parts.ts';
import type { NodeKind, NodeSpec } from '../node.ts';

export interface SequenceSpec extends NodeSpec {
  readonly kind: 'sequence';
  readonly of: readonly NodeSpec[];
}

/**
 * `sequence(agent("plan"), agent("solve"))`: one after the other. Each member sees the answers of those
 * before it; the last answer is the sequence's. A member that fails ends the sequence with its failure; one
 * that is skipped is passed over.
 */
export const sequenceNode: NodeKind<SequenceSpec> = {
  kind: 'sequence',
  parameters: ['of'],
  members: '{ of: Array.isArray(of) ? of : slice(arguments) }',
  schema: (child) => z.strictObject({ kind: z.literal('sequence'), of: z.array(child).min(1).max(12) }),
  name: () => 'sequence',
  shape: (spec, of) => `seq(${spec.of.map((each) => of.shape(each)).join(',')})`,
  bounds: (spec, of) => sum(...spec.of.map((each) => of.bounds(each))),
  chart: (spec, { path, sees }, of) => {
    const names = uniqueNames(spec.of.map((each) => of.name(each)));
    const paths = names.map((name) => `${path}.${name}`);
    const states: { [name: string]: ChartState } = {};
    spec.of.forEach((member, index) => {
      const own = paths[index] ?? '';
      const next = names[index + 1];
      states[names[index] ?? ''] = {
        ...of.chart(member, { path: own, sees: [...sees, ...paths.slice(0, index)] }),
        onDone:
          next === undefined
            ? settle(path, paths, 'lastAnswer')
            : [
                { guard: { type: 'failed', params: { path: own } }, ...settle(path, [own], 'same') },
                { target: next },
              ],
      };
    });
    return { initial: names[0] ?? 'done', states: { ...states, done: { type: 'final' } } };
  },
  combiners: { lastAnswer, same },
};

/** The last member's answer, or its failure; members that were skipped do not count. */
export function lastAnswer(results: readonly NodeResult[]): NodeResult {
  const last = results.findLast((result) => result.ok || result.cause !== SKIPPED);
  return last ?? { ok: false, cause: SKIPPED };
}

/** The result of another node, as it is. */
export function same(results: readonly NodeResult[]): NodeResult {
  return results[0] ?? { ok: false, cause: 'no answer' };
}
