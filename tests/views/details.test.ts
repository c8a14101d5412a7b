import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import type { DetailLine } from '../../src/views/detail-line.ts';
import { Details } from '../../src/views/details.ts';
import type { RunView } from '../../src/views/run-view.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import { foldedTo, recordedRun } from './recorded.ts';

type Line = readonly [stream: string, type: string, data: JsonObject];

const TASK = 'step/0000/task/000';
const DESIGN = `${TASK}/design/0`;
const EXECUTION = `${DESIGN}/exec/00`;
const AGENT = `${EXECUTION}/agent/solve`;
const picked = ['session', 'picked', { key: 'step/0000', tasks: [{ family: 'code' }] }] as const;
const task = (text: string) => [TASK, 'started', { task: { id: 't', family: 'code', text } }] as const;
const called = (stream: string, text: string, more: JsonObject = {}) =>
  [
    stream,
    'called',
    { key: 'turn/0', text, finish: 'stop', asksTool: false, version: 'v', ...more },
  ] as const;

/** A log from events written by hand, in order. */
function logOf(...events: readonly Line[]): MemoryLog {
  const log = new MemoryLog(() => 0);
  for (const [stream, type, data] of events) {
    log.append([{ stream, expectedVersion: log.version(stream), type, data }]);
  }
  return log;
}

function linesOf(log: MemoryLog, stream: string, view: RunView = foldedTo(log)): readonly DetailLine[] {
  return new Details(log).lines(view, stream, false);
}

const textsOf = (log: MemoryLog, stream: string) => linesOf(log, stream).map(({ text }) => text);

describe('Details', () => {
  it('has nothing for a stream that is not in view', async () => {
    const log = await recordedRun();
    const view = foldedTo(log);
    expect(new Details(log).lines(view, 'step/0001/task/000', false)).toEqual([]);
    expect(new Details(log).lines(view, '', false)).toEqual([]);
  });

  it('does not take a stream for one whose name begins alike', () => {
    const log = logOf(picked, task('q'), [DESIGN, 'started', {}], called(DESIGN, 'run(a)'));
    expect(textsOf(log, DESIGN)).toContain('  script    run(a)');
    expect(textsOf(log, `${DESIGN}0`)).not.toContain('  script    run(a)');
  });

  it('tells task, script, verdict and transcript of an execution, lines as far in as they were written', () => {
    const log = logOf(
      picked,
      task('f adds 1:\n  f(1) = 2'),
      [DESIGN, 'started', {}],
      called(DESIGN, 'run(\n\tagent("solve"))'),
      [DESIGN, 'compiled', { shape: 'agent' }],
      [EXECUTION, 'started', {}],
      [AGENT, 'started', { name: 'solve', task: 'q', draft: '7', feedback: 'wrong' }],
      called(AGENT, '1+1', { asksTool: true }),
      [AGENT, 'tool.returned', { key: 'tool/0', ok: true, text: '2' }],
      called(AGENT, 'if (a)\n    b\u001b[2J', { key: 'turn/1' }),
      [EXECUTION, 'agent.finished', { key: 'agent/solve', output: { ok: true } }],
      [
        EXECUTION,
        'checked',
        {
          key: 'check/solve',
          passed: false,
          text: 'gave 3 want 2',
          failed: { index: 1, input: [1, [2]], expected: 2, actual: 3 },
        },
      ],
      [
        EXECUTION,
        'verified',
        {
          key: 'verify',
          score: 0.5,
          answer: { kind: 'function', source: 'a=>\n  a' },
          parts: { parsed: 1, hidden: 0.3333 },
          failed: { index: 0, input: ['x'], expected: null, error: 'throws' },
        },
      ],
    );
    expect(linesOf(log, EXECUTION)).toEqual([
      { tone: 'title', text: `${EXECUTION}  code` },
      { tone: 'task', text: '  task      f adds 1:' },
      { tone: 'task', text: '              f(1) = 2' },
      { tone: 'script', text: '  script    run(' },
      { tone: 'script', text: '              agent("solve"))' },
      { tone: 'bad', text: '  verdict   score 0.5, hidden 0.33, parsed 1' },
      { tone: 'bad', text: '  answer    a=>' },
      { tone: 'bad', text: '              a' },
      { tone: 'bad', text: '  failed    public test 1: f("x")' },
      { tone: 'bad', text: '            expected null, throws' },
      { tone: 'note', text: 'solve turn/0  finish stop  policy v  advantage not yet  event 8' },
      { tone: 'note', text: '  its prompt is not recorded' },
      { tone: 'tool', text: '  call      1+1' },
      { tone: 'tool', text: '  tool      2' },
      { tone: 'note', text: 'solve turn/1  finish stop  policy v  advantage not yet  event 10' },
      { tone: 'note', text: '  its prompt is not recorded' },
      { tone: 'said', text: '  said      if (a)' },
      { tone: 'said', text: '                b\\u001b[2J' },
      { tone: 'bad', text: '  check     solve: not passed, told: gave 3 want 2' },
      { tone: 'bad', text: '  failed    public test 2: f(1, [2])' },
      { tone: 'bad', text: '            expected 2, gave 3' },
    ]);
    expect(textsOf(log, TASK)).toEqual([`${TASK}  code`, '  task      f adds 1:', '              f(1) = 2']);
  });

  it('says that an agent was cut off and that there is no answer', () => {
    const log = logOf(
      picked,
      task('q'),
      [DESIGN, 'started', {}],
      [EXECUTION, 'started', {}],
      [AGENT, 'started', { name: 'solve', task: 'q' }],
      called(AGENT, '1+1+', { finish: 'length' }),
      [EXECUTION, 'agent.finished', { key: 'agent/solve', output: { ok: false, cause: 'length' } }],
      [TASK, 'execution.finished', { key: 'design/0/exec/00', output: {} }],
    );
    expect(textsOf(log, EXECUTION)).toContain('  verdict   no answer, solve: length');
    expect(textsOf(log, EXECUTION).slice(-2)).toEqual(['  cut off   1+1+', '  no answer length']);
  });

  it('tells why a script was rejected, and one that nobody wrote', () => {
    const rejected = logOf(
      picked,
      task('q'),
      [DESIGN, 'started', {}],
      called(DESIGN, 'run(', { finish: 'stop' }),
      [DESIGN, 'rejected', { key: 'script', cause: 'syntax', message: 'no end' }],
    );
    expect(textsOf(rejected, DESIGN).at(-1)).toBe('  rejected  syntax: no end');
    const fixed = logOf(picked, task('q'), [DESIGN, 'started', { script: 'run(a)' }]);
    expect(textsOf(fixed, DESIGN).at(-1)).toBe('  script    run(a)');
  });

  it('knows no more than the view: what comes after its last event is not told', () => {
    const log = logOf(
      picked,
      task('q'),
      [DESIGN, 'started', {}],
      [EXECUTION, 'started', {}],
      [AGENT, 'started', { name: 'solve', task: 'q' }],
      called(AGENT, '42'),
    );
    expect(linesOf(log, EXECUTION, foldedTo(log, 5)).at(-1)?.text).toBe('solve  has been asked');
    expect(linesOf(log, EXECUTION).at(-1)?.text).toBe('  said      42');
  });

  it('follows an execution while it goes on, and reads one that is over once', () => {
    const log = logOf(picked, task('q'), [DESIGN, 'started', {}], [EXECUTION, 'started', {}]);
    const details = new Details(log);
    const view = foldedTo(log);
    let reads = 0;
    const readPrefix = log.readPrefix.bind(log);
    log.readPrefix = (...args) => {
      reads++;
      return readPrefix(...args);
    };
    const hear = (...[stream, type, data]: Line) => {
      const [event] = log.append([{ stream, expectedVersion: log.version(stream), type, data }]);
      if (event !== undefined) view.apply(event);
      return details.lines(view, EXECUTION, false).at(-1)?.text;
    };
    hear(AGENT, 'started', { name: 'solve', task: 'q' });
    expect(hear(...called(AGENT, '42'))).toBe('  said      42');
    hear(EXECUTION, 'verified', {
      key: 'verify',
      score: 1,
      answer: { kind: 'text', value: '42' },
      parts: {},
    });
    hear(TASK, 'execution.finished', { key: 'design/0/exec/00', output: {} });
    const before = reads;
    const lines = details.lines(view, EXECUTION, false);
    hear('session', 'rollout.finished', rollout);
    expect(details.lines(view, EXECUTION, false)).toBe(lines);
    expect(reads).toBe(before);
  });

  it('has for every execution of a run as many turns as the log has calls', async () => {
    const log = await recordedRun();
    const view = foldedTo(log, log.read('session').findLast(({ type }) => type === 'learned')?.seq);
    const executions = log.streams('step/0004').filter((stream) => /\/exec\/\d+$/.test(stream));
    expect(executions.length).toBeGreaterThan(0);
    for (const stream of executions) {
      const turns = linesOf(log, stream, view).filter(({ text }) => /^ {2}(said|call|cut off) /.test(text));
      expect(turns).toHaveLength(log.readPrefix(stream).filter(({ type }) => type === 'called').length);
    }
  });
});

const rollout: JsonObject = {
  key: TASK,
  output: {
    family: 'code',
    designs: 1,
    shapes: {},
    rejected: {},
    executions: 1,
    score: 1,
    calls: 1,
  },
};
