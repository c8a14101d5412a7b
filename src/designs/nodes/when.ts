import { z } from 'zod';
import { type NodeResult, type Predicate, SKIPPED } from '../../../machines/chart.ts';
import { most, NOTHING, sum } from '../bounds.ts';
import { decision, decisionBounds, settle } from '../chart-parts.ts';
import type { NodeKind, NodeSpec } from '../node.ts';
import { predicateSchema } from '../predicate.ts';

export interface WhenSpec extends NodeSpec {
  readonly kind: 'when';
  readonly test: Predicate;
  readonly yes: NodeSpec;
  readonly no?: NodeSpec | undefined;
}

/**
 * `when(taskAbove(99), agent("solve", "js"), agent("solve"))`: one node or the other, by a condition on the
 * task and on the latest answer that the node may see. Without an alternative the node is skipped where the
 * condition does not hold: a sequence passes over it, and keeps the answer it had.
 */
export const whenNode: NodeKind<WhenSpec> = {
  kind: 'when',
  parameters: ['test', 'yes', 'no'],
  schema: (child) =>
    z.strictObject({
      kind: z.literal('when'),
      test: predicateSchema,
      yes: child,
      no: child.optional(),
    }),
  name: () => 'when',
  shape: (spec, of) => `when(${of.shape(spec.yes)}${spec.no === undefined ? '' : `,${of.shape(spec.no)}`})`,
  bounds: (spec, of) =>
    sum(
      decisionBounds([spec.test]),
      most([of.bounds(spec.yes), spec.no === undefined ? NOTHING : of.bounds(spec.no)]),
    ),
  chart: (spec, { path, sees }, of) => {
    const [yes, no] = [`${path}.yes`, `${path}.no`];
    const { first, states } = decision(path, 'decide', sees, [
      { test: spec.test, target: 'yes' },
      spec.no === undefined ? settle(path, [], 'skip') : { target: 'no' },
    ]);
    return {
      initial: first,
      states: {
        ...states,
        yes: { ...of.chart(spec.yes, { path: yes, sees }), onDone: settle(path, [yes], 'same') },
        ...(spec.no === undefined
          ? {}
          : {
              no: {
                ...of.chart(spec.no, { path: no, sees }),
                onDone: settle(path, [no], 'same'),
              },
            }),
        done: { type: 'final' },
      },
    };
  },
  combiners: { skip },
};

/** The result of a node that was passed over. */
export function skip(): NodeResult {
  return { ok: false, cause: SKIPPED };
}
