import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSWASMModule,
  RELEASE_SYNC,
} from 'quickjs-emscripten';
import { hasBigIntLiteral, LIMITS, LIMITS_PRELUDE, PROGRAM, spent } from './quickjs-limits.ts';
import type { SandboxFailure, SandboxProgram } from './sandbox.ts';

/** The part of the WebAssembly API that Node's types leave out. */
declare global {
  namespace WebAssembly {
    class Memory {
      constructor(descriptor: { initial: number; maximum?: number });
      readonly buffer: ArrayBuffer;
    }
  }
}

/** What the engine says of one program; `json` is the value as JSON text. */
export type EngineResult =
  | { readonly ok: true; readonly json: string; readonly steps: number }
  | {
      readonly ok: false;
      readonly failure: SandboxFailure;
      readonly message: string;
      readonly steps: number;
      /** Line of the program's source, from 1, where the error is known to come from one. */
      readonly line?: number | undefined;
    };

interface Instance {
  readonly quickjs: QuickJSWASMModule;
  readonly memory: WebAssembly.Memory;
  used: boolean;
}

/**
 * QuickJS in WebAssembly with one fresh runtime and context per program. The module is shared by programs
 * that stay inside its initial memory. WASM memory never shrinks and an out-of-memory poisons the module,
 * so a program that grew it is evaluated again in a module of its own (its result must not depend on what
 * ran before), and that module is thrown away.
 */
export class QuickJsEngine {
  #instance: Instance | undefined;
  readonly #abandon: () => void;

  /**
   * @param abandon is called, from within the interpreter, when a program runs on after its budget is spent:
   *   async functions and promise executors catch the interrupt, so that only the end of the thread stops it
   */
  constructor(abandon: () => void = () => {}) {
    this.#abandon = abandon;
  }

  async evaluate(program: SandboxProgram): Promise<EngineResult> {
    if (program.source.length > LIMITS.source) return failure('memory', 'the program is too long', 0);
    if (hasBigIntLiteral(program.source)) return failure('syntax', 'BigInt is not available', 0);
    this.#instance ??= await newInstance();
    const wasUsed = this.#instance.used;
    const first = attempt(this.#instance, program, this.#abandon);
    if (!first.spoiled) return first.result;
    this.#instance = undefined;
    if (!wasUsed) return first.result;
    return attempt(await newInstance(), program, this.#abandon).result;
  }
}

async function newInstance(): Promise<Instance> {
  const memory = new WebAssembly.Memory({ initial: LIMITS.initialPages, maximum: LIMITS.maximumPages });
  const variant = newVariant(RELEASE_SYNC, { wasmMemory: memory });
  return { quickjs: await newQuickJSWASMModuleFromVariant(variant), memory, used: false };
}

/** One evaluation; `spoiled` says that the module must not be used again. */
function attempt(
  instance: Instance,
  program: SandboxProgram,
  abandon: () => void,
): { result: EngineResult; spoiled: boolean } {
  const size = instance.memory.buffer.byteLength;
  instance.used = true;
  try {
    const result = runProgram(instance.quickjs, program, abandon);
    const spoiled = instance.memory.buffer.byteLength !== size || (!result.ok && result.failure === 'memory');
    return { result, spoiled };
  } catch (error) {
    // The host's stack or an abort inside QuickJS; the module's state is unknown.
    return { result: failure('memory', `the interpreter gave up: ${String(error)}`, 0), spoiled: true };
  }
}

function runProgram(quickjs: QuickJSWASMModule, program: SandboxProgram, abandon: () => void): EngineResult {
  const runtime = quickjs.newRuntime();
  runtime.setMaxStackSize(LIMITS.stack);
  runtime.setMemoryLimit(LIMITS.allocation);
  const context = runtime.newContext({
    intrinsics: { BaseObjects: true, Eval: true, JSON: true, MapSet: true, Promise: true },
  });
  const result = runInContext(runtime, context, program, abandon);
  context.dispose();
  runtime.dispose();
  return result;
}

function runInContext(
  runtime: QuickJSRuntime,
  context: QuickJSContext,
  program: SandboxProgram,
  abandon: () => void,
): EngineResult {
  const tools = context.unwrapResult(context.evalCode(LIMITS_PRELUDE));
  const encode = context.getProp(tools, 0);
  const describe = context.getProp(tools, 1);
  const budget = program.steps ?? LIMITS.steps;
  let steps = 0;
  const describeError = (error: QuickJSHandle, fallback: SandboxFailure): EngineResult => {
    if (steps > budget) return spent(program);
    const said = context.callFunction(describe, context.undefined, error);
    const text = said.error ? '0 an error that cannot be described' : context.getString(said.value);
    (said.error ?? said.value).dispose();
    if (steps > budget) return spent(program);
    const message = text.slice(text.indexOf(' ') + 1);
    // The source stands behind one line of ours.
    const line = Number(text.slice(0, text.indexOf(' '))) - 1;
    return {
      ...failure(classify(message, fallback), message.slice(0, LIMITS.message), steps),
      ...(line > 0 ? { line } : {}),
    };
  };
  const handles = [tools, encode, describe];
  try {
    if (program.prelude !== undefined) {
      const prelude = context.evalCode(program.prelude);
      handles.push(prelude.error ?? prelude.value);
      if (prelude.error) return describeError(prelude.error, 'error');
    }
    runtime.setInterruptHandler(() => {
      if (++steps > budget + LIMITS.overdrawn) abandon();
      return steps > budget;
    });
    const value = context.evalCode(`(function(){'use strict';\n${program.source}\n})()`, PROGRAM);
    handles.push(value.error ?? value.value);
    if (value.error) return describeError(value.error, 'error');
    const json = context.callFunction(encode, context.undefined, value.value);
    handles.push(json.error ?? json.value);
    if (json.error) return describeError(json.error, 'value');
    // The interrupt was caught on its way: what came out is not a result.
    if (steps > budget) return spent(program);
    if (context.typeof(json.value) !== 'string') return failure('value', 'the value is not JSON', steps);
    const text = context.getString(json.value);
    if (text.length > LIMITS.output) return failure('memory', 'the output is too long', steps);
    if (isDeep(text)) return failure('memory', 'the output is nested too deep', steps);
    return { ok: true, json: text, steps };
  } finally {
    for (const handle of handles) handle.dispose();
  }
}

function classify(message: string, fallback: SandboxFailure): SandboxFailure {
  if (/^\w+: (out of memory|stack overflow|string too long)/.test(message)) return 'memory';
  if (message === 'RangeError: work limit') return 'steps';
  if (fallback === 'error' && message.startsWith('SyntaxError:')) return 'syntax';
  return fallback;
}

/** Whether JSON is nested deeper than its readers are asked to follow. */
function isDeep(json: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (quoted && char === '\\') i++;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '[' || char === '{')) {
      if (++depth > LIMITS.outputDepth) return true;
    } else if (!quoted && (char === ']' || char === '}')) depth--;
  }
  return false;
}

function failure(kind: SandboxFailure, message: string, steps: number) {
  return { ok: false as const, failure: kind, message, steps };
}
