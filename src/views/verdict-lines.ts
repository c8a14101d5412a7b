import { canonicalJson, type Json } from '../core/json.ts';
import type { FailedTest, Task, Test } from '../tasks/task.ts';
import { type DetailLine, labelled } from './detail-line.ts';
import type { VerdictView } from './transcript.ts';

/** A verdict: score and parts, the answer, and the first public test that failed, where the event names it. */
export function verdictLines({ score, parts, answer, failed }: VerdictView): DetailLine[] {
  const shares = Object.entries(parts).map(([part, value]) => `${part} ${Number(value.toFixed(2))}`);
  const tone = score === 1 ? 'good' : 'bad';
  return [
    ...labelled(tone, 'verdict', [`score ${score}`, ...shares].join(', ')),
    ...labelled(tone, 'answer', answer),
    ...(failed === undefined ? [] : failedLines(failed)),
  ];
}

/** Which public test failed first, with what it was given, what was expected and what came. */
export function failedLines({ index, input, expected, actual, error }: FailedTest): DetailLine[] {
  const came = actual === undefined ? (error ?? 'no value') : `gave ${canonicalJson(actual)}`;
  const call = `public test ${index + 1}: ${called(input)}`;
  return labelled('bad', 'failed', `${call}\nexpected ${canonicalJson(expected)}, ${came}`);
}

/** What a task's verifier expects. */
export function expectedLines({ check }: Pick<Task, 'check'>): DetailLine[] {
  if (check.kind !== 'tests') return labelled('task', 'expected', String(check.value));
  const tests = (name: string, list: readonly Test[]) =>
    list.length === 0
      ? [`no ${name} test`]
      : list.map(({ input, output }) => `${name} ${called(input)} = ${canonicalJson(output)}`);
  const lines = [...tests('public', check.public), ...tests('hidden', check.hidden)];
  return labelled('task', 'expected', lines.join('\n'));
}

/** A call of the function under test: `f(3, [1,2])`. */
function called(input: readonly Json[]): string {
  return `f(${input.map((value) => canonicalJson(value)).join(', ')})`;
}
