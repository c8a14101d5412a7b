import type { StoredEvent } from '../../store/event-log.ts';
import { checkRun } from '../../store/integrity.ts';
import type { Store } from '../../store/store.ts';
import { readConfig } from './run.ts';
import { type Cause, causeOf } from './verify/cause.ts';
import type { Divergence } from './verify/divergence.ts';
import { brokenBlobs, evidenceOf } from './verify/evidence.ts';
import { executePart, NO_PART, type Part, type PartOptions } from './verify/part.ts';
import { checkScope } from './verify/scope.ts';
import { explainProblem } from './verify/stored-rows.ts';
import { type Limits, limitsOf } from './verify/tolerance.ts';

export type VerifyOptions = PartOptions;

export interface VerifyResult extends Omit<Part, 'found'> {
  readonly run: string;
  /** `exact`: every byte was compared. `tolerance`: recorded tokens were scored, and values may be apart by so much. */
  readonly mode: 'exact' | 'tolerance';
  /** How far values may be apart within a tolerance. */
  readonly limits: Limits | null;
  /** Events of the run. */
  readonly events: number;
  /** Whether everything that was looked at came out the same, within the tolerance if there is one. */
  readonly identical: boolean;
  /** Version of the code that recorded the event that differs, or the last one; and of the code that verifies. */
  readonly code: { readonly recorded: string; readonly now: string | null };
  /** The first difference, what found it (the hash chains, and what they say, or the execution), and why it is likely there. */
  readonly divergence:
    | (Divergence & {
        readonly foundBy: 'hashes' | 'execution';
        readonly hashes: string | null;
        readonly cause: Cause;
      })
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
  const { kit, codeVersion, tolerance } = options;
  const { id } = store.run(name);
  const recorded = store.reader(id);
  checkScope(options, recorded.count());
  const config = () => readConfig(store, id);
  const common = {
    run: id,
    mode: tolerance === undefined ? ('exact' as const) : ('tolerance' as const),
    limits: tolerance === undefined ? null : limitsOf(tolerance),
    events: recorded.count(),
  };

  const problem = checkRun(store, id).problems[0];
  if (problem !== undefined) {
    const { found: _, ...nothing } = NO_PART;
    const weightsMissing = problem.seq === undefined && brokenBlobs(recorded).some(isLearned);
    return {
      ...common,
      ...nothing,
      identical: false,
      code: { recorded: store.run(id).codeVersion, now: codeVersion ?? null },
      divergence: {
        ...(await explainProblem(problem, recorded, id, config, options)),
        foundBy: 'hashes',
        hashes: problem.problem,
        cause: causeOf({ foundBy: 'hashes', weightsMissing, kit: 'same', sameCode: null, gap: null }),
      },
    };
  }

  const { found, ...part } = await executePart(recorded, id, config(), options);
  const at = found?.divergence.seq ?? recorded.count();
  const code = { recorded: codeOf(store, id, recorded.eventAt(at)), now: codeVersion ?? null };
  const sameCode = code.now === null ? null : code.now === code.recorded;
  return {
    ...common,
    ...part,
    identical: found === null,
    code,
    divergence: found && {
      ...found.divergence,
      foundBy: 'execution',
      hashes: null,
      cause: causeOf(evidenceOf(found, recorded, kit, sameCode)),
    },
  };
}

/** Version of the code that recorded an event: each attempt at a run may be by another one. */
function codeOf(store: Store, run: string, event: StoredEvent | undefined): string {
  const attempt = store.attempts(run).find((each) => each.attempt === event?.attempt);
  return attempt?.codeVersion || store.run(run).codeVersion;
}

function isLearned(name: string): boolean {
  return name.startsWith('weights/') || name.startsWith('moments/');
}
