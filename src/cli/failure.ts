import { CommanderError } from 'commander';
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
  warn(`troupe: an error of Troupe's own; please report it.\n`);
  warn(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 70;
}
