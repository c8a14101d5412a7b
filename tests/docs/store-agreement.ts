import { expect } from 'vitest';
import { fractions } from '../../src/views/run-summary.ts';
import { sessionView } from '../../src/views/session-view.ts';
import type { Store } from '../../store/store.ts';
import { ask, type Row } from '../../tools/store-page.ts';
import {
  foldCredits,
  foldExecutions,
  foldFailures,
  foldSpending,
  foldStages,
  foldSteps,
  foldUpdates,
} from './store-folds.ts';
import { section } from './store-page.ts';

// What the views of a store say of a run, against folds of the same events.

/** A query of the page, asked of another run than it names, and without its limit. */
export function asked(of: Store, run: string, ...parts: readonly string[]): Row[] {
  const text = section(...parts).query.replaceAll("'run-1'", `'${run}'`);
  return ask(of, text.replace(/ LIMIT \d+;$/m, ';'));
}

/** Compares all of them. */
export function expectViewsToAgree(store: Store, run: string): void {
  for (const compare of [agreeOnCredits, agreeOnFailures, agreeOnLearning, agreeOnSpending, agreeOnScores])
    compare(store, run);
}

export function agreeOnCredits(store: Store, run: string): void {
  const { steps, learned } = foldCredits(store.reader(run), store.run(run).config);
  const place = ({ step, stream, key }: Row) => `${step} ${stream} ${key}`;
  const ordered = (rows: readonly Row[]) => rows.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
  const credits = ask(store, `SELECT step, role, stream, key, advantage FROM credits WHERE run = '${run}'`);
  expect(ordered(credits)).toEqual(ordered(steps));
  // As many as the learner said it had learned from, and the page's query finds those of the last update.
  const counts = ask(
    store,
    `SELECT step, role, sum(learned) AS calls FROM credits WHERE run = '${run}' GROUP BY step, role`,
  );
  expect(new Map(counts.map(({ step, role, calls }) => [`${step} ${role}`, calls]))).toEqual(learned);
  expect(asked(store, run, 'FROM credits').length).toBe([...learned.values()].at(-1) ?? 0);
}

export function agreeOnFailures(store: Store, run: string): void {
  const { causes, scripts } = foldFailures(store.reader(run));
  const rows = asked(store, run, 'FROM failed_designs', 'count(*)');
  expect(Object.fromEntries(rows.map(({ cause, designs }) => [cause, designs]))).toEqual(causes);
  const view = sessionView(store.reader(run));
  // Before a run is over, the session has not heard of all of them.
  if (view.phase === 'done') expect(view.failures).toEqual(causes);
  const each = asked(store, run, 'FROM failed_designs', 'message');
  expect(new Map(each.map(({ design, script }) => [design, script]))).toEqual(scripts);
}

/** Steps, stages, and what updates came to. */
export function agreeOnLearning(store: Store, run: string): void {
  const reader = store.reader(run);
  const view = sessionView(reader);
  const steps = ask(
    store,
    `SELECT step, stage, role, designer_reward, executor_reward, invalid * 1.0 / designs AS invalid
     FROM steps WHERE run = '${run}' ORDER BY seq`,
  );
  expect(steps.map((step) => ({ ...step, same: true }))).toEqual(foldSteps(view));
  expect(asked(store, run, 'FROM stages')).toEqual(
    foldStages(view).map((stage) => ({
      ...stage,
      designer_reward: round(stage.designer_reward),
      executor_reward: round(stage.executor_reward),
      invalid: round(stage.invalid),
    })),
  );
  const updates = ask(
    store,
    `SELECT step, role, updates, sequences, loss, entropy, kl, drift, clip_fraction, gradient_norm, ratio_error
     FROM updates WHERE run = '${run}' AND role IS NOT NULL ORDER BY seq`,
  );
  expect(updates).toEqual(foldUpdates(reader, view));
}

export function agreeOnSpending(store: Store, run: string): void {
  const rows = asked(store, run, 'FROM spending');
  expect(rows).toEqual(foldSpending(store.reader(run)));
  const { calls } = sessionView(store.reader(run));
  const spent = rows.reduce((sum, row) => sum + Number(row.calls), 0);
  if (store.run(run).status === 'done') expect(spent).toBe(calls);
}

/** Scores of executions and evaluations, as the trees and the summary have them. */
export function agreeOnScores(store: Store, run: string): void {
  const executions = `SELECT execution, family, shape, score, calls FROM executions WHERE run = '${run}' AND step GLOB 'step/*' AND NOT branch ORDER BY execution`;
  expect(ask(store, executions)).toEqual(foldExecutions(store.reader(run)));
  const { before, after } = sessionView(store.reader(run));
  for (const [moment, tally] of Object.entries({ before, after })) {
    const rows = asked(store, run, 'FROM evaluations').filter((row) => row.moment === moment);
    const scores = rows.map(({ family, score }) => [family, Math.round(Number(score) * 1e4) / 1e4]);
    expect(Object.fromEntries(scores)).toEqual(fractions(tally));
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
