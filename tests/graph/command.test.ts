import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store } from '../../store/store.ts';
import { type Outcome, troupe } from '../cli/command.ts';
import { readMermaid } from './mermaid-check.ts';
import { scriptedRun } from './scripted-run.ts';

const DESIGN = 'run-1/step/0001/task/001/design';
const EXECUTION = `${DESIGN}/1/exec/00`;

describe.concurrent('troupe graph', () => {
  let cwd = '';
  // run-1 is whole, run-2 stops in the middle.
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'troupe-graph-'));
    const recorded = await scriptedRun();
    const store = Store.open(join(cwd, 'troupe.db'), { mode: 'create', clock: () => 0 });
    for (const upTo of [recorded.count(), recorded.count() >> 1]) {
      const log = store.openLog(store.createRun({ config: {}, codeVersion: 'test' }).id);
      for (const { stream, version, type, data, bytes } of recorded.events({ upTo })) {
        log.append([{ stream, expectedVersion: version, type, data, bytes }]);
      }
      log.close();
    }
    store.close();
  });
  afterAll(() => rmSync(cwd, { recursive: true }));

  const graph = (...args: string[]): Promise<Outcome> => troupe(['graph', ...args], { cwd });
  async function drawn(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await graph(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  }

  it('--format svg, text and stately', async () => {
    expect(await drawn('agent', '--format', 'svg')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(await drawn('agent', '--format', 'text')).toMatch(/^agent\n {2}● calling\n/);
    expect(JSON.parse(await drawn('agent', '--format', 'stately'))).toMatchObject({
      id: 'agent',
      initial: 'calling',
    });
  });

  it('--overlay needs no machine, and no other than the recording’s own', async () => {
    const { arrows } = readMermaid(await drawn('--overlay', EXECUTION));
    expect(arrows.filter(({ label }) => /#\d/.test(label))).toHaveLength(7);
    const named = await drawn('execution', '--overlay', EXECUTION, '--format', 'json');
    expect(named).toBe(await drawn(`${DESIGN}/1`, '--overlay', EXECUTION, '--format', 'json'));
    const { stderr, code } = await graph(`${DESIGN}/0`, '--overlay', EXECUTION);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/was not recorded by the machine .*; leave the machine out/),
    ]);
  });

  it('--overlay draws an unfinished recording', async () => {
    expect(await drawn('--overlay', 'run-2/session', '--format', 'text')).toMatch(/unfinished, waits in \w+/);
  });

  it('--coverage names the shares', async () => {
    expect(await drawn('agent', '--coverage', 'run-1')).toContain(
      '%% run-1 covers states 4/4, transitions 5/5\n',
    );
    expect(await drawn('execution', '--coverage', 'run-1', '--format', 'svg')).toContain(
      'states 13/14, transitions 9/11',
    );
  });

  it('--diff compares with a design or a kind', async () => {
    const text = await drawn(`${DESIGN}/0`, '--diff', `${DESIGN}/1`, '--format', 'text');
    expect(text).toMatch(/^~ {3}● working {2}begins in reflect ⇒ begins in vote\n[\s\S]*^- {5}● reflect\n/m);
    const { diff } = JSON.parse(await drawn('execution', '--diff', `${DESIGN}/0`, '--format', 'json'));
    expect([diff.first, diff.second, diff.changed]).toEqual([
      { states: [], edges: [] },
      { states: [], edges: [] },
      [],
    ]);
  });

  it('--dead lists what is dead, and with --coverage what was not reached', async () => {
    expect(await drawn('execution', '--dead')).toBe('nothing is dead among 14 states and 11 transitions\n');
    const missed = await drawn('execution', '--dead', '--coverage', 'run-1');
    expect(missed).toContain('not reached in run-1:\n  state failed was never entered\n');
    expect(JSON.parse(await drawn('agent', '--dead', '--format', 'json')).dead).toEqual({
      unreachable: [],
      stuck: [],
      shadowed: [],
    });
  });

  it.each([
    [[], /^troupe: Say which machine to draw: one of session, /],
    [
      ['agent', '--format', 'png'],
      /There is no format "png"; --format takes mermaid, dot, svg, text, json, stately\./,
    ],
    [['agent', '--diff', 'session', '--coverage', 'run-1'], /--coverage and --diff cannot be used together/],
    [['--overlay', EXECUTION, '--dead'], /--overlay and --dead cannot be used together/],
    [
      ['agent', '--format', 'stately', '--coverage', 'run-1'],
      /--coverage and --format stately cannot be used/,
    ],
    [['agent', '--paths', '--dead'], /--paths and --dead cannot be used together/],
    [['agent', '--paths', '--format', 'svg'], /--paths prints a list of its own; leave --format out/],
    [['agent', '--dead', '--coverage', 'run-1', '--diff', 'session'], /cannot be used together/],
    [['--overlay', 'run-1'], /--overlay takes RUN\/STREAM, such as run-1\/session; "run-1" names no stream/],
    [['--overlay', 'run-1/nowhere'], /The run run-1 has no nowhere; the nearest is \w+/],
    [['--overlay', 'run-9/session'], /run-9/],
    [['agent', '--diff', 'agnt'], /There is no machine "agnt"/],
  ])('refuses %j in one sentence', async (args, sentence) => {
    const { code, stdout, stderr } = await graph(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
