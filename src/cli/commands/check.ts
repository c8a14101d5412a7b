import { readFileSync } from 'node:fs';
import { UserError } from '../../core/errors.ts';
import { oneLine, printable } from '../../core/printable.ts';
import type { Allowance } from '../../designs/checks.ts';
import { defaultLibrary } from '../../designs/library.ts';
import { PythonJail } from '../../designs/python/jail.ts';
import { DesignReader, DIALECTS, type Report } from '../../designs/reader.ts';
import { type Rehearsed, type RehearsedCall, rehearse } from '../../runtime/rehearse.ts';
import { plainPolicy, type Replies, repliesPolicy, repliesSchema } from '../../runtime/replies.ts';
import { QuickJsSandbox } from '../../tasks/quickjs-sandbox.ts';
import { JS_TOOL, PYTHON_TOOL } from '../../tasks/tool.ts';
import { reportLines } from '../../views/check-report.ts';
import { markInColour } from '../colour.ts';
import { dialectOf } from '../design-file.ts';
import { print, printStyled } from '../output.ts';

interface Options {
  readonly dialect: string;
  readonly run?: boolean;
  readonly task?: string;
  readonly answer?: string;
  readonly say: string;
  readonly replies?: string;
  readonly tests?: readonly boolean[];
  readonly calls: number;
  readonly tokens: number;
  readonly toolSteps: number;
  readonly tokensPerCall: number;
  readonly json?: boolean;
}

/** `troupe check`: what a script comes to, and what is wrong with it, before it costs anything. */
export async function check(file: string, options: Options): Promise<void> {
  const dialect = DIALECTS.find((each) => each === options.dialect);
  if (dialect === undefined) {
    const known = DIALECTS.join(', ');
    throw new UserError(
      'unknown-dialect',
      `There is no dialect "${options.dialect}"; --dialect takes ${known}.`,
    );
  }
  const runs = options.run === true;
  if (!runs && (options.replies !== undefined || options.tests !== undefined)) {
    const name = options.replies === undefined ? '--tests' : '--replies';
    throw new UserError('no-dry-run', `${name} is of a dry run; add --run.`);
  }
  const replies = options.replies === undefined ? {} : readReplies(options.replies);
  if (options.answer !== undefined && options.task === undefined) {
    throw new UserError('no-task', '--answer is the answer of a task; add --task with its text.');
  }
  const source = readScript(file);
  const library = defaultLibrary();
  const sandbox = new QuickJsSandbox();
  const jail = new PythonJail();
  try {
    const reader = new DesignReader({ library, sandbox, jail, allowance: allowanceOf(options) });
    const language = dialect === 'auto' ? dialectOf(file) : dialect;
    const known =
      options.answer === undefined ? null : { task: options.task ?? '', answer: options.answer.trim() };
    const report = await reader.read(source, language, known);
    const rehearsed =
      runs && report.ok && report.spec !== null
        ? await rehearse(report.spec, {
            library,
            sandbox,
            jail,
            task: options.task ?? report.question ?? 'What is 6 * 7?',
            respond: repliesPolicy(replies, plainPolicy(options.say)),
            tests: options.tests,
          })
        : null;
    if (options.json === true) print(`${JSON.stringify(asJson(report, rehearsed))}\n`);
    else printStyled(`${asText(report, rehearsed, file, source).join('\n')}\n`);
    process.exitCode = report.ok && (rehearsed === null || rehearsed.answer !== null) ? 0 : 1;
  } finally {
    await Promise.all([sandbox.close(), jail.close()]);
  }
}

function allowanceOf({ calls, tokens, toolSteps, tokensPerCall }: Options): Allowance {
  return {
    tools: [JS_TOOL, PYTHON_TOOL],
    budget: { calls, tokens, toolSteps },
    tokensPerCall,
    ownSampler: true,
  };
}

/** The text of a file, or of standard input for `-`. */
function readScript(file: string): string {
  return readText(file, 'no-script-file', 'name a file with a script, or - for standard input');
}

function readReplies(file: string): Replies {
  const text = readText(file, 'no-replies-file', 'name a file with replies by agent name');
  let parsed: ReturnType<typeof repliesSchema.safeParse>;
  try {
    parsed = repliesSchema.safeParse(JSON.parse(text));
  } catch {
    throw new UserError('bad-replies', `${file} is no JSON; ${REPLIES_FORM}.`);
  }
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new UserError(
    'bad-replies',
    `${file} holds no replies${where === '' ? '' : ` for ${JSON.stringify(where)}`}; ${REPLIES_FORM}.`,
  );
}

const REPLIES_FORM = 'give lists of texts by agent name, such as {"Critic": ["CORRECT"], "*": ["42"]}';

function readText(file: string, code: string, remedy: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const cause = error instanceof Error && 'code' in error ? error.code : '';
    const why =
      cause === 'ENOENT' ? 'there is no such file' : cause === 'EISDIR' ? 'it is a folder' : String(cause);
    throw new UserError(code, `${file} cannot be read: ${why}; ${remedy}.`);
  }
}

function asJson({ ok, dialect, spec, checks, bounds, shape, failure }: Report, rehearsed: Rehearsed | null) {
  const { answer, calls, transcript } = rehearsed ?? {};
  const run = rehearsed === null ? {} : { answer, calls, transcript };
  return { ok, dialect, shape, spec, checks, bounds, cause: failure?.cause ?? null, ...run };
}

function asText(report: Report, rehearsed: Rehearsed | null, file: string, source: string): string[] {
  const lines = reportLines(report, file, source, markInColour(process.stdout));
  if (rehearsed === null) return lines;
  const { answer, calls, cause } = rehearsed;
  const count = `${calls} ${calls === 1 ? 'call' : 'calls'}`;
  return [
    ...lines,
    '',
    ...rehearsed.transcript.flatMap(callLines),
    answer === null
      ? `run: no answer after ${count}: ${oneLine(cause ?? '')}`
      : `run: ${count}, answer ${printable(JSON.stringify(answer))}`,
  ];
}

/** One call of a dry run: who was asked, what it saw, and what it said. */
function callLines({ agent, prompt, reply }: RehearsedCall, index: number): string[] {
  const indented = (text: string, mark: string) =>
    printable(text)
      .split('\n')
      .map((line) => `    ${mark} ${line}`);
  return [`call ${index + 1}: ${printable(agent)}`, ...indented(prompt, '│'), ...indented(reply, '→'), ''];
}
