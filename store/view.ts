/** A view of the store, and the statement that makes it as SQLite keeps it. */
export interface View {
  readonly name: string;
  readonly sql: string;
}

/**
 * A view that is worked out once in each query: streams have no index on their names, and SQLite would otherwise go
 * through the events again for every row of a join.
 */
export function view(name: string, query: string): View {
  return {
    name,
    sql: `CREATE VIEW ${name} AS WITH "all" AS MATERIALIZED (\n    ${query}\n  ) SELECT * FROM "all"`,
  };
}

/** An expression with the affinity of text: without it, SQLite would not look its values up in an index. */
export function text(expression: string): string {
  return `CAST(${expression} AS TEXT)`;
}
