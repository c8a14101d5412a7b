import type Database from 'better-sqlite3';
import { LEARNING_VIEWS } from './learning-views.ts';
import { text, type View, view } from './view.ts';

/** The first two parts of a stream's name, of whatever length: `step/0003`, `eval/before`, `session`. */
const STEP = `substr(name, 1, instr(name, '/') + instr(substr(name || '/', instr(name, '/') + 1), '/') - 1)`;

/**
 * What people ask of a run, as views for anyone who opens the file with `sqlite3`; docs/store.md shows them at work.
 * They read events and keep nothing.
 */
export const VIEWS: readonly View[] = [
  {
    name: 'log',
    sql: `CREATE VIEW log AS
    SELECT runs.id AS run, events.position & 4294967295 AS seq, ${text(STEP)} AS step, streams.name AS stream,
      events.version, events.type, events.data, events.time, events.attempt, streams.scope
    FROM events JOIN streams ON streams.key = events.stream JOIN runs ON runs.key = streams.run`,
  },

  view(
    'rollouts',
    `SELECT run, seq, step, stream AS rollout, ${text(`data ->> '$.task.family'`)} AS family, data ->> '$.task.text' AS task
    FROM log
    WHERE type = 'started' AND version = 0 AND instr(stream, '/design/') = 0
      AND data ->> '$.task.family' IS NOT NULL`,
  ),

  // A call that a branch took over from its execution was not made again.
  view(
    'calls',
    `SELECT run, seq, step, ${text(`substr(stream, 1, instr(stream, '/design/') - 1)`)} AS rollout,
      CASE WHEN instr(stream, '/agent/') > 0 THEN 'executor' ELSE 'designer' END AS role,
      stream, ${text(`data ->> 'key'`)} AS key, data ->> 'text' AS text, data ->> 'finish' AS finish,
      ${tokens('promptTokens')} AS prompt_tokens, ${tokens('tokens')} AS tokens,
      ${text(`data ->> 'version'`)} AS weights, ifnull(data ->> 'forced', 0) AS forced
    FROM log WHERE type = 'called' AND data ->> 'reused' IS NULL`,
  ),

  view(
    'spending',
    `SELECT run, family, role, count(*) AS calls, sum(prompt_tokens) AS prompt_tokens, sum(tokens) AS tokens
    FROM calls JOIN rollouts USING (run, rollout)
    GROUP BY run, family, role`,
  ),

  view(
    'designs',
    `WITH ended AS MATERIALIZED (
      SELECT run, seq, step, stream AS rollout, ${text(`stream || '/' || (data ->> 'key')`)} AS design, data
      FROM log WHERE type = 'designer.finished'
    )
    SELECT ended.run, ended.seq, ended.step, ended.rollout, design, family,
      data ->> '$.output.ok' AS valid, data ->> '$.output.shape' AS shape,
      data ->> '$.output.cause' AS cause, data ->> '$.output.message' AS message, calls.text AS script
    FROM ended JOIN rollouts USING (run, rollout)
      LEFT JOIN calls ON calls.run = ended.run AND calls.stream = design`,
  ),

  view(
    'failed_designs',
    'SELECT run, seq, step, rollout, design, family, cause, message, script FROM designs WHERE NOT valid',
  ),

  view(
    'executions',
    `WITH ended AS MATERIALIZED (
      SELECT run, seq, step, stream AS rollout, data,
        ${text("stream || '/' || substr(data ->> 'key', 1, instr(data ->> 'key', '/exec/') - 1)")} AS design,
        ${text("stream || '/' || (data ->> 'key')")} AS execution
      FROM log WHERE type = 'execution.finished'
    )
    SELECT run, ended.seq, ended.step, ended.rollout, design, execution, family, shape,
      data ->> '$.output.score' AS score, data ->> '$.output.calls' AS calls, data ->> '$.output.cause' AS cause,
      instr(execution, '/redraw/') > 0 AS branch
    FROM ended JOIN designs USING (run, design)`,
  ),

  view(
    'evaluations',
    `WITH ended AS MATERIALIZED (
      SELECT run, substr(data ->> 'key', 6, instr(substr(data ->> 'key', 6), '/') - 1) AS moment, data -> 'output' AS output
      FROM log WHERE scope = 'session' AND type = 'rollout.finished' AND data ->> 'key' GLOB 'eval/*'
    )
    SELECT run, moment, output ->> 'family' AS family, count(*) AS tasks,
      avg((output ->> 'score') * 1.0 / (output ->> 'designs')) AS score,
      avg((output ->> 'executions') * 1.0 / (output ->> 'designs')) AS valid
    FROM ended GROUP BY run, moment, family`,
  ),

  ...LEARNING_VIEWS,
];

/** How many tokens a call has; in events of format 1, as many as its base64 holds 16-bit ids. */
function tokens(member: string): string {
  const value = `data ->> '${member}'`;
  return `CASE json_type(data, '$.${member}') WHEN 'text'
        THEN (length(rtrim(${value}, '=')) * 3 / 4) / 2 ELSE ${value} END`;
}

/** The statements that make all views. */
export const CREATE_VIEWS = VIEWS.map(({ sql }) => `${sql};`).join('\n');

/**
 * Gives a store the views of this version where it has others of those names: they keep nothing, and questions are
 * answered with the errors of the version that made the file otherwise. Does nothing where all are as they should be.
 */
export function renewViews(db: Database.Database): void {
  const present = new Map(
    db
      .prepare<[], View>(`SELECT name, sql FROM sqlite_schema WHERE type = 'view'`)
      .all()
      .map(({ name, sql }) => [name, sql]),
  );
  const stale = VIEWS.filter(({ name, sql }) => present.get(name) !== sql);
  if (stale.length === 0) return;
  const statements = stale.map(({ name, sql }) => `DROP VIEW IF EXISTS ${name}; ${sql};`).join('\n');
  db.transaction(() => db.exec(statements)).immediate();
}
