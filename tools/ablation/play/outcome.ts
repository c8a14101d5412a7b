import { z } from 'zod';
import { scoreOf } from '../../../machines/tally.ts';
import { average } from '../../../src/credit/advantage.ts';
import type { EventReader } from '../../../store/event-log.ts';
import { mixOf, mixSchema } from './mix.ts';

const familySchema = z.object({
  heldOut: z.number(),
  harder: z.number().nullable(),
  /** Calls that one held-out task costs at test time, the designer's included. */
  testCalls: z.number(),
});

/** What an arm came to with one seed. */
export const outcomeSchema = z.object({
  /** Calls that it was trained with, or chosen by; those of its evaluations are not among them. */
  policyCalls: z.number(),
  /** Accuracy by family. */
  families: z.record(z.string(), familySchema),
  /** Mean reward of the designs of each training step. */
  curve: z.array(z.number()),
  /** The fixed designs that it plays, by family or for `all`; and calls of one execution of it. */
  designs: z.record(z.string(), z.string()).optional(),
  callsPerExecution: z.number().optional(),
  /** The designs that the designer wrote for held-out tasks at the end. */
  mix: mixSchema.optional(),
  /** By family and attribute, the shape whose reward is best with this executor. */
  best: z.record(z.string(), z.string()).optional(),
  /** Accuracy by how freely designs are chosen; means over families. */
  ceilings: z
    .object({ fixed: z.number(), cell: z.number(), task: z.number(), hindsight: z.number() })
    .optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

const rolledSchema = z.object({
  key: z.string(),
  output: z.object({
    family: z.string(),
    designs: z.number(),
    score: z.number(),
    calls: z.number(),
  }),
});

/** What a training run came to: a fold of its session's events. */
export function outcomeOf(reader: EventReader): Outcome {
  const session = reader.read('session');
  const rolled = session
    .filter(({ type }) => type === 'rollout.finished')
    .map(({ data }) => rolledSchema.parse(data));
  const under = (prefix: string) => rolled.filter(({ key }) => key.startsWith(prefix));
  const [after, harder] = [byFamily(under('eval/after/')), byFamily(under('eval/harder/'))];
  const families = [...after].map(([family, rollouts]) => {
    const beyond = harder.get(family);
    return [
      family,
      {
        heldOut: average(rollouts.map(scoreOf)),
        harder: beyond === undefined ? null : average(beyond.map(scoreOf)),
        testCalls: average(rollouts.map(({ calls, designs }) => calls / designs)),
      },
    ] as const;
  });
  return {
    policyCalls: under('step/').reduce((sum, { output }) => sum + output.calls, 0),
    families: Object.fromEntries(families),
    curve: rewardsByStep(reader),
    mix: mixOf(reader, 'eval/after'),
  };
}

const creditedSchema = z.object({ key: z.string(), designerReward: z.number() });

/** Mean reward of the designs of each training step; where both roles are credited, both say the same of it. */
export function rewardsByStep(reader: EventReader): number[] {
  const steps = new Map<string, number>();
  for (const { type, data } of reader.read('session')) {
    if (type !== 'credited') continue;
    const { key, designerReward } = creditedSchema.parse(data);
    steps.set(key, designerReward);
  }
  return [...steps.values()];
}

/** Time (s) that a run was worked on: the spans of its attempts, by the events of its session. */
export function secondsOf(reader: EventReader): number {
  const attempts = Map.groupBy(reader.read('session'), ({ attempt }) => attempt);
  return [...attempts.values()].reduce(
    (sum, events) => sum + ((events.at(-1)?.time ?? 0) - (events[0]?.time ?? 0)) / 1000,
    0,
  );
}

type Rolled = z.infer<typeof rolledSchema>['output'];

function byFamily(rolled: readonly z.infer<typeof rolledSchema>[]): Map<string, Rolled[]> {
  return Map.groupBy(
    rolled.map(({ output }) => output),
    ({ family }) => family,
  );
}
