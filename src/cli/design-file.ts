import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { UserError } from '../core/errors.ts';
import { defaultLibrary } from '../designs/library.ts';
import { PythonJail } from '../designs/python/jail.ts';
import { DesignReader, type Dialect, type Report } from '../designs/reader.ts';
import { QuickJsSandbox } from '../tasks/quickjs-sandbox.ts';
import { JS_TOOL, PYTHON_TOOL } from '../tasks/tool.ts';

/** A file's name says which dialect it holds; a text's own marks do where the name does not. */
export function dialectOf(file: string): Dialect {
  const ending = extname(file);
  return ending === '.py' ? 'python' : ending === '.js' ? 'javascript' : 'auto';
}

/** Whether a name on the command line is a file that may hold a script. */
export function isDesignFile(name: string): boolean {
  return existsSync(name) && statSync(name).isFile();
}

/**
 * The spec of the design in a file, whatever it would cost and whatever its checks find, so that a flawed one
 * can be looked at. Throws {@link UserError} where there is no spec at all.
 */
export async function specOfFile(file: string): Promise<NonNullable<Report['spec']>> {
  const sandbox = new QuickJsSandbox();
  const jail = new PythonJail();
  const limit = Number.MAX_SAFE_INTEGER;
  const allowance = {
    tools: [JS_TOOL, PYTHON_TOOL],
    budget: { calls: limit, tokens: limit, toolSteps: limit },
    tokensPerCall: 1,
    ownSampler: true,
  };
  try {
    const reader = new DesignReader({ library: defaultLibrary(), sandbox, jail, allowance });
    const { spec, bounds, failure } = await reader.read(readFileSync(file, 'utf8'), dialectOf(file));
    if (spec !== null && bounds !== null) return spec;
    throw new UserError(
      'bad-design',
      `${file} holds no design (${failure?.cause}): ${failure?.message}; "troupe check ${file}" says more.`,
    );
  } finally {
    await Promise.all([sandbox.close(), jail.close()]);
  }
}
