import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/onnx/graph.ts';
import { add, matmul, mul } from '../../src/onnx/ops.ts';
import { MessageWriter } from '../../src/onnx/protobuf.ts';
import { localSession, output } from '../../src/onnx/session.ts';
import { reshape, transpose } from '../../src/onnx/shape-ops.ts';
import { workerSession } from '../../src/onnx/worker-session.ts';

/** y = 2 (x + 1), for any number of rows. */
function model(): Uint8Array {
  const graph = new GraphBuilder('g');
  const x = graph.input('x', 'float32', ['B', 2]);
  graph.output('y', mul(add(x, 1), graph.floats([2], Float32Array.of(2, 3))));
  return graph.build();
}
const feeds = { x: { data: Float32Array.of(1, 2, 3, 4), dims: [2, 2] } };

describe('the wire format', () => {
  it('has the examples of the protocol-buffers documentation', () => {
    expect([...new MessageWriter().int(1, 150).finish()]).toEqual([0x08, 0x96, 0x01]);
    expect([...new MessageWriter().string(2, 'testing').finish()]).toEqual([
      0x12,
      7,
      ...Buffer.from('testing'),
    ]);
    expect([...new MessageWriter().int(1, -2).finish()]).toEqual([8, 0xfe, ...Array(8).fill(0xff), 1]);
  });
});

describe('a graph', () => {
  it('runs, with as many rows as it is fed', async () => {
    const session = await localSession(model());
    expect([...output(await session.run(feeds), 'y')]).toEqual([4, 9, 8, 15]);
    const one = await session.run({ x: { data: Float32Array.of(0, 0), dims: [1, 2] } });
    expect([...output(one, 'y')]).toEqual([2, 3]);
    await session.close();
  });

  it('has the same bytes each time', () => {
    expect(model()).toEqual(model());
  });

  it('reshapes to several symbolic dimensions', async () => {
    const graph = new GraphBuilder('g');
    const x = graph.input('x', 'float32', ['B', 'T']);
    graph.output('y', transpose(reshape(reshape(x, ['B*T']), ['B', 'T']), [1, 0]));
    const session = await localSession(graph.build());
    const { y } = await session.run({ x: { data: Float32Array.of(1, 2, 3, 4, 5, 6), dims: [2, 3] } });
    expect([...(y ?? [])]).toEqual([1, 4, 2, 5, 3, 6]);
    await session.close();
  });

  it('refuses shapes that do not fit, while it is built', () => {
    const graph = new GraphBuilder('g');
    const x = graph.input('x', 'float32', [2, 3]);
    expect(() => matmul(x, x)).toThrow('matmul of [2,3] and [2,3]');
    expect(() => add(x, graph.input('y', 'float32', [2]))).toThrow('cannot broadcast');
    expect(() => add(x, new GraphBuilder('h').input('x', 'float32', [2, 3]))).toThrow('another graph');
  });
});

describe('a worker session', () => {
  it('runs on its own thread, in order', async () => {
    const session = await workerSession(model());
    const runs = await Promise.all([session.run(feeds), session.run(feeds)]);
    for (const run of runs) expect([...output(run, 'y')]).toEqual([4, 9, 8, 15]);
    await expect(session.run({})).rejects.toThrow('session worker failed');
    await session.close();
  });
});
