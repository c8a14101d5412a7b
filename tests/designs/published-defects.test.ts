import { afterAll, describe, expect, it } from 'vitest';
import { answerOf } from '../../src/designs/answer.ts';
import { defaultLibrary } from '../../src/designs/library.ts';
import { majority } from '../../src/designs/nodes/vote.ts';
import { accepts } from '../../src/designs/predicate.ts';
import { PythonJail } from '../../src/designs/python/jail.ts';
import { DesignReader } from '../../src/designs/reader.ts';
import { TOOL_CALL_MARK } from '../../src/policies/prompt.ts';
import { type RehearsalOptions, rehearse } from '../../src/runtime/rehearse.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';
import type { Task } from '../../src/tasks/task.ts';
import { verifier } from '../../src/tasks/verifier.ts';
import { ALLOWANCE } from './allowance.ts';

// Defects of the published system (method.md, section 9) that designs, agents and verifiers could have.

const library = defaultLibrary();
const sandbox = new QuickJsSandbox();
const jail = new PythonJail();
const reader = new DesignReader({ library, sandbox, jail, allowance: ALLOWANCE });
afterAll(() => Promise.all([sandbox.close(), jail.close()]));

const TASK: Task = { id: 't', family: 'f', key: 'k', text: '2 + 3', check: { kind: 'integer', value: 5 } };

/** Runs a script's design with a scripted policy. */
async function play(script: string, respond: RehearsalOptions['respond']) {
  const { spec, failure } = await reader.read(script, 'auto');
  if (spec === null) throw new Error(failure?.message);
  return rehearse(spec, { library, sandbox, jail, task: TASK.text, respond });
}

describe('B-3: equal answers are removed before the last one is taken', () => {
  it('takes the last, also where it was said before', () => {
    expect(answerOf('\\boxed{5}, no, \\boxed{7}; the judge says \\boxed{5}')).toBe('5');
  });
});

describe('B-4: what is graded is a log, and not an answer', () => {
  it('grades what the root answers, whatever agents were told or said on the way', async () => {
    const played = await play(
      'run(sequence(agent("first", { prompt: "Put it into \\\\boxed{99}." }), agent("last")))',
      ({ sees = [] }) => (sees.length === 0 ? 'FINAL ANSWER: \\boxed{7}' : '5'),
    );
    expect(played).toMatchObject({ answer: '5', cause: null, calls: 2 });
  });

  it('finds no answer where there is none', async () => {
    const { score, answer } = await verifier.verify(TASK, 'The answer goes into \\boxed{answer}.', sandbox);
    expect({ score, kind: answer.kind }).toEqual({ score: 0, kind: 'none' });
  });
});

describe('B-5: form is rewarded, and an answer in the script pays', () => {
  it('scores a wrong answer 0, however it is dressed', async () => {
    for (const reply of ['<delivery>6</delivery>', '<solution>6</solution>', '\\boxed{6}', '6']) {
      expect((await verifier.verify(TASK, reply, sandbox)).score).toBe(0);
    }
  });

  it('refuses a script that says the answer, or prints one', async () => {
    const scripts = ['run(agent("solve", { prompt: "The answer is 425." }))', 'print("FINAL ANSWER: 425")'];
    const known = { task: '17 * 25', answer: '425' };
    for (const script of scripts) {
      expect((await reader.read(script, 'auto', known)).ok).toBe(false);
    }
    // A format example is no answer.
    expect((await reader.read(scripts[0] ?? '', 'auto', { ...known, answer: '426' })).ok).toBe(true);
  });
});

describe('B-9: half of the nodes cannot reach a policy, and scripts of another form break', () => {
  it.each([
    [
      'a graph',
      'run(graph({ nodes: { a: agent("x"), b: agent("y") }, start: "a", edges: [edge("a", "b")], steps: 3 }))',
    ],
    ['a function', 'function make() {\n  return vote(agent("a"), 3);\n}\nrun(make());'],
    ['a parenthesis in a text', 'const name = "a ) b";\nrun(agent("solve", { prompt: name }))'],
  ])('calls agents in %s', async (_, script) => {
    const asked: string[] = [];
    const { answer } = await play(script, (_ask, stream) => {
      asked.push(stream);
      return '5';
    });
    expect(answer).toBe('5');
    expect(asked.length).toBeGreaterThan(0);
  });
});

describe('B-11: a reflection takes INCORRECT for CORRECT, and forgets what came before it', () => {
  it('revises where the critic says INCORRECT', async () => {
    expect(accepts('INCORRECT')).toBe(false);
    const { answer, calls } = await play(
      'run(reflect(agent("solve"), { critic: agent("critic") }))',
      ({ draft, feedback }) => (draft === undefined ? '6' : feedback === undefined ? 'INCORRECT' : '5'),
    );
    expect({ answer, calls }).toEqual({ answer: '5', calls: 3 });
  });

  it('sees the answers of those before it, and debates the task itself', async () => {
    const seen: { name: string; task: string; sees: number }[] = [];
    await play('run(sequence(agent("first"), reflect(agent("second"))))', ({ task, sees = [] }, stream) => {
      seen.push({ name: stream.split('/').at(-1) ?? '', task, sees: sees.length });
      return '5';
    });
    const [, second] = seen;
    expect(second).toMatchObject({ task: TASK.text, sees: 1 });
    expect(seen.every(({ task }) => task === TASK.text)).toBe(true);
  });
});

describe('B-12: every fence of code is executed as a tool call', () => {
  it('takes a fenced program for the answer that it is, of an agent with tools or without', async () => {
    const program = '```python\nprint(5)\n```';
    for (const script of ['run(agent("solve"))', 'run(agent("solve", "js"))']) {
      expect(await play(script, () => program)).toMatchObject({ answer: 'print(5)', calls: 1 });
    }
  });

  it('uses a tool where one is asked for, and no agent that has none', async () => {
    const ask = (turns: number) => (turns === 0 ? `${TOOL_CALL_MARK}2 + 3` : 'said');
    const respond: RehearsalOptions['respond'] = ({ turns = [] }) => ask(turns.length);
    expect(await play('run(agent("solve", "js"))', respond)).toMatchObject({ answer: 'said', calls: 2 });
    expect(await play('run(agent("solve"))', respond)).toMatchObject({ calls: 1 });
  });
});

describe('B-13: after a failure, voters and their weights are paired wrongly', () => {
  it('leaves every voter its own weight', () => {
    const results = [
      { ok: false as const, cause: 'length' },
      { ok: true as const, text: 'a' },
      { ok: true as const, text: 'b' },
    ];
    // Shifted by the failure, the weights would be 5 for a.
    expect(majority(results, [5, 1, 2])).toMatchObject({ ok: true, text: 'b' });
  });

  it('counts votes of any kind, not of boxed numbers alone', () => {
    const said = (text: string) => ({ ok: true as const, text });
    expect(majority([said('x => 1'), said('x => 2'), said('x => 2')], [1, 1, 1])).toMatchObject({
      text: 'x => 2',
    });
  });
});
