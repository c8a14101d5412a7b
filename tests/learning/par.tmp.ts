import { InferenceSession, Tensor } from 'onnxruntime-node';
import { trainStepGraph } from '../../src/learning/train-step.ts';
import { initialWeights } from '../../src/policies/parameters.ts';
const config = { vocab: 320, dim: 128, layers: 2, heads: 4, hidden: 512, context: 128 };
const s = await InferenceSession.create(trainStepGraph(config, 'supervised', 2), { intraOpNumThreads: 1, interOpNumThreads: 2, executionMode: 'parallel', enableProfiling: true, profileFilePrefix: '/tmp/par' });
const w = initialWeights(config, 1); const P = w.length; const rows=48, length=64;
const sc = (x: number) => new Tensor('float32', Float32Array.of(x), []);
const ids = Int32Array.from({length: rows*length}, (_, i) => (i*7919)%320);
const f: Record<string, Tensor> = { weights: new Tensor('float32', w, [P]), m: new Tensor('float32', new Float32Array(P), [P]), v: new Tensor('float32', new Float32Array(P), [P]), lr: sc(1e-3), beta1: sc(0.9), beta2: sc(0.98), epsilon: sc(1e-8), bias1: sc(0.1), bias2: sc(0.02), maxNorm: sc(1), temperature: sc(1),
 tokens0: new Tensor('int32', ids, [rows, length]), previous0: new Tensor('int32', ids, [rows, length]), tokens1: new Tensor('int32', ids, [rows, length]), previous1: new Tensor('int32', ids, [rows, length]), targets1: new Tensor('int32', ids, [rows, length]), weights1: new Tensor('float32', new Float32Array(rows*length).fill(1/rows/length), [rows, length]), targets0: new Tensor('int32', ids, [rows, length]), weights0: new Tensor('float32', new Float32Array(rows*length).fill(1/rows/length), [rows, length]) };
for (let i = 0; i < 10; i++) await s.run(f);
s.endProfiling();
