import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/core/json.ts';
import { RandomStream } from '../../src/core/random.ts';
import { PythonJail } from '../../src/designs/python/jail.ts';
import { DesignReader } from '../../src/designs/reader.ts';
import { defaultKit } from '../../src/runtime/kit.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';
import { type Genome, mutate, scriptOf } from '../../tools/ablation/play/mutate-design.ts';
import { searchDesign } from '../../tools/ablation/play/search.ts';

const agent: Genome = { kind: 'agent', name: 'solve' };
const vote: Genome = { kind: 'vote', of: agent, times: 3 };
const reflect: Genome = { kind: 'reflect', of: { ...agent, tools: ['js'] } };

describe('mutated designs', () => {
  it('are scripts of which a good part passes all checks, in great variety', async () => {
    const sandbox = new QuickJsSandbox();
    const jail = new PythonJail();
    const allowance = {
      tools: ['js'],
      budget: { calls: 12, tokens: 600, toolSteps: 1000 },
      tokensPerCall: 48,
      ownSampler: false,
    };
    const reader = new DesignReader({ library: defaultKit().library, sandbox, jail, allowance });
    const random = new RandomStream(1, 'mutants');
    const pool: Genome[] = [agent, vote, reflect];
    const good = new Set<string>();
    for (let index = 0; index < 300; index++) {
      const child = mutate(random.pick(pool), random.pick(pool), random);
      const { failure } = await reader.read(scriptOf(child), 'javascript');
      if (failure === null) {
        good.add(canonicalJson(child));
        pool.push(child);
      }
    }
    await Promise.all([sandbox.close(), jail.close()]);
    expect(good.size).toBeGreaterThan(20);
  });
});

describe('search over designs', () => {
  /** A world in which a design's worth is how many votes it takes, up to four, and every vote costs a call. */
  const worth = (design: Genome) => (design.kind === 'vote' ? Math.min(4, Number(design.times)) / 5 : 0.2);
  const search = (seed: number, budget: number) => {
    const noise = new RandomStream(seed, 'noise');
    return searchDesign({
      library: [agent, vote, reflect],
      budget,
      random: new RandomStream(seed, 'search'),
      passes: async (design) => canonicalJson(design).length < 120,
      execute: async (designs, tasks) =>
        designs.map((design) => ({
          rewards: tasks.map(() => (noise.uniform() < worth(design) ? 1 : 0)),
          calls: tasks.length * Number(design.times ?? 1),
        })),
    });
  };

  it('finds a better design than any it began with, and spends its budget and hardly more', async () => {
    const found = await search(1, 6000);
    expect(worth(found.design)).toBe(0.8);
    expect(found.reward).toBeGreaterThan(0.7);
    expect(found.calls).toBeGreaterThan(5000);
    expect(found.calls).toBeLessThan(6600);
    expect(found.tried).toBeGreaterThan(30);
  });

  it('comes to the same again, and to something with next to no budget', async () => {
    expect(await search(2, 1500)).toEqual(await search(2, 1500));
    expect((await search(3, 1)).executions).toBeGreaterThan(0);
  });
});
