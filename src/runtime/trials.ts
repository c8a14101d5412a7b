import { z } from 'zod';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { InvariantError } from '../core/errors.ts';
import { recordedCall } from '../policies/recorded-call.ts';
import type { Task } from '../tasks/task.ts';
import { actorFactory } from './actors.ts';
import type { RunConfig } from './config.ts';
import type { Kit } from './kit.ts';
import { readMaterial } from './material.ts';
import { Scheduler } from './scheduler.ts';
import { taskRef } from './task-ref.ts';
import { type Hardware, Troupe } from './troupe.ts';

/** One execution to be: a task, and the script of the design that tries it. */
export interface Trial {
  readonly task: Task;
  readonly script: string;
}

/** What became of a trial. */
export interface TrialScore {
  readonly score: number;
  /** Parts of the verdict; none where there was no answer to verify. */
  readonly parts: { readonly [part: string]: number };
  readonly calls: number;
  /** Tokens that its calls sampled. */
  readonly tokens: number;
  /** Why there was no answer, if so: a failed execution, or a script that was rejected. */
  readonly cause: string | null;
}

export interface TrialOptions {
  readonly kit: Kit;
  readonly hardware: Hardware;
  /** Label of the policy version that plays the executor, see versions.ts. */
  readonly label: string;
}

/** Trials that are under way together: enough to fill the samplers, and few enough for the memory. */
const BATCH = 512;

/** Tries fixed designs on tasks with one policy version of a run; nothing is written. Close it when done. */
export class Trials {
  readonly #troupe: Troupe;
  readonly #kit: Kit;
  readonly #behaviours: readonly number[];
  /** Trials begun so far: each has draws of its own, named by its number. */
  #begun = 0;

  private constructor(troupe: Troupe, kit: Kit, behaviours: readonly number[]) {
    this.#troupe = troupe;
    this.#kit = kit;
    this.#behaviours = behaviours;
  }

  static async open(recorded: EventReader, config: RunConfig, options: TrialOptions): Promise<Trials> {
    const { kit, hardware, label } = options;
    const material = readMaterial(recorded);
    if (material === null) throw new InvariantError('the run has no tasks or tokenizer');
    const log = new MemoryLog(() => 0);
    const troupe = new Troupe(config, material, kit, log, hardware);
    const trials = new Trials(troupe, kit, config.behaviours ?? []);
    try {
      troupe.models.restoreWeights(recorded, label);
      await troupe.load();
    } catch (error) {
      await troupe.close();
      throw error;
    }
    return trials;
  }

  /** Runs trials, in their order; the same sequence of trials of the same run comes out the same. */
  async run(trials: readonly Trial[], onProgress?: (done: number) => void): Promise<TrialScore[]> {
    const scores: TrialScore[] = [];
    for (let start = 0; start < trials.length; start += BATCH) {
      scores.push(
        ...(await this.#batch(trials.slice(start, start + BATCH), (done) => onProgress?.(start + done))),
      );
    }
    return scores;
  }

  close(): Promise<void> {
    return this.#troupe.close();
  }

  async #batch(trials: readonly Trial[], onProgress: (done: number) => void): Promise<TrialScore[]> {
    const first = this.#begun;
    this.#begun += trials.length;
    const streams = trials.map((_, index) => `eval/now/${String(first + index).padStart(4, '0')}`);
    const log = new MemoryLog(() => 0);
    let done = 0;
    const scheduler = new Scheduler({
      log,
      effects: this.#troupe.effects,
      createActor: actorFactory(this.#kit.library, this.#behaviours),
      onEvents: (events) => {
        for (const { stream, version } of events) if (stream === 'evaluation' && version > 0) done++;
        onProgress(done);
      },
    });
    const tasks = trials.map(({ task }) => ({ ...taskRef(task, this.#kit.families) }));
    await scheduler.run('evaluation', 'evaluation', {
      tasks,
      first,
      script: trials.map(({ script }) => script),
    });
    return streams.map((stream) => readScore(log.readPrefix(stream)));
  }
}

const finishedSchema = z.object({
  output: z.object({ score: z.number(), calls: z.number(), cause: z.string().nullable() }),
});
const verifiedSchema = z.object({ parts: z.record(z.string(), z.number()) });
const rejectedSchema = z.object({ cause: z.string() });

/** Folds the events of one trial's rollout. */
function readScore(events: readonly StoredEvent[]): TrialScore {
  const find = (type: string) => events.find((event) => event.type === type)?.data;
  const finished = find('execution.finished');
  if (finished === undefined) {
    const { cause } = rejectedSchema.parse(find('rejected'));
    return { score: 0, parts: {}, calls: 0, tokens: 0, cause };
  }
  const { score, calls, cause } = finishedSchema.parse(finished).output;
  const verified = find('verified');
  const tokens = events
    .filter(({ type }) => type === 'called')
    .reduce((sum, event) => sum + recordedCall(event).tokens.length, 0);
  return {
    score,
    parts: verified === undefined ? {} : verifiedSchema.parse(verified).parts,
    calls,
    tokens,
    cause,
  };
}
