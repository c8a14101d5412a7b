import { beforeAll, describe, expect, it } from 'vitest';
import { catchUp } from '../../src/views/catch-up.ts';
import { jsonLine, PlainProgress } from '../../src/views/plain-lines.ts';
import type { MemoryLog } from '../../store/memory-log.ts';
import { PLAN, recordedRun } from './recorded.ts';

let log: MemoryLog;
beforeAll(async () => {
  log = await recordedRun();
});

/** Lines from event `after` on; what is before was stored by an earlier process. */
function linesOf(after = 0, upTo = log.count(), of = log) {
  const progress = new PlainProgress();
  catchUp(progress.view, of, after);
  const lines = [...of.events({ after, upTo })].flatMap((event) => progress.line(event) ?? []);
  return {
    progress,
    lines,
    texts: lines.map((line) => line.replace(/^ *\d+\.\d s {2}/, '').replace(/\n.*$/s, '')),
  };
}

describe('PlainProgress', () => {
  it('has one line per chunk, evaluation and step', () => {
    const { texts, lines } = linesOf();
    expect(texts).toHaveLength(2 + PLAN.steps + 2);
    expect(texts[0]).toBe('cold start 1/2  loss 2.000');
    expect(texts[1]).toBe('cold start 2/2  loss 1.000');
    expect(texts[2]).toMatch(
      /^held-out before {2}arithmetic \d+\.\d % \(valid scripts \d+ %\) {2}code \d+\.\d % \(valid scripts \d+ %\)$/,
    );
    expect(texts[3]).toMatch(
      /^step 1\/5 {2}executor learns {2}designer reward 0\.000 {2}executor reward 0\.000 {2}invalid 25 % {2}KL frozen 1\.0e-3 {2}~\d+ s left$/,
    );
    expect(lines[3]).toMatch(
      /\n *\d+\.\d s {2}ALARM: the executor solves next to nothing: mean score 0\.000 in step 1$/,
    );
    expect(texts[5]).toMatch(/^step 3\/5 {2}designer learns/);
    expect(texts[7]).toMatch(/^step 5\/5 .*KL frozen 1\.0e-3 {2}KL cold start 2\.0e-3$/);
    expect(texts[8]).toMatch(/^held-out after {3}arithmetic/);
  });

  it('has one line for a step in which both roles learn, and nobody frozen in it', async () => {
    const coupled = await recordedRun({ schedule: 'coupled' });
    const { texts } = linesOf(0, coupled.count(), coupled);
    expect(texts).toHaveLength(2 + PLAN.steps + 2);
    expect(texts[3]).toMatch(
      /^step 1\/5 {2}both roles learn {2}designer reward \d\.\d+ {2}.*invalid \d+ % {2}~\d+ s left$/,
    );
    expect(texts[7]).toMatch(
      /^step 5\/5 {2}both roles learn .*invalid \d+ % {2}KL cold start executor 2\.0e-3, designer 3\.0e-3$/,
    );
  });

  it('stamps every line with the time since the run began, which never falls', () => {
    const seconds = linesOf().lines.map((line) => Number.parseFloat(line));
    expect(seconds[0]).toBeCloseTo(0, 1);
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
  });

  it('goes on after a resume where the earlier process ended', () => {
    const whole = linesOf();
    const half = Math.floor(log.count() / 2);
    const rest = linesOf(half);
    expect(rest.lines.length).toBeLessThan(whole.lines.length);
    expect(rest.lines).toEqual(whole.lines.slice(-rest.lines.length));
  });

  it('closes a finished run with what it came to and what to do next', () => {
    const closing = linesOf().progress.closing('run-1', 'troupe.db').join('\n');
    expect(closing).toMatch(/run-1 is over: 5 steps, \d+ policy calls, \d+ events, \d+ s\./);
    expect(closing).toMatch(/arithmetic +\S+ % → \S+ % +[+−]\d+\.\d .* valid \d+ → \d+ %/);
    expect(closing).toContain('Most frequent designs, before → after');
    expect(closing).not.toContain('learned');
    expect(closing).toMatch(/Rejected scripts: \w+ \d+/);
    expect(closing).toContain('npx troupe replay run-1 ');
    expect(closing).not.toContain('--store');
  });

  it('closes an interrupted run with how to go on', () => {
    const { seq } = [...log.read('session')].filter(({ type }) => type === 'learned')[1] ?? { seq: 0 };
    expect(linesOf(0, seq + 3).progress.closing('run-2', 'other.db')).toEqual([
      '',
      'run-2 is not over: step 2 of 5. Nothing is lost; go on with',
      '  npx troupe train --resume run-2 --store other.db',
    ]);
  });

  it('closes a run that has no events yet', () => {
    expect(new PlainProgress().closing('run-1', 'troupe.db').join('\n')).toContain('step 0 of 0');
  });
});

describe('jsonLine', () => {
  it('is an object for every event of the session that is not about a tree', () => {
    const lines = [...log.events()].flatMap((event) => jsonLine(event) ?? []);
    const types = lines.map((line) => JSON.parse(line).type);
    const steps = Array.from({ length: PLAN.steps }, () => ['credited', 'learned']).flat();
    expect(types).toEqual(['started', 'imitated', 'imitated', ...steps]);
  });

  it('has place, time and figures, without the list of samples', () => {
    const credited = log.read('session').find(({ type }) => type === 'credited');
    expect(JSON.parse((credited && jsonLine(credited)) ?? '')).toEqual({
      seq: credited?.seq,
      type: 'credited',
      time: credited?.time,
      key: 'step/0000',
      step: 0,
      role: 'executor',
      groups: 6,
      zeroVariance: 2,
      designerReward: 0,
      executorReward: 0,
      invalid: 1,
      designs: 4,
    });
  });
});
