import { z } from 'zod';
import type { Predicate, World } from '../../machines/chart.ts';
import { isAcceptance } from './answers.ts';

const subject = z.enum(['answer', 'task']);
const text = z.string().min(1).max(200);

/** Schema of a condition as scripts may write it; what the compiler makes of one is not in it. */
export const predicateSchema: z.ZodType<Predicate> = z.lazy(() =>
  z.discriminatedUnion('test', [
    z.strictObject({
      test: z.enum(['contains', 'equals']),
      of: subject,
      text,
      exact: z.boolean().optional(),
    }),
    z.strictObject({ test: z.literal('longer'), of: subject, than: z.number().int().min(0) }),
    z.strictObject({ test: z.literal('above'), of: subject, limit: z.number() }),
    z.strictObject({ test: z.enum(['answered', 'accepted', 'passed']) }),
    z.strictObject({ test: z.literal('python'), ref: z.string().regex(/^\d+:/) }),
    z.strictObject({ test: z.literal('not'), of: predicateSchema }),
    z.strictObject({ test: z.enum(['all', 'any']), of: z.array(predicateSchema).min(1).max(8) }),
  ]),
);

/**
 * Whether a condition holds; pure, so that a guard can ask it. Without an answer nothing holds of it.
 *
 * @param accepted whether a critic's text accepts
 */
export function holds(
  predicate: Predicate,
  world: World,
  accepted: (critique: string) => boolean = isAcceptance,
): boolean {
  switch (predicate.test) {
    case 'contains':
    case 'equals': {
      const said = predicate.of === 'task' ? world.task : world.answer;
      if (said === null) return false;
      const fold = (each: string) => (predicate.exact === true ? each : each.toLowerCase());
      const [whole, part] = [fold(said), fold(predicate.text)];
      return predicate.test === 'contains' ? whole.includes(part) : whole.trim() === part.trim();
    }
    case 'longer':
      return ((predicate.of === 'task' ? world.task : world.answer) ?? '').length > predicate.than;
    case 'above': {
      const said = (predicate.of === 'task' ? world.task : world.answer) ?? '';
      return (said.match(/\d+/g) ?? []).some((digits) => Number(digits) > predicate.limit);
    }
    case 'answered':
      return world.answer !== null;
    case 'accepted':
      return world.answer !== null && accepted(world.answer);
    case 'measured':
      return world.measured(predicate.path);
    case 'not':
      return !holds(predicate.of, world, accepted);
    case 'all':
      return predicate.of.every((each) => holds(each, world, accepted));
    case 'any':
      return predicate.of.some((each) => holds(each, world, accepted));
    case 'passed':
    case 'python':
      throw new TypeError(`the condition "${predicate.test}" was not compiled to a question`);
  }
}

/**
 * Whether a critic's text accepts what it was shown, in runs without behaviour 40. Only its last line counts, and only if that line is
 * nothing but a verdict: `CORRECT`, `Verdict: accepted`. "INCORRECT", "not correct" and "I cannot say that
 * this is correct" accept nothing (the published rule is fooled by all three).
 */
export function accepts(critique: string): boolean {
  const last = critique.trim().split('\n').at(-1) ?? '';
  const words = last.toLowerCase().replace(/[*_`#>"'.!:]/g, ' ');
  return /^\s*(?:(?:final\s+)?verdict\s+)?(?:correct|accept|accepted|ok)\s*$/.test(words);
}

/**
 * The name that a text chooses: the whole text, or else its first word, case and punctuation aside. Null if
 * that is no name on offer; names further on in the text are not searched for.
 */
export function choice(text: string, names: readonly string[]): string | null {
  const said = text.trim().toLowerCase();
  const first = said.split(/\s/)[0] ?? '';
  return names.find((name) => [said, first].some((each) => each.replace(/[^a-z0-9-]/g, '') === name)) ?? null;
}
