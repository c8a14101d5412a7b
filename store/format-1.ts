import { sha256 } from '../src/core/hash.ts';
import type { Commit, CommittedRow } from './chain.ts';

/**
 * Format 1 chained every row of a run: the hash of a row that follows the row with hash `previous` (for the
 * first: the hash of the run's configuration). `data` is the stored text.
 */
export function oldRowHash(
  previous: string,
  { seq, version, time, attempt, stream, type }: Commit & CommittedRow & { readonly type: string },
  data: string,
): string {
  const names = `${JSON.stringify(stream)} ${JSON.stringify(type)}`;
  return sha256(`${previous}\n${seq} ${version} ${time} ${attempt} ${names}\n${data}`);
}
