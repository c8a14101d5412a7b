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

/** A broken promise between two parts of Troupe itself: a bug, never the user's fault. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Returns `value`, or throws an {@link InvariantError} that says what was expected to be there. */
export function must<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new InvariantError(`expected ${what}`);
  return value;
}
