import { checkRun } from '../../store/integrity.ts';
import type { Store } from '../../store/store.ts';
import { actorFactory } from './actors.ts';
import type { Kit } from './kit.ts';
import { readConfig } from './run.ts';
import { Scheduler } from './scheduler.ts';
import { type Hardware, makeMaterial, sessionInput, Troupe } from './troupe.ts';
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
  const { id, status } = store.run(name);
  const { events, problems } = checkRun(store, id);
  const problem = problems[0];
  if (problem !== undefined) {
    return {
      run: id,
      events,
      calls: 0,
      identical: false,
      divergence: {
        foundBy: 'hashes',
        stream: problem.stream ?? '(run)',
        version: problem.version ?? 0,
        seq: problem.seq ?? null,
        type: problem.type ?? '(none)',
        field: '(stored row)',
        recorded: problem.problem,
        executed: '(not executed: the stored rows do not fit their hashes)',
      },
    };
  }
  return execute(store, id, status === 'done', events, options);
}

async function execute(
  store: Store,
  id: string,
  complete: boolean,
  events: number,
  { kit, hardware, onProgress }: VerifyOptions,
): Promise<VerifyResult> {
  const config = readConfig(store, id);
  const material = makeMaterial(config, kit);
  let calls = 0;
  let troupe: Troupe | undefined;
  const log = new VerifyingLog(store.reader(id), complete, (compared) => {
    onProgress?.(compared, events);
    if (!complete && compared === events) scheduler?.stop();
  });
  let scheduler: Scheduler | undefined;
  try {
    if (events > 0) {
      troupe = new Troupe(config, material, kit, log, hardware);
      scheduler = new Scheduler({
        log,
        effects: troupe.effects,
        createActor: actorFactory(kit.library),
        onEvents: (stored) => {
          for (const event of stored) if (event.type === 'called') calls++;
        },
      });
      await scheduler.run('session', 'session', sessionInput(config, material));
    }
    const missing = log.compared < events ? log.firstMissing() : null;
    return {
      run: id,
      events,
      calls,
      identical: missing === null,
      divergence: missing === null ? null : { ...missing, foundBy: 'execution' },
    };
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    return {
      run: id,
      events,
      calls,
      identical: false,
      divergence: { ...error.divergence, foundBy: 'execution' },
    };
  } finally {
    await troupe?.close();
  }
}
