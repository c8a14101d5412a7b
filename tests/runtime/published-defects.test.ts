import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTrees } from '../../src/credit/tree.ts';
import { type RecordedCall, recordedCall } from '../../src/policies/recorded-call.ts';
import { Tokenizer } from '../../src/policies/tokenizer.ts';
import { configSchema, configure } from '../../src/runtime/config.ts';
import { makeMaterial } from '../../src/runtime/material.ts';
import { presets } from '../../src/runtime/presets.ts';
import { recordedCredits } from '../../src/runtime/recorded-credit.ts';
import { startRun } from '../../src/runtime/run.ts';
import { sessionInput } from '../../src/runtime/session-input.ts';
import { sessionView } from '../../src/views/session-view.ts';
import type { EventReader } from '../../store/event-log.ts';
import { MemoryLog } from '../../store/memory-log.ts';
import type { Store } from '../../store/store.ts';
import { SESSION, scriptedEffects, scriptedRun } from './scripted.ts';
import { evenAnswers, runOptions, scratch, tinyConfig } from './small-run.ts';

// Defects of the published system (method.md, section 9) that a run could have.

const directory = scratch();
const config = tinyConfig({ policies: 'per-role', steps: 2 });
let store: Store;
let reader: EventReader;

beforeAll(async () => {
  store = directory.open('run.db');
  await startRun(store, config, { ...runOptions(), kit: evenAnswers() }).finished;
  reader = store.reader('latest');
});
afterAll(() => {
  store.close();
  directory.remove();
});

const called = (prefix: string): { stream: string; call: RecordedCall }[] =>
  reader
    .readPrefix(prefix)
    .filter(({ type }) => type === 'called')
    .map((event) => ({ stream: event.stream, call: recordedCall(event) }));

describe('B-1: executors are sampled greedily in training', () => {
  it('samples executions of one design at the temperature of training: some differ', () => {
    const designs = Map.groupBy(called('step/0000'), ({ stream }) => stream.replace(/\/exec\/.*/, ''));
    const replies = [...designs.values()].map(
      (calls) =>
        new Set(calls.filter(({ stream }) => stream.includes('/agent/')).map(({ call }) => call.text)),
    );
    expect(replies.some((texts) => texts.size > 1)).toBe(true);
  });

  it('keeps the log-probabilities of what was sampled: ratios are 1 before the first update (law 5)', () => {
    const learned = reader.read('session').filter(({ type }) => type === 'learned');
    expect(learned).toHaveLength(2);
    for (const { data } of learned) {
      expect(data.sequences).toBeGreaterThan(0);
      expect(data.ratioError).toBeLessThan(1e-4);
    }
  });
});

describe('B-2: records of an earlier step are learned from as if they were new', () => {
  it('credits calls of the step alone, each sampled by the weights of that step', () => {
    for (const { step, samples } of recordedCredits(reader)) {
      const prefix = `step/000${step}`;
      for (const { stream } of samples) expect(stream.startsWith(`${prefix}/`)).toBe(true);
      for (const role of ['designer', 'executor'] as const) {
        const calls = called(prefix).filter(
          ({ stream }) => stream.includes('/agent/') === (role === 'executor'),
        );
        expect(new Set(calls.map(({ call }) => call.version)).size).toBe(1);
      }
    }
  });

  it('has an execution that failed early with its own calls, and no others', () => {
    for (const { designs } of readTrees(reader.readPrefix('step/0000'))) {
      for (const { stream, calls } of designs.flatMap(({ executions }) => executions)) {
        for (const call of calls) expect(call.stream.startsWith(`${stream}/agent/`)).toBe(true);
      }
    }
  });
});

describe('B-10: with a policy for each role, an executor call is made that nobody asked for', () => {
  it('has one call for each designer and for each turn of an agent, and none besides', () => {
    const calls = called('');
    const designers = reader.streams().filter((stream) => /\/design\/\d+$/.test(stream)).length;
    expect(calls.filter(({ stream }) => !stream.includes('/agent/'))).toHaveLength(designers);
    const turns = [...reader.events()].flatMap(({ type, data }) => {
      const output = data.output;
      const isAgent = type === 'agent.finished' && typeof output === 'object' && output !== null;
      return isAgent && 'calls' in output ? [Number(output.calls)] : [];
    });
    const asked = calls.filter(({ stream }) => stream.includes('/agent/'));
    expect(asked).toHaveLength(turns.reduce((sum, count) => sum + count, 0));
    expect(sessionView(reader).finishedCalls).toBe(calls.length);
  });
});

describe('B-15: an evaluation that comes first changes the shape of training', () => {
  it('grows trees of M × N after evaluations of one design and one execution', async () => {
    const log = new MemoryLog(() => 0);
    const plan = { ...SESSION.plan, designs: 3, executions: 2 };
    await scriptedRun(
      log,
      scriptedEffects(7, () => 0),
    ).run('session', 'session', { ...SESSION, plan });
    const shapes = (prefix: string) =>
      log
        .readPrefix(prefix)
        .filter(({ type, stream }) => type === 'started' && /(task|before|after)\/\d+$/.test(stream))
        .map(({ data: { designs, executions } }) => [designs, executions]);
    expect(shapes('eval/before').every(([m, n]) => m === 1 && n === 1)).toBe(true);
    expect(shapes('step').length).toBeGreaterThan(0);
    expect(shapes('step').every(([m, n]) => m === 3 && n === 2)).toBe(true);
  });
});

describe('B-16: flat rollouts that fail are dropped', () => {
  it('has a result with a cause for every execution, and credits them', async () => {
    const log = new MemoryLog(() => 0);
    const effects = scriptedEffects(7, () => 0);
    const plan = { ...SESSION.plan, designs: 4, executions: 1 };
    // No agent ever ends its answer.
    const call: typeof effects.call = async (request) => {
      const answer = await effects.call(request);
      const isAgent = request.stream.includes('/agent/');
      return isAgent ? { ...answer, data: { ...answer.data, finish: 'length' } } : answer;
    };
    await scriptedRun(log, { ...effects, call }).run('session', 'session', { ...SESSION, plan });
    const outputs = log.readPrefix('step').filter(({ type }) => type === 'execution.finished');
    expect(outputs.length).toBeGreaterThan(0);
    for (const { data } of outputs) expect(data.output).toMatchObject({ score: 0, cause: expect.anything() });
    const executions = readTrees(log.readPrefix('step')).flatMap(({ designs }) =>
      designs.flatMap((design) => design.executions),
    );
    expect(executions).toHaveLength(outputs.length);
    const { executionFailures } = sessionView(log);
    const failed = Object.values(executionFailures).reduce((sum, count) => sum + count, 0);
    const all = log.readPrefix('').filter(({ type }) => type === 'execution.finished').length;
    expect(failed).toBe(all);
  });
});

describe('B-14 and B-17: settings that are given and never used', () => {
  it('refuses a setting where nothing reads it, by its place and its name', () => {
    const { learning, rollout } = presets.quick;
    expect(() => configure('quick', { learning: { ...learning, lr: 1 } })).toThrow('learning');
    expect(() => configure('quick', { actor: { lr: 1 } })).toThrow('no setting actor');
    expect(() => configure('quick', { rollout: { ...rollout, thinking: true } })).toThrow('rollout');
  });

  it('puts the whole configuration into the first event, so that every setting can be asked for', () => {
    const [first] = reader.read('session');
    expect(configSchema.parse(first?.data.config)).toEqual(config);
  });

  it('hands the session what it decides by', () => {
    const kit = evenAnswers();
    const changed = tinyConfig({
      stage: { schedule: 'coupled', steps: 7, first: 'designer' },
      steps: 9,
      evaluation: { cellTasks: 3, controls: true },
    });
    const material = {
      tasks: { train: [], heldOut: [], harder: [] },
      tokenizer: Tokenizer.train(['a'], 260),
    };
    expect(sessionInput(changed, material, kit).plan).toMatchObject({
      steps: 9,
      stageSteps: 7,
      schedule: 'coupled',
      firstRole: 'designer',
      evaluation: { cellTasks: 3, harder: false, controls: kit.scripts },
    });
  });
});

describe('settings', () => {
  it('that exclude each other are refused in a sentence', () => {
    const rollout = { ...presets.quick.rollout, design: 'run(agent("solve"))' };
    expect(() => configure('quick', { rollout })).toThrow('set stage.schedule to executor-only');
    const stage = { ...presets.quick.stage, schedule: 'executor-only' };
    expect(configure('quick', { rollout, stage }).rollout.design).toBe(rollout.design);
  });

  it('name families of the kit, or the run does not begin', () => {
    const wrong = tinyConfig({ families: ['arithmetic', 'chess'] });
    const before = store.runs().length;
    expect(() => startRun(store, wrong, runOptions())).toThrow(
      /There is no task family "chess"; choose from arithmetic, /,
    );
    expect(store.runs()).toHaveLength(before);
  });

  it('give every family a design where designs are fixed by family, or the run does not begin', () => {
    const { rollout, stage } = tinyConfig();
    const wrong = tinyConfig({
      families: ['arithmetic', 'code'],
      rollout: { ...rollout, design: { arithmetic: 'run(agent("solve"))' } },
      stage: { ...stage, schedule: 'executor-only' },
    });
    const before = store.runs().length;
    expect(() => startRun(store, wrong, runOptions())).toThrow(
      'rollout.design has no design for the family "code"',
    );
    expect(store.runs()).toHaveLength(before);
  });

  it('choose families of the kit', () => {
    const { tasks } = makeMaterial(tinyConfig({ families: ['code'] }), evenAnswers());
    expect(new Set([...tasks.train, ...tasks.heldOut].map(({ family }) => family))).toEqual(
      new Set(['code']),
    );
  });

  it('of older runs are understood', () => {
    const { evaluation: _, ...older } = presets.quick;
    const { schedule: __, ...stage } = older.stage;
    const { tokenPrice: ___, executorPays: ____, ...credit } = older.credit;
    const parsed = configSchema.parse({ ...older, stage, credit, tasks: { train: 10, heldOut: 5 } });
    expect(parsed).toMatchObject({
      stage: { schedule: 'stagewise' },
      credit: { tokenPrice: 0, executorPays: false },
      tasks: { harder: 0 },
      evaluation: { cellTasks: 0, controls: false },
    });
  });
});
