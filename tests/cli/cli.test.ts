import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { badInput } from './bad-input.cases.ts';
import { executing } from './executing.cases.ts';
import { reading } from './reading.cases.ts';
import { recordRuns } from './stored-runs.ts';
import { storing } from './storing.cases.ts';

// The real command in processes of its own, over one store with two runs.

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'troupe-cli-'));
  chmodSync(folder, 0o755);
  await recordRuns(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

badInput(() => folder);
reading(() => folder);
storing(() => folder);
executing(() => folder);
