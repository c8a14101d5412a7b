/** The first two parts of a stream's name, of whatever length: `step/0003`, `eval/before`, `session`. */
const STEP = `substr(name, 1, instr(name, '/') + instr(substr(name || '/', instr(name, '/') + 1), '/') - 1)`;

/**
 * What people ask of a run, as views for anyone who opens the file with `sqlite3`; docs/store.md shows them at work.
 * They read events and keep nothing.
 */
export const VIEWS = [
  `CREATE VIEW log AS
    SELECT runs.id AS run, events.position & 4294967295 AS seq, ${text(STEP)} AS step, streams.name AS stream,
      events.version, events.type, events.data, events.time, events.attempt, streams.scope
    FROM events JOIN streams ON streams.key = events.stream JOIN runs ON runs.key = streams.run;`,

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
      avg(ifnull((output ->> 'score') * 1.0 / nullif(output ->> 'executions', 0), 0)) AS score,
      avg(output ->> 'executions' > 0) AS valid
    FROM ended GROUP BY run, moment, family`,
  ),

  view(
    'updates',
    `SELECT run, seq, ${text(`data ->> 'key'`)} AS step, data ->> 'role' AS role, ${text(`data ->> 'version'`)} AS weights,
      lag(data ->> 'version') OVER (PARTITION BY run ORDER BY seq) AS weights_before,
      data ->> 'loss' AS loss, data ->> 'sequences' AS sequences, data ->> 'drift' AS drift
    FROM log WHERE scope = 'session' AND type IN ('imitated', 'learned')`,
  ),

  // Learned from: what was sampled, and is better or worse than its group.
  view(
    'credits',
    `WITH given AS MATERIALIZED (
      SELECT run, ${text(`data ->> 'key'`)} AS step, data ->> 'role' AS role, ${text(`sample.value ->> 'stream'`)} AS stream,
        ${text(`sample.value ->> 'key'`)} AS key, sample.value ->> 'advantage' AS advantage
      FROM log JOIN json_each(log.data, '$.samples') AS sample
      WHERE log.scope = 'session' AND log.type = 'credited'
    )
    SELECT given.run, given.step, given.role, stream, key, advantage, text, calls.tokens,
      updates.weights IS NOT NULL AND advantage <> 0 AND calls.tokens > 0 AND NOT forced AS learned,
      updates.weights, weights_before
    FROM given LEFT JOIN calls USING (run, step, stream, key)
      LEFT JOIN updates ON updates.run = given.run AND updates.step = given.step AND updates.role = given.role`,
  ),

  view(
    'steps',
    `WITH plan AS (
      SELECT run, data ->> '$.plan.stageSteps' AS stage_steps FROM log WHERE scope = 'session' AND type = 'started'
    )
    SELECT run, seq, ${text(`data ->> 'key'`)} AS step,
      1 + CAST(substr(data ->> 'key', 6) AS INTEGER) / stage_steps AS stage, data ->> 'role' AS role,
      data ->> 'designerReward' AS designer_reward, data ->> 'executorReward' AS executor_reward,
      data ->> 'designs' AS designs, data ->> 'invalid' AS invalid
    FROM log JOIN plan USING (run) WHERE scope = 'session' AND type = 'credited'`,
  ),

  view(
    'stages',
    `SELECT run, stage, role, count(*) AS steps, avg(designer_reward) AS designer_reward,
      avg(executor_reward) AS executor_reward, sum(invalid) * 1.0 / sum(designs) AS invalid
    FROM steps GROUP BY run, stage`,
  ),
].join('\n');

/**
 * A view that is worked out once in each query: streams have no index on their names, and SQLite would otherwise go
 * through the events again for every row of a join.
 */
function view(name: string, query: string): string {
  return `CREATE VIEW ${name} AS WITH "all" AS MATERIALIZED (\n    ${query}\n  ) SELECT * FROM "all";`;
}

/** An expression with the affinity of text: without it, SQLite would not look its values up in an index. */
function text(expression: string): string {
  return `CAST(${expression} AS TEXT)`;
}

/** How many tokens a call has; in events of format 1, as many as its base64 holds 16-bit ids. */
function tokens(member: string): string {
  const value = `data ->> '${member}'`;
  return `CASE json_type(data, '$.${member}') WHEN 'text'
        THEN (length(rtrim(${value}, '=')) * 3 / 4) / 2 ELSE ${value} END`;
}
