import { canonicalJson } from '../core/json.ts';

/** What a draft that passes its public tests is told. */
export const PASSED = 'ok';
/** What a draft of a task without public tests is told. */
export const NO_TESTS = 'none';
const CHARACTERS = 60;

/** What a draft that fails a public test is told, short enough for a small policy: `gave 12 want 22`. */
export function testFeedback(got: unknown, want: unknown): string {
  return `gave ${got === undefined ? 'error' : canonicalJson(got)} want ${canonicalJson(want)}`.slice(
    0,
    CHARACTERS,
  );
}
