import { describe, expect, it } from 'vitest';
import type { ChartGuard, ChartState, ChartTransition, Predicate } from '../../machines/chart.ts';
import { flawsOf } from '../../src/designs/analysis.ts';
import { liveness } from '../../src/designs/liveness.ts';

// The proofs on charts by themselves: what they refuse, where they say it is, and what they let pass.

const done: ChartState = { type: 'final' };
const from: ChartGuard = { type: 'from', params: { path: 'n' } };
const within: ChartGuard = { type: 'within', params: { path: 'n', limit: 3 } };
const has = (path: string): ChartGuard => ({ type: 'hasAnswer', params: { path } });
const count = { type: 'count', params: { path: 'n' } } as const;

/** A state that asks an agent and goes on when it is done. */
const ask = (target: string, more: Partial<ChartState> = {}): ChartState => ({
  entry: { type: 'openAgent', params: { path: 'n', name: 'n', maxTurns: 1 } },
  on: { 'agent.finished': { guard: from, target } },
  ...more,
});
const chart = (states: { readonly [name: string]: ChartState }): ChartState => ({
  initial: Object.keys(states)[0] ?? '',
  states,
});
/** Every flaw as `check path`, in the order in which they are told. */
const flaws = (state: ChartState) => flawsOf(state, 'root').map(({ check, path }) => `${check} ${path}`);

describe('a chart without a flaw', () => {
  it.each<[string, ChartState]>([
    ['one question', chart({ a: ask('done'), done })],
    [
      'a choice with an else',
      chart({ a: { always: [{ guard: has('n'), target: 'done' }, { target: 'b' }] }, b: ask('done'), done }),
    ],
    [
      'a choice by a condition and its opposite',
      chart({
        a: {
          always: [
            { guard: holds({ test: 'answered' }), target: 'done' },
            { guard: holds({ test: 'not', of: { test: 'answered' } }), target: 'b' },
          ],
        },
        b: ask('done'),
        done,
      }),
    ],
    [
      'a loop that counts on entry',
      chart({
        a: ask('b', { entry: [count, { type: 'openAgent', params: { path: 'n', name: 'n', maxTurns: 1 } }] }),
        b: { always: [{ guard: within, target: 'a' }, { target: 'done' }] },
        done,
      }),
    ],
    [
      'a loop that counts on its way',
      chart({
        a: ask('b'),
        b: { always: [{ guard: within, target: 'a', actions: count }, { target: 'done' }] },
        done,
      }),
    ],
    [
      'parts side by side',
      chart({
        a: {
          type: 'parallel',
          states: { x: chart({ a: ask('done'), done }), y: chart({ a: ask('done'), done }) },
          onDone: { target: 'done' },
        },
        done,
      }),
    ],
    ['an end that nothing reaches, where all others do', chart({ a: ask('end'), end: done, done })],
  ])('%s', (_, state) => expect(flaws(state)).toEqual([]));
});

describe('a chart with a flaw', () => {
  it.each<[string, ChartState, string[]]>([
    ['an unreachable state', chart({ a: ask('done'), b: ask('done'), done }), ['reachable root.b']],
    [
      'two that only reach each other',
      chart({ a: ask('done'), b: ask('c'), c: ask('b'), done }),
      ['reachable root.b', 'reachable root.c', 'termination root.b', 'termination root.c'],
    ],
    [
      'no way to the end',
      chart({ a: ask('b'), b: ask('b'), done }),
      ['end root.a', 'end root.b', 'termination root.b'],
    ],
    [
      'an event that nobody hears',
      chart({ a: ask('done', { on: { checked: { target: 'done' } } }), done }),
      ['end root.a'],
    ],
    [
      'a case in which it stays',
      chart({ a: { always: { guard: has('n'), target: 'done' } }, done }),
      ['end root.a'],
    ],
    ['nothing to wait for', chart({ a: ask('b'), b: {}, done }), ['end root.b', 'end root.a', 'end root.b']],
    ['a target that is not there', chart({ a: ask('nowhere'), done }), ['end root.a', 'end root.a']],
    [
      'a transition after one that is always taken',
      chart({
        a: { always: [{ target: 'done' }, { guard: has('n'), target: 'done' }] },
        done,
      }),
      ['transitions root.a'],
    ],
    [
      'the same condition twice',
      chart({
        a: {
          always: [{ guard: has('n'), target: 'done' }, { guard: has('n'), target: 'b' }, { target: 'done' }],
        },
        b: ask('done'),
        done,
      }),
      ['transitions root.a', 'reachable root.b'],
    ],
    [
      'a loop without a limit',
      chart({
        a: ask('b'),
        b: { always: [{ guard: has('n'), target: 'a' }, { target: 'done' }] },
        done,
      }),
      ['termination root.a', 'termination root.b'],
    ],
    [
      'a loop with a limit that nothing counts',
      chart({
        a: ask('b'),
        b: { always: [{ guard: within, target: 'a' }, { target: 'done' }] },
        done,
      }),
      ['termination root.b'],
    ],
    [
      'a limit that another counter stands for',
      chart({
        a: ask('b', {
          entry: [
            { type: 'count', params: { path: 'other' } },
            { type: 'openAgent', params: { path: 'n', name: 'n', maxTurns: 1 } },
          ],
        }),
        b: { always: [{ guard: within, target: 'a' }, { target: 'done' }] },
        done,
      }),
      ['termination root.b'],
    ],
    [
      'a way around the limit',
      chart({
        a: ask('b', { entry: [count, { type: 'openAgent', params: { path: 'n', name: 'n', maxTurns: 1 } }] }),
        b: { always: [{ guard: within, target: 'a' }, { guard: has('n'), target: 'a' }, { target: 'done' }] },
        done,
      }),
      ['termination root.a', 'termination root.b'],
    ],
    [
      'a flaw two levels down',
      chart({
        a: { ...chart({ x: ask('done'), y: ask('done'), done }), onDone: { target: 'done' } },
        done,
      }),
      ['reachable root.a.y'],
    ],
    [
      'one side that never ends',
      chart({
        a: {
          type: 'parallel',
          states: { x: chart({ a: ask('done'), done }), y: chart({ a: ask('a'), done }) },
          onDone: { target: 'done' },
        },
        done,
      }),
      ['end root.a.y.a', 'termination root.a.y.a', 'end root.a'],
    ],
    [
      'an end that nobody listens for',
      chart({ a: chart({ x: ask('done'), done }), done }),
      ['end root.a', 'end root.a'],
    ],
  ])('%s', (_, state, expected) => expect(flaws(state)).toEqual(expected));

  it('says the state and what is wrong with it', () => {
    const [first] = flawsOf(chart({ a: ask('done'), b: ask('done'), done }), 'vote');
    expect(first).toEqual({
      check: 'reachable',
      path: 'vote.b',
      message: 'the state "vote.b" cannot be reached',
    });
  });
});

function holds(predicate: Predicate): ChartGuard {
  return { type: 'holds', params: { predicate, about: ['n'] } };
}

describe('which transitions can be taken', () => {
  const a: Predicate = { test: 'answered' };
  const b: Predicate = { test: 'accepted' };
  const not = (of: Predicate): Predicate => ({ test: 'not', of });
  const lists = (...predicates: (Predicate | null)[]): ChartTransition[] =>
    predicates.map((each) => (each === null ? { target: 'x' } : { guard: holds(each), target: 'x' }));

  it.each<[string, ChartTransition[], boolean[], boolean]>([
    ['none', [], [], false],
    ['one without a condition', lists(null), [true], true],
    ['a condition', lists(a), [true], false],
    ['a condition and its opposite', lists(a, not(a)), [true, true], true],
    ['… and one too many', lists(a, not(a), null), [true, true, false], true],
    ['what is never true', lists({ test: 'all', of: [a, not(a)] }, null), [false, true], true],
    ['what is always true', lists({ test: 'any', of: [a, not(a)] }, null), [true, false], true],
    ['a part of one before', lists(a, { test: 'all', of: [a, b] }, null), [true, false, true], true],
    ['a double negation', lists(a, not(not(a)), null), [true, false, true], true],
    [
      'de Morgan',
      lists(not({ test: 'all', of: [a, b] }), { test: 'any', of: [not(a), not(b)] }, null),
      [true, false, true],
      true,
    ],
    ['an event from the node', [{ guard: from, target: 'x' }, { target: 'x' }], [true, false], true],
  ])('of %s', (_, transitions, live, exhaustive) => {
    expect(liveness(transitions)).toEqual({ live, exhaustive });
  });

  it('takes conditions on other texts as others, and equal ones as one', () => {
    const text = (each: string): Predicate => ({ test: 'contains', of: 'answer', text: each });
    expect(liveness(lists(text('x'), text('y'), text('x'), null)).live).toEqual([true, true, false, true]);
  });

  it('takes every combination of very many conditions as possible, and stops at an else', () => {
    const many = Array.from({ length: 12 }, (_, i): Predicate => ({ test: 'longer', of: 'answer', than: i }));
    expect(liveness(lists(...many)).exhaustive).toBe(false);
    const { live, exhaustive } = liveness(lists(...many, null, a));
    expect(exhaustive).toBe(true);
    expect(live).toEqual([...many.map(() => true), true, false]);
  });
});
