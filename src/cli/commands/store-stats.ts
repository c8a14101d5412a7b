import { type RunStatistics, storeStatistics } from '../../../store/statistics.ts';
import { Store } from '../../../store/store.ts';
import { bytesText } from '../bytes.ts';
import { print } from '../output.ts';
import { table } from '../table.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** `troupe store stats`: a table for people, or one JSON object. */
export function storeStats({ store: file, json }: Options): void {
  const store = Store.open(file, { mode: 'read', clock: Date.now });
  try {
    const statistics = storeStatistics(store);
    if (json === true) {
      print(`${JSON.stringify(statistics)}\n`);
      return;
    }
    const { fileBytes, walBytes, freeBytes, tables, blobs, runs } = statistics;
    const parts = Object.entries(tables)
      .filter(([, bytes]) => bytes >= fileBytes / 100)
      .map(([name, bytes]) => `${name} ${bytesText(bytes)}`);
    print(
      [
        `${file}: ${bytesText(fileBytes)}, of which ${bytesText(freeBytes)} free; write-ahead log ${bytesText(walBytes)}`,
        `  on disk: ${parts.join(', ')}`,
        `  ${blobs.count} blobs, ${bytesText(blobs.bytes)}; what runs share counts once`,
        '',
      ].join('\n'),
    );
    if (runs.length > 0) print(`\n${table(HEADINGS, runs.map(row))}\n`);
  } finally {
    store.close();
  }
}

const HEADINGS = [
  'run',
  'events',
  'streams',
  'data',
  'binary',
  'tokens',
  'bytes/token',
  'snapshots',
  'blobs',
];

function row(run: RunStatistics): string[] {
  const blobs = Object.entries(run.blobs).map(
    ([kind, { count, bytes }]) => `${count} ${kind} ${bytesText(bytes)}`,
  );
  return [
    run.run,
    String(run.events),
    String(run.streams),
    bytesText(run.dataBytes),
    bytesText(run.binaryBytes),
    String(run.sampledTokens),
    run.bytesPerToken?.toFixed(1) ?? '–',
    run.snapshots.count === 0 ? '–' : `${run.snapshots.count}, ${bytesText(run.snapshots.bytes)}`,
    blobs.join(', ') || '–',
  ];
}
