/**
 * What people ask of a run, as views for anyone who opens the file with `sqlite3`; docs/store.md shows them at work.
 * They read events and keep nothing. What is looked up by the name of a stream is gathered first (`MATERIALIZED`),
 * because streams have no index on their names.
 */
export const VIEWS = `
  CREATE VIEW log AS
    SELECT runs.id AS run, events.position & 4294967295 AS seq, streams.scope, streams.name AS stream,
      events.version, events.type, events.data, events.time, events.attempt
    FROM events JOIN streams ON streams.key = events.stream JOIN runs ON runs.key = streams.run;

  CREATE VIEW rollouts AS
    SELECT run, seq, scope, stream AS rollout, data ->> '$.task.family' AS family, data ->> '$.task.text' AS task
    FROM log
    WHERE type = 'started' AND version = 0 AND instr(stream, '/design/') = 0
      AND data ->> '$.task.family' IS NOT NULL;

  CREATE VIEW calls AS
    SELECT run, seq, scope, substr(stream, 1, instr(stream, '/design/') - 1) AS rollout,
      CASE WHEN instr(stream, '/agent/') > 0 THEN 'executor' ELSE 'designer' END AS role,
      stream, data ->> 'key' AS key, data ->> 'text' AS text, data ->> 'finish' AS finish,
      ${tokens('promptTokens')} AS prompt_tokens,
      ${tokens('tokens')} AS tokens,
      data ->> 'version' AS weights, coalesce(data ->> 'forced', 0) AS forced
    FROM log WHERE type = 'called' AND data ->> 'reused' IS NULL;

  CREATE VIEW spending AS
    WITH families AS MATERIALIZED (SELECT run, rollout, family FROM rollouts),
      spent AS MATERIALIZED (
        SELECT run, rollout, role, count(*) AS calls, sum(prompt_tokens) AS prompt_tokens, sum(tokens) AS tokens
        FROM calls GROUP BY run, rollout, role
      )
    SELECT run, family, role, sum(calls) AS calls, sum(prompt_tokens) AS prompt_tokens, sum(tokens) AS tokens
    FROM spent JOIN families USING (run, rollout)
    GROUP BY run, family, role;

  CREATE VIEW designs AS
    WITH scripts AS MATERIALIZED (SELECT run, stream, text FROM calls WHERE role = 'designer')
    SELECT ended.run, ended.seq, ended.scope, ended.stream || '/' || (ended.data ->> 'key') AS design,
      ended.data ->> '$.output.ok' AS valid, ended.data ->> '$.output.shape' AS shape,
      ended.data ->> '$.output.cause' AS cause, ended.data ->> '$.output.message' AS message,
      scripts.text AS script
    FROM log AS ended LEFT JOIN scripts
      ON scripts.run = ended.run AND scripts.stream = ended.stream || '/' || (ended.data ->> 'key')
    WHERE ended.type = 'designer.finished';

  CREATE VIEW failed_designs AS
    SELECT run, seq, scope, design, cause, message, script FROM designs WHERE NOT valid;

  CREATE VIEW executions AS
    SELECT run, seq, scope, stream AS rollout, stream || '/' || (data ->> 'key') AS execution,
      data ->> '$.output.score' AS score, data ->> '$.output.calls' AS calls, data ->> '$.output.cause' AS cause,
      instr(data ->> 'key', '/redraw/') > 0 AS branch
    FROM log WHERE type = 'execution.finished';

  CREATE VIEW evaluations AS
    SELECT run, substr(data ->> 'key', 6, instr(substr(data ->> 'key', 6), '/') - 1) AS moment,
      data ->> '$.output.family' AS family, count(*) AS tasks,
      avg(coalesce((data ->> '$.output.score') * 1.0 / nullif(data ->> '$.output.executions', 0), 0)) AS score,
      avg((data ->> '$.output.executions') > 0) AS valid
    FROM log WHERE scope = 'session' AND type = 'rollout.finished' AND data ->> 'key' GLOB 'eval/*'
    GROUP BY run, moment, family;

  CREATE VIEW updates AS
    SELECT run, seq, data ->> 'label' AS step, data ->> 'role' AS role, data ->> 'version' AS weights,
      lag(data ->> 'version') OVER (PARTITION BY run ORDER BY seq) AS before,
      data ->> 'loss' AS loss, data ->> 'sequences' AS sequences, data ->> 'drift' AS drift
    FROM log WHERE scope = 'session' AND type IN ('imitated', 'learned');

  CREATE VIEW credits AS
    WITH sampled AS MATERIALIZED (SELECT run, stream, key, text, tokens, forced FROM calls),
      given AS MATERIALIZED (
        SELECT run, data ->> 'key' AS step, data ->> 'role' AS role, sample.value ->> 'stream' AS stream,
          sample.value ->> 'key' AS key, sample.value ->> 'advantage' AS advantage
        FROM log JOIN json_each(log.data, '$.samples') AS sample
        WHERE log.scope = 'session' AND log.type = 'credited'
      )
    SELECT run, step, given.role, stream, key, advantage, text, sampled.tokens, updates.weights, updates.before,
      updates.weights IS NOT NULL AND advantage <> 0 AND sampled.tokens > 0 AND NOT forced AS learned
    FROM given LEFT JOIN sampled USING (run, stream, key) LEFT JOIN updates USING (run, step);

  CREATE VIEW steps AS
    SELECT run, credited.seq, data ->> 'key' AS step,
      1 + CAST(substr(data ->> 'key', 6) AS INTEGER) / plan.steps AS stage, data ->> 'role' AS role,
      data ->> 'designerReward' AS designer_reward, data ->> 'executorReward' AS executor_reward,
      data ->> 'designs' AS designs, data ->> 'invalid' AS invalid
    FROM log AS credited JOIN (
      SELECT run, data ->> '$.plan.stageSteps' AS steps FROM log WHERE scope = 'session' AND type = 'started'
    ) AS plan USING (run)
    WHERE credited.scope = 'session' AND credited.type = 'credited';

  CREATE VIEW stages AS
    SELECT run, stage, role, count(*) AS steps, avg(designer_reward) AS designer_reward,
      avg(executor_reward) AS executor_reward, sum(invalid) * 1.0 / sum(designs) AS invalid
    FROM steps GROUP BY run, stage, role;
`;

/** How many tokens a call has; in events of format 1, as many as its base64 holds 16-bit ids. */
function tokens(member: string): string {
  const text = `data ->> '${member}'`;
  return `CASE json_type(data, '$.${member}') WHEN 'text'
        THEN (length(rtrim(${text}, '=')) * 3 / 4) / 2 ELSE ${text} END`;
}
