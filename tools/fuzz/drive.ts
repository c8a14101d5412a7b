import type { Command } from '../../machines/command.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { RandomStream } from '../../src/core/random.ts';
import { STEPS_PER_TOOL } from '../../src/designs/bounds.ts';
import { compileDesign } from '../../src/designs/compile.ts';
import type { NodeLibrary } from '../../src/designs/library.ts';
import type { Bounds } from '../../src/designs/node.ts';
import type { MasSpec } from '../../src/designs/spec.ts';
import { createRunningActor } from '../../src/runtime/actor.ts';

/** What agents say when it is their turn; critics, choosers and conditions find something in it. */
const ANSWERS = ['A', 'B', '7', 'CORRECT', 'INCORRECT', 'one', 'two', 'sum', 'x ok', ''];

/**
 * Drives the machine of a design with answers from a random stream: agents that answer, fail, use all of
 * their turns and tools; tests that pass or not. Returns what goes against what the checks promised, or null.
 */
export function drive(
  spec: MasSpec,
  bounds: Bounds,
  tokensPerCall: number,
  library: NodeLibrary,
  random: RandomStream,
): string | null {
  const task = { id: 't', family: 'f', text: random.pick(['What is 6 * 7?', 'sum of 120 and 4']) };
  const actor = createRunningActor(
    compileDesign(spec, library),
    'fuzz',
    JSON.parse(JSON.stringify({ task, spec })),
  );
  const used = { calls: 0, tokens: 0, toolSteps: 0 };
  const keys = new Set<string>();
  const queue: Command[] = actor.start();
  while (queue.length > 0) {
    const command = queue.shift();
    if (command === undefined) break;
    if (keys.has(command.key)) return `two commands are called ${command.key}`;
    keys.add(command.key);
    queue.push(...actor.send(answerTo(command, tokensPerCall, used, random)));
    for (const name of ['calls', 'tokens', 'toolSteps'] as const) {
      if (used[name] > bounds[name]) return `${used[name]} ${name} where ${bounds[name]} were promised`;
    }
  }
  return actor.done ? null : `it stands still in ${actor.state}`;
}

function answerTo(
  command: Command,
  tokensPerCall: number,
  used: { calls: number; tokens: number; toolSteps: number },
  random: RandomStream,
): { type: string; data: JsonObject } {
  const { key } = command;
  if (command.type === 'open') {
    const input: { maxTurns?: number; tokens?: number; tools?: readonly unknown[] } = command.input;
    const calls = random.integer(1, input.maxTurns ?? 1);
    used.calls += calls;
    used.tokens += calls * (input.tokens ?? tokensPerCall);
    used.toolSteps += (calls - 1) * STEPS_PER_TOOL;
    const output =
      random.uniform() < 0.15
        ? { ok: false, cause: 'length', calls }
        : { ok: true, text: random.pick(ANSWERS), calls };
    return { type: 'agent.finished', data: { key, output } };
  }
  if (command.effect === 'verify') return { type: 'verified', data: { key, score: 1, answer: {} } };
  used.toolSteps += STEPS_PER_TOOL;
  const yes = random.uniform() < 0.4;
  return command.effect === 'check'
    ? { type: 'checked', data: { key, passed: yes, text: 'said' } }
    : { type: 'evaluated', data: { key, value: yes } };
}
