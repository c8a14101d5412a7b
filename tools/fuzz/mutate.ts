import type { RandomStream } from '../../src/core/random.ts';

/** A script's tokens: words, numbers, strings, and every other character by itself; white space is kept. */
function tokens(script: string): string[] {
  return script.match(/"(?:[^"\\]|\\.)*"|`[^`]*`|[A-Za-z_]\w*|\d+(?:\.\d+)?|\s+|[^\s\w]/g) ?? [];
}

/** Words that the language knows, and some that it does not. */
const WORDS = [
  ...[
    'agent',
    'sequence',
    'vote',
    'judge',
    'reflect',
    'debate',
    'route',
    'when',
    'loop',
    'graph',
    'edge',
    'run',
  ],
  ...['passed', 'accepted', 'answered', 'contains', 'equals', 'longer', 'above', 'not', 'all', 'any'],
  ...[
    'taskContains',
    'taskLonger',
    'taskAbove',
    'undefined',
    'null',
    'this',
    'Infinity',
    'NaN',
    'globalThis',
  ],
  ...['prompt', 'tools', 'turns', 'temperature', 'tokens', 'times', 'weights', 'rounds', 'critic', 'reviser'],
  ...[
    'judge',
    'nodes',
    'start',
    'edges',
    'finish',
    'steps',
    'until',
    'while',
    'kind',
    'line',
    'node',
    '__handed',
  ],
];
const NUMBERS = [
  '0',
  '1',
  '2',
  '3',
  '5',
  '8',
  '16',
  '50',
  '99',
  '-1',
  '0.5',
  '1e9',
  '1e308',
  '9007199254740993',
];
const STRINGS = [
  ...[
    '"a"',
    '"b"',
    '"done"',
    '"solve"',
    '"js"',
    '"python"',
    '""',
    '"__proto__"',
    '"constructor"',
    '"A B"',
    '"ä"',
  ],
  ...[`"${'x'.repeat(300)}"`, '"\\u0000"', '"\\n"', '"The answer is 7."', '"0:f"', '"a-b"', '"toString"'],
];
const NODES = [
  'agent("m")',
  'agent("n", "js")',
  'vote(agent("p"), 2)',
  'loop(agent("q"), 2)',
  'reflect(agent("r"))',
];
const CONDITIONS = [
  'passed()',
  'not(passed())',
  'contains("x")',
  'all(answered(), longer(2))',
  'taskAbove(5)',
];
const WRAPPERS: readonly ((inner: string) => string)[] = [
  (inner) => `sequence(${inner}, agent("w"))`,
  (inner) => `vote(${inner}, 2)`,
  (inner) => `vote([${inner}, agent("w")], { judge: agent("j") })`,
  (inner) => `judge([${inner}, agent("w")], agent("j"))`,
  (inner) => `reflect(${inner}, { reviser: agent("w") })`,
  (inner) => `debate([${inner}, agent("w")])`,
  (inner) => `when(passed(), ${inner}, agent("w"))`,
  (inner) => `loop(${inner}, 3, passed())`,
  (inner) => `route(agent("c"), { one: ${inner}, two: agent("w") })`,
  (inner) =>
    `graph({ nodes: { one: ${inner}, two: agent("w") }, start: "one", edges: [edge("one", "two"), edge("two", "one", longer(2))], steps: 4 })`,
];

type Mutation = (parts: string[], random: RandomStream, other: readonly string[]) => string[];

const at = (parts: readonly string[], random: RandomStream) =>
  random.integer(0, Math.max(0, parts.length - 1));

/** Replaces some token that a pattern fits. */
function replaceOne(pattern: RegExp, choices: readonly string[]): Mutation {
  return (parts, random) => {
    const places = parts.flatMap((part, index) => (pattern.test(part) ? [index] : []));
    if (places.length === 0) return parts;
    const place = random.pick(places);
    return parts.map((part, index) => (index === place ? random.pick(choices) : part));
  };
}

/** These break a script's grammar, mostly. */
const ROUGH: readonly Mutation[] = [
  (parts, random) => parts.toSpliced(at(parts, random), random.integer(1, 3)),
  (parts, random) => {
    const place = at(parts, random);
    return parts.toSpliced(place, 0, ...parts.slice(place, place + random.integer(1, 6)));
  },
  (parts, random) => {
    const [a, b] = [at(parts, random), at(parts, random)];
    return parts.map((part, index) =>
      index === a ? (parts[b] ?? '') : index === b ? (parts[a] ?? '') : part,
    );
  },
  (parts, random, other) => parts.toSpliced(at(parts, random), 0, ...slice(other, random)),
  (parts, random) => parts.toSpliced(at(parts, random), 1, random.pick(WORDS)),
  (parts, random) => parts.toSpliced(at(parts, random), 0, random.pick([...'()[]{},;.:"`\\!=>?']) ?? ''),
  (parts, random) => parts.toSpliced(at(parts, random), 0, String.fromCodePoint(random.integer(1, 0x2fff))),
];

/** These keep it, mostly, and change what the script says. */
const GENTLE: readonly Mutation[] = [
  replaceOne(/^\d/, NUMBERS),
  replaceOne(/^"/, STRINGS),
  replaceOne(/^[a-z]\w*$/, WORDS),
  (parts, random) => wrapCall(parts, random, (inner) => random.pick(WRAPPERS)(inner)),
  (parts, random) => wrapCall(parts, random, (inner) => random.pick(WRAPPERS)(random.pick(WRAPPERS)(inner))),
  (parts, random) => wrapCall(parts, random, () => random.pick(NODES)),
  (parts, random) => wrapCall(parts, random, () => random.pick(CONDITIONS)),
  (parts, random) => ['for (let i = 0; i < ', random.pick(NUMBERS), '; i++) {', ...parts, '}'],
];

/** Share of mutations that may break the grammar. */
const ROUGHNESS = 0.25;

/** One to four mutations of a script, with pieces of another; the same stream gives the same script. */
export function mutate(script: string, other: string, random: RandomStream): string {
  let parts = tokens(script);
  const strange = tokens(other);
  for (let count = random.integer(1, 4); count > 0; count--) {
    const mutations = random.uniform() < ROUGHNESS ? ROUGH : GENTLE;
    parts = random.pick(mutations)(parts, random, strange);
  }
  return parts.join('');
}

function slice(parts: readonly string[], random: RandomStream): readonly string[] {
  const start = at(parts, random);
  return parts.slice(start, start + random.integer(1, 12));
}

/** Finds a call `word(…)` with balanced brackets and puts something in its place. */
function wrapCall(
  parts: readonly string[],
  random: RandomStream,
  change: (inner: string) => string,
): string[] {
  const starts = parts.flatMap((part, index) =>
    /^[a-z]\w*$/.test(part) && part !== 'run' && parts[index + 1] === '(' ? [index] : [],
  );
  if (starts.length === 0) return [...parts];
  const start = random.pick(starts);
  let depth = 0;
  for (let end = start + 1; end < parts.length; end++) {
    if (parts[end] === '(') depth++;
    if (parts[end] === ')' && --depth === 0) {
      return parts.toSpliced(start, end + 1 - start, change(parts.slice(start, end + 1).join('')));
    }
  }
  return [...parts];
}
