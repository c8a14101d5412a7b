import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultKit } from '../../src/runtime/kit.ts';
import { presets } from '../../src/runtime/presets.ts';
import { startRun } from '../../src/runtime/run.ts';
import type { Store } from '../../store/store.ts';
import { ask, storePage } from '../../tools/store-page.ts';
import { runOptions, scratch, smallConfig } from '../runtime/small-run.ts';
import {
  agreeOnCredits,
  agreeOnFailures,
  agreeOnLearning,
  agreeOnScores,
  agreeOnSpending,
  asked,
} from './store-agreement.ts';
import { documented, present, section } from './store-page.ts';

const directory = scratch();
/** A small run with the schedule and the policies of the preset that the page's run has. */
let store: Store;
/** Written by Troupe before format 2: stagewise, with shared weights. */
let old: Store;

beforeAll(async () => {
  store = directory.open('small.db');
  const { policies, stage } = presets.quick;
  const config = smallConfig({ policies, stage });
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

/** A printed table, its rows as objects. */
function printed(...parts: readonly string[]): { readonly [column: string]: string }[] {
  const [headings = [], ...rows] = section(...parts).printed ?? [];
  return rows.map((row) =>
    Object.fromEntries(headings.map((heading, column) => [heading, row[column] ?? ''])),
  );
}

describe('docs/store.md', () => {
  it('has a dozen queries, and each finds something in a small run, in the columns that are printed', () => {
    const sections = storePage();
    expect(sections.length).toBeGreaterThanOrEqual(11);
    for (const { query, printed } of sections) {
      const rows = ask(store, query);
      expect(rows.length, query).toBeGreaterThan(0);
      if (printed !== null) expect(printed[0], query).toEqual(Object.keys(rows[0] ?? {}));
    }
    expect(sections.filter((each) => each.printed !== null).length).toBeGreaterThanOrEqual(10);
  });

  it('prints results of the schedule, the policies and the families of the preset that it names', () => {
    const page = readFileSync(new URL('../../docs/store.md', import.meta.url), 'utf8');
    const [, preset = '', steps = ''] =
      /`npx troupe train --preset (\w+) --steps (\d+) --seed 3`/.exec(page) ?? [];
    expect(preset).toBe('quick');
    const stages = printed('FROM stages');
    expect(stages.map(({ stage, role, steps: count }) => [stage, role, count])).toEqual([
      ['1', 'both roles', steps],
    ]);
    const families = defaultKit().families.map(({ name }) => name);
    const spending = printed('FROM spending');
    expect(spending.map(({ family, role }) => `${family} ${role}`).sort()).toEqual(
      families.flatMap((family) => [`${family} designer`, `${family} executor`]).sort(),
    );
    // The names of blobs tell who has a model of their own; numbers of chunks and steps differ.
    const kinds = (names: readonly unknown[]) =>
      new Set(names.map((name) => String(name).replaceAll(/\d+/g, 'N')));
    expect(kinds(printed('FROM blob_refs').map(({ name }) => name))).toEqual(
      kinds(ask(store, section('FROM blob_refs').query).map(({ name }) => name)),
    );
  });

  it.each(['new', 'upgraded'])('lists all columns of all tables and views of a %s store', (which) => {
    const found = present(which === 'new' ? store : old);
    expect([...documented.keys()].sort()).toEqual([...found.keys()].sort());
    for (const [name, columns] of documented)
      expect([...columns].sort()).toEqual([...(found.get(name) ?? [])].sort());
  });

  it('finds the calls that moved weights, with their advantages', () => {
    for (const each of stores()) agreeOnCredits(...each);
    expect(asked(store, 'run-1', 'FROM credits').length).toBeGreaterThan(0);
  });

  it('counts failed designs by cause', () => {
    for (const each of stores()) agreeOnFailures(...each);
    expect(asked(old, 'run-1', 'FROM failed_designs', 'count(*)')).toContainEqual(
      expect.objectContaining({ cause: 'unfinished', designs: 2 }),
    );
  });

  it('gives the reward per role and stage, and what updates came to', () => {
    for (const each of stores()) agreeOnLearning(...each);
    expect(asked(store, 'run-1', 'FROM stages')).toMatchObject([{ stage: 1, role: 'both roles', steps: 3 }]);
  });

  it('adds up calls and tokens per family', () => {
    for (const each of stores()) agreeOnSpending(...each);
  });

  it('gives scores of executions and evaluations as the trees and the summary have them', () => {
    for (const each of stores()) agreeOnScores(...each);
  });
});
