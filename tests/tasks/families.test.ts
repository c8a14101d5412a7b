import { afterAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../src/core/random.ts';
import { TOOL_CALL_MARK } from '../../src/policies/prompt.ts';
import { arithmetic } from '../../src/tasks/arithmetic.ts';
import { behaviourKey, code, truthOf } from '../../src/tasks/code.ts';
import { evaluate, normalForm, number, operation, toSource } from '../../src/tasks/expression.ts';
import { defaultFamilies } from '../../src/tasks/families.ts';
import { functionSource, otherComparison } from '../../src/tasks/list-function.ts';
import { memo } from '../../src/tasks/memo.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';
import { SMUDGED, smudging } from '../../src/tasks/smudge.ts';
import type { Demonstration, Split, Task } from '../../src/tasks/task.ts';
import { runTool } from '../../src/tasks/tool.ts';
import { verifier } from '../../src/tasks/verifier.ts';

const sandbox = new QuickJsSandbox();
afterAll(() => sandbox.close());

const segment = (demonstration: Demonstration, kind: string) =>
  demonstration.prompt.find((one) => one.kind === kind)?.text;
const kinds = (demonstration: Demonstration) => demonstration.prompt.map(({ kind }) => kind).join(' ');

describe.each(defaultFamilies().map((family) => [family.name, family] as const))(
  'the family %s',
  (_, family) => {
    it('has more than a thousand distinct contents, in the same order for the same seed', () => {
      const tasks = family.generate(1, 'train', 1500);
      expect(new Set(tasks.map(({ key }) => key)).size).toBe(1500);
      expect(new Set(tasks.map(({ id }) => id)).size).toBe(1500);
      expect(family.generate(1, 'train', 40)).toEqual(tasks.slice(0, 40));
      expect(family.generate(2, 'train', 40)).not.toEqual(tasks.slice(0, 40));
    });

    it('shares no content between train and held-out tasks of any seeds', () => {
      const keys = (split: 'train' | 'heldOut', count: number) =>
        new Set([1, 2, 3].flatMap((seed) => family.generate(seed, split, count).map(({ key }) => key)));
      const train = keys('train', 800);
      for (const key of keys('heldOut', 300)) expect(train.has(key)).toBe(false);
    });

    it('goes beyond them in its harder tasks, in every attribute', () => {
      const tasks = (split: Split, count: number) =>
        [1, 2, 3].flatMap((seed) => family.generate(seed, split, count));
      const ordinary = [...tasks('train', 800), ...tasks('heldOut', 300)];
      const keys = new Set(ordinary.map(({ key }) => key));
      const harder = tasks('harder', 200);
      for (const { key } of harder) expect(keys.has(key)).toBe(false);
      const attributes = (of: readonly Task[]) => [...new Set(of.map(({ attribute }) => attribute))].sort();
      expect(attributes(ordinary).length).toBeGreaterThanOrEqual(2);
      expect(attributes(harder)).toEqual(attributes(ordinary));
    });

    it('demonstrates answers that solve the task, where agents see it as it is', async () => {
      const tasks = family
        .generate(3, 'train', 200)
        .filter(({ text, attribute }) => !text.startsWith(SMUDGED) && attribute !== 'tested');
      for (const task of tasks) {
        const answer = family
          .demonstrate(task, new RandomStream(1, task.id))
          .find((one) => kinds(one) === 'executor task' && one.prompt[0]?.text === 'solve');
        expect((await verifier.verify(task, answer?.completion ?? '', sandbox)).score).toBe(1);
      }
    });

    it('demonstrates every kind of executor call', () => {
      const shown = family
        .generate(1, 'train', 20)
        .flatMap((task) => family.demonstrate(task, new RandomStream(1, 'demo')).map(kinds));
      expect(shown).toEqual(
        expect.arrayContaining([
          'executor task',
          'executor task tool',
          'executor task tool call result',
          'executor task draft feedback',
          'executor task tool draft feedback',
          'executor task answer',
          'executor task answer answer',
        ]),
      );
    });
  },
);

it('no harder task of any of 200 seeds asks for what a training or held-out task asks for', () => {
  for (const family of defaultFamilies()) {
    const keysOf = (split: Split, seed: number, count: number) =>
      family.generate(seed, split, count).map(({ key }) => key);
    for (let seed = 1; seed <= 200; seed++) {
      const ordinary = new Set([...keysOf('train', seed, 60), ...keysOf('heldOut', seed, 20)]);
      expect(keysOf('harder', seed, 20).filter((key) => ordinary.has(key))).toEqual([]);
    }
  }
});

describe('a harder memo', () => {
  const SIMPLE = { firsts: ['add', 'less', 'from', 'times', 'mod', 'at least', 'at most'] };
  const ends = ['done', 'doubled', 'tripled', 'squared', 'negated', 'as text'];
  /** What a memo gives for many numbers, by a reading of its words that is not the family's. */
  const behaviour = (text: string) => {
    const parts = text
      .replace(/^smudged: /, '')
      .replace(/; test$/, '')
      .split(', ');
    const number = (x: number) =>
      parts.slice(0, -1).reduce((value, step) => {
        const n = Number(/\d+$/.exec(step)?.[0]);
        if (step.startsWith('add')) return value + n;
        if (step.startsWith('less')) return value - n;
        if (step.startsWith('from')) return n - value;
        if (step.startsWith('times')) return value * n;
        if (step.startsWith('mod')) return value % n;
        return step.startsWith('at least') ? Math.max(value, n) : Math.min(value, n);
      }, x);
    const end = parts.at(-1);
    return Array.from({ length: 300 }, (_, x) => {
      const value = number(x);
      if (end === 'as text') return JSON.stringify(String(value));
      if (end === 'doubled') return 2 * value;
      if (end === 'tripled') return 3 * value;
      if (end === 'squared') return value ** 2;
      return end === 'negated' ? 0 - value : value;
    }).join();
  };
  const simple = new Set(
    SIMPLE.firsts.flatMap((first) =>
      Array.from({ length: 89 }, (_, index) => index + 11).flatMap((figure) =>
        ends.map((end) => behaviour(`${first} ${figure}, ${end}`)),
      ),
    ),
  );

  it('does what no memo of one step does, for every seed', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const same = memo.generate(seed, 'harder', 60).filter(({ text }) => simple.has(behaviour(text)));
      expect(same.map(({ text }) => text)).toEqual([]);
    }
  });

  it('did so in older runs, whose tasks are made again as they were', () => {
    const older = memo.generate(1, 'harder', 60, []).map(({ text }) => text);
    const now = memo.generate(1, 'harder', 60).map(({ text }) => text);
    expect(older.filter((text) => simple.has(behaviour(text)))).toEqual(['smudged: add 23, mod 23, tripled']);
    expect(now.slice(0, 59)).toEqual(older.filter((text) => !text.includes('add 23, mod 23')));
  });
});

describe('arithmetic', () => {
  const tasks = arithmetic.generate(7, 'train', 300);

  it('asks for results of four to seven digits in short texts', () => {
    for (const { check, text } of tasks) {
      expect(text.length).toBeLessThan(48);
      if (check.kind !== 'integer') throw new Error('not an integer task');
      expect(Math.abs(check.value)).toBeGreaterThanOrEqual(1000);
      expect(Math.abs(check.value)).toBeLessThan(10_000_000);
    }
  });

  it('demonstrates expressions whose value the tool and the answer agree on, in 300 tasks', async () => {
    await Promise.all(
      tasks.flatMap((task) =>
        arithmetic.demonstrate(task, new RandomStream(1, task.id)).map(async (demonstration) => {
          const { completion } = demonstration;
          if (!completion.startsWith(TOOL_CALL_MARK)) {
            expect((await verifier.verify(task, completion, sandbox)).score).toBe(1);
            return;
          }
          const { ok, text } = await runTool({ name: 'js' }, completion.slice(TOOL_CALL_MARK.length), {
            sandbox,
          });
          expect(ok).toBe(true);
          expect((await verifier.verify(task, text, sandbox)).score).toBe(1);
        }),
      ),
    );
  });

  it('writes no more parentheses than needed and knows equal computations', () => {
    const sum = operation(number(3), '-', number(4));
    const tree = operation(number(2), '-', operation(sum, '*', number(5)));
    expect(toSource(tree)).toBe('2-(3-4)*5');
    expect(evaluate(tree)).toBe(7);
    const [a, b, c] = [number(11), number(12), number(13)];
    expect(normalForm(operation(operation(a, '*', b), '*', c))).toBe(
      normalForm(operation(c, '*', operation(b, '*', a))),
    );
    expect(normalForm(operation(a, '-', b))).not.toBe(normalForm(operation(b, '-', a)));
  });
});

describe('code', () => {
  const tasks = code.generate(7, 'train', 500).filter(({ attribute }) => attribute === 'tested');

  it('is solved by the canonical function and never by the other reading, in its tested tasks', async () => {
    await Promise.all(
      tasks.map(async (task) => {
        const truth = truthOf(task);
        const right = functionSource(truth);
        const wrong = functionSource({ ...truth, comparison: otherComparison(truth.comparison) });
        expect((await verifier.verify(task, right, sandbox)).score).toBe(1);
        expect(await verifier.feedback(task, right, sandbox)).toEqual({ passed: true, text: 'ok' });
        expect(await verifier.verify(task, wrong, sandbox)).toMatchObject({ score: 0, parts: { public: 0 } });
        expect((await verifier.feedback(task, wrong, sandbox)).passed).toBe(false);
      }),
    );
  });

  it('means the strict comparison half of the time', () => {
    const strict = tasks.filter((task) => !truthOf(task).comparison.endsWith('=')).length;
    expect(strict / tasks.length).toBeGreaterThan(0.4);
    expect(strict / tasks.length).toBeLessThan(0.6);
  });

  it('gives functions that behave alike one key', () => {
    const over = {
      comparison: '>',
      bound: 7,
      change: undefined,
      changeFirst: false,
      ending: 'list',
    } as const;
    expect(behaviourKey(over)).toBe(behaviourKey({ ...over, comparison: '>=', bound: 8 }));
    expect(behaviourKey(over)).not.toBe(behaviourKey({ ...over, comparison: '>=' }));
  });

  it('demonstrates tool calls and feedback as the runtime makes them', async () => {
    const demonstrations = tasks
      .slice(0, 100)
      .flatMap((task) =>
        code
          .demonstrate(task, new RandomStream(1, task.id))
          .map((demonstration) => ({ task, demonstration })),
      );
    const stuck: Demonstration[] = [];
    await Promise.all(
      demonstrations.map(async ({ task, demonstration }) => {
        const call = segment(demonstration, 'call');
        if (call !== undefined) {
          const { text } = await runTool({ name: 'js' }, call, { sandbox });
          expect(segment(demonstration, 'result')).toBe(text);
          expect(call.startsWith(`(${demonstration.completion})(`)).toBe(true);
        }
        const draft = segment(demonstration, 'draft');
        if (draft === undefined) return;
        expect(await verifier.feedback(task, draft, sandbox)).toMatchObject({
          passed: false,
          text: segment(demonstration, 'feedback'),
        });
        // A draft that failed is revised, or stuck to.
        if (demonstration.completion === draft) stuck.push(demonstration);
        else expect((await verifier.verify(task, demonstration.completion, sandbox)).score).toBe(1);
      }),
    );
    const weigh = (some: readonly { readonly demonstration: Demonstration }[]) =>
      some.reduce((sum, { demonstration }) => sum + (demonstration.weight ?? 1), 0);
    const revisions = demonstrations.filter(
      ({ demonstration }) => segment(demonstration, 'draft') !== undefined,
    );
    expect(weigh(revisions) / weigh(demonstrations)).toBeGreaterThanOrEqual(0.25);
    expect(stuck.length).toBeGreaterThan(0);
  });
});

describe('smudged copies', () => {
  const smudge = smudging(0.5);
  const text = `${SMUDGED}ann47, bob12? bob`;

  it('have as many of their figures right as is said, independently, and nothing else changed', () => {
    let right = 0;
    let both = 0;
    for (let reader = 0; reader < 4000; reader++) {
      const copy = smudge(text, new RandomStream(1, 'reader', reader));
      expect(copy.replaceAll(/\d\d/g, '#')).toBe(`${SMUDGED}ann#, bob#? bob`);
      const [first, second] = copy.match(/\d\d/g) ?? [];
      if (first === '47') right++;
      if (first === '47' && second === '12') both++;
    }
    expect(right / 4000).toBeGreaterThan(0.46);
    expect(right / 4000).toBeLessThan(0.54);
    expect(both / 4000).toBeGreaterThan(0.22);
    expect(both / 4000).toBeLessThan(0.28);
  });

  it('are worse where more is misread', () => {
    const worse = smudging(0.8);
    const copies = Array.from({ length: 4000 }, (_, i) => worse(text, new RandomStream(1, 'reader', i)));
    const right = copies.filter((copy) => copy.includes('ann47')).length / copies.length;
    expect(right).toBeGreaterThan(0.16);
    expect(right).toBeLessThan(0.24);
  });

  it.each([
    ['notes', 0.5],
    ['memo', 0.45],
  ])('of the family %s show a figure as it is with probability %f, as docs/tasks.md says', (name, right) => {
    const family = defaultFamilies().find((each) => each.name === name);
    const tasks = family?.generate(1, 'train', 1500).filter((task) => task.text.startsWith(SMUDGED)) ?? [];
    const kept = tasks.flatMap((task, index) => {
      const copy = family?.observe?.(task.text, new RandomStream(1, 'reader', index)) ?? '';
      const figures = copy.match(/\d\d/g) ?? [];
      return (task.text.match(/\d\d/g) ?? []).map((figure, place) => Number(figure === figures[place]));
    });
    expect(kept.length).toBeGreaterThan(1000);
    const share = kept.reduce((sum, one) => sum + one, 0) / kept.length;
    expect(Math.abs(share - right)).toBeLessThan(0.045);
  });

  it('are the same for the same reader, and the text itself where it is not smudged', () => {
    const copy = () => smudge(text, new RandomStream(1, 'reader', 1));
    expect(copy()).toBe(copy());
    expect(smudge('notes: ann47? ann', new RandomStream(1, 'reader', 1))).toBe('notes: ann47? ann');
  });
});
