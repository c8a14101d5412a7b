/**
 * What people ask of a run, as views for anyone who opens the file with `sqlite3`; docs/store.md shows them at
 * work. They read events and keep nothing. `seq` counts the events of a run, `stream` names the actor.
 */
export const VIEWS = `
  CREATE VIEW log AS
    SELECT runs.id AS run, events.position & 4294967295 AS seq, streams.name AS stream, events.version,
      events.type, events.data, events.time, events.attempt
    FROM events JOIN streams ON streams.key = events.stream JOIN runs ON runs.key = streams.run;

  CREATE VIEW calls AS
    SELECT run, seq, stream, data ->> 'key' AS key,
      CASE WHEN instr(stream, '/agent/') > 0 THEN 'executor' ELSE 'designer' END AS role,
      substr(stream, 1, instr(stream, '/design/') - 1) AS rollout,
      data ->> 'text' AS text, data ->> 'finish' AS finish,
      ${tokens('promptTokens')} AS prompt_tokens,
      ${tokens('tokens')} AS tokens,
      data ->> 'version' AS weights
    FROM log WHERE type = 'called' AND data ->> 'reused' IS NULL;

  CREATE VIEW rollouts AS
    SELECT run, seq, stream AS rollout, data ->> '$.task.family' AS family, data ->> '$.task.text' AS task
    FROM log WHERE type = 'started' AND version = 0 AND data ->> '$.task.family' IS NOT NULL
      AND (stream GLOB 'step/*/task/*' OR stream GLOB 'eval/*') AND instr(stream, '/design/') = 0;

  CREATE VIEW failed_designs AS
    SELECT refused.run, refused.seq, refused.stream AS design, refused.data ->> 'cause' AS cause,
      refused.data ->> 'message' AS message, asked.text AS script
    FROM log AS refused LEFT JOIN calls AS asked ON asked.run = refused.run AND asked.stream = refused.stream
    WHERE refused.type = 'rejected';

  CREATE VIEW updates AS
    SELECT run, seq, data ->> 'label' AS step, data ->> 'role' AS role, data ->> 'version' AS weights,
      data ->> 'loss' AS loss, data ->> 'sequences' AS sequences
    FROM log WHERE type = 'learned';

  CREATE VIEW credits AS
    SELECT credited.run, credited.data ->> 'key' AS step, credited.data ->> 'role' AS role,
      sample.value ->> 'stream' AS stream, sample.value ->> 'key' AS key,
      sample.value ->> 'advantage' AS advantage, updates.weights AS weights
    FROM log AS credited JOIN json_each(credited.data, '$.samples') AS sample
      LEFT JOIN updates ON updates.run = credited.run AND updates.step = credited.data ->> 'key'
    WHERE credited.type = 'credited';

  CREATE VIEW stages AS
    SELECT credited.run,
      1 + CAST(substr(credited.data ->> 'key', 6) AS INTEGER) / (began.data ->> '$.plan.stageSteps') AS stage,
      credited.data ->> 'role' AS role, count(*) AS steps,
      avg(credited.data ->> 'designerReward') AS designer_reward,
      avg(credited.data ->> 'executorReward') AS executor_reward
    FROM log AS credited JOIN log AS began
      ON began.run = credited.run AND began.stream = 'session' AND began.type = 'started'
    WHERE credited.type = 'credited'
    GROUP BY credited.run, stage;

  CREATE VIEW spending AS
    SELECT calls.run, rollouts.family, calls.role, count(*) AS calls,
      sum(calls.prompt_tokens) AS prompt_tokens, sum(calls.tokens) AS tokens
    FROM calls JOIN rollouts ON rollouts.run = calls.run AND rollouts.rollout = calls.rollout
    GROUP BY calls.run, rollouts.family, calls.role;
`;

/** How many tokens a call has; in events of format 1, as many as its base64 holds 16-bit ids. */
function tokens(member: string): string {
  const text = `data ->> '${member}'`;
  return `CASE json_type(data, '$.${member}') WHEN 'text'
        THEN (length(rtrim(${text}, '=')) * 3 / 4) / 2 ELSE ${text} END`;
}
