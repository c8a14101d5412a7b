import { describe, expect, it } from 'vitest';
import { defaultLibrary } from '../../../src/designs/library.ts';
import { parseSpec } from '../../../src/designs/spec.ts';
import { agree } from './agree.ts';
import type { AnyNode } from './interpreter.ts';
import { walks } from './paths.ts';

// Every node type against its documented semantics: @xstate/graph generates the paths through its machine, the
// interpreter says what should have happened on each.

const library = defaultLibrary();
const agent = (name: string, more: object = {}) => ({ kind: 'agent', name, ...more });
const [a, b, c, j, k] = ['a', 'b', 'c', 'j', 'k'].map((name) => agent(name));
const passed = { test: 'passed' };
const python = { test: 'python', ref: '0:f' };
const says = (text: string) => ({ test: 'equals', of: 'answer', text });
const not = (of: object) => ({ test: 'not', of });

/** A design, what agents may say in it, and transitions that no path can take, with the reason. */
const CASES: readonly (readonly [name: string, root: AnyNode, texts: readonly string[]])[] = [
  ['agent', a, ['A']],
  ['agent with a tool', agent('a', { tools: ['js'] }), ['A']],
  ['sequence', { kind: 'sequence', of: [a, b, c] }, ['A', 'B']],
  ['vote', { kind: 'vote', of: a, times: 3 }, ['A', 'B']],
  ['weighted vote', { kind: 'vote', of: [a, b, c], weights: [1, 3, 1] }, ['A', 'B']],
  ['vote with a judge', { kind: 'vote', of: [a, b], judge: j }, ['A', 'B']],
  ['judge', { kind: 'judge', of: [a, b], by: j }, ['A', 'B']],
  ['reflect by tests', { kind: 'reflect', of: a }, ['A', 'B']],
  ['reflect by tests, twice', { kind: 'reflect', of: a, rounds: 2 }, ['A', 'B']],
  ['reflect by a critic', { kind: 'reflect', of: a, critic: k, rounds: 2 }, ['A', 'CORRECT', 'INCORRECT']],
  ['reflect on a vote', { kind: 'reflect', of: { kind: 'vote', of: [a, b] }, reviser: c }, ['A', 'B']],
  ['debate', { kind: 'debate', of: [a, b], rounds: 2 }, ['A', 'B']],
  ['debate in one round with a judge', { kind: 'debate', of: [a, b], rounds: 1, judge: j }, ['A', 'B']],
  ['debate in three rounds', { kind: 'debate', of: [a, b], rounds: 3 }, ['A']],
  [
    'route by an agent',
    { kind: 'route', choose: j, routes: { one: a, two: b }, otherwise: 'two' },
    ['one', 'two', 'A'],
  ],
  [
    'route by conditions',
    {
      kind: 'sequence',
      of: [
        c,
        {
          kind: 'route',
          choose: {
            cases: [
              ['one', says('A')],
              ['two', passed],
            ],
          },
          routes: { one: a, two: b, three: k },
          otherwise: 'three',
        },
      ],
    },
    ['A', 'B'],
  ],
  [
    'route by a function',
    { kind: 'route', choose: { python: '0:f' }, routes: { one: a, two: b }, otherwise: 'two' },
    ['one', 'A'],
  ],
  ['when', { kind: 'when', test: { test: 'contains', of: 'task', text: 'sum' }, yes: a, no: b }, ['A']],
  [
    'when by tests, in a sequence',
    { kind: 'sequence', of: [a, { kind: 'when', test: not(passed), yes: b }] },
    ['A', 'B'],
  ],
  [
    'when by several questions',
    {
      kind: 'sequence',
      of: [
        a,
        {
          kind: 'when',
          test: { test: 'all', of: [passed, { test: 'any', of: [python, says('B')] }] },
          yes: b,
          no: c,
        },
      ],
    },
    ['A', 'B'],
  ],
  ['loop', { kind: 'loop', of: a, times: 3 }, ['A', 'B']],
  ['loop until', { kind: 'loop', of: a, times: 3, until: says('B') }, ['A', 'B']],
  ['loop until the tests pass', { kind: 'loop', of: a, times: 2, until: passed }, ['A', 'B']],
  ['loop while', { kind: 'loop', of: a, times: 2, while: python }, ['A']],
  [
    'loop over a sequence that skips',
    { kind: 'loop', of: { kind: 'sequence', of: [{ kind: 'when', test: passed, yes: a }] }, times: 2 },
    ['A'],
  ],
  [
    'graph: a line',
    { kind: 'graph', nodes: { one: a, two: b }, start: 'one', edges: [{ from: 'one', to: 'two' }], steps: 5 },
    ['A', 'B'],
  ],
  [
    'graph: branches and a finish',
    {
      kind: 'graph',
      nodes: { one: a, two: b, three: c },
      start: 'one',
      edges: [
        { from: 'one', to: 'two', when: says('A') },
        { from: 'one', to: 'three', when: passed },
      ],
      finish: ['two'],
      steps: 5,
    },
    ['A', 'B'],
  ],
  [
    'graph: a cycle with a limit',
    {
      kind: 'graph',
      nodes: { draft: a, check: k },
      start: 'draft',
      edges: [
        { from: 'draft', to: 'check' },
        { from: 'check', to: 'draft', when: not({ test: 'accepted' }) },
      ],
      steps: 4,
    },
    ['A', 'CORRECT'],
  ],
  [
    'graph: a function routes',
    {
      kind: 'graph',
      nodes: { one: a, two: b },
      start: 'one',
      edges: [],
      finish: ['two'],
      steps: 3,
      routing: { one: { python: '0:f' } },
    },
    ['one', 'two'],
  ],
  [
    'reflect after a vote',
    {
      kind: 'sequence',
      of: [
        { kind: 'vote', of: [a, b] },
        { kind: 'reflect', of: c, critic: k },
      ],
    },
    ['A', 'CORRECT'],
  ],
  ['debate downstream', { kind: 'sequence', of: [c, { kind: 'debate', of: [a, b], judge: j }] }, ['A']],
  ['loop over a debate', { kind: 'loop', of: { kind: 'debate', of: [a, b], rounds: 2 }, times: 2 }, ['A']],
  [
    'loop over a reflection',
    { kind: 'loop', of: { kind: 'reflect', of: a, critic: k, rounds: 2 }, times: 2 },
    ['A', 'CORRECT'],
  ],
  [
    'vote over sequences',
    {
      kind: 'vote',
      of: [
        { kind: 'sequence', of: [a, b] },
        { kind: 'loop', of: c, times: 2 },
      ],
      judge: j,
    },
    ['A', 'B'],
  ],
];

describe('every node means what docs/designs.md says', () => {
  it.each(CASES)('%s', (_, root, texts) => {
    const parsed = parseSpec({ mas: 1, root, python: 'script' }, library);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    const found = walks(parsed.spec, library, texts);
    expect(found.walks.length).toBeGreaterThan(1);
    for (const { exchanges } of found.walks) agree(root, exchanges);
    // Conditions on the task alone come out one way only here.
    expect(found.missed.filter((id) => !id.startsWith('execution.working.when.'))).toEqual([]);
  });

  it('for every kind of node there is', () => {
    const used = new Set([...JSON.stringify(CASES).matchAll(/"kind":"(\w+)"/g)].map(([, kind]) => kind));
    expect([...used].sort()).toEqual(library.kinds.map(({ kind }) => kind).sort());
  });
});
