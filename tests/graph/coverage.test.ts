import { beforeAll, describe, expect, it } from 'vitest';
import { kindOfStream } from '../../src/views/stream-kind.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { statesOf } from '../../tools/graph/chart.ts';
import { coverage } from '../../tools/graph/coverage.ts';
import { KINDS, subjectOf, subjectOfDesign } from '../../tools/graph/load.ts';
import { scriptedRun } from './scripted-run.ts';

describe('coverage of a run', () => {
  let log: MemoryLog;
  beforeAll(async () => {
    log = await scriptedRun();
  });
  const countsOf = (name: string) => Object.fromEntries(coverage(log, subjectOf(name)).transitions);
  // 3 steps with 2 tasks each, and two evaluations of 3 tasks with design 0 in execution 0.
  const trees = 6;
  const evaluated = 6;

  it('counts the session, always and stages included', () => {
    const stage = (role: string, steps: number) => ({
      [`session.${role}.picking:picked:0`]: steps,
      [`session.${role}.rollingOut:always:0`]: steps,
      [`session.${role}.rollingOut:rollout.finished:0`]: 2 * steps,
      [`session.${role}.crediting:credited:0`]: steps,
      [`session.${role}.learning:learned:0`]: steps,
    });
    expect(countsOf('session')).toEqual({
      'session.coldStart:imitated:0': 2,
      'session.coldStart:imitated:1': 1,
      // Before and after.
      'session.evaluating.picking:picked:0': 2,
      'session.evaluating.rollingOut:always:0': 2,
      'session.evaluating.rollingOut:rollout.finished:0': 6,
      'session.scheduling:always:0': 2,
      'session.scheduling:always:1': 1,
      'session.scheduling:always:2': 0,
      'session.scheduling:always:3': 2,
      'session.scheduling:always:4': 1,
      ...stage('executorStage', 2),
      ...stage('designerStage', 1),
      // No run of this kind trains both roles at once.
      'session.coupledStage.picking:picked:0': 0,
      'session.coupledStage.rollingOut:always:0': 0,
      'session.coupledStage.rollingOut:rollout.finished:0': 0,
      'session.coupledStage.crediting:credited:0': 0,
      'session.coupledStage.creditingDesigner:credited:0': 0,
      'session.coupledStage.learning:learned:0': 0,
      'session.coupledStage.learningDesigner:learned:0': 0,
    });
  });

  it('counts rollouts and designers', () => {
    expect(countsOf('rollout')).toEqual({
      // No run of this kind has credit by forks.
      'rollout.branching:always:0': 0,
      'rollout.branching:execution.finished:0': 0,
      'rollout.recalling:recalled:0': 0,
      'rollout.designing:always:0': trees + evaluated,
      'rollout.designing:designer.finished:0': 4 * trees + evaluated,
      'rollout.executing:always:0': 0,
      'rollout.executing:always:1': trees + evaluated,
      'rollout.executing:execution.finished:0': 4 * trees + evaluated,
    });
    expect(countsOf('designer')).toEqual({
      'designer.beginning:always:0': 0,
      'designer.beginning:always:1': 4 * trees + evaluated,
      'designer.writing:called:0': trees,
      'designer.writing:called:1': 3 * trees + evaluated,
      'designer.compiling:compiled:0': 2 * trees + evaluated,
      'designer.compiling:rejected:0': trees,
    });
  });

  it('counts agents', () => {
    const voters = 2 * trees; // of each number: two executions of the one vote of each tree
    expect(countsOf('agent')).toEqual({
      'agent.calling:called:0': voters,
      'agent.calling:called:1': voters,
      'agent.calling:called:2': 2 * voters,
      'agent.calling:called:3': voters + 3 * trees + evaluated,
      'agent.usingTool:tool.returned:0': 2 * voters,
    });
  });

  it('counts one design: the executions with an equal spec, onDone included', () => {
    const { transitions: counts, states } = coverage(
      log,
      subjectOfDesign(log, 'step/0000/task/000/design/1'),
    );
    const voters = 2 * trees;
    expect(Object.fromEntries(counts)).toEqual({
      'execution.working:done(working):0': voters,
      'execution.working:done(working):1': 0,
      'execution.working.vote:done(vote):0': voters,
      'execution.working.vote.voting:done(voting):0': voters,
      'execution.working.vote.voting.solve1.asking:agent.finished:0': voters,
      'execution.working.vote.voting.solve2.asking:agent.finished:0': voters,
      'execution.working.vote.voting.solve3.asking:agent.finished:0': voters,
      'execution.verifying:verified:0': voters,
    });
    expect(coverage(log, subjectOfDesign(log, 'step/0001/task/001/design/1/exec/00'))).toEqual({
      transitions: counts,
      states,
    });
  });

  it('counts the frame of all executions, whatever their design', () => {
    const counts = countsOf('execution');
    const reflections = 2 * trees + evaluated;
    expect(counts['execution.verifying:verified:0']).toBe(reflections + 2 * trees);
    expect(counts['execution.working.reflect.draft:done(draft):0']).toBe(reflections);
    expect(counts['execution.working.reflect.draft:done(draft):1']).toBe(0);
    expect(counts['execution.working.reflect.check:checked:0']).toBe(trees + evaluated);
    expect(counts['execution.working.reflect.check:checked:1']).toBe(trees);
    expect(counts['execution.working.reflect.revise:done(revise):0']).toBe(trees);
    expect(counts['execution.working.reflect:done(reflect):0']).toBe(reflections);
  });

  it('knows the states that were entered, those passed through within one step included', () => {
    const reached = (name: string) => {
      const subject = subjectOf(name);
      const { states } = coverage(log, subject);
      return statesOf(subject.chart).flatMap(({ id }) => (states.has(id) ? [] : [id]));
    };
    expect(reached('session').every((id) => id.startsWith('session.coupledStage'))).toBe(true);
    expect(reached('agent')).toEqual([]);
    expect(reached('execution')).toEqual(['execution.failed']);
    expect(coverage(new MemoryLog(() => 0), subjectOf('agent')).states).toEqual(new Set());
  });

  it('of a design leaves out what only other designs entered', () => {
    const { states } = coverage(log, subjectOfDesign(log, 'step/0000/task/000/design/1'));
    expect(states).toContain('execution.working.vote.voting.solve3.done');
    expect([...states].join()).not.toContain('reflect');
  });

  it.each(KINDS)('takes exactly one transition of its own for every event of %s streams', (kind) => {
    const subject = subjectOf(kind);
    const counts = coverage(log, subject).transitions;
    if (subject.example) return;
    const own = subject.chart.edges.filter(({ event }) => event !== 'always' && !event.startsWith('done('));
    const events = log
      .readPrefix('')
      .filter(({ stream, version }) => kindOfStream(stream) === kind && version > 0);
    expect(own.reduce((sum, { id }) => sum + (counts.get(id) ?? 0), 0)).toBe(events.length);
  });

  it('counts an unfinished run as far as it came', () => {
    const half = new MemoryLog(() => 0);
    for (const event of log.events({ upTo: Math.floor(log.count() / 2) })) {
      half.append([{ ...event, expectedVersion: event.version }]);
    }
    const { transitions: counts, states } = coverage(half, subjectOf('session'));
    expect(counts.get('session.coldStart:imitated:1')).toBe(1);
    expect(counts.get('session.scheduling:always:1')).toBe(0);
    expect(states).toContain('session.evaluating.rollingOut');
    expect(states).not.toContain('session.done');
  });

  it('says which event does not fit, when the run was recorded by other machines', () => {
    const other = new MemoryLog(() => 0);
    const stream = 'step/0000/task/000/design/0/exec/00/agent/solve';
    other.append([
      { stream, expectedVersion: 0, type: 'started', data: { name: 'solve', task: '', maxTurns: 1 } },
      { stream, expectedVersion: 1, type: 'spoke', data: {} },
    ]);
    expect(() => coverage(other, subjectOf('agent'))).toThrow(/Event 2 \(spoke, .*\) does not fit/);
  });

  it('counts at least 10,000 events a second', async () => {
    const long = await scriptedRun(100);
    // The best of three: other tests may be using the same cores.
    const rates = [1, 2, 3].map(() => {
      const started = performance.now();
      for (const kind of KINDS) coverage(long, subjectOf(kind));
      return long.count() / (performance.now() - started);
    });
    expect(Math.max(...rates)).toBeGreaterThan(10);
  });
});
