import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { chart } from '../../tools/graph/chart.ts';
import { dead, isDead } from '../../tools/graph/dead.ts';
import { alive, deadLines } from '../../tools/graph/dead-picture.ts';
import { KINDS, subjectOf, subjectOfSpec } from '../../tools/graph/load.ts';
import { EVERY_KIND } from './every-kind.ts';
import { design, REFLECT, VOTE } from './scripted-run.ts';

const none = { unreachable: [], stuck: [], shadowed: [] };
type Config = Parameters<typeof createMachine>[0];
const search = (config: Config) => dead(chart(createMachine({ id: 'm', ...config })));

describe('our own machines and designs have nothing dead:', () => {
  it.each(KINDS)('%s', (kind) => {
    expect(dead(subjectOf(kind).chart)).toEqual(none);
    expect(isDead(dead(subjectOf(kind).chart))).toBe(false);
  });

  it.each([
    ['a vote', VOTE],
    ['a reflection', REFLECT],
    ['a vote of reflections', design({ kind: 'vote', of: REFLECT.root, times: 2 })],
  ])('%s', (_, spec) => {
    expect(dead(subjectOfSpec(spec).chart)).toEqual(none);
  });
});

it.each(EVERY_KIND)('nor does a design of the kind $root.kind', (spec) => {
  expect(dead(subjectOfSpec(spec).chart)).toEqual(none);
});

describe('unreachable is a state', () => {
  it('that no transition leads to, and what only it leads to', () => {
    const { unreachable } = search({
      initial: 'a',
      states: { a: { type: 'final' }, b: { on: { x: 'c' } }, c: { on: { x: 'a' } } },
    });
    expect(unreachable).toEqual(['m.b', 'm.c']);
  });

  it('that lies behind the end of a state that has none', () => {
    const { unreachable } = search({
      initial: 'a',
      states: {
        a: {
          initial: 'in',
          states: { in: { on: { x: 'in' } }, end: { type: 'final' } },
          onDone: 'b',
          on: { y: 'c' },
        },
        b: { type: 'final' },
        c: { type: 'final' },
      },
    });
    expect(unreachable).toEqual(['m.a.end', 'm.b']);
  });

  it('that lies behind regions of which one never ends', () => {
    const region = { initial: 'on', states: { on: { on: { x: 'off' } }, off: { type: 'final' as const } } };
    const two = (second: object) => ({
      initial: 'p',
      states: {
        p: { type: 'parallel' as const, states: { r1: region, r2: second }, onDone: 'end' },
        end: { type: 'final' as const },
      },
    });
    expect(search(two(region))).toEqual(none);
    const { unreachable, stuck } = search(two({ initial: 'on', states: { on: {} } }));
    expect(unreachable).toEqual(['m.end']);
    expect(stuck).toContain('m.p.r1.off');
  });

  it('that only a shadowed transition leads to', () => {
    const { unreachable, shadowed } = search({
      initial: 'a',
      states: {
        a: { on: { x: [{ target: 'b' }, { target: 'c' }] } },
        b: { type: 'final' },
        c: { type: 'final' },
      },
    });
    expect({ unreachable, shadowed }).toEqual({ unreachable: ['m.c'], shadowed: ['m.a:x:1'] });
  });
});

describe('a state leads to no final state', () => {
  it('if it is a trap, alone or in a circle', () => {
    const { stuck } = search({
      initial: 'a',
      states: {
        a: { on: { x: 'b', y: 'end', z: 'trap' } },
        b: { on: { x: 'c' } },
        c: { on: { x: 'b' } },
        trap: {},
        end: { type: 'final' },
      },
    });
    expect(stuck).toEqual(['m.b', 'm.c', 'm.trap']);
  });

  it('if a part of it ends but nobody waits for that', () => {
    const { stuck } = search({
      initial: 'a',
      states: { a: { initial: 'in', states: { in: { type: 'final' } } }, end: { type: 'final' } },
    });
    expect(stuck).toEqual(['m.a', 'm.a.in']);
  });

  it('unless a state around it is left, or another region leads out', () => {
    expect(
      search({
        initial: 'a',
        states: { a: { initial: 'in', states: { in: {} }, on: { out: 'end' } }, end: { type: 'final' } },
      }),
    ).toEqual(none);
    const regions = {
      r1: { initial: 'trap', states: { trap: {} } },
      r2: { initial: 'on', states: { on: { on: { x: '#m.end' } } } },
    };
    expect(
      search({ initial: 'p', states: { p: { type: 'parallel', states: regions }, end: { type: 'final' } } }),
    ).toEqual(none);
  });

  it('but a loop with a way out does', () => {
    expect(
      search({
        initial: 'a',
        states: {
          a: { always: [{ guard: 'enough', target: 'end' }, { target: 'b' }] },
          b: { on: { x: 'a' } },
          end: { type: 'final' },
        },
      }),
    ).toEqual(none);
  });
});

describe('a transition is shadowed', () => {
  const on = (...x: object[]) =>
    search({ initial: 'a', states: { a: { on: { x } }, b: { type: 'final' } } }).shadowed;

  it('behind one without a guard, and only for the same event', () => {
    expect(on({ target: 'b' }, { target: 'b', guard: 'g' })).toEqual(['m.a:x:1']);
    expect(on({ target: 'b', guard: 'g' }, { target: 'b' })).toEqual([]);
    expect(search({ initial: 'a', states: { a: { on: { x: 'b', y: 'b' } }, b: { type: 'final' } } })).toEqual(
      none,
    );
  });
});

it('says what is dead, or that nothing is', () => {
  const drawn = chart(
    createMachine({
      id: 'm',
      initial: 'a',
      states: {
        a: { on: { x: [{ target: 'b' }, { target: 'b', guard: 'g' }], y: 'trap' } },
        b: { type: 'final' },
        c: {},
        trap: {},
      },
    }),
  );
  expect(deadLines(drawn, dead(drawn))).toEqual([
    'state c cannot be reached',
    'state trap leads to no final state',
    'transition a → b: x [g] comes behind one without a guard for the same event',
  ]);
  expect(alive(subjectOf('agent').chart)).toBe('nothing is dead among 4 states and 5 transitions');
});
