import type { Json } from '../../core/json.ts';
import type { JailCause, PythonJail } from './jail.ts';

/** Why a script gives no design. `killed` alone need not happen again. */
export type PythonCause =
  | 'syntax'
  | 'error'
  | 'no-design'
  | 'unsupported'
  | 'self-answer'
  | 'sandbox'
  | 'killed';

export type PythonReading =
  | {
      readonly ok: true;
      /** The design's root node, in the form of specs but not checked yet. */
      readonly root: Json;
      readonly question: string | null;
      /** Whether the design refers to functions of the script. */
      readonly functions: boolean;
      /** Line of the script for the nodes at these paths: members from the root, dotted; the root is ''. */
      readonly lines: { readonly [path: string]: number };
    }
  | {
      readonly ok: false;
      readonly cause: PythonCause;
      /** One clause about the script: "reads the standard input; …". */
      readonly message: string;
      readonly line?: number;
    };

/** Reads a script in the published dialect by running it in the jail with classes that only record. */
export async function readPython(script: string, jail: PythonJail): Promise<PythonReading> {
  const reading = await jail.read(script);
  if (reading.ok) {
    const { root, question, functions, lines } = reading;
    return { ok: true, root, question, functions, lines };
  }
  const line = reading.line === undefined ? {} : { line: reading.line };
  return { ok: false, cause: causeOf(reading.failure), message: reading.message, ...line };
}

function causeOf(failure: JailCause): PythonCause {
  switch (failure) {
    case 'memory':
    case 'steps':
    case 'crash':
    case 'result':
    case 'unknown-function':
      return 'sandbox';
    default:
      return failure;
  }
}
