import { afterAll, describe, expect, it } from 'vitest';
import { DEMONSTRATED_SCRIPTS } from '../../src/designs/demonstrations.ts';
import { defaultLibrary } from '../../src/designs/library.ts';
import { majority } from '../../src/designs/nodes/vote.ts';
import { readScript } from '../../src/designs/script.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';

const library = defaultLibrary();
const sandbox = new QuickJsSandbox();
afterAll(() => sandbox.close());

const read = (script: string) => readScript(script, library, sandbox);

describe('scripts', () => {
  it('of the demonstrations all compile, each to a shape of its own', async () => {
    const designs = await Promise.all(DEMONSTRATED_SCRIPTS.map(read));
    expect(designs.every(({ ok }) => ok)).toBe(true);
    expect(new Set(designs.map((design) => (design.ok ? design.shape : ''))).size).toBe(designs.length);
  });

  it('may use the whole language to describe a design', async () => {
    const design = await read(
      'const voters = 2 + 1; const a = agent("solve", "js"); run(vote(reflect(a), voters));',
    );
    expect(design).toMatchObject({ ok: true, shape: 'vote3(reflect(agent+js))', maxCalls: 12 });
  });

  it.each([
    ['run(agent("solve"', 'syntax'],
    ['run(agnt("solve"))', 'error'],
    ['throw new Error("no")', 'error'],
    ['agent("solve")', 'no-design'],
    ['', 'no-design'],
    ['run(7)', 'schema'],
    ['run(agent("Solve It"))', 'schema'],
    ['run(agent("solve", "rm"))', 'schema'],
    ['run(vote(agent("a"), 9))', 'schema'],
    ['run(vote(vote(vote(agent("a"), 5), 5), 5))', 'budget'],
    ['run(reflect(vote(agent("a"), 2)))', 'schema'],
    ['run(agent("a")); run(agent("b"))', 'error'],
    ['while (true) {}', 'sandbox'],
    ['let n = agent("a"); for (let i = 0; i < 1500; i++) n = vote(n, 2); run(n)', 'schema'],
    ['let a = agent("a"); a.of = a; run(a)', 'no-design'],
    ['run(() => 1)', 'no-design'],
    ['fetch("http://example.org")', 'error'],
  ])('%s is refused as %s, with a sentence', async (script, cause) => {
    const result = await read(script);
    expect(result).toMatchObject({ ok: false, cause });
    expect(result.ok ? '' : result.message).not.toBe('');
  });

  it('name the node that a refusal is about', async () => {
    const result = await read('run(vote(agent("A"), 9))');
    expect(result).toMatchObject({
      message: expect.stringMatching(/agent\.name: .*vote\.times: /),
    });
  });
});

describe('majority', () => {
  const answer = (text: string) => ({ ok: true as const, text });
  const failure = { ok: false as const, cause: 'length' };

  it('is the most frequent answer, the first among equals', () => {
    expect(majority([answer('5'), answer('7'), answer('7')])).toEqual(answer('7'));
    expect(majority([answer('5'), answer('7'), answer('5 ')])).toEqual(answer('5'));
    expect(majority([answer('5'), answer('7')])).toEqual(answer('5'));
  });

  it('does not count failures, nor shift the votes of others (B-13)', () => {
    expect(majority([failure, answer('7'), failure])).toEqual(answer('7'));
    expect(majority([failure, failure])).toMatchObject({ ok: false });
  });
});
