import { z } from 'zod';
import type { EventReader } from '../../store/event-log.ts';
import { UserError } from '../core/errors.ts';
import { hashJson } from '../core/hash.ts';

/**
 * What a run's blobs say otherwise than its events, in words: tasks and tokenizer have to be those that its first event
 * names, kept weights those that were learned under their label, and the last weights have to be there, with the
 * moments of the optimisers.
 */
export function blobProblems(reader: EventReader): string[] {
  const session = reader.read('session');
  const [start] = session;
  if (start === undefined) return [];
  const blobs = new Map(reader.blobs().map(({ name, hash }) => [name, hash]));
  // Besides tasks and tokenizer, the weights that the run took over from another one, if it did.
  const begunWith = Object.keys(start.data).filter((name) => name.startsWith('weights/'));
  const problems = ['tasks', 'tokenizer', ...begunWith]
    .filter((name) => blobs.get(name) !== start.data[name])
    .map((name) => `the blob ${name} is not the one that the run began with`);
  const learned = session.filter(({ type }) => type === 'imitated' || type === 'learned');
  for (const { data } of learned) {
    const label = String(data.label);
    const version = versionUnder(blobs, label);
    if (version === null) {
      if (data === learned.at(-1)?.data) problems.push(`the weights of ${label}, the last ones, are missing`);
    } else if (version !== data.version) {
      problems.push(`the weights of ${label} are not those that the run learned`);
    }
  }
  return [
    ...problems,
    ...momentProblems(reader),
    ...removedProblems(reader, new Set(learned.map(({ data }) => String(data.version)))),
  ];
}

/**
 * What is wrong with the optimisers' moments that a run goes on with: those of each role's last update, or of the last
 * chunk of a cold start that is under way. Older events do not name them; there they have to be present.
 */
export function momentProblems(reader: EventReader): string[] {
  const session = reader.read('session');
  const blobs = new Map(reader.blobs().map(({ name, hash }) => [name, hash]));
  const problem = (optimiser: string, named: unknown): string[] => {
    const stored = blobs.get(`moments/${optimiser}`);
    if (stored === undefined)
      return [`the moments of the optimiser (${optimiser}), the last ones, are missing`];
    if (named === undefined || named === stored) return [];
    return [`the moments of the optimiser (${optimiser}) are not those that the run learned`];
  };
  const updates = session.filter(({ type }) => type === 'learned');
  if (updates.length > 0) {
    return ['designer', 'executor'].flatMap((role) => {
      const last = updates.findLast(({ data }) => data.role === role);
      return last === undefined ? [] : problem(role, last.data.moments);
    });
  }
  const chunks = session.filter(({ type }) => type === 'imitated');
  const last = chunks.at(-1);
  const plan = planSchema.safeParse(session[0]?.data);
  const under = plan.success && chunks.length < plan.data.plan.imitationChunks;
  return last === undefined || !under ? [] : problem('imitation', last.data.moments);
}

const planSchema = z.object({ plan: z.object({ imitationChunks: z.number() }) });

/** What is noted as removed and never was what the run learned: nothing that is noted is in the file, or has another name. */
function removedProblems(reader: EventReader, versions: ReadonlySet<string>): string[] {
  const present = new Map(reader.blobs().map(({ name, hash }) => [name, hash]));
  const removed = reader.removedBlobs();
  const all = new Map([...present, ...removed.map(({ name, hash }) => [name, hash] as const)]);
  return removed
    .filter(({ name, kind }) => {
      const label = name.split('/').slice(1, -1).join('/');
      const version = versionUnder(all, label);
      return present.has(name) || kind !== 'weights' || version === null || !versions.has(version);
    })
    .map(({ name }) => `what is noted of the removed blob ${name} is not what the run learned`);
}

/** Throws UserError unless the weights that a run keeps under a label are those that it learned. */
export function checkWeights(
  reader: EventReader,
  { label, version }: { label: string; version: string },
  run: string,
): void {
  if (versionUnder(new Map(reader.blobs().map(({ name, hash }) => [name, hash])), label) === version) return;
  throw new UserError(
    'weights-altered',
    `The weights of ${label} of ${run} are not those that the run learned; "troupe store check" says more.`,
  );
}

/** The policy version whose weights stand under a label, named as `Models.version` does; null if there are none. */
function versionUnder(blobs: ReadonlyMap<string, string>, label: string): string | null {
  const prefix = `weights/${label}/`;
  const hashes = [...blobs].flatMap(([name, hash]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), hash] as const] : [],
  );
  const [only] = hashes;
  if (only === undefined) return null;
  return only[0] === 'shared' ? only[1] : hashJson(Object.fromEntries(hashes));
}
