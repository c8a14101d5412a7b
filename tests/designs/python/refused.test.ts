import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractScript } from '../../../src/designs/python/extract.ts';
import { PythonJail } from '../../../src/designs/python/jail.ts';
import { type PythonReading, readPython } from '../../../src/designs/python/read.ts';

const FOLDER = fileURLToPath(new URL('../refused/', import.meta.url));

/** Cause, line in the script, and a piece of the message. */
const EXPECTED: {
  readonly [name: string]: readonly [cause: string, line: number | undefined, says: string];
} = {
  '01-solves-it-itself': ['self-answer', undefined, 'prints an answer and runs no workflow'],
  '02-stubs-the-framework': ['self-answer', 1, 'defines AgentNode itself'],
  '03-reads-stdin': ['self-answer', 4, 'reads the standard input'],
  '04-none-judge': ['unsupported', 5, '"panel" has no consensus_agent'],
  '09-no-loop-condition': ['unsupported', 3, 'no loop condition'],
  '10-syntax-error': ['syntax', 3, 'never closed'],
  '11-prose-in-a-string': ['syntax', 3, 'unterminated string'],
  '12-nothing-run': ['no-design', undefined, 'never runs a workflow'],
  '13-builds-nothing': ['no-design', undefined, 'builds no workflow'],
  '14-own-node-class': ['unsupported', 7, "a class of the script's own, Oracle"],
  '15-wrong-weights': ['unsupported', 6, 'one weight for each of its 2 members'],
  '16-unknown-name': ['error', 4, "name 'PROMPT' is not defined"],
  '18-unknown-default-route': ['unsupported', 3, "no route 'default'"],
  '20-state-outside-the-context': ['unsupported', 6, 'keeps passes between calls of again'],
  '19-graph-without-finish': ['unsupported', 3, 'no finish point'],
};

const BUILD = 'from workflow import *\nw = Workflow()\nw.add_node(AgentNode("a", "b"))\n';
const RUN = `${BUILD}r = w.run("q")\n`;

const LOOP = 'w = LoopWorkflow("w")\nw.add_node(AgentNode("a", "b"))\nw.set_loop_condition(f)\nw.run("q")\n';

/** Small scripts, one question each. */
const SMALL: readonly (readonly [what: string, script: string, cause: string | null])[] = [
  ['a comparison with the answer', `${RUN}if r.content == "4": print(1)`, null],
  ['a slice of the answer', `${RUN}print(r.content[:10])`, null],
  ['a search in the answer', `${RUN}print("x" in r.content)`, null],
  ['a number made of the answer', `${RUN}try:\n  float(r.content)\nfinally:\n  pass`, null],
  ['the answer parsed as JSON', `${RUN}import json\njson.loads(r.content)`, null],
  ['a split of the answer', `${RUN}print(r.content.split("\\n"))`, null],
  ['the length of the shown answer', `${RUN}print(len(str(r.content)))`, null],
  ['a second run', `${RUN}w.run("another " + r.content)`, null],
  ['a search of the web for the answer', `${RUN}SearchEnvironment().search("x")`, null],
  ['a search of the web before the run', `SearchEnvironment().search("x")\n${RUN}`, 'unsupported'],
  ['the question that is given', `${BUILD}w.run(f"Solve: {question}")`, null],
  [
    'a look at the question that is given',
    `${BUILD}w.run(question if "x" in question else "y")`,
    'unsupported',
  ],
  ['a pattern in the question that is given', `import re\nre.search("x", question)\n${RUN}`, 'unsupported'],
  [
    'a counter in a variable of its own',
    `n = 0\ndef f(c):\n  global n\n  n += 1\n  return n < 3\n${LOOP}`,
    'unsupported',
  ],
  ['a counter in a list', `n = [0]\ndef f(c):\n  n[0] += 1\n  return n[0] < 3\n${LOOP}`, 'unsupported'],
  [
    'a counter in an object',
    `class C:\n  n = 0\n  def __call__(self, c):\n    self.n += 1\n    return self.n < 3\nf = C()\n${LOOP}`,
    'unsupported',
  ],
  ['a counter in a default', `def f(c, n=[]):\n  n.append(1)\n  return len(n) < 3\n${LOOP}`, 'unsupported'],
  ['a list of its own', `def f(c):\n  n = []\n  n.append(1)\n  return len(n) < 3\n${LOOP}`, null],
  ['a counter in the context', `def f(c):\n  c.state["n"] = 1\n  return False\n${LOOP}`, null],
  ['a number as the question', `${BUILD}w.run(42)`, 'unsupported'],
  ['an empty workflow', 'Workflow().run("q")', 'unsupported'],
  ['a member that is a text', `w = Workflow()\nw.add_node("a")\nw.run("q")`, 'unsupported'],
  [
    'an ensemble that holds itself',
    `x = []\ne = EnsembleNode("e", x)\nx.append(e)\nw = Workflow()\nw.add_node(e)\nw.run("q")`,
    'unsupported',
  ],
  ['a class assigned over', `AgentNode = None\n${BUILD}`, 'self-answer'],
  ['a refusal that is swallowed', `try:\n  input()\nexcept BaseException:\n  pass\n${RUN}`, 'self-answer'],
  ['an exception within a function', `${BUILD}def main():\n  raise ValueError("no")\nmain()`, 'error'],
  ['an endless loop', `${BUILD}while True: pass`, 'sandbox'],
  ['the answer printed with json', `${RUN}import json\nprint(json.dumps({"answer": r.content}))`, null],
  [
    'a stub for a missing import',
    `try:\n  from workflow import Workflow\nexcept ImportError:\n  class Workflow: pass\n${RUN}`,
    null,
  ],
  [
    'a run in a thread',
    `${BUILD}import asyncio\nasync def main():\n  print(await asyncio.to_thread(w.run, "q"))\nasyncio.run(main())`,
    null,
  ],
  [
    'the names of the modules',
    `import workflow as wf\nfrom workflow.nodes.agent_node import *\nw = wf.Workflow()\nw.add_node(AgentNode("a", "b"))\nprint(w.run(question="q"))`,
    null,
  ],
  ['an exit after the run', `${RUN}exit(0)`, null],
  [
    'run_with_context',
    `${BUILD}c = Context()\nc.add_message(Message("q", MessageType.USER_INPUT))\nw.run_with_context(c)`,
    null,
  ],
];

const names = readdirSync(FOLDER)
  .map((name) => name.replace('.txt', ''))
  .sort();
const jail = new PythonJail({ parallel: 3 });
const readings = new Map<string, PythonReading>();

beforeAll(async () => {
  const scripts = [
    ...names.map((name) => {
      const found = extractScript(readFileSync(`${FOLDER}${name}.txt`, 'utf8'));
      return [name, found?.script ?? ''] as const;
    }),
    ...SMALL.map(([what, script]) => [what, script] as const),
  ];
  await Promise.all(
    scripts.map(async ([name, script]) => readings.set(name, await readPython(script, jail))),
  );
});
afterAll(() => jail.close());

describe('scripts that are refused', () => {
  it.each(names)('%s, with its cause, its line and a sentence', (name) => {
    const [cause, line, says] = EXPECTED[name] ?? [];
    expect(readings.get(name)).toEqual({
      ok: false,
      cause,
      message: expect.stringContaining(says ?? 'an expectation'),
      ...(line === undefined ? {} : { line }),
    });
  });

  it.each(SMALL)('%s', (what, _script, cause) => {
    const reading = readings.get(what);
    expect(reading?.ok === false ? [reading.cause, reading.message] : null).toEqual(
      cause === null ? null : [cause, expect.any(String)],
    );
  });
});
