import { describe, expect, it } from 'vitest';
import { type Evaluation, nextEvaluation } from '../../machines/evaluations.ts';
import type { Tally } from '../../machines/tally.ts';
import { configure } from '../../src/runtime/config.ts';
import { checkFixedDesigns } from '../../src/runtime/fixed-designs.ts';
import { defaultKit, familiesOf } from '../../src/runtime/kit.ts';

const kit = defaultKit();
const quick = configure('quick', {});
const alone = { ...quick, stage: { ...quick.stage, schedule: 'executor-only' as const } };
const fixed = (design: string | { [kind: string]: string }) => ({
  ...alone,
  rollout: { ...alone.rollout, design },
});

describe('scripts that are played whatever the designer writes', () => {
  it('are checked before the run, those of the presets pass', async () => {
    await expect(checkFixedDesigns(quick, kit)).resolves.toBeUndefined();
    await expect(checkFixedDesigns(fixed('run(agent("solve"))'), kit)).resolves.toBeUndefined();
  });

  it('are refused in one sentence that names the place, the script and what is wrong', async () => {
    await expect(checkFixedDesigns(fixed('run(agent(1)'), kit)).rejects.toThrow(
      /^rollout\.design is no design of this run: run\(agent\(1\): SyntaxError/,
    );
    const five = Object.fromEntries(kit.families.map(({ name }) => [name, 'run(5)']));
    await expect(checkFixedDesigns(fixed(five), kit)).rejects.toThrow(/rollout\.design for arithmetic/);
    const talkative = { ...quick, rollout: { ...quick.rollout, executorTokens: 128 } };
    await expect(checkFixedDesigns(talkative, kit)).rejects.toThrow(
      /A control .*evaluation\.controls=false.* run\(vote\(agent\("solve"\), 5\)\): at most 640 sampled tokens/,
    );
    const uncontrolled = { ...talkative, evaluation: { ...quick.evaluation, controls: false } };
    await expect(checkFixedDesigns(uncontrolled, kit)).resolves.toBeUndefined();
  });

  it('are of the dialect that designers write, as are those that they are shown', async () => {
    const inPython = { ...quick, rollout: { ...quick.rollout, dialect: 'python' as const } };
    for (const controls of [true, false]) {
      const config = { ...inPython, evaluation: { ...quick.evaluation, controls } };
      await expect(checkFixedDesigns(config, kit)).rejects.toThrow(
        /rollout\.dialect is python, and the kit shows its designers JavaScript: run\(/,
      );
    }
    const either = { ...quick, rollout: { ...quick.rollout, dialect: 'auto' as const } };
    await expect(checkFixedDesigns(either, kit)).resolves.toBeUndefined();
  });

  it('are given for every family, by attribute too, and for nothing else', () => {
    const all = Object.fromEntries(kit.families.map(({ name }) => [name, 'run(agent("solve"))']));
    expect(familiesOf(fixed({ ...all, 'memo/tested': 'run(reflect(agent("solve")))' }), kit)).toHaveLength(6);
    expect(() => familiesOf(fixed({ memo: all.memo ?? '' }), kit)).toThrow(/no design for the family "/);
    expect(() => familiesOf(fixed({ ...all, 'mema/tested': 'run(agent("solve"))' }), kit)).toThrow(
      /a design for "mema\/tested", and there are no such tasks; there are arithmetic/,
    );
    expect(() => familiesOf(fixed({ ...all, 'memo/tsted': 'run(agent("solve"))' }), kit)).toThrow(
      /"memo\/tsted", and there are no such tasks; .*memo\/tested/,
    );
  });
});

describe('controls', () => {
  /** All that are due after a run whose held-out tasks cost so many calls each. */
  function controls(callsPerTask: number): Evaluation[] {
    const counts = { tasks: 10, score: 5, valid: 10, calls: 10 * callsPerTask, tokens: 0, shapes: {} };
    const tally: Tally = { code: { ...counts, attributes: {} } };
    const plan = {
      steps: 1,
      stageSteps: 1,
      firstRole: 'executor' as const,
      schedule: 'coupled' as const,
      evaluation: { cellTasks: 0, harder: false, controls: kit.scripts },
    };
    const tallies: { [key: string]: Tally } = { before: tally, after: tally };
    const due: Evaluation[] = [];
    for (;;) {
      const next = nextEvaluation(plan, { step: 1, began: '', tallies });
      if (next === null) return due;
      due.push(next);
      tallies[next.key] = tally;
    }
  }
  const votes = (callsPerTask: number) =>
    controls(callsPerTask).find(({ key }) => key === 'control_consistency')?.design;

  it('vote at least as often as the run makes calls, and never by two', () => {
    expect(votes(1)).toBeUndefined();
    expect(votes(1.1)).toBe('run(vote(agent("solve"), 3))');
    expect(votes(3.2)).toBe('run(vote(agent("solve"), 4))');
    // Three calls, as means over samples may add up to them.
    expect(votes(3 + 1e-15)).toBe('run(vote(agent("solve"), 3))');
    expect(votes(3.1)).toBe('run(vote(agent("solve"), 4))');
    expect(votes(5.5)).toBe(`run(vote([${Array(6).fill('agent("solve")').join(', ')}]))`);
  });

  it('play no script twice', () => {
    for (const calls of [1, 2.5, 5]) {
      const scripts = controls(calls).flatMap(({ design }) => (typeof design === 'string' ? [design] : []));
      expect(new Set(scripts).size).toBe(scripts.length);
      expect(new Set([...kit.scripts, ...scripts]).size).toBe(scripts.length);
    }
  });
});
