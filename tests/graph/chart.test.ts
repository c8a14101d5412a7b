import { describe, expect, it } from 'vitest';
import { type AnyStateNode, createMachine } from 'xstate';
import { chart, statesOf } from '../../tools/graph/chart.ts';
import { edgeText } from '../../tools/graph/label.ts';
import { KINDS, subjectOf, subjectOfSpec } from '../../tools/graph/load.ts';
import { design } from './scripted-run.ts';

const vote = design({ kind: 'vote', of: { kind: 'agent', name: 'solve', tools: ['js'] }, times: 3 });

describe.each([...KINDS.map((kind) => subjectOf(kind)), subjectOfSpec(vote)])(
  'the chart of $kind',
  ({ chart, machine }) => {
    const nodes = (node: AnyStateNode): AnyStateNode[] => [
      node,
      ...Object.values(node.states).flatMap(nodes),
    ];
    const all = nodes(machine.root);

    it('has every state of the machine', () => {
      expect(statesOf(chart).map(({ id }) => id)).toEqual(all.slice(1).map(({ id }) => id));
    });

    it('has every transition of the machine, always and onDone included', () => {
      for (const { id, config } of all) {
        const wanted = [...Object.values(config.on ?? {}), config.always, config.onDone];
        const count = wanted.flatMap((item) =>
          item === undefined ? [] : Array.isArray(item) ? item : [item],
        ).length;
        expect(chart.edges.filter(({ source }) => source === id)).toHaveLength(count);
      }
    });

    it('names each of them once, and readably', () => {
      const ids = chart.edges.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.join()).not.toMatch(/xstate|inline|::/);
    });
  },
);

describe('an edge', () => {
  const text = (name: string, id: string) => {
    const found = subjectOf(name).chart.edges.find((edge) => edge.id === id);
    return found === undefined ? null : [found.source, edgeText(found), found.target];
  };

  it('says its event, guard and actions, with parameters', () => {
    expect(text('agent', 'agent.calling:called:0')).toEqual([
      'agent.calling',
      'called [cutOff] / hear, fail(length)',
      'agent.failed',
    ]);
  });

  it('may be an always, an onDone, a re-entry, or stay where it is', () => {
    expect(text('session', 'session.scheduling:always:0')).toEqual([
      'session.scheduling',
      'always [evaluationDue]',
      'session.evaluating',
    ]);
    expect(text('execution', 'execution.working.reflect.draft:done(draft):0')).toEqual([
      'execution.working.reflect.draft',
      'done(draft) [hasAnswer(reflect.draft)]',
      'execution.working.reflect.check',
    ]);
    expect(text('execution', 'execution.working.reflect.draft:done(draft):1')).toEqual([
      'execution.working.reflect.draft',
      'done(draft)',
      'execution.working.reflect.revise',
    ]);
    expect(subjectOf('session').chart.edges[0]).toMatchObject({ target: 'session.coldStart', reenter: true });
    expect(text('evaluation', 'evaluation.rollingOut:rollout.finished:0')?.[2]).toBeNull();
  });
});

it('shows long and nested parameters in few words', () => {
  const prompt = 'think step by step '.repeat(50);
  const guard = {
    type: 'holds',
    params: {
      predicate: { test: 'not', of: { test: 'accepted' } },
      limit: 3,
      tools: [{ name: 'js' }, { name: 'py' }],
    },
  };
  const machine = createMachine({
    id: 'm',
    initial: 'a',
    states: { a: { on: { x: { guard, actions: { type: 'ask', params: { prompt } } } } } },
  });
  const [edge] = chart(machine).edges;
  expect(edge === undefined ? '' : edgeText(edge)).toBe(
    'x [holds(not(accepted()), limit 3, js, py)] / ask(think step by step think step by step think ste…)',
  );
});

it('carries tags, descriptions, entry and exit actions of states', () => {
  const machine = createMachine({
    id: 'm',
    initial: 'a',
    states: { a: { tags: 't', description: 'd', entry: { type: 'e', params: { x: 1 } }, exit: 'f' } },
  });
  const [a] = statesOf(chart(machine));
  expect(a).toMatchObject({
    tags: ['t'],
    description: 'd',
    entry: [{ name: 'e', params: { x: 1 } }],
    exit: [{ name: 'f', params: {} }],
  });
});
