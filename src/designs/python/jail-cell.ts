import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { InvariantError } from '../../core/errors.ts';
import { JAIL_LIMITS } from './jail-limits.ts';
import type { JailEnd, JailRequest } from './jail-protocol.ts';

const READY = 'ready\n';

/**
 * One child process for one evaluation. It gets ready by itself, answers one request, and is gone. While
 * nothing is asked of it, it does not keep our own process alive, and it ends when we do.
 */
export class JailCell {
  readonly #child: ChildProcess;
  readonly #killAfter: number;
  #parts: Buffer[] = [];
  #size = 0;
  #isReady = false;
  #ended: JailEnd | undefined;
  #timer: NodeJS.Timeout;
  #onReady: (() => void)[] = [];
  #onEnd: ((end: JailEnd) => void)[] = [];

  constructor(child: ChildProcess, killAfter: number) {
    this.#child = child;
    this.#killAfter = killAfter;
    child.stdout?.on('data', (part: Buffer) => this.#receive(part));
    child.stdin?.on('error', () => {});
    child.on('error', (error) => this.#end({ kind: 'crash', message: error.message }));
    child.on('close', (code, signal) => this.#closed(code, signal));
    this.#timer = setTimeout(
      () => this.#end({ kind: 'crash', message: 'did not start in time' }),
      JAIL_LIMITS.startWithin,
    );
    this.#hold(false);
  }

  /** Whether it can still be asked. */
  get usable(): boolean {
    return this.#ended === undefined;
  }

  /** Resolves when it can be asked, or has ended. Until then it keeps our process alive. */
  async ready(): Promise<void> {
    this.#hold(true);
    await new Promise<void>((resolve) => {
      if (this.#isReady || this.#ended !== undefined) resolve();
      else this.#onReady.push(resolve);
    });
    this.#hold(false);
  }

  /** Asks; resolves once, whatever happens to the child. Rejects if the child never got ready. */
  async ask(request: JailRequest): Promise<JailEnd> {
    await this.ready();
    this.#hold(true);
    if (!this.#isReady) throw new InvariantError(`the Python jail ${why(this.#ended)}`);
    const text = `${JSON.stringify(request)}\n`;
    return new Promise((resolve) => {
      if (this.#ended !== undefined) {
        resolve(this.#ended);
        return;
      }
      this.#onEnd.push(resolve);
      const message = `was stopped by the clock after ${this.#killAfter} ms`;
      this.#timer = setTimeout(() => this.#end({ kind: 'killed', message }), this.#killAfter);
      this.#child.stdin?.write(text);
    });
  }

  kill(): void {
    this.#end({ kind: 'crash', message: 'was closed' });
  }

  #receive(part: Buffer): void {
    if (this.#ended !== undefined) return;
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#size > JAIL_LIMITS.reply) {
      this.#end({ kind: 'crash', message: 'answers too much' });
      return;
    }
    if (this.#isReady) return;
    const text = Buffer.concat(this.#parts).toString();
    if (!text.startsWith(READY)) return;
    this.#isReady = true;
    this.#parts = [];
    clearTimeout(this.#timer);
    for (const resolve of this.#onReady.splice(0)) resolve();
  }

  #closed(code: number | null, signal: string | null): void {
    const text = Buffer.concat(this.#parts).toString();
    if (this.#isReady && code === 0 && text.endsWith('\n')) {
      this.#end({ kind: 'reply', text });
      return;
    }
    // The kernel's CPU limit is a clock as well.
    if (signal === 'SIGXCPU') {
      this.#end({ kind: 'killed', message: 'was stopped by the CPU limit' });
      return;
    }
    this.#end({ kind: 'crash', message: `ended with ${signal ?? `exit code ${code}`}` });
  }

  #end(end: JailEnd): void {
    if (this.#ended !== undefined) return;
    this.#ended = end;
    this.#parts = [];
    clearTimeout(this.#timer);
    this.#child.kill('SIGKILL');
    for (const resolve of this.#onReady.splice(0)) resolve();
    for (const resolve of this.#onEnd.splice(0)) resolve(end);
  }

  /** Whether the child, its pipes and its timer keep our process alive. */
  #hold(held: boolean): void {
    const change = held ? 'ref' : 'unref';
    this.#child[change]();
    this.#timer[change]();
    for (const pipe of [this.#child.stdin, this.#child.stdout]) (pipe as Socket | null)?.[change]?.();
  }
}

function why(end: JailEnd | undefined): string {
  return end === undefined || end.kind === 'reply' ? 'ended' : end.message;
}
