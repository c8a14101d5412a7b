import { RandomStream } from '../../src/core/random.ts';
import { type Allowance, checkSpec, failureOf } from '../../src/designs/checks.ts';
import { defaultLibrary, type NodeLibrary } from '../../src/designs/library.ts';
import { readJavaScript } from '../../src/designs/script.ts';
import { SPEC_VERSION } from '../../src/designs/spec.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';
import type { Sandbox } from '../../src/tasks/sandbox.ts';
import { CORPUS } from './corpus.ts';
import { drive } from './drive.ts';
import { mutate } from './mutate.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
  /** Milliseconds; for the slowest script only. */
  readonly now: () => number;
  readonly onProgress?: (done: number) => void;
}

export interface FuzzReport {
  readonly scripts: number;
  /** Scripts whose design passed all checks; each was run {@link RUNS} times. */
  readonly accepted: number;
  /** Scripts by outcome: `accepted`, or the cause of their refusal. */
  readonly outcomes: { readonly [cause: string]: number };
  readonly slowestMs: number;
  /** Scripts that broke a promise: a crash of the checker, a bound exceeded, a machine that stands still. */
  readonly violations: readonly { readonly script: string; readonly problem: string }[];
}

/** Times that the machine of an accepted design is driven, with other answers each time. */
const RUNS = 3;

const ALLOWANCE: Allowance = {
  tools: ['js'],
  budget: { calls: 200, tokens: 20_000, toolSteps: 20_000 },
  tokensPerCall: 48,
  ownSampler: true,
};

/** Feeds mutated scripts to the sandbox and the checks, and drives the machine of every design that passes. */
export async function fuzzScripts({ seed, count, now, onProgress }: FuzzOptions): Promise<FuzzReport> {
  const library = defaultLibrary();
  const sandbox = new QuickJsSandbox();
  const outcomes: { [cause: string]: number } = {};
  const violations: { script: string; problem: string }[] = [];
  let slowestMs = 0;
  try {
    for (let index = 0; index < count; index++) {
      const random = new RandomStream(seed, 'fuzz', index);
      const script = mutate(random.pick(CORPUS), random.pick(CORPUS), random);
      const start = now();
      const { outcome, problem } = await tryScript(script, library, sandbox, random);
      slowestMs = Math.max(slowestMs, now() - start);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (problem !== null) violations.push({ script, problem });
      if (index % 100 === 99) onProgress?.(index + 1);
    }
  } finally {
    await sandbox.close();
  }
  return { scripts: count, accepted: outcomes.accepted ?? 0, outcomes, slowestMs, violations };
}

async function tryScript(
  script: string,
  library: NodeLibrary,
  sandbox: Sandbox,
  random: RandomStream,
): Promise<{ outcome: string; problem: string | null }> {
  try {
    const reading = await readJavaScript(script, library, sandbox);
    if (!reading.ok) return { outcome: reading.cause, problem: null };
    const value = { mas: SPEC_VERSION, root: reading.root };
    const { checks, spec, bounds } = checkSpec(value, library, ALLOWANCE, reading.lines);
    const failure = failureOf(checks);
    if (failure !== null) return { outcome: failure.cause, problem: null };
    if (spec === null || bounds === null) return { outcome: 'accepted', problem: 'accepted without a spec' };
    for (let run = 0; run < RUNS; run++) {
      const problem = drive(spec, bounds, ALLOWANCE.tokensPerCall, library, random);
      if (problem !== null) return { outcome: 'accepted', problem };
    }
    return { outcome: 'accepted', problem: null };
  } catch (error) {
    return { outcome: 'crash', problem: `the checker threw: ${String(error)}` };
  }
}
