import { beforeAll, describe, expect, it } from 'vitest';
import { must } from '../../src/core/errors.ts';
import { pairedDifference } from '../../src/core/interval.ts';
import { average } from '../../src/credit/advantage.ts';
import { cellLines, stageCells } from '../../src/views/cells.ts';
import { comparisonLines, comparisons } from '../../src/views/controls.ts';
import { PlainProgress } from '../../src/views/plain-lines.ts';
import { summarise } from '../../src/views/run-summary.ts';
import type { Phase, RunView } from '../../src/views/run-view.ts';
import { sessionView } from '../../src/views/session-view.ts';
import { readView, writeView } from '../../src/views/snapshot.ts';
import { stageBand } from '../../src/views/stage-band.ts';
import type { MemoryLog } from '../../store/memory-log.ts';
import { foldedTo, HELD_OUT, recordedRun } from './recorded.ts';

const evaluation = { cellTasks: 1, harder: true, controls: ['run(agent("solve"))', 'run(a)'] };
let log: MemoryLog;
let view: RunView;
beforeAll(async () => {
  log = await recordedRun({ evaluation });
  view = foldedTo(log);
});

describe('the cells of a stage', () => {
  it('split a gain into designs, execution, and what needs both', () => {
    const stages = stageCells(view);
    expect(stages.map(({ stage }) => stage)).toEqual([1, 2, 3]);
    for (const { gain, cells, tasks, solved } of stages) {
      const { design: byDesign, execution: byExecution, either, both } = solved;
      expect(byDesign + byExecution + either + both).toBe(solved.tasks);
      expect(tasks).toBe(HELD_OUT);
      const { whole, design, execution, interaction } = gain;
      expect(design.mean + execution.mean + interaction.mean).toBeCloseTo(whole.mean, 12);
      expect(cells.newNew.mean - cells.oldOld.mean).toBeCloseTo(whole.mean, 12);
      expect(cells.newOld.mean - cells.oldOld.mean).toBeCloseTo(design.mean, 12);
    }
    // What a stage began with is what the one before it came to.
    expect(stages[1]?.cells.oldOld).toEqual(stages[0]?.cells.newNew);
    expect(stages[0]?.cells.oldOld.mean).toBe(average(view.scores.before ?? []));
    expect(stages[2]?.cells.newNew.mean).toBe(average(view.scores.after ?? []));
  });

  it('are there once all of them are evaluated', () => {
    const seen: number[] = [];
    for (const { seq } of log.read('session')) {
      const count = stageCells(foldedTo(log, seq)).length;
      if (seen.at(-1) !== count) seen.push(count);
    }
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  it('of a role that cannot have changed are those of the other', async () => {
    const split = foldedTo(await recordedRun({ evaluation, policies: 'per-role' }));
    expect(Object.keys(split.tallies).filter((key) => key.includes('old'))).toEqual([]);
    const [executor, designer] = stageCells(split);
    expect(executor?.gain.design.mean).toBe(0);
    expect(executor?.gain.execution).toEqual(executor?.gain.whole);
    expect(designer?.gain.execution.mean).toBe(0);
    expect(designer?.gain.design).toEqual(designer?.gain.whole);
  });

  it('read well', () => {
    const [first] = stageCells(view);
    const lines = first === undefined ? [] : cellLines(first);
    expect(lines[0]).toBe('Stage 1, 3 held-out tasks, mean score (95 % interval):');
    expect(lines.at(-3)).toMatch(/^ {2}change [+−]\d.* points = designs .*, execution .*, both together /);
    expect(lines.at(-2)).toMatch(/^ {2}significant of these: (none|[a-z, ]+)$/);
  });
});

describe('a run with many evaluations', () => {
  it('goes through its phases in their order', () => {
    const phases: Phase[] = [];
    for (const { seq } of log.read('session')) {
      const { phase } = foldedTo(log, seq);
      if (phases.at(-1) !== phase) phases.push(phase);
    }
    const stage = (role: Phase): Phase[] => [role, 'cells'];
    expect(phases).toEqual([
      'coldStart',
      'before',
      ...[...stage('executor'), ...stage('designer'), ...stage('executor')],
      'after',
      'done',
    ]);
  });

  it('has one cell of the band that is now, whatever it does', () => {
    for (const { seq } of log.read('session')) {
      const now = stageBand(foldedTo(log, seq)).filter(({ state }) => state === 'now');
      expect(now).toHaveLength(1);
    }
  });

  it('says a line for each of them, and at the end what they came to', () => {
    const progress = new PlainProgress();
    const lines = [...log.events()].flatMap((event) => progress.line(event) ?? []).join('\n');
    for (const name of [
      'stage 1, old designer',
      'stage 2  ',
      'harder',
      'control: single',
      'control: fixed 1',
    ]) {
      expect(lines).toContain(`s  ${name}`);
    }
    const closing = progress.closing('run-1', 'troupe.db').join('\n');
    expect(closing).toMatch(
      / {2}control: consistency +\d+\.\d % \(\d+–\d+\) +\d+\.\d calls a task {2}[+−]\d+\.\d (± \d|\([+−])/,
    );
    // What the run is better by, with its sign: its own score less the control's.
    const [own, single] = [view.scores.after ?? [], view.scores.control_single ?? []];
    const lead = 100 * average(own.map((score, task) => score - must(single[task], 'a score')));
    const signed = `${lead < 0 ? '−' : '+'}${Math.abs(lead).toFixed(1)}`;
    expect(closing).toMatch(
      new RegExp(` {2}control: single .* calls a task {2}${signed.replace('+', '\\+')} (± |\\()`),
    );
    expect(closing).toMatch(/ {2}harder +\d+\.\d % \(\d+–\d+\) +\d+\.\d calls a task$/m);
    expect(closing).toContain('Stage 3, 3 held-out tasks');
    expect(closing).toMatch(/Groups without variance: designer 4 of 12, executor 6 of 18/);
  });

  it('does not call a control that was rejected by the checks one that scores nothing', () => {
    const other = readView(writeView(view));
    const rejected = Object.entries(other.tallies.control_single ?? {}).map(
      ([family, tally]) => [family, { ...tally, valid: 0, score: 0 }] as const,
    );
    other.tallies.control_single = Object.fromEntries(rejected);
    const lines = comparisonLines(other).join('\n');
    expect(lines).toMatch(/ {2}control: single +rejected by the checks, not played$/m);
    expect(comparisons(other).find(({ key }) => key === 'control_single')?.lead).toBeNull();
  });

  it('is summed up with harder tasks, controls and cells', () => {
    const info = {
      id: 'run-1',
      createdAt: 0,
      status: 'done',
      config: {},
      codeVersion: '',
      events: 0,
      attempts: 0,
    };
    const summary = summarise(info, log, []);
    expect(Object.keys(summary.controls ?? {})).toEqual(['single', 'consistency', 'fixed_01', 'oracle']);
    expect(summary.controls?.single?.callsPerTask).toBeGreaterThan(0);
    const scores = (key: string) => must(view.scores[key], `scores of ${key}`);
    for (const name of ['single', 'oracle']) {
      const control = scores(`control_${name}`);
      const pairs = scores('after').map((own, task) => own - must(control[task], 'a score'));
      expect(summary.controls?.[name]?.lead).toEqual(pairedDifference(pairs));
    }
    expect(Object.keys(summary.harder ?? {})).toEqual(['arithmetic', 'code']);
    expect(summary.cells?.stage).toBe(3);
  });

  it('is read back from a snapshot as it was', () => {
    expect(Object.assign(readView(writeView(view)), { lastEvent: view.lastEvent })).toEqual(view);
  });
});

describe('a coupled run', () => {
  it('has figures of both roles for every step, and one letter for each', async () => {
    const coupled = sessionView(await recordedRun({ schedule: 'coupled' }));
    expect(coupled).toMatchObject({ phase: 'done', step: 5 });
    expect(coupled.steps.map(({ step, role }) => `${step} ${role}`).slice(0, 4)).toEqual([
      '0 executor',
      '0 designer',
      '1 executor',
      '1 designer',
    ]);
    for (const { loss } of coupled.steps) expect(loss).not.toBeNull();
    expect(
      stageBand(coupled)
        .map(({ text }) => text)
        .join('|'),
    ).toBe(' cold start | before |CC|CC|C| after | done ');
  });
});
