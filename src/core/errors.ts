/**
 * Something the user asked for that cannot be done. `message` is one sentence: what is wrong, where, and
 * what to do. The command line prints it and exits with code 2; nothing has been changed.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Something was tried as asked, and what came of it cannot stand. `message` is the beginning of a sentence, `remedy` says what
 * to do for a run of this name. The command line ends with exit code 1; nothing of what was tried has been kept.
 */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: string;
  readonly remedy: (run: string) => string;

  constructor(code: string, message: string, remedy: (run: string) => string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }

  /** The same as a whole sentence. */
  of(run: string): RefusedError {
    return new RefusedError(this.code, `${run}: ${this.message}; ${this.remedy(run)}`, this.remedy);
  }
}

/** A broken promise between two parts of Troupe itself: a bug, never the user's fault. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Returns `value`, or throws an {@link InvariantError} that says what was expected to be there. */
export function must<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new InvariantError(`expected ${what}`);
  return value;
}
