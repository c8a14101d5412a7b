import { z } from 'zod';
import { ROLES, type Role } from '../../machines/stages.ts';
import type { EventReader } from '../../store/event-log.ts';
import { UserError } from '../core/errors.ts';
import type { RunConfig } from './config.ts';
import {
  type LearningChange,
  type LearningSettings,
  learningChangeSchema,
  learningSchema,
} from './learning-schema.ts';

/** One update: a role that learns in a step. */
export interface Update {
  readonly step: number;
  readonly role: Role;
}

/** An update after all others. */
export const LAST_UPDATE: Update = { step: Number.MAX_SAFE_INTEGER, role: 'executor' };

const learnedSchema = z.object({
  key: z.string(),
  role: z.enum(ROLES).default('executor'),
  settings: learningChangeSchema.default({}),
});

export interface LearningAt {
  readonly settings: LearningSettings;
  /** What of them is not as the configuration says: the update's event notes it, and later updates keep it. */
  readonly change: { readonly [name: string]: number };
  /** Whether the log holds this update already, so that it is made once more. */
  readonly recorded: boolean;
}

/**
 * The settings of an update. A run may be resumed, or forked, with other settings of learning than it began with: what the
 * user says then is no part of the configuration, so each update notes what it was made with. An update that the log
 * holds is made again as it was; a new one goes on with what the last one before it noted, what a fork since then changed,
 * and what is `given` now.
 */
export function learningAt(
  config: Pick<RunConfig, 'learning' | 'forks'>,
  log: Pick<EventReader, 'backwards'>,
  { step, role }: Update,
  given: LearningChange = {},
): LearningAt {
  for (const event of log.backwards('session')) {
    if (event.type !== 'learned') continue;
    const { key, settings, role: learner } = learnedSchema.parse(event.data);
    const at = Number(key.slice('step/'.length));
    if (at === step && learner === role) return made(config, settings, true);
    if (at < step || (at === step && learner === 'executor')) {
      return made(config, { ...settings, ...forkedSince(config, event.seq), ...given }, false);
    }
  }
  return made(config, { ...forkedSince(config, 0), ...given }, false);
}

/** What forks after an event changed. */
function forkedSince({ forks = [] }: Pick<RunConfig, 'forks'>, seq: number): LearningChange {
  return Object.assign({}, ...forks.filter(({ at }) => at > seq).map(({ learning }) => learning ?? {}));
}

function made(
  { learning }: Pick<RunConfig, 'learning'>,
  settings: LearningChange,
  recorded: boolean,
): LearningAt {
  const own = new Map<string, number>(Object.entries(learning));
  const change: { [name: string]: number } = {};
  for (const [name, value] of Object.entries(settings)) {
    if (value !== undefined && own.get(name) !== value) change[name] = value;
  }
  return { settings: learningSchema.parse({ ...learning, ...settings }), change, recorded };
}

/**
 * What a user asks to go on with: the members of `wanted.learning` that are named. Throws UserError if `wanted` differs from
 * the run's configuration in anything else.
 *
 * @param names paths of settings as they were typed: `learning.clip`, or `learning` for all of it
 */
export function learningChange(
  config: RunConfig,
  wanted: RunConfig,
  names: readonly string[],
): LearningAt['change'] {
  const own: { readonly [name: string]: unknown } = config;
  const other = Object.entries(wanted).find(
    ([name, value]) => name !== 'learning' && JSON.stringify(value) !== JSON.stringify(own[name]),
  );
  if (other !== undefined) {
    throw new UserError(
      'not-while-running',
      `A run that has begun keeps its own ${other[0]}; only settings of learning can be changed, such as learning.executorRate=0.0001.`,
    );
  }
  return Object.fromEntries(
    Object.entries(wanted.learning).filter(
      ([name]) => names.includes('learning') || names.includes(`learning.${name}`),
    ),
  );
}
