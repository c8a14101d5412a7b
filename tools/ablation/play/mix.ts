import { z } from 'zod';
import { taskRefSchema } from '../../../src/runtime/task-ref.ts';
import type { EventReader } from '../../../store/event-log.ts';
import { cellOf } from '../../families/design-table.ts';

/** How often designs of each shape were drawn, by family and attribute; `none` counts rejected scripts. */
export const mixSchema = z.record(z.string(), z.record(z.string(), z.number()));
export type Mix = z.infer<typeof mixSchema>;

const pickedSchema = z.object({ key: z.string(), tasks: z.array(taskRefSchema) });
const rolledSchema = z.object({
  key: z.string(),
  output: z.object({ designs: z.number(), shapes: z.record(z.string(), z.number()) }),
});

/** The designs of an evaluation: a fold of the session's events. */
export function mixOf(reader: EventReader, evaluation: string): Mix {
  const session = reader.read('session');
  const picked = session.find(({ type, data }) => type === 'picked' && data.key === evaluation);
  if (picked === undefined) return {};
  const { tasks } = pickedSchema.parse(picked.data);
  const mix: Mix = {};
  for (const { type, data } of session) {
    if (type !== 'rollout.finished' || !String(data.key).startsWith(`${evaluation}/`)) continue;
    const { key, output } = rolledSchema.parse(data);
    const task = tasks[Number(key.slice(evaluation.length + 1))];
    if (task === undefined) continue;
    const counts = { ...mix[cellOf(task)] };
    const drawn = Object.values(output.shapes).reduce((sum, count) => sum + count, 0);
    for (const [shape, count] of [
      ...Object.entries(output.shapes),
      ['none', output.designs - drawn] as const,
    ]) {
      if (count > 0) counts[shape] = (counts[shape] ?? 0) + count;
    }
    mix[cellOf(task)] = counts;
  }
  return mix;
}
