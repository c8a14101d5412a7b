import { inColumns, oneLine } from '../core/printable.ts';
import type { Check, CheckName } from '../designs/checks.ts';
import type { Report } from '../designs/reader.ts';

/** What each check asks, for people. */
const QUESTIONS: { readonly [check in CheckName]: string } = {
  script: 'script found',
  syntax: 'syntax',
  evaluation: 'hands over one design',
  schema: 'well-formed nodes',
  names: 'names defined',
  tools: 'tools known',
  sampler: 'sampler settings',
  answer: 'does not answer itself',
  transitions: 'no dead transition',
  reachable: 'every state reachable',
  end: 'end reachable from everywhere',
  termination: 'loops bounded',
  calls: 'policy calls',
  tokens: 'sampled tokens',
  toolSteps: 'tool steps',
};

/** Width of the column of questions. */
const WIDTH = Math.max(...Object.values(QUESTIONS).map(({ length }) => length));

/**
 * A report as lines for a terminal: what passed in a line each, what did not with the lines of the file that
 * it is about. All of it is printable, and no text of the script begins a line of its own.
 *
 * @param file as the user named it
 * @param source of the file, for quoting lines
 * @param mark colours a sign: true for passed, false for failed
 */
export function reportLines(
  { ok, dialect, shape, checks, failure }: Report,
  file: string,
  source: string,
  mark: (text: string, good: boolean) => string = (text) => text,
): string[] {
  const name = oneLine(file);
  const text = source.split('\n');
  const verdict = ok ? `a design in ${dialect}: ${shape}` : `no design (${failure?.cause ?? 'unknown'})`;
  return [
    `${name}: ${mark(oneLine(verdict), ok)}`,
    ...checks.flatMap((check) => [checkLine(check, name, mark), ...quoted(check, text)]),
  ];
}

function checkLine(
  { check, ok, message, line }: Check,
  file: string,
  mark: (text: string, good: boolean) => string,
): string {
  const place = ok || line === undefined ? '' : `${file}:${line}: `;
  return `  ${mark(ok ? '✓' : '✗', ok)} ${QUESTIONS[check].padEnd(WIDTH)}  ${place}${oneLine(message)}`;
}

function quoted({ ok, line }: Check, text: readonly string[]): string[] {
  const quote = line === undefined ? undefined : text[line - 1];
  if (ok || line === undefined || quote === undefined || quote.trim() === '') return [];
  return [
    `${' '.repeat(WIDTH + 6)}${String(line).padStart(4)} │ ${inColumns(quote.trimEnd().slice(0, 100))}`,
  ];
}
