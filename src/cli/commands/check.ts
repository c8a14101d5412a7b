import { readFileSync } from 'node:fs';
import { UserError } from '../../core/errors.ts';
import { oneLine, printable } from '../../core/printable.ts';
import type { Allowance } from '../../designs/checks.ts';
import { defaultLibrary } from '../../designs/library.ts';
import { PythonJail } from '../../designs/python/jail.ts';
import { DesignReader, DIALECTS, type Report } from '../../designs/reader.ts';
import { plainPolicy, type Rehearsed, rehearse } from '../../runtime/rehearse.ts';
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
  readonly say: string;
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
  const source = readScript(file);
  const library = defaultLibrary();
  const sandbox = new QuickJsSandbox();
  const jail = new PythonJail();
  try {
    const reader = new DesignReader({ library, sandbox, jail, allowance: allowanceOf(options) });
    const report = await reader.read(source, dialect === 'auto' ? dialectOf(file) : dialect);
    const rehearsed =
      options.run === true && report.ok && report.spec !== null
        ? await rehearse(report.spec, {
            library,
            sandbox,
            jail,
            task: options.task ?? report.question ?? 'What is 6 * 7?',
            respond: plainPolicy(options.say),
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
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(code);
    throw new UserError(
      'no-script-file',
      `${file} cannot be read: ${why}; name a file with a script, or - for standard input.`,
    );
  }
}

function asJson({ ok, dialect, spec, checks, bounds, shape, failure }: Report, rehearsed: Rehearsed | null) {
  const run = rehearsed === null ? {} : { answer: rehearsed.answer, calls: rehearsed.calls };
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
    answer === null
      ? `run: no answer after ${count}: ${oneLine(cause ?? '')}`
      : `run: ${count}, answer ${printable(JSON.stringify(answer))}`,
  ];
}
