import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readTrees } from '../../src/credit/tree.ts';
import { recordedCall } from '../../src/policies/recorded-call.ts';
import { resumeRun } from '../../src/runtime/run.ts';
import { sessionView } from '../../src/views/session-view.ts';
import { checkFile, checkRun } from '../../store/integrity.ts';
import { positionOf } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { KIT } from '../runtime/small-run.ts';
import { openStore, scratchDirectory } from './scratch.ts';

/** A store that Troupe wrote before format 2: `run-1` is over, `run-2` was stopped twice. */
function golden(mode: 'read' | 'write' = 'write'): Store {
  const file = join(scratchDirectory(), 'old.db');
  writeFileSync(file, gunzipSync(readFileSync(new URL('golden/format-1.db.gz', import.meta.url))));
  return openStore(file, mode);
}

describe('a store of format 1', () => {
  test.each(['read', 'write'] as const)('opened to %s keeps its events, heads and chains', (mode) => {
    const store = golden(mode);
    expect(checkFile(store)).toEqual([]);
    expect(['run-1', 'run-2'].map((run) => checkRun(store, run))).toEqual([
      { events: 98, problems: [] },
      { events: 51, problems: [] },
    ]);
    // As they were recorded by the code of that time.
    expect(['run-1', 'run-2'].map((run) => store.reader(run).eventHash())).toEqual([
      '2b675a9173b7212c0451ba520e181116c7d750cf01cf65c909d2bee0dd9efd98',
      'b92e2ec4c5c5197da98a1d0d991ee78e706419fa9bb825f3b499be5299904253',
    ]);
  });

  test('gives its calls in the form of today', () => {
    const store = golden();
    const calls = [...store.reader('run-1').events()].filter(({ type }) => type === 'called');
    expect(calls.length).toBeGreaterThan(10);
    for (const event of calls) {
      const raw = store.connection.db
        .prepare<[number], { data: string }>('SELECT data FROM events WHERE position = ?')
        .get(positionOf(1, event.seq));
      const old = JSON.parse(raw?.data ?? '');
      const ids = (text: string) => {
        const bytes = Buffer.from(text, 'base64');
        return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16LE(2 * index));
      };
      const logProbs = Buffer.from(old.logProbs, 'base64');
      expect(recordedCall(event)).toEqual({
        key: old.key,
        text: old.text,
        finish: old.finish,
        asksTool: old.asksTool,
        version: old.version,
        promptTokens: ids(old.promptTokens),
        tokens: ids(old.tokens),
        logProbs: ids(old.tokens).map((_, index) => logProbs.readFloatLE(4 * index)),
      });
    }
  });

  test('is folded, credited and listed like any other', () => {
    const reader = golden().reader('run-1');
    expect(sessionView(reader)).toMatchObject({ phase: 'done', step: 2 });
    expect(readTrees(reader.readPrefix('step/0000')).length).toBe(2);
  });

  test('whose row was altered is still found out', () => {
    const store = golden();
    store.connection.db.exec(`UPDATE events SET time = time + 1 WHERE position & 4294967295 = 7`);
    expect(checkRun(store, 'run-1').problems).toMatchObject([
      { seq: 7, problem: 'the event was altered or moved' },
    ]);
  });

  test('can be gone on with, in the form of today', async () => {
    const store = golden();
    const done = await resumeRun(store, 'run-2', {
      kit: KIT,
      hardware: { samplers: 1 },
      codeVersion: 'format 2',
    }).finished;
    expect(done).toBe('done');
    expect(checkRun(store, 'run-2').problems).toEqual([]);
    expect(sessionView(store.reader('run-2')).phase).toBe('done');
    const forms = store.connection.db
      .prepare<[], { kind: string; count: number }>(
        `SELECT json_type(data, '$.tokens') AS kind, count(*) AS count FROM events WHERE type = 'called' GROUP BY kind`,
      )
      .all();
    expect(forms.map(({ kind }) => kind).sort()).toEqual(['integer', 'text']);
    expect(store.attempts('run-2').map(({ codeVersion }) => codeVersion)).toEqual(['', '', 'format 2']);
  });
});
