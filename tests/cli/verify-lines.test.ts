import { describe, expect, it } from 'vitest';
import { verifyLines } from '../../src/cli/verify-lines.ts';
import type { VerifyResult } from '../../src/runtime/verify.ts';

const exact: VerifyResult = {
  run: 'run-1',
  mode: 'exact',
  limits: null,
  events: 100,
  tally: { compared: 100, earlier: 0, taken: 0 },
  rollouts: { executed: 10, all: 10 },
  coldStart: true,
  calls: 40,
  identical: true,
  differences: null,
  code: { recorded: 'a', now: 'a' },
  divergence: null,
};
const limits = { logProb: 0.001, trainedLogProb: 1, figure: 0.5 };
const differences = { logProb: 4.8e-6, trainedLogProb: 0.025, figure: 0.19, weight: 0 };
const divergence: NonNullable<VerifyResult['divergence']> = {
  ...{ stream: 'session', version: 3, seq: 4, type: 'learned', field: 'loss', recorded: '7', executed: '8' },
  ...{ foundBy: 'execution', hashes: null, cause: 'code changed' },
};
const lines = (changes: Partial<VerifyResult> = {}) => verifyLines({ ...exact, ...changes }).join('\n');

describe('what verify says', () => {
  it('names what was executed again, and what was not', () => {
    expect(lines()).toBe(
      'run-1: all 100 events identical, byte for byte.\n  40 policy calls sampled again; tools and training executed again.',
    );
    const to = { tally: { compared: 20, earlier: 0, taken: 40 } };
    expect(lines(to)).toMatch(/20 of 100 .* 40 taken as recorded; nothing after event 60 was looked at\.$/m);
    const tally = { compared: 20, earlier: 10, taken: 70 };
    expect(lines({ tally, rollouts: { executed: 2, all: 10 }, coldStart: false })).toBe(
      'run-1: 30 of 100 events identical, byte for byte (10 of them by an earlier attempt), 70 taken as recorded.\n' +
        '  40 policy calls of 2 of 10 rollouts sampled again; tools and training (but not the cold start) executed again.',
    );
  });

  it('says that values were compared within a tolerance, with all limits and largest differences', () => {
    const text = lines({ mode: 'tolerance', limits, differences });
    expect(text).toContain('all 100 events within the tolerance of 0.001 nats.');
    expect(text).toContain('scored with their recorded tokens');
    expect(text).toMatch(/that the run keeps +4\.8e-6 {2}\(limit 0\.001\)/);
    expect(text).toMatch(/under weights trained again +0\.025 {2}\(limit 1\)/);
    expect(text).toMatch(/beside those kept +0$/m);
  });

  it('shows the first difference, how it was found, its cause, and both versions of the code', () => {
    expect(lines({ identical: false, divergence, code: { recorded: 'a', now: 'b' } })).toBe(
      [
        'run-1: diverges at event 4 (session@3, learned), found by re-execution, compared byte for byte.',
        '  field     loss',
        '  recorded  7',
        '  executed  8',
        '  cause     code changed',
        '  recorded by Troupe a, verified by b',
      ].join('\n'),
    );
    expect(lines({ limits, differences, divergence })).toContain('compared within a tolerance of 0.001 nats');
    const hashes = 'event 4 is missing';
    expect(lines({ divergence: { ...divergence, hashes } })).toMatch(
      /by the hash chains: event 4 is missing\.\n {2}field/,
    );
  });

  it('names a place that is no event', () => {
    const at = (changes: object) => lines({ divergence: { ...divergence, ...changes } }).split('\n', 1)[0];
    expect(at({ seq: null })).toContain('diverges at session@3 (learned), found');
    expect(at({ seq: null, stream: '(blob)' })).toContain('diverges in a blob,');
    expect(at({ seq: null, stream: '(kit)' })).toContain('diverges in the kit,');
    expect(at({ seq: null, stream: '(run)' })).toContain('diverges in what stands beside its events,');
    expect(at({ stream: '(run)' })).toContain('diverges at event 4, found');
    // What the chains say is not said twice.
    expect(lines({ divergence: { ...divergence, hashes: '7' } })).not.toContain('recorded');
  });
});
