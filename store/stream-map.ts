import { isUnder } from './chain.ts';

/** Parts of a name that streams are grouped by: in a run, a rollout of an evaluation, or the rollouts of a step. */
const GROUP = 3;

/**
 * Values by stream, from which all under a prefix can be taken without a look at the others: an evaluation begins
 * thousands of rollouts and forgets them one by one.
 */
export class StreamMap<T> {
  readonly #groups = new Map<string, Map<string, T>>();

  get(stream: string): T | undefined {
    return this.#groups.get(groupOf(stream))?.get(stream);
  }

  set(stream: string, value: T): void {
    const name = groupOf(stream);
    const group = this.#groups.get(name);
    if (group === undefined) this.#groups.set(name, new Map([[stream, value]]));
    else group.set(stream, value);
  }

  /** Removes the values of all streams under a prefix. */
  forget(prefix: string): void {
    const isLong = prefix.split('/').length >= GROUP;
    const groups = isLong
      ? [groupOf(prefix)]
      : [...this.#groups.keys()].filter((name) => isUnder(prefix, name));
    for (const name of groups) {
      const group = this.#groups.get(name);
      for (const stream of group?.keys() ?? []) if (isUnder(prefix, stream)) group?.delete(stream);
      if (group?.size === 0) this.#groups.delete(name);
    }
  }
}

/** The first parts of a stream's name; the whole name if it has no more. */
function groupOf(name: string): string {
  let end = -1;
  for (let part = 0; part < GROUP; part++) {
    end = name.indexOf('/', end + 1);
    if (end < 0) return name;
  }
  return name.slice(0, end);
}
