import { describe, expect, it } from 'vitest';
import { alarms } from '../../src/views/alarms.ts';
import { RunView } from '../../src/views/run-view.ts';
import type { StepView } from '../../src/views/step-view.ts';
import { UNMEASURED } from '../../src/views/update-figures.ts';

const STEP: StepView = {
  step: 4,
  role: 'executor',
  designerReward: 0.5,
  executorReward: 0.5,
  score: 0.5,
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
  view.plan = { ...view.plan, steps: 10, schedule: 'coupled' };
  view.step = step.step + 1;
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

  it('say when a role hardly draws anything any more, also where it had nothing to learn from', () => {
    const mix = { arithmetic: { vote: 20 }, code: { reflect: 20 } };
    expect(alarms(runWith(mix, { ...STEP, entropy: 0.001 }))[0]).toMatch(
      /^the executor's entropy is gone: 1\.0e-3/,
    );
    expect(alarms(runWith(mix, { ...STEP, entropy: 0, zeroVariance: 4 }))).toHaveLength(1);
  });

  describe('of a role whose turn it is', () => {
    const mix = { arithmetic: { vote: 20 }, code: { reflect: 20 } };
    /** Steps of both roles, or by turns, of which the executor's have as many groups without variance. */
    const coupled = (without: readonly number[], schedule: RunView['plan']['schedule'] = 'coupled') => {
      const view = runWith(mix);
      view.plan = { ...view.plan, schedule };
      view.steps.splice(0);
      without.forEach((zeroVariance, step) => {
        view.steps.push({ ...STEP, step, zeroVariance });
        if (schedule === 'coupled') view.steps.push({ ...STEP, step, role: 'designer' });
      });
      view.step = without.length;
      return view;
    };

    it('ring when it has learned nothing for three steps of its own', () => {
      expect(alarms(coupled([0, 4, 4]))).toEqual([]);
      expect(alarms(coupled([4, 4]))).toEqual([]);
      expect(alarms(coupled([0, 4, 4, 4]))).toEqual([
        'the executor learns nothing from its rewards: no group had any variance in its last 3 steps, up to step 4',
      ]);
      expect(alarms(coupled([4, 4, 4, 3]))).toEqual([]);
    });

    it('and never for one that is frozen', () => {
      const frozen = coupled([4, 4, 4], 'stagewise');
      frozen.plan = { ...frozen.plan, stageSteps: 3 };
      expect(alarms(frozen)).toEqual([]);
      frozen.plan = { ...frozen.plan, stageSteps: 4 };
      expect(alarms(frozen)).toHaveLength(1);
      frozen.plan = { ...frozen.plan, schedule: 'designer-only' };
      expect(alarms(frozen)).toEqual([]);
      for (const step of frozen.steps) step.entropy = 0;
      expect(alarms(frozen)).toEqual([]);
    });

    it('ring when its mean score is 0.02 or less', () => {
      const scored = (role: 'executor' | 'designer', score: number) =>
        alarms(runWith(mix, { ...STEP, role, score }));
      expect(scored('executor', 0.021)).toEqual([]);
      expect(scored('executor', 0.02)).toEqual([
        'the executor solves next to nothing: mean score 0.020 in step 5',
      ]);
      expect(scored('designer', 0)).toHaveLength(1);
      // Where all scripts are rejected it is given nothing to solve.
      expect(
        alarms(runWith(mix, { ...STEP, executorReward: 0, score: 0, groups: 0, zeroVariance: 0 })),
      ).toEqual([]);
    });
  });
});
