import type { Predicate } from '../../machines/chart.ts';

/** A condition as a script writes it: `all(taskAbove(99), not(passed()))`. */
export function predicateText(predicate: Predicate): string {
  switch (predicate.test) {
    case 'contains':
    case 'equals':
      return `${subject(predicate.of, predicate.test)}(${JSON.stringify(predicate.text)})`;
    case 'longer':
      return `${subject(predicate.of, 'longer')}(${predicate.than})`;
    case 'above':
      return `${subject(predicate.of, 'above')}(${predicate.limit})`;
    case 'python':
      return predicate.ref;
    case 'measured':
      return `yes(${predicate.path})`;
    case 'not':
      return `not(${predicateText(predicate.of)})`;
    case 'all':
    case 'any':
      return `${predicate.test}(${predicate.of.map(predicateText).join(', ')})`;
    default:
      return `${predicate.test}()`;
  }
}

/** Whether a parameter of a chart is a condition; charts hold no other objects with a `test`. */
export function isPredicate(value: unknown): value is Predicate {
  return typeof value === 'object' && value !== null && 'test' in value && typeof value.test === 'string';
}

function subject(of: 'answer' | 'task', test: string): string {
  return of === 'task' ? `task${test[0]?.toUpperCase()}${test.slice(1)}` : test;
}
