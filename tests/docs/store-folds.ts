import { z } from 'zod';
import { must } from '../../src/core/errors.ts';
import { readTrees } from '../../src/credit/tree.ts';
import { recordedCall } from '../../src/policies/recorded-call.ts';
import { recordedCredits, stepPrefix } from '../../src/runtime/recorded-credit.ts';
import type { RunView } from '../../src/views/run-view.ts';
import type { EventReader } from '../../store/event-log.ts';
import type { Row } from './store-page.ts';

/** What was credited, sample by sample, and how many calls each step's learner said it learned from. */
export function foldCredits(reader: EventReader) {
  const learned = new Map<unknown, unknown>();
  for (const { type, data } of reader.read('session')) {
    if (type === 'learned' && data.sequences !== 0) learned.set(data.label, data.sequences);
  }
  const steps = recordedCredits(reader).flatMap(({ step, samples }) =>
    samples.map(({ stream, key, advantage }) => ({ step: stepPrefix(step), stream, key, advantage })),
  );
  return { steps, learned };
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

export function foldStages({ steps, plan }: RunView) {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return Array.from({ length: Math.ceil(steps.length / plan.stageSteps) }, (_, index) => {
    const members = steps.slice(index * plan.stageSteps, (index + 1) * plan.stageSteps);
    return {
      stage: index + 1,
      role: members[0]?.role ?? null,
      steps: members.length,
      designer_reward: mean(members.map((step) => step.designerReward)),
      executor_reward: mean(members.map((step) => step.executorReward)),
      invalid: mean(members.map((step) => step.invalid)),
    };
  });
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
  const trees = recordedCredits(reader).flatMap(({ step }) => readTrees(reader.readPrefix(stepPrefix(step))));
  return trees
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
