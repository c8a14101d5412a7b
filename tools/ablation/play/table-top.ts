import { InvariantError, must } from '../../../src/core/errors.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { average } from '../../../src/credit/advantage.ts';
import type { RunConfig } from '../../../src/runtime/config.ts';
import { readMaterial } from '../../../src/runtime/material.ts';
import { type TrialOptions, type TrialScore, Trials } from '../../../src/runtime/trials.ts';
import type { Task } from '../../../src/tasks/task.ts';
import type { TaskSet } from '../../../src/tasks/task-set.ts';
import type { EventReader } from '../../../store/event-log.ts';
import type { Prices } from '../../families/design-table.ts';
import { pricesOf } from '../../families/measure-designs.ts';
import type { Outcome } from './outcome.ts';

/** Executions of a fixed design on each task of an evaluation: there is no designer whose draws would differ. */
const EXECUTIONS = 2;

/** Which fixed design plays a task: a pure function of the task and its place in the list. */
export type Casting = (task: Task, index: number) => string;

/** A policy version of a run with its tasks laid out, where fixed designs are tried. Close it when done. */
export class TableTop {
  readonly trials: Trials;
  readonly train: readonly Task[];
  readonly heldOut: readonly Task[];
  readonly harder: readonly Task[];
  readonly #config: RunConfig;

  private constructor(trials: Trials, config: RunConfig, tasks: TaskSet) {
    this.trials = trials;
    this.#config = config;
    this.heldOut = tasks.heldOut;
    this.harder = tasks.harder;
    // In an order of its own: training picks tasks otherwise.
    this.train = new RandomStream(config.seed, 'table top').shuffle([...tasks.train]);
  }

  static async open(recorded: EventReader, config: RunConfig, options: TrialOptions): Promise<TableTop> {
    const material = readMaterial(recorded);
    if (material === null) throw new InvariantError('the run has no tasks or tokenizer');
    return new TableTop(await Trials.open(recorded, config, options), config, material.tasks);
  }

  close(): Promise<void> {
    return this.trials.close();
  }

  /** Names of the families, sorted. */
  get families(): string[] {
    return [...new Set(this.heldOut.map(({ family }) => family))].sort();
  }

  /** Score less the price of calls and tokens. */
  get prices(): Prices {
    return pricesOf(this.#config);
  }

  reward({ score, calls, tokens }: TrialScore): number {
    const { callPrice, tokenPrice } = this.prices;
    return score - callPrice * Math.max(0, calls - 1) - tokenPrice * tokens;
  }

  /** Accuracy and calls of fixed designs on the held-out and the harder tasks, by family. */
  async evaluate(casting: Casting, onProgress?: (share: number) => void): Promise<Outcome['families']> {
    const total = this.heldOut.length + this.harder.length;
    const heldOut = await this.#play(this.heldOut, casting, (done) => onProgress?.(done / total));
    const harder = await this.#play(this.harder, casting, (done) =>
      onProgress?.((this.heldOut.length + done) / total),
    );
    return Object.fromEntries(
      [...heldOut].map(([family, scores]) => {
        const beyond = harder.get(family);
        return [
          family,
          {
            heldOut: average(scores.map(({ score }) => score)),
            harder: beyond === undefined ? null : average(beyond.map(({ score }) => score)),
            testCalls: average(scores.map(({ calls }) => calls)),
          },
        ];
      }),
    );
  }

  async #play(
    tasks: readonly Task[],
    casting: Casting,
    onProgress: (tasks: number) => void,
  ): Promise<Map<string, TrialScore[]>> {
    const trials = tasks.flatMap((task, index) => {
      const trial = { task, script: casting(task, index) };
      return Array.from({ length: EXECUTIONS }, () => trial);
    });
    const scores = await this.trials.run(trials, (done) => onProgress(done / EXECUTIONS));
    const named = scores.map((score, index) => ({
      score,
      family: must(trials[index], 'a trial').task.family,
    }));
    return new Map(
      [...Map.groupBy(named, ({ family }) => family)].map(([family, members]) => [
        family,
        members.map(({ score }) => score),
      ]),
    );
  }
}
