import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { RunView } from './run-view.ts';
import { started, updateFigures } from './session-events.ts';
import { TreeView, treeState } from './tree-view.ts';

/** Between one snapshot and the next lie about so many events. */
export const SNAPSHOT_EVENTS = 5000;

// Members in the order in which the fold makes them, so that a view read back is written as the same bytes.
const counts = z.record(z.string(), z.number());
const found = z.strictObject({
  tasks: z.number(),
  score: z.number(),
  valid: z.number(),
  calls: z.number(),
  tokens: z.number(),
  shapes: counts,
});
const tally = z.record(z.string(), found.extend({ attributes: z.record(z.string(), found) }));
const state = z.strictObject({
  preset: z.string(),
  seed: z.number(),
  plan: started.shape.plan.strict(),
  phase: z.enum(['coldStart', 'before', 'executor', 'designer', 'coupled', 'cells', 'after', 'done']),
  step: z.number(),
  version: z.string(),
  losses: z.array(z.number()),
  steps: z.array(
    z.strictObject({
      step: z.number(),
      role: z.enum(['designer', 'executor']),
      groups: z.number(),
      zeroVariance: z.number(),
      designerReward: z.number(),
      executorReward: z.number(),
      score: z.number(),
      invalid: z.number(),
      ...updateFigures,
    }),
  ),
  families: z.array(z.string()),
  tallies: z.record(z.string(), tally),
  scores: z.record(z.string(), z.array(z.number())),
  scored: z.strictObject({ sum: z.number(), of: z.number() }),
  solved: z.record(z.string(), z.array(z.number())),
  progress: z.strictObject({ done: z.number(), of: z.number() }),
  mixes: z.array(z.record(z.string(), counts)),
  failures: counts,
  executionFailures: counts,
  killed: z.number(),
  finishedCalls: z.number(),
  branches: z.number(),
  branchCalls: z.number(),
  scope: z.string(),
  tree: treeState,
  sampledCalls: z.number(),
  sampledTokens: z.number(),
  samplingTime: z.number(),
  pickedAt: z.number(),
  callsBefore: z.number(),
  events: z.number(),
  firstTime: z.number(),
  firstStepTime: z.number(),
  lastTime: z.number(),
});

/** A view as bytes, all but its last event, which is in the log. Equal views give equal bytes. */
export function writeView({ lastEvent: _, tree, ...rest }: RunView): Buffer {
  const text = JSON.stringify({ ...rest, tree: tree.tasks }, (_key, value: unknown) =>
    value instanceof Map ? [...value] : value,
  );
  return deflateRawSync(text, { level: 1 });
}

/** The view that {@link writeView} wrote, without its last event. Throws for anything else. */
export function readView(bytes: Uint8Array): RunView {
  const { tree, ...rest } = state.parse(JSON.parse(inflateRawSync(bytes).toString('utf8')));
  return Object.assign(new RunView(), rest, { tree: new TreeView(tree) });
}
