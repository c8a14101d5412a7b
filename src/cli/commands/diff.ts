import { Store } from '../../../store/store.ts';
import { diffRuns, type RunDiff } from '../../views/run-diff.ts';
import { type RunSummary, summarise } from '../../views/run-summary.ts';
import { print } from '../output.ts';
import { table } from '../table.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** `troupe diff A B`: where two runs part, and how they end; exit code 0 if they are the same, 1 if not. */
export function diff(a: string, b: string, options: Options): void {
  const store = Store.open(options.store, { mode: 'read', clock: Date.now });
  try {
    const [first, second] = [store.run(a), store.run(b)];
    const found = diffRuns(store.reader(first.id), store.reader(second.id));
    const ends = [first, second].map((info) =>
      summarise(info, store.reader(info.id), store.attempts(info.id)),
    );
    const json = { a: first.id, b: second.id, ...found, ends };
    print(options.json === true ? `${JSON.stringify(json)}\n` : `${asText(found, ends)}\n`);
    process.exitCode = found.onlyA === 0 && found.onlyB === 0 ? 0 : 1;
  } finally {
    store.close();
  }
}

function asText({ shared, onlyA, onlyB, parting, streams }: RunDiff, ends: readonly RunSummary[]): string {
  const [a, b] = ends.map(({ run }) => run);
  const families = [...new Set(ends.flatMap(({ heldOut }) => Object.keys(heldOut.after)))];
  const rows = ends.map(({ run, status, step, policyCalls, heldOut, eventHash, weightsHash }) => [
    run,
    status,
    String(step),
    String(policyCalls),
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
