import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvariantError } from '../../src/core/errors.ts';
import { RandomStream } from '../../src/core/random.ts';
import { ended, isClearEnd, startTraining, startTroupe, trainingEnded } from './children.ts';
import type { Blow, Ending, Phase } from './report.ts';
import { type Session, writeSession } from './session.ts';
import { type Lent, type SmallDisk, system, withFailingDisk, withMemoryDisk } from './small-disk.ts';
import { type End, endingOf, endOf, stateOf } from './store-state.ts';

export interface DiskFailures extends Session {
  /** The undisturbed run. */
  readonly calm: string;
  readonly undisturbed: End;
  /** Where the disk is mounted, and what may become its image. */
  readonly folder: string;
  readonly image: string;
  readonly onBlow: () => void;
}

/** A run that was struck, and how it came out. */
export interface Struck {
  readonly blows: readonly Blow[];
  readonly ending: Ending;
}

/** Room for the run, as shares of what it takes in the end. */
const ROOM = [0.35, 1.9, 2.4] as const;
const PLENTY = 'size=65536k';

/**
 * Trains on a disk that is too small, until it fails; makes room, twice not enough, and goes on to the end.
 * `times` is how often the disk gets full, at most.
 */
export function fillDisk(options: DiskFailures, times: number = ROOM.length): Promise<Lent<Struck>> {
  const { calm, folder, clock, onBlow } = options;
  const kilobytes = ROOM.slice(0, times).map((share) => Math.ceil((share * statSync(calm).size) / 1024));
  return withMemoryDisk(folder, kilobytes[0] ?? 0, async (disk) => {
    const file = join(disk.folder, 'full.db');
    writeSession(file, options);
    const blows: Blow[] = [];
    for (const size of kilobytes) {
      disk.remount(`size=${size}k`);
      const end = await trainingEnded(startTraining(file));
      if (end.code === 0) break;
      blows.push({
        ...blow('disk full', file, clock, end),
        said: withoutPlace(end.said, disk),
        mended: isClearEnd(end) && (await failsClearly(file)),
      });
      onBlow();
    }
    disk.remount(PLENTY);
    return { blows, ending: await goOn('disk full', file, options) };
  });
}

/**
 * The file system becomes read-only under a training process, as file systems do when their disk fails; the disk
 * comes back, first to be read only, then to be written; the run goes on to its end.
 */
export function forbidWriting(options: DiskFailures): Promise<Lent<Struck>> {
  const { folder, image, undisturbed, seed, clock, onBlow } = options;
  const moment = new RandomStream(seed, 'read-only').integer(
    undisturbed.events >> 2,
    undisturbed.events >> 1,
  );
  return withFailingDisk(folder, image, async (disk) => {
    const file = join(disk.folder, 'failing.db');
    writeSession(file, options);
    const child = startTraining(file);
    let failing: Promise<void> | undefined;
    const end = await trainingEnded(child, (seq) => {
      if (seq >= moment) failing ??= failUnder(child, disk);
    });
    await failing;
    disk.replug();
    disk.remount('ro');
    const struck = blow('read-only', file, clock, end);
    const mended = isClearEnd(end) && (await failsClearly(file));
    disk.remount('rw');
    onBlow();
    const said = withoutPlace(end.said, disk);
    return { blows: [{ ...struck, said, mended }], ending: await goOn('read-only', file, options) };
  });
}

/** Makes the file system read-only while the process stands still, with all that it wrote before on the disk. */
async function failUnder(child: ReturnType<typeof startTraining>, disk: SmallDisk): Promise<void> {
  child.kill('SIGSTOP');
  try {
    await sleep(100); // for all of its threads to stand
    system('sync', '-f', disk.folder);
    disk.remount('abort');
  } finally {
    child.kill('SIGCONT');
  }
}

function blow(
  phase: Phase,
  file: string,
  clock: () => number,
  { announced, after }: { announced: number; after: string },
): Omit<Blow, 'mended'> {
  const { stored, whole, kept } = stateOf(file, clock);
  return { phase, after, announced, stored, whole, kept };
}

/** Whether the command that resumes a run fails on this disk, in one sentence. */
async function failsClearly(file: string): Promise<boolean> {
  return isClearEnd(await ended(startTroupe('train', '--resume', 'latest', '--store', file, '--plain')));
}

/** The sentence without the name of a folder that is gone after this. */
function withoutPlace(said: string, { folder }: SmallDisk): string {
  return said.replaceAll(`${folder}/`, '');
}

async function goOn(run: Ending['run'], file: string, { undisturbed, clock }: DiskFailures): Promise<Ending> {
  const { code, said } = await trainingEnded(startTraining(file));
  if (code !== 0) throw new InvariantError(`the run could not go on after ${run}: ${said}`);
  return endingOf(run, endOf(file, clock), undisturbed);
}
