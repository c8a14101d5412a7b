import type { EventReader } from '../../../store/event-log.ts';
import type { JsonObject } from '../../core/json.ts';
import type { RunConfig } from '../config.ts';
import type { Kit } from '../kit.ts';
import type { Hardware } from '../troupe.ts';
import { DivergenceError } from './divergence.ts';
import { missingFromKit } from './evidence.ts';
import { Execution } from './execution.ts';
import { Ledger, type Tally } from './ledger.ts';
import { Pace } from './pace.ts';
import { Scope, type ScopeOptions } from './scope.ts';
import type { Sidecar } from './sidecar.ts';
import { type Differences, Tolerance } from './tolerance.ts';

export interface PartOptions extends ScopeOptions {
  readonly kit: Kit;
  readonly hardware: Hardware;
  /** Version of the code that verifies; without it, a change of the code is not told from other causes. */
  readonly codeVersion?: string | undefined;
  /** Remembers how far a verification was when it was interrupted. */
  readonly sidecar?: Sidecar | undefined;
  /** Interrupts the verification, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Events dealt with so far, how many there are to deal with, and the share of the work that is done, 0 … 1. */
  readonly onProgress?: ((done: number, events: number, share: number) => void) | undefined;
}

/** What was executed again, and how it came out. */
export interface Part {
  /** How the events that were looked at were dealt with. */
  readonly tally: Tally;
  /** Rollout trees that were executed again, and those that were looked at. */
  readonly rollouts: { readonly executed: number; readonly all: number };
  /** Whether the cold start was executed again; before a range it is taken as recorded. */
  readonly coldStart: boolean;
  /** Policy calls that were sampled again; within a tolerance, scored. */
  readonly calls: number;
  /** The largest differences within a tolerance. */
  readonly differences: Differences | null;
  readonly found: DivergenceError | null;
}

/** Nothing of a run. */
export const NO_PART: Part = {
  tally: { compared: 0, earlier: 0, taken: 0 },
  rollouts: { executed: 0, all: 0 },
  coldStart: false,
  calls: 0,
  differences: null,
  found: null,
};

/** Executes a part of a run again, up to the first event that differs from the recorded one. */
export async function executePart(
  recorded: EventReader,
  id: string,
  config: RunConfig,
  options: PartOptions,
): Promise<Part> {
  const { kit, hardware, sidecar, signal, onProgress, tolerance: limit } = options;
  const scope = new Scope(recorded, config, options);
  const { upTo, rollouts, coldStart } = scope;
  const memory = sidecar?.begin({ run: id, hash: recorded.eventHash(), ...identity(options, upTo) }) ?? null;
  const ledger = new Ledger(scope, memory?.upTo);
  const tolerance = limit === undefined ? null : new Tolerance(limit, memory?.differences ?? undefined);
  const pace = new Pace(recorded, upTo, (event) => ledger.owes(event));
  const execution = new Execution({
    ...{ recorded, config, kit, hardware, ledger, upTo, tolerance, signal },
    onEvent: (event) => pace.enter(event),
    onProgress: () => {
      const { compared, earlier, taken } = ledger.tally;
      onProgress?.(compared + earlier + taken, upTo, pace.share);
      sidecar?.note({ upTo: ledger.upTo, differences: tolerance?.largest ?? null });
    },
  });
  let found: DivergenceError | null;
  try {
    found = upTo === 0 ? null : await divergenceOf(execution, () => missingFromKit(recorded, kit));
  } catch (error) {
    if (signal?.aborted === true) sidecar?.flush();
    throw error;
  }
  sidecar?.remove();
  const { calls } = execution;
  return { tally: ledger.tally, rollouts, coldStart, calls, differences: tolerance?.largest ?? null, found };
}

/** The first difference that an execution comes upon, or null. */
async function divergenceOf(
  execution: Execution,
  missing: () => string | null,
): Promise<DivergenceError | null> {
  try {
    await execution.compare();
    return null;
  } catch (error) {
    if (error instanceof DivergenceError) return error;
    // Recorded designs with a node that is not there cannot be executed at all.
    const lack = missing();
    if (lack === null) throw error;
    const place = { stream: '(kit)', version: 0, seq: null, type: '(kit)', field: lack };
    return new DivergenceError({ ...place, recorded: 'used by the run', executed: '(not in the kit)' });
  }
}

/** What an interrupted verification and the one that goes on with it have in common. */
function identity(options: PartOptions, upTo: number): JsonObject {
  const { from = 1, sample = 100, sampleSeed = 0, tolerance = null, codeVersion = null, hardware } = options;
  return { from, upTo, sample, sampleSeed, tolerance, codeVersion, threads: hardware.threads ?? 1 };
}
