import type { Allowance } from '../../src/designs/checks.ts';

/** What designs may use and cost in these tests, as in a quick run. */
export const ALLOWANCE: Allowance = {
  tools: ['js'],
  budget: { calls: 12, tokens: 600, toolSteps: 1000 },
  tokensPerCall: 48,
  ownSampler: false,
};
