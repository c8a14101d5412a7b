import { pad } from '../../machines/command.ts';
import type { EventReader } from '../../store/event-log.ts';
import { UserError } from '../core/errors.ts';

/** A policy version that a run still keeps: the label of its blobs, and its hash. */
export interface KeptVersion {
  readonly label: string;
  readonly version: string;
}

/** The versions whose weights are in the store, oldest first. */
export function keptVersions(log: EventReader): KeptVersion[] {
  const kept = new Set(
    log
      .blobs()
      .filter(({ kind }) => kind === 'weights')
      .map(({ name }) => name.split('/').slice(1, -1).join('/')),
  );
  return log.read('session').flatMap(({ type, data }) => {
    const { label, version } = data;
    if ((type !== 'imitated' && type !== 'learned') || typeof label !== 'string') return [];
    return kept.has(label) && typeof version === 'string' ? [{ label, version }] : [];
  });
}

/** Finds a version by `last`, `cold-start`, `step/N`, or the beginning of its hash. Throws UserError. */
export function findVersion(log: EventReader, wanted: string, run: string): KeptVersion {
  const kept = keptVersions(log);
  const step = /^step\/(\d+)$/.exec(wanted)?.[1];
  const found =
    wanted === 'last'
      ? kept.at(-1)
      : wanted === 'cold-start'
        ? kept.find(({ label }) => label.startsWith('cold-start/'))
        : step !== undefined
          ? kept.find(({ label }) => label === `step/${pad(Number(step), 4)}`)
          : kept.find(({ version }) => wanted.length >= 4 && version.startsWith(wanted));
  if (found !== undefined) return found;
  const list = kept.map(
    ({ label, version }) => `${label.replace(/\/0+(?=\d)/, '/')} (${version.slice(0, 8)})`,
  );
  throw new UserError(
    'unknown-policy',
    list.length === 0
      ? `The run ${run} has not learned anything yet; go on with "troupe train --resume ${run}".`
      : `The run ${run} keeps no policy version "${wanted}"; it has ${list.join(', ')}.`,
  );
}
