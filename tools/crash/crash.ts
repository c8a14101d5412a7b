import { InvariantError } from '../../src/core/errors.ts';
import { RandomStream } from '../../src/core/random.ts';
import { allOf } from './all-of.ts';
import { ended, startTraining, startTroupe } from './children.ts';
import { type DiskFailures, fillDisk, forbidWriting } from './disk-failures.ts';
import { killOperations } from './operation-kills.ts';
import type { Blow, CrashReport, Ending, Skipped } from './report.ts';
import { killRun } from './run-kills.ts';
import { type Session, writeSession } from './session.ts';
import { endingOf, endOf } from './store-state.ts';

export interface CrashOptions extends Session {
  /** Gives names of files in a folder that is empty. */
  readonly file: (name: string) => string;
  /** Kills during the run, and of each operation on the finished store. */
  readonly kills: number;
  readonly operationKills: number;
  /** How often the disk gets full. */
  readonly fills: number;
  readonly onProgress?: (blows: number) => void;
}

/**
 * Runs the same small training session again and again: once undisturbed; once killed by SIGKILL at many moments,
 * and resumed; once on a disk that gets full, and once on one that becomes read-only. Kills compactions, imports and
 * exports of the finished store. Looks at the store after every blow, and compares the ends.
 */
export async function crash(options: CrashOptions): Promise<CrashReport> {
  const { file, kills, operationKills, fills, seed, steps, clock, onProgress } = options;
  let done = 0;
  const onBlow = () => onProgress?.(++done);

  const calm = file('calm.db');
  writeSession(calm, options);
  await succeed('undisturbed run', startTraining(calm));
  const undisturbed = endOf(calm, clock);

  const { events } = undisturbed;
  const common = { seed, steps, clock, onBlow };
  const killed = async () => {
    const random = new RandomStream(seed, 'kills');
    const blows: Blow[] = [];
    const endings: Ending[] = [];
    let store = '';
    // A run may be over before all kills are spent; then another one gets the rest.
    while (blows.length < kills) {
      store = file(`killed-${endings.length}.db`);
      writeSession(store, options);
      const left = kills - blows.length;
      blows.push(...(await killRun({ file: store, kills: left, events, random, clock, onBlow })));
      endings.push(endingOf('killed', endOf(store, clock), undisturbed));
    }
    const exported = file('exported.db');
    await succeed('export', startTroupe('store', 'export', 'latest', exported, '--store', calm));
    const copies = { store, exported, folder: file('copies') };
    blows.push(...(await killOperations({ ...common, ...copies, kills: operationKills })));
    return { blows, endings };
  };
  const disk = (name: string): DiskFailures => ({
    ...common,
    calm,
    undisturbed,
    folder: file(name),
    image: file(`${name}.image`),
  });
  const [{ blows, endings }, full, readOnly] = await allOf([
    killed(),
    fillDisk(disk('full'), fills),
    forbidWriting(disk('failing')),
  ]);

  const skipped: Skipped[] = [];
  for (const [phase, lent] of [
    ['disk full', full],
    ['read-only', readOnly],
  ] as const) {
    if ('why' in lent) skipped.push({ phase, why: lent.why });
    else {
      blows.push(...lent.result.blows);
      endings.push(lent.result.ending);
    }
  }
  return { seed, events, blows, endings, skipped };
}

async function succeed(what: string, child: ReturnType<typeof startTraining>): Promise<void> {
  const { code, said } = await ended(child);
  if (code !== 0) throw new InvariantError(`the ${what} ended with ${code}: ${said}`);
}
