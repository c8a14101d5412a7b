import type { Command, EffectCommand, OpenCommand } from '../../machines/command.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Subject } from './load.ts';

/** An example of an answer to a command, as the event that the runtime would record. */
export interface Sample {
  readonly type: string;
  /** What it amounts to, in a word or two: `cut off`. */
  readonly label: string;
  readonly data: JsonObject;
}

const TASK = { id: 'sample/0', family: 'arithmetic', text: '17 + 25 * 3 =' };
const SPEC = { kind: 'agent', name: 'solve' };
const PLAN = {
  imitationChunks: 2,
  steps: 2,
  stageSteps: 1,
  firstRole: 'executor',
  designs: 2,
  executions: 2,
};

/** Small but whole examples of what a machine begins with; together they lead everywhere. */
export function sampleInputs({ kind, spec }: Subject): JsonObject[] {
  switch (kind) {
    case 'session':
      return [
        { plan: PLAN, config: {} },
        { plan: { ...PLAN, schedule: 'coupled', steps: 1 }, config: {} },
      ];
    case 'evaluation':
      return [{ tasks: [TASK, { ...TASK, id: 'sample/1' }] }];
    case 'rollout':
      return [
        { task: TASK, designs: 2, executions: 2 },
        { task: TASK, designs: 1, executions: 1, draws: 1 },
      ];
    case 'designer':
      return [
        { task: TASK.text, family: TASK.family },
        { task: TASK.text, family: TASK.family, script: 'run(agent("solve"))' },
      ];
    case 'execution':
      return [{ task: TASK, spec: JSON.parse(JSON.stringify(spec)) }];
    case 'agent':
      return [
        { name: 'solve', task: TASK.text, tools: [{ name: 'js' }], maxTurns: 2 },
        { name: 'solve', task: TASK.text, draft: '90', feedback: '90 is wrong', maxTurns: 1 },
      ];
  }
}

/** Everything of note that the world may answer to a command: successes, failures, and each way to fail. */
export function sampleAnswers(command: Command): Sample[] {
  const samples = command.type === 'open' ? outcomes(command) : answers(command);
  return samples.map((sample) => ({ ...sample, data: { ...sample.data, key: command.key } }));
}

function answers({ effect, input }: EffectCommand): Sample[] {
  switch (effect) {
    case 'call':
      return 'role' in input && input.role === 'designer'
        ? [called('a script', 'run(agent("solve"))'), called('cut off', 'run(vote(', 'length')]
        : [
            called('an answer', '92'),
            called('asks its tool', '17 + 25 * 3', 'stop', true),
            called('cut off', '17 + 25 is', 'length'),
          ];
    case 'tool':
      return [sample('tool.returned', 'a result', { text: '92' })];
    case 'compile':
      return [
        sample('compiled', 'a design', { spec: SPEC, shape: 'agent', maxCalls: 1 }),
        sample('rejected', 'syntax', { cause: 'syntax', message: 'unexpected end of the script' }),
      ];
    case 'check':
      return [
        sample('checked', 'passed', { passed: true, text: 'all tests pass' }),
        sample('checked', 'not passed', { passed: false, text: 'f(2) is 3, expected 4' }),
      ];
    case 'evaluate':
      return [sample('evaluated', 'true', { value: true }), sample('evaluated', 'false', { value: false })];
    case 'recall':
      return [sample('recalled', 'a call', { calls: ['design/0/exec/00/agent/solve/turn/0'] })];
    case 'verify':
      return [
        sample('verified', 'right', { score: 1, answer: { kind: 'number', value: 92 } }),
        sample('verified', 'wrong', { score: 0, answer: { kind: 'number', value: 90 } }),
      ];
    case 'pick':
      return [sample('picked', '2 tasks', { tasks: [TASK, { ...TASK, id: 'sample/1' }] })];
    case 'imitate':
      return [sample('imitated', 'a version', { label: 'cold-start/00', version: 'v0', loss: 0.5 })];
    case 'credit':
      return [sample('credited', 'rewards', { designerReward: 0.5, executorReward: 0.5 })];
    case 'learn':
      return [sample('learned', 'a version', { label: 'step/0000', version: 'v1' })];
  }
}

function outcomes({ actor }: OpenCommand): Sample[] {
  const ended = (label: string, output: Json) => sample(`${actor}.finished`, label, { output });
  const failed = (cause: string) => ({ ok: false, cause, message: `the script failed: ${cause}` });
  switch (actor) {
    case 'agent':
      return [
        ended('an answer', { ok: true, text: '92', calls: 1 }),
        ended('cut off', { ok: false, cause: 'length', calls: 1 }),
      ];
    case 'designer':
      return [
        ended('a design', { ok: true, spec: SPEC, shape: 'agent', maxCalls: 1 }),
        ended('rejected', failed('syntax')),
      ];
    case 'execution':
      return [ended('right', { score: 1, calls: 1, answer: { kind: 'number', value: 92 }, cause: null })];
    case 'rollout': {
      const tree = { family: TASK.family, designs: 1, shapes: { agent: 1 }, rejected: {} };
      return [ended('a tree', { ...tree, executions: 1, score: 1, calls: 2 })];
    }
    case 'session':
    case 'evaluation':
      return [];
  }
}

function called(label: string, text: string, finish: 'stop' | 'length' = 'stop', asksTool = false): Sample {
  return sample('called', label, { text, finish, asksTool });
}

function sample(type: string, label: string, data: JsonObject): Sample {
  return { type, label, data };
}
