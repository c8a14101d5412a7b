import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, type expect, it } from 'vitest';
import { Store } from '../../store/store.ts';
import { contents, type Outcome, ordinaryUser, troupe } from './command.ts';
import { scratchCopy } from './stored-runs.ts';

type Case = readonly [args: readonly string[], sentence: RegExp];

const COMMANDS: readonly Case[] = [
  [['trian'], /no command "trian"; did you mean "train"\?/],
  [['show', ''], /name of the run is empty/],
  [['runs', '--nope'], /unknown option '--nope'/],
  [['--nope'], /unknown option '--nope'/],
  [['runs', 'everything'], /too many arguments for 'runs'/],
  [['graph'], /Say which machine to draw/],
  [['runs', '--store'], /argument missing/],
];

const TRAINING: readonly Case[] = [
  [['train', '--preset', 'huge'], /no preset "huge"; choose one of quick, default/],
  [['train', '--preset', 'toString'], /no preset "toString"/],
  ...['--seed', '--steps'].flatMap((option) =>
    ['-1', 'abc', '1e99'].map((value): Case => [['train', option, value], /must be a whole/]),
  ),
  [['train', '--seed', '99999999999'], /setting seed is not usable/],
  [['train', '--stage', '0'], /whole number of at least 1/],
  [['train', '--credit', 'luck'], /no estimator "luck"; --credit takes tree or fork/],
  [['train', '--draws', '3'], /Only --credit fork has branches/],
  [['train', '--credit', 'fork', '--draws', '100'], /setting credit.draws is not usable/],
  [['train', '--policies', 'both'], /setting policies is not usable/],
  [['train', '--schedule', 'both'], /setting stage.schedule is not usable/],
  [['train', '--set', 'learning.clpi=1'], /no setting learning\.clpi; did you mean learning\.clip\?/],
  [['train', '--set', 'trian=1'], /no setting trian; docs\/settings\.md lists them/],
  [['train', '--set', '__proto__.x=1'], /no setting __proto__\.x/],
  [['train', '--set', 'families=notes'], /expected array.*such as \["arithmetic"\]/],
  [['train', '--set', 'vocab=3'], /vocab is not usable: 3 is less than \d+/],
  [
    ['train', '--set', 'rollout.tasksPerStep=1000000'],
    /tasksPerStep is not usable: 1000000 is more than 100000/,
  ],
  [['train', '--set', 'tasks.train=100000000'], /tasks.train is not usable: 100000000 is more than/],
  [['train', '--seed', '1e23'], /must be a whole number of at least 0, in digits, and at most/],
  [['train', '--set', 'steps'], /--set takes FIELD=VALUE/],
  [['train', '--resume', 'latest', '--set', 'steps=3'], /keeps its own steps; only settings of learning/],
  [['train', '--resume', 'latest', '--print-config'], /--print-config is for new runs/],
  [['bench', 'ablation', '--table', 'a', '--set', 'steps=3'], /a folder of their own with --out/],
  [['train', '--resume', 'run-2'], /run-2 in \S+ is over/],
  [['train', '--resume', 'run-9'], /There is no run run-9 in the store/],
  [['train', '--from', 'run-9'], /There is no run run-9 in the store/],
  [['train', '--from', 'latest', '--resume', 'latest'], /--from begins a new run and --resume goes on/],
  [['train', '--from-label', 'last'], /Without --from RUN there is nothing to begin from/],
  [['train', '--from', 'latest', '--from-store', 'none.db'], /no store at \S+none\.db/],
  [['train', '--from', 'run-1', '--from-label', 'step/99'], /keeps no policy version "step\/99"/],
  [['bench', 'ablation'], /required option '--table <letter>'/],
  [['bench', 'ablation', '--table', 'x'], /no table "x"; --table takes a \(Schedules/],
  [
    ['bench', 'ablation', '--table', 'a', '--arms', 'sft,kings'],
    /no arm "kings" in this table; --arms takes sft/,
  ],
  [['bench', 'ablation', '--table', 'a', '--preset', 'huge'], /no preset "huge"/],
  [['bench', 'families', '--executions', '3'], /--executions 3 is odd; give an even number/],
  [['bench', 'families', '--run', 'run-9'], /no run run-9/],
];

const RUNS: readonly Case[] = [
  ...['show', 'replay', 'verify', 'eval'].map(
    (command): Case => [[command, 'run-9'], /no run run-9 in the store .* run-1, run-2, or latest/],
  ),
  [['show', 'latest/nowhere'], /run-2 has no nowhere; the nearest is \w+\./],
  [
    ['show', 'latest/step/0/task/99'],
    /run-2 has no step\/0\/task\/99; the nearest is step\/0000\/task\/007\./,
  ],
  [['show', 'latest/session@999'], /run-2 has no session@999; the nearest is session@\d+\./],
  [['replay', '--plain', '--at', '999999'], /has \d+ events and no event 999999; the nearest is \d+\./],
  [['replay', '--plain', '--at', 'step/7'], /run-2 has no step\/7; the nearest is step\/0001\./],
  [
    ['fork', '--at', 'step/0/task/0', '--fresh'],
    /is a place and no event; name one of its events, step\/0000\/task\/000@0 to/,
  ],
  [
    ['credit', 'latest/step/0/task/0', '--by', 'fork'],
    /step\/0000\/task\/000 is no execution; try one such as/,
  ],
  [
    ['credit', 'latest/step/0/tusk/0', '--by', 'fork'],
    /no step\/0\/tusk\/0; the nearest is step\/0000\/task\/000\./,
  ],
  [['replay', '--plain', '--at', '0'], /no event 0; the nearest is 1\./],
  [['replay', 'run-1/step/0000'], /Without --policy VERSION, replay takes a run/],
  [['replay', '--policy', 'last'], /name it, such as latest\/step\/0003/],
  [['replay', 'run-1/step/0000', '--policy', 'king=last'], /--policy takes VERSION, designer=VERSION or/],
  [['replay', 'run-2/step/0000', '--policy', 'nonesuch'], /keeps no policy version "nonesuch"/],
  [['replay', 'run-1/step/0000', '--policy', 'last', '--at', '9'], /choose one/],
  [['replay', 'run-1/step/0000', '--policy', 'last'], /no finished rollout .* such as eval\/before/],
  [['verify', '--to', '999999'], /has \d+ events; --from and --to take 1 to \d+/],
  [['verify', '--from', '9', '--to', '3'], /--from 9 comes after --to 3/],
  [['verify', '--sample', 'half'], /percentage/],
  [['verify', '--seed', '1'], /--seed names a sample; give --sample too/],
  [['verify', '--tolerance', '-1'], /above 0/],
  [['credit', '--step', '77'], /no credit for step 77/],
  [['eval', '--policy', 'step/99'], /keeps no policy version "step\/99"; it has cold-start\/2 \(/],
  [['eval', '--tasks', '0'], /whole number of at least 1/],
  [['graph', 'session', '--format', 'png'], /no format "png"; --format takes mermaid, dot/],
  [['graph', 'robot'], /no machine "robot"; choose one of session/],
  [['graph', 'latest/robot'], /The run latest has no robot; the nearest is \w+/],
  [['graph', 'session', '--coverage', 'run-9'], /no run run-9/],
  [['export', 'latest', 'full'], /full is not empty/],
  [['export', 'latest', 'full/note.txt'], /is not a folder/],
  [['export', 'latest', 'new', '--role', 'king'], /no role "king"/],
  [['export', 'latest', 'new', '--policy', 'zzzz'], /keeps no policy version "zzzz"/],
  [['export', 'run-9', 'new'], /no run run-9/],
  [['store', 'chekc'], /no command "store chekc"/],
  [['store', 'check', 'run-1'], /too many arguments for 'check'/],
  [['store', 'compact', 'run-9'], /no run run-9/],
  [['store', 'export', 'latest'], /missing required argument 'file'/],
  [['store', 'export', 'latest', 'text.db'], /There is a file text\.db already/],
  [['store', 'export', 'latest', 'none/x.db'], /no folder none to export to/],
  [
    ['store', 'import', 'text.db', '--store', 'new.db'],
    /text\.db is not an SQLite file, .* import another file\./,
  ],
  [['store', 'import', 'none.db'], /no file none\.db to import/],
];

/** Files that are no stores, and what is said about them. */
const FILES: readonly (readonly [file: string, sentence: RegExp])[] = [
  ['text.db', /text\.db is not an SQLite file/],
  ['empty.db', /empty\.db is empty/],
  ['recipes.db', /recipes\.db is an SQLite file of another program/],
  ['full', /full is a directory/],
  ['newer.db', /newer\.db was written by a newer Troupe \(format 99/],
];
const STORES: readonly Case[] = [
  ...FILES.flatMap(([file, sentence]) =>
    [['runs'], ['train']].map((command): Case => [[...command, '--store', file], sentence]),
  ),
  ...[['runs'], ['train', '--resume', 'latest'], ['graph', 'session', '--coverage', 'latest']].map(
    (command): Case => [[...command, '--store', 'none.db'], /no store at \S+none\.db; start a run/],
  ),
  [['train', '--store', 'none/troupe.db'], /its directory does not exist/],
  [['train', '--store', 'text.db/troupe.db'], /cannot be opened/],
];

/** Everything that a user may ask wrongly of a folder with recorded runs. */
export function badInput(recorded: () => string): void {
  let furnished = '';
  beforeAll(() => {
    furnished = furnish(recorded());
  });
  afterAll(() => rmSync(furnished, { recursive: true, force: true }));

  describe.concurrent('asked wrongly', () => {
    it.for([...COMMANDS, ...TRAINING, ...RUNS, ...STORES].map((each) => [each[0].join(' '), each] as const))(
      'troupe %s',
      async ([, [args, sentence]], { expect: expected, ...test }) => {
        const cwd = scratchCopy(test, furnished);
        const before = contents(cwd);
        const result = await troupe(args, { cwd });
        expectRefusal(expected, result, sentence);
        expected(contents(cwd)).toEqual(before);
      },
    );

    const uid = ordinaryUser();
    const READ_ONLY: readonly Case[] = [
      [['train'], /troupe\.db cannot be written/],
      [['train', '--store', 'new.db'], /new\.db cannot be written/],
      [['train', '--resume', 'run-1'], /troupe\.db cannot be written/],
      [['export', 'latest', 'new'], /new cannot be written/],
      [['store', 'compact'], /troupe\.db cannot be written/],
      [['store', 'export', 'latest', 'new.db'], /new\.db cannot be written/],
    ];
    it.skipIf(uid === null).for(READ_ONLY.map((each) => [each[0].join(' '), each] as const))(
      'troupe %s, in a read-only folder',
      async ([, [args, sentence]], { expect: expected, ...test }) => {
        const cwd = join(scratchCopy(test), 'locked');
        mkdirSync(cwd);
        copyFileSync(join(recorded(), 'troupe.db'), join(cwd, 'troupe.db'));
        const before = contents(cwd);
        chmodSync(cwd, 0o555);
        const result = await troupe(args, { cwd, ...(uid == null ? {} : { uid }) });
        chmodSync(cwd, 0o755);
        expectRefusal(expected, result, sentence);
        expected(contents(cwd)).toEqual(before);
      },
    );

    it('a second process on a run that is being written', async ({ expect: expected, ...test }) => {
      const cwd = scratchCopy(test, recorded());
      const store = Store.open(join(cwd, 'troupe.db'), { mode: 'write', clock: Date.now });
      const log = store.openLog('run-1');
      const attempts = store.attempts('run-1');
      const result = await troupe(['train', '--resume', 'run-1', '--plain'], { cwd });
      expectRefusal(expected, result, new RegExp(`run-1 in .* is being written by process ${process.pid};`));
      expected(store.attempts('run-1')).toEqual(attempts);
      log.close();
      store.close();
    });
  });
}

function expectRefusal(expected: typeof expect, result: Outcome, sentence: RegExp): void {
  expected(result.stderr).toMatch(/^troupe: [^\n]+\n$/);
  expected(result.stderr).toMatch(sentence);
  expected(result).toMatchObject({ code: 2, stdout: '' });
}

/** A folder with the store, with things that are no stores, and with a folder that is not empty. */
function furnish(recorded: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-cli-'));
  copyFileSync(join(recorded, 'troupe.db'), join(folder, 'troupe.db'));
  mkdirSync(join(folder, 'full'));
  writeFileSync(join(folder, 'full', 'note.txt'), 'mine');
  writeFileSync(join(folder, 'text.db'), 'a diary, longer than a hundred bytes '.repeat(9));
  writeFileSync(join(folder, 'empty.db'), '');
  const recipes = new Database(join(folder, 'recipes.db'));
  recipes.exec('CREATE TABLE recipes (name TEXT)');
  recipes.close();
  Store.open(join(folder, 'newer.db'), { mode: 'create', clock: Date.now }).close();
  const newer = new Database(join(folder, 'newer.db'));
  newer.pragma('user_version = 99');
  newer.close();
  return folder;
}
