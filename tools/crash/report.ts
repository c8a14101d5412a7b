/** What the process was doing when it was struck. */
export const PHASES = [
  'cold start',
  'evaluation',
  'sampling',
  'weights',
  'compaction',
  'import',
  'export',
  'disk full',
  'read-only',
] as const;
export type Phase = (typeof PHASES)[number];

/** One blow: a `kill -9`, or a disk that failed, and what the store tells of it afterwards. */
export interface Blow {
  readonly phase: Phase;
  /** The last thing that the process announced. */
  readonly after: string;
  /** Events that had been announced by then, and that are stored. */
  readonly announced: number;
  readonly stored: number;
  /** Whether `store check` finds nothing: hash chains, blobs, SQLite's own check, no rows that belong to nothing. */
  readonly whole: boolean;
  /** Recorded calls of the unfinished step, which the next attempt need not sample again. */
  readonly kept: number;
  /** Whether all else was as it must be: how the process ended, and what the same command came to afterwards. */
  readonly mended: boolean;
  /** What the process said when the disk failed. */
  readonly said?: string;
}

/** How a run that was struck came out in the end. */
export interface Ending {
  readonly run: 'killed' | 'disk full' | 'read-only';
  /** Whether it came to the same end as the run that was left alone. */
  readonly sameEvents: boolean;
  readonly sameWeights: boolean;
  readonly whole: boolean;
  /** Weights that were learned, and calls that were recorded, more than once; must be none. */
  readonly twice: readonly string[];
}

/** What could not be done on this machine. */
export interface Skipped {
  readonly phase: Phase;
  readonly why: string;
}

export interface CrashReport {
  readonly seed: number;
  /** Events of the undisturbed run. */
  readonly events: number;
  readonly blows: readonly Blow[];
  readonly endings: readonly Ending[];
  readonly skipped: readonly Skipped[];
}

/** Blows of one phase, counted. */
export interface PhaseSummary {
  readonly phase: Phase;
  readonly blows: number;
  /** Acknowledged events that were missing afterwards. */
  readonly lost: number;
  readonly damaged: number;
  readonly kept: number;
  readonly notMended: number;
}

/** The phases that were struck, in the order of {@link PHASES}. */
export function byPhase(blows: readonly Blow[]): PhaseSummary[] {
  return PHASES.map((phase) => {
    const own = blows.filter((blow) => blow.phase === phase);
    return {
      phase,
      blows: own.length,
      lost: own.reduce((sum, blow) => sum + lostBy(blow), 0),
      damaged: own.filter(({ whole }) => !whole).length,
      kept: own.reduce((sum, { kept }) => sum + kept, 0),
      notMended: own.filter(({ mended }) => !mended).length,
    };
  }).filter(({ blows: count }) => count > 0);
}

/** Acknowledged events that a blow cost. */
export function lostBy({ announced, stored }: Blow): number {
  return Math.max(0, announced - stored);
}

/** Whether nothing was lost, damaged, done twice, or different in the end. */
export function isUnharmed({ blows, endings }: CrashReport): boolean {
  return (
    blows.every((blow) => blow.whole && blow.mended && lostBy(blow) === 0) &&
    endings.every(
      ({ sameEvents, sameWeights, whole, twice }) => sameEvents && sameWeights && whole && twice.length === 0,
    )
  );
}
