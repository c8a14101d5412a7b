import { InferenceSession, Tensor } from 'onnxruntime-node';
import { InvariantError, must } from '../core/errors.ts';

/** One input of a model, row-major. */
export interface Feed {
  readonly data: Float32Array | Int32Array;
  readonly dims: readonly number[];
}
export type Feeds = Readonly<Record<string, Feed>>;
/** A model's float32 outputs by name. */
export type Outputs = Readonly<Record<string, Float32Array>>;

/** A loaded model. */
export interface Session {
  run(feeds: Feeds): Promise<Outputs>;
  close(): Promise<void>;
}

/**
 * Loads a model onto the calling thread. With one thread, ONNX Runtime is bit-reproducible; with more it
 * splits sums differently, which only a verification within a tolerance can do with. `run` computes on the
 * calling thread and blocks it meanwhile.
 *
 * @param threads threads within one operator, 1 or more
 */
export async function localSession(model: Uint8Array, threads = 1): Promise<Session> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // A plan of memory for each combination of shapes: batches hardly ever have the same, and plans are kept.
    enableMemPattern: false,
    logSeverityLevel: 3,
  });
  return {
    run: async (feeds) => {
      const inputs = Object.entries(feeds).map(([name, feed]) => [name, tensorOf(feed)] as const);
      const outputs = await session.run(Object.fromEntries(inputs));
      return Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [name, floatsOf(name, value.data)]),
      );
    },
    close: () => session.release(),
  };
}

/** The output called `name`. Throws an InvariantError if the model has none. */
export function output(outputs: Outputs, name: string): Float32Array {
  return must(outputs[name], `the output ${name}`);
}

export const vector = (data: Float32Array): Feed => ({ data, dims: [data.length] });
export const scalar = (value: number): Feed => ({ data: Float32Array.of(value), dims: [] });

function tensorOf({ data, dims }: Feed): Tensor {
  return data instanceof Int32Array ? new Tensor('int32', data, dims) : new Tensor('float32', data, dims);
}

function floatsOf(name: string, data: unknown): Float32Array {
  if (!(data instanceof Float32Array)) throw new InvariantError(`expected the output ${name} to be float32`);
  return data;
}
