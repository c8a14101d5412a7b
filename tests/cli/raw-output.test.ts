import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import { Store } from '../../store/store.ts';
import { recordHostile } from './hostile-store.ts';
import { call } from './said.ts';

/** Every character that must not get out raw, in an order of chance, between letters. */
const codes = [
  ...range(0, 8),
  ...range(11, 31),
  ...range(127, 159),
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x2069),
];
const HOSTILE = new RandomStream(1, 'hostile')
  .shuffle(codes)
  .map((code, index) => String.fromCharCode(code) + (index % 9 === 0 ? '\n✓ all checks passed\t' : 'a'))
  .join('');
const RAW = new RegExp(`[${codes.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')}]`);

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const folder = mkdtempSync(join(tmpdir(), 'troupe-raw-'));
const file = join(folder, 'troupe.db');
beforeAll(() => recordHostile(file, HOSTILE));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const said = async (...args: string[]) => (await call(...args)).text;

const TASK = 'step/0000/task/000';
const PLACES = ['session', 'session@3', 'step/0000', TASK, `${TASK}/design/0`, `${TASK}/design/1`]
  .concat(`${TASK}/design/0/exec/00`, `${TASK}/design/0/exec/00/agent/solve`, `${TASK}/design/0@1`)
  .concat('eval/before', 'eval/before/0000');

describe('what a model wrote', () => {
  const COMMANDS = [
    ['runs'],
    ['show'],
    ...PLACES.map((place) => ['show', `latest/${place}`, '--tokens']),
    ['replay', '--plain'],
    ...PLACES.map((place) => ['replay', '--plain', '--at', place]),
    ['diff', 'latest', 'latest'],
    ['credit'],
    ['credit', `latest/${TASK}/design/0/exec/00`, '--by', 'fork'],
    ['eval'],
    ['export', 'latest', join(folder, 'out'), '--policy', HOSTILE],
    ['verify'],
    ['fork', '--at', HOSTILE, '--no-run'],
    ['train', '--resume', 'latest'],
    ['train', '--from', 'latest', '--print-config'],
    ['train', '--preset', HOSTILE],
    ['train', '--set', HOSTILE],
    ...['mermaid', 'text', 'dot', 'svg', 'json', 'stately'].map((format) => [
      'graph',
      `latest/${TASK}/design/0`,
      '--format',
      format,
    ]),
    ['graph', '--overlay', `latest/${TASK}/design/0/exec/00`, '--format', 'text'],
    ['graph', '--overlay', `latest/${TASK}/design/0/exec/00`, '--format', 'svg'],
    ['graph', HOSTILE],
    ['store', 'stats'],
    ['store', 'check'],
    ['store', 'compact', '--dry-run'],
    ['store', HOSTILE],
    [HOSTILE],
    ['runs', `--${HOSTILE}`],
  ].map((args) => [args.join(' ').replaceAll(HOSTILE, 'HOSTILE'), args] as const);
  it.each(COMMANDS)('does not leave troupe %s raw', async (_, args) => {
    const text = await said(...args, ...(args.length === 1 && args[0] === HOSTILE ? [] : ['--store', file]));
    expect(text).not.toBe('');
    expect(text.match(RAW)?.[0]?.codePointAt(0)).toBe(undefined);
  });

  it.each([['runs'], ['show', 'latest/session'], ['show', `latest/${TASK}`], ['store', 'stats']])(
    'is the same text in troupe %j, %j, with --json',
    async (...args) => {
      const text = await said(...args, '--json', '--store', file);
      expect(text).not.toMatch(RAW);
      const values = text
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
      expect(JSON.stringify(values)).toContain(JSON.stringify(HOSTILE).slice(1, -1));
    },
  );

  it('is quoted by check in lines of its own, and by no other name', async () => {
    for (const name of ['prompt', 'message']) {
      const script = join(folder, `${name}.js`);
      const quoted = JSON.stringify(HOSTILE);
      writeFileSync(
        script,
        name === 'prompt'
          ? `run(agent("solve", {prompt: "\u202e\u0007" + ${quoted}}))`
          : `throw new Error(${quoted}) // \u001b]52;c;cHduZWQ=\u0007`,
      );
      for (const options of [[], ['--json'], ['--run', '--say', HOSTILE]]) {
        const text = await said('check', script, ...options);
        expect(text).not.toMatch(RAW);
        expect(text).not.toMatch(/^\s*✓ all checks passed/m);
      }
    }
    const painted = join(folder, 'painted.js');
    writeFileSync(painted, 'throw new Error("\\u001b]52;c;cHduZWQ=\\u0007")');
    expect(await said('check', painted)).toContain('Error: \\u001b]52;c;cHduZWQ=\\u0007');
  });

  it('keeps its bytes in an export, and is spelled out by the import', async () => {
    const [copy, whole] = [join(folder, 'copy.db'), join(folder, 'whole.db')];
    await recordHostile(whole, HOSTILE);
    expect(await said('store', 'export', 'latest', copy, '--store', whole)).not.toMatch(RAW);
    const store = Store.open(copy, { mode: 'read', clock: () => 1 });
    expect(store.reader('latest').read(TASK)[0]?.data).toMatchObject({ task: { id: HOSTILE } });
    store.close();
    const text = await said('store', 'import', copy, '--store', join(folder, 'other.db'));
    expect(text).toContain('run-1');
    expect(text).not.toMatch(RAW);
  });
});

it('has one way out: nothing but output.ts writes to a terminal', () => {
  const root = new URL('../../src', import.meta.url).pathname;
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  const direct = files.filter((name) =>
    /std(out|err)\.write\(|console\.\w+\(/.test(readFileSync(join(root, name), 'utf8')),
  );
  expect(direct).toEqual(['cli/output.ts']);
  const screens = files.filter((name) => name.startsWith('tui/') && name !== 'tui/text.tsx');
  const raw = screens.filter((name) =>
    /import \{[^}]*\bText\b[^}]*\} from 'ink'/.test(readFileSync(join(root, name), 'utf8')),
  );
  expect(raw).toEqual([]);
});
