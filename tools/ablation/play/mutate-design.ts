import { must } from '../../../src/core/errors.ts';
import { canonicalJson, type Json, type JsonObject } from '../../../src/core/json.ts';
import type { RandomStream } from '../../../src/core/random.ts';

/** A design as data: the root node of its spec, which is itself a script's text. */
export type Genome = JsonObject;

type Path = readonly (string | number)[];

/** The script that hands over a design of this root. */
export function scriptOf(root: Genome): string {
  return `run(${canonicalJson(root)})`;
}

/**
 * A design like `parent`, made with parts of `other`: an agent of one replaced by the whole of the other, a node by a
 * node of the other, a number one up or down, an agent's tools given or taken, or a member of a list repeated or left out.
 * It need not be a design that passes its checks.
 */
export function mutate(parent: Genome, other: Genome, random: RandomStream): Genome {
  const way = random.pick(['compose', 'compose', 'graft', 'count', 'tools', 'list'] as const);
  const nodes = placesOf(parent, isNode);
  const agents = nodes.filter(({ value }) => value.kind === 'agent');
  switch (way) {
    case 'compose':
      return at(agents, random, ({ path }) => replaced(parent, path, other), parent);
    case 'graft': {
      const { value } = random.pick(placesOf(other, isNode));
      return at(nodes, random, ({ path }) => replaced(parent, path, value), parent);
    }
    case 'count':
      return at(
        placesOf(parent, isCount),
        random,
        ({ path, value }) => replaced(parent, path, value + (random.uniform() < 0.5 ? 1 : -1)),
        parent,
      );
    case 'tools':
      return at(
        agents,
        random,
        ({ path, value: { tools, ...rest } }) =>
          replaced(parent, path, tools === undefined ? { ...rest, tools: ['js'] } : rest),
        parent,
      );
    case 'list':
      return at(
        placesOf(parent, isNodeList),
        random,
        ({ path, value }) => {
          const index = random.integer(0, value.length - 1);
          const list =
            value.length > 1 && random.uniform() < 0.5
              ? value.toSpliced(index, 1)
              : value.toSpliced(index, 0, must(value[index], 'a member of the list'));
          return replaced(parent, path, list);
        },
        parent,
      );
  }
}

interface Spot<T> {
  readonly path: Path;
  readonly value: T;
}

function at<T>(
  spots: readonly Spot<T>[],
  random: RandomStream,
  change: (spot: Spot<T>) => Json,
  unchanged: Genome,
): Genome {
  if (spots.length === 0) return unchanged;
  const result = change(random.pick(spots));
  return isNode(result) ? result : unchanged;
}

/** All places in a value that hold something of a kind, the value itself first. */
function placesOf<T extends Json>(value: Json, is: (value: Json) => value is T, path: Path = []): Spot<T>[] {
  const own = is(value) ? [{ path, value }] : [];
  if (typeof value !== 'object' || value === null) return own;
  const members: [string | number, Json][] = isList(value) ? [...value.entries()] : Object.entries(value);
  return [...own, ...members.flatMap(([name, member]) => placesOf(member, is, [...path, name]))];
}

function replaced(value: Json, path: Path, by: Json): Json {
  const [name, ...rest] = path;
  if (name === undefined) return by;
  if (isList(value)) return value.map((each, index) => (index === name ? replaced(each, rest, by) : each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, key === name ? replaced(each, rest, by) : each]),
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isNode(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value) && typeof value.kind === 'string';
}

function isNodeList(value: Json): value is readonly JsonObject[] {
  return isList(value) && value.length > 0 && value.every(isNode);
}

function isCount(value: Json): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}
