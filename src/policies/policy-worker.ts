import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../core/errors.ts';
import { Decoder } from './decoder.ts';
import type { SamplerMessage, SamplerReply, SamplerSetup } from './policy-protocol.ts';

// A sampling thread. Between decode steps it yields to its event loop, so that new requests take free slots.

const port = must(parentPort, 'a parent of the sampling thread');
const setup: SamplerSetup = workerData;
const decoders = new Map<string, Decoder>();
const post = (reply: SamplerReply): void => port.postMessage(reply);
let running = false;
let finished: { id: number; result: Parameters<Parameters<Decoder['submit']>[1]>[0] }[] = [];

function decoderOf(model: string): Decoder {
  const known = decoders.get(model) ?? new Decoder(setup.config, setup);
  decoders.set(model, known);
  return known;
}

function flush(): void {
  if (finished.length === 0) return;
  post({ kind: 'done', results: finished });
  finished = [];
}

async function work(): Promise<void> {
  if (running) return;
  running = true;
  try {
    while ([...decoders.values()].some((decoder) => decoder.busy)) {
      for (const decoder of decoders.values()) if (decoder.busy) await decoder.step();
      flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
    flush();
  } finally {
    running = false;
  }
}

async function handle(message: SamplerMessage): Promise<void> {
  // ONNX Runtime computes within one callback, so it is never at work while a message is handled.
  if (message.kind === 'close') process.exit();
  if (message.kind === 'load') {
    await decoderOf(message.model).load(message.weights);
    post({ kind: 'loaded' });
    return;
  }
  for (const { id, model, request } of message.calls) {
    decoderOf(model).submit(request, (result) => finished.push({ id, result }));
  }
  flush();
  await work();
}

port.on('message', (message: SamplerMessage) => {
  handle(message).catch((error: unknown) => {
    post({
      kind: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  });
});
