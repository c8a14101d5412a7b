import type { Json } from '../core/json.ts';

/** A program for the sandbox. It is a function body: what it `return`s, as JSON, is the value. */
export interface SandboxProgram {
  /** Trusted prelude of ours, evaluated first and not counted; same realm. */
  readonly prelude?: string;
  readonly source: string;
  /** Step budget (interrupt callbacks of the interpreter), deterministic. */
  readonly steps?: number;
}

export type SandboxFailure =
  /** does not parse */
  | 'syntax'
  /** threw */
  | 'error'
  /** step budget spent */
  | 'steps'
  /** memory, stack or output size */
  | 'memory'
  /** value is not JSON */
  | 'value'
  /** only a wall clock could stop it: recorded as such, since it need not happen again */
  | 'killed';

export type SandboxResult =
  | { readonly ok: true; readonly value: Json; readonly steps: number }
  | {
      readonly ok: false;
      readonly failure: SandboxFailure;
      readonly message: string;
      readonly steps: number;
      /** Line of the source, from 1, where the failure is known to come from one. */
      readonly line?: number | undefined;
    };

/**
 * Evaluates JavaScript that a policy wrote: no file, network, environment, clock or randomness; counted
 * steps, bounded memory and output. Nor are there regular expressions, BigInt, `eval`, typed arrays or
 * proxies, nor `String.raw`, `Iterator.prototype.drop` and
 * the set algebra (`union`, …): built-ins that could run long without a step. Same program, same result. Never throws for what the program does.
 */
export interface Sandbox {
  evaluate(program: SandboxProgram): Promise<SandboxResult>;
  close(): Promise<void>;
}
