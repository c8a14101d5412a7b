import type Database from 'better-sqlite3';

type Value = number | string | Uint8Array | null;

/** Rows of one statement: most of what a statement costs, it costs once. */
const ROWS = 20;

/** Inserts rows into a table, several to a statement; everything is written once {@link flush} returns. */
export class BulkInsert {
  readonly #several: Database.Statement<[Value[]]>;
  readonly #single: Database.Statement<[Value[]]>;
  readonly #width: number;
  #values: Value[] = [];

  constructor(db: Database.Database, table: string, columns: readonly string[]) {
    const row = `(${columns.map(() => '?').join(', ')})`;
    const insert = `INSERT INTO ${table} (${columns.join(', ')}) VALUES `;
    this.#width = columns.length;
    this.#single = db.prepare<[Value[]]>(insert + row);
    this.#several = db.prepare<[Value[]]>(insert + Array(ROWS).fill(row).join(', '));
  }

  /** The values of one row, in the order of the columns. */
  add(...values: readonly Value[]): void {
    for (const value of values) this.#values.push(value);
    if (this.#values.length < ROWS * this.#width) return;
    this.#several.run(this.#values);
    this.#values = [];
  }

  flush(): void {
    for (let at = 0; at < this.#values.length; at += this.#width) {
      this.#single.run(this.#values.slice(at, at + this.#width));
    }
    this.#values = [];
  }

  /** Forgets rows that a failed transaction left behind. */
  clear(): void {
    this.#values = [];
  }
}
