import type { EventReader, NewBlob, NewEvent, StoredEvent } from '../../../store/event-log.ts';
import { removeRun } from '../../../store/remove-run.ts';
import type { Store } from '../../../store/store.ts';
import { must, UserError } from '../../core/errors.ts';
import type { Role } from '../../policies/prompt.ts';
import { resolveEvent } from '../address.ts';
import type { Fork } from '../config.ts';
import type { Kit } from '../kit.ts';
import type { LearningChange } from '../learning-schema.ts';
import { materialBlobs, readMaterial } from '../material.ts';
import { type Models, weightsName } from '../models.ts';
import { readConfig } from '../run.ts';
import { findVersion, keptVersions, stageBegan } from '../versions.ts';
import { type Change, changed, type EventContent } from './change.ts';
import { forkedWeights } from './front.ts';
import { modelsAt } from './relearn.ts';

export interface ForkOptions {
  readonly kit: Kit;
  readonly codeVersion: string;
  /** The event where the two part: a position in the run, or `STREAM@VERSION` (see address.ts). */
  readonly at: string;
  /** What the event says instead. Without changes it is decided again. */
  readonly changes: readonly Change[];
  /** Settings of learning that are others from there on. */
  readonly learning?: LearningChange | undefined;
  /** Draws what follows from streams of this name. */
  readonly fresh?: string | undefined;
  /** Policy versions that play a role from here on. */
  readonly policies: { readonly [role in Role]?: string };
  readonly onProgress?: (what: string, done: number, of: number) => void;
}

export interface Forked {
  readonly run: string;
  readonly parent: string;
  readonly at: number;
  /** Policy calls of the shared prefix: taken over, not made. */
  readonly prefixCalls: number;
}

/** Events copied in one transaction. */
const PAGE = 1000;

/**
 * Makes a run that shares the events of another up to one of them, and differs in that one. It is a run like any
 * other: resume it and it goes on from there, at no cost for what came before. Nothing of the parent changes.
 * Throws UserError for an event that is not there, or that cannot be what is asked for.
 */
export async function forkRun(store: Store, name: string, options: ForkOptions): Promise<Forked> {
  const { id: parent } = store.run(name);
  const reader = store.reader(parent);
  const config = readConfig(store, parent);
  if (options.at.startsWith('latest/') && store.run('latest').id !== parent) {
    throw new UserError(
      'other-run',
      `"${options.at}" names the latest run, and ${parent} is another one; leave the run out, or say ${parent}.`,
    );
  }
  const event = findEvent(reader, options.at, parent);
  const earlier = forksUpTo(config.forks ?? [], event);
  const material = must(readMaterial(reader), 'the tasks and tokenizer of the run');
  const set = options.changes.length > 0;
  const { learning = {} } = options;
  const others = Object.keys({ ...learning, ...options.policies }).length > 0;
  if (!set && !others && options.fresh === undefined) {
    throw new UserError(
      'nothing-changed',
      'A fork differs in something: say what with --set FIELD=VALUE, --policy VERSION or --fresh.',
    );
  }
  const content = set ? changed(event, options.changes, material.tokenizer) : null;
  const versions = Object.entries(options.policies).map(([role, wanted]) => {
    return [role, findVersion(reader, wanted, parent)] as const;
  });
  const models = await modelsAt(reader, event.seq - 1, config, material, options.kit, (done, of) =>
    options.onProgress?.('learning the weights again', done, of),
  );
  const fork: Fork = {
    parent,
    at: event.seq,
    stream: event.stream,
    version: event.version,
    set,
    ...(options.fresh === undefined ? {} : { fresh: options.fresh }),
    ...(Object.keys(learning).length === 0 ? {} : { learning }),
    ...(versions.length === 0
      ? {}
      : { policies: Object.fromEntries(versions.map(([role, { version }]) => [role, version])) }),
  };
  const { id: run } = store.createRun({
    config: JSON.parse(JSON.stringify({ ...config, forks: [...earlier, fork] })),
    codeVersion: options.codeVersion,
  });
  const log = store.openLog(run, options.codeVersion);
  try {
    const all: NewBlob[] = [
      ...materialBlobs(material),
      ...modelBlobs(reader, models, event.seq - 1),
      ...(await stageBlobs(reader, event.seq - 1, (upTo) =>
        modelsAt(reader, upTo, config, material, options.kit),
      )),
      ...versions.flatMap(([role, { label }]) => playedBy(reader, models, role, label, earlier.length)),
      // A fork that is left out leaves its weights' names to the next one.
      ...reader
        .blobs()
        .filter(({ name }) => earlier.some((_, index) => name.startsWith(`weights/fork/${index}/`)))
        .flatMap(({ name }) => stored(reader, name)),
    ];
    log.append([], { put: [...new Map(all.map((blob) => [blob.name, blob])).values()] });
    const prefixCalls = copyPrefix(
      reader,
      event,
      content,
      (events) => log.append(events),
      options.onProgress,
    );
    log.close('forked');
    return { run, parent, at: event.seq, prefixCalls };
  } catch (error) {
    try {
      log.close('fork failed');
      removeRun(store, run);
    } catch {
      // On a disk that takes nothing any more, what went wrong first is what there is to be said.
    }
    throw error;
  }
}

/**
 * The forks that an event stands behind: what a later one changed is no part of a run that branches off before it. An event
 * that a fork set is the last one before what else it changed.
 */
function forksUpTo(forks: readonly Fork[], { seq }: StoredEvent): readonly Fork[] {
  // Weights are named by a fork's index, so that those that stay keep theirs.
  return forks.slice(0, 1 + forks.findLastIndex(({ at, set }) => (set ? at : at - 1) < seq));
}

/** The event that a user means. */
function findEvent(reader: EventReader, at: string, run: string): StoredEvent {
  const event = resolveEvent(at, reader, run);
  if (event.seq > 1) return event;
  throw new UserError(
    'no-prefix',
    'A fork at the first event shares nothing; start a run with "troupe train".',
  );
}

function copyPrefix(
  reader: EventReader,
  event: StoredEvent,
  content: EventContent | null,
  append: (events: readonly NewEvent[]) => void,
  onProgress: ForkOptions['onProgress'],
): number {
  let calls = 0;
  let page: NewEvent[] = [];
  const flush = (done: number) => {
    append(page);
    page = [];
    onProgress?.('copying events', done, event.seq);
  };
  for (const each of reader.events({ upTo: event.seq - 1 })) {
    const { stream, version, type, bytes } = each;
    if (type === 'called') calls++;
    page.push({ stream, expectedVersion: version, type, data: each.data, bytes });
    if (page.length === PAGE) flush(each.seq);
  }
  if (content !== null) {
    const { stream, version, type } = event;
    page.push({ stream, expectedVersion: version, type, data: content.data, bytes: content.bytes });
  }
  flush(event.seq);
  return calls;
}

/** Weights and moments at the fork, under the names by which a resumed run looks for them. */
function modelBlobs(reader: EventReader, models: Models, upTo: number): NewBlob[] {
  const labels = reader
    .read('session')
    .filter(({ type, seq }) => (type === 'imitated' || type === 'learned') && seq <= upTo)
    .map(({ data }) => String(data.label));
  const last = labels.at(-1);
  if (last === undefined) return [];
  const cold = keptVersions(reader).find(({ label }) => label.startsWith('cold-start/'));
  return [
    ...models.blobs(last, 'designer'),
    ...models.blobs(last, 'executor'),
    ...(cold === undefined ? [] : models.ids.flatMap((id) => stored(reader, weightsName(cold.label, id)))),
  ];
}

/** The weights that the stage under way began with, which its evaluation plays: as they are kept, or learned again. */
async function stageBlobs(
  reader: EventReader,
  upTo: number,
  learnAgain: (upTo: number) => Promise<Models>,
): Promise<NewBlob[]> {
  const began = stageBegan(reader, upTo);
  if (began === undefined || began.label.startsWith('cold-start/')) return [];
  const names = reader
    .blobs()
    .map(({ name }) => name)
    .filter((name) => name.startsWith(`weights/${began.label}/`));
  if (names.length > 0) return names.flatMap((name) => stored(reader, name));
  return (await learnAgain(began.seq)).blobs(began.label, null);
}

/** The weights of another version, for the role that it plays from the fork on. */
function playedBy(
  reader: EventReader,
  models: Models,
  role: string,
  label: string,
  index: number,
): NewBlob[] {
  const owner: Role = role === 'designer' ? 'designer' : 'executor';
  const id = models.modelOf(owner);
  return stored(reader, weightsName(label, id)).map((blob) => ({
    ...blob,
    name: forkedWeights(index, owner, id),
  }));
}

function stored(reader: EventReader, name: string): NewBlob[] {
  const bytes = reader.blob(name);
  return bytes === undefined ? [] : [{ name, kind: 'weights', bytes }];
}
