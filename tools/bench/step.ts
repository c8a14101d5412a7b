import { availableParallelism } from 'node:os';
import { RandomStream } from '../../src/core/random.ts';
import { actorFactory } from '../../src/runtime/actors.ts';
import type { RunConfig } from '../../src/runtime/config.ts';
import type { Effects } from '../../src/runtime/effect.ts';
import type { Kit } from '../../src/runtime/kit.ts';
import { materialBlobs } from '../../src/runtime/material.ts';
import { Scheduler } from '../../src/runtime/scheduler.ts';
import { sessionInput } from '../../src/runtime/session-input.ts';
import { Troupe } from '../../src/runtime/troupe.ts';
import { Store } from '../../store/store.ts';
import { inScratch, type Measuring, now } from './measure.ts';
import { StepMeter, type StepTimes } from './step-meter.ts';
import type { Workload } from './workload.ts';

export interface StepFigures {
  /** Mean wall time of a training step, from asking for its tasks to asking for the next. */
  readonly seconds: number;
  /**
   * The step's wall time cut into consecutive parts, which add up to 1. `pick`: choosing tasks. `rollout`:
   * from the tasks until credit is first asked for. `credit`: computing advantages from the log. `learn`: reading
   * the log, minibatches, the learner's updates, new weights in the samplers, drift. `rest`: the moments
   * between, such as storing the new weights.
   */
  readonly shares: { readonly [part in (typeof PARTS)[number] | 'rest']: number };
  /** Wall time within the log's `append`, on the main thread, by the step's. */
  readonly logShare: number;
  /** Wall time within actors: making them, starting them, sending them events. */
  readonly actorShare: number;
  /** Time with at least one policy call outstanding. It overlaps with all else. */
  readonly samplingShare: number;
  /** Time with at least one tool call, compilation, check or verdict outstanding. It overlaps with all else. */
  readonly sandboxShare: number;
  /** Time in which the main thread was busy with anything. */
  readonly mainThreadShare: number;
}

const PARTS = ['pick', 'rollout', 'credit', 'learn'] as const;
/** Steps that count in pairs: where roles learn by turn, one of each. The first pair loads models and does not count. */
const PAIR = 2;

/**
 * Runs real training steps of the configuration's schedule, roles by turn where it has stages, after a cold start that is just long enough for completions to end.
 * A designer of seconds writes few valid scripts, and without executions a step would look too cheap: its
 * calls are sampled, recorded and learned from as always, but what is compiled are the demonstrated scripts,
 * each as often. So every design has its executions, where a real run rejects some. No evaluation to speak
 * of. At least one pair of steps is measured.
 */
export async function measureStep(given: Workload, measuring: Measuring): Promise<StepFigures> {
  const config = shortRun(given.config);
  const steps = await inScratch((file) => perform(file('store.db'), { ...given, config }, measuring));
  const counted = steps.slice(PAIR);
  const sum = (part: keyof StepTimes): number => counted.reduce((all, times) => all + times[part], 0);
  const total = sum('total');
  const [pick, rollout, credit, learn] = PARTS.map((part) => sum(part) / total) as [
    number,
    number,
    number,
    number,
  ];
  return {
    seconds: total / counted.length,
    shares: { pick, rollout, credit, learn, rest: 1 - pick - rollout - credit - learn },
    logShare: sum('log') / total,
    actorShare: sum('actors') / total,
    samplingShare: sum('sampling') / total,
    sandboxShare: sum('sandbox') / total,
    mainThreadShare: sum('mainThread') / total,
  };
}

function shortRun(config: RunConfig): RunConfig {
  return {
    ...config,
    steps: 1000,
    stage: { ...config.stage, steps: 1 },
    evaluation: { cellTasks: 0, controls: false },
    imitation: { ...config.imitation, chunks: 1, stepsPerChunk: 80 },
  };
}

/** Times of all steps that were finished before the time was up. */
async function perform(file: string, given: Workload, { seconds, pulse }: Measuring): Promise<StepTimes[]> {
  const { config, material, kit } = given;
  const tasks = { ...material.tasks, heldOut: material.tasks.heldOut.slice(0, 2) };
  const store = Store.open(file, { mode: 'create', clock: Date.now });
  const log = store.openLog(
    store.createRun({ config: JSON.parse(JSON.stringify(config)), codeVersion: 'bench' }).id,
  );
  const samplers = Math.min(4, availableParallelism());
  const troupe = new Troupe(config, { ...material, tasks }, kit, log, { samplers });
  try {
    log.append([], { put: materialBlobs(material) });
    let deadline = 0;
    const meter = new StepMeter(() => {
      const done = meter.steps.length;
      if (done === PAIR) deadline = now() + seconds;
      if (done >= 2 * PAIR && done % PAIR === 0 && now() > deadline) scheduler.stop();
    });
    meter.watchLog(log);
    const scheduler = new Scheduler({
      log,
      effects: meter.effects(withScripts(troupe.effects, kit, config.seed)),
      createActor: meter.actors(actorFactory(kit.library)),
      onEvents: () => pulse?.(),
    });
    await scheduler.run('session', 'session', sessionInput(config, material, kit));
    return meter.steps;
  } finally {
    log.close();
    await troupe.close();
    store.close();
  }
}

/** The effects, but what is compiled are the kit's scripts, drawn by place, whatever the designer wrote. */
function withScripts(effects: Effects, kit: Kit, seed: number): Effects {
  return {
    ...effects,
    compile: ({ stream, key, input }) => {
      const script = new RandomStream(seed, 'bench', stream).pick(kit.scripts);
      return effects.compile({ stream, key, input: { ...Object(input), script } });
    },
  };
}
