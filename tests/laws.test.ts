import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Source {
  readonly path: string;
  readonly text: string;
  /** Paths of the project's own files that it imports. */
  readonly imports: readonly string[];
  /** Packages and Node modules that it imports. */
  readonly packages: readonly string[];
}

function sourcesOf(...folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => read(join(folder, name))),
  );
}

function read(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^'\s]+)'/g)].map(
    (match) => match[1] ?? '',
  );
  const own = specifiers.filter((name) => name.startsWith('.'));
  return {
    path,
    text,
    imports: own.map((name) => relative(ROOT, join(ROOT, dirname(path), name))),
    packages: specifiers.filter((name) => !name.startsWith('.')),
  };
}

const ALL = sourcesOf('store', 'machines', 'src', 'tools');

/** Floors of the house (docs/architecture.md); the longest matching prefix counts. */
const FLOORS: readonly (readonly [prefix: string, floor: number])[] = [
  ['store/', 0],
  ['src/core/', 0],
  ['src/onnx/', 0],
  ['machines/', 1],
  ['src/tasks/', 1],
  ['src/designs/', 1],
  ['src/policies/', 1],
  ['src/learning/', 2],
  ['src/credit/', 2],
  ['src/runtime/', 3],
  ['src/views/', 3],
  ['tools/', 4],
  ['src/tui/', 4],
  ['src/cli/', 5],
  ['src/index.ts', 5],
];

function floorOf(path: string): number {
  return FLOORS.find(([prefix]) => path.startsWith(prefix))?.[1] ?? Number.NaN;
}

describe('the laws of the house', () => {
  it('imports run downwards only', () => {
    const upwards = ALL.flatMap(({ path, imports }) =>
      imports.filter((target) => !(floorOf(target) <= floorOf(path))).map((target) => `${path} → ${target}`),
    );
    expect(upwards).toEqual([]);
  });

  it('machines import xstate and each other', () => {
    for (const { path, imports, packages } of sourcesOf('machines')) {
      expect([path, ...packages.filter((name) => name !== 'xstate')]).toEqual([path]);
      expect([path, ...imports.filter((name) => !name.startsWith('machines/'))]).toEqual([path]);
    }
  });

  it('xstate is touched by machines, one adapter, and the graph tools', () => {
    const touching = ALL.filter(({ packages }) => packages.some((name) => /^@?xstate/.test(name))).map(
      ({ path }) => path,
    );
    expect(touching.filter((path) => !/^(machines|tools\/graph)\//.test(path))).toEqual([
      'src/runtime/actor.ts',
    ]);
  });

  it('no clock and no randomness but the named streams, where a result could depend on them (law 3)', () => {
    const forbidden = /Math\.random|Date\.now|new Date\(|performance\.now|process\.hrtime|crypto\.random/;
    const found = ALL.filter(
      ({ path }) => !/^(src\/cli|tools\/bench|tools\/crash|tools\/ablation\/jobs)\//.test(path),
    ).flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter((line) => forbidden.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    // The sandbox takes both away from scripts, which is a mention and not a use.
    expect(found.filter((line) => !line.startsWith('src/tasks/quickjs-limits.ts'))).toEqual([]);
  });

  it('no module-level state: nothing is declared with let outside of functions and workers', () => {
    // The process's own entry, and the text of the prelude that scripts run behind, are not modules of ours.
    const exempt = /-worker\.ts$|^src\/cli\/main\.ts$|^src\/tasks\/quickjs-limits\.ts$/;
    const found = ALL.filter(({ path }) => !exempt.test(path)).flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter((line) => /^(export )?(let|var) /.test(line))
        .map((line) => `${path}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  it('files hold one concept: none is longer than 300 lines', () => {
    expect(ALL.filter(({ text }) => text.split('\n').length > 300).map(({ path }) => path)).toEqual([]);
  });
});
