import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { type Chart, chart, statesOf } from '../../tools/graph/chart.ts';
import { diff } from '../../tools/graph/diff.ts';
import { diffPicture } from '../../tools/graph/diff-picture.ts';
import { dot } from '../../tools/graph/dot.ts';
import { json } from '../../tools/graph/json.ts';
import { KINDS, subjectOf, subjectOfDesign, subjectOfSpec } from '../../tools/graph/load.ts';
import { mermaid } from '../../tools/graph/mermaid.ts';
import { text } from '../../tools/graph/text.ts';
import { readMermaid } from './mermaid-check.ts';
import { design, scriptedRun } from './scripted-run.ts';

const vote = (times: number, ...tools: string[]) =>
  subjectOfSpec(
    design({
      kind: 'vote',
      times,
      of: { kind: 'agent', name: 'solve', ...(tools.length > 0 && { tools }) },
    }),
  ).chart;
const all = (drawn: Chart) => statesOf(drawn).map(({ id }) => id);

describe('the difference of two machines', () => {
  it.each(KINDS)('%s and itself is nothing', (kind) => {
    const { chart } = subjectOf(kind);
    const { first, second, both, changed, merged } = diff(chart, chart);
    const none = { states: [], edges: [] };
    expect({ first, second, changed, merged }).toEqual({
      first: none,
      second: none,
      changed: [],
      merged: chart,
    });
    expect(both.states).toEqual(all(chart));
  });

  it('a vote of three has a voter more than a vote of two, and combines it', () => {
    const { first, second, changed } = diff(vote(2), vote(3));
    const voter = 'execution.working.vote.voting.solve3';
    expect(first).toEqual({ states: [], edges: ['execution.working.vote.voting:done(voting):0'] });
    expect(second.states).toEqual([voter, `${voter}.asking`, `${voter}.done`]);
    expect(second.edges).toHaveLength(2);
    expect(changed).toEqual([]);
  });

  it('states that do something else are in both, but changed', () => {
    const { first, second, changed } = diff(vote(2), vote(2, 'js'));
    expect([first.states, second.states]).toEqual([[], []]);
    expect(changed.map(({ id }) => id)).toContain('execution.working.vote.voting.solve1.asking');
    expect(changed[0]?.second.join()).toContain('js');
  });

  it('of recorded designs: every state and edge is in exactly one list', async () => {
    const log = await scriptedRun(1);
    const [one, other] = [0, 1].map((n) => subjectOfDesign(log, `step/0000/task/000/design/${n}`).chart);
    if (one === undefined || other === undefined) throw new Error('no designs');
    const { first, second, both, merged, changed } = diff(one, other);
    expect([...first.states, ...both.states].sort()).toEqual(all(one).sort());
    expect([...second.states, ...both.states].sort()).toEqual(all(other).sort());
    expect([...first.states, ...second.states, ...both.states].sort()).toEqual(all(merged).sort());
    expect(first.edges.length + both.edges.length).toBe(one.edges.length);
    expect(second.edges.length + both.edges.length).toBe(other.edges.length);
    expect(new Set(merged.edges.map(({ id }) => id)).size).toBe(merged.edges.length);
    expect(changed).toEqual([
      { id: 'execution.working', first: ['begins in reflect'], second: ['begins in vote'] },
    ]);
  });

  it('machines of different names are compared below their names', () => {
    const { both, merged } = diff(subjectOf('agent').chart, subjectOf('designer').chart);
    expect(both.states).toEqual([]);
    expect(all(merged)).toContain('agent.compiling');
  });

  it('the order of transitions does not count, the number of equal ones does', () => {
    const on = (...x: object[]) =>
      chart(createMachine({ id: 'm', initial: 'a', states: { a: { on: { x } }, b: {} } }));
    const [b, c] = [
      { target: 'b', guard: 'b' },
      { target: 'b', guard: 'c' },
    ];
    expect(diff(on(b, c), on(c, b)).first.edges).toEqual([]);
    const { first, both } = diff(on(b, b), on(b));
    expect([first.edges, both.edges]).toEqual([['m.a:x:1'], ['m.a:x:0']]);
  });
});

describe('the drawing of a difference', () => {
  const picture = diffPicture(diff(vote(2), vote(3)), ['two', 'three']);

  it('is in JSON as three lists', () => {
    const { diff: lists } = JSON.parse(json(picture.chart, picture.facts));
    expect(lists).toMatchObject({ names: ['two', 'three'], first: { states: [] }, changed: [] });
    expect(lists.second.states).toHaveLength(3);
    expect(lists.both.states.length).toBeGreaterThan(10);
  });

  it('is in the outline as plus and minus', () => {
    const lines = text(picture.chart, picture.marks).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'only in two: 0 states, 1 transition',
      'only in three: 3 states, 3 transitions'.replace('3 transitions', '2 transitions'),
      expect.stringMatching(/^in both: \d+ states, \d+ transitions$/),
    ]);
    expect(lines).toContain('+         ● solve3');
    expect(lines.filter((line) => line.startsWith('- '))).toHaveLength(2);
  });

  it('is in drawings as colours with a legend', () => {
    const { classed, comments } = readMermaid(mermaid(picture.chart, picture.marks));
    expect(classed.get('execution_working_vote_voting_solve3_asking')).toEqual(['_tone_second']);
    expect(comments).toContain('+ only in three (#16a34a)');
    const drawn = dot(picture.chart, picture.marks);
    expect(drawn).toMatch(/"execution\.working\.vote\.voting\.solve3\.asking" \[.*color="#16a34a"/);
    expect(drawn).toContain('only in three');
  });

  it('says so if there is none', () => {
    const { marks } = diffPicture(diff(vote(2), vote(2)), ['one', 'other']);
    expect(marks.caption).toEqual(['one and other are the same machine']);
  });
});
