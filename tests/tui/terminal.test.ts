import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startRun } from '../../src/runtime/run.ts';
import { runOptions, scratch, smallConfig } from '../runtime/small-run.ts';

const TROUPE = fileURLToPath(new URL('../../bin/troupe.cjs', import.meta.url));
const hasTmux = spawnSync('tmux', ['-V']).status === 0;
if (!hasTmux) console.warn('tmux is not installed: the screens are not tried in a real terminal');

/** A terminal of 80 × 24 with a plain shell, on a tmux server of its own. */
class Terminal {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '80', '-y', '24', 'env PS1="shell> " sh');
  }

  screen(): string {
    return this.#tmux('capture-pane', '-p');
  }

  /** The screen with the escape sequences that its colours take. */
  coloured(): string {
    return this.#tmux('capture-pane', '-p', '-e');
  }

  keys(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  /** Whether a program has the alternate screen. */
  get alternate(): boolean {
    return this.#tmux('display-message', '-p', '#{alternate_on}').trim() === '1';
  }

  close(): void {
    this.#tmux('kill-server');
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
    });
  }
}

describe.skipIf(!hasTmux)('troupe replay in a terminal', () => {
  const directory = scratch();
  const terminals: Terminal[] = [];
  let events = 0;

  beforeAll(async () => {
    const store = directory.open('run.db');
    expect(await startRun(store, smallConfig({ steps: 1 }), runOptions()).finished).toBe('done');
    events = store.reader('latest').count();
    store.close();
  });
  afterAll(() => {
    for (const terminal of terminals) terminal.close();
    directory.remove();
  });

  it('shows a stored run, hears keys, and gives the shell back as it was', async () => {
    const terminal = new Terminal(directory.file('terminal'));
    terminals.push(terminal);
    const shows = (what: string | RegExp) =>
      vi.waitFor(() => expect(terminal.screen()).toMatch(what), { timeout: 10_000, interval: 50 });

    const command = `"${process.execPath}" "${TROUPE}" replay run-1 --store "${directory.file('run.db')}"`;
    await shows(/^shell>/m);
    terminal.type(`echo before; ${command}; echo "code $?"`);
    terminal.keys('Enter');
    await shows(/^troupe run-1 {2}quick seed 1 .* REPLAY$/m);
    await shows(/event 1 of /);
    expect(terminal.alternate).toBe(true);
    expect(terminal.coloured()).toContain('\u001B[7m');
    await shows(/^started {2}session@0$/m);

    terminal.keys('Right', 'Right');
    await shows(/event 3 of /);
    terminal.keys('G');
    await shows(new RegExp(`┤ event (${events}|${events.toLocaleString('en')}) of`));
    await shows(/ cold start {2}before E after {2}done/);
    terminal.keys('Down', 'Enter', 'Enter');
    await shows(/›.* execution 0/);
    terminal.type('/step/0/task/1');
    terminal.keys('Enter');
    await shows(/^›.* code /m);
    await shows(/^started {2}step\/0000\/task\/001@0$/m);
    terminal.type('/step/9');
    terminal.keys('Enter');
    await shows(/^The run run-1 has no step\/9; the nearest is step\/0000\.$/m);
    terminal.keys('Escape');
    await shows(/^\? help/m);
    terminal.keys('?');
    await shows('any key goes back');
    terminal.keys('x');
    await shows(/REPLAY$/m);
    for (const row of terminal.screen().split('\n')) expect([...row].length).toBeLessThanOrEqual(80);

    terminal.keys('q');
    await shows(/^code 0$/m);
    expect(terminal.alternate).toBe(false);
    expect(terminal.screen()).toMatch(/^before$/m);
    expect(terminal.screen()).not.toContain('REPLAY');

    terminal.type(`NO_COLOR=1 ${command} --at ${events}; echo "then $?"`);
    terminal.keys('Enter');
    await shows(/^›/m);
    expect(terminal.coloured()).not.toContain('\u001B');
    terminal.keys('C-c');
    await shows(/^then 0$/m);
  });
});
