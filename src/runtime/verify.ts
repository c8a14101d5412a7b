import type { StoredEvent } from '../../store/event-log.ts';
import { checkRun } from '../../store/integrity.ts';
import type { Store } from '../../store/store.ts';
import type { JsonObject } from '../core/json.ts';
import type { Kit } from './kit.ts';
import { readConfig } from './run.ts';
import type { Hardware } from './troupe.ts';
import { type Cause, causeOf } from './verify/cause.ts';
import { type Divergence, DivergenceError } from './verify/divergence.ts';
import { brokenBlobs, evidenceOf, missingFromKit } from './verify/evidence.ts';
import { Execution } from './verify/execution.ts';
import { Ledger, type Tally } from './verify/ledger.ts';
import { Pace } from './verify/pace.ts';
import { checkScope, Scope, type ScopeOptions } from './verify/scope.ts';
import type { Sidecar } from './verify/sidecar.ts';
import { type Differences, Tolerance } from './verify/tolerance.ts';

export interface VerifyOptions extends ScopeOptions {
  readonly kit: Kit;
  readonly hardware: Hardware;
  /** Version of the code that verifies; without it, a change of the code is not told from other causes. */
  readonly codeVersion?: string | undefined;
  /** Remembers how far a verification was when it was interrupted. */
  readonly sidecar?: Sidecar | undefined;
  /** Interrupts the verification, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Events dealt with so far, how many there are to deal with, and the share of the work that is done, 0 … 1. */
  readonly onProgress?: (done: number, events: number, share: number) => void;
}

export interface VerifyResult {
  readonly run: string;
  /** `exact`: every byte was compared. `tolerance`: recorded tokens were scored, and values may be apart by so much. */
  readonly mode: 'exact' | 'tolerance';
  /** Events of the run. */
  readonly events: number;
  /** How those of them that were looked at were dealt with. */
  readonly tally: Tally;
  /** Rollout trees that were executed again, and those that were looked at. */
  readonly rollouts: { readonly executed: number; readonly all: number };
  /** Policy calls that were sampled again; within a tolerance, scored. */
  readonly calls: number;
  /** Whether everything that was looked at came out the same, within the tolerance if there is one. */
  readonly identical: boolean;
  /** The largest differences within a tolerance. */
  readonly differences: Differences | null;
  /** Version of the code that recorded the event that differs, or the last one; and of the code that verifies. */
  readonly code: { readonly recorded: string; readonly now: string | null };
  /** The first difference, what found it (the hash chains, or the execution), and why it is likely there. */
  readonly divergence:
    | (Divergence & { readonly foundBy: 'hashes' | 'execution'; readonly cause: Cause })
    | null;
}

/**
 * Executes a run again from its configuration: tasks, tokenizer, weights, policies, tools, training. Every
 * event is compared with the recorded one; the stored rows are checked against their hash chains first,
 * because that is quick and finds what re-execution does not look at (times, blobs). Writes nothing into the
 * store. A run that was interrupted is verified as far as it goes; a scope takes part of the events as recorded.
 * Rejects with a UserError for a scope that makes no sense, and with the signal's reason when interrupted.
 */
export async function verifyRun(store: Store, name: string, options: VerifyOptions): Promise<VerifyResult> {
  const { kit, hardware, codeVersion, sidecar, signal, onProgress, tolerance: limit } = options;
  const { id } = store.run(name);
  const recorded = store.reader(id);
  const mode = limit === undefined ? 'exact' : 'tolerance';
  checkScope(options, recorded.count());

  const problem = checkRun(store, id).problems[0];
  if (problem !== undefined) {
    const weightsMissing = problem.seq === undefined && brokenBlobs(recorded).some(isLearned);
    return {
      ...{
        run: id,
        mode,
        code: { recorded: store.run(id).codeVersion, now: codeVersion ?? null },
        calls: 0,
        identical: false,
        differences: null,
        events: recorded.count(),
      },
      tally: { compared: 0, earlier: 0, taken: 0 },
      rollouts: { executed: 0, all: 0 },
      divergence: {
        stream: problem.stream ?? '(run)',
        version: problem.version ?? 0,
        seq: problem.seq ?? null,
        type: problem.type ?? '(none)',
        field: '(stored row)',
        recorded: problem.problem,
        executed: '(not executed: the stored rows are not as they were written)',
        foundBy: 'hashes',
        cause: causeOf({ foundBy: 'hashes', weightsMissing, kit: 'same', sameCode: null, gap: null }),
      },
    };
  }

  const config = readConfig(store, id);
  const scope = new Scope(recorded, config.seed, options);
  const { upTo } = scope;
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
  const found = await divergenceOf(execution, () => missingFromKit(recorded, kit), upTo);
  sidecar?.remove();
  const code = {
    recorded: codeOf(store, id, recorded.eventAt(found?.divergence.seq ?? recorded.count())),
    now: codeVersion ?? null,
  };
  const sameCode = codeVersion === undefined ? null : codeVersion === code.recorded;
  return {
    run: id,
    mode,
    events: recorded.count(),
    tally: ledger.tally,
    rollouts: scope.rollouts,
    calls: execution.calls,
    identical: found === null,
    differences: tolerance?.largest ?? null,
    code,
    divergence: found && {
      ...found.divergence,
      foundBy: 'execution',
      cause: causeOf(evidenceOf(found, recorded, kit, sameCode)),
    },
  };
}

/** The first difference that an execution comes upon, or null. */
async function divergenceOf(
  execution: Execution,
  missing: () => string | null,
  events: number,
): Promise<DivergenceError | null> {
  if (events === 0) return null;
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

/** Version of the code that recorded an event: each attempt at a run may be by another one. */
function codeOf(store: Store, run: string, event: StoredEvent | undefined): string {
  const attempt = store.attempts(run).find((each) => each.attempt === event?.attempt);
  return attempt?.codeVersion || store.run(run).codeVersion;
}

/** What an interrupted verification and the one that goes on with it have in common. */
function identity(options: VerifyOptions, upTo: number): JsonObject {
  const { from = 1, sample = 100, sampleSeed = 0, tolerance = null, codeVersion = null, hardware } = options;
  return { from, upTo, sample, sampleSeed, tolerance, codeVersion, threads: hardware.threads ?? 1 };
}

function isLearned(name: string): boolean {
  return name.startsWith('weights/') || name.startsWith('moments/');
}
