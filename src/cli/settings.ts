import { UserError } from '../core/errors.ts';
import { isJsonObject, type Json } from '../core/json.ts';
import { changed, type RunConfig } from '../runtime/config.ts';
import { parseChange } from '../runtime/fork/change.ts';
import type { LearningChange } from '../runtime/learning-schema.ts';
import { learningChange } from '../runtime/learning-settings.ts';

/** What says where a run comes from, and is no setting. */
const ORIGIN: readonly string[] = ['start', 'forks'];

/**
 * A configuration with what `--set PATH=VALUE` says, such as `learning.clip=0.1`: JSON where it is JSON, text otherwise;
 * later ones over earlier ones. Throws UserError for a setting that there is not, or a value that it cannot have.
 */
export function withSettings(config: RunConfig, settings: readonly string[]): RunConfig {
  if (settings.length === 0) return config;
  const plain: Json = JSON.parse(JSON.stringify(config));
  const wanted = settings.map(parseChange).reduce<Json>((before, { field, value }) => {
    const path = field.split('.');
    if (path.includes('__proto__')) {
      throw new UserError('no-setting', `There is no setting ${field}; docs/settings.md lists them.`);
    }
    if (ORIGIN.includes(path[0] ?? '')) {
      throw new UserError(
        'no-setting',
        `"${field}" is where a run comes from and no setting; see --from and troupe fork.`,
      );
    }
    return put(before, path, value);
  }, plain);
  return changed(config, isJsonObject(wanted) ? wanted : {});
}

/**
 * What `--set learning.…` asks of a run that goes on or is branched off. Throws UserError for any other setting, and as
 * {@link withSettings} does.
 */
export function learningSettings(config: RunConfig, settings: readonly string[]): LearningChange {
  const names = settings.map((setting) => parseChange(setting).field);
  return learningChange(config, withSettings(config, settings), names);
}

function put(target: Json | undefined, [name, ...rest]: readonly string[], value: Json): Json {
  if (name === undefined) return value;
  const members = isJsonObject(target) ? target : {};
  return { ...members, [name]: put(members[name], rest, value) };
}
