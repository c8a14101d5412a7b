import { describe, expect, it } from 'vitest';
import { causeOf, type Evidence } from '../../src/runtime/verify/cause.ts';

const nothing: Evidence = {
  foundBy: 'execution',
  weightsMissing: false,
  kit: 'same',
  sameCode: true,
  gap: null,
};

describe('the likely cause of a divergence', () => {
  it.each<[string, Partial<Evidence>]>([
    ['log altered', { foundBy: 'hashes' }],
    ['log altered', { foundBy: 'hashes', sameCode: false }],
    ['weights missing', { foundBy: 'hashes', weightsMissing: true }],
    ['weights missing', { weightsMissing: true, sameCode: false }],
    ['kit changed', { kit: 'lacks' }],
    ['kit changed', { kit: 'lacks', sameCode: false }],
    ['kit changed', { kit: 'differs' }],
    ['code changed', { kit: 'differs', sameCode: false }],
    ['code changed', { sameCode: false }],
    ['code changed', { sameCode: false, gap: 1e-6 }],
    ['arithmetic differs', { gap: 1e-6 }],
    ['arithmetic differs', { gap: 1e-6, sameCode: null }],
    ['unknown', { gap: 0 }],
    ['unknown', { gap: 3 }],
    ['unknown', { gap: Number.POSITIVE_INFINITY }],
    ['unknown', {}],
  ])('%s for %o', (cause, evidence) => {
    expect(causeOf({ ...nothing, ...evidence })).toBe(cause);
  });
});
