import { Store } from '../../../store/store.ts';
import { UserError } from '../../core/errors.ts';
import { creditSettings } from '../../runtime/config.ts';
import {
  creditFromLog,
  type RecordedCredit,
  recordedCredits,
  sameCredit,
} from '../../runtime/recorded-credit.ts';
import { readConfig } from '../../runtime/run.ts';
import { print } from '../output.ts';
import { table } from '../table.ts';
import { creditByFork } from './credit-by-fork.ts';

interface Options {
  readonly store: string;
  readonly step?: number;
  readonly by?: string;
  readonly draws: number;
  readonly json?: boolean;
}

/** `troupe credit`: advantages computed again from the store; exit code 1 if any differs from the recorded one. */
export async function credit(name: string, options: Options): Promise<void> {
  if (options.by === 'fork') return creditByFork(name, options);
  if (options.by !== undefined) {
    throw new UserError('unknown-estimator', `There is no estimator "${options.by}"; --by takes fork.`);
  }
  const store = Store.open(options.store, { mode: 'read', clock: Date.now });
  try {
    const { id } = store.run(name);
    const config = readConfig(store, id);
    const reader = store.reader(id);
    const credits = recordedCredits(reader).filter(
      ({ step }) => options.step === undefined || step === options.step,
    );
    if (credits.length === 0) {
      throw new UserError(
        'no-credit',
        `The run ${id} has no credit ${options.step === undefined ? 'yet' : `for step ${options.step}`}; "troupe show ${id}" says how far it got.`,
      );
    }
    const rows = credits.map((recorded) => {
      const settings = creditSettings(config, recorded.step);
      const again = creditFromLog(reader, recorded.step, recorded.role, settings);
      return { recorded, identical: sameCredit(again, recorded) };
    });
    for (const { recorded, identical } of options.json === true ? rows : []) {
      print(`${JSON.stringify({ run: id, identical, ...recorded })}\n`);
    }
    if (options.json !== true) printRows(id, rows, options.step !== undefined);
    process.exitCode = rows.every(({ identical }) => identical) ? 0 : 1;
  } finally {
    store.close();
  }
}

interface Row {
  readonly recorded: RecordedCredit;
  readonly identical: boolean;
}

function printRows(id: string, rows: readonly Row[], samples: boolean): void {
  const headings = [
    'step',
    'role',
    'calls',
    'groups',
    'no variance',
    'designer reward',
    'executor reward',
    'from the log',
  ];
  const cells = rows.map(({ recorded, identical }) => [
    String(recorded.step),
    recorded.role,
    String(recorded.samples.length),
    String(recorded.groups),
    String(recorded.zeroVariance),
    recorded.designerReward.toFixed(3),
    recorded.executorReward.toFixed(3),
    identical ? 'identical' : 'DIFFERENT',
  ]);
  print(`${table(headings, cells)}\n`);
  for (const { stream, key, advantage } of samples ? (rows[0]?.recorded.samples ?? []) : []) {
    print(`${advantage.toFixed(4).padStart(8)}  ${stream}#${key}\n`);
  }
  const same = rows.filter(({ identical }) => identical).length;
  print(`${id}: ${same} of ${rows.length} steps identical.\n`);
}
