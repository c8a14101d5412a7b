import type { EventReader } from '../../../store/event-log.ts';
import { Store } from '../../../store/store.ts';
import { readConfig } from '../../runtime/run.ts';
import { keptVersions } from '../../runtime/versions.ts';
import { passLines } from '../../views/accuracy.ts';
import { splitAddress } from '../../views/address.ts';
import { points } from '../../views/estimate.ts';
import { failureLines } from '../../views/failures.ts';
import { type RunSummary, summarise } from '../../views/run-summary.ts';
import type { RunView } from '../../views/run-view.ts';
import { sessionView } from '../../views/session-view.ts';
import { shapeLines } from '../../views/shape-history.ts';
import { byFamily } from '../../views/shape-mix.ts';
import { print } from '../output.ts';
import { placeEvents, placePage } from '../show/place-page.ts';
import { table } from '../table.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
  readonly tokens?: boolean;
}

/** `troupe show`: a run, or one place in it, as text; with `--json` the run's summary or the place's events. */
export function show(typed: string, { store: file, json = false, tokens = false }: Options): void {
  const { run: name, place } = splitAddress(typed);
  const store = Store.open(file, { mode: 'read', clock: Date.now });
  try {
    const run = store.run(name);
    const reader = store.reader(run.id);
    const lines =
      place === ''
        ? showRun(summarise(run, reader, store.attempts(run.id)), sessionView(reader), reader, json)
        : (json ? placeEvents : placePage)(
            { run: run.id, reader, tokens, config: readConfig(store, run.id) },
            place,
          );
    print(`${lines.join('\n')}\n`);
  } finally {
    store.close();
  }
}

function showRun(summary: RunSummary, view: RunView, reader: EventReader, json: boolean): string[] {
  if (json) return [JSON.stringify(summary)];
  const steps = view.steps.map((step) => [
    String(step.step),
    step.role,
    step.designerReward.toFixed(3),
    step.executorReward.toFixed(3),
    (100 * step.invalid).toFixed(0),
    `${step.zeroVariance}/${step.groups}`,
    step.drift === null ? '' : step.drift.toExponential(1),
  ]);
  const families = Object.keys(view.before);
  const mix = byFamily(view.mixes.at(-1) ?? {});
  return [
    `${summary.run}  preset ${summary.preset}, seed ${summary.seed}, ${summary.status}, step ${summary.step} of ${summary.steps}`,
    `events ${summary.events}  calls ${summary.policyCalls}  ${summary.seconds} s`,
    `event hash    ${summary.eventHash}`,
    `weights hash  ${summary.weightsHash}`,
    '',
    ...families.map((family) => {
      const before = summary.heldOut.before[family] ?? 0;
      const after = summary.heldOut.after[family];
      const changed = summary.change?.families[family];
      const change = changed === undefined ? '' : ` (${points(changed)})`;
      const shapes = Object.entries(mix[family] ?? {}).sort(([, a], [, b]) => b - a);
      return `${family}: held-out ${percent(before)} → ${after === undefined ? '…' : percent(after)}${change}; designs of the last step: ${shapes.map(([shape, count]) => `${shape} ×${count}`).join(', ')}`;
    }),
    ...passLines(view),
    '',
    ...shapeLines(view.mixes, 60),
    '',
    table(
      ['step', 'learns', 'designer reward', 'executor reward', 'invalid %', 'no variance', 'KL frozen'],
      steps,
    ),
    '',
    ...failureLines(view),
    `policy versions: ${keptVersions(reader)
      .map(({ label, version }) => `${label} (${version.slice(0, 8)})`)
      .join(', ')}`,
    `places: ${summary.run}/step/0000/task/000 … (see "troupe replay ${summary.run}")`,
  ];
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
