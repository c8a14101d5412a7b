import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, it } from 'vitest';
import { z } from 'zod';
import { contents, jsonLines, troupe } from './command.ts';
import { scratchCopy } from './stored-runs.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const amount = z.strictObject({ count: z.number(), bytes: z.number() });

/** What scripts rely on. */
const checkSchema = z.strictObject({
  ok: z.boolean(),
  runs: z.number(),
  events: z.number(),
  problems: z.array(z.looseObject({ problem: z.string(), run: z.string().optional() })),
});
const exportedSchema = z.strictObject({
  run: z.string(),
  file: z.string(),
  events: z.number(),
  eventHash: hash,
  bytes: z.number(),
});
const importedSchema = z.strictObject({
  run: z.string(),
  from: z.string(),
  events: z.number(),
  eventHash: hash,
  added: z.boolean(),
  file: z.string(),
  ok: z.boolean(),
});
const statisticsSchema = z.looseObject({
  fileBytes: z.number(),
  runs: z.array(z.looseObject({ blobs: z.record(z.string(), amount), bytesPerToken: z.number() })),
});

/** The commands that look after a store. */
export function storing(recorded: () => string): void {
  describe.concurrent('store', () => {
    it('check: 0 and a line, or 1 and the problems', async ({ expect, ...test }) => {
      const cwd = scratchCopy(test, recorded());
      const good = await troupe(['store', 'check', '--json'], { cwd });
      expect(good).toMatchObject({ code: 0, stderr: '' });
      expect(jsonLines(checkSchema, good.stdout)).toMatchObject([{ ok: true, runs: 2, problems: [] }]);
      const db = new Database(join(cwd, 'troupe.db'));
      db.exec(`UPDATE events SET time = 1 WHERE position = (2 << 32) + 7`);
      db.close();
      const bad = await troupe(['store', 'check', '--json'], { cwd });
      expect(bad).toMatchObject({ code: 1, stderr: '' });
      expect(jsonLines(checkSchema, bad.stdout)).toMatchObject([{ ok: false, problems: [{ run: 'run-2' }] }]);
      const text = await troupe(['store', 'check'], { cwd });
      expect(text).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/2 runs, \d+ events, .*\n {2}run-2, event \d+, /),
      });
    });

    it('stats: sizes, as a table or in JSON', async ({ expect }) => {
      const cwd = recorded();
      const [text, json] = await Promise.all([
        troupe(['store', 'stats'], { cwd }),
        troupe(['store', 'stats', '--json'], { cwd }),
      ]);
      expect(text).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringMatching(/^run-2 .* weights .* [kM]B/m),
      });
      expect(jsonLines(statisticsSchema, json.stdout)[0]?.runs.length).toBe(2);
    });

    it('compact: says what would go, and takes it away', async ({ expect, ...test }) => {
      const cwd = scratchCopy(test, recorded());
      const before = contents(cwd);
      const dry = await troupe(['store', 'compact', '--dry-run'], { cwd });
      expect(dry).toMatchObject({
        code: 0,
        stderr: '',
        stdout: expect.stringMatching(/would become free; nothing was changed\.\n$/),
      });
      expect(contents(cwd)).toEqual(before);
      const real = await troupe(['store', 'compact', 'run-2', '--json'], { cwd });
      const summary = z.looseObject({
        dryRun: z.literal(false),
        removed: z.array(z.looseObject({ run: z.string() })),
      });
      expect(jsonLines(summary, real.stdout).length).toBe(1);
      expect(await troupe(['store', 'check'], { cwd })).toMatchObject({ code: 0 });
    });

    it('export and import: the run is there, once, and is the same', async ({ expect, ...test }) => {
      const cwd = scratchCopy(test, recorded());
      const out = await troupe(['store', 'export', 'run-2', 'two.db', '--json'], { cwd });
      expect(out).toMatchObject({ code: 0, stderr: '' });
      const [exported] = jsonLines(exportedSchema, out.stdout);
      rmSync(join(cwd, 'troupe.db'));
      const first = await troupe(['store', 'import', 'two.db', '--json'], { cwd });
      expect(jsonLines(importedSchema, first.stdout)).toMatchObject([
        {
          run: 'run-1',
          from: 'run-2',
          events: exported?.events,
          eventHash: exported?.eventHash,
          added: true,
          ok: true,
        },
      ]);
      const second = await troupe(['store', 'import', 'two.db'], { cwd });
      expect(second).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^run-1: run-2 of two\.db is here already/),
      });
    });

    it('import: a damaged file makes no store', async ({ expect, ...test }) => {
      const cwd = scratchCopy(test);
      copyFileSync(join(recorded(), 'troupe.db'), join(cwd, 'bad.db'));
      const db = new Database(join(cwd, 'bad.db'));
      db.pragma('foreign_keys = OFF');
      db.exec('DELETE FROM blobs');
      db.close();
      const refused = await troupe(['store', 'import', 'bad.db'], { cwd });
      expect(refused).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^troupe: bad\.db is not as it was written \(.*\n$/),
      });
      expect(existsSync(join(cwd, 'troupe.db'))).toBe(false);
    });
  });
}
