import { isPredicate, predicateText } from '../../src/designs/predicate-text.ts';
import type { ChartEdge, ChartNode, Named } from './chart.ts';

/** An action or guard as people write it: `openAgent(vote.solve1, solve, maxTurns 2, js)`. */
export function namedText({ name, params }: Named): string {
  const members = Object.entries(params).map(([key, value]) => brief(key, value));
  return members.length === 0 ? name : `${name}(${members.join(', ')})`;
}

/** An edge as text, with a note behind it: `called [cutOff] / hear, fail(length) ×12`. */
export function edgeText(edge: ChartEdge, note = ''): string {
  const parts = [edge.event];
  if (edge.guard !== null) parts.push(`[${namedText(edge.guard)}]`);
  if (edge.actions.length > 0) parts.push(`/ ${edge.actions.map(namedText).join(', ')}`);
  if (note !== '') parts.push(note);
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

/** Breaks a text at spaces into lines of at most `width` characters, if its words are not longer. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A text on one line, cut at `width` characters. */
export function short(text: string, width: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const letters = [...line];
  return letters.length <= width ? line : `${letters.slice(0, width - 1).join('')}…`;
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

/** At most this much of a parameter is shown; a prompt can be as long as a page. */
const WORDS = 48;

/** Lists that do not speak for themselves. */
const NAMED_LISTS = new Set(['sees', 'revises', 'choices']);

/** A parameter: words and conditions speak for themselves, of a list its two ends, anything else with its name. */
function brief(key: string, value: unknown): string {
  if (typeof value === 'string') return short(value, WORDS);
  if (isPredicate(value)) return short(predicateText(value), WORDS);
  if (!Array.isArray(value)) return `${key} ${phrase(value)}`;
  const items = value.map(phrase);
  const list = items.length <= 2 ? items.join(', ') : `${items[0]} … ${items.at(-1)}`;
  return NAMED_LISTS.has(key) ? `${key} ${list}` : list;
}

/** A value in few words: what has a name is called by it. */
function phrase(value: unknown): string {
  if (typeof value === 'string') return short(value, WORDS);
  if (typeof value !== 'object' || value === null) return String(value);
  if ('name' in value && typeof value.name === 'string') return short(value.name, WORDS);
  return short(JSON.stringify(value).replaceAll('"', ''), WORDS);
}
