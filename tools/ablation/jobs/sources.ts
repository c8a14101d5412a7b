import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../../src/core/hash.ts';
import { equals, readRecords, type Sources } from '../same/record.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What the weights of a cold start depend on. */
const COLD_START = [
  'src/core',
  'src/onnx',
  'src/tasks',
  'src/designs',
  'src/policies',
  'src/learning',
  'src/runtime/effects/imitating.ts',
  'src/runtime/corpus.ts',
  'src/runtime/kit.ts',
  'src/runtime/models.ts',
];

/**
 * What outcomes depend on. Not the store: it keeps events and decides nothing, and a change of it that altered a result
 * would be a defect that its own tests find. Not commands, screens and views, which only look on; nor verification; nor presets, as results hang on the configuration itself.
 */
const ALL = [...COLD_START, 'machines', 'src/credit', 'src/runtime', 'tools/ablation/play'];
const NOT = /^src\/runtime\/(verify\/|verify\.ts$|presets\.ts$)/;

/** Where it is written down which sources were seen to come to the same (`troupe bench same`). */
export const SAME_FILE = join(ROOT, 'docs/results/same-outcomes.json');

/**
 * The sources at hand, last, and before them older ones that were seen to come to the same: the hashes of the first are in
 * the keys of results.
 */
export function equalSources(): Sources[] {
  return equals(ownSources(), readRecords(SAME_FILE));
}

/** The hashes of the sources as they are. */
export function ownSources(): Sources {
  return { coldStart: hashOf(COLD_START), all: hashOf(ALL) };
}

function hashOf(places: readonly string[]): string {
  const files = new Set(places.flatMap(filesIn).filter((file) => !NOT.test(file)));
  return sha256(
    [...files]
      .sort()
      .map((file) => `${file} ${sha256(readFileSync(join(ROOT, file)))}`)
      .join('\n'),
  );
}

function filesIn(place: string): string[] {
  if (statSync(join(ROOT, place)).isFile()) return [place];
  return readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs|py)$/.test(name))
    .map((name) => join(place, name));
}
