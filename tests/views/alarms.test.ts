import { describe, expect, it } from 'vitest';
import { alarms } from '../../src/views/alarms.ts';
import { RunView } from '../../src/views/run-view.ts';
import { UNMEASURED } from '../../src/views/update-figures.ts';

const STEP = {
  step: 4,
  role: 'executor' as const,
  designerReward: 0.5,
  executorReward: 0.5,
  invalid: 0,
  zeroVariance: 1,
  groups: 4,
  ...UNMEASURED,
  loss: 0,
  entropy: 0.3,
};

/** A run whose last full step drew these designs. */
function runWith(mix: RunView['mixes'][number], step = STEP): RunView {
  const view = new RunView();
  view.mixes.push(mix, { arithmetic: { vote: 1 } });
  view.steps.push(step);
  return view;
}

describe('alarms', () => {
  it('are none where families have shapes of their own', () => {
    expect(alarms(runWith({ arithmetic: { vote: 20 }, code: { reflect: 20 } }))).toEqual([]);
    expect(alarms(new RunView())).toEqual([]);
  });

  it('say when designs have become one and the same in all families', () => {
    const [alarm] = alarms(runWith({ arithmetic: { vote: 20 }, code: { vote: 19, reflect: 1 } }));
    expect(alarm).toMatch(/^designs have collapsed: 98 % are vote, in all families/);
    expect(alarms(runWith({ arithmetic: { vote: 19 }, code: { vote: 17, reflect: 4 } }))).toEqual([]);
  });

  it('say nothing of a single family, of few designs, or of a fixed design', () => {
    expect(alarms(runWith({ arithmetic: { vote: 40 } }))).toEqual([]);
    expect(alarms(runWith({ arithmetic: { vote: 5 }, code: { vote: 5 } }))).toEqual([]);
    const fixed = runWith({ arithmetic: { vote: 20 }, code: { vote: 20 } });
    fixed.plan = { ...fixed.plan, design: 'run(vote(agent("solve"), 3))' };
    expect(alarms(fixed)).toEqual([]);
  });

  it('say when a role hardly draws anything any more, unless it had nothing to learn from', () => {
    const mix = { arithmetic: { vote: 20 }, code: { reflect: 20 } };
    expect(alarms(runWith(mix, { ...STEP, entropy: 0.001 }))[0]).toMatch(
      /^the executor's entropy is gone: 1\.0e-3/,
    );
    expect(alarms(runWith(mix, { ...STEP, entropy: 0, zeroVariance: 4 }))).toEqual([]);
  });
});
