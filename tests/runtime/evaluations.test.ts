import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyTally, totals } from '../../machines/tally.ts';
import { evaluate } from '../../src/runtime/evaluate.ts';
import { forkRun } from '../../src/runtime/fork/fork.ts';
import { playAgain } from '../../src/runtime/fork/play-again.ts';
import { resumeRun, startRun } from '../../src/runtime/run.ts';
import { verifyRun } from '../../src/runtime/verify.ts';
import { supersededWeights } from '../../src/runtime/versions.ts';
import { summarise } from '../../src/views/run-summary.ts';
import { sessionView } from '../../src/views/session-view.ts';
import type { EventReader } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';
import { agreeOnScores } from '../docs/store-agreement.ts';
import { evenAnswers, runOptions, scratch, tinyConfig } from './small-run.ts';

const directory = scratch();
const kit = evenAnswers();
const options = { ...runOptions(), kit };
// Long enough a cold start for designers of which some designs are valid.
const config = tinyConfig({
  steps: 3,
  imitation: { ...tinyConfig().imitation, chunks: 4 },
  evaluation: { cellTasks: 2, controls: true },
});
let store: Store;
let reader: EventReader;

const hashOf = (of: Store) => {
  const info = of.run('latest');
  return summarise(info, of.reader(info.id), of.attempts(info.id)).eventHash;
};

beforeAll(async () => {
  store = directory.open('whole.db');
  expect(await startRun(store, config, options).finished).toBe('done');
  reader = store.reader('latest');
});
afterAll(() => {
  store.close();
  directory.remove();
});

/** The weights that sampled an evaluation's calls of one role. */
const playedBy = (key: string, role: 'designer' | 'executor') => {
  const calls = reader
    .readPrefix(`eval/${key}`)
    .filter(({ type, stream }) => type === 'called' && stream.includes('/agent/') === (role === 'executor'));
  return [...new Set(calls.map(({ data }) => data.version))];
};

describe('the evaluations of a run', () => {
  it('are before, the cells after each stage, after, and the controls', () => {
    expect(Object.keys(sessionView(reader).tallies)).toEqual([
      'before',
      'stage_001',
      'stage_001_old_designer',
      'stage_001_old_executor',
      'stage_002',
      'stage_002_old_designer',
      'stage_002_old_executor',
      'stage_003_old_designer',
      'stage_003_old_executor',
      'after',
      'control_single',
      'control_consistency',
      ...kit.scripts.map((_, index) => `control_fixed_0${index}`),
      'control_oracle',
    ]);
  });

  it('are played by old and new weights as their names say', () => {
    const versions = reader
      .read('session')
      .flatMap(({ type, data }) =>
        type === 'learned' || data.label === 'cold-start/03' ? [data.version] : [],
      );
    const [cold, first, second, third] = versions;
    expect(playedBy('stage_001', 'designer')).toEqual([first]);
    expect(playedBy('stage_001_old_designer', 'designer')).toEqual([cold]);
    expect(playedBy('stage_001_old_designer', 'executor')).toEqual([first]);
    expect(playedBy('stage_002_old_executor', 'designer')).toEqual([second]);
    expect(playedBy('stage_002_old_executor', 'executor')).toEqual([first]);
    expect(playedBy('stage_003_old_designer', 'designer')).toEqual([second]);
    expect(playedBy('after', 'executor')).toEqual([third]);
  });

  it('draw from the same streams, so that equal weights and prompts give equal calls', () => {
    const scripts = (key: string) =>
      [0, 1, 2, 3].map((index) => {
        const stream = `eval/${key}/000${index}/design/0`;
        return reader.read(stream).find(({ type }) => type === 'called')?.data.text;
      });
    expect(scripts('stage_001_old_designer')).toEqual(scripts('before'));
    expect(scripts('stage_002_old_designer')).toEqual(scripts('stage_001'));
    expect(scripts('stage_003_old_executor')).toEqual(scripts('after'));
  });

  it('count tasks, calls and tokens, and no designer where the design is fixed', () => {
    const { tallies } = sessionView(reader);
    expect(totals(tallies.stage_001 ?? emptyTally).tasks).toBe(4);
    expect(totals(tallies.after ?? emptyTally).tasks).toBe(8);
    expect(tallies.control_single?.arithmetic).toMatchObject({
      tasks: 4,
      valid: 4,
      calls: 4,
      shapes: { agent: 4 },
    });
    const sampled = (key: string) =>
      reader
        .readPrefix(`eval/${key}`)
        .reduce((sum, { type, data }) => sum + (type === 'called' ? Number(data.tokens) : 0), 0);
    for (const key of ['after', 'control_single']) {
      const counted = Object.values(tallies[key] ?? {}).reduce((sum, { tokens }) => sum + tokens, 0);
      expect(counted).toBe(sampled(key));
    }
    expect(reader.readPrefix('eval/control_oracle').some(({ type }) => type === 'compiled')).toBe(true);
  });

  it('are executed again and found identical', async () => {
    expect(await verifyRun(store, 'latest', options)).toMatchObject({ identical: true, divergence: null });
    const loose = await verifyRun(store, 'latest', { ...options, tolerance: 1e-3 });
    expect(loose).toMatchObject({ identical: true, divergence: null });
  });

  it('are played again by the same weights in the same way', async () => {
    const again = await playAgain(reader, config, 'run-1', 'eval/stage_002_old_executor', {
      ...options,
      policies: { designer: 'step/0001' },
    });
    for (const { recorded, again: now } of again.replayed) expect(now).toEqual(recorded);
  });
});

describe('an evaluation with several samples of each task', () => {
  const play = async (samples?: number) => {
    const calls = new Map<string, unknown>();
    const tally = await evaluate(reader, config, {
      ...options,
      label: 'step/0002',
      tasks: 2,
      ...(samples === undefined ? {} : { samples }),
      onEvents: (events) => {
        for (const { stream, type, data } of events) {
          if (type === 'called') calls.set(`${stream}/${String(data.key)}`, data);
        }
      },
    });
    return { tally, calls };
  };

  it('begins with the sample that there is alone, and counts means over samples', async () => {
    const [alone, several] = [await play(), await play(3)];
    const first = [...several.calls].filter(([name]) => name.includes('/design/0/'));
    expect(first.length).toBeGreaterThan(3);
    expect(Object.fromEntries(first)).toEqual(Object.fromEntries(alone.calls));
    expect(several.calls.size).toBeGreaterThan(2 * alone.calls.size);
    const { tasks, valid, score, calls } = totals(several.tally);
    expect(tasks).toBe(4);
    expect(valid).toBeLessThanOrEqual(4);
    expect(score).toBeLessThanOrEqual(valid);
    expect(3 * calls).toBeCloseTo(several.calls.size, 9);
  });
});

describe('an interrupted evaluation', () => {
  it('goes on with the same cast, also where the store was compacted meanwhile', async () => {
    const cut = directory.open('cut.db');
    const first = startRun(cut, config, {
      ...options,
      onEvents: (events) => {
        const inside = /^eval\/stage_002_old_designer\/0001\/design\/0$/;
        if (events.some(({ stream, type }) => inside.test(stream) && type === 'started')) first.stop();
      },
    });
    expect(await first.finished).toBe('stopped');
    // The stage began with step 0; nothing that it still plays is superseded.
    expect(supersededWeights(cut.reader('latest'))).not.toContain('weights/step/0000/shared');
    expect(await resumeRun(cut, 'latest', options).finished).toBe('done');
    expect(hashOf(cut)).toBe(hashOf(store));
    cut.close();
  });

  it('is forked with the weights that it plays', async () => {
    const target = reader.readPrefix('eval/stage_002_old_designer').find(({ type }) => type === 'called');
    const { run } = await forkRun(store, 'run-1', {
      kit,
      codeVersion: 'test',
      at: String(target?.seq),
      changes: [],
      fresh: 'other',
      policies: {},
    });
    expect(await resumeRun(store, run, options).finished).toBe('done');
    expect(await verifyRun(store, run, options)).toMatchObject({ identical: true, divergence: null });
  });
});

describe('cells of a run with a model for each role', () => {
  it('are not asked of a role that cannot have changed', async () => {
    const split = directory.open('split.db');
    const changes = {
      policies: 'per-role' as const,
      steps: 2,
      evaluation: { cellTasks: 2, controls: false, samples: 2 },
    };
    expect(await startRun(split, tinyConfig(changes), options).finished).toBe('done');
    expect(Object.keys(sessionView(split.reader('latest')).tallies)).toEqual([
      'before',
      'stage_001',
      'after',
    ]);
    // Two samples of each task, with draws and designs of their own.
    const played = split.reader('latest');
    const { tallies, scores, solved } = sessionView(played);
    expect(totals(tallies.after ?? emptyTally).tasks).toBe(8);
    const texts = [0, 1].map((sample) =>
      Array.from({ length: 8 }, (_, task) => {
        const stream = `eval/after/000${task}/design/${sample}`;
        return played.read(stream).find(({ type }) => type === 'called')?.data.text;
      }),
    );
    expect(texts.flat()).not.toContain(undefined);
    expect(texts[0]).not.toEqual(texts[1]);
    expect(scores.after).toEqual(solved.after?.map((count) => count / 2));
    agreeOnScores(split, 'run-1');
    expect(await verifyRun(split, 'latest', options)).toMatchObject({ identical: true, divergence: null });
    split.close();
  });
});
