import { z } from 'zod';
import { pad } from '../../machines/command.ts';
import type { BlobInfo, EventReader } from '../../store/event-log.ts';
import { UserError } from '../core/errors.ts';
import { checkWeights } from './blob-check.ts';

/** A policy version that a run still keeps: the label of its blobs, and its hash. */
export interface KeptVersion {
  readonly label: string;
  readonly version: string;
}

/** The versions whose weights are in the store, oldest first. */
export function keptVersions(log: EventReader): KeptVersion[] {
  return versionsOf(log, log.blobs());
}

/**
 * The names of the weights that `troupe store compact` takes away: those of stage ends between the cold start's and
 * the last. The first are what any other version can be learned again from, the last (with the optimisers' moments)
 * what the run goes on with, and those that a stage began with what its evaluation plays; weights that a fork brought
 * along are part of its configuration.
 */
export function supersededWeights(log: EventReader): string[] {
  const needed = [learned(log).at(-1)?.label, stageBegan(log)?.label];
  const labels = keptVersions(log).filter(
    ({ label }) => !needed.includes(label) && !label.startsWith('cold-start/'),
  );
  return log
    .blobs()
    .filter((blob) => blob.kind === 'weights' && labels.some(({ label }) => label === labelOf(blob)))
    .map(({ name }) => name);
}

/** All versions that a run has learned, oldest first, with the positions of their events. */
function learned(log: EventReader): (KeptVersion & { seq: number })[] {
  const versions: (KeptVersion & { seq: number })[] = [];
  for (const { type, data, seq } of log.forwards('session')) {
    const { label, version } = data;
    if ((type !== 'imitated' && type !== 'learned') || typeof label !== 'string') continue;
    if (typeof version === 'string') versions.push({ label, version, seq });
  }
  return versions;
}

const planSchema = z.object({
  plan: z.object({ stageSteps: z.number(), evaluation: z.object({ cellTasks: z.number().positive() }) }),
});

/**
 * The version that the stage of the last step began with, and its event, where old weights play in evaluations after
 * stages; none before the first step is picked.
 */
export function stageBegan(
  log: EventReader,
  upTo = log.count(),
): (KeptVersion & { seq: number }) | undefined {
  const session = log.read('session').filter(({ seq }) => seq <= upTo);
  const plan = planSchema.safeParse(session[0]?.data);
  if (!plan.success) return undefined;
  const { stageSteps } = plan.data.plan;
  const first = session.findLast(
    ({ type, data }) =>
      type === 'picked' &&
      /^step\/\d+$/.test(String(data.key)) &&
      Number(String(data.key).slice('step/'.length)) % stageSteps === 0,
  );
  if (first === undefined) return undefined;
  return learned(log).findLast(({ seq }) => seq < first.seq);
}

/** The versions whose weights are among these blobs. */
function versionsOf(log: EventReader, blobs: readonly BlobInfo[]): KeptVersion[] {
  const labels = new Set(blobs.filter(({ kind }) => kind === 'weights').map(labelOf));
  return learned(log)
    .filter(({ label }) => labels.has(label))
    .map(({ label, version }) => ({ label, version }));
}

/** `weights/step/0003/shared` → `step/0003` */
function labelOf({ name }: BlobInfo): string {
  return name.split('/').slice(1, -1).join('/');
}

/** Finds a version by `last`, `cold-start`, `step/N`, or the beginning of its hash. Throws UserError, also where its weights were replaced. */
export function findVersion(log: EventReader, wanted: string, run: string): KeptVersion {
  const kept = keptVersions(log);
  const found = choose(kept, wanted);
  if (found !== undefined) {
    checkWeights(log, found, run);
    return found;
  }
  const list = kept.map(named).join(', ');
  const removed = choose(versionsOf(log, log.removedBlobs()), wanted);
  if (removed !== undefined) {
    throw new UserError(
      'policy-removed',
      `The weights of ${named(removed)} of ${run} were removed by "troupe store compact"; it still has ${list}.`,
    );
  }
  throw new UserError(
    'unknown-policy',
    list === ''
      ? `The run ${run} has not learned anything yet; go on with "troupe train --resume ${run}".`
      : `The run ${run} keeps no policy version "${wanted}"; it has ${list}.`,
  );
}

function choose(versions: readonly KeptVersion[], wanted: string): KeptVersion | undefined {
  if (wanted === 'last') return versions.at(-1);
  if (wanted === 'cold-start') return versions.find(({ label }) => label.startsWith('cold-start/'));
  const step = /^step\/(\d+)$/.exec(wanted)?.[1];
  return step === undefined
    ? versions.find(({ version }) => wanted.length >= 4 && version.startsWith(wanted))
    : versions.find(({ label }) => label === `step/${pad(Number(step), 4)}`);
}

/** `step/3 (0a1b2c3d)` */
function named({ label, version }: KeptVersion): string {
  return `${label.replace(/\/0+(?=\d)/, '/')} (${version.slice(0, 8)})`;
}
