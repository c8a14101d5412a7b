import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ChartState } from '../../machines/chart.ts';
import { CHECKS } from '../../src/designs/checks.ts';
import { defaultLibrary } from '../../src/designs/library.ts';
import type { NodeKind, NodeSpec } from '../../src/designs/node.ts';
import { DesignReader } from '../../src/designs/reader.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';
import { ALLOWANCE } from './allowance.ts';

// Every check on a script that fails it. What the built-in nodes cannot do wrong, nodes of a user's own can:
// they write charts, and the checks of the machine look at charts.

const done = { type: 'final' as const };
const ask = (path: string) => ({
  type: 'openAgent' as const,
  params: { path, name: 'own', maxTurns: 1 },
});
const heard = (path: string, target: string): ChartState['on'] => ({
  'agent.finished': {
    guard: { type: 'from', params: { path } },
    target,
    actions: { type: 'keepAnswer', params: { path } },
  },
});

/** A node kind of a user's own with just this chart. */
function own(kind: string, chart: (path: string) => ChartState): NodeKind {
  return {
    kind,
    parameters: [],
    members: '{}',
    schema: (): z.ZodType<NodeSpec> => z.strictObject({ kind: z.literal(kind) }),
    name: () => kind,
    shape: () => kind,
    bounds: () => ({ calls: 1, tokens: 1, toolSteps: 0 }),
    chart: (_, { path }) => chart(path),
  };
}

const KINDS = [
  own('island', (path) => ({
    initial: 'ask',
    states: {
      ask: { entry: ask(path), on: { ...heard(path, 'done') } },
      lonely: { always: { target: 'done' } },
      done,
    },
  })),
  own('trap', (path) => ({
    initial: 'ask',
    states: {
      ask: { entry: ask(path), on: { ...heard(path, 'pit') } },
      pit: { entry: ask(`${path}.pit`), on: { ...heard(`${path}.pit`, 'pit') } },
      done,
    },
  })),
  own('deaf', (path) => ({
    initial: 'ask',
    states: { ask: { entry: ask(path), on: { checked: { target: 'done' } } }, done },
  })),
  own('idle', () => ({ initial: 'wait', states: { wait: {}, done } })),
  own('picky', (path) => ({
    initial: 'check',
    states: {
      check: {
        entry: { type: 'check', params: { path, about: [path] } },
        on: { checked: { guard: { type: 'passedFrom', params: { path } }, target: 'done' } },
      },
      done,
    },
  })),
  own('spin', (path) => ({
    initial: 'ask',
    states: {
      ask: { entry: ask(path), on: { ...heard(path, 'again') } },
      again: {
        always: [{ guard: { type: 'hasAnswer', params: { path } }, target: 'done' }, { target: 'ask' }],
      },
      done,
    },
  })),
  own('uncounted', (path) => ({
    initial: 'ask',
    states: {
      ask: { entry: ask(path), on: { ...heard(path, 'again') } },
      again: {
        always: [
          { guard: { type: 'within', params: { path, limit: 3 } }, target: 'ask' },
          { target: 'done' },
        ],
      },
      done,
    },
  })),
  own('counted', (path) => ({
    entry: { type: 'begin', params: { path } },
    initial: 'ask',
    states: {
      ask: {
        entry: [{ type: 'count', params: { path } }, ask(path)],
        on: { ...heard(path, 'again') },
      },
      again: {
        always: [
          { guard: { type: 'within', params: { path, limit: 3 } }, target: 'ask' },
          { target: 'done' },
        ],
      },
      done,
    },
  })),
  own('shadow', (path) => ({
    initial: 'ask',
    states: {
      ask: { entry: ask(path), on: { ...heard(path, 'choose') } },
      choose: {
        always: [
          {
            guard: { type: 'holds', params: { predicate: { test: 'answered' }, about: [path] } },
            target: 'done',
          },
          {
            guard: {
              type: 'holds',
              params: { predicate: { test: 'not', of: { test: 'answered' } }, about: [path] },
            },
            target: 'done',
          },
          { target: 'ask' },
        ],
      },
      done,
    },
  })),
];

const sandbox = new QuickJsSandbox();
const reader = new DesignReader({ library: defaultLibrary(KINDS), sandbox, allowance: ALLOWANCE });
afterAll(() => sandbox.close());

type Case = readonly [check: string, script: string, message: RegExp, line: number | null];
const CASES: readonly Case[] = [
  ['script', '<code></code> I could not think of one.', /no script in the text/, null],
  ['syntax', 'const a = agent("a");\nrun(vote(a, 3);', /SyntaxError/, 2],
  ['evaluation', 'const a = agent("a");\n\nrun(ensemble(a));', /'ensemble' is not defined/, 3],
  ['evaluation', 'const a = agent("a");', /never called run/, null],
  ['evaluation', 'for (;;) {}', /step budget/, null],
  ['schema', 'run(\n  loop(agent("a"), 99))', /times: .*20/, 2],
  ['schema', 'run(agent("a", { promt: "x" }))', /promt/, 1],
  ['names', 'run(graph({ nodes: { a: agent("x") }, start: "b", edges: [], steps: 2 }))', /no node "b"/, 1],
  ['names', 'run(route([["c", passed()]],\n { a: agent("x"), b: agent("y") }))', /no route "c"/, 1],
  ['tools', 'run(sequence(\n agent("a"),\n agent("b", "telescope")))', /no tool "telescope"; there is js/, 3],
  ['sampler', 'run(agent("a", { temperature: 0 }))', /a run samples at the one it learns at/, 1],
  [
    'answer',
    'run(sequence(agent("a"),\n agent("b", { prompt: "<solution>x => 42</solution>" })))',
    /holds a finished program/,
    2,
  ],
  [
    'transitions',
    'run(graph({ nodes: { a: agent("x"), b: agent("y"), c: agent("z") }, start: "a", edges: [edge("a", "b"), edge("a", "c"), edge("b", "c")], steps: 4 }))',
    /never goes to "c" \(deciding\)/,
    1,
  ],
  [
    'transitions',
    'run(graph({ nodes: { a: agent("x"), b: agent("y") }, start: "a", edges: [edge("a", "b"), edge("b", "a", passed())], finish: ["b"], steps: 4 }))',
    /"b" → "a" is never taken: the walk ends there/,
    1,
  ],
  ['transitions', 'run(shadow())', /"shadow.choose" never goes to "ask"/, 1],
  [
    'reachable',
    'run(graph({ nodes: { a: agent("x"), b: agent("y") }, start: "a", edges: [edge("b", "a")], steps: 3 }))',
    /"graph.b" cannot be reached/,
    1,
  ],
  ['reachable', 'run(island())', /"island.lonely" cannot be reached/, 1],
  ['end', 'run(sequence(\n  agent("a"),\n  trap()))', /"sequence.trap.\w+" has no way to the end/, 3],
  ['end', 'run(deaf())', /asks for "agent.finished" and does not listen/, 1],
  ['end', 'run(idle())', /"idle.wait" waits for nothing/, 1],
  ['end', 'run(picky())', /stays where it is in some case \(on checked\)/, 1],
  ['termination', 'run(vote(\n spin(), 3))', /can come back to itself without end/, 2],
  ['termination', 'run(uncounted())', /no limit is counted/, 1],
  ['calls', 'run(vote(loop(agent("a"), 5), 3))', /at most 15 policy calls; the budget is 12/, 1],
  [
    'tokens',
    'run(vote(agent("a", { tokens: 500 }), 2))',
    /at most 1000 sampled tokens; the budget is 600/,
    1,
  ],
  [
    'toolSteps',
    'run(loop(when(passed(), agent("a"), agent("b")), 12, { while: passed(), until: passed() }))',
    /tool steps; the budget is 1000/,
    1,
  ],
];

describe('every check', () => {
  it.each(CASES)('%s fails on %s', async (check, script, message, line) => {
    const { ok, checks, failure } = await reader.read(script, check === 'script' ? 'auto' : 'javascript');
    expect(ok).toBe(false);
    const failed = checks.filter((each) => !each.ok);
    expect(failed.map((each) => each.check)).toContain(check);
    const found = failed.find((each) => each.check === check);
    expect(found?.message).toMatch(message);
    if (line !== null) expect(found?.line).toBe(line);
    expect(failure).not.toBeNull();
  });

  it('has a script here that fails it', () => {
    expect([...new Set(CASES.map(([check]) => check))].sort()).toEqual(Object.keys(CHECKS).sort());
  });

  it('lets a counted loop of a user’s own pass', async () => {
    expect((await reader.read('run(counted())', 'javascript')).failure).toBeNull();
  });
});
