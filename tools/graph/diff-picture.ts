import type { JsonObject } from '../../src/core/json.ts';
import type { Change, Diff, Part } from './diff.ts';
import { type Mark, mark, type Picture, type Tone } from './marks.ts';
import { TONES } from './tones.ts';

/** Two machines in one drawing: what only one of them has is coloured, what both have stays as it is. */
export function diffPicture(compared: Diff, names: readonly [string, string]): Picture {
  const { merged, first, second, both, changed } = compared;
  const [one, other] = names;
  const tones = (part: Part, tone: Tone, name: string) => {
    const only = mark(tone, TONES[tone].glyph, `in ${name} only`);
    const marked = (id: string): [string, Mark] => [id, only];
    return { states: part.states.map(marked), edges: part.edges.map(marked) };
  };
  const old = tones(first, 'first', one);
  const young = tones(second, 'second', other);
  const different = changed.map((change): [string, Mark] => [change.id, mark('changed', was(change))]);
  const same = first.states.length + second.states.length + first.edges.length + second.edges.length === 0;
  return {
    chart: merged,
    marks: {
      states: new Map([...different, ...old.states, ...young.states]),
      edges: new Map([...old.edges, ...young.edges]),
      caption:
        same && changed.length === 0
          ? [`${one} and ${other} are the same machine`]
          : [`only in ${one}: ${size(first)}`, `only in ${other}: ${size(second)}`, `in both: ${size(both)}`],
      legend: [
        ['first', `only in ${one}`],
        ['second', `only in ${other}`],
        ...(changed.length === 0 ? [] : [['changed', 'in both, but not alike'] as const]),
      ],
    },
    facts: {
      edges: new Map(),
      whole: {
        diff: {
          names: [one, other],
          first: lists(first),
          second: lists(second),
          both: lists(both),
          changed: changed.map((change): JsonObject => ({ ...change })),
        },
      },
    },
  };
}

/** `begins in reflect ⇒ begins in vote`; long parameters are cut in what people see, and may hide a difference. */
function was({ first, second }: Change): string {
  if (first.length + second.length === 0) return 'differs in detail';
  return [first, second].map((lines) => (lines.length === 0 ? 'nothing' : lines.join(', '))).join(' ⇒ ');
}

function size({ states, edges }: Part): string {
  const s = states.length === 1 ? '1 state' : `${states.length} states`;
  return `${s}, ${edges.length === 1 ? '1 transition' : `${edges.length} transitions`}`;
}

function lists({ states, edges }: Part): JsonObject {
  return { states: [...states], edges: [...edges] };
}
