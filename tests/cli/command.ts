import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The command under test. */
export const BIN = fileURLToPath(new URL('../../bin/troupe.cjs', import.meta.url));

/** What a command came to. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Place {
  /** The working directory; `troupe.db` in it is the store unless --store says otherwise. */
  readonly cwd: string;
  /** Options of Node itself, before the command. */
  readonly node?: readonly string[];
  readonly uid?: number;
}

/** Starts the real command in a process of its own, with no terminal. */
export function start(args: readonly string[], { cwd, node = [], uid }: Place, detached = false) {
  return spawn(process.execPath, [...node, BIN, ...args], {
    cwd,
    detached,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
}

/** Runs the real command to its end. */
export async function troupe(args: readonly string[], place: Place): Promise<Outcome> {
  return outcome(start(args, place));
}

/** Waits for the end of a command and collects what it says. */
export async function outcome(child: ReturnType<typeof start>): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await once(child, 'close');
  return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
}

/** Another user than root, to whom a read-only place is one; undefined if not root, null if there is no way. */
export function ordinaryUser(): number | null | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const nobody = 65534;
  const reaches = spawnSync(process.execPath, [BIN, '--version'], { uid: nobody, gid: nobody, cwd: '/' });
  return reaches.status === 0 ? nobody : null;
}

/** The names and contents of everything in a folder, to see whether anything was harmed. */
export function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return [name, 'a folder'];
      return [name, createHash('sha256').update(readFileSync(path)).digest('hex')];
    }),
  );
}

/** Lines of JSON, checked. */
export function jsonLines<T>(schema: z.ZodType<T>, text: string): T[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => schema.parse(JSON.parse(line)));
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const fractions = z.record(z.string(), z.number().min(0).max(1));

/** A run in a line, as scripts rely on it. */
export const summarySchema = z.object({
  run: z.string().regex(/^run-\d+$/),
  seed: z.number().int(),
  preset: z.string(),
  status: z.enum(['done', 'running', 'interrupted', 'forked']),
  fork: z
    .strictObject({ parent: z.string(), at: z.number(), stream: z.string(), version: z.number() })
    .optional(),
  step: z.number().int().min(0),
  steps: z.number().int().min(0),
  events: z.number().int().min(0),
  eventHash: hash,
  /** Empty until the first chunk of the cold start is learned. */
  weightsHash: hash.or(z.literal('')),
  heldOut: z.strictObject({ before: fractions, after: fractions }),
  policyCalls: z.number().int().min(0),
  seconds: z.number().min(0),
});
