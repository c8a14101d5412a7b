// The process in which one Python script is evaluated. It is started with Node's permission model on and
// with an empty environment; see jail-process.ts. It reads one JSON line from its standard input, writes one
// JSON text to its standard output, and ends. `make` instead of a snapshot's path makes the snapshot.
import nodeCrypto from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [pyodideUrl, snapshot, limitsText] = process.argv.slice(2);
const limits = JSON.parse(limitsText);
const exit = process.reallyExit.bind(process);
const input = process.stdin;

/** Writes all of a text to the parent, whatever has become of the rest of the process. */
function say(text) {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(1, bytes));
}

function answer(reply) {
  say(`${JSON.stringify(reply)}\n`);
  exit(0);
}

/** Chance and time are the same for every child, so that a script has one result. */
function freezeChanceAndTime() {
  let state = 1;
  const fill = (view) => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let i = 0; i < bytes.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      bytes[i] = state >>> 24;
    }
    return view;
  };
  nodeCrypto.randomFillSync = fill;
  syncBuiltinESMExports();
  globalThis.crypto.getRandomValues = fill;
  Math.random = () => 0.5;
  const start = 1_700_000_000_000;
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      super(...(given.length === 0 ? [start] : given));
    }
    static now() {
      return start;
    }
  };
  let passed = 0;
  const clock = { now: () => ++passed, timeOrigin: start, mark() {}, measure() {} };
  Object.defineProperty(globalThis, 'performance', { value: clock });
}

function capMemory() {
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * 65536 > limits.memory) throw new RangeError('too much memory');
    return grow.call(this, pages);
  };
}

/** Pyodide asks for the flags of `open` in a way that the permission model denies; these are Linux's. */
function standInForBinding() {
  const fs = { O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_EXCL: 128, O_NOCTTY: 256 };
  const more = { O_TRUNC: 512, O_APPEND: 1024, O_SYNC: 1052672, O_NOFOLLOW: 131072 };
  process.binding = () => ({ fs: { ...fs, ...more } });
}

/** Should a script find its way out to JavaScript, it finds little there. */
function emptyTheHouse() {
  const keep = new Set(['nextTick', 'versions', 'version', 'platform', 'release', 'emit', '_tickCallback']);
  for (const owner of [process, Object.getPrototypeOf(process)]) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      if (keep.has(name) || name === 'constructor') continue;
      try {
        Object.defineProperty(owner, name, { value: undefined, configurable: true, writable: true });
      } catch {
        // What cannot be changed stays; the permission model is the wall, this is not.
      }
    }
  }
  for (const name of ['fetch', 'WebSocket', 'EventSource', 'Worker', 'SharedArrayBuffer', 'navigator']) {
    Reflect.deleteProperty(globalThis, name);
  }
}

async function line() {
  let text = '';
  input.setEncoding('utf8');
  for await (const part of input) {
    text += part;
    if (text.endsWith('\n')) return text;
  }
  // The parent is gone.
  return exit(0);
}

standInForBinding();
freezeChanceAndTime();
capMemory();
const { loadPyodide } = await import(pyodideUrl);
const options = {
  jsglobals: Object.create(null),
  env: { PYTHONHASHSEED: '0', HOME: '/home/pyodide', LANG: 'C.UTF-8', _: 'python' },
  stdin: () => null,
  stdout: () => {},
  stderr: () => {},
};

if (snapshot === 'make') {
  const python = await loadPyodide({ ...options, _makeSnapshot: true });
  const { files, program } = JSON.parse(await line());
  python.FS.mkdirTree('/lib/shim');
  for (const [name, text] of Object.entries(files)) python.FS.writeFile(`/lib/shim/${name}`, text);
  python.runPython(program);
  const bytes = python.makeMemorySnapshot();
  for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(writeSync(1, rest));
  exit(0);
}

const python = await loadPyodide({ ...options, _loadSnapshot: readFileSync(snapshot).buffer });
const evaluate = python.globals.get('__evaluate');
python.globals.delete('__evaluate');
let polls = 0;
python.setInterruptBuffer({
  get 0() {
    polls += 1;
    if (polls > limits.polls) {
      const message = `takes more than ${limits.polls * limits.stepsPerPoll} steps`;
      answer({ ok: false, cause: 'steps', message, polls: limits.polls });
    }
    return 0;
  },
  set 0(_) {},
});
say('ready\n');
const request = await line();
emptyTheHouse();
polls = 0;
try {
  // The text is Python's own JSON, and it may be forged: the parent parses all of it.
  const reply = JSON.parse(evaluate(request));
  answer({ ...reply, polls });
} catch (error) {
  const deep = error instanceof RangeError;
  const message = deep ? 'goes too deep' : 'ended the interpreter';
  answer({ ok: false, cause: 'crash', message, polls });
}
