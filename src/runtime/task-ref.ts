import { z } from 'zod';
import { redrawPlace } from '../../machines/redraw.ts';
import type { TaskRef } from '../../machines/rollout.machine.ts';
import { must } from '../core/errors.ts';
import { RandomStream } from '../core/random.ts';
import type { Task, TaskFamily } from '../tasks/task.ts';

/** A task as a `picked` event holds it. */
export const taskRefSchema = z.object({
  id: z.string(),
  family: z.string(),
  attribute: z.string().exactOptional(),
  text: z.string(),
  copied: z.literal(true).exactOptional(),
}) satisfies z.ZodType<TaskRef>;

/** A task as actors know it, without what its verifier knows. */
export function taskRef({ id, family, attribute, text }: Task, families: readonly TaskFamily[]): TaskRef {
  const copied = families.find(({ name }) => name === family)?.observe !== undefined;
  return {
    id,
    family,
    ...(attribute === undefined ? {} : { attribute }),
    text,
    ...(copied ? { copied } : {}),
  };
}

/**
 * One agent's copy of a text of this family. It is drawn from the stream `observe/AGENT`, so that an agent reads the same
 * copy in all its turns, and a fork, or a branch of an execution, the same as its parent.
 */
export function copyFor(
  agent: string,
  text: string,
  {
    seed,
    family,
    families,
  }: { readonly seed: number; readonly family: string; readonly families: readonly TaskFamily[] },
): string {
  const branch = redrawPlace(agent);
  const reader = branch === null ? agent : `${branch.execution}/${branch.rest}`;
  const { observe } = must(
    families.find(({ name }) => name === family),
    `a family called ${family}`,
  );
  return observe === undefined ? text : observe(text, new RandomStream(seed, 'observe', reader));
}
