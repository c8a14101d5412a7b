import { checkRun } from '../../store/integrity.ts';
import type { Store } from '../../store/store.ts';
import { sha256 } from '../core/hash.ts';
import { sessionView } from '../views/session-view.ts';
import { actorFactory } from './actors.ts';
import type { Kit } from './kit.ts';
import { withRecordedKills } from './recorded-kills.ts';
import { readConfig } from './run.ts';
import { Scheduler } from './scheduler.ts';
import { type Hardware, makeMaterial, materialBlobs, sessionInput, Troupe } from './troupe.ts';
import { type Divergence, DivergenceError, VerifyingLog } from './verifying-log.ts';

export interface VerifyOptions {
  readonly kit: Kit;
  readonly hardware: Hardware;
  /** Events compared so far, and how many there are. */
  readonly onProgress?: (compared: number, events: number) => void;
}

export interface VerifyResult {
  readonly run: string;
  readonly events: number;
  /** Policy calls that were sampled again. */
  readonly calls: number;
  readonly identical: boolean;
  /** The first difference, and what found it: the hash chains, or the re-execution. */
  readonly divergence: (Divergence & { readonly foundBy: 'hashes' | 'execution' }) | null;
}

/**
 * Executes a run again from its configuration: tasks, tokenizer, weights, policies, tools, training. Every
 * event is compared with the recorded one; the stored rows are checked against their hash chains first,
 * because that is quick and finds what re-execution does not look at (times, blobs). Writes nothing. A run
 * that was interrupted is verified as far as it goes.
 */
export async function verifyRun(store: Store, name: string, options: VerifyOptions): Promise<VerifyResult> {
  const { id } = store.run(name);
  const { events, problems } = checkRun(store, id);
  const problem = problems[0];
  const failed = (divergence: NonNullable<VerifyResult['divergence']>, calls: number): VerifyResult => {
    return { run: id, events, calls, identical: false, divergence };
  };
  if (problem !== undefined) {
    return failed(
      {
        foundBy: 'hashes',
        stream: problem.stream ?? '(run)',
        version: problem.version ?? 0,
        seq: problem.seq ?? null,
        type: problem.type ?? '(none)',
        field: '(stored row)',
        recorded: problem.problem,
        executed: '(not executed: the stored rows are not as they were written)',
      },
      0,
    );
  }
  const execution = new Execution(store, id, events, options);
  const divergence = events === 0 ? null : await execution.compare();
  if (divergence !== null) return failed({ ...divergence, foundBy: 'execution' }, execution.calls);
  return { run: id, events, calls: execution.calls, identical: true, divergence: null };
}

/** One re-execution. */
class Execution {
  calls = 0;
  readonly #store: Store;
  readonly #run: string;
  readonly #events: number;
  readonly #options: VerifyOptions;
  /** Whether the session came to its end; what an interrupted run goes on to do is not in its log. */
  readonly #complete: boolean;

  constructor(store: Store, run: string, events: number, options: VerifyOptions) {
    this.#store = store;
    this.#run = run;
    this.#events = events;
    this.#options = options;
    this.#complete = sessionView(store.reader(run)).phase === 'done';
  }

  /** The first difference, or null. */
  async compare(): Promise<Divergence | null> {
    const { kit, hardware, onProgress } = this.#options;
    const config = readConfig(this.#store, this.#run);
    const material = makeMaterial(config, kit);
    let scheduler: Scheduler | undefined;
    const recorded = this.#store.reader(this.#run);
    const { forks = [] } = config;
    const log = new VerifyingLog(
      recorded,
      this.#complete,
      (compared) => {
        onProgress?.(compared, this.#events);
        if (!this.#complete && compared >= this.#events) scheduler?.stop();
      },
      (stream, version) =>
        forks.some((fork) => fork.set && fork.stream === stream && fork.version === version),
    );
    const troupe = new Troupe(config, material, kit, log, hardware, { recorded });
    try {
      await troupe.loadForked(recorded);
      scheduler = new Scheduler({
        log,
        effects: withRecordedKills(troupe.effects, this.#store.reader(this.#run)),
        createActor: actorFactory(kit.library),
        onEvents: (stored) => {
          for (const event of stored) if (event.type === 'called' && event.data.reused !== true) this.calls++;
        },
      });
      await scheduler.run('session', 'session', sessionInput(config, material));
      if (log.compared < this.#events) return log.firstMissing();
      return this.#blobs([...materialBlobs(material).map(named), ...log.blobs()], forks.length > 0);
    } catch (error) {
      if (error instanceof DivergenceError) return error.divergence;
      // Beyond the end of an altered log there is nothing to execute.
      if (!this.#complete && log.compared < this.#events) return log.firstMissing();
      throw error;
    } finally {
      await troupe.close();
    }
  }

  /** Stored weights, moments, tasks and tokenizer against those of the execution. */
  #blobs(
    executed: readonly { readonly name: string; readonly hash: string }[],
    forked: boolean,
  ): Divergence | null {
    const hashes = new Map(executed.map(({ name, hash }) => [name, hash]));
    const reader = this.#store.reader(this.#run);
    const recorded = [...reader.blobs(), ...reader.removedBlobs()];
    const blob = (name: string, was: string, is: string): Divergence => {
      const place = { stream: '(blob)', version: 0, seq: null, type: '(blob)' };
      return { ...place, field: name, recorded: was, executed: is };
    };
    for (const { name, hash } of recorded) {
      // Weights that a fork brought along from its parent's other versions.
      if (name.startsWith('weights/fork/')) continue;
      const again = hashes.get(name);
      hashes.delete(name);
      // An execution of an interrupted run may be a version further than its log.
      if (again === undefined && !this.#complete) continue;
      if (again !== hash) return blob(name, hash, again ?? '(no such blob)');
    }
    // A fork begins with the weights it needs; those that its parent kept besides stay there.
    const [missing] = this.#complete && !forked ? hashes : [];
    return missing === undefined ? null : blob(missing[0], '(no such blob)', missing[1]);
  }
}

function named({ name, bytes }: { readonly name: string; readonly bytes: Uint8Array }) {
  return { name, hash: sha256(bytes) };
}
