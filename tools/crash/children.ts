import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { must } from '../../src/core/errors.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND = new URL('../../bin/troupe.cjs', import.meta.url);
const TRAINING = new URL('./crash-worker.ts', import.meta.url);

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** All that it wrote on standard error. */
  readonly said: string;
}

/** How a training process ended, and what it had announced by then. */
export interface TrainingEnded extends Ended {
  readonly announced: number;
  /** The type of the last event announced. */
  readonly after: string;
}

/** Starts the real command in a process of its own. */
export function startTroupe(...words: readonly string[]): ChildProcess {
  return startNode(COMMAND, ...words);
}

/** Starts a program of this repository. */
export function startNode(program: URL, ...words: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', fileURLToPath(program), ...words], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Starts to train the store's latest run, announcing every event. */
export function startTraining(file: string): ChildProcess {
  return startNode(TRAINING, file);
}

/** Waits for the end of a process; `hear` is told each line of its output. */
export async function ended(child: ChildProcess, hear: (line: string) => void = () => {}): Promise<Ended> {
  const closed = once(child, 'close');
  let said = '';
  must(child.stderr, 'standard error')
    .setEncoding('utf8')
    .on('data', (text: string) => {
      said += text;
    });
  createInterface({ input: must(child.stdout, 'standard output') }).on('line', hear);
  await closed;
  return { code: child.exitCode, signal: child.signalCode, said: said.trim() };
}

/** Waits for the end of a training process; `hear` is told of each event that it announces. */
export async function trainingEnded(
  child: ChildProcess,
  hear: (seq: number, type: string) => void = () => {},
): Promise<TrainingEnded> {
  let announced = 0;
  let after = '(nothing)';
  const end = await ended(child, (line) => {
    const [, seq, type] = /^(\d+) (\S+)$/.exec(line) ?? [];
    if (seq === undefined || type === undefined) return;
    announced = Number(seq);
    after = type;
    hear(announced, after);
  });
  return { ...end, announced, after };
}

/** Whether a process ended as a failure of the disk must end it: one sentence for people, and the code for it. */
export function isClearEnd({ code, said }: Ended): boolean {
  return code === 2 && /^troupe: [^\n]+\.$/.test(said);
}
