import type { EventReader } from '../../store/event-log.ts';
import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { configSchema } from '../runtime/config.ts';
import { LAST_UPDATE, learningAt } from '../runtime/learning-settings.ts';

/** A setting that two runs do not have in common; null where one of them has none. */
export interface SettingDifference {
  /** Its dotted path, as `--set` takes it: `learning.executorRate`. */
  readonly path: string;
  readonly a: Json;
  readonly b: Json;
}

/** A run as far as its settings go: settings of learning may change on the way, and its events say so. */
export interface Configured {
  readonly config: JsonObject;
  readonly reader: Pick<EventReader, 'backwards'>;
}

/** The settings that differ between two runs, as they stand at the end. Where the runs branched off others is no setting. */
export function differingSettings(a: Configured, b: Configured): SettingDifference[] {
  const [first, second] = [settings(a), settings(b)];
  return [...new Set([...first.keys(), ...second.keys()])]
    .map((path) => ({ path, a: first.get(path) ?? null, b: second.get(path) ?? null }))
    .filter((each) => canonicalJson(each.a) !== canonicalJson(each.b));
}

/** The settings by their paths. An older run lacks some that had but one value then. */
function settings({ config, reader }: Configured): ReadonlyMap<string, Json> {
  const parsed = configSchema.safeParse(config);
  const { forks: _, ...own }: JsonObject = parsed.success
    ? JSON.parse(
        JSON.stringify({ ...parsed.data, learning: learningAt(parsed.data, reader, LAST_UPDATE).settings }),
      )
    : config;
  return new Map(leaves(own));
}

function leaves(object: JsonObject, above = ''): [path: string, value: Json][] {
  return Object.entries(object).flatMap(([name, value]) =>
    isJsonObject(value) ? leaves(value, `${above}${name}.`) : [[`${above}${name}`, value]],
  );
}
