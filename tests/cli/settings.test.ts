import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withSettings } from '../../src/cli/settings.ts';
import type { Json } from '../../src/core/json.ts';
import { configSchema, configure } from '../../src/runtime/config.ts';

const quick = configure('quick', {});

describe('--set', () => {
  it('changes one member and leaves the rest', () => {
    const config = withSettings(quick, [
      'learning.clip=0.1',
      'stage.schedule=designer-only',
      'policies=shared',
    ]);
    expect(config).toEqual({
      ...quick,
      policies: 'shared',
      learning: { ...quick.learning, clip: 0.1 },
      stage: { ...quick.stage, schedule: 'designer-only' },
    });
  });

  it('takes the later of two, whole members, and members that a preset leaves out', () => {
    expect(withSettings(quick, ['steps=3', 'steps=4']).steps).toBe(4);
    expect(withSettings(quick, ['families=["notes","code"]']).families).toEqual(['notes', 'code']);
    expect(withSettings(quick, ['credit.draws=2']).credit.draws).toBe(2);
    expect(
      withSettings(quick, ['rollout.budget={"calls":3,"tokens":90,"toolSteps":5}']).rollout.budget,
    ).toEqual({
      calls: 3,
      tokens: 90,
      toolSteps: 5,
    });
  });

  it.each([
    ['learning.clop=1', /no setting learning.clop; did you mean learning.clip\?/],
    ['nothing=1', /There is no setting nothing; docs/],
    ['learning.clip=2', /The setting learning.clip is not usable/],
    ['learning.clip', /--set takes FIELD=VALUE/],
    ['seed.x=1', /The setting seed is not usable/],
    ['rollout.design=run(agent("a"))', /With a fixed design .* there is no designer to train/],
    ['start.run=run-1', /"start.run" is where a run comes from/],
    ['forks=[]', /"forks" is where a run comes from/],
  ])('refuses %s', (setting, sentence) => {
    expect(() => withSettings(quick, [setting])).toThrow(sentence);
  });
});

describe('docs/settings.md', () => {
  const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
  /** Settings and their values in the base preset, from the first two columns of the tables. */
  const rows = [...page.matchAll(/^\| `([\w.]+)` +\| (.+?) +\|/gm)].map(([, path = '', value = '']) => [
    path,
    value,
  ]);

  it('names every setting, with what it is in the quick preset', () => {
    const written = rows
      .filter(([, value]) => value !== '–')
      .map(([path, value]) => [path, value?.replaceAll('`', '')]);
    expect(Object.fromEntries(written)).toEqual(
      Object.fromEntries(leaves(JSON.parse(JSON.stringify(quick)))),
    );
  });

  it('names those that presets leave out, and no others', () => {
    const optional = rows.filter(([, value]) => value === '–').map(([path = '']) => path);
    expect(optional.sort()).toEqual([
      'credit.draws',
      'credit.executorNegative',
      'credit.noveltyEnd',
      'evaluation.samples',
      'families',
      'rollout.design',
      'rollout.toolCharacters',
    ]);
    const { credit, rollout, evaluation } = configSchema.shape;
    const known = [configSchema, credit, rollout, evaluation.unwrap()].flatMap((schema) =>
      Object.entries(schema.shape).flatMap(([name, member]) => (member.isOptional() ? [name] : [])),
    );
    for (const path of optional) expect(known).toContain(path.split('.').at(-1));
  });
});

function leaves(value: Json, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, String(value)]];
  return Object.entries(value).flatMap(([name, member]) =>
    leaves(member, path === '' ? name : `${path}.${name}`),
  );
}
