import { expect } from 'vitest';
import type { NodeResult } from '../../../machines/chart.ts';
import { type AnyNode, Interpreter, type View } from './interpreter.ts';
import { type Exchange, TASK } from './paths.ts';

/** Expects that a machine asked on a path what the interpreter asks, of the same world, and ended as it does. */
export function agree(root: AnyNode, exchanges: readonly Exchange[]): void {
  const did = observed(exchanges);
  const should = expected(root, exchanges);
  // In every comparison, so that a failure shows the path.
  const history = exchanges.map(({ command, answer }) => [command.key, JSON.stringify(answer.data)]);
  expect([history, sorted(did.views)]).toEqual([history, sorted(should.views)]);
  expect([history, [...did.checked].sort(), did.values]).toEqual([
    history,
    [...should.checked].sort(),
    should.values,
  ]);
  const reply: AnyNode = exchanges.find(({ command }) => command.key === 'verify')?.command.input;
  const end = should.result.ok ? should.result.text : null;
  expect([history, reply === undefined ? null : reply.reply]).toEqual([history, end]);
}

/** What the machine did on a path: views of agents, drafts put to the tests, calls of functions. */
function observed(exchanges: readonly Exchange[]) {
  const views: View[] = [];
  const checked: string[] = [];
  let values = 0;
  for (const { command } of exchanges) {
    const input: AnyNode = command.input;
    if (command.type === 'open') {
      const { name, sees = [], draft = null, feedback = null, choices = null } = input;
      views.push({ agent: name, sees, draft, feedback, choices });
    } else if (command.effect === 'check') checked.push(input.draft);
    else if (command.effect === 'evaluate') values++;
  }
  return { views, checked, values };
}

/** The same answers, for the interpreter. */
function expected(root: AnyNode, exchanges: readonly Exchange[]) {
  const agents = new Map<string, NodeResult[]>();
  const checks: boolean[] = [];
  const values: unknown[] = [];
  for (const { command, answer } of exchanges) {
    const data: AnyNode = answer.data;
    if (command.type === 'open') {
      const input: AnyNode = command.input;
      agents.set(input.name, [...(agents.get(input.name) ?? []), data.output]);
    } else if (command.effect === 'check') checks.push(data.passed);
    else if (command.effect === 'evaluate') values.push(data.value);
  }
  const interpreter = new Interpreter({
    task: TASK.text,
    agent: (name, visit) => agents.get(name)?.[visit] ?? { ok: false, cause: 'never answered' },
    check: (n) => checks[n] ?? false,
    value: (n) => values[n],
  });
  const result = interpreter.run(root, []);
  return { result, views: interpreter.views, checked: interpreter.checked, values: interpreter.values };
}

/** Members of parallel states are asked in an order of no meaning, and so are their answers seen. */
const sorted = (views: readonly View[]) =>
  views.map((view) => JSON.stringify({ ...view, sees: view.sees.map(({ text }) => text).sort() })).sort();
