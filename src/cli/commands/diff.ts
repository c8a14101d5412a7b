import { Store } from '../../../store/store.ts';
import type { Json } from '../../core/json.ts';
import { diffRuns, type RunDiff } from '../../views/run-diff.ts';
import { originText, type RunSummary, summarise } from '../../views/run-summary.ts';
import { differingSettings, type SettingDifference } from '../../views/settings-diff.ts';
import { print } from '../output.ts';
import { table } from '../table.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** `troupe diff A B`: which settings differ, where the runs part, and how they end; exit code 0 if they are the same, 1 if not. */
export function diff(a: string, b: string, options: Options): void {
  const store = Store.open(options.store, { mode: 'read', clock: Date.now });
  try {
    const [first, second] = [store.run(a), store.run(b)];
    const [here, there] = [store.reader(first.id), store.reader(second.id)];
    const found = diffRuns(here, there);
    const ends = [first, second].map((info) =>
      summarise(info, store.reader(info.id), store.attempts(info.id)),
    );
    const settings = differingSettings(
      { config: first.config, reader: here },
      { config: second.config, reader: there },
    );
    const text =
      options.json === true
        ? JSON.stringify({ a: first.id, b: second.id, settings, ...found, ends })
        : [...originLines(ends), ...settingLines(settings), '', asText(found, ends)].join('\n');
    print(`${text}\n`);
    process.exitCode = found.onlyA === 0 && found.onlyB === 0 ? 0 : 1;
  } finally {
    store.close();
  }
}

function originLines(ends: readonly RunSummary[]): string[] {
  return ends.flatMap((end) => (end.fork === undefined ? [] : [`${end.run} is a ${originText(end)}.`]));
}

/** One setting a line: `learning.executorRate  0.0004 → 0.001`. */
function settingLines(settings: readonly SettingDifference[]): string[] {
  if (settings.length === 0) return ['All settings are the same.'];
  const width = Math.max(...settings.map(({ path }) => path.length));
  return [
    'Settings that differ:',
    ...settings.map(({ path, a, b }) => `  ${path.padEnd(width)}  ${valueText(a)} → ${valueText(b)}`),
  ];
}

function valueText(value: Json): string {
  if (value === null) return '–';
  // A script of several lines stays on one.
  return typeof value === 'string' && !value.includes('\n') ? value : JSON.stringify(value);
}

function asText({ shared, onlyA, onlyB, parting, streams }: RunDiff, ends: readonly RunSummary[]): string {
  const [a, b] = ends.map(({ run }) => run);
  const families = [...new Set(ends.flatMap(({ heldOut }) => Object.keys(heldOut.after)))];
  const rows = ends.map(({ run, status, step, policyCalls, heldOut, eventHash, weightsHash }) => [
    run,
    status,
    // What a fork that has not run holds is its parent's.
    ...(status === 'forked' ? ['–', '–'] : [String(step), String(policyCalls)]),
    ...families.map((family) => percent(heldOut.after[family])),
    eventHash.slice(0, 10),
    weightsHash.slice(0, 10),
  ]);
  return [
    `${shared} events are the same; ${onlyA} only in ${a}, ${onlyB} only in ${b}.`,
    ...(parting === null
      ? []
      : [
          `They part at ${parting.stream}@${parting.version} (${parting.type}, event ${parting.seq.a}):`,
          `  ${parting.field} in ${a}  ${parting.a}`,
          `  ${parting.field} in ${b}  ${parting.b}`,
        ]),
    ...(streams.length === 0
      ? []
      : [`Streams that differ, the first ${streams.length}: ${streams.join(', ')}`]),
    '',
    table(
      ['run', 'status', 'step', 'calls', ...families.map((name) => `${name} %`), 'events', 'weights'],
      rows,
    ),
  ].join('\n');
}

function percent(value: number | undefined): string {
  return value === undefined ? '–' : (100 * value).toFixed(1);
}
