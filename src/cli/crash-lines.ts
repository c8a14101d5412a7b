import { type Blow, byPhase, type CrashReport, type Ending, lostBy } from '../../tools/crash/report.ts';
import { table } from './table.ts';

/** The report of `troupe bench crash` for people: how the runs ended, the blows by phase, and each blow. */
export function crashLines({ seed, events, blows, endings, skipped }: CrashReport): string[] {
  const lost = blows.reduce((sum, blow) => sum + lostBy(blow), 0);
  return [
    `${blows.length} blows, seed ${seed}, a run of ${events} events; ${lost} acknowledged events lost`,
    ...endings.map(endingLine),
    ...skipped.map(({ phase, why }) => `${phase}: skipped, since there is no disk for it (${why})`),
    '',
    phaseTable(blows),
    '',
    blowTable(blows),
    ...blows.flatMap(({ said }, index) => (said === undefined ? [] : [`${index + 1} said: ${said}`])),
  ];
}

function endingLine({ run, sameEvents, sameWeights, whole, twice }: Ending): string {
  const equal = (same: boolean) => (same ? 'equal' : 'DIFFERENT');
  const what = `event hash ${equal(sameEvents)}, weights hash ${equal(sameWeights)}`;
  const again = twice.length === 0 ? 'nothing' : twice.join(', ').toUpperCase();
  return `${run}: ${what} to the undisturbed run's; store ${state(whole)}; ${again} learned or sampled twice`;
}

function phaseTable(blows: readonly Blow[]): string {
  const rows = byPhase(blows).map(({ phase, blows: count, lost, damaged, notMended, kept }) => [
    phase,
    ...[count, lost, damaged, notMended, kept].map(String),
  ]);
  return table(['phase', 'blows', 'events lost', 'damaged', 'not mended', 'calls kept'], rows);
}

function blowTable(blows: readonly Blow[]): string {
  const rows = blows.map(({ phase, after, announced, stored, whole, mended, kept }, index) => [
    String(index + 1),
    phase,
    after,
    String(announced),
    String(stored),
    state(whole),
    mended ? 'yes' : 'NO',
    String(kept),
  ]);
  return table(['blow', 'phase', 'after', 'announced', 'stored', 'store', 'mended', 'calls kept'], rows);
}

function state(whole: boolean): string {
  return whole ? 'whole' : 'DAMAGED';
}
