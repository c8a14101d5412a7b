import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLibrary } from '../../../src/designs/library.ts';
import { extractScript } from '../../../src/designs/python/extract.ts';
import { PythonJail } from '../../../src/designs/python/jail.ts';
import { type PythonReading, readPython } from '../../../src/designs/python/read.ts';
import { parseSpec } from '../../../src/designs/spec.ts';

const FOLDER = fileURLToPath(new URL('../published/', import.meta.url));
const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.txt'))
  .map((name) => name.slice(0, -'.txt'.length))
  .sort();

interface Outcome {
  readonly dialect: string | null | undefined;
  readonly line: number | undefined;
  readonly reading: PythonReading | undefined;
}

const jail = new PythonJail({ parallel: 3 });
const outcomes = new Map<string, Outcome>();

beforeAll(async () => {
  await Promise.all(
    names.map(async (name) => {
      const found = extractScript(readFileSync(`${FOLDER}${name}.txt`, 'utf8'));
      const reading = found === null ? undefined : await readPython(found.script, jail);
      outcomes.set(name, { dialect: found?.dialect, line: found?.line, reading });
    }),
  );
});
afterAll(() => jail.close());

describe('scripts in the published dialect', () => {
  it('are many', () => expect(names.length).toBeGreaterThanOrEqual(25));

  it.each(names)('%s is read as its golden file says', (name) => {
    expect(outcomes.get(name)).toEqual(JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')));
  });

  it.each(names)('%s is a spec of the library', (name) => {
    const reading = outcomes.get(name)?.reading;
    const root = reading?.ok ? reading.root : null;
    const parsed = parseSpec({ mas: 1, root }, defaultLibrary());
    expect(parsed.ok ? [] : parsed.issues).toEqual([]);
  });
});
