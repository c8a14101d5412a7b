import { InvariantError } from '../../src/core/errors.ts';
import { ended, startTraining, startTroupe } from './children.ts';
import { type DiskFailures, fillDisk, forbidWriting, type Struck } from './disk-failures.ts';
import { killOperations } from './operation-kills.ts';
import type { Blow, CrashReport, Ending, Skipped } from './report.ts';
import { killRun } from './run-kills.ts';
import { writeSession } from './session.ts';
import type { Lent } from './small-disk.ts';
import { endingOf, endOf } from './store-state.ts';

export interface CrashOptions {
  /** Gives names of files in a folder that is empty. */
  readonly file: (name: string) => string;
  /** Kills during the run, and of each operation on the finished store. */
  readonly kills: number;
  readonly operationKills: number;
  /** How often the disk gets full. */
  readonly fills: number;
  readonly seed: number;
  readonly clock: () => number;
  readonly onProgress?: (blows: number) => void;
}

/**
 * Runs the same small training session again and again: once undisturbed; once killed by SIGKILL at many moments,
 * and resumed; once on a disk that gets full, and once on one that becomes read-only. Kills compactions, imports and
 * exports of the finished store. Looks at the store after every blow, and compares the ends.
 */
export async function crash(options: CrashOptions): Promise<CrashReport> {
  const { file, kills, operationKills, fills, seed, clock, onProgress } = options;
  let done = 0;
  const onBlow = () => onProgress?.(++done);

  const calm = file('calm.db');
  writeSession(calm, seed, clock);
  await succeed('undisturbed run', startTraining(calm));
  const undisturbed = endOf(calm, clock);

  const disturbed = file('disturbed.db');
  writeSession(disturbed, seed, clock);
  const { events } = undisturbed;
  const blows: Blow[] = await killRun({ file: disturbed, kills, events, seed, clock, onBlow });
  const endings: Ending[] = [endingOf('killed', endOf(disturbed, clock), undisturbed)];

  const exported = file('exported.db');
  await succeed('export', startTroupe('store', 'export', 'latest', exported, '--store', calm));
  const common = { seed, clock, onBlow };
  const folder = file('copies');
  blows.push(
    ...(await killOperations({ ...common, kills: operationKills, store: disturbed, exported, folder })),
  );

  const skipped: Skipped[] = [];
  const take = (phase: 'disk full' | 'read-only', lent: Lent<Struck>) => {
    if ('why' in lent) skipped.push({ phase, why: lent.why });
    else {
      blows.push(...lent.result.blows);
      endings.push(lent.result.ending);
    }
  };
  const disk: DiskFailures = { ...common, calm, undisturbed, folder: file('disk'), image: file('image') };
  take('disk full', await fillDisk(disk, fills));
  take('read-only', await forbidWriting(disk));
  return { seed, events, blows, endings, skipped };
}

async function succeed(what: string, child: ReturnType<typeof startTraining>): Promise<void> {
  const { code, said } = await ended(child);
  if (code !== 0) throw new InvariantError(`the ${what} ended with ${code}: ${said}`);
}
