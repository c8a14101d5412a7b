import type { ChartEdge, ChartNode, Counts, Named } from './chart.ts';

/** An action or guard as people write it: `openAgent(vote.solve1, solve, maxTurns 2, js)`. */
function namedText({ name, params }: Named): string {
  const members = Object.entries(params).map(([key, value]) => brief(key, value));
  return members.length === 0 ? name : `${name}(${members.join(', ')})`;
}

/** An edge as text: `called [cutOff] / hear, fail(length) ×12`. */
export function edgeText(edge: ChartEdge, counts?: Counts): string {
  const parts = [edge.event];
  if (edge.guard !== null) parts.push(`[${namedText(edge.guard)}]`);
  if (edge.actions.length > 0) parts.push(`/ ${edge.actions.map(namedText).join(', ')}`);
  if (counts !== undefined) parts.push(`×${counts.get(edge.id) ?? 0}`);
  return parts.join(' ');
}

/** What a state says about itself below its name. */
export function stateLines({ description, tags, entry, exit }: ChartNode): string[] {
  return [
    ...(description === '' ? [] : [description]),
    ...entry.map((action) => `entry / ${namedText(action)}`),
    ...exit.map((action) => `exit / ${namedText(action)}`),
    ...(tags.length === 0 ? [] : [`tags: ${tags.join(', ')}`]),
  ];
}

/** Ids for a language of few letters: equal for equal names, different for different ones. */
export class Identifiers {
  readonly #ids = new Map<string, string>();
  readonly #used = new Set<string>();

  of(name: string): string {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const base = name.replace(/[^A-Za-z0-9]+/g, '_');
    let id = base;
    for (let copy = 2; this.#used.has(id); copy++) id = `${base}_${copy}`;
    this.#used.add(id);
    this.#ids.set(name, id);
    return id;
  }
}

/** A parameter: words speak for themselves, of a list its two ends, anything else with its name. */
function brief(key: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return `${key} ${JSON.stringify(value)}`;
  return value.length <= 2 ? value.join(', ') : `${value[0]} … ${value.at(-1)}`;
}
