import { RandomStream } from '../../src/core/random.ts';
import { DEMONSTRATED_SCRIPTS } from '../../src/designs/demonstrations.ts';
import { designOf } from '../../src/designs/design.ts';
import { defaultLibrary } from '../../src/designs/library.ts';
import { parseSpec } from '../../src/designs/spec.ts';
import { actorFactory } from '../../src/runtime/actors.ts';
import type { EffectAnswer, EffectRequest, Effects } from '../../src/runtime/effect.ts';
import { Scheduler } from '../../src/runtime/scheduler.ts';
import type { EventLog } from '../../store/event-log.ts';

/** A short session: two chunks of cold start, four steps of 2 tasks × 2 designs × 2 executions. */
export const SESSION = {
  plan: {
    imitationChunks: 2,
    steps: 4,
    stageSteps: 1,
    firstRole: 'executor',
    designs: 2,
    executions: 2,
  },
  config: { preset: 'test', seed: 1 },
} as const;

const SOLVE = { kind: 'agent', name: 'solve' };
const SOLVE_WITH_TOOL = { ...SOLVE, tools: ['js'] };
const SPECS = [
  SOLVE,
  SOLVE_WITH_TOOL,
  { kind: 'vote', of: SOLVE, times: 3 },
  { kind: 'reflect', of: SOLVE_WITH_TOOL },
];

/** Designs in which nodes are asked again, and conditions put questions. */
export const CYCLIC_SPECS = [
  { kind: 'debate', of: [SOLVE, SOLVE], rounds: 3 },
  { kind: 'loop', of: SOLVE_WITH_TOOL, times: 3, until: { test: 'passed' } },
];

/**
 * Effects whose answers are pure functions of their place, and which answer after `delay` (in macrotasks),
 * so that tests can shuffle who is faster. They stand in for policies, not for anything that is tested here.
 */
export function scriptedEffects(
  seed: number,
  delay: (place: string) => number,
  specs: readonly object[] = SPECS,
): Effects & { count: number } {
  const library = defaultLibrary();
  const answer =
    (respond: (request: EffectRequest, random: RandomStream) => EffectAnswer) =>
    async (request: EffectRequest): Promise<EffectAnswer> => {
      effects.count++;
      const place = `${request.stream}/${request.key}`;
      for (let turns = delay(place); turns > 0; turns--)
        await new Promise((resolve) => setImmediate(resolve));
      return respond(request, new RandomStream(seed, place));
    };
  const effects = {
    count: 0,
    call: answer((_, random) => ({
      type: 'called',
      data: {
        text: String(random.integer(0, 3)),
        asksTool: random.uniform() < 0.4,
        finish: random.uniform() < 0.1 ? 'length' : 'stop',
        version: 'scripted',
        promptTokens: 0,
        tokens: 0,
      },
      bytes: new Uint8Array(),
    })),
    tool: answer((_, random) => ({
      type: 'tool.returned',
      data: { ok: true, text: String(random.integer(0, 3)) },
    })),
    compile: answer((_, random) => {
      const parsed = parseSpec({ mas: 1, root: random.pick(specs) }, library);
      return parsed.ok && random.uniform() < 0.8
        ? {
            type: 'compiled',
            data: JSON.parse(JSON.stringify(designOf(parsed.spec, library))),
          }
        : { type: 'rejected', data: { cause: 'syntax', message: random.pick(DEMONSTRATED_SCRIPTS) } };
    }),
    check: answer((_, random) => ({
      type: 'checked',
      data: { passed: random.uniform() < 0.5, text: 'said' },
    })),
    evaluate: answer(() => ({ type: 'evaluated', data: { value: true } })),
    verify: answer((_, random) => ({
      type: 'verified',
      data: { score: random.integer(0, 1), answer: { kind: 'integer', value: 1 }, parts: {} },
    })),
    pick: answer((_, random) => ({
      type: 'picked',
      data: {
        tasks: [1, 2].map((each) => ({ id: `t${each}`, family: 'f', text: `q${random.integer(0, 9)}` })),
      },
    })),
    recall: answer(() => ({ type: 'recalled', data: { calls: [] } })),
    imitate: answer(({ key }) => ({ type: 'imitated', data: { label: key, version: key, loss: 1 } })),
    credit: answer(() => ({
      type: 'credited',
      data: {
        role: 'executor',
        groups: 1,
        zeroVariance: 0,
        designerReward: 0.5,
        executorReward: 0.5,
        invalid: 0,
        designs: 4,
      },
    })),
    learn: answer(({ key }) => ({
      type: 'learned',
      data: { label: key, version: key, loss: 1, drift: 0 },
    })),
  };
  return effects;
}

/** A scheduler over a log with scripted effects. */
export function scriptedRun(log: EventLog, effects: Effects, onEvents?: () => void): Scheduler {
  return new Scheduler({
    log,
    effects,
    createActor: actorFactory(defaultLibrary()),
    ...(onEvents === undefined ? {} : { onEvents }),
  });
}
