import { describe, expect, it } from 'vitest';
import type { Command } from '../../machines/command.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { createRunningActor } from '../../src/runtime/actor.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { statesOf } from '../../tools/graph/chart.ts';
import { coverage } from '../../tools/graph/coverage.ts';
import { KINDS, type Subject, subjectOf, subjectOfSpec } from '../../tools/graph/load.ts';
import { coveringPaths, type Path, shortestPaths } from '../../tools/graph/paths.ts';
import { sampleAnswers } from '../../tools/graph/samples.ts';
import { design } from './scripted-run.ts';

const agent = { kind: 'agent', name: 'solve' };
const withTool = { ...agent, tools: ['js'] };
const designs = {
  agent,
  'agent named like a final state': { kind: 'agent', name: 'finished' },
  'agent with a tool': withTool,
  vote: { kind: 'vote', of: withTool, times: 3 },
  reflect: { kind: 'reflect', of: agent },
  'vote of reflections': { kind: 'vote', of: { kind: 'reflect', of: withTool }, times: 2 },
  'vote of votes': { kind: 'vote', of: { kind: 'vote', of: agent, times: 2 }, times: 2 },
};
const subjects: [string, Subject][] = [
  ...KINDS.map((kind): [string, Subject] => [kind, subjectOf(kind)]),
  ...Object.entries(designs).map(([name, spec]): [string, Subject] => [
    `the design ${name}`,
    subjectOfSpec(design(spec)),
  ]),
];

/** What a real actor does along a path. */
interface Drive {
  readonly output: JsonObject;
  readonly state: string;
  readonly commands: readonly Command[];
}

function drive({ machine }: Subject, { input, events }: Path): Drive {
  const actor = createRunningActor(machine, 'test', input);
  const commands = actor.start();
  for (const event of events) {
    expect(actor.done).toBe(false);
    commands.push(...actor.send(event));
  }
  expect(actor.done).toBe(true);
  return { output: actor.output, state: actor.state, commands };
}

function ends(subject: Subject, final: string, step: RegExp): Drive[] {
  const wanted = (path: Path) => path.final === final && step.test(path.steps.join(' '));
  const shortest = shortestPaths(subject).filter(wanted);
  const paths = shortest.length > 0 ? shortest : coveringPaths(subject).filter(wanted);
  expect(paths).not.toEqual([]);
  return paths.map((path) => drive(subject, path));
}

/** A log of one stream for each path. */
function logOf(subject: Subject, paths: readonly Path[]): MemoryLog {
  const log = new MemoryLog(() => 0);
  const places = {
    session: '',
    evaluation: '',
    rollout: '',
    designer: '/design/0',
    execution: '/exec/00',
    agent: '/agent/a',
  };
  paths.forEach(({ input, events }, index) => {
    const root = subject.kind === 'session' || subject.kind === 'evaluation';
    const stream = root ? subject.kind : `step/0000/task/${index}${places[subject.kind]}`;
    const all = [{ type: 'started', data: input }, ...events];
    log.append(all.map(({ type, data }, version) => ({ stream, expectedVersion: version, type, data })));
  });
  return log;
}

describe.each(subjects)('the machine of %s', (_, subject) => {
  const paths = coveringPaths(subject);

  it('reaches every final state', () => {
    const finals = subject.chart.root.states.filter(({ type }) => type === 'final').map(({ name }) => name);
    expect([...new Set(paths.map(({ final }) => final))].sort()).toEqual(finals.sort());
  });

  it('behaves as an actor as the paths say, and has every command answered, in order', () => {
    for (const path of paths) {
      const { state, output, commands } = drive(subject, path);
      expect(state).toBe(path.final);
      for (const [, name = '', value = ''] of path.outcome.matchAll(/(\w+) ([^,]+)/g)) {
        expect(String(output[name])).toBe(value);
      }
      expect(commands.map(({ key }) => key)).toEqual(path.events.map(({ data }) => data.key));
    }
  });

  it('has no transition that no path takes, and no state that none enters', () => {
    const covered = paths.map((path) => coverage(logOf(subject, [path]), subject));
    const taken = (id: string) => covered.some(({ transitions }) => (transitions.get(id) ?? 0) > 0);
    expect(subject.chart.edges.filter(({ id }) => !taken(id))).toEqual([]);
    const all = statesOf(subject.chart).map(({ id }) => id);
    expect(all.filter((id) => covered.every(({ states }) => !states.has(id)))).toEqual([]);
  });

  it('has a shortest path to each final state among those', () => {
    const finals = new Set(shortestPaths(subject).map(({ final }) => final));
    expect([...finals].sort()).toEqual([...new Set(paths.map(({ final }) => final))].sort());
  });

  it('finds the same paths again', () => {
    expect(coveringPaths(subject)).toEqual(paths);
  });
});

describe('along their paths', () => {
  it('an agent that is cut off fails with the cause length', () => {
    const driven = ends(subjectOf('agent'), 'failed', /cut off$/);
    expect(driven.map(({ output }) => output)).toEqual([
      { ok: false, cause: 'length', calls: 1 },
      { ok: false, cause: 'length', calls: 2 },
    ]);
  });

  it('an agent that asks its tool in its last turn fails with the cause turns, and the tool is not used', () => {
    const [driven] = ends(subjectOf('agent'), 'failed', /asks its tool$/);
    expect(driven?.output).toEqual({ ok: false, cause: 'turns', calls: 2 });
    expect(driven?.commands.map(({ key }) => key)).toEqual(['turn/0', 'tool/0', 'turn/1']);
  });

  it('an agent sees what its tool returned', () => {
    const [driven] = ends(subjectOf('agent'), 'answered', /tool/);
    expect(driven?.output).toEqual({ ok: true, text: '92', calls: 2 });
    expect(driven?.commands[2]?.input).toMatchObject({
      ask: { tools: [{ name: 'js' }], turns: [{ call: '17 + 25 * 3', result: '92' }] },
    });
  });

  it('a designer that is cut off compiles nothing; a bad script is a result with a cause', () => {
    const [cutOff] = ends(subjectOf('designer'), 'rejected', /cut off/);
    expect(cutOff?.output).toMatchObject({ ok: false, cause: 'unfinished' });
    expect(cutOff?.commands.map(({ key }) => key)).toEqual(['turn/0']);
    const [bad] = ends(subjectOf('designer'), 'rejected', /syntax/);
    expect(bad?.output).toMatchObject({ ok: false, cause: 'syntax' });
  });

  it('a rollout of 2 × 2 executes valid designs only', () => {
    const outputs = ends(subjectOf('rollout'), 'finished', /./).map(({ output }) => output);
    const trees = outputs.filter(({ designs }) => designs === 2);
    expect(trees.map(({ executions, rejected }) => [executions, rejected])).toEqual([
      [0, { syntax: 2 }],
      [2, { syntax: 1 }],
      [4, {}],
    ]);
  });

  it('a rollout with draws branches each call of its executions, and pays for what the branches sampled', () => {
    const outputs = ends(subjectOf('rollout'), 'finished', /a call/).map(({ output }) => output);
    expect(outputs).toMatchObject([{ executions: 1, score: 1, calls: 3, branches: 1, branchCalls: 1 }]);
  });

  it('a vote asks all voters at once, and fails without a verdict when none of them answers', () => {
    const vote = subjectOfSpec(design(designs.vote));
    const voters = ['agent/vote.solve1', 'agent/vote.solve2', 'agent/vote.solve3'];
    const [failed] = ends(vote, 'failed', /cut off/);
    expect(failed?.output).toMatchObject({ score: 0, calls: 3, cause: 'no voter answered' });
    expect(failed?.commands.map(({ key }) => key)).toEqual(voters);
    const [finished] = ends(vote, 'finished', /right$/);
    expect(finished?.output).toMatchObject({ score: 1, calls: 3, cause: null });
    expect(finished?.commands.map(({ key }) => key)).toEqual([...voters, 'verify']);
  });

  it('a vote needs one answer only', () => {
    const vote = subjectOfSpec(design(designs.vote));
    const path = shortestPaths(vote).find(
      ({ final, steps }) => final === 'finished' && /right$/.test(steps.join()),
    );
    const cutOff = { ok: false, cause: 'length', calls: 1 };
    const events = path?.events.map((event, index) =>
      index < 2 ? { ...event, data: { ...event.data, output: cutOff } } : event,
    );
    const driven = drive(vote, {
      final: '',
      outcome: '',
      steps: [],
      input: path?.input ?? {},
      events: events ?? [],
    });
    expect(driven.output).toMatchObject({ score: 1, cause: null });
  });

  it('a reflection whose draft passes ends without a revision', () => {
    const driven = ends(subjectOfSpec(design(designs.reflect)), 'finished', /draft\): an answer .*: passed/);
    for (const { commands, output } of driven) {
      expect(commands.map(({ key }) => key)).toEqual([
        'agent/reflect.draft',
        'check/reflect.draft',
        'verify',
      ]);
      expect(output.calls).toBe(1);
    }
  });

  it('a reflection whose draft does not pass shows the reviser its draft and the feedback', () => {
    const [driven] = ends(subjectOfSpec(design(designs.reflect)), 'finished', /not passed/);
    const revise = driven?.commands.find(({ key }) => key === 'agent/reflect.revise');
    expect(revise?.input).toMatchObject({ draft: '92', feedback: 'f(2) is 3, expected 4' });
  });

  it('a reflection whose draft is cut off is asked again from nothing, and nothing is checked', () => {
    const [driven] = ends(subjectOfSpec(design(designs.reflect)), 'finished', /draft\): cut off/);
    expect(driven?.commands.map(({ key }) => key)).toEqual([
      'agent/reflect.draft',
      'agent/reflect.revise',
      'verify',
    ]);
    expect(driven?.commands[1]?.input).toEqual({ ...driven?.commands[0]?.input });
  });

  it('a session alternates its stages and ends with the last evaluation', () => {
    const driven = ends(subjectOf('session'), 'done', /./).find(({ output }) => output.steps === 2);
    const learned = driven?.commands.filter(
      (command) => command.type === 'effect' && command.effect === 'learn',
    );
    expect(learned?.map(({ input }) => input)).toEqual([
      { step: 0, role: 'executor' },
      { step: 1, role: 'designer' },
    ]);
    expect(driven?.output).toMatchObject({ version: 'v1', steps: 2 });
  });

  it('an agent called like the final state runs and answers (the name was once taken)', () => {
    const named = subjectOfSpec(design({ kind: 'agent', name: 'finished' }));
    const [driven] = ends(named, 'finished', /right$/);
    expect(driven?.commands.map(({ key }) => key)).toEqual(['agent/finished', 'verify']);
    expect(driven?.commands[0]?.input).toMatchObject({ name: 'finished' });
    expect(driven?.commands[1]?.input).toMatchObject({ reply: '92' });
    expect(driven?.output).toMatchObject({ score: 1, calls: 1, cause: null });
  });
});

describe('an actor that has nothing to wait for goes on instead of waiting for ever:', () => {
  it('a session that picks no tasks', () => {
    const { machine } = subjectOf('session');
    const path = shortestPaths(subjectOf('session')).find(({ events }) =>
      events.some(({ data }) => data.key === 'step/0001'),
    );
    const actor = createRunningActor(machine, 'session', path?.input ?? {});
    const owed = actor.start();
    const asked: string[] = [];
    for (let command = owed.shift(); command !== undefined; command = owed.shift()) {
      asked.push(command.type === 'effect' ? command.effect : command.actor);
      const [answer] = sampleAnswers(command);
      if (answer === undefined) throw new Error(`nothing answers ${command.key}`);
      const { type, data } = answer;
      owed.push(...actor.send({ type, data: type === 'picked' ? { ...data, tasks: [] } : data }));
    }
    const step = ['pick', 'credit', 'learn'];
    expect(asked).toEqual(['imitate', 'imitate', 'pick', ...step, ...step, 'pick']);
    expect(actor.done).toBe(true);
    expect(actor.output).toMatchObject({ steps: 2, calls: 0, tallies: { before: {}, after: {} } });
  });

  it.each([
    ['evaluation', 'tasks', []],
    ['rollout', 'designs', 0],
  ])('%s, no %s', (kind, name, none) => {
    const subject = subjectOf(kind);
    const [path] = shortestPaths(subject);
    const actor = createRunningActor(subject.machine, kind, { ...path?.input, [name]: none });
    expect(actor.start()).toEqual([]);
    expect(actor.done).toBe(true);
  });
});
