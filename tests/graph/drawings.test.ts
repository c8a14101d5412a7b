import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { type Chart, chart, statesOf } from '../../tools/graph/chart.ts';
import { coveragePicture } from '../../tools/graph/coverage-picture.ts';
import { dot } from '../../tools/graph/dot.ts';
import { json } from '../../tools/graph/json.ts';
import { KINDS, type Subject, subjectOf, subjectOfSpec } from '../../tools/graph/load.ts';
import { mermaid } from '../../tools/graph/mermaid.ts';
import { text } from '../../tools/graph/text.ts';
import { EVERY_KIND } from './every-kind.ts';
import { readMermaid } from './mermaid-check.ts';
import { design } from './scripted-run.ts';

const vote = design({ kind: 'vote', of: { kind: 'agent', name: 'end', tools: ['js'] }, times: 3 });
const subjects: Subject[] = [
  ...KINDS.map((kind) => subjectOf(kind)),
  subjectOfSpec(vote),
  ...EVERY_KIND.map((spec) => subjectOfSpec(spec)),
];

/** A machine whose names are syntax in every language that it is drawn in. */
const hostile = chart(
  createMachine({
    id: 'end',
    initial: 'a b',
    states: {
      'a b': {
        description: 'x: "y"; %% #1 {z}\n--> [*]',
        on: { 'e:"1"; --> x': { target: 'a_b', guard: 'a<b' } },
      },
      a_b: { type: 'final', tags: 'a b' },
    },
  }),
);

/** What it looks like when a run took the first transition of an agent 12 times. */
function covered(drawn: Chart) {
  const transitions = new Map([['agent.calling:called:0', 12]]);
  return coveragePicture(drawn, 'run-1', { transitions, states: new Set(['agent.calling', 'agent.failed']) });
}

/** Opening and closing braces outside of quotes, which must balance. */
function depthOf(text: string): number {
  const bare = text.replace(/"(?:\\.|[^"\\])*"/g, '');
  if (bare.includes('"')) throw new Error('a quote is left open');
  return bare.split('{').length - bare.split('}').length;
}

function expectWhole(drawn: Chart): void {
  const { states, arrows, regions } = readMermaid(mermaid(drawn));
  const all = statesOf(drawn);
  expect([...states.values()].map(({ title }) => title.replace(/<br\/>.*/, ''))).toEqual(
    all.map(({ name }) => name),
  );
  const initials = [drawn.root, ...all].filter(({ initial }) => initial !== null).length;
  const leaves = all.filter(({ type }) => type === 'final').length;
  expect(arrows).toHaveLength(drawn.edges.length + initials + leaves);
  const parallel = all.filter(({ type }) => type === 'parallel');
  expect(regions).toBe(parallel.reduce((sum, state) => sum + state.states.length - 1, 0));
}

describe('Mermaid', () => {
  it.each(subjects)('draws all of $kind', (subject) => expectWhole(subject.chart));

  it('survives names that are syntax, and keeps like names apart', () => {
    expectWhole(hostile);
    const { arrows } = readMermaid(mermaid(hostile));
    expect(arrows.at(-1)).toMatchObject({ from: 'end_a_b', to: 'end_a_b_2', label: 'e:"1"; --> x [a<b]' });
  });

  it('puts an edge into the innermost state that holds both its ends', () => {
    const { arrows } = readMermaid(mermaid(subjectOf('session').chart));
    const from = (id: string) =>
      arrows.filter((arrow) => arrow.from === id).map(({ to, within }) => [to, within]);
    expect(from('session_executorStage_learning')).toEqual([['session_scheduling', null]]);
    expect(from('session_executorStage_crediting')).toEqual([
      ['session_executorStage_learning', 'session_executorStage'],
    ]);
  });

  it('labels edges with their counts', () => {
    const { chart } = subjectOf('agent');
    const text = mermaid(chart, covered(chart).marks);
    expect(text).toContain('called [cutOff] / hear, fail(length) ×12\n');
    expect(text.match(/×0\n/g)).toHaveLength(chart.edges.length - 1);
    const { comments, classed } = readMermaid(text);
    expect(comments[0]).toBe('run-1 covers states 2/4, transitions 1/5');
    expect(classed.get('agent_calling')).toEqual(['_tone_on']);
    expect(classed.get('agent_usingTool')).toEqual(['_tone_off']);
    expect(readMermaid(text).arrows.find(({ label }) => label.includes('cutOff'))?.label).toMatch(/×12$/);
  });
});

describe('Graphviz', () => {
  it.each(subjects)('draws all of $kind', ({ chart }) => {
    const text = dot(chart);
    expect(depthOf(text)).toBe(0);
    for (const { id, states } of statesOf(chart)) {
      expect(text).toContain(states.length > 0 ? `subgraph "cluster_${id}" {` : `"${id}" [label=`);
    }
    expect(text.match(/-> .* \[label=/g)).toHaveLength(chart.edges.length);
  });

  it('turns what leads back round, so that loops run upwards and all else downwards', () => {
    const turned = (name: string) =>
      [...dot(subjectOf(name).chart).matchAll(/"([^"]*)" -> "([^"]*)" \[label=.*dir=back/g)].map((edge) =>
        edge.slice(1, 3),
      );
    expect(turned('agent')).toEqual([['agent.calling', 'agent.usingTool']]);
    expect(turned('session')).toEqual([
      ['session.scheduling', 'session.evaluating.rollingOut'],
      ['session.scheduling', 'session.executorStage.learning'],
      ['session.scheduling', 'session.designerStage.learning'],
      ['session.scheduling', 'session.coupledStage.learningDesigner'],
    ]);
    expect(turned('designer')).toEqual([]);
  });

  it('survives names that are syntax', () => {
    expect(depthOf(dot(hostile))).toBe(0);
  });

  it('dashes what was never taken, once there are counts', () => {
    const { chart } = subjectOf('agent');
    expect(dot(chart)).not.toContain('dashed');
    const text = dot(chart, covered(chart).marks);
    expect(text.match(/style=dashed/g)).toHaveLength(chart.edges.length - 1);
    expect(text.match(/style="rounded,filled,dashed"/g)).toHaveLength(2);
    expect(text).toContain('run-1 covers states 2/4, transitions 1/5');
  });
});

describe('JSON', () => {
  it.each(subjects)('is the chart of $kind as it stands', ({ chart }) => {
    expect(JSON.parse(json(chart))).toEqual(JSON.parse(JSON.stringify(chart)));
  });

  it('has counts if there are any', () => {
    const { chart } = subjectOf('agent');
    const { edges, coverage } = JSON.parse(json(chart, covered(chart).facts));
    expect(edges.map(({ count }: { count: number }) => count)).toEqual([12, 0, 0, 0, 0]);
    expect(coverage).toMatchObject({
      run: 'run-1',
      states: { reached: 2, all: 4 },
      transitions: { taken: 1, all: 5 },
    });
  });
});

describe('the outline', () => {
  it.each(subjects)('has every state and transition of $kind', ({ chart }) => {
    const lines = text(chart).split('\n');
    expect(lines.filter((line) => /^ +[●○◎∥] /.test(line))).toHaveLength(statesOf(chart).length);
    expect(lines.filter((line) => /^ +→ /.test(line))).toHaveLength(chart.edges.length);
  });

  it('reads well', () => {
    expect(text(subjectOf('designer').chart)).toMatchInlineSnapshot(`
      "designer
        ● beginning
            → compiling  always [given]
            → writing  always
        ○ writing
            entry / call
            → rejected  called [cutOff] / hear
            → compiling  called / hear
        ○ compiling
            entry / compile
            → accepted  compiled / accept
            → rejected  rejected / reject
        ◎ accepted
        ◎ rejected
            tags: failure
      "
    `);
  });
});

it('draws the same chart in the same bytes', () => {
  for (const draw of [mermaid, dot, json, text]) {
    expect(draw(subjectOfSpec(vote).chart)).toBe(draw(subjectOfSpec(vote).chart));
  }
});
