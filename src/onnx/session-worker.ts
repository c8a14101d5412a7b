import { parentPort } from 'node:worker_threads';
import { InvariantError, must } from '../core/errors.ts';
import { localSession, type Session } from './session.ts';
import type { SessionReply, SessionRequest } from './worker-session.ts';

/** Entry of the thread behind `workerSession`: loads the model it is sent first, then runs it. */
const port = must(parentPort, 'to be started as a worker');
let session: Session | undefined;

async function answer(request: SessionRequest): Promise<SessionReply> {
  try {
    if ('feeds' in request) {
      if (!session) throw new InvariantError('a run before a model');
      return { outputs: await session.run(request.feeds) };
    }
    session = await localSession(request.model, request.threads);
    return { outputs: {} };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', async (request: SessionRequest) => {
  const reply = await answer(request);
  // Outputs are new arrays that nobody here looks at again: they change hands and are not copied.
  const outputs = 'outputs' in reply ? Object.values(reply.outputs) : [];
  port.postMessage(reply, { transfer: [...new Set(outputs.map(({ buffer }) => buffer))].filter(isOwned) });
});

function isOwned(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return buffer instanceof ArrayBuffer;
}
