import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { must } from '../../../src/core/errors.ts';
import { hashJson } from '../../../src/core/hash.ts';
import type { Outcome } from '../play/outcome.ts';
import { type Child, startChild } from './child.ts';
import type { Performed } from './perform.ts';
import { filesOf, jobOf, type Task } from './plan.ts';

export interface TableRun {
  readonly tasks: readonly Task[];
  /** Outcomes that are there already, by key. */
  readonly known: ReadonlyMap<string, Outcome>;
  readonly work: string;
  readonly codeVersion: string;
  /** Children at a time. */
  readonly jobs: number;
  /** Whether the logs of finished runs stay in the working folder. */
  readonly keep: boolean;
  /** Commits an outcome, before anything of what it is from is deleted. */
  readonly onOutcome: (task: Task, performed: Performed & { outcome: Outcome }) => void;
  readonly onProgress: (progress: Progress) => void;
}

export interface Progress {
  /** What is under way: `stagewise/2 step 31/60`. */
  readonly underWay: readonly string[];
  readonly done: number;
  readonly of: number;
  /** Share of the work, 0 … 1. */
  readonly share: number;
}

export interface TableEnd {
  readonly stopped: boolean;
  readonly failed: readonly { readonly id: string; readonly why: string }[];
}

/** Runs what is missing of a table, some jobs at a time, each as soon as what it needs is there. */
export function runTable(run: TableRun): { readonly finished: Promise<TableEnd>; stop(): void } {
  mkdirSync(run.work, { recursive: true });
  const outcomes = new Map(run.tasks.flatMap(({ id, key }) => pair(id, run.known.get(key))));
  const byId = new Map(run.tasks.map((task) => [task.id, task]));
  const taskOf = (id: string) => must(byId.get(id), `the job ${id}`);
  const todo = pendingTasks(run, outcomes, taskOf);
  const total = todo.reduce((sum, { work }) => sum + work, 0);
  const waiting = new Set(todo);
  const done = new Set(run.tasks.filter((task) => !waiting.has(task)).map(({ id }) => id));
  const active = new Map<Task, { child: Child; what: string; share: number }>();
  const failed: { id: string; why: string }[] = [];
  /** What was trained in this call, by all that it was trained with: arms that turn out to be the same are run once. */
  const trained = new Map<string, Performed & { outcome: Outcome }>();
  const setting = {
    ...run,
    taskOf,
    outcomeOf: (id: string) => must(outcomes.get(id), `the outcome of ${id}`),
  };
  /** Names what a training arm is, once all that it needs is known; null for others, and where others need its weights. */
  const twinKey = (task: Task): string | null => {
    const wanted = run.tasks.some(
      ({ arm, needs }) => arm !== null && 'of' in arm.play && needs.includes(task.id),
    );
    if (task.arm?.play.kind !== 'train' || wanted) return null;
    return hashJson(JSON.parse(JSON.stringify(jobOf(task, setting).config)));
  };
  let stopped = false;
  let finishedWork = 0;
  let count = 0;
  const report = () => {
    const ongoing = [...active].reduce((sum, [{ work }, { share }]) => sum + work * share, 0);
    run.onProgress({
      underWay: [...active].map(([task, { what }]) => `${nameOf(task)} ${what}`),
      done: count,
      of: todo.length,
      share: total === 0 ? 1 : (finishedWork + ongoing) / total,
    });
  };
  const finish = (task: Task, performed: Performed) => {
    const { outcome } = performed;
    if (outcome !== null) {
      outcomes.set(task.id, outcome);
      run.onOutcome(task, { ...performed, outcome });
      const key = twinKey(task);
      if (key !== null) trained.set(key, { ...performed, outcome });
    }
    done.add(task.id);
    count++;
    finishedWork += task.work;
  };
  const perform = async (task: Task) => {
    const twin = trained.get(twinKey(task) ?? '');
    if (twin !== undefined) {
      finish(task, twin);
      report();
      return;
    }
    const child = startChild(jobOf(task, setting), (what, share) => {
      active.set(task, { child, what, share });
      report();
    });
    active.set(task, { child, what: '', share: 0 });
    try {
      const performed = await child.finished;
      if (performed === null) {
        stopped = true;
        return;
      }
      finish(task, performed);
      // Committed first, deleted then.
      if (performed.outcome !== null && !run.keep)
        for (const end of ['', '-wal', '-shm']) rmSync(filesOf(run.work, task).store + end, { force: true });
    } catch (error) {
      failed.push({ id: nameOf(task), why: error instanceof Error ? error.message : String(error) });
    } finally {
      active.delete(task);
      report();
    }
  };
  const ready = (task: Task): boolean => {
    if (!task.needs.every((need) => done.has(need))) return false;
    const key = twinKey(task);
    return key === null || ![...active.keys()].some((other) => twinKey(other) === key);
  };
  const finished = async (): Promise<TableEnd> => {
    const running = new Set<Promise<void>>();
    for (;;) {
      const next = stopped ? undefined : [...waiting].find(ready);
      if (next !== undefined && running.size < run.jobs) {
        waiting.delete(next);
        const work = perform(next).finally(() => running.delete(work));
        running.add(work);
      } else if (running.size > 0) await Promise.race(running);
      else break;
    }
    return { stopped, failed };
  };
  return {
    finished: finished(),
    stop: () => {
      stopped = true;
      for (const { child } of active.values()) child.stop();
    },
  };
}

/** What has to be done: what has no outcome yet, and what that needs and is not to be had any more. */
function pendingTasks(
  { tasks, work }: TableRun,
  outcomes: ReadonlyMap<string, Outcome>,
  taskOf: (id: string) => Task,
): Task[] {
  const pending = new Set<Task>();
  const require = (task: Task) => {
    if (pending.has(task)) return;
    pending.add(task);
    const { arm } = task;
    for (const id of task.needs) {
      const need = taskOf(id);
      const weights = arm !== null && 'of' in arm.play && need.arm !== null;
      const there =
        need.arm === null ? false : outcomes.has(id) && (!weights || existsSync(filesOf(work, need).last));
      if (!there) require(need);
    }
  };
  for (const task of tasks) if (task.arm !== null && !outcomes.has(task.id)) require(task);
  return tasks.filter((task) => pending.has(task));
}

function nameOf({ arm, seed }: Task): string {
  return `${arm?.name ?? 'cold start'}/${seed}`;
}

function pair(id: string, outcome: Outcome | undefined): [string, Outcome][] {
  return outcome === undefined ? [] : [[id, outcome]];
}
