import { availableParallelism } from 'node:os';
import type { Hardware } from '../runtime/troupe.ts';

/** As many sampling threads as cores, up to four; the results are the same for any number. */
export function hardware(): Hardware {
  return { samplers: Math.max(1, Math.min(4, availableParallelism())) };
}
