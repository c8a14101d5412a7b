import { CommanderError } from 'commander';
import { z } from 'zod';
import { RefusedError, UserError } from '../core/errors.ts';
import { warn } from './output.ts';

/**
 * Says what went wrong and returns the exit code: 2 for what was asked wrongly and 1 for what cannot stand, in one
 * sentence; 70 (and a stack trace) for a defect of Troupe itself.
 */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version end this way too, with code 0.
    return error.exitCode === 0 ? 0 : 2;
  }
  if (error instanceof UserError) {
    warn(`troupe: ${error.message}\n`);
    return 2;
  }
  if (error instanceof RefusedError) {
    warn(`troupe: ${error.message}\n`);
    return 1;
  }
  if (error instanceof z.ZodError) {
    // What users type is parsed where it is read; what is left is what a store or a file said.
    const [issue] = error.issues;
    const what = `${issue?.path.map(String).join('.') || 'it'}: ${issue?.message}`;
    warn(
      `troupe: What was read is not what this Troupe writes (${what}); "troupe store check" says where it stands.\n`,
    );
    return 2;
  }
  warn(`troupe: an error of Troupe's own; please report it.\n`);
  warn(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 70;
}
