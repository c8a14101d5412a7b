import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../../../src/core/json.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { checkSpec } from '../../../src/designs/checks.ts';
import { compileDesign } from '../../../src/designs/compile.ts';
import { defaultLibrary } from '../../../src/designs/library.ts';
import { createRunningActor } from '../../../src/runtime/actor.ts';
import { agree } from './agree.ts';
import type { AnyNode } from './interpreter.ts';
import { answersTo, type Exchange, TASK } from './paths.ts';

const library = defaultLibrary();
const ALLOWANCE = {
  tools: ['js'],
  budget: { calls: 300, tokens: 300, toolSteps: 100_000 },
  tokensPerCall: 1,
  ownSampler: true,
};
const TEXTS = ['A', 'B', 'CORRECT', 'INCORRECT', 'one', 'two'];

const conditions = fc.constantFrom<object[]>(
  { test: 'equals', of: 'answer', text: 'A' },
  { test: 'accepted' },
  { test: 'not', of: { test: 'equals', of: 'answer', text: 'B' } },
  { test: 'any', of: [{ test: 'contains', of: 'answer', text: 'c' }, { test: 'answered' }] },
);

/** Nested nodes; agents are named afterwards, each differently. Questions are left to the tests of single nodes. */
const { node } = fc.letrec<{ node: AnyNode }>((tie) => {
  const agent = fc.constant({ kind: 'agent' });
  const child = tie('node');
  const pair = fc.tuple(child, child);
  return {
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      agent,
      pair.map((of) => ({ kind: 'sequence', of })),
      fc.record({ kind: fc.constant('vote'), of: pair, judge: fc.option(agent, { nil: undefined }) }),
      fc.record({ kind: fc.constant('judge'), of: pair, by: agent }),
      fc.record({
        kind: fc.constant('reflect'),
        of: child,
        critic: agent,
        reviser: agent,
        rounds: fc.integer({ min: 1, max: 3 }),
      }),
      fc.record({
        kind: fc.constant('debate'),
        of: pair,
        rounds: fc.integer({ min: 1, max: 3 }),
        judge: fc.option(agent, { nil: undefined }),
      }),
      pair.map(([one, two]) => ({
        kind: 'route',
        choose: { kind: 'agent' },
        routes: { one, two },
        otherwise: 'two',
      })),
      fc.record({
        kind: fc.constant('when'),
        test: conditions,
        yes: child,
        no: fc.option(child, { nil: undefined }),
      }),
      fc.record({
        kind: fc.constant('loop'),
        of: child,
        times: fc.integer({ min: 1, max: 3 }),
        until: fc.option(conditions, { nil: undefined }),
      }),
      fc.tuple(pair, conditions, fc.integer({ min: 2, max: 5 })).map(([[one, two], when, steps]) => ({
        kind: 'graph',
        nodes: { one, two },
        start: 'one',
        edges: [
          { from: 'one', to: 'two' },
          { from: 'two', to: 'one', when },
        ],
        steps,
      })),
    ),
  };
});

/** The same nodes with agents of different names, and without members that have no value. */
function named(value: AnyNode, next = { name: 0 }): AnyNode {
  if (Array.isArray(value)) return value.map((each) => named(each, next));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const copy = Object.fromEntries(members.map(([key, member]) => [key, named(member, next)]));
  return copy.kind === 'agent' ? { ...copy, name: `x${next.name++}` } : copy;
}

it('designs nested in each other do what the interpreter says, whatever agents answer', () => {
  let accepted = 0;
  fc.assert(
    fc.property(node, fc.integer({ min: 0, max: 1e6 }), (tree, seed) => {
      const root = named(tree);
      const { spec, bounds, checks } = checkSpec({ mas: 1, root }, library, ALLOWANCE);
      if (spec === null || bounds === null || checks.some(({ ok }) => !ok)) return;
      accepted++;
      const random = new RandomStream(seed, canonicalJson(root));
      const actor = createRunningActor(
        compileDesign(spec, library),
        'nested',
        JSON.parse(JSON.stringify({ task: TASK, spec })),
      );
      const exchanges: Exchange[] = [];
      const queue = actor.start();
      for (let command = queue.shift(); command !== undefined; command = queue.shift()) {
        const answer = random.pick(answersTo(command, TEXTS));
        exchanges.push({ command, answer });
        queue.push(...actor.send(answer));
      }
      expect(actor.done).toBe(true);
      const opened = exchanges.filter(({ command }) => command.type === 'open').length;
      expect(opened).toBeLessThanOrEqual(bounds.calls);
      expect(new Set(exchanges.map(({ command }) => command.key)).size).toBe(exchanges.length);
      agree(root, exchanges);
    }),
    { numRuns: 1500, seed: 11 },
  );
  expect(accepted).toBeGreaterThan(500);
});
