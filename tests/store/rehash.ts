import { sha256 } from '../../src/core/hash.ts';
import { EMPTY, type Head, nextCommit, nextHead } from '../../store/chain.ts';
import { EVENT_COLUMNS, type EventRow } from '../../store/event-row.ts';
import { seqOf } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';

/** What a forger would do: makes every hash of the last run fit its bytes, each event an append of its own. */
export function rehash(store: Store): void {
  const { db } = store.connection;
  const rows = db
    .prepare<[], EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events e JOIN streams s ON s.key = e.stream ORDER BY position`,
    )
    .all();
  const heads = new Map<string, Head>();
  const run = db.prepare<[], { config: string }>('SELECT config FROM runs ORDER BY key DESC LIMIT 1').get();
  let chain = sha256(run?.config ?? '');
  db.prepare('UPDATE runs SET config_hash = ?').run(chain);
  for (const row of rows) {
    const { stream, type, data, bytes, position } = row;
    const head = nextHead(heads.get(stream) ?? EMPTY, type, data, bytes ?? undefined);
    heads.set(stream, head);
    chain = nextCommit(chain, { ...row, seq: seqOf(position) }, [{ ...row, head: head.hash }]);
    db.prepare('UPDATE events SET head = ?, chain = ? WHERE position = ?').run(
      Buffer.from(head.hash, 'hex'),
      Buffer.from(chain, 'hex'),
      position,
    );
  }
  db.prepare('UPDATE tails SET chain = ?').run(chain);
}
