import { z } from 'zod';
import type { JsonObject } from '../../src/core/json.ts';
import { RandomStream } from '../../src/core/random.ts';
import type { EffectRequest, Effects } from '../../src/runtime/effect.ts';
import { RunView } from '../../src/views/run-view.ts';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { SESSION, scriptedEffects, scriptedRun } from '../runtime/scripted.ts';

export const HELD_OUT = 3;
export const TASKS = 2;

/** Five steps in stages of two, the executor first: `EE DD E`. */
export const PLAN = { ...SESSION.plan, steps: 5, stageSteps: 2 };

const PROGRAM = 'function f(a) {\n  return a + 1;\n}';

const chunkSchema = z.object({ chunk: z.number() });
const stepSchema = z.object({ step: z.number(), role: z.string() });

const answer = (type: string, data: JsonObject) => Promise.resolve({ type, data });

/** The scripted effects with all figures that the real ones record, and texts such as models write. */
function effects(seed: number): Effects {
  const delays = new RandomStream(seed, 'delay');
  const scripted = scriptedEffects(7, () => delays.integer(0, 3));
  return {
    ...scripted,
    async call(request: EffectRequest) {
      const { type, data } = await scripted.call(request);
      const script = isDesigner(request) ? { text: 'run(agent("solve"))' } : {};
      return { type, data: { ...data, ...script, tokens: 4 } };
    },
    async verify(request: EffectRequest) {
      const { type, data } = await scripted.verify(request);
      const program = data.score === 1 ? { answer: { kind: 'function', source: PROGRAM } } : {};
      return { type, data: { ...data, ...program } };
    },
    pick: ({ key }) =>
      answer('picked', {
        tasks: Array.from({ length: key.startsWith('eval/') ? HELD_OUT : TASKS }, (_, index) =>
          index % 2 === 0
            ? { id: `sum-${index}`, family: 'arithmetic', text: `${index}+1` }
            : { id: `f-${index}`, family: 'code', text: `f adds ${index}:\nf(1) = ${index + 1}` },
        ),
      }),
    imitate: ({ input }) =>
      answer('imitated', {
        version: `chunk-${chunkSchema.parse(input).chunk}`,
        loss: 2 - chunkSchema.parse(input).chunk,
      }),
    credit: ({ input }) => {
      const { step, role } = stepSchema.parse(input);
      return answer('credited', {
        step,
        role,
        groups: 6,
        zeroVariance: 2,
        designerReward: step / 10,
        executorReward: step / 5,
        invalid: 1,
        designs: TASKS * 2,
        samples: [{ stream: 'long', key: 'list', advantage: 1 }],
      });
    },
    learn: ({ input }) => {
      const { step, role } = stepSchema.parse(input);
      const figures = {
        updates: 2,
        sequences: 10 + step,
        loss: -step,
        entropy: 0.25,
        clipFraction: step / 100,
        gradientNorm: 0.5,
        ratioError: 1e-6,
        drift: 1e-3,
        ...(step === 4 ? { kl: role === 'designer' ? 3e-3 : 2e-3 } : {}),
      };
      return answer('learned', { role, version: `policy-of-step-${step}`, ...figures });
    },
  };
}

function isDesigner({ stream }: EffectRequest): boolean {
  return /\/design\/\d+$/.test(stream);
}

/** The log of a whole session with real machines and scripted effects; its clock ticks 10 ms per append. */
export async function recordedRun(changes: JsonObject = {}): Promise<MemoryLog> {
  let now = 1000;
  const log = new MemoryLog(() => (now += 10));
  await scriptedRun(log, effects(3)).run('session', 'session', { ...SESSION, plan: { ...PLAN, ...changes } });
  return log;
}

/** The view after event `seq`, folded from all events before it: what every short cut must agree with. */
export function foldedTo(reader: EventReader, seq = reader.count()): RunView {
  const view = new RunView();
  for (const event of reader.events({ upTo: seq })) view.apply(event);
  return view;
}

/** The first event that `which` holds for. Throws if there is none. */
export function find(reader: EventReader, which: (event: StoredEvent) => boolean): StoredEvent {
  for (const event of reader.events()) if (which(event)) return event;
  throw new Error('no such event in the log');
}
