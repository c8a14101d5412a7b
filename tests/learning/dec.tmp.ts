import { InferenceSession, Tensor } from 'onnxruntime-node';
import { decodeGraph, prefillGraph } from '../../src/policies/inference-graphs.ts';
import { initialWeights } from '../../src/policies/parameters.ts';
const config = { vocab: 320, dim: 128, layers: 2, heads: 4, hidden: 512, context: 128 };
const w = initialWeights(config, 1);
const opt = { intraOpNumThreads: 1, interOpNumThreads: 1, ...(process.argv[2] ? {enableProfiling: true, profileFilePrefix: '/tmp/dec'} : {}) };
let t = performance.now();
const s = await InferenceSession.create(decodeGraph(config, w), opt);
console.log('create decode', performance.now() - t);
for (const B of [64, 128, 192]) {
  const kv = () => new Tensor('float32', Float32Array.from({length: B*128*128}, (_, i) => ((i*31)%17-8)/8), [B, 4, ...(s.inputMetadata[3] as any).shape.slice(2)]);
  const f: Record<string, Tensor> = { token: new Tensor('int32', new Int32Array(B).fill(5), [B]), previous: new Tensor('int32', new Int32Array(B).fill(6), [B]), position: new Tensor('int32', Int32Array.from({length: B}, (_, i) => 20+i%60), [B]), key0: kv(), value0: kv(), key1: kv(), value1: kv() };
  await s.run(f);
  t = performance.now(); let timer = 0; setTimeout(() => { timer = performance.now() - t; }, 1);
  const n = 40;
  for (let i = 0; i < n; i++) await s.run(f);
  const ms = (performance.now() - t)/n;
  console.log('decode B', B, ms.toFixed(2), 'ms', (B/ms*1000).toFixed(0), 'tok/s', 'timer fired after', timer.toFixed(1));
}
if (process.argv[2]) s.endProfiling();
const p = await InferenceSession.create(prefillGraph(config, w), { intraOpNumThreads: 1, interOpNumThreads: 1 });
const B = 64, P = 48;
const ids = new Int32Array(B*P).fill(3);
const f = { tokens: new Tensor('int32', ids, [B, P]), previous: new Tensor('int32', ids, [B, P]), lengths: new Tensor('int32', new Int32Array(B).fill(40), [B]) };
await p.run(f); t = performance.now();
for (let i = 0; i < 10; i++) await p.run(f);
console.log('prefill tok/s', B*P*10/(performance.now()-t)*1000);
