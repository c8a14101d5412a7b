import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../core/hash.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The folders whose code a run's events depend on. */
const FOLDERS = [
  'machines',
  'store',
  'src/core',
  'src/onnx',
  'src/tasks',
  'src/designs',
  'src/policies',
].concat(['src/learning', 'src/credit', 'src/runtime']);

/** Version of the code that records a run: the package's, and a hash of its sources. */
export function codeVersion(): string {
  return `0.1.0+${hashOfSources(FOLDERS)}`;
}

/** Name and version of the fold that snapshots hold states of. */
export function viewVersion(): string {
  return `run-view+${hashOfSources(['machines', 'src/views'])}`;
}

function hashOfSources(folders: readonly string[]): string {
  const files = folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|mjs|py)$/.test(name))
        .map((name) => join(folder, name)),
    )
    .sort();
  const hashes = files.map((file) => `${file} ${sha256(readFileSync(join(ROOT, file)))}`);
  return sha256(hashes.join('\n')).slice(0, 12);
}
