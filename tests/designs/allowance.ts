import type { Allowance } from '../../src/designs/checks.ts';

/** What designs may use and cost in these tests, as in a quick run. */
export const ALLOWANCE: Allowance = {
  tools: ['js'],
  budget: { calls: 12, tokens: 600, toolSteps: 1000 },
  tokensPerCall: 48,
  ownSampler: false,
};

/** What `troupe check` allows by itself. */
export const CHECK_ALLOWANCE: Allowance = {
  tools: ['js', 'python'],
  budget: { calls: 128, tokens: 131_072, toolSteps: 10_000 },
  tokensPerCall: 1024,
  ownSampler: true,
};
