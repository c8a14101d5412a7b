import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../core/errors.ts';

/** How long a process that was just killed may take to disappear, in tries of 200 ms. */
const TRIES = 15;

/** Does something that needs a run for itself, waiting a moment for another process that is on its way out. */
export async function onceFree<T>(action: () => T): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== 'run-in-use' || attempt === TRIES) throw error;
      await sleep(200);
    }
  }
}
