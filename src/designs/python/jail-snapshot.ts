import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InvariantError } from '../../core/errors.ts';
import { JAIL_LIMITS } from './jail-limits.ts';
import { type JailPaths, startJail } from './jail-process.ts';

/** What scripts are likely to import; loading it once, in the snapshot, is quicker. */
const PROGRAM = `
import sys
sys.path.insert(0, '/lib/shim')
import abc, ast, asyncio, builtins, collections, contextlib, copy, dataclasses, datetime, enum, functools
import itertools, json, logging, math, os, random, re, string, subprocess, textwrap, time, traceback, typing
import unicodedata, fractions, decimal, statistics, io, tempfile
import driver
sys.path.remove('/lib/shim')
__evaluate = driver.evaluate
`;

/**
 * The interpreter's memory after our own Python was loaded: a child starts from it in a tenth of the time.
 * It is made once and kept beside the packages, or in the system's folder for temporary files where those
 * cannot be written; its name holds a hash of all that it was made from. Returns the file's path.
 */
export async function snapshotFile(paths: JailPaths): Promise<string> {
  const files = shimFiles(paths.shim);
  const name = `troupe-python-${keyOf(paths, files)}.snapshot`;
  const folders = [join(dirname(paths.pyodide), '.cache'), tmpdir()].map((each) => join(each, 'troupe'));
  const found = folders.map((folder) => join(folder, name)).find(isOurs);
  if (found !== undefined) return found;
  const bytes = await make(paths, files);
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true });
      const path = join(folder, name);
      // Written beside and moved, so that no other process ever reads half of one.
      writeFileSync(`${path}.${process.pid}`, bytes, { mode: 0o600 });
      renameSync(`${path}.${process.pid}`, path);
      return path;
    } catch {
      // The next folder may be writable.
    }
  }
  throw new InvariantError(`no folder to keep the Python snapshot in: ${folders.join(', ')}`);
}

/** Whether there is such a file and nobody else put it there, as another user of the machine could. */
function isOurs(path: string): boolean {
  const owner = statSync(path, { throwIfNoEntry: false })?.uid;
  return owner !== undefined && (process.getuid === undefined || owner === process.getuid());
}

function shimFiles(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.py'));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function keyOf(paths: JailPaths, files: Record<string, string>): string {
  const hash = createHash('sha256');
  hash.update(readFileSync(join(paths.pyodide, 'package.json')));
  hash.update(readFileSync(paths.child));
  hash.update(JSON.stringify([paths.node, process.arch, PROGRAM, files]));
  return hash.digest('hex').slice(0, 24);
}

function make(paths: JailPaths, files: Record<string, string>): Promise<Buffer> {
  const child = startJail(paths, 'make', JAIL_LIMITS.startWithin);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    child.stdout?.on('data', (part: Buffer) => parts.push(part));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 && parts.length > 0) resolve(Buffer.concat(parts));
      else reject(new InvariantError(`the Python interpreter does not start (exit code ${code})`));
    });
    child.stdin?.end(`${JSON.stringify({ files, program: PROGRAM })}\n`);
  });
}
