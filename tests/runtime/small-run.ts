import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configure, type RunConfig } from '../../src/runtime/config.ts';
import { defaultKit, type Kit } from '../../src/runtime/kit.ts';
import type { RunOptions } from '../../src/runtime/run.ts';
import { arithmetic } from '../../src/tasks/arithmetic.ts';
import { code } from '../../src/tasks/code.ts';
import { Store } from '../../store/store.ts';

/** Two scripts only, so that a cold start of seconds is enough for a designer that mostly compiles. */
export const KIT: Kit = {
  ...defaultKit(),
  families: [arithmetic, code],
  scripts: ['run(agent("solve", "js"))', 'run(reflect(agent("solve")))'],
};

/** A run of seconds with everything real: sandbox, ONNX sessions, SQLite. */
export function smallConfig(changes: Partial<RunConfig> = {}): RunConfig {
  return configure('quick', {
    preset: 'quick',
    steps: 3,
    policies: 'shared',
    model: { dim: 64, layers: 1, heads: 2, hidden: 128, context: 128 },
    tasks: { train: 40, heldOut: 4, harder: 0 },
    imitation: { chunks: 3, stepsPerChunk: 50, batchTokens: 512, learningRate: 5e-3, designerShare: 0.6 },
    rollout: {
      tasksPerStep: 8,
      designs: 4,
      executions: 3,
      temperature: 1,
      designerTokens: 40,
      executorTokens: 24,
    },
    stage: { schedule: 'stagewise', steps: 1, first: 'executor' },
    evaluation: { cellTasks: 0, controls: false },
    ...changes,
  });
}

/** A smaller one still, on fewer threads: for tests that execute it many times. */
export function tinyConfig(changes: Partial<RunConfig> = {}): RunConfig {
  const small = smallConfig();
  return {
    ...small,
    steps: 2,
    shards: 1,
    imitation: { ...small.imitation, chunks: 2, stepsPerChunk: 60 },
    ...changes,
  };
}

export function runOptions(samplers = 2): RunOptions {
  return { kit: KIT, hardware: { samplers }, codeVersion: 'test' };
}

/** A directory for stores; call `remove` when done. */
export function scratch() {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-run-'));
  return {
    file: (name: string) => join(directory, name),
    open: (name: string, mode: 'create' | 'write' | 'read' = 'create') =>
      Store.open(join(directory, name), { mode, clock: Date.now }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The same kit with a verifier that half of all answers please: rewards differ long before a policy can solve anything. */
export function evenAnswers(): Kit {
  const verify: Kit['verifier']['verify'] = async (_task, reply) => ({
    score: [...reply].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 2,
    answer: { kind: 'none', cause: 'not looked at' },
    parts: {},
  });
  return { ...KIT, verifier: { ...KIT.verifier, verify } };
}
