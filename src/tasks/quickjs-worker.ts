import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { must } from '../core/errors.ts';
import { type EngineResult, QuickJsEngine } from './quickjs-engine.ts';
import { batchSchema, PROGRESS, type Reply } from './quickjs-protocol.ts';

/** The thread that evaluates programs. It can be terminated at any point; it holds nothing that is worth keeping. */
const port = must(parentPort, 'a parent thread');
const { progress } = z.object({ progress: z.instanceof(Int32Array) }).parse(workerData);
const engine = new QuickJsEngine(() => {
  // Ends this thread, from within the interpreter; the sandbox knows the program's result without it.
  Atomics.store(progress, PROGRESS.spent, 1);
  process.exit();
});
const say = (reply: Reply): void => port.postMessage(reply);

// A program that came first could hang before anybody watches: none is evaluated before this is said.
const ready = engine.evaluate({ source: 'return 0' }).then(() => say({ kind: 'ready' }));

port.on('message', async (message: unknown) => {
  await ready;
  const { programs } = batchSchema.parse(message);
  const results: EngineResult[] = [];
  for (const [index, { source, prelude, steps }] of programs.entries()) {
    Atomics.store(progress, PROGRESS.current, index);
    results.push(
      await engine.evaluate({
        source,
        ...(prelude === undefined ? {} : { prelude }),
        ...(steps === undefined ? {} : { steps }),
      }),
    );
  }
  say({ kind: 'results', results });
});

await ready;
