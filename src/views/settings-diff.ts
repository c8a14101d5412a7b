import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../core/json.ts';
import { configSchema } from '../runtime/config.ts';

/** A setting that two runs do not have in common; null where one of them has none. */
export interface SettingDifference {
  /** Its dotted path, as `--set` takes it: `learning.executorRate`. */
  readonly path: string;
  readonly a: Json;
  readonly b: Json;
}

/** The settings that differ between two configurations. Where the runs branched off others is no setting. */
export function differingSettings(a: JsonObject, b: JsonObject): SettingDifference[] {
  const [first, second] = [settings(a), settings(b)];
  return [...new Set([...first.keys(), ...second.keys()])]
    .map((path) => ({ path, a: first.get(path) ?? null, b: second.get(path) ?? null }))
    .filter((each) => canonicalJson(each.a) !== canonicalJson(each.b));
}

/** The settings by their paths. An older run lacks some that had but one value then. */
function settings(config: JsonObject): ReadonlyMap<string, Json> {
  const parsed = configSchema.safeParse(config);
  const { forks: _, ...own }: JsonObject = parsed.success ? JSON.parse(JSON.stringify(parsed.data)) : config;
  return new Map(leaves(own));
}

function leaves(object: JsonObject, above = ''): [path: string, value: Json][] {
  return Object.entries(object).flatMap(([name, value]) =>
    isJsonObject(value) ? leaves(value, `${above}${name}.`) : [[`${above}${name}`, value]],
  );
}
