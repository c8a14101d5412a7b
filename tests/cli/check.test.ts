import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contents, jsonLines, troupe } from './command.ts';

const reportSchema = z.strictObject({
  ok: z.boolean(),
  dialect: z.enum(['javascript', 'python']),
  shape: z.string().nullable(),
  spec: z.looseObject({ mas: z.literal(1), root: z.looseObject({ kind: z.string() }) }).nullable(),
  checks: z.array(
    z.strictObject({ check: z.string(), ok: z.boolean(), message: z.string(), line: z.number().optional() }),
  ),
  bounds: z.strictObject({ calls: z.number(), tokens: z.number(), toolSteps: z.number() }).nullable(),
  cause: z.string().nullable(),
  answer: z.string().nullable().optional(),
  calls: z.number().optional(),
  transcript: z
    .array(z.strictObject({ agent: z.string(), prompt: z.string(), reply: z.string() }))
    .optional(),
});

const FILES = {
  'vote.js': 'run(vote(agent("solve", "js"), 3))\n',
  'late.js': '// a design\nconst a = agent("a");\nrun(sequence(a, agent("b", "telescope")));\n',
  'output.txt':
    '<think>Votes help.</think>\nI propose:\n\n<code>\n```javascript\nrun(vote([agent("a"), agent("b")],\n  { weights: [1] }))\n```\n</code>\n',
  'prose.txt': 'I would rather not write a script today.\n',
  'published.txt': `<code>
from workflow import Workflow, AgentNode, LoopWorkflow

def unfinished(context):
    return "42" not in context.get_latest_message().content

loop = LoopWorkflow(name="again", max_iterations=3)
loop.add_node(AgentNode(name="Solver", system_prompt="Put it in \\boxed{}."))
loop.set_loop_condition(unfinished)
workflow = Workflow(name="main")
workflow.add_node(loop)
print(workflow.run("What is 6 times 7?").content)
</code>
`,
  'reflect.js': 'run(reflect(agent("solve"), { critic: agent("critic"), rounds: 3 }))\n',
  'tested.js': 'run(reflect(agent("solve"), { rounds: 3 }))\n',
  'replies.json': '{"critic": ["Add 1.", "CORRECT"], "solve": ["41", "42"]}\n',
  'leak.js': 'run(agent("a", { prompt: "Reply with 425." }))\n',
  'list.json': '["42"]\n',
  'stub.py': 'class Workflow:\n    pass\nprint("FINAL ANSWER: 42")\n',
};

let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'troupe-check-'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(cwd, name), text);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const report = async (...args: string[]) => {
  const { code, stdout, stderr } = await troupe(['check', ...args, '--json'], { cwd });
  return { code, stderr, ...reportSchema.parse(jsonLines(z.json(), stdout)[0]) };
};

describe.concurrent('troupe check', () => {
  it('prints the spec, the checks and the bounds of a good script', async ({ expect }) => {
    expect(await report('vote.js', '--tokens-per-call', '48')).toMatchObject({
      code: 0,
      ok: true,
      dialect: 'javascript',
      spec: { mas: 1, root: { kind: 'vote', of: { kind: 'agent', name: 'solve', tools: ['js'] }, times: 3 } },
      bounds: { calls: 6, tokens: 288, toolSteps: 150 },
      cause: null,
    });
  });

  it('runs it with a scripted policy when asked to', async ({ expect }) => {
    expect(await report('vote.js', '--run', '--say', '7')).toMatchObject({ code: 0, answer: '7', calls: 6 });
  });

  it('runs it with replies by agent name and tells every call with the prompt it saw', async ({ expect }) => {
    const found = await report('reflect.js', '--run', '--replies', 'replies.json', '--task', '6 * 7');
    expect(found).toMatchObject({ code: 0, answer: '42', calls: 4 });
    expect(found.transcript?.map(({ agent, reply }) => [agent, reply])).toEqual([
      ['solve', '41'],
      ['critic', 'Add 1.'],
      ['solve', '42'],
      ['critic', 'CORRECT'],
    ]);
    expect(found.transcript?.[2]?.prompt).toBe(
      '[executor] solve\n[task] 6 * 7\n[draft] 41\n[feedback] Add 1.',
    );
    const { stdout } = await troupe(['check', 'reflect.js', '--run', '--replies', 'replies.json'], { cwd });
    expect(stdout).toContain('call 3: solve\n');
    expect(stdout).toContain('│ [feedback] Add 1.');
    expect(stdout).toContain('→ 42');
  });

  it('gives the verdict that training gives where the answer is known', async ({ expect }) => {
    const asked = (answer: string) => report('leak.js', '--task', '17 * 25', '--answer', answer);
    expect(await asked('425')).toMatchObject({ code: 1, ok: false, cause: 'self-answer' });
    expect(await asked('426')).toMatchObject({ code: 0, ok: true });
  });

  it('lets public tests pass and fail as told', async ({ expect }) => {
    const calls = async (...args: string[]) => (await report('tested.js', '--run', ...args)).calls;
    expect(await calls()).toBe(1);
    expect(await calls('--tests', 'fail,pass')).toBe(2);
    expect(await calls('--tests', 'fail')).toBe(4);
  });

  it('names the line of the file, also where the script stands in raw output', async ({ expect }) => {
    const late = await report('late.js');
    expect(late.checks.find(({ ok }) => !ok)).toMatchObject({ check: 'tools', line: 3 });
    const output = await report('output.txt', '--run');
    expect(output).toMatchObject({ code: 1, ok: false, cause: 'schema' });
    expect(output.checks.find(({ ok }) => !ok)).toMatchObject({ check: 'schema', line: 6 });
    expect(output.answer).toBeUndefined();
  });

  it('says it in words, with the line', async ({ expect }) => {
    const { code, stdout } = await troupe(['check', 'late.js'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain('late.js: no design (tools)');
    expect(stdout).toContain('✗ tools known');
    expect(stdout).toContain('late.js:3: there is no tool "telescope"; there is js, python');
    expect(stdout).toMatch(/3 │ run\(sequence\(a, agent\("b", "telescope"\)\)\);/);
  });

  it('holds a script to the budget that it is given', async ({ expect }) => {
    const { code, cause, checks } = await report('vote.js', '--calls', '5');
    expect({ code, cause }).toEqual({ code: 1, cause: 'budget' });
    expect(checks.filter(({ ok }) => !ok)).toMatchObject([{ check: 'calls', line: 1 }]);
  });

  it('finds no script in prose', async ({ expect }) => {
    expect(await report('prose.txt')).toMatchObject({
      code: 1,
      cause: 'no-script',
      spec: null,
      bounds: null,
    });
  });

  it('reads and runs the published dialect, its own predicates included', async ({ expect }) => {
    const found = await report('published.txt', '--run');
    expect(found).toMatchObject({ code: 0, dialect: 'python', answer: '42', calls: 1 });
    expect(found.spec?.root).toMatchObject({
      kind: 'loop',
      times: 3,
      until: { test: 'not', of: { test: 'python' } },
    });
    const other = await report('published.txt', '--run', '--say', '\\boxed{41}');
    expect(other).toMatchObject({ answer: '41', calls: 3 });
  }, 60_000);

  it('refuses a script that answers the task itself', async ({ expect }) => {
    expect(await report('stub.py')).toMatchObject({ code: 1, cause: 'self-answer' });
  }, 60_000);
});

describe.concurrent('troupe check, asked wrongly', () => {
  it.each([
    [['check'], /missing required argument 'file'/],
    [['check', 'none.js'], /none\.js cannot be read: there is no such file/],
    [['check', '.'], /\. cannot be read: it is a folder/],
    [
      ['check', 'vote.js', '--dialect', 'ruby'],
      /no dialect "ruby"; --dialect takes javascript, python, auto/,
    ],
    [['check', 'vote.js', '--replies', 'replies.json'], /--replies is of a dry run; add --run/],
    [['check', 'vote.js', '--run', '--replies', 'none.json'], /none\.json cannot be read/],
    [['check', 'vote.js', '--run', '--replies', 'prose.txt'], /prose\.txt is no JSON/],
    [['check', 'vote.js', '--run', '--replies', 'list.json'], /list\.json holds no replies/],
    [['check', 'vote.js', '--answer', '42'], /--answer is the answer of a task; add --task/],
    [['check', 'vote.js', '--run', '--tests', 'pass,maybe'], /pass or fail, separated by commas/],
    [['check', 'vote.js', '--calls', '0'], /whole number of at least 1/],
  ])('troupe %j', async (args, sentence) => {
    const before = contents(cwd);
    const { code, stdout, stderr } = await troupe(args, { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^troupe: [^\n]+\n$/);
    expect(stderr).toMatch(sentence);
    expect(contents(cwd)).toEqual(before);
  });
});
