import { afterAll, describe, expect, it } from 'vitest';
import { extremes } from '../../examples/extremes.family.ts';
import { retryNode } from '../../examples/retry.node.ts';
import type { Command } from '../../machines/command.ts';
import { agentNode, DesignReader, NodeLibrary, QuickJsSandbox } from '../../src/index.ts';
import { createRunningActor } from '../../src/runtime/actor.ts';
import { type Subject, subjectOfSpec } from '../../tools/graph/load.ts';
import { shortestPaths } from '../../tools/graph/paths.ts';
import { ALLOWANCE } from '../designs/allowance.ts';

const library = new NodeLibrary([agentNode, retryNode]);
const sandbox = new QuickJsSandbox();
afterAll(() => sandbox.close());

const reader = new DesignReader({ library, sandbox, allowance: ALLOWANCE });
const [task] = extremes.generate(1, 'train', 1);
const retry = (tries: number): Subject =>
  subjectOfSpec({ mas: 1, root: { kind: 'retry', of: { kind: 'agent', name: 'solve' }, tries } }, library);

/** One try of the agent: its answer (null: it failed), and whether the tests then pass. */
type Try = readonly [answer: string | null, passes: boolean];

/** Executes `retry` with agents that do as scripted; returns what it asked of the world, and its output. */
function execute(tries: number, script: readonly Try[]) {
  const { machine, spec } = retry(tries);
  const input = JSON.parse(JSON.stringify({ task: { id: 't', family: 'f', text: task?.text }, spec }));
  const actor = createRunningActor(machine, 'test', input);
  const asked: Command[] = [];
  const queue = actor.start();
  let turn = -1;
  for (let command = queue.shift(); command !== undefined; command = queue.shift()) {
    asked.push(command);
    const { key } = command;
    if (command.type === 'open') turn++;
    const [answer, passes] = script[turn] ?? [null, false];
    if (command.type === 'open') {
      const output =
        answer === null ? { ok: false, cause: 'length', calls: 1 } : { ok: true, text: answer, calls: 1 };
      queue.push(...actor.send({ type: 'agent.finished', data: { key, output } }));
    } else if (command.effect === 'check') {
      queue.push(...actor.send({ type: 'checked', data: { key, passed: passes, text: 'said' } }));
    } else {
      queue.push(...actor.send({ type: 'verified', data: { key, score: 1, answer: {} } }));
    }
  }
  return { state: actor.state, output: actor.output, keys: asked.map(({ key }) => key), asked };
}

describe('the node retry', () => {
  it('is a word of the scripts', async () => {
    expect(await reader.read('run(retry(agent("solve", "js"), 3))', 'javascript')).toMatchObject({
      ok: true,
      shape: 'retry3(agent+js)',
      bounds: { calls: 6 },
    });
  });

  it.each([
    ['run(retry(agent("solve"), 1))', 'schema'],
    ['run(retry(agent("solve"), 5))', 'schema'],
    ['run(retry(agent("solve")))', 'schema'],
    ['run(retry(retry(agent("solve"), 2), 2))', 'schema'],
    ['run(vote(agent("solve"), 3))', 'error'],
  ])('refuses %s as %s', async (script, cause) => {
    expect(await reader.read(script, 'javascript')).toMatchObject({ ok: false, failure: { cause } });
  });

  it('stops at the first answer that passes', () => {
    const { state, output, keys } = execute(3, [
      ['12', false],
      ['13', true],
    ]);
    expect(keys).toEqual([
      'agent/retry.try1',
      'check/retry.try1',
      'agent/retry.try2',
      'check/retry.try2',
      'verify',
    ]);
    expect(state).toBe('finished');
    expect(output).toMatchObject({ score: 1, calls: 2, cause: null });
  });

  it('asks from nothing each time', () => {
    const { asked } = execute(3, [
      ['12', false],
      ['13', false],
      ['14', false],
    ]);
    const inputs = asked.flatMap((command) => (command.type === 'open' ? [command.input] : []));
    expect(inputs).toEqual([1, 2, 3].map(() => ({ name: 'solve', maxTurns: 1, task: task?.text })));
  });

  it('takes the last answer when no try passes, unchecked, and an earlier one where the last has failed', () => {
    const reply = (tries: readonly Try[]) =>
      execute(tries.length, tries).asked.flatMap((command) =>
        command.type === 'effect' && command.effect === 'verify' ? [command.input] : [],
      );
    expect(
      reply([
        ['12', false],
        ['13', false],
      ]),
    ).toEqual([{ task: 't', reply: '13' }]);
    expect(
      reply([
        ['12', false],
        [null, false],
      ]),
    ).toEqual([{ task: 't', reply: '12' }]);
  });

  it('fails if no try has an answer', () => {
    const { state, output, keys } = execute(2, [
      [null, false],
      [null, false],
    ]);
    expect(keys).not.toContain('verify');
    expect(state).toBe('failed');
    expect(output).toMatchObject({ calls: 2, cause: 'length' });
  });

  it('has a chart in which every final state is reached', () => {
    expect(new Set(shortestPaths(retry(4)).map(({ final }) => final))).toEqual(
      new Set(['finished', 'failed']),
    );
  });
});
