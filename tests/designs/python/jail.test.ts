import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JailReading, PythonJail } from '../../../src/designs/python/jail.ts';
import { readPython } from '../../../src/designs/python/read.ts';

const jail = new PythonJail({ parallel: 3 });
const impatient = new PythonJail({ parallel: 1, killAfter: 2500 });
let server: Server;
let port = 0;
let visits = 0;

beforeAll(async () => {
  server = createServer((_, response) => {
    visits += 1;
    response.end('secret');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  await Promise.all([jail.close(), impatient.close()]);
  server.close();
});

const GOOD = 'w = Workflow()\nw.add_node(AgentNode("a", "b"))\nw.run("q")\n';

function indented(body: string): string {
  return body
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

/** Runs attempts one after the other in one child; what each returned, or the class of what it raised. */
async function attempt(attempts: { readonly [name: string]: string }): Promise<unknown> {
  const bodies = Object.entries(attempts).map(([name, body]) => `def ${name}():\n${indented(body)}`);
  const script = [
    ...bodies,
    'def tool():',
    '    done = {}',
    `    for each in [${Object.keys(attempts).join(', ')}]:`,
    '        try:',
    '            done[each.__name__] = ["did", each()]',
    '        except BaseException as error:',
    '            done[each.__name__] = type(error).__name__',
    '    return done',
    'registry = ToolRegistry()',
    'registry.register("tool", tool, "", {})',
    'w = Workflow()',
    'w.add_node(AgentNode("a", "b", registry))',
    'w.run("q")',
  ].join('\n');
  const called = await jail.call(script, '0:tool', {});
  return called.ok ? called.value : called;
}

async function causeOf(script: string, by: PythonJail = jail): Promise<string> {
  const reading = await by.read(script);
  return reading.ok ? 'ok' : reading.failure;
}

describe.concurrent('what a script cannot reach', () => {
  it('files, the environment, processes', async () => {
    const found = await attempt({
      read: 'return open("/etc/hostname").read()',
      read_ours: `return open(${JSON.stringify(import.meta.filename)}).read()`,
      listing: 'return os.listdir("/")',
      environment: 'return sorted(set(os.environ) - {"_", "PWD", "LANG", "HOME", "USER", "LOGNAME", "PATH"})',
      path: 'return os.environ["PATH"], os.environ["HOME"]',
      shell: 'import subprocess\nreturn subprocess.run(["id"], capture_output=True)',
      popen: 'return os.popen("id").read()',
      fork: 'return os.fork()',
      spawn: 'return os.posix_spawn("/bin/sh", ["sh"], {})',
      kill_parent: 'return os.kill(os.getppid(), 9)',
      thread: 'import threading\nreturn threading.Thread(target=print).start()',
      worker: 'import multiprocessing\nreturn multiprocessing.Process(target=print).start()',
    });
    expect(found).toEqual({
      read: 'FileNotFoundError',
      read_ours: 'FileNotFoundError',
      // The file system of the interpreter alone, in memory.
      listing: ['did', ['tmp', 'home', 'dev', 'proc', 'lib']],
      environment: ['did', ['LD_LIBRARY_PATH', 'PYTHONHASHSEED', 'PYTHONINSPECT']],
      path: ['did', ['/', '/home/pyodide']],
      shell: 'FileNotFoundError',
      popen: expect.any(String),
      fork: 'OSError',
      spawn: expect.any(String),
      kill_parent: 'PermissionError',
      thread: 'RuntimeError',
      worker: expect.any(String),
    });
  });

  it('the network', async () => {
    const found = await attempt({
      socket: `import socket\nreturn socket.create_connection(("127.0.0.1", ${port}), 2).recv(10)`,
      raw: `import socket\ns = socket.socket()\ns.connect(("127.0.0.1", ${port}))\ns.send(b"GET / HTTP/1.0\\r\\n\\r\\n")\nreturn s.recv(10)`,
      url: `import urllib.request\nreturn urllib.request.urlopen("http://127.0.0.1:${port}/", timeout=2).read()`,
      client: `import http.client\nc = http.client.HTTPConnection("127.0.0.1", ${port})\nc.request("GET", "/")`,
      pyodide: `from pyodide.http import open_url\nreturn open_url("http://127.0.0.1:${port}/")`,
      fetch: `from js import fetch\nreturn fetch("http://127.0.0.1:${port}/")`,
    });
    expect(found).toEqual({
      socket: 'OSError',
      raw: expect.stringMatching(/Error$/),
      url: 'URLError',
      client: 'OSError',
      pyodide: 'ModuleNotFoundError',
      fetch: 'ModuleNotFoundError',
    });
    expect(visits).toBe(0);
  });

  it('JavaScript, memory and the recorder by their modules', async () => {
    const modules = [
      'js',
      'pyodide_js',
      'pyodide',
      'pyodide.code',
      'pyodide.ffi',
      '_pyodide',
      '_pyodide_core',
    ];
    const more = ['ctypes', '_ctypes', 'gc', 'recorder', 'driver', 'guards', 'build'];
    const found = await attempt(
      Object.fromEntries(
        [...modules, ...more].map((name) => [
          name.replace('.', '__'),
          `import importlib\nreturn importlib.import_module("${name}").__name__`,
        ]),
      ),
    );
    for (const outcome of Object.values(found as object)) expect(outcome).toBe('ModuleNotFoundError');
  });

  it('JavaScript by what is left in memory', async () => {
    const walk = `seen = set()
def subclasses(c):
    for s in type.__subclasses__(c):
        if s not in seen:
            seen.add(s)
            subclasses(s)
subclasses(object)
spaces = {}
for c in seen:
    for v in list(vars(c).values()):
        v = getattr(v, "__func__", v)
        g = getattr(v, "__globals__", None)
        if g is not None:
            spaces[id(g)] = g
`;
    const found = await attempt({
      proxies: `${walk}return sorted({k for g in spaces.values() for k, v in list(g.items()) if type(v).__name__ in ("JsProxy", "JsMethod", "JsCallable")})`,
      run_js: `${walk}
out = []
for g in spaces.values():
    f = g.get("run_js")
    if callable(f):
        try:
            out.append(str(f("process.pid")))
        except BaseException as e:
            out.append("refused")
return [each for each in out if each != "refused"]`,
      builtin:
        'import _imp, importlib.machinery as m\nreturn str(_imp.create_builtin(m.ModuleSpec("_ctypes", None)))',
    });
    expect(found).toEqual({ proxies: ['did', []], run_js: ['did', []], builtin: 'ModuleNotFoundError' });
  });
});

describe.concurrent('what stops a script', () => {
  const enders: readonly (readonly [what: string, script: string, cause: string])[] = [
    ['an endless loop', 'while True: pass', 'steps'],
    [
      'a loop that catches everything',
      'while True:\n  try:\n    while True: pass\n  except BaseException: pass',
      'steps',
    ],
    [
      'tracing switched off',
      'import sys\nsys.settrace(None)\nsys.setprofile(None)\nwhile True: pass',
      'steps',
    ],
    [
      'signals ignored',
      'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass',
      'steps',
    ],
    [
      'a loop in a destructor',
      'class A:\n  def __del__(self):\n    while True: pass\na = A()\ndel a',
      'steps',
    ],
    ['generators without end', 'g = lambda: (yield from g())\nsum(1 for _ in iter(int, 1))', 'steps'],
    ['a memory bomb', 'x = []\nwhile True: x.append("a" * 1000000 + str(len(x)))', 'memory'],
    ['one huge allocation', 'x = bytearray(2 ** 30)', 'memory'],
    [
      'deep recursion',
      'import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(n): return f(n + 1)\nf(0)',
      'error',
    ],
    ['a repr without end', 'x = []\nfor i in range(100000): x = [x]\nstr(x)', 'error or crash'],
    ['os._exit', 'import os\nos._exit(0)', 'crash'],
    ['os.abort', 'import os\nos.abort()', 'crash'],
    ['a signal to itself', 'import os\nos.kill(os.getpid(), 9)', 'crash'],
    ['exit codes', 'import sys\nsys.exit(3)', 'no-design'],
    ['a reply that is too large', `${GOOD.replace('"b"', '"b" * 3000000')}`, 'result'],
  ];
  it.each(enders)('%s', async (_what, script, cause) => {
    expect(cause.split(' or ')).toContain(await causeOf(script));
  });

  it('sleeping takes no time', async () => {
    expect(await causeOf(`import time\ntime.sleep(10 ** 6)\n${GOOD}`)).toBe('ok');
  });

  it('output is dropped beyond its bound', async () => {
    expect(await causeOf(`for i in range(300): print("a" * 1000000)\n${GOOD}`)).toBe('ok');
  });

  it('what only the clock can stop is killed, and called so', async () => {
    expect(await readPython('sum(range(10 ** 14))', impatient)).toEqual({
      ok: false,
      cause: 'killed',
      message: 'was stopped by the clock after 2500 ms',
    });
    // The jail is as good as new.
    expect(await causeOf(GOOD, impatient)).toBe('ok');
  });

  it('a script that is too long is not run', async () => {
    expect(await causeOf(`#${'x'.repeat(200_000)}`)).toBe('crash');
  });
});

describe.concurrent('one script and the next', () => {
  it('the same script has the same result, to the step', async () => {
    const script = `import random, uuid, time, datetime
x = {object() for _ in range(20)}
raise ValueError(random.random(), uuid.uuid4(), os.urandom(4), time.time(), datetime.datetime.now(), hash("a"), [hash(o) for o in x])`;
    const [first, second] = await Promise.all([jail.read(script), jail.read(script)]);
    expect(first).toMatchObject({ failure: 'error', polls: expect.any(Number) });
    expect(second).toEqual(first);
    const loop = 'for i in range(10 ** 6): hash(i)\nraise ValueError(1)';
    const readings: JailReading[] = [await jail.read(loop), await jail.read(loop)];
    expect(readings[0]).toMatchObject({ polls: expect.any(Number), failure: 'error' });
    expect(readings[1]).toEqual(readings[0]);
  });

  it('nothing leaks from one script to the next', async () => {
    const spoil = `import builtins, json, workflow
builtins.print = None
json.dumps = lambda *a, **k: "{}"
json.loads = None
workflow.AgentNode.__init__ = None
open("/tmp/trace", "w").write("x")
sys.modules["workflow"] = None
import atexit
atexit.register(lambda: 1 / 0)`;
    await jail.read(spoil);
    const check = `import json
assert json.dumps({"a": 1}) == '{"a": 1}' and not os.path.exists("/tmp/trace")
${GOOD}`;
    expect(await readPython(check, jail)).toMatchObject({ ok: true, question: 'q' });
  });

  it('a script that meddles with the recorder gives data of the right form, or nothing', async () => {
    const forge = `import sys
frame = sys._getframe()
while frame is not None:
    space = frame.f_globals
    if "_dumps" in space:
        space["_dumps"] = lambda *a, **k: '{"ok": true, "root": 7, "question": 3}'
    frame = frame.f_back
${GOOD}`;
    expect(await readPython(forge, jail)).toMatchObject({ ok: false, cause: 'sandbox' });
    expect(
      await readPython(forge.replace(`'{"ok": true, "root": 7, "question": 3}'`, '"no JSON"'), jail),
    ).toMatchObject({
      ok: false,
      cause: 'sandbox',
    });
    const killed = `'{"ok": false, "cause": "killed", "message": "m"}'`;
    expect(
      await readPython(forge.replace(`'{"ok": true, "root": 7, "question": 3}'`, killed), jail),
    ).toMatchObject({
      ok: false,
      cause: 'sandbox',
    });
  });

  it('a closed jail evaluates nothing', async () => {
    const closed = new PythonJail();
    await closed.close();
    await expect(closed.read(GOOD)).rejects.toThrow('closed');
  });
});
