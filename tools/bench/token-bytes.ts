import { recordedCall } from '../../src/policies/recorded-call.ts';
import type { NewEvent } from '../../store/event-log.ts';
import type { Store } from '../../store/store.ts';

/** What a log takes on the disk, in bytes for each sampled token. */
export interface TokenBytes {
  /** Id and log-probability, in binary. */
  readonly sampled: number;
  /** The same as JSON numbers. */
  readonly sampledAsJson: number;
  /** Whole `called` events: text, prompt, everything. */
  readonly calls: number;
  /** All tables and indexes of the run. */
  readonly log: number;
}

/** The sizes of a store that holds these events and nothing else. */
export function tokenBytesOf(store: Store, events: readonly NewEvent[]): TokenBytes {
  const calls = events.filter(({ type }) => type === 'called');
  const recorded = calls.map(({ data, bytes }) =>
    recordedCall({ data, ...(bytes === undefined ? {} : { bytes }) }),
  );
  const tokens = recorded.reduce((sum, call) => sum + call.tokens.length, 0);
  const json = recorded.reduce((sum, { tokens: ids, logProbs }) => {
    return sum + JSON.stringify(ids).length + JSON.stringify(logProbs).length;
  }, 0);
  const whole = calls.reduce((sum, { data, bytes }) => {
    return sum + Buffer.byteLength(JSON.stringify(data)) + (bytes?.length ?? 0);
  }, 0);
  const { db } = store.connection;
  db.pragma('wal_checkpoint(PASSIVE)');
  const pages = db
    .prepare<[], { size: number }>(
      `SELECT sum(pgsize) AS size FROM dbstat WHERE name NOT LIKE 'blob%' AND name NOT LIKE '%blobs%'`,
    )
    .get();
  return {
    sampled: 6,
    sampledAsJson: json / tokens,
    calls: whole / tokens,
    log: (pages?.size ?? 0) / tokens,
  };
}
