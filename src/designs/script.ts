import { z } from 'zod';
import type { DesignFailure } from '../../machines/designer.machine.ts';
import type { Sandbox, SandboxFailure } from '../tasks/sandbox.ts';
import type { NodeLibrary } from './library.ts';
import { HANDED_OVER, LINE } from './prelude.ts';

/** Interpreter steps that a script may take; a design needs a handful. */
const SCRIPT_STEPS = 20;

/** What a script handed over, not yet checked, whatever its dialect. */
export type Reading =
  | {
      readonly ok: true;
      /** The root node, as JSON. */
      readonly root: unknown;
      /** Lines of the script that made a node, by the members that lead to it from the root. */
      readonly lines: ReadonlyMap<string, number>;
      /** The question that the script asks its design, where it holds one. */
      readonly question: string | null;
      /** The script itself, where nodes refer to functions of it. */
      readonly python?: string;
    }
  | {
      readonly ok: false;
      readonly cause: DesignFailure;
      readonly message: string;
      readonly line?: number | undefined;
    };

const FAILURES: { readonly [failure in SandboxFailure]: DesignFailure } = {
  syntax: 'syntax',
  error: 'error',
  steps: 'sandbox',
  memory: 'sandbox',
  value: 'no-design',
  killed: 'killed',
};

const outcomeSchema = z.object({ node: z.unknown(), at: z.number() }).nullable();

/**
 * Evaluates a JavaScript design script in the sandbox and returns what it handed to `run(node)`, once. Never
 * throws for what the script does; every refusal has a cause, a sentence, and a line where there is one.
 */
export async function readJavaScript(
  script: string,
  library: NodeLibrary,
  sandbox: Sandbox,
): Promise<Reading> {
  const result = await sandbox.evaluate({
    prelude: library.preludeFor(script),
    source: `${script}\n;return ${HANDED_OVER};`,
    steps: SCRIPT_STEPS,
  });
  if (!result.ok) {
    const { failure, message, line } = result;
    return { ok: false, cause: FAILURES[failure], message, ...(line === undefined ? {} : { line }) };
  }
  const outcome = outcomeSchema.safeParse(result.value);
  if (!outcome.success || outcome.data === null) {
    return { ok: false, cause: 'no-design', message: 'the script never called run(node)' };
  }
  const lines = new Map<string, number>();
  if (isLine(outcome.data.at)) lines.set('', outcome.data.at);
  return { ok: true, root: withoutLines(outcome.data.node, '', lines), lines, question: null };
}

/** Scripts can hand over numbers of their own in the place of lines. */
function isLine(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

/** How deep lines are looked for; what is nested deeper is refused by the schema. */
const MAX_DEPTH = 64;

/** A value without the lines that the prelude wrote on its nodes, which go into the map. */
function withoutLines(value: unknown, path: string, lines: Map<string, number>, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  const inner = (name: string | number) => (path === '' ? String(name) : `${path}.${name}`);
  if (Array.isArray(value)) {
    return value.map((member, index) => withoutLines(member, inner(index), lines, depth + 1));
  }
  const members = Object.entries(value).flatMap(([name, member]) => {
    if (name === LINE && typeof member === 'number') {
      if (isLine(member)) lines.set(path, member);
      return [];
    }
    return [[name, withoutLines(member, inner(name), lines, depth + 1)] as const];
  });
  return Object.fromEntries(members);
}
