import { Store } from './store/store.ts';
import { configure } from './src/runtime/config.ts';
import { defaultKit } from './src/runtime/kit.ts';
import { startRun } from './src/runtime/run.ts';
import { RunView } from './src/views/run-view.ts';
import { fractions } from './src/views/run-summary.ts';
import { rmSync } from 'node:fs';
const args = JSON.parse(process.argv[2] ?? '{}');
const { samplers = 2, file = '/tmp/t/a.db', ...changes } = args;
for (const e of ['', '-wal', '-shm']) rmSync(file + e, { force: true });
const store = Store.open(file, { mode: 'create', clock: Date.now });
const view = new RunView();
const t0 = Date.now();
const base = configure('quick', {});
const merged: any = { ...base };
for (const [k, v] of Object.entries(changes)) merged[k] = typeof v === 'object' ? { ...(base as any)[k], ...(v as any) } : v;
let evalShown = '';
const run = startRun(store, configure('quick', merged), {
  kit: defaultKit(), hardware: { samplers }, codeVersion: 'x',
  onEvents: (events) => {
    for (const e of events) {
      view.apply(e);
      if (e.stream !== 'session') continue;
      const t = ((Date.now() - t0) / 1000).toFixed(1);
      if (e.type === 'imitated') console.log(t, 'imitated', (e.data as any).loss.toFixed(4));
      if (e.type === 'learned') {
        const s = view.steps.at(-1)!; const d = e.data as any;
        console.log(t, 'step', s.step, s.role, 'D', s.designerReward.toFixed(3), 'X', s.executorReward.toFixed(3), 'inv', (100*s.invalid).toFixed(0), 'zv', `${s.zeroVariance}/${s.groups}`, 'seq', d.sequences, 'upd', d.updates, 'clip', d.clipFraction.toFixed(3), 'H', d.entropy.toFixed(3), 'gn', d.gradientNorm.toFixed(2), 'ratio', d.ratioError.toExponential(1), 'kl', d.drift.toExponential(1), 'calls', view.calls, JSON.stringify(view.mixes.at(-1)));
      }
      if (e.type === 'rollout.finished' && view.progress.done === view.progress.of && (view.scope === 'eval/before' || view.scope === 'eval/after') && evalShown !== view.scope) {
        evalShown = view.scope;
        const tally = view.scope === 'eval/before' ? view.before : view.after;
        console.log(t, view.scope, JSON.stringify(fractions(tally)), JSON.stringify(tally));
      }
    }
  },
});
console.log(await run.finished, ((Date.now() - t0) / 1000).toFixed(1), JSON.stringify(view.failures));
store.close();
