import type { EventReader, StoredEvent } from '../../../store/event-log.ts';
import { must } from '../../core/errors.ts';
import type { Effect } from '../effect.ts';
import { type Models, weightsName, weightsOf } from '../models.ts';
import { DivergenceError } from './divergence.ts';
import type { Tolerance } from './tolerance.ts';

interface Training {
  readonly recorded: EventReader;
  readonly models: Models;
  /** Puts the models' weights into the policy that plays. */
  load(): Promise<void>;
}

/**
 * The events of a cold start that need not be executed again, since the run keeps the weights that it came to; none
 * if it does not, or did not come so far.
 */
export function keptColdStart(recorded: EventReader, chunks: number): readonly StoredEvent[] {
  const events = recorded.read('session').filter(({ type }) => type === 'imitated');
  const last = events[chunks - 1];
  if (last === undefined) return [];
  const weights = `weights/${last.data.label}/`;
  return recorded.blobs().some(({ name }) => name.startsWith(weights)) ? events.slice(0, chunks) : [];
}

/** The cold start as it was recorded: its events come from the log, and at its end the weights that the run keeps of it. */
export function recordedColdStart(training: Training, events: readonly StoredEvent[]): Effect {
  const { recorded, models, load } = training;
  const last = must(events.at(-1), 'events of the cold start');
  return async ({ key }) => {
    const { type, data } = events.find((event) => event.data.key === key) ?? last;
    if (data.key !== last.data.key) return { type, data };
    const label = String(data.label);
    models.restoreWeights(recorded, label);
    checkVersion(training, label);
    await load();
    return { type, data, blobs: { put: models.blobs(label, null) } };
  };
}

/**
 * Training within a tolerance: wherever the run keeps the version that comes out, its weights are compared with
 * those that were trained again and then play in their place, so that small differences do not pile up from one
 * version to the next.
 */
export function anchored(effect: Effect, training: Training, tolerance: Tolerance): Effect {
  const { recorded, models, load } = training;
  return async (request) => {
    const answer = await effect(request);
    const label = String(answer.data.label);
    if (!keeps(training, label)) return answer;
    for (const id of models.ids) {
      tolerance.seeWeight(widestGap(models.weights(id), weightsOf(recorded, weightsName(label, id))));
    }
    models.restoreWeights(recorded, label);
    checkVersion(training, label);
    await load();
    // What plays later under this label is the recorded version too.
    const { put = [], ...rest } = answer.blobs ?? {};
    const weights = models.blobs(label, null);
    const others = put.filter(({ name }) => weights.every((blob) => blob.name !== name));
    return { ...answer, blobs: { ...rest, put: [...others, ...weights] } };
  };
}

/** Whether the run keeps the weights of a version. */
function keeps({ recorded, models }: Training, label: string): boolean {
  const names = new Set(recorded.blobs().map(({ name }) => name));
  return models.ids.every((id) => names.has(weightsName(label, id)));
}

/** Weights that are kept under a label must be those that its event names. */
function checkVersion({ recorded, models }: Training, label: string): void {
  const event = recorded.read('session').find(({ data }) => data.label === label);
  const version = String(event?.data.version);
  if (version === models.version) return;
  const place = { stream: '(blob)', version: 0, seq: null, type: '(blob)' };
  throw new DivergenceError({
    ...place,
    field: `weights/${label}`,
    recorded: version,
    executed: models.version,
  });
}

function widestGap(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let gap = 0;
  for (let index = 0; index < a.length; index++) {
    const here = Math.abs((a[index] ?? 0) - (b[index] ?? 0));
    if (!(here <= gap)) gap = Number.isNaN(here) ? Number.POSITIVE_INFINITY : here;
  }
  return gap;
}
