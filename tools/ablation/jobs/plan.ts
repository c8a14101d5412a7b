import { join } from 'node:path';
import { must } from '../../../src/core/errors.ts';
import { hashJson } from '../../../src/core/hash.ts';
import type { RunConfig } from '../../../src/runtime/config.ts';
import { type Arm, armConfig, coldConfig, coldPart, needsOf } from '../arm.ts';
import type { Outcome } from '../play/outcome.ts';
import type { Sources } from '../same/record.ts';
import type { Job } from './job.ts';

/** A job to be, with what it waits for. */
export interface Task {
  /** Of a cold start its key; of an arm `NAME/SEED`. */
  readonly id: string;
  /** Null for a cold start. */
  readonly arm: Arm | null;
  readonly seed: number;
  /** Hash of all that its outcome depends on. */
  readonly key: string;
  readonly config: RunConfig;
  readonly needs: readonly string[];
  /** How long it takes, by a guess, in units of one usual arm. */
  readonly work: number;
}

export interface Planning {
  readonly base: RunConfig;
  readonly arms: readonly Arm[];
  readonly seeds: readonly number[];
  readonly sources: Sources;
}

/** All jobs of a table: every arm with every seed, and the cold starts that they share, needs before needy. */
export function planTable({ base, arms, seeds, sources }: Planning): Task[] {
  const tasks = new Map<string, Task>();
  for (const seed of seeds) {
    for (const arm of inOrder(arms)) {
      const config = armConfig({ ...base, seed }, arm.changes);
      const cold = coldConfig(config, base);
      const coldKey = keyOf({ sources: sources.coldStart, cold: coldPart(cold) });
      if (!tasks.has(coldKey)) {
        tasks.set(coldKey, {
          id: coldKey,
          arm: null,
          seed,
          key: coldKey,
          config: cold,
          needs: [],
          work: 0.4,
        });
      }
      const needs = needsOf(arm).map((name) => `${name}/${seed}`);
      // By their keys and not their names: an arm is the same in whatever table it stands.
      const keys = needs.map((need) => must(tasks.get(need), `the job ${need}`).key);
      const { of: _, callsOf: __, design, ...play } = { of: '', callsOf: '', design: '', ...arm.play };
      const scripted = typeof design === 'string' ? { ...play, design } : play;
      const key = keyOf({ sources: sources.all, config, play: scripted, needs: keys });
      const work = arm.play.kind === 'train' ? 0.2 + config.steps / Math.max(1, base.steps) : 0.4;
      tasks.set(`${arm.name}/${seed}`, {
        id: `${arm.name}/${seed}`,
        arm,
        seed,
        key,
        config,
        // Who plays with another arm's weights needs no cold start.
        needs: 'of' in arm.play ? needs : [coldKey, ...needs],
        work,
      });
    }
  }
  return [...tasks.values()];
}

/** Arms behind those that they need. */
function inOrder(arms: readonly Arm[]): Arm[] {
  const placed: Arm[] = [];
  const place = (arm: Arm) => {
    for (const need of needsOf(arm)) {
      const needed = arms.find(({ name }) => name === need);
      place(must(needed, `the arm ${need}`));
    }
    if (!placed.includes(arm)) placed.push(arm);
  };
  for (const arm of arms) place(arm);
  return placed;
}

function keyOf(what: object): string {
  return hashJson(JSON.parse(JSON.stringify(what))).slice(0, 16);
}

/** The files of a task in the working folder. */
export function filesOf(work: string, { key }: Pick<Task, 'key'>) {
  return { store: join(work, `${key}.db`), last: join(work, `${key}-last.db`) };
}

export interface JobSetting {
  readonly work: string;
  readonly codeVersion: string;
  readonly outcomeOf: (id: string) => Outcome;
  readonly taskOf: (id: string) => Task;
}

/** What a child is asked to do for a task, now that what it needs is there. */
export function jobOf(task: Task, { work, codeVersion, outcomeOf, taskOf }: JobSetting): Job {
  const { arm, config, seed, needs } = task;
  const common = { config, codeVersion, samplers: 1 };
  const { store, last } = filesOf(work, task);
  if (arm === null) return { kind: 'cold', store, ...common };
  const cold = filesOf(work, taskOf(must(needs[0], 'a cold start'))).store;
  const lastOf = (name: string) => filesOf(work, taskOf(`${name}/${seed}`)).last;
  const { play } = arm;
  switch (play.kind) {
    case 'train': {
      const named = (name: string) => outcomeOf(`${name}/${seed}`);
      return { kind: 'train', cold, store, last, ...common, config: trainConfig(task, play, named) };
    }
    case 'fixed':
      return {
        kind: 'fixed',
        cold,
        ...(play.script === undefined ? {} : { script: play.script }),
        ...(play.by === undefined ? {} : { by: play.by }),
        ...common,
      };
    case 'consistency':
      return { kind: 'consistency', last: lastOf(play.of), test: outcomeOf(`${play.of}/${seed}`), ...common };
    case 'oracle':
      return { kind: 'oracle', last: lastOf(play.of), ...common };
    case 'search': {
      const budget = outcomeOf(`${play.callsOf}/${seed}`).policyCalls;
      return { kind: 'search', cold, budget, by: play.by, ...common };
    }
  }
}

/** The configuration of a training arm: its design, and as many executions as the calls of another arm pay for. */
function trainConfig(
  { config }: Task,
  { design, callsOf }: Extract<Arm['play'], { kind: 'train' }>,
  outcomeOf: (name: string) => Outcome,
): RunConfig {
  if (design === undefined) return config;
  const chosen = typeof design === 'string' ? null : outcomeOf(design.of);
  const designs = must(
    typeof design === 'string' ? { all: design } : chosen?.designs,
    'designs that were chosen',
  );
  const rollout = { design: designs.all ?? designs, designs: 1 };
  if (callsOf === undefined) return armConfig(config, { rollout });
  const calls = outcomeOf(callsOf).policyCalls / Math.max(1, config.steps * config.rollout.tasksPerStep);
  const executions = Math.max(2, Math.round(calls / Math.max(1, chosen?.callsPerExecution ?? 1)));
  return armConfig(config, { rollout: { ...rollout, executions } });
}
