import type { TaskRef } from '../../machines/rollout.machine.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { defaultLibrary } from '../../src/designs/library.ts';
import { SPEC_VERSION } from '../../src/designs/spec.ts';
import { actorFactory } from '../../src/runtime/actors.ts';
import type { EffectRequest, Effects } from '../../src/runtime/effect.ts';
import { Scheduler } from '../../src/runtime/scheduler.ts';
import { MemoryLog } from '../../store/memory-log.ts';

/** The spec of a design with this root node. */
export function design<Node extends { readonly kind: string }>(root: Node) {
  return { mas: SPEC_VERSION, root };
}

const AGENT = { kind: 'agent', name: 'solve' };
export const VOTE = design({ kind: 'vote', of: { ...AGENT, tools: ['js'] }, times: 3 });
export const REFLECT = design({ kind: 'reflect', of: AGENT });

const tasks = (count: number): TaskRef[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `task/${index}`,
    family: 'arithmetic',
    text: '1 + 1 =',
  }));

const answer = (type: string, data: JsonObject) => Promise.resolve({ type, data });
const called = (text: string, finish = 'stop', asksTool = false) =>
  answer('called', { text, finish, asksTool });

/** An executor by the place it speaks from. */
function speak({ stream, key }: EffectRequest) {
  if (stream.endsWith('vote.solve1')) return called('one', key === 'turn/0' ? 'length' : 'stop');
  if (stream.endsWith('vote.solve2')) return called('1 + 1', 'stop', true);
  if (stream.endsWith('vote.solve3')) return called('1 + 1', 'stop', key === 'turn/0');
  return called('2');
}

/**
 * Effects of a small world. Every designer numbered 0 writes a reflection (whose draft passes in execution 0
 * only), 1 a vote (one voter is cut off, one asks its tool forever, one answers), 2 nonsense, 3 no end.
 */
const effects: Effects = {
  call: (request) => {
    if (!/\/design\/\d+$/.test(request.stream)) return speak(request);
    const number = request.stream.at(-1) ?? '';
    return number === '3' ? called('run(', 'length') : called(number);
  },
  compile: ({ stream }) => {
    const spec = [REFLECT, VOTE][Number(stream.at(-1))];
    if (spec === undefined) return answer('rejected', { cause: 'syntax', message: 'unexpected token' });
    return answer('compiled', { spec, shape: spec.root.kind, maxCalls: 2 });
  },
  tool: () => answer('tool.returned', { text: '2' }),
  check: ({ stream }) => answer('checked', { passed: stream.endsWith('exec/00'), text: 'ok' }),
  evaluate: () => answer('evaluated', { value: true }),
  verify: () => answer('verified', { score: 1, answer: {} }),
  pick: ({ key }) =>
    answer('picked', { tasks: tasks(key.startsWith('eval') ? 3 : 2).map((task) => ({ ...task })) }),
  recall: () => answer('recalled', { calls: [] }),
  imitate: () => answer('imitated', { version: 'v0', loss: 1 }),
  credit: () => answer('credited', { designerReward: 0, executorReward: 0 }),
  learn: () => answer('learned', { version: 'v1' }),
};

/** A run of three steps, in stages of one, with 4 designs of 2 executions for each of 2 tasks. */
export async function scriptedRun(steps = 3): Promise<MemoryLog> {
  const log = new MemoryLog(() => 0);
  const plan = { imitationChunks: 3, steps, stageSteps: 1, firstRole: 'executor', designs: 4, executions: 2 };
  const createActor = actorFactory(defaultLibrary());
  await new Scheduler({ log, effects, createActor }).run('session', 'session', { plan, config: {} });
  return log;
}
