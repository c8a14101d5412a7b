import { describe, expect, it } from 'vitest';
import { type Tally, tallyRollout } from '../../machines/tally.ts';
import { evalFigures, evalLines, type TaskResult } from '../../src/cli/eval-report.ts';

/** Tasks of one family, each by how many of its samples solved it. */
function played(family: string, attribute: string, solved: readonly number[], samples: number) {
  const rollouts = solved.map((count) => ({
    family,
    attribute,
    designs: samples,
    shapes: { agent: samples },
    rejected: {},
    executions: samples,
    failed: {},
    score: count,
    calls: 2 * samples,
    tokens: 9 * samples,
  }));
  const results: TaskResult[] = solved.map((count) => ({
    family,
    attribute,
    score: count / samples,
    solved: count,
  }));
  return { rollouts, results };
}

function all(...parts: readonly ReturnType<typeof played>[]) {
  const tally = parts.flatMap(({ rollouts }) => rollouts).reduce<Tally>(tallyRollout, {});
  return { tally, results: parts.flatMap(({ results }) => results) };
}

describe('what troupe eval prints', () => {
  it('has Wilson intervals: 3 of 3 is 44 to 100 %, 1 of 2 is 9 to 91 %, 0 of 2 is 0 to 66 %', () => {
    const { tally, results } = all(
      played('chain', '', [1, 1, 1], 1),
      played('code', 'exact', [1, 0], 1),
      played('code', 'tested', [0, 0], 1),
    );
    const lines = evalLines(tally, results, 1);
    const text = lines.join('\n');
    expect(lines[0]).toMatch(/^ *family +tasks +accuracy % +valid % +calls\/task/);
    expect(text).toMatch(/^chain +3 +100\.0 \(44–100\) +100 +2\.00 +9 +agent 100 %$/m);
    expect(text).toMatch(/^code +4 +25\.0 \(5–70\)/m);
    expect(text).toMatch(/^ {2}exact +2 +50\.0 \(9–91\)/m);
    expect(text).toMatch(/^ {2}tested +2 +0\.0 \(0–66\)/m);
    expect(text).toMatch(/^all 7 tasks: 57\.1 % \(25–84\)$/m);
    expect(text).not.toMatch(/±|pass@/);
    expect(evalFigures(results, 1)).not.toHaveProperty('passAtK');
  });

  it('has pass@k where there are several samples, and counts no sample twice', () => {
    const { tally, results } = all(played('chain', '', [4, 0, 2, 1], 4));
    expect(tally.chain).toMatchObject({ tasks: 4, valid: 4, calls: 8, tokens: 36, score: 7 / 4 });
    const { accuracy, passAtK } = evalFigures(results, 4);
    expect(accuracy.overall.mean).toBeCloseTo(7 / 16, 12);
    // Of tasks with 4, 0, 2 and 1 of 4 solved: pairs without a solver are 0, 6, 1 and 3 of 6.
    expect(passAtK?.overall?.[2]?.mean).toBeCloseTo((1 + 0 + 5 / 6 + 3 / 6) / 4, 12);
    expect(passAtK?.families.chain?.[4]?.mean).toBe(0.75);
    const text = evalLines(tally, results, 4).join('\n');
    expect(text).toMatch(/^family +tasks +accuracy % +pass@1 % +pass@2 % +pass@4 % +valid %/m);
    expect(text).toMatch(
      /^all 4 tasks: 43\.8 % \(\d+–\d+\) {2}pass@1 43\.8 % .* {2}pass@4 75\.0 % \(30–95\)$/m,
    );
  });
});
