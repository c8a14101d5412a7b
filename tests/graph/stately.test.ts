import { describe, expect, it } from 'vitest';
import { createMachine, setup } from 'xstate';
import { chart } from '../../tools/graph/chart.ts';
import { KINDS, type Subject, subjectOf, subjectOfSpec } from '../../tools/graph/load.ts';
import { stately } from '../../tools/graph/stately.ts';
import { EVERY_KIND } from './every-kind.ts';
import { design, REFLECT, VOTE } from './scripted-run.ts';

const subjects: Subject[] = [
  ...KINDS.map((kind) => subjectOf(kind)),
  ...[...EVERY_KIND, VOTE, design({ kind: 'vote', of: REFLECT.root, times: 2 })].map((spec) =>
    subjectOfSpec(spec),
  ),
];

/** Nothing for every action that a machine names, and yes for every guard. */
function stubs({ edges }: Subject['chart']) {
  const guards = edges.flatMap(({ guard }) => (guard === null ? [] : [guard.name]));
  return { guards: Object.fromEntries(guards.map((name) => [name, () => true])) };
}

describe('the definition for Stately Studio', () => {
  it.each(subjects)(
    'of $kind is read back by createMachine as the same chart',
    ({ machine, chart: drawn }) => {
      expect(chart(createMachine(JSON.parse(stately(machine))))).toEqual(drawn);
    },
  );

  it.each(subjects)('of $kind runs, given implementations', ({ machine, chart: drawn }) => {
    const copy = setup(stubs(drawn)).createMachine(JSON.parse(stately(machine)));
    expect(copy.root.initial.target[0]?.id).toBe(drawn.root.initial);
    expect(copy.provide(stubs(drawn)).id).toBe(machine.id);
  });

  it('keeps what JSON can say: parameters, re-entry, tags, descriptions, targets far away, names with dots', () => {
    const machine = createMachine({
      id: 'm.1',
      initial: 'a.b',
      states: {
        'a.b': {
          tags: ['t', 'u'],
          description: 'first',
          entry: [{ type: 'e', params: { x: [1, 2] } }, 'f'],
          exit: 'g',
          initial: 'in.ner',
          on: {
            '*': { actions: 'log' },
            'x.y': [{ guard: { type: 'p', params: { n: 1 } }, target: '#m\\.1.a\\.b.other' }],
          },
          states: {
            'in.ner': {
              always: { target: '#far', guard: 'q' },
              on: { go: { target: 'other' }, out: { target: '#m\\.1.c', reenter: true } },
            },
            other: { type: 'final' },
          },
          onDone: [{ guard: 'q', target: 'c' }, { target: 'd' }],
        },
        c: {
          type: 'parallel',
          states: { r1: {}, r2: { id: 'far' } },
          on: { again: { target: 'c', reenter: true } },
        },
        d: { type: 'final' },
      },
    });
    const text = stately(machine);
    expect(chart(createMachine(JSON.parse(text)))).toEqual(chart(machine));
    expect(JSON.parse(text).states['a.b'].entry).toEqual([{ type: 'e', params: { x: [1, 2] } }, 'f']);
  });

  it('names states simply where it can', () => {
    const { states } = JSON.parse(stately(subjectOf('session').machine));
    expect(states.evaluating.states.picking.on.picked[0].target).toBe('rollingOut');
    expect(states.evaluating.states.rollingOut.always[0].target).toBe('#session.scheduling');
  });
});
