import { z } from 'zod';
import type { NodeLibrary } from './library.ts';
import type { NodeSpec } from './node.ts';

/** Version of the format below. */
export const SPEC_VERSION = 1;

/**
 * A MAS spec: what a script comes to, whatever its dialect. Plain JSON; the log keeps it with every design
 * and execution, and a machine is compiled from it alone.
 */
export interface MasSpec {
  readonly mas: typeof SPEC_VERSION;
  readonly root: NodeSpec;
  /** Source of the Python script whose functions the nodes refer to, if they do. */
  readonly python?: string | undefined;
}

export interface SpecIssue {
  /** Members from the root node to the one at fault: `of.0.times`. */
  readonly path: string;
  readonly message: string;
}

export type SpecResult =
  | { readonly ok: true; readonly spec: MasSpec }
  | { readonly ok: false; readonly issues: readonly SpecIssue[] };

/** Objects and lists in each other; far more than a design within any budget can need. */
const MAX_NESTING = 48;

/** Parses the spec of a log, of a file or of a script's outcome by the nodes of a library. Never throws. */
export function parseSpec(value: unknown, library: NodeLibrary): SpecResult {
  if (nesting(value) > MAX_NESTING) {
    return { ok: false, issues: [{ path: '', message: `nested deeper than ${MAX_NESTING} levels` }] };
  }
  const schema = z.strictObject({
    mas: z.literal(SPEC_VERSION),
    root: library.schema,
    python: z.string().max(100_000).optional(),
  });
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, spec: parsed.data };
  return {
    ok: false,
    issues: parsed.error.issues.map(({ path, message }) => ({
      path: path.slice(path[0] === 'root' ? 1 : 0).join('.'),
      message,
    })),
  };
}

/** Every node of a spec with the members that lead to it, parents before children. */
export function nodesOf(root: NodeSpec): { readonly path: string; readonly node: NodeSpec }[] {
  const found: { path: string; node: NodeSpec }[] = [];
  const walk = (value: unknown, path: readonly string[]): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isNode(value)) found.push({ path: path.join('.'), node: value });
    for (const [name, member] of Object.entries(value)) walk(member, [...path, name]);
  };
  walk(root, []);
  return found;
}

function isNode(value: object): value is NodeSpec {
  return 'kind' in value && typeof value.kind === 'string';
}

/** Depth of objects within objects, measured without recursion: scripts can nest deeper than a stack goes. */
function nesting(value: unknown): number {
  let depth = 0;
  for (let level = [value]; level.length > 0 && depth <= MAX_NESTING; depth++) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return depth;
}
