import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, it } from 'vitest';
import { z } from 'zod';
import { Store } from '../../store/store.ts';
import { jsonLines, summarySchema, troupe } from './command.ts';
import { scratchCopy } from './stored-runs.ts';

const verdictSchema = z.strictObject({
  run: z.literal('run-2'),
  events: z.number().int().positive(),
  calls: z.number().int().min(0),
  mode: z.enum(['exact', 'tolerance']),
  tally: z.strictObject({ compared: z.number(), earlier: z.number(), taken: z.number() }),
  rollouts: z.strictObject({ executed: z.number(), all: z.number() }),
  coldStart: z.boolean(),
  limits: z.looseObject({ logProb: z.number() }).nullable(),
  differences: z.looseObject({ logProb: z.number() }).nullable(),
  code: z.strictObject({ recorded: z.string(), now: z.string() }),
  identical: z.boolean(),
  divergence: z
    .looseObject({ seq: z.number(), stream: z.string(), version: z.number(), foundBy: z.string() })
    .nullable(),
});

/** Commands that execute a run: again, or further. */
export function executing(recorded: () => string): void {
  describe.concurrent('verify', () => {
    it('finds an honest run identical', async ({ expect }) => {
      const { code, stdout } = await troupe(['verify', '--json'], { cwd: recorded() });
      const verdict = jsonLines(verdictSchema, stdout).at(-1);
      expect(verdict).toMatchObject({ identical: true, divergence: null, mode: 'exact', differences: null });
      expect(verdict?.tally.compared).toBe(verdict?.events);
      expect(verdict?.calls).toBeGreaterThan(0);
      expect(code).toBe(0);
    });

    it('executes a sample within a range, and scores recorded tokens within a tolerance', async ({
      expect,
    }) => {
      const part = ['verify', '--to', '60', '--sample', '50%'];
      const sampled = await troupe(part, { cwd: recorded() });
      expect(sampled.stdout).toMatch(
        /\d+ of \d+ events identical, byte for byte.*; nothing after event 60 was looked at\./,
      );
      const scored = await troupe(['verify', '--tolerance', '1e-3', '--json'], { cwd: recorded() });
      const verdict = jsonLines(verdictSchema, scored.stdout).at(-1);
      expect(verdict).toMatchObject({ identical: true, mode: 'tolerance' });
      expect(verdict?.differences?.logProb).toBeLessThan(1e-4);
      expect([sampled.code, scored.code]).toEqual([0, 0]);
    });

    it('names an event of which one byte was altered', async ({ expect, ...test }) => {
      const cwd = scratchCopy(test, recorded());
      const { seq, stream } = alterOneByte(join(cwd, 'troupe.db'));
      const asJson = await troupe(['verify', '--json'], { cwd });
      expect(jsonLines(verdictSchema, asJson.stdout).at(-1)).toMatchObject({
        identical: false,
        divergence: { seq, stream, foundBy: 'hashes' },
      });
      const asText = await troupe(['verify'], { cwd });
      expect(asText.stdout).toContain(`run-2: diverges at event ${seq} (${stream}@`);
      expect([asJson.code, asText.code]).toEqual([1, 1]);
    });
  });

  describe.concurrent('replay --policy', () => {
    it('plays recorded rollouts again, and puts both rewards side by side', async ({ expect }) => {
      const place = ['run-2/step/0000', '--policy', 'cold-start'];
      const asJson = await troupe(['replay', ...place, '--json'], { cwd: recorded() });
      const again = z
        .object({
          run: z.literal('run-2'),
          rollouts: z.array(z.object({ recorded: z.json(), again: z.json() })),
        })
        .parse(JSON.parse(asJson.stdout));
      expect(again.rollouts).toHaveLength(8);
      for (const rollout of again.rollouts) expect(rollout.again).toEqual(rollout.recorded);
      const asText = await troupe(['replay', ...place], { cwd: recorded() });
      expect(asText.stdout).toMatch(
        /played again .* by designer cold-start\/02 .* and executor cold-start\/02/,
      );
      expect(asText.stdout).toMatch(/change \+0\.000, every reward the same; it cost \d+ policy calls/);
      expect([asJson.code, asText.code]).toEqual([0, 0]);
    });
  });

  describe.concurrent('fork', () => {
    it('says whose child it is and where; it is not the latest run until it has run', async ({
      expect,
      ...test
    }) => {
      const cwd = scratchCopy(test, recorded());
      const read = async (...args: string[]) => (await troupe(args, { cwd })).stdout;
      const made = await read('fork', 'run-2', '--at', 'session@5', '--fresh', '--no-run');
      const at = Number(/at event (\d+);/.exec(made)?.[1]);
      expect(made).toContain('"troupe train --resume run-3" goes on with it');
      const origin = `fork of run-2 at ${at} (session@5)`;
      const lines = (await read('runs')).trimEnd().split('\n');
      expect(lines[0]).toMatch(/ origin$/);
      expect(lines[3]).toMatch(new RegExp(`^run-3 +quick +1 +forked( +–){6} +fork of run-2 at ${at} `));
      expect(lines[3]).toContain(origin);
      expect(lines[2]).not.toContain('fork of');
      const third = jsonLines(summarySchema, await read('runs', '--json'))[2];
      expect(third).toMatchObject({
        status: 'forked',
        fork: { parent: 'run-2', at, stream: 'session', version: 5 },
      });
      expect(await read('show')).toMatch(/^run-2 /);
      const shown = await read('show', 'run-3');
      expect(shown).toMatch(/^run-3 {2}preset quick, seed 1, forked and not run yet/);
      expect(shown).toContain(origin);
      expect(await read('diff', 'run-2', 'run-3')).toMatch(
        new RegExp(`^run-3 is a fork of run-2 at ${at} \\(session@5\\)\\.\nAll settings are the same\\.\n`),
      );
    });
  });

  describe.concurrent('diff', () => {
    it('names the settings that differ, one to a line', async ({ expect, ...test }) => {
      const cwd = scratchCopy(test, recorded());
      const store = Store.open(join(cwd, 'troupe.db'), { mode: 'write', clock: Date.now });
      const { config } = store.run('run-2');
      const learning = { ...z.record(z.string(), z.json()).parse(config.learning), executorRate: 1e-3 };
      const changed = { ...config, seed: 2, learning, families: ['code', 'memo'] };
      store.createRun({ config: changed, codeVersion: 'test' });
      store.close();
      const { stdout, code } = await troupe(['diff', 'run-2', 'run-3'], { cwd });
      const lines = stdout.slice(0, stdout.indexOf('\n\n')).split('\n');
      expect(lines[0]).toBe('Settings that differ:');
      expect(lines.slice(1).sort()).toEqual([
        '  families               – → ["code","memo"]',
        '  learning.executorRate  0.0004 → 0.001',
        '  seed                   1 → 2',
      ]);
      expect(code).toBe(1);
      const json = await troupe(['diff', 'run-2', 'run-3', '--json'], { cwd });
      const { settings } = z
        .looseObject({ settings: z.array(z.strictObject({ path: z.string(), a: z.json(), b: z.json() })) })
        .parse(JSON.parse(json.stdout));
      expect(settings).toContainEqual({ path: 'learning.executorRate', a: 4e-4, b: 1e-3 });
      expect(settings).toHaveLength(3);
    });
  });

  describe.concurrent('train --resume', () => {
    it('goes on to the same hashes as the undisturbed run', async ({ expect, ...test }) => {
      const cwd = scratchCopy(test, recorded());
      const resumed = await troupe(['train', '--resume', 'run-1', '--json'], { cwd });
      expect(resumed).toMatchObject({ code: 0, stderr: '' });
      const last = z.json().parse(JSON.parse(resumed.stdout.trimEnd().split('\n').at(-1) ?? ''));
      const { stdout } = await troupe(['runs', '--json'], { cwd });
      const [first, second] = jsonLines(summarySchema, stdout);
      expect(last).toMatchObject({ type: 'summary', ...first });
      expect(first?.status).toBe('done');
      expect(first?.eventHash).toBe(second?.eventHash);
      expect(first?.weightsHash).toBe(second?.weightsHash);
    });
  });
}

/** Changes the score of the first verdict of run-2, from one digit to another; returns where. */
function alterOneByte(file: string): { seq: number; stream: string } {
  const db = new Database(file);
  try {
    const row = z
      .object({ seq: z.number(), stream: z.string(), data: z.string() })
      .parse(db.prepare(`SELECT seq, stream, data FROM log WHERE run = 'run-2' AND type = 'verified'`).get());
    const altered = row.data.replace(/"score":(\d)/, (_, digit) => `"score":${digit === '0' ? 1 : 0}`);
    db.prepare('UPDATE events SET data = ? WHERE position = ?').run(altered, 2 * 2 ** 32 + row.seq);
    return row;
  } finally {
    db.close();
  }
}
