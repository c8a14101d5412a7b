import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { chart, statesOf } from '../../tools/graph/chart.ts';
import { dead } from '../../tools/graph/dead.ts';
import { withDead } from '../../tools/graph/dead-picture.ts';
import { KINDS, subjectOf, subjectOfDesign, subjectOfSpec } from '../../tools/graph/load.ts';
import { plain } from '../../tools/graph/marks.ts';
import { recording, subjectOfStream } from '../../tools/graph/overlay.ts';
import { overlayPicture } from '../../tools/graph/overlay-picture.ts';
import { svg } from '../../tools/graph/svg.ts';
import { EVERY_KIND } from './every-kind.ts';
import { scriptedRun } from './scripted-run.ts';

/** Tags of an image that are neither closed nor closed by themselves; throws at one closed out of turn. */
function openTags(image: string): string[] {
  const open: string[] = [];
  for (const [, end, name = '', self] of image.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (end === '/' && open.pop() !== name) throw new Error(`</${name}> out of turn`);
    if (end !== '/' && self !== '/') open.push(name);
  }
  return open;
}

/** The groups of nodes, clusters or edges of an image, by their titles. */
function groups(image: string, kind: 'node' | 'cluster' | 'edge'): Map<string, string> {
  const parts = image.split(/(?=<g id="[^"]*" class="(?:node|cluster|edge)">)/);
  const of = parts.filter((part) => part.includes(`class="${kind}"`));
  return new Map(
    of.map((part) => [(/<title>(.*?)<\/title>/.exec(part)?.[1] ?? '').replaceAll('&#45;', '-'), part]),
  );
}

describe('an image', () => {
  it.each(KINDS)('of %s has every state, compound ones as boxes, and all transitions', async (kind) => {
    const drawn = subjectOf(kind).chart;
    const image = await svg(drawn);
    expect(openTags(image)).toEqual([]);
    expect(image).toMatch(/^<svg role="img" /);
    const [nodes, boxes] = [groups(image, 'node'), groups(image, 'cluster')];
    const all = statesOf(drawn);
    expect([...boxes.keys()].sort()).toEqual(
      all.flatMap(({ id, states }) => (states.length > 0 ? [`cluster_${id}`] : [])).sort(),
    );
    for (const { id, name, states } of all) {
      if (states.length === 0) expect(nodes.get(id)).toContain(`>${name}</text>`);
    }
    const begins = all.reduce((sum, { type, states }) => {
      return sum + (type === 'parallel' ? states.length : states.length > 0 ? 1 : 0);
    }, 1);
    expect(image.match(/class="edge"/g)).toHaveLength(drawn.edges.length + begins);
  });

  it.each(EVERY_KIND)('can be had of a design of the kind $root.kind', async (spec) => {
    const drawn = subjectOfSpec(spec).chart;
    const nodes = groups(await svg(drawn), 'node');
    for (const { id, states } of statesOf(drawn)) expect(nodes.has(id)).toBe(states.length === 0);
  });

  it('is the same in the same bytes, whenever it is drawn', async () => {
    const { chart } = subjectOf('session');
    expect(await svg(chart)).toBe(await svg(chart));
  });

  it('has paper of its own, fonts that are everywhere, and nothing that is loaded', async () => {
    const image = await svg(subjectOf('agent').chart);
    expect(image).toMatch(/<rect fill="#\w{6}" stroke="none" [^>]*rx="12"\/>/);
    expect(new Set(image.match(/font-family="[^"]*"/g))).toEqual(
      new Set(['font-family="Helvetica, Arial, Liberation Sans, sans-serif"']),
    );
    expect(image).not.toMatch(/href="|url\(|<script|<image/);
  });

  it('outlines final states twice, and colours failures', async () => {
    const nodes = groups(await svg(subjectOf('agent').chart), 'node');
    const outlines = (id: string) => nodes.get(id)?.match(/<path/g)?.length;
    expect(outlines('agent.answered')).toBe(2);
    expect(outlines('agent.calling')).toBe(1);
    expect(nodes.get('agent.failed')).toContain('stroke="#dc2626"');
    expect(nodes.get('agent.answered')).not.toContain('#dc2626');
  });

  it('survives names that are syntax in every language on the way', async () => {
    const hostile = createMachine({
      id: 'end',
      initial: 'a "b" <c>',
      states: {
        'a "b" <c>': {
          description: '</text>&amp; {z}\n\\N %d -- ]]>',
          on: { 'e:"1"; -> x': { target: 'd', guard: 'a<b&c' } },
        },
        d: { type: 'final' },
      },
    });
    const image = await svg(chart(hostile));
    expect(openTags(image)).toEqual([]);
    expect(image).toContain('a &quot;b&quot; &lt;c&gt;</text>');
    expect(image).toContain('[a&lt;b&amp;c]');
  });

  it('of an overlay numbers what was taken and says in tooltips what was answered', async () => {
    const log = await scriptedRun(1);
    const stream = 'step/0000/task/000/design/1/exec/00';
    const subject = subjectOfStream(log, stream);
    const { chart, marks } = overlayPicture(subject.chart, recording(log, stream, subject));
    const image = await svg(chart, marks);
    const tip = (part: string) => image.includes(part);
    expect(tip('#3 agent/vote.solve3: 1 + 1')).toBe(true);
    for (const number of [1, 2, 3, 4, 5, 6, 7]) expect(image).toContain(`> #${number}</text>`);
    expect(image).toContain('visited');
    expect(image).toContain(`${stream}: 7 transitions, ended in finished`);
    expect(groups(image, 'node').get('execution.finished')).toContain('stroke="#d97706"');
  });

  it('of a chart with dead states marks them', async () => {
    const log = await scriptedRun(1);
    const { chart: alive } = subjectOfDesign(log, 'step/0000/task/000/design/0');
    expect(await svg(alive, withDead(plain(alive), dead(alive)).marks)).toContain('nothing is dead among');
    const drawn = chart(createMachine({ id: 'm', initial: 'a', states: { a: { type: 'final' }, b: {} } }));
    const image = await svg(drawn, withDead(plain(drawn), dead(drawn)).marks);
    expect(groups(image, 'node').get('m.b')).toContain('unreachable');
  });
});
