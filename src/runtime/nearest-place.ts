import { edits } from '../core/nearest.ts';

/** The stream, or prefix of streams, that has this name but for zeros in front of its numbers; undefined if there is none. */
export function samePlace(typed: string, streams: readonly string[]): string | undefined {
  const { length } = typed.split('/');
  const wanted = plain(typed);
  const found = streams.find((stream) => plain(beginning(stream, length)) === wanted);
  return found === undefined ? undefined : beginning(found, length);
}

/**
 * The existing place that is nearest to one that is not there: part by part, the same part where there is one, else the
 * nearest number, else the nearest spelling. Empty where there are no streams.
 */
export function nearestPlace(typed: string, streams: readonly string[]): string {
  let place = '';
  let below = streams;
  for (const part of typed.split('/')) {
    const depth = place === '' ? 0 : place.length + 1;
    const parts = new Set(below.flatMap((stream) => stream.slice(depth).split('/', 1)).filter(Boolean));
    const [nearest] = [...parts].sort((a, b) => distance(part, a) - distance(part, b));
    if (nearest === undefined) break;
    place = place === '' ? nearest : `${place}/${nearest}`;
    below = below.filter((stream) => stream.startsWith(`${place}/`));
  }
  return place;
}

/** How far apart two parts of names are: those that differ by numbers alone are nearer than all others. */
function distance(a: string, b: string): number {
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).map(Number);
  if (a.replace(/\d+/g, '0') === b.replace(/\d+/g, '0')) {
    const others = numbers(b);
    const gap = numbers(a).reduce((sum, value, index) => sum + Math.abs(value - (others[index] ?? 0)), 0);
    return 1 - 1 / (1 + gap);
  }
  return 1 + edits(a, b);
}

/** A name without zeros in front of its numbers. */
function plain(name: string): string {
  return name.replace(/0*(\d+)/g, '$1');
}

/** The first `length` parts of a name. */
function beginning(name: string, length: number): string {
  return name.split('/', length).join('/');
}
