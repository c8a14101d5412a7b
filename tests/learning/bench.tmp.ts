import { Learner, initialState, } from '../../src/learning/learner.ts';import { DEFAULT_HYPER_PARAMETERS } from '../../src/learning/hyper-parameters.ts';
import { initialWeights, weightsHash } from '../../src/policies/parameters.ts';
import { RandomStream } from '../../src/core/random.ts';
const config = { vocab: 320, dim: 128, layers: 2, heads: 4, hidden: 512, context: 128 };
const rows = Number(process.env.ROWS ?? 48), length = 64;
const s = new RandomStream(1, 'x');
const seq = Array.from({length: rows}, () => Array.from({length: length+1}, () => s.integer(1, 319)));
const tokens = Int32Array.from(seq.flatMap(r => r.slice(0, -1)));
const targets = Int32Array.from(seq.flatMap(r => r.slice(1)));
const weights = new Float32Array(rows*length).fill(1/(rows*length));
let t0 = performance.now();
const w0 = initialWeights(config, 1);
console.log('init ms', performance.now()-t0, w0.length);
for (const shards of process.argv.slice(2).map(Number)) {
  for (let rep = 0; rep < 2; rep++) {
  const learner = new Learner(config, { shards });
  let state = initialState(w0);
  t0 = performance.now();
  let r = await learner.step(state, { objective: 'supervised', rows, length, tokens, targets, weights }, DEFAULT_HYPER_PARAMETERS);
  console.log('first', performance.now()-t0, r.stats);
  t0 = performance.now(); const c0 = process.cpuUsage();
  const n = 20;
  for (let i = 0; i < n; i++) { r = await learner.step(r.state, { objective: 'supervised', rows, length, tokens, targets, weights }, DEFAULT_HYPER_PARAMETERS); }
  const ms = (performance.now()-t0)/n; const c = process.cpuUsage(c0);
  console.log('shards', shards, 'ms', ms.toFixed(1), 'tok/s', (rows*length/ms*1000).toFixed(0), 'cpu ms', ((c.user+c.system)/1000/n).toFixed(1), 'loss', r.stats.loss, weightsHash(r.state.weights).slice(0,12));
  await learner.close();
  }
}
