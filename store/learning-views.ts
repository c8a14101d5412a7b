import { BEHAVIOURS } from '../src/core/behaviours.ts';
import { text, type View, view } from './view.ts';

/**
 * What a run's first event says of how it learns: steps of a stage; whether both roles learn in each step; whether a role
 * that does not learn has one model with the role that does; what entropy and divergence cost, and whether all samples
 * are learned from where they do.
 */
const PLAN = `plan AS MATERIALIZED (
      SELECT run, data ->> '$.plan.stageSteps' AS stage_steps,
        ifnull(data ->> '$.plan.schedule', '') = 'coupled' AS coupled,
        ifnull(data ->> '$.plan.schedule', '') <> 'coupled' AND ifnull(data ->> '$.plan.policies', '') <> 'per-role'
          AND data ->> '$.plan.design' IS NULL AS frozen,
        data ->> '$.config.learning.entropyBonus' AS entropy_bonus, data ->> '$.config.learning.klPenalty' AS kl_penalty,
        EXISTS (SELECT 1 FROM json_each(data, '$.config.behaviours') WHERE value = ${BEHAVIOURS.pricesOnAllSamples}) AS all_samples
      FROM log WHERE scope = 'session' AND type = 'started'
    )`;

/** What learning came to: updates and their figures, the credit behind them, rewards by step and by stage. */
export const LEARNING_VIEWS: readonly View[] = [
  // What was not measured is NULL, also where older runs recorded a 0 for it: an update of nothing, a KL of nobody.
  view(
    'updates',
    `WITH ${PLAN}, given AS MATERIALIZED (
      SELECT run, data ->> 'key' AS step, data ->> 'role' AS role, data ->> 'entropy' AS entropy
      FROM log WHERE scope = 'session' AND type = 'credited'
    ), learned AS MATERIALIZED (
      SELECT run, seq, ${text(`data ->> 'key'`)} AS step, data ->> 'role' AS role, ${text(`data ->> 'version'`)} AS weights, data,
        ifnull(data ->> 'updates', data ->> 'steps') AS updates
      FROM log WHERE scope = 'session' AND type IN ('imitated', 'learned')
    )
    SELECT run, seq, step, role, weights, lag(weights) OVER (PARTITION BY run ORDER BY seq) AS weights_before,
      ${measured('loss')} AS loss, data ->> 'sequences' AS sequences,
      CASE WHEN frozen THEN data ->> 'drift' END AS drift,
      updates, ifnull(given.entropy, ${measured('entropy')}) AS entropy, ${measured('kl')} AS kl,
      ${measured('clipFraction')} AS clip_fraction, ${measured('gradientNorm')} AS gradient_norm,
      ${measured('ratioError')} AS ratio_error
    FROM learned JOIN plan USING (run) LEFT JOIN given USING (run, step, role)`,
  ),

  // Learned from: what was sampled, and is better or worse than its group. Where entropy or divergence has a price, all
  // that a role sampled in the step, also in groups without variance, to which no credit is given.
  view(
    'credits',
    `WITH ${PLAN}, named AS MATERIALIZED (
      SELECT run, ${text(`data ->> 'key'`)} AS step, data ->> 'role' AS role, ${text(`sample.value ->> 'stream'`)} AS stream,
        ${text(`sample.value ->> 'key'`)} AS key, sample.value ->> 'advantage' AS advantage
      FROM log JOIN json_each(log.data, '$.samples') AS sample
      WHERE log.scope = 'session' AND log.type = 'credited'
    ), priced AS MATERIALIZED (
      SELECT run, seq, ${text(`data ->> 'key'`)} AS step, data ->> 'role' AS role
      FROM log JOIN plan USING (run)
      WHERE scope = 'session' AND type = 'learned' AND all_samples
        AND (${price('entropyBonus', 'entropy_bonus')} > 0 OR ${price('klPenalty', 'kl_penalty')} > 0)
    ), given AS MATERIALIZED (
      SELECT run, step, role, stream, key, advantage FROM named
      UNION ALL
      SELECT calls.run, calls.step, calls.role, calls.stream, calls.key, 0
      FROM priced JOIN calls USING (run, step, role) LEFT JOIN named USING (run, step, role, stream, key)
      WHERE named.advantage IS NULL AND instr(calls.stream, '/redraw/') = 0
    )
    SELECT given.run, given.step, given.role, stream, key, advantage, text, calls.tokens,
      updates.weights IS NOT NULL AND (advantage <> 0 OR priced.seq IS NOT NULL) AND calls.tokens > 0 AND NOT forced AS learned,
      updates.weights, weights_before
    FROM given LEFT JOIN calls USING (run, step, stream, key)
      LEFT JOIN updates ON updates.run = given.run AND updates.step = given.step AND updates.role = given.role
      LEFT JOIN priced ON priced.run = given.run AND priced.step = given.step AND priced.role = given.role`,
  ),

  // Where both roles learn there are two events to a step, and both have the rewards of its trees.
  view(
    'steps',
    `WITH ${PLAN}
    SELECT run, max(seq) AS seq, ${text(`data ->> 'key'`)} AS step,
      1 + CAST(substr(data ->> 'key', 6) AS INTEGER) / stage_steps AS stage,
      CASE WHEN coupled THEN 'both roles' ELSE data ->> 'role' END AS role,
      data ->> 'designerReward' AS designer_reward, data ->> 'executorReward' AS executor_reward,
      data ->> 'designs' AS designs, data ->> 'invalid' AS invalid
    FROM log JOIN plan USING (run) WHERE scope = 'session' AND type = 'credited'
    GROUP BY run, data ->> 'key'`,
  ),

  view(
    'stages',
    `SELECT run, stage, role, count(*) AS steps, avg(designer_reward) AS designer_reward,
      avg(executor_reward) AS executor_reward, sum(invalid) * 1.0 / sum(designs) AS invalid
    FROM steps GROUP BY run, stage`,
  ),
];

/** A figure of an update; without one there is nothing that it would be a figure of. */
function measured(member: string): string {
  return `CASE WHEN updates = 0 THEN NULL ELSE data ->> '${member}' END`;
}

/** What entropy or divergence costs in an update: as its event notes it, or as the run's configuration says. */
function price(setting: string, configured: string): string {
  return `coalesce(data ->> '$.settings.${setting}', ${configured}, 0)`;
}
