import { z } from 'zod';
import type { DesignFailure } from '../../machines/designer.machine.ts';
import type { Sandbox } from '../tasks/sandbox.ts';
import { type Allowance, type Check, type CheckName, checkAnswer, checkSpec, failureOf } from './checks.ts';
import type { KnownAnswer } from './known-answer.ts';
import type { NodeLibrary } from './library.ts';
import type { Bounds } from './node.ts';
import { endsInFence, extractScript } from './python/extract.ts';
import type { PythonJail } from './python/jail.ts';
import { readPython } from './python/read.ts';
import { type Reading, readJavaScript } from './script.ts';
import { type MasSpec, SPEC_VERSION } from './spec.ts';

export const DIALECTS = ['javascript', 'python', 'auto'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** What became of a script. */
export interface Report {
  readonly ok: boolean;
  readonly dialect: 'javascript' | 'python';
  /** In the order in which they were made; the last one may have ended them. */
  readonly checks: readonly Check[];
  /** Null if the script did not come to one. */
  readonly spec: MasSpec | null;
  readonly bounds: Bounds | null;
  /** Its structure without names, for statistics: `vote3(agent+js)`. */
  readonly shape: string | null;
  /** The question that a script of the published dialect asks; a run puts its task in its place. */
  readonly question: string | null;
  /** Why it is no design, if it is none. */
  readonly failure: { readonly cause: DesignFailure; readonly message: string } | null;
}

export interface ReaderOptions {
  readonly library: NodeLibrary;
  readonly sandbox: Sandbox;
  /** Without one, scripts in Python are refused. */
  readonly jail?: PythonJail | undefined;
  readonly allowance: Allowance;
}

/** What is remembered of a script. */
interface Read {
  readonly report: Report;
  /** Lines of its nodes, by the members that lead to them from the root. */
  readonly lines: ReadonlyMap<string, number>;
}

/** Reports kept at most; policies write the same few scripts again and again. */
const REMEMBERED = 2000;

/** Reads scripts of both dialects: finds the script in the text, evaluates it in its sandbox, checks the spec. */
export class DesignReader {
  readonly #options: ReaderOptions;
  readonly #known = new Map<string, Promise<Read>>();

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /**
   * Reads a script, or raw model output that holds one. Never throws for what the script does. Equal texts
   * are read once: the sandboxes are deterministic. What only a clock stopped is not remembered.
   *
   * @param known the task and its answer: a design with a role that holds it is refused
   */
  async read(text: string, dialect: Dialect, known: KnownAnswer | null = null): Promise<Report> {
    const { report, lines } = await this.#remembered(text, dialect);
    if (known === null || report.spec === null) return report;
    const checks = checkAnswer(report.checks, report.spec, known, lines);
    const failure = failureOf(checks);
    return { ...report, ok: failure === null, checks, failure };
  }

  #remembered(text: string, dialect: Dialect): Promise<Read> {
    const key = `${dialect} ${text}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const report = this.#read(text, dialect);
    this.#known.set(key, report);
    const forget = () => this.#known.delete(key);
    report.then(({ report: { failure } }) => {
      if (failure?.cause === 'killed') forget();
    }, forget);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) break;
      this.#known.delete(oldest);
    }
    return report;
  }

  async #read(given: string, wanted: Dialect): Promise<Read> {
    const text = given.replace(/\r\n?/g, '\n');
    const { library, sandbox, jail } = this.#options;
    const spec = wanted === 'auto' ? specIn(text) : null;
    if (spec !== null) return this.#checked(spec, 'javascript', [], new Map(), null);
    // A bare script of a named dialect is its own whole text, whatever it looks like.
    const found =
      extractScript(text) ?? (wanted === 'auto' ? null : { script: text, dialect: wanted, line: 0 });
    const dialect = wanted === 'auto' ? (found?.dialect ?? 'javascript') : wanted;
    if (found === null) {
      const message = endsInFence(text)
        ? CUT_OFF
        : 'there is no script in the text: no <code> element, no fence, no call of run()';
      return { report: refused(dialect, [{ check: 'script', ok: false, message }]), lines: new Map() };
    }
    const { script, line: offset } = found;
    const reading =
      dialect === 'javascript'
        ? await readJavaScript(script, library, sandbox)
        : jail === undefined
          ? NO_JAIL
          : await readPublished(script, jail);
    const before: Check[] = [
      { check: 'script', ok: true, message: `${script.split('\n').length} lines of ${dialect}` },
    ];
    if (!reading.ok) {
      const isCut = reading.cause === 'syntax' && endsInFence(text);
      const said = isCut ? { ...reading, message: `${CUT_OFF}: ${reading.message}` } : reading;
      return { report: refused(dialect, [...before, ...failedReading(said, offset)]), lines: new Map() };
    }
    const lines = new Map(Array.from(reading.lines, ([path, line]) => [path, line + offset]));
    const value = {
      mas: SPEC_VERSION,
      root: reading.root,
      ...(reading.python === undefined ? {} : { python: reading.python }),
    };
    return this.#checked(value, dialect, before, lines, reading.question);
  }

  #checked(
    value: unknown,
    dialect: Report['dialect'],
    before: readonly Check[],
    lines: ReadonlyMap<string, number>,
    question: string | null,
  ): Read {
    const { library, allowance } = this.#options;
    const { checks, spec, bounds } = checkSpec(value, library, allowance, lines);
    const all: Check[] = [
      ...before,
      { check: 'syntax', ok: true, message: 'it parses' },
      { check: 'evaluation', ok: true, message: 'it hands one design to run()' },
      ...checks,
    ];
    const failure = failureOf(all);
    const report: Report = {
      ok: failure === null,
      dialect,
      checks: all,
      spec,
      bounds,
      shape: spec === null ? null : library.shape(spec.root),
      question,
      failure,
    };
    return { report, lines };
  }
}

const CUT_OFF = 'the fence is never closed: the text was cut off in its script';

const writtenSpec = z.looseObject({ mas: z.literal(SPEC_VERSION), root: z.unknown() });

/** A spec that is written down as JSON, in a fence or without one; null if the text is none. */
function specIn(text: string): unknown {
  const json = /^\s*(?:```(?:json)?\s*\n)?(\{[\s\S]*\})\s*(?:```)?\s*$/.exec(text)?.[1];
  if (json === undefined) return null;
  try {
    const parsed = writtenSpec.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A reading of the published dialect, in the form of the other one. */
async function readPublished(script: string, jail: PythonJail): Promise<Reading> {
  const reading = await readPython(script, jail);
  if (!reading.ok) return reading;
  const { root, question, functions } = reading;
  const lines = new Map(Object.entries(reading.lines));
  return { ok: true, root, question, lines, ...(functions ? { python: script } : {}) };
}

const NO_JAIL: Reading = {
  ok: false,
  cause: 'unsupported',
  message: 'scripts in Python are not read here: there is no jail to run them in',
};

/** Causes that a reading can end with and that are checks of their own. */
const OWN_CHECK: { readonly [cause in DesignFailure]?: CheckName } = {
  syntax: 'syntax',
  'no-script': 'script',
  'self-answer': 'answer',
};

function failedReading(
  { cause, message, line }: Extract<Reading, { ok: false }>,
  offset: number,
): (Check & { cause: DesignFailure })[] {
  const check = OWN_CHECK[cause] ?? 'evaluation';
  return [{ check, ok: false, message, cause, ...(line === undefined ? {} : { line: line + offset }) }];
}

function refused(
  dialect: 'javascript' | 'python',
  checks: readonly (Check & { readonly cause?: DesignFailure })[],
): Report {
  const failure = failureOf(checks);
  const cause = checks.find(({ ok }) => !ok)?.cause;
  return {
    ok: false,
    dialect,
    checks: checks.map(({ check, ok, message, line }) => ({
      check,
      ok,
      message,
      ...(line === undefined ? {} : { line }),
    })),
    spec: null,
    bounds: null,
    shape: null,
    question: null,
    failure: failure !== null && cause !== undefined ? { ...failure, cause } : failure,
  };
}
