import type { EventReader, StoredEvent } from '../../../store/event-log.ts';
import { sha256 } from '../../core/hash.ts';
import type { CallRequest, Completion } from '../../policies/policy.ts';
import { recordedCall } from '../../policies/recorded-call.ts';
import { sessionView } from '../../views/session-view.ts';
import { actorFactory } from '../actors.ts';
import { coldStartChunks, type RunConfig } from '../config.ts';
import type { Effects } from '../effect.ts';
import { forkedWeights, placeOf } from '../fork/front.ts';
import type { Kit } from '../kit.ts';
import { type Material, makeMaterial, materialBlobs, readMaterial } from '../material.ts';
import { Scheduler } from '../scheduler.ts';
import { sessionInput } from '../session-input.ts';
import { type Hardware, Troupe } from '../troupe.ts';
import { compareExactly, DivergenceError } from './divergence.ts';
import type { Ledger } from './ledger.ts';
import { withRecordedAnswers } from './recorded-answers.ts';
import { withRecordedKills } from './recorded-kills.ts';
import { RecordedStreams } from './recorded-streams.ts';
import { rolloutOf } from './scope.ts';
import { TeacherForcing } from './teacher-forcing.ts';
import type { Tolerance } from './tolerance.ts';
import { anchored, keptColdStart, recordedColdStart } from './training.ts';
import { VerifyingLog } from './verifying-log.ts';

export interface ExecutionOptions {
  readonly recorded: EventReader;
  readonly config: RunConfig;
  readonly kit: Kit;
  readonly hardware: Hardware;
  readonly ledger: Ledger;
  /** The last event that is looked at, by position. */
  readonly upTo: number;
  /** How far values may be apart; null where every byte has to be the same. */
  readonly tolerance: Tolerance | null;
  readonly signal?: AbortSignal | undefined;
  /** Hears of every event that has been dealt with, and, after some of them, that it is time to say so. */
  readonly onEvent: (event: StoredEvent) => void;
  readonly onProgress: () => void;
}

/** One execution of a recorded run, from its configuration, compared with the recording. */
export class Execution {
  /** Policy calls that were sampled or scored again. */
  calls = 0;
  readonly #options: ExecutionOptions;
  readonly #streams: RecordedStreams;
  /** Whether the session came to its end; what an interrupted run goes on to do is not in its log. */
  readonly #complete: boolean;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.#streams = new RecordedStreams(options.recorded);
    this.#complete = sessionView(options.recorded).phase === 'done';
  }

  /** Throws a {@link DivergenceError} at the first difference, and the signal's reason if it is aborted. */
  async compare(): Promise<void> {
    const { recorded, config, kit, hardware, ledger, upTo, tolerance, signal, onEvent, onProgress } =
      this.#options;
    // Whose cold start it took over, a run alone cannot tell: its first event names the hashes of what it got.
    const material =
      (config.start === undefined ? null : readMaterial(recorded)) ?? makeMaterial(config, kit);
    const wholly = this.#complete && upTo === recorded.count();
    let scheduler: Scheduler | undefined;
    const log: VerifyingLog = new VerifyingLog({
      streams: this.#streams,
      complete: this.#complete,
      upTo,
      compare: tolerance?.compare ?? compareExactly,
      given: (stream, version) =>
        (config.forks ?? []).some((fork) => fork.set && fork.stream === stream && fork.version === version),
      onEvent: (event) => {
        if (event.type === 'called' && event.data.reused !== true && ledger.owes(event)) this.calls++;
        ledger.enter(event);
        onEvent(event);
      },
      onAppended: () => {
        onProgress();
        if (!wholly && log.compared >= upTo) scheduler?.stop();
      },
    });
    const troupe = new Troupe(config, material, kit, log, hardware, {
      recorded,
      ...(tolerance === null
        ? {}
        : { policy: (setup) => new TeacherForcing(setup, callFinder(recorded, config)) }),
    });
    const stop = () => scheduler?.stop();
    signal?.addEventListener('abort', stop);
    try {
      checkForkedWeights(recorded, config);
      await troupe.loadForked(recorded);
      scheduler = new Scheduler({
        log,
        effects: this.#effects(troupe),
        createActor: actorFactory(kit.library, config.behaviours ?? []),
      });
      if (signal?.aborted !== true)
        await scheduler.run('session', 'session', sessionInput(config, material, kit));
      signal?.throwIfAborted();
      this.#missing(log);
      this.#blobs(material, log, wholly);
    } catch (error) {
      // Beyond the end of an altered log there is nothing to execute.
      if (!this.#complete && !(error instanceof DivergenceError) && signal?.aborted !== true) {
        this.#missing(log);
      }
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      await troupe.close();
    }
  }

  #effects(troupe: Troupe): Effects {
    const { recorded, config, ledger, tolerance } = this.#options;
    const training = { recorded, models: troupe.models, load: () => troupe.load() };
    const kept = keptColdStart(recorded, coldStartChunks(config));
    const { imitate, learn } = troupe.effects;
    const imitated = tolerance === null ? imitate : anchored(imitate, training, tolerance);
    const effects = {
      ...troupe.effects,
      imitate:
        kept.length === 0 || kept.some((event) => ledger.owes(event))
          ? imitated
          : recordedColdStart(training, kept),
      learn: tolerance === null ? learn : anchored(learn, training, tolerance),
    };
    return withRecordedAnswers(
      withRecordedKills(effects, recorded),
      this.#streams,
      (event) => !ledger.owes(event),
    );
  }

  #missing(log: VerifyingLog): void {
    const missing = log.compared < this.#options.upTo ? log.firstMissing() : null;
    if (missing !== null) throw new DivergenceError(missing);
  }

  /** Stored weights, moments, tasks and tokenizer against those of the execution. */
  #blobs(material: Material, log: VerifyingLog, wholly: boolean): void {
    const { recorded, config, upTo, tolerance } = this.#options;
    const made = materialBlobs(material).map(({ name, bytes }) => ({ name, hash: sha256(bytes) }));
    const hashes = new Map([...made, ...log.blobs()].map(({ name, hash }) => [name, hash]));
    for (const { name, hash, kind } of [...recorded.blobs(), ...recorded.removedBlobs()]) {
      // Weights that a fork brought along from its parent's other versions.
      if (name.startsWith('weights/fork/')) continue;
      const again = hashes.get(name);
      hashes.delete(name);
      // An execution of an interrupted run may be a version further than its log; one of a part, behind it.
      if (!wholly && (again === undefined || (kind === 'moments' && upTo < recorded.count()))) continue;
      const close = tolerance !== null && again !== undefined && (kind === 'weights' || kind === 'moments');
      if (again !== hash && !close) throw blobDiffers(name, hash, again ?? '(no such blob)');
    }
    // A fork begins with the weights it needs; those that its parent kept besides stay there.
    const [missing] = wholly && (config.forks ?? []).length === 0 ? hashes : [];
    if (missing !== undefined) throw blobDiffers(missing[0], '(no such blob)', missing[1]);
  }
}

/** Says that a blob is not what it should be. */
function blobDiffers(name: string, recorded: string, executed: string): DivergenceError {
  const place = { stream: '(blob)', version: 0, seq: null, type: '(blob)' };
  return new DivergenceError({ ...place, field: name, recorded, executed });
}

/** The weights of versions that play behind a fork come from blobs alone. */
function checkForkedWeights(recorded: EventReader, { forks = [], policies: models }: RunConfig): void {
  const names = new Set(recorded.blobs().map(({ name }) => name));
  for (const [index, { policies }] of forks.entries()) {
    for (const role of ['designer', 'executor'] as const) {
      const name = forkedWeights(index, role, models === 'shared' ? 'shared' : role);
      if (policies?.[role] === undefined || names.has(name)) continue;
      throw blobDiffers(name, '(no such blob)', 'the weights of a fork');
    }
  }
}

/** Finds recorded calls by the stream that a policy is asked to draw from; a rollout's are read together. */
function callFinder(recorded: EventReader, { forks = [] }: RunConfig) {
  const rollouts = new Map<string, Map<string, Completion>>();
  return ({ stream }: CallRequest): Completion | undefined => {
    const place = placeOf(stream, forks);
    const rollout = rolloutOf(place) ?? place;
    const calls = rollouts.get(rollout) ?? callsUnder(recorded, rollout);
    const call = calls.get(place);
    // A call is asked for once.
    calls.delete(place);
    if (calls.size > 0) rollouts.set(rollout, calls);
    else rollouts.delete(rollout);
    return call;
  };
}

/** The completions of a rollout, by the streams that they were drawn from. */
function callsUnder(recorded: EventReader, rollout: string): Map<string, Completion> {
  const calls = new Map<string, Completion>();
  for (const event of recorded.readPrefix(rollout)) {
    if (event.type !== 'called') continue;
    const { key, ...completion } = recordedCall(event);
    calls.set(`${event.stream}/${key}`, completion);
  }
  return calls;
}
