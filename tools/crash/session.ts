import { configure } from '../../src/runtime/config.ts';
import { Store } from '../../store/store.ts';

export interface Session {
  readonly seed: number;
  /** Steps of reinforcement, and chunks of the cold start, each of which ends with weights. */
  readonly steps: number;
  readonly clock: () => number;
}

/** Writes a store with one run that has not begun: a training session of a few seconds. */
export function writeSession(file: string, { seed, steps, clock }: Session): void {
  const config = configure('quick', {
    seed,
    steps,
    model: { dim: 64, layers: 1, heads: 2, hidden: 128, context: 128 },
    tasks: { train: 60, heldOut: 10 },
    imitation: {
      chunks: steps,
      stepsPerChunk: 30,
      batchTokens: 512,
      learningRate: 5e-3,
      designerShare: 0.6,
    },
    rollout: {
      tasksPerStep: 8,
      designs: 4,
      executions: 3,
      temperature: 1,
      designerTokens: 40,
      executorTokens: 24,
    },
    evaluation: { cellTasks: 20, controls: false },
    // Designers learn from the first step on, so that there are weights that later ones supersede.
    stage: { steps: 2, first: 'designer' },
  });
  const store = Store.open(file, { mode: 'create', clock });
  try {
    store.createRun({ config: JSON.parse(JSON.stringify(config)), codeVersion: 'crash' });
  } finally {
    store.close();
  }
}
