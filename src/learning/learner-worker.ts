import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../core/errors.ts';
import { Learner, type StepStats } from './learner.ts';
import type { LearnerReply, LearnerRequest, LearnerSetup, Trained } from './protocol.ts';

// The learner's thread: ONNX Runtime for Node computes on the thread that calls it, and the screen must go on.

const port = must(parentPort, 'a parent of the learner thread');
const setup: LearnerSetup = workerData;
const learner = new Learner(setup.config, setup);
let queue: Promise<void> = Promise.resolve();
let closed = false;

port.on('message', ({ id, request }: { id: number; request: LearnerRequest }) => {
  if (request.kind === 'close') closed = true;
  queue = queue.then(async () => {
    let reply: LearnerReply;
    try {
      reply = { ok: true, id, result: await answer(request) };
    } catch (error) {
      reply = {
        ok: false,
        id,
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
    port.postMessage(reply);
  });
});

async function answer(request: LearnerRequest): Promise<Trained | readonly Float32Array[] | null> {
  if (request.kind === 'close') {
    await learner.close();
    return null;
  }
  if (request.kind === 'score') {
    const scores: Float32Array[] = [];
    for (const batch of request.batches) {
      scores.push(await learner.score(request.weights, batch, request.temperature));
    }
    return scores;
  }
  let { state } = request;
  const stats: StepStats[] = [];
  for (const [index, batch] of request.batches.entries()) {
    // A turn of the event loop, so that a request to close is heard between steps.
    await new Promise((resolve) => setImmediate(resolve));
    if (closed) break;
    const result = await learner.step(state, batch, must(request.hyper[index], 'hyper-parameters'));
    state = result.state;
    stats.push(result.stats);
  }
  return { state, stats };
}
