import { describe, expect, it } from 'vitest';
import { runPage } from '../../src/cli/show/run-page.ts';
import { stepsTable } from '../../src/cli/show/steps-table.ts';
import { table } from '../../src/cli/table.ts';
import { sessionView } from '../../src/views/session-view.ts';
import { recordedRun } from '../views/recorded.ts';

const INFO = {
  id: 'run-2',
  createdAt: 0,
  status: 'created',
  config: {},
  codeVersion: 'test',
  events: 0,
  attempts: 1,
};

describe('a table', () => {
  it('may have headings of several lines, which stand right above their columns', () => {
    expect(table(['a', 'long\nname'], [['x', '1.5e-3']])).toBe('     long\na    name\nx  1.5e-3');
  });
});

describe('the steps of a run', () => {
  it('have the figures of the optimiser, and the KL of a frozen role where one is frozen', async () => {
    const { steps } = sessionView(await recordedRun());
    const lines = stepsTable(steps).split('\n');
    expect(lines.slice(0, 2).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['designer', 'executor', 'invalid', 'no', 'clip', 'gradient', 'ratio', 'KL', 'KL cold'],
      [
        'step',
        'learns',
        'reward',
        'reward',
        '%',
        'variance',
        'entropy',
        'updates',
        'loss',
        '%',
        'norm',
        'error',
        'frozen',
        'start',
      ],
    ]);
    expect(lines.at(-1)?.trim().split(/ +/)).toEqual([
      '4',
      'executor',
      '0.400',
      '0.800',
      '25',
      '2/6',
      '0.250',
      '2',
      '-4.000',
      '4.0',
      '0.500',
      '1.0e-6',
      '1.0e-3',
      '2.0e-3',
    ]);
    // A step in which leaving the cold start was not measured has no figure for it.
    expect(lines.at(-2)?.trim().split(/ +/)).toHaveLength(13);
    expect(lines).toHaveLength(2 + 5);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(125);
  });

  it('have no column for what the schedule does not have', async () => {
    for (const changes of [{ schedule: 'coupled' }, { policies: 'per-role' }]) {
      const { steps } = sessionView(await recordedRun({ ...changes, steps: 3 }));
      const text = stepsTable(steps);
      expect(text).not.toContain('KL');
      expect(text).toContain('entropy');
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
    }
  });
});

describe('show RUN', () => {
  it('says whose fork it is, and that what it holds is not its own while it has not run', async () => {
    const log = await recordedRun();
    const fork = { parent: 'run-1', at: 449, stream: 'session', version: 12, given: log.count() };
    const made = runPage({ ...INFO, fork }, log, [], false);
    expect(made.slice(0, 2)).toEqual([
      'run-2  preset test, seed 1, forked and not run yet; "troupe train --resume run-2" goes on with it',
      expect.stringMatching(
        /^fork of run-1 at 449 \(session@12\); all that follows is that run’s: step 5 of 5, events \d+, calls \d+$/,
      ),
    ]);
    const run = runPage({ ...INFO, fork: { ...fork, given: 9 } }, log, [], false);
    expect(run.slice(0, 2)).toEqual([
      'run-2  preset test, seed 1, done, step 5 of 5',
      'fork of run-1 at 449 (session@12)',
    ]);
  });

  it('has no table of steps, and names no place in one, before there is a step', async () => {
    const made = runPage(INFO, await recordedRun({ steps: 0 }), [], false).join('\n');
    expect(made).not.toMatch(/KL|variance/);
    expect(made).not.toContain('step/0000');
    expect(made).toContain('step 0 of 0');
  });

  it('has the figures of every update in JSON, beside the summary', async () => {
    const log = await recordedRun({ schedule: 'coupled' });
    const [line = ''] = runPage(INFO, log, [], true);
    const { eventHash, perStep } = JSON.parse(line);
    expect(eventHash).toBe(log.eventHash());
    expect(perStep).toHaveLength(10);
    expect(perStep[9]).toMatchObject({ step: 4, role: 'designer', updates: 2, entropy: 0.25, drift: null });
  });
});
