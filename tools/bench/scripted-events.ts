import { z } from 'zod';
import type { JsonObject } from '../../src/core/json.ts';
import { RandomStream } from '../../src/core/random.ts';
import { designOf } from '../../src/designs/design.ts';
import { parseSpec } from '../../src/designs/spec.ts';
import { recordCompletion } from '../../src/policies/recorded-call.ts';
import { actorFactory } from '../../src/runtime/actors.ts';
import { creditSettings } from '../../src/runtime/config.ts';
import type { Effect, Effects } from '../../src/runtime/effect.ts';
import { pickingEffect } from '../../src/runtime/effects/picking.ts';
import { recallEffect } from '../../src/runtime/effects/recalling.ts';
import { creditFromLog } from '../../src/runtime/recorded-credit.ts';
import { Scheduler } from '../../src/runtime/scheduler.ts';
import { sessionInput } from '../../src/runtime/session-input.ts';
import type { NewEvent } from '../../store/event-log.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import type { Workload } from './workload.ts';

const creditSchema = z.object({ step: z.number().int(), role: z.enum(['designer', 'executor']) });
const SOLVE = { kind: 'agent', name: 'solve', tools: ['js'] };
const SPECS = [SOLVE, { kind: 'vote', of: SOLVE, times: 3 }, { kind: 'reflect', of: SOLVE }];
/** Lengths of a call, in tokens. */
const PROMPT = 36;
const COMPLETION = 15;

/**
 * The events of a whole run of the workload's configuration, in the order in which a scheduler appended
 * them. Actors, picks and credit are real; policy, sandbox and learner are made up, but their answers are as
 * long as real ones.
 */
export async function scriptedEvents({ config, kit, material }: Workload): Promise<readonly NewEvent[]> {
  const log = new MemoryLog(() => 0);
  const events: NewEvent[] = [];
  const answer =
    (type: string, data: (random: RandomStream, input: unknown) => JsonObject): Effect =>
    async ({ stream, key, input }) => ({
      type,
      data: data(new RandomStream(config.seed, stream, key), input),
    });
  const version = 'c0ffee00'.repeat(8);
  const effects: Effects = {
    call: async ({ stream, key }) => {
      const random = new RandomStream(config.seed, stream, key);
      const completion = recordCompletion({
        text: `return ${random.integer(10, 999)} * (${random.integer(10, 999)} - 7)`,
        promptTokens: ids(random, PROMPT),
        tokens: ids(random, COMPLETION),
        logProbs: Array.from({ length: COMPLETION }, () => -random.uniform()),
        asksTool: false,
        finish: random.uniform() < 0.05 ? 'length' : 'stop',
        version,
      });
      return { type: 'called', ...completion };
    },
    tool: answer('tool.returned', (random) => ({ ok: true, text: String(random.integer(0, 9999)) })),
    compile: async ({ stream, key }) => {
      const random = new RandomStream(config.seed, stream, key);
      const parsed = parseSpec({ mas: 1, root: random.pick(SPECS) }, kit.library);
      if (!parsed.ok || random.uniform() < 0.1) {
        return { type: 'rejected', data: { cause: 'syntax', message: 'the script ends too early' } };
      }
      return { type: 'compiled', data: JSON.parse(JSON.stringify(designOf(parsed.spec, kit.library))) };
    },
    check: answer('checked', (random) => ({
      passed: random.uniform() < 0.5,
      text: 'f([3, 1]) is 4, expected 3',
    })),
    evaluate: answer('evaluated', () => ({ value: true })),
    verify: answer('verified', (random) => {
      const score = random.integer(0, 1);
      return { score, answer: { kind: 'integer', value: random.integer(0, 9999) }, parts: { value: score } };
    }),
    pick: pickingEffect(config, material.tasks, kit.families),
    recall: recallEffect(log),
    imitate: answer('imitated', () => ({
      label: 'cold-start/00',
      version,
      steps: 50,
      loss: 1,
      gradientNorm: 1,
    })),
    credit: answer('credited', (_, input) => {
      const { step, role } = creditSchema.parse(input);
      const { samples, ...figures } = creditFromLog(log, step, role, creditSettings(config, step));
      return { ...figures, samples: samples.map((sample) => ({ ...sample })) };
    }),
    learn: answer('learned', (_, input) => ({
      ...creditSchema.parse(input),
      label: 'step',
      version,
      loss: 1,
      drift: 0,
    })),
  };
  const scheduler = new Scheduler({
    log,
    effects,
    createActor: actorFactory(kit.library),
    onEvents: (stored) => {
      for (const { stream, version: expectedVersion, type, data, bytes } of stored) {
        events.push({ stream, expectedVersion, type, data, bytes });
      }
    },
  });
  await scheduler.run('session', 'session', sessionInput(config, material, kit));
  return events;
}

function ids(random: RandomStream, count: number): number[] {
  return Array.from({ length: count }, () => random.integer(10, 300));
}
