import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { storeFailure } from '../../store/failure.ts';
import { Store } from '../../store/store.ts';
import { event, openStore, RUN, scratchDirectory } from './scratch.ts';

const MODES = ['create', 'write', 'read'] as const;
const refusal = (code: string, file: string) =>
  expect.objectContaining({ name: 'UserError', code, message: expect.stringContaining(file) });

test('creating makes a store with its marks, and opening it again keeps what is there', () => {
  const file = join(scratchDirectory(), 'troupe.db');
  const store = Store.open(file, { mode: 'create', clock: () => 0 });
  store.createRun(RUN);
  store.close();
  expect(readFileSync(file).toString('latin1', 68, 72)).toBe('Trpe');
  for (const mode of MODES) expect(openStore(file, mode).runs().length).toBe(1);
});

test('an open store is in WAL mode with 4 KiB pages', () => {
  const { db } = openStore(join(scratchDirectory(), 'troupe.db')).connection;
  const pragmas = ['journal_mode', 'page_size', 'synchronous', 'wal_autocheckpoint', 'foreign_keys'];
  expect(pragmas.map((name) => db.pragma(name, { simple: true }))).toEqual(['wal', 4096, 1, 4000, 0]);
});

test('a closed store is a single file, also after reading', () => {
  const directory = scratchDirectory();
  const file = join(directory, 'troupe.db');
  for (const mode of MODES) {
    const store = Store.open(file, { mode, clock: () => 0 });
    store.runs();
    store.close();
  }
  expect(readdirSync(directory)).toEqual(['troupe.db']);
});

test('a missing file is created by create only', () => {
  const file = join(scratchDirectory(), 'none.db');
  for (const mode of ['read', 'write'] as const) {
    expect(() => openStore(file, mode)).toThrow(refusal('store-missing', file));
  }
  expect(existsSync(file)).toBe(false);
});

test('a missing directory is named', () => {
  const file = join(scratchDirectory(), 'no', 'such.db');
  expect(() => openStore(file)).toThrow(refusal('store-no-directory', file));
});

test.each([
  ['text', () => Buffer.from('a diary, longer than a hundred bytes '.repeat(9))],
  ['a short file', () => Buffer.from('SQLite')],
  ['an empty file', () => Buffer.alloc(0)],
  ['a database of another program', () => foreignDatabase()],
])('%s is refused and left byte for byte as it was', (_, content) => {
  const directory = scratchDirectory();
  const file = join(directory, 'x.db');
  writeFileSync(file, content());
  for (const mode of MODES) expect(() => openStore(file, mode)).toThrow(refusal('not-a-store', file));
  expect(readFileSync(file)).toEqual(content());
  expect(readdirSync(directory)).toEqual(['x.db']);
});

test('a directory is refused', () => {
  const directory = scratchDirectory();
  for (const mode of MODES)
    expect(() => openStore(directory, mode)).toThrow(refusal('not-a-store', directory));
});

test('a store of a newer format is refused and left as it was', () => {
  const file = join(scratchDirectory(), 'x.db');
  Store.open(file, { mode: 'create', clock: () => 0 }).close();
  const bytes = readFileSync(file);
  bytes.writeUInt32BE(99, 60);
  writeFileSync(file, bytes);
  for (const mode of MODES) expect(() => openStore(file, mode)).toThrow(refusal('store-too-new', file));
  expect(readFileSync(file)).toEqual(bytes);
});

test('a damaged store is reported as such', () => {
  const file = join(scratchDirectory(), 'x.db');
  Store.open(file, { mode: 'create', clock: () => 0 }).close();
  const bytes = readFileSync(file);
  bytes.fill(0xab, 100);
  writeFileSync(file, bytes);
  expect(() => openStore(file, 'read').runs()).toThrow(refusal('store-damaged', file));
});

test('a read-only connection refuses to write, with a sentence', () => {
  const file = join(scratchDirectory(), 'x.db');
  Store.open(file, { mode: 'create', clock: () => 0 }).close();
  expect(() => openStore(file, 'read').createRun(RUN)).toThrow(refusal('store-read-only', file));
});

test.runIf(process.getuid?.() === 0)('a store in a read-only place can be read but not written', () => {
  const directory = scratchDirectory();
  const place = join(directory, 'locked');
  mkdirSync(place);
  const file = join(place, 'x.db');
  const store = openStore(join(directory, 'live.db'));
  const log = store.openLog(store.createRun(RUN).id);
  log.append([event('s', 0)]);
  // A store with a log that has not been merged, as a crash leaves it.
  for (const end of ['', '-wal']) copyFileSync(join(directory, `live.db${end}`), file + end);
  chmodSync(directory, 0o755);
  for (const end of ['', '-wal']) chmodSync(file + end, 0o444);
  chmodSync(place, 0o555);
  const before = readdirSync(place);
  const script = `
    import { Store } from '${new URL('../../store/store.ts', import.meta.url).href}';
    process.setgid(65534); process.setuid(65534);
    const read = Store.open('${file}', { mode: 'read', clock: () => 0 });
    console.log(read.reader('latest').count()); read.close();
    for (const path of ['${file}', '${place}/new.db'])
      try { Store.open(path, { mode: 'create', clock: () => 0 }).createRun({ config: {}, codeVersion: '' }); }
      catch (error) { console.log(error.code); }
  `;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(`${stdout}${stderr}`.trim().split('\n')).toEqual(['1', 'store-read-only', 'store-read-only']);
  expect(readdirSync(place)).toEqual(before);
});

test('a full disk is one sentence, and the append can be repeated', () => {
  const store = openStore(join(scratchDirectory(), 'x.db'));
  const log = store.openLog(store.createRun(RUN).id);
  const { db } = store.connection;
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 1}`);
  const append = () => log.append([event('s', 0, { text: 'x'.repeat(100_000) })]);
  expect(append).toThrow(refusal('disk-full', store.file));
  expect([log.count(), log.version('s')]).toEqual([0, 0]);
  db.pragma('max_page_count = 1000000');
  expect(append()[0]?.seq).toBe(1);
});

test.each([
  ['SQLITE_BUSY_SNAPSHOT', 'store-busy'],
  ['SQLITE_IOERR_WRITE', 'disk-error'],
  ['SQLITE_CANTOPEN', 'store-unreachable'],
  ['SQLITE_READONLY_DIRECTORY', 'store-read-only'],
])('%s is for the user', (sqlite, code) => {
  const failure = storeFailure(new Database.SqliteError('…', sqlite), '/a/b.db');
  expect(failure).toEqual(refusal(code, '/a/b.db'));
  expect(failure).toBeInstanceOf(UserError);
});

test('a mistake in our own SQL is not blamed on the user', () => {
  const bug = new Database.SqliteError('no such table', 'SQLITE_ERROR');
  expect(storeFailure(bug, 'x')).toBe(bug);
});

test('two processes that create the same store at once end up with one', () => {
  const file = join(scratchDirectory(), 'x.db');
  const script = `
    import { Store } from '${new URL('../../store/store.ts', import.meta.url).href}';
    Store.open('${file}', { mode: 'create', clock: () => 0 }).createRun({ config: {}, codeVersion: '' });
  `;
  const node = `${process.execPath} --import tsx --input-type=module -e "${script.replaceAll('\n', ' ')}"`;
  execFileSync('sh', ['-c', `${node} & ${node} & wait`]);
  expect(openStore(file, 'read').runs().length).toBe(2);
});

function foreignDatabase(): Buffer {
  const db = new Database(':memory:');
  db.exec('CREATE TABLE recipes (name TEXT)');
  return db.serialize();
}

test('what a killed process left of a store in the making is removed; what a living one makes is not', () => {
  const directory = scratchDirectory();
  const file = join(directory, 'troupe.db');
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  for (const end of ['', '-wal', '-journal']) writeFileSync(`${file}.new-${dead}${end}`, 'half');
  writeFileSync(`${file}.new-${process.ppid}`, 'half');
  writeFileSync(`${file}.new-x`, 'mine');
  openStore(file, 'create').close();
  expect(readdirSync(directory).sort()).toEqual(
    ['troupe.db', `troupe.db.new-${process.ppid}`, 'troupe.db.new-x'].sort(),
  );
});

test('a write-ahead log without its store is not taken for that of a new one', () => {
  const file = join(scratchDirectory(), 'troupe.db');
  writeFileSync(`${file}-wal`, 'of a store that was deleted');
  expect(() => openStore(file, 'create')).toThrow(/belongs to a store \S+ that is gone/);
  expect(existsSync(file)).toBe(false);
  rmSync(`${file}-wal`);
  openStore(file, 'create').close();
});
