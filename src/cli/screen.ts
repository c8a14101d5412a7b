import type { Audience } from './audience.ts';
import { lines } from './lines.ts';

export function screen(): Audience {
  return lines(false);
}
