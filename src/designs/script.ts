import type { DesignFailure } from '../../machines/designer.machine.ts';
import type { Sandbox, SandboxFailure } from '../tasks/sandbox.ts';
import type { NodeLibrary } from './library.ts';
import type { NodeSpec } from './node.ts';

/** A design that passed its checks, with its bounds. */
export interface Design {
  readonly spec: NodeSpec;
  /** Its structure without names, for statistics: `vote3(agent+js)`. */
  readonly shape: string;
  /** Worst-case number of policy calls of one execution. */
  readonly maxCalls: number;
}

export type DesignResult =
  | ({ readonly ok: true } & Design)
  | { readonly ok: false; readonly cause: DesignFailure; readonly message: string };

/** A design may make at most this many calls in one execution (law 7). */
export const MAX_CALLS = 12;

/** Nodes in nodes; far more than a design within its budget can need. */
const MAX_NESTING = 16;

/** Depth of objects within objects, measured without recursion: scripts can nest deeper than a stack goes. */
function nesting(value: unknown): number {
  let depth = 0;
  for (let level = [value]; level.length > 0 && depth <= MAX_NESTING; depth++) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return depth;
}

const FAILURES: { readonly [failure in SandboxFailure]: DesignFailure } = {
  syntax: 'syntax',
  error: 'error',
  steps: 'sandbox',
  memory: 'sandbox',
  value: 'no-design',
  killed: 'killed',
};

/**
 * Evaluates a designer's script in the sandbox and checks what it hands over: `run(node)`, once, with a
 * node of the library. Never throws for what the script does; every refusal has a cause and a sentence.
 */
export async function readScript(
  script: string,
  library: NodeLibrary,
  sandbox: Sandbox,
): Promise<DesignResult> {
  const result = await sandbox.evaluate({
    prelude: `${library.prelude}\nvar design = null; function run(node) { if (design !== null) throw new Error('run() twice'); design = { node: node }; }`,
    source: `${script}\n;return design;`,
    steps: SCRIPT_STEPS,
  });
  if (!result.ok) return { ok: false, cause: FAILURES[result.failure], message: result.message };
  const { value } = result;
  if (value === null || typeof value !== 'object' || !('node' in value)) {
    return { ok: false, cause: 'no-design', message: 'the script never called run(node)' };
  }
  return checkSpec(value.node, library);
}

/** Checks a spec, from a script or from elsewhere: schema first, then its budget. */
export function checkSpec(value: unknown, library: NodeLibrary): DesignResult {
  if (nesting(value) > MAX_NESTING) {
    return { ok: false, cause: 'schema', message: `nested deeper than ${MAX_NESTING} levels` };
  }
  const parsed = library.schema.safeParse(value);
  if (!parsed.success) {
    return {
      ok: false,
      cause: 'schema',
      message: parsed.error.issues.map((issue) => issue.message).join('; '),
    };
  }
  const maxCalls = library.calls(parsed.data);
  if (maxCalls > MAX_CALLS) {
    return {
      ok: false,
      cause: 'budget',
      message: `up to ${maxCalls} calls, but a design may make ${MAX_CALLS}`,
    };
  }
  return { ok: true, spec: parsed.data, shape: library.shape(parsed.data), maxCalls };
}

/** Interpreter steps that a script may take; a design needs a handful. */
const SCRIPT_STEPS = 200;
