import type { JsonObject } from '../../src/core/json.ts';
import { type Chart, statesOf } from './chart.ts';
import { type Mark, mark, type Picture } from './marks.ts';
import type { Recording, Step } from './overlay.ts';
import { ChartTree } from './tree.ts';

/** At most this many numbers stand at an edge; a session passes some a thousand times. */
const SHOWN = 4;

/** A chart with a recorded path laid over it: numbered edges, visited states, and where it ends. */
export function overlayPicture(chart: Chart, recording: Recording): Picture {
  const { stream, steps, visited, last, finished } = recording;
  const tree = new ChartTree(chart);
  const taken = new Map<string, Step[]>();
  for (const step of steps) taken.set(step.edge, [...(taken.get(step.edge) ?? []), step]);
  const states = new Map(statesOf(chart).map(({ id }) => [id, stateMark(id, recording)]));
  const edges = new Map(chart.edges.map(({ id }) => [id, edgeMark(taken.get(id) ?? [])]));
  const where = last.map((id) => tree.path(id)).join(', ');
  const count = `${steps.length} ${steps.length === 1 ? 'transition' : 'transitions'}`;
  return {
    chart,
    marks: {
      states,
      edges,
      caption: [`${stream}: ${count}, ${finished ? `ended in ${where}` : `unfinished, waits in ${where}`}`],
      legend: [
        ['on', 'visited'],
        ['off', 'not visited'],
        ['last', finished ? 'the end' : 'where it stands'],
      ],
    },
    facts: {
      edges: new Map([...taken].map(([id, of]) => [id, { taken: of.map(({ number }) => number) }])),
      whole: {
        overlay: {
          stream,
          finished,
          last: [...last],
          visited: [...visited],
          path: steps.map((step): JsonObject => ({ ...step })),
        },
      },
    },
  };
}

function stateMark(id: string, { visited, last, finished }: Recording): Mark {
  if (last.includes(id))
    return mark('last', finished ? '' : 'now', finished ? 'the path ends here' : 'it waits here');
  return mark(visited.has(id) ? 'on' : 'off');
}

function edgeMark(steps: readonly Step[]): Mark {
  if (steps.length === 0) return mark('off', '', 'not taken');
  const numbers = steps.map(({ number }) => `#${number}`);
  const more = numbers.length > SHOWN ? ` … (${numbers.length} times)` : '';
  const said = steps.slice(0, SHOWN).flatMap(({ number, key, says }) => {
    const answer = [key, says].filter((part) => part !== null).join(': ');
    return answer === '' ? [] : [`#${number} ${answer}`];
  });
  return mark('on', `${numbers.slice(0, SHOWN).join(' ')}${more}`, said.join('\n'));
}
