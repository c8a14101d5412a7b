import type { EventReader, NewBlob } from '../../store/event-log.ts';
import { InvariantError, must } from '../core/errors.ts';
import { hashJson, sha256 } from '../core/hash.ts';
import { initialState, type LearnerState } from '../learning/learner.ts';
import { initialWeights, type TransformerConfig, weightsHash } from '../policies/parameters.ts';
import type { Role } from '../policies/prompt.ts';
import type { RunConfig } from './config.ts';

/** A model of the run: one for both roles, or one each. */
export type ModelId = 'shared' | Role;
/** Adam's moments are kept per purpose: a frozen role's are untouched even where the weights are shared. */
export type OptimiserId = 'imitation' | Role;

interface Moments {
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly step: number;
}

/** The weights that play now, and the optimisers' states. Restored from blobs, never derived from time. */
export class Models {
  readonly transformer: TransformerConfig;
  readonly #policies: RunConfig['policies'];
  readonly #weights = new Map<ModelId, Float32Array>();
  readonly #moments = new Map<OptimiserId, Moments>();

  constructor(config: RunConfig, vocab: number) {
    this.#policies = config.policies;
    this.transformer = { ...config.model, vocab };
    const weights = initialWeights(this.transformer, config.seed);
    for (const id of this.ids) this.#weights.set(id, weights);
  }

  get ids(): readonly ModelId[] {
    return this.#policies === 'shared' ? ['shared'] : ['designer', 'executor'];
  }

  modelOf(role: Role): ModelId {
    return this.#policies === 'shared' ? 'shared' : role;
  }

  weights(id: ModelId): Float32Array {
    return must(this.#weights.get(id), `weights of the model ${id}`);
  }

  /** Name of the policy version: the weights' hash, or a hash over both where each role has a model. */
  get version(): string {
    const hashes = this.ids.map((id) => [id, weightsHash(this.weights(id))] as const);
    return this.#policies === 'shared' ? (hashes[0]?.[1] ?? '') : hashJson(Object.fromEntries(hashes));
  }

  /** What a learner starts from: a model's weights with the moments of one optimiser. */
  state(id: ModelId, optimiser: OptimiserId): LearnerState {
    const weights = this.weights(id);
    return { ...initialState(weights), ...this.#moments.get(optimiser) };
  }

  adopt(ids: readonly ModelId[], optimiser: OptimiserId, { weights, m, v, step }: LearnerState): void {
    for (const id of ids) this.#weights.set(id, weights);
    this.#moments.set(optimiser, { m, v, step });
  }

  /** Begins with weights that were learned elsewhere; no optimiser knows anything of them. */
  begin(weights: ReadonlyMap<ModelId, Float32Array>): void {
    for (const id of this.ids) this.#weights.set(id, must(weights.get(id), `weights of the model ${id}`));
    this.#moments.clear();
  }

  forget(optimiser: OptimiserId): void {
    this.#moments.delete(optimiser);
  }

  /** The blobs that hold the weights under a label such as `step/0003`, and an optimiser's moments. */
  blobs(label: string, optimiser: OptimiserId | null): NewBlob[] {
    const blobs: NewBlob[] = this.ids.map((id) => ({
      name: weightsName(label, id),
      kind: 'weights',
      bytes: bytesOf(this.weights(id)),
    }));
    const moments = optimiser === null ? undefined : this.#moments.get(optimiser);
    if (optimiser !== null && moments !== undefined) {
      const all = new Float32Array(1 + 2 * moments.m.length);
      all[0] = moments.step;
      all.set(moments.m, 1);
      all.set(moments.v, 1 + moments.m.length);
      blobs.push({ name: momentsName(optimiser), kind: 'moments', bytes: bytesOf(all) });
    }
    return blobs;
  }

  /** Takes over the weights and moments of other models of the same configuration. */
  takeFrom(other: Models): void {
    for (const [id, weights] of other.#weights) this.#weights.set(id, weights);
    for (const [optimiser, moments] of other.#moments) this.#moments.set(optimiser, moments);
  }

  /** Takes a version's weights from the blobs of a run; moments are left as they are. */
  restoreWeights(log: EventReader, label: string): void {
    for (const id of this.ids) this.#weights.set(id, readWeights(log, label, id));
  }

  /** Takes weights and moments from the blobs of a run, as they stood when `label` was written. */
  restore(log: EventReader, label: string): void {
    this.restoreWeights(log, label);
    for (const optimiser of ['imitation', 'executor', 'designer'] as const) {
      const bytes = log.blob(momentsName(optimiser));
      if (bytes === undefined) continue;
      const all = floatsOf(bytes);
      const size = (all.length - 1) / 2;
      this.#moments.set(optimiser, {
        step: all[0] ?? 0,
        m: all.slice(1, 1 + size),
        v: all.slice(1 + size),
      });
    }
  }
}

/** The hash of the moments among these blobs, as the member of an event; nothing where there are none. */
export function momentsMember(blobs: readonly NewBlob[]): { moments?: string } {
  const moments = blobs.find(({ kind }) => kind === 'moments');
  return moments === undefined ? {} : { moments: sha256(moments.bytes) };
}

export function weightsName(label: string, id: ModelId): string {
  return `weights/${label}/${id}`;
}

export function momentsName(optimiser: OptimiserId): string {
  return `moments/${optimiser}`;
}

/** The weights that a run keeps under a label. */
function readWeights(log: EventReader, label: string, id: ModelId): Float32Array {
  return weightsOf(log, weightsName(label, id));
}

/** The weights in a blob of a run. */
export function weightsOf(log: Pick<EventReader, 'blob'>, name: string): Float32Array {
  const bytes = log.blob(name);
  if (bytes === undefined) throw new InvariantError(`the run has no weights ${name}`);
  return floatsOf(bytes);
}

export function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

export function floatsOf(bytes: Uint8Array): Float32Array {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return new Float32Array(copy);
}
