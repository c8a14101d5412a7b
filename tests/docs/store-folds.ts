import { z } from 'zod';
import { redrawPlace } from '../../machines/redraw.ts';
import { behaves } from '../../src/core/behaviours.ts';
import { must } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { readTrees } from '../../src/credit/tree.ts';
import { recordedCall } from '../../src/policies/recorded-call.ts';
import { configSchema } from '../../src/runtime/config.ts';
import { recordedCredits, stepPrefix } from '../../src/runtime/recorded-credit.ts';
import type { RunView } from '../../src/views/run-view.ts';
import type { EventReader } from '../../store/event-log.ts';
import type { Row } from '../../tools/store-page.ts';

/** What was credited or learned from, call by call, and how many calls each step's learners said they learned from. */
export function foldCredits(reader: EventReader, config: JsonObject) {
  const learned = new Map<string, unknown>();
  const others: Row[] = [];
  const named = recordedCredits(reader).flatMap(({ step, role, samples }) =>
    samples.map(({ stream, key, advantage }) => ({ step: stepPrefix(step), role, stream, key, advantage })),
  );
  const names = new Set(named.map(({ role, stream, key }) => `${role} ${stream} ${key}`));
  for (const { type, data } of reader.read('session')) {
    if (type !== 'learned') continue;
    const [step, role] = [String(data.key), String(data.role)];
    if (data.sequences !== 0) learned.set(`${step} ${role}`, data.sequences);
    if (!isPriced(config)) continue;
    for (const call of reader.readPrefix(step)) {
      const { stream } = call;
      const key = String(call.data.key);
      if (call.type !== 'called' || redrawPlace(stream) !== null || names.has(`${role} ${stream} ${key}`))
        continue;
      if (role === (stream.includes('/agent/') ? 'executor' : 'designer'))
        others.push({ step, role, stream, key, advantage: 0 });
    }
  }
  return { steps: [...named, ...others], learned };
}

/** Whether all samples of a run are learned from, since their entropy or their divergence has a price. */
function isPriced(config: JsonObject): boolean {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success || !behaves(parsed.data.behaviours, 'pricesOnAllSamples')) return false;
  return parsed.data.learning.entropyBonus > 0 || parsed.data.learning.klPenalty > 0;
}

const rejection = z.object({
  key: z.string(),
  output: z.object({ ok: z.literal(false), cause: z.string() }),
});

/** Failed designs by cause, and their scripts as the calls of their designers have them. */
export function foldFailures(reader: EventReader) {
  const scripts = new Map<string, string>();
  const causes: { [cause: string]: number } = {};
  for (const { stream, type, data } of reader.events()) {
    const rejected = type === 'designer.finished' ? rejection.safeParse(data) : undefined;
    if (rejected?.success !== true) continue;
    const { key, output } = rejected.data;
    const call = reader.read(`${stream}/${key}`).find((event) => event.type === 'called');
    scripts.set(`${stream}/${key}`, recordedCall(must(call, 'the call of a designer')).text);
    causes[output.cause] = (causes[output.cause] ?? 0) + 1;
  }
  return { causes, scripts };
}

/** The steps of a run, one row each whoever learns in it. */
export function foldSteps({ steps, plan }: RunView) {
  return [...Map.groupBy(steps, ({ step }) => step)].map(([step, [first, ...others]]) => ({
    step: stepPrefix(step),
    stage: 1 + Math.floor(step / plan.stageSteps),
    role: plan.schedule === 'coupled' ? 'both roles' : must(first, 'a step').role,
    designer_reward: must(first, 'a step').designerReward,
    executor_reward: must(first, 'a step').executorReward,
    // Both roles are credited from the same trees.
    same: others.every((other) => other.designerReward === first?.designerReward),
    invalid: must(first, 'a step').invalid,
  }));
}

export function foldStages(view: RunView) {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [...Map.groupBy(foldSteps(view), ({ stage }) => stage)].map(([stage, members]) => ({
    stage,
    role: must(members[0], 'a step').role,
    steps: members.length,
    designer_reward: mean(members.map((step) => step.designer_reward)),
    executor_reward: mean(members.map((step) => step.executor_reward)),
    invalid: mean(members.map((step) => step.invalid)),
  }));
}

/** What updates came to, in their order: of each role in each step. Steps of a role that has not learned yet are left out. */
export function foldUpdates(reader: EventReader, view: RunView): Row[] {
  const learned = reader.read('session').filter(({ type }) => type === 'learned').length;
  return view.steps.slice(0, learned).map((step) => ({
    step: stepPrefix(step.step),
    role: step.role,
    updates: step.updates,
    sequences: step.sequences,
    loss: step.loss,
    entropy: step.entropy,
    kl: step.kl,
    drift: step.drift,
    clip_fraction: step.clipFraction,
    gradient_norm: step.gradientNorm,
    ratio_error: step.ratioError,
  }));
}

const rollout = z.object({ task: z.object({ family: z.string() }) });

/** Calls and tokens per family and role, by reading every call's tokens. */
export function foldSpending(reader: EventReader): Row[] {
  const families = new Map<string, string>();
  const spent = new Map<string, { calls: number; prompt_tokens: number; tokens: number }>();
  for (const event of reader.events()) {
    const { stream, type, data } = event;
    const started = type === 'started' ? rollout.safeParse(data) : undefined;
    if (started?.success === true) families.set(stream, started.data.task.family);
    if (type !== 'called' || data.reused === true) continue;
    const { promptTokens, tokens } = recordedCall(event);
    const family = families.get(stream.replace(/\/design\/.*/, '')) ?? '';
    const key = `${family} ${/\/exec\//.test(stream) ? 'executor' : 'designer'}`;
    const sum = spent.get(key) ?? { calls: 0, prompt_tokens: 0, tokens: 0 };
    spent.set(key, {
      calls: sum.calls + 1,
      prompt_tokens: sum.prompt_tokens + promptTokens.length,
      tokens: sum.tokens + tokens.length,
    });
  }
  return [...spent].sort().map(([key, sums]) => {
    const [family = '', role = ''] = key.split(' ');
    return { family, role, ...sums };
  });
}

/** The executions of all steps, from the rollout trees that credit is assigned by. */
export function foldExecutions(reader: EventReader): Row[] {
  const steps = [...new Set(recordedCredits(reader).map(({ step }) => step))];
  return steps
    .flatMap((step) => readTrees(reader.readPrefix(stepPrefix(step))))
    .flatMap(({ family, designs }) =>
      designs.flatMap(({ shape, executions }) =>
        executions.map(({ stream, score, calls }) => ({
          execution: stream,
          family,
          shape,
          score,
          calls: calls.length,
        })),
      ),
    )
    .sort((a, b) => (a.execution < b.execution ? -1 : 1));
}
