import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Learner } from '../../src/learning/learner.ts';
import { type TorchState, torchPython, torchState, torchStateSchema } from '../../tools/bench/torch-step.ts';
import { TORCH_CASES } from './torch-cases.ts';

const kept = z
  .record(z.string(), torchStateSchema)
  .parse(JSON.parse(readFileSync(new URL('./golden/torch-steps.json', import.meta.url), 'utf8')));
const python = torchPython();

const close: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const each of close) await each();
});

function floats(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer);
}

/** ‖a − b‖ / ‖b‖, where both are changes of the same start. */
function relativeError(a: Float32Array, b: Float32Array, start: Float32Array): number {
  let difference = 0;
  let size = 0;
  b.forEach((value, i) => {
    difference += ((a[i] ?? Number.NaN) - value) ** 2;
    size += (value - (start[i] ?? Number.NaN)) ** 2;
  });
  return Math.sqrt(difference / size);
}

describe.each(Object.entries(TORCH_CASES))('a whole training step, %s', (name, task) => {
  async function expectSame(theirs: TorchState, shards: number): Promise<void> {
    const learner = new Learner(task.config, { shards });
    close.push(() => learner.close());
    const [batch = expect.fail()] = task.batches;
    const { state, stats } = await learner.step(task.state, batch, task.hyper);
    expect(Math.abs(stats.loss / theirs.loss - 1)).toBeLessThan(1e-4);
    expect(Math.abs(stats.gradientNorm / theirs.gradientNorm - 1)).toBeLessThan(1e-4);
    // So that clipping is part of it.
    expect(stats.gradientNorm).toBeGreaterThan(task.hyper.maxNorm);
    for (const part of ['weights', 'm', 'v'] as const) {
      const error = relativeError(state[part], floats(theirs[part]), task.state[part]);
      expect(error, `relative error of ${part}`).toBeLessThan(1e-4);
    }
  }

  it.each([1, 2])('is the one that PyTorch made, in %i shards', (shards) =>
    expectSame(kept[name] ?? expect.fail(`no state is kept for ${name}`), shards),
  );

  it.skipIf(python === null)('is the one that PyTorch makes here', () =>
    expectSame(torchState(python ?? '', task), 1),
  );
});
