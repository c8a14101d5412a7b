import type { AttemptInfo } from '../../../store/attempts.ts';
import type { EventReader } from '../../../store/event-log.ts';
import type { RunInfo } from '../../../store/runs.ts';
import { keptVersions } from '../../runtime/versions.ts';
import { passLines } from '../../views/accuracy.ts';
import { points } from '../../views/estimate.ts';
import { failureLines } from '../../views/failures.ts';
import { originText, type RunSummary, summarise } from '../../views/run-summary.ts';
import type { RunView } from '../../views/run-view.ts';
import { sessionView } from '../../views/session-view.ts';
import { shapeLines } from '../../views/shape-history.ts';
import { byFamily } from '../../views/shape-mix.ts';
import { stepsTable } from './steps-table.ts';

/** A run as text; with `--json` its summary, and what its updates came to step by step. */
export function runPage(
  info: RunInfo,
  reader: EventReader,
  attempts: readonly AttemptInfo[],
  json: boolean,
): string[] {
  const view = sessionView(reader);
  const summary = summarise(info, reader, attempts, view);
  if (json) return [JSON.stringify({ ...summary, perStep: view.steps })];
  return [
    ...headLines(summary),
    `weights hash  ${summary.weightsHash}`,
    '',
    ...familyLines(summary, view),
    ...passLines(view),
    '',
    ...shapeLines(view.mixes, 60),
    '',
    ...(view.steps.length === 0 ? [] : [stepsTable(view.steps), '']),
    ...failureLines(view),
    `policy versions: ${keptVersions(reader)
      .map(({ label, version }) => `${label} (${version.slice(0, 8)})`)
      .join(', ')}`,
    ...placesLine(summary.run, reader),
  ];
}

/** A place to look at, where the run has come to one. */
function placesLine(run: string, reader: EventReader): string[] {
  const first = ['step/0000/task/000', 'eval/before/0000'].find((place) => reader.version(place) > 0);
  return first === undefined ? [] : [`places: ${run}/${first} … (see "troupe replay ${run}")`];
}

/** What the run is and how far it has come. What a fork has from its parent is no progress of its own. */
function headLines(summary: RunSummary): string[] {
  const { run, preset, seed, status, step, steps, events, policyCalls, seconds } = summary;
  const name = `${run}  preset ${preset}, seed ${seed}`;
  const origin = originText(summary);
  if (status === 'forked') {
    return [
      `${name}, forked and not run yet; "troupe train --resume ${run}" goes on with it`,
      `${origin}; all that follows is that run’s: step ${step} of ${steps}, events ${events}, calls ${policyCalls}`,
    ];
  }
  return [
    `${name}, ${status}, step ${step} of ${steps}`,
    ...(origin === '' ? [] : [origin]),
    `events ${events}  calls ${policyCalls}  ${seconds} s`,
  ];
}

/** Held-out accuracy of each family, and what was designed for it last. */
function familyLines({ heldOut, change }: RunSummary, view: RunView): string[] {
  const mix = byFamily(view.mixes.at(-1) ?? {});
  return Object.keys(view.before).map((family) => {
    const after = heldOut.after[family];
    const changed = change?.families[family];
    const gain = changed === undefined ? '' : ` (${points(changed)})`;
    const shapes = Object.entries(mix[family] ?? {}).sort(([, a], [, b]) => b - a);
    const designs = shapes.map(([shape, count]) => `${shape} ×${count}`).join(', ');
    return `${family}: held-out ${percent(heldOut.before[family] ?? 0)} → ${after === undefined ? '…' : percent(after)}${gain}; designs of the last step: ${designs}`;
  });
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
