import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../../src/core/errors.ts';

/** What every measurement is given. */
export interface Measuring {
  /** About how long it may measure, preparation not counted. */
  readonly seconds: number;
  /** Called between pieces of work, for progress that a blocked thread could not show by a timer. */
  readonly pulse?: () => void;
}

/** The machine as far as the figures depend on it. */
export function machine(): { readonly cores: number; readonly model: string } {
  return { cores: availableParallelism(), model: cpus()[0]?.model.trim() ?? 'unknown' };
}

/** CPU time of all threads of this process, in seconds. */
export function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Monotonic time in seconds. */
export function now(): number {
  return performance.now() / 1000;
}

/**
 * Times pieces of work in turn, round after round, so that what else the machine does weighs on all of them
 * alike and their ratios hold. The first round warms up and does not count; at least two others do. Returns
 * the median seconds of each. `work` is told the number of the round, from 0.
 */
export async function alternate<Name extends string>(
  pieces: { readonly [name in Name]: (round: number) => Promise<void> | void },
  { seconds, pulse }: Measuring,
): Promise<{ readonly [name in Name]: number }> {
  const names = Object.keys(pieces) as Name[];
  const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
  let deadline = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3 || now() < deadline; round++) {
    for (const name of names) {
      const start = now();
      await pieces[name](round);
      if (round > 0) samples.get(name)?.push(now() - start);
      pulse?.();
    }
    if (round === 0) deadline = now() + seconds;
  }
  const entries = names.map((name) => [name, median(must(samples.get(name), name))]);
  return Object.fromEntries(entries) as { readonly [name in Name]: number };
}

/** The middle of a non-empty list, or the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = must(sorted[Math.ceil(middle) - 1], 'a sample');
  const high = must(sorted[Math.floor(middle)], 'a sample');
  return (low + high) / 2;
}

/** Lends a directory for the time of `work`, and removes it with all that is in it. */
export async function inScratch<T>(work: (file: (name: string) => string) => Promise<T> | T): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-bench-'));
  try {
    return await work((name) => join(directory, name));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
