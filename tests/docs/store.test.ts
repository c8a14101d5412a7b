import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRun } from '../../src/runtime/run.ts';
import { fractions } from '../../src/views/run-summary.ts';
import { sessionView } from '../../src/views/session-view.ts';
import type { Store } from '../../store/store.ts';
import { runOptions, scratch, smallConfig } from '../runtime/small-run.ts';
import { foldCredits, foldExecutions, foldFailures, foldSpending, foldStages } from './store-folds.ts';
import { ask, documented, present, queries, query } from './store-page.ts';

const directory = scratch();
let store: Store;
/** Written by Troupe before format 2. */
let old: Store;

beforeAll(async () => {
  store = directory.open('small.db');
  const config = smallConfig();
  // Branches are the part of a run that is easily counted twice.
  const credit = { ...config.credit, draws: 2 };
  await startRun(store, { ...config, credit }, runOptions()).finished;
  const golden = readFileSync(new URL('../store/golden/format-1.db.gz', import.meta.url));
  writeFileSync(directory.file('old.db'), gunzipSync(golden));
  old = directory.open('old.db', 'write');
});

afterAll(() => {
  store.close();
  old.close();
  directory.remove();
});

const stores = (): [store: Store, run: string][] => [
  [store, 'run-1'],
  [old, 'run-1'],
  [old, 'run-2'],
];

/** A query of the page, asked of another run than it names, and without its limit. */
const asked = (of: Store, run: string, ...parts: readonly string[]) =>
  ask(
    of,
    query(...parts)
      .replaceAll("'run-1'", `'${run}'`)
      .replace(/ LIMIT \d+;$/m, ';'),
  );

const round = (value: number) => Math.round(value * 1000) / 1000;

describe('docs/store.md', () => {
  it('has a dozen queries, and each finds something in a small run', () => {
    expect(queries.length).toBeGreaterThanOrEqual(11);
    for (const each of queries) expect(ask(store, each).length, each).toBeGreaterThan(0);
  });

  it.each(['new', 'upgraded'])('lists all columns of all tables and views of a %s store', (which) => {
    const found = present(which === 'new' ? store : old);
    expect([...documented.keys()].sort()).toEqual([...found.keys()].sort());
    for (const [name, columns] of documented)
      expect([...columns].sort()).toEqual([...(found.get(name) ?? [])].sort());
  });

  it('finds the calls that moved weights, with their advantages', () => {
    for (const [of, run] of stores()) {
      const { steps, learned } = foldCredits(of.reader(run));
      expect(ask(of, `SELECT step, stream, key, advantage FROM credits WHERE run = '${run}'`)).toEqual(steps);
      // As many as the learner said it had learned from, and the page's query finds those of the last step.
      const counts = ask(
        of,
        `SELECT step, sum(learned) AS calls FROM credits WHERE run = '${run}' GROUP BY step`,
      );
      expect(new Map(counts.map(({ step, calls }) => [step, calls]))).toEqual(learned);
      const last = [...learned].at(-1);
      expect(asked(of, run, 'FROM credits').length).toBe(last?.[1] ?? 0);
    }
    expect(asked(store, 'run-1', 'FROM credits').length).toBeGreaterThan(0);
  });

  it('counts failed designs by cause', () => {
    for (const [of, run] of stores()) {
      const { causes, scripts } = foldFailures(of.reader(run));
      const rows = asked(of, run, 'FROM failed_designs', 'count(*)');
      expect(Object.fromEntries(rows.map(({ cause, designs }) => [cause, designs]))).toEqual(causes);
      const view = sessionView(of.reader(run));
      // Before a run is over, the session has not heard of all of them.
      if (view.phase === 'done') expect(view.failures).toEqual(causes);
      const each = asked(of, run, 'FROM failed_designs', 'message');
      expect(new Map(each.map(({ design, script }) => [design, script]))).toEqual(scripts);
    }
    expect(asked(old, 'run-1', 'FROM failed_designs', 'count(*)')).toContainEqual(
      expect.objectContaining({ cause: 'unfinished', designs: 2 }),
    );
  });

  it('gives the reward per role and stage', () => {
    for (const [of, run] of stores()) {
      const stages = foldStages(sessionView(of.reader(run)));
      expect(asked(of, run, 'FROM stages')).toEqual(
        stages.map((stage) => ({
          ...stage,
          designer_reward: round(stage.designer_reward),
          executor_reward: round(stage.executor_reward),
          invalid: round(stage.invalid),
        })),
      );
    }
  });

  it('adds up calls and tokens per family', () => {
    for (const [of, run] of stores()) {
      const rows = asked(of, run, 'FROM spending');
      expect(rows).toEqual(foldSpending(of.reader(run)));
      const { calls } = sessionView(of.reader(run));
      const spent = rows.reduce((sum, row) => sum + Number(row.calls), 0);
      if (of.run(run).status === 'done') expect(spent).toBe(calls);
    }
  });

  it('gives scores of executions and evaluations as the trees and the summary have them', () => {
    for (const [of, run] of stores()) {
      const executions = `SELECT execution, family, shape, score, calls FROM executions WHERE run = '${run}' AND step GLOB 'step/*' AND NOT branch ORDER BY execution`;
      expect(ask(of, executions)).toEqual(foldExecutions(of.reader(run)));
      const { before, after } = sessionView(of.reader(run));
      for (const [moment, tally] of Object.entries({ before, after })) {
        const rows = asked(of, run, 'FROM evaluations').filter((row) => row.moment === moment);
        const scores = rows.map(({ family, score }) => [family, Math.round(Number(score) * 1e4) / 1e4]);
        expect(Object.fromEntries(scores)).toEqual(fractions(tally));
      }
    }
  });
});
