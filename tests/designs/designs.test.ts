import { afterAll, describe, expect, it } from 'vitest';
import { DEMONSTRATED_SCRIPTS } from '../../src/designs/demonstrations.ts';
import { defaultLibrary } from '../../src/designs/library.ts';
import { majority } from '../../src/designs/nodes/vote.ts';
import { DesignReader } from '../../src/designs/reader.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';
import { ALLOWANCE } from './allowance.ts';

const library = defaultLibrary();
const sandbox = new QuickJsSandbox();
const reader = new DesignReader({ library, sandbox, allowance: ALLOWANCE });
afterAll(() => sandbox.close());

const read = (script: string) => reader.read(script, 'javascript');

describe('scripts', () => {
  it('of the demonstrations all compile, each to a shape of its own', async () => {
    const designs = await Promise.all(DEMONSTRATED_SCRIPTS.map(read));
    expect(designs.map(({ failure }) => failure)).toEqual(designs.map(() => null));
    expect(new Set(designs.map(({ shape }) => shape)).size).toBe(designs.length);
  });

  it('may use the whole language to describe a design', async () => {
    const design = await read(
      'const voters = 2 + 1; const a = agent("solve", "js"); run(vote(reflect(a), voters));',
    );
    expect(design).toMatchObject({ ok: true, shape: 'vote3(reflect(agent+js))', bounds: { calls: 12 } });
  });

  it.each([
    ['run(agent("solve"', 'syntax'],
    ['run(agnt("solve"))', 'error'],
    ['throw new Error("no")', 'error'],
    ['agent("solve")', 'no-design'],
    ['', 'no-design'],
    ['run(7)', 'schema'],
    ['run(agent("Solve It"))', 'schema'],
    ['run(agent("solve", "rm"))', 'tools'],
    ['run(vote(agent("a"), 9))', 'schema'],
    ['run(vote(vote(vote(agent("a"), 5), 5), 5))', 'budget'],
    ['run(reflect(vote(agent("a"), 2)))', 'schema'],
    ['run(agent("a")); run(agent("b"))', 'error'],
    ['while (true) {}', 'sandbox'],
    ['run(agent("a", { temperature: 0 }))', 'sampler'],
    ['run(route(agent("pick"), { a: agent("x"), b: agent("y") }, "c"))', 'names'],
    [
      'run(graph({ nodes: { a: agent("x"), b: agent("y") }, start: "a", edges: [edge("a", "b"), edge("a", "a")], steps: 3 }))',
      'dead-transition',
    ],
    [
      'run(graph({ nodes: { a: agent("x"), b: agent("y") }, start: "a", edges: [edge("b", "a")], steps: 3 }))',
      'unreachable',
    ],
  ])('refuses %s as %s', async (script, cause) => {
    expect((await read(script)).failure?.cause).toBe(cause);
  });

  it('says in which line', async () => {
    const { checks } = await read(
      'const a =\n  agent("a", "js");\nrun(sequence(\n  a,\n  agent("b", "rm")));',
    );
    expect(checks.find(({ ok }) => !ok)).toMatchObject({ check: 'tools', line: 5 });
    expect((await read('const a = 1;\nrun(agnt("a"));')).checks.at(-1)).toMatchObject({ line: 2 });
    expect((await read('const a = 1;\n\nrun(agent("a");')).checks.at(-1)).toMatchObject({ line: 3 });
  });
});

describe('the majority', () => {
  const ok = (text: string) => ({ ok: true as const, text });
  const failed = { ok: false as const, cause: 'length' };

  it('is the most frequent answer; failures have no vote', () => {
    expect(majority([ok('1'), ok('2'), ok('2')])).toEqual(ok('2'));
    expect(majority([failed, failed, ok('3')])).toEqual(ok('3'));
  });

  it('is the first of equals, white space aside', () => {
    expect(majority([ok('1'), ok(' 2'), ok('2 '), ok('1')])).toEqual(ok('1'));
  });

  it('counts numbers by their value and boxed answers by what is in the box', () => {
    expect(majority([ok('7'), ok('so \\boxed{8.0}'), ok('8')])).toEqual(ok('so \\boxed{8.0}'));
  });

  it('is weighed where there are weights, each with its own voter', () => {
    expect(majority([failed, ok('1'), ok('2')], [5, 1, 2])).toEqual(ok('2'));
  });

  it('fails if nobody answered', () => {
    expect(majority([failed])).toEqual({ ok: false, cause: 'no voter answered' });
  });
});
