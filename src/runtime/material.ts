import type { EventReader, NewBlob } from '../../store/event-log.ts';
import { Tokenizer } from '../policies/tokenizer.ts';
import type { Task } from '../tasks/task.ts';
import { buildTaskSet, decodeTaskSet, encodeTaskSet, type TaskSet, taskFinder } from '../tasks/task-set.ts';
import type { RunConfig } from './config.ts';
import { tokenizerCorpus } from './corpus.ts';
import { familiesOf, type Kit } from './kit.ts';
import { bytesOf, floatsOf, type ModelId, weightsName } from './models.ts';

/** Names of the blobs that a run is made of, besides its weights. */
const TASKS_BLOB = 'tasks';
const TOKENIZER_BLOB = 'tokenizer';
/** Label of the weights that a run took over from another one. */
const START_LABEL = 'start';

/** A run's tasks and tokenizer: made from its configuration, taken over from another run, or read back from its blobs. */
export interface Material {
  readonly tasks: TaskSet;
  readonly tokenizer: Tokenizer;
  /** The weights that it begins with, where they are another run's: those of each model. */
  readonly start?: ReadonlyMap<ModelId, Float32Array>;
}

/** Makes tasks and tokenizer from the seed. Pure: the same configuration and code give the same bytes. */
export function makeMaterial(config: RunConfig, kit: Kit): Material {
  const tasks = buildTaskSet(config.seed, familiesOf(config, kit), config.tasks, config.behaviours ?? []);
  const corpus = tokenizerCorpus(config.seed, tasks.train, kit);
  return { tasks, tokenizer: Tokenizer.train(corpus, config.vocab) };
}

export function materialBlobs({ tasks, tokenizer, start = new Map() }: Material): NewBlob[] {
  return [
    { name: TASKS_BLOB, kind: 'tasks', bytes: encodeTaskSet(tasks) },
    { name: TOKENIZER_BLOB, kind: 'tokenizer', bytes: Buffer.from(JSON.stringify(tokenizer), 'utf8') },
    ...[...start].map(([id, weights]) => ({
      name: weightsName(START_LABEL, id),
      kind: 'weights',
      bytes: bytesOf(weights),
    })),
  ];
}

/** Reads a run's material from its blobs; null if it never got that far. */
export function readMaterial(log: Pick<EventReader, 'blob'>): Material | null {
  const tasks = log.blob(TASKS_BLOB);
  const tokenizer = log.blob(TOKENIZER_BLOB);
  if (tasks === undefined || tokenizer === undefined) return null;
  const start = (['shared', 'designer', 'executor'] as const).flatMap((id) => {
    const bytes = log.blob(weightsName(START_LABEL, id));
    return bytes === undefined ? [] : [[id, floatsOf(bytes)] as const];
  });
  return {
    ...(start.length === 0 ? {} : { start: new Map(start) }),
    tasks: decodeTaskSet(tasks),
    tokenizer: decodeTokenizer(tokenizer),
  };
}

/** A run's tokenizer alone; null if it never got that far. */
export function readTokenizer(log: Pick<EventReader, 'blob'>): Tokenizer | null {
  const bytes = log.blob(TOKENIZER_BLOB);
  return bytes === undefined ? null : decodeTokenizer(bytes);
}

/** A way to a run's tasks by their ids, for those who look at a few of them. */
export function findTasks(log: Pick<EventReader, 'blob'>): (id: string) => Task | undefined {
  const bytes = log.blob(TASKS_BLOB);
  return bytes === undefined ? () => undefined : taskFinder(bytes);
}

function decodeTokenizer(bytes: Uint8Array): Tokenizer {
  return Tokenizer.fromJSON(JSON.parse(Buffer.from(bytes).toString('utf8')));
}
