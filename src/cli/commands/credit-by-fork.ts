import { Store } from '../../../store/store.ts';
import { UserError } from '../../core/errors.ts';
import { resolveAddress, splitAddress } from '../../runtime/address.ts';
import { type ExecutionWorth, executionWorth } from '../../runtime/fork/worth.ts';
import { defaultKit } from '../../runtime/kit.ts';
import { readConfig } from '../../runtime/run.ts';
import { hardware } from '../hardware.ts';
import { print } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { table } from '../table.ts';

interface Options {
  readonly store: string;
  readonly draws: number;
  readonly json?: boolean;
}

/** `troupe credit RUN/EXECUTION --by fork`: what each call was worth, by branches in which it alone is redrawn. */
export async function creditByFork(typed: string, options: Options): Promise<void> {
  const { run, place } = splitAddress(typed);
  if (place === '') {
    throw new UserError(
      'no-execution',
      `--by fork takes an execution, such as ${run}/step/0000/task/000/design/0/exec/00.`,
    );
  }
  const store = Store.open(options.store, { mode: 'read', clock: Date.now });
  const progress = new ProgressLine(process.stderr, Date.now);
  try {
    const { id } = store.run(run);
    const reader = store.reader(id);
    const { place: stream } = resolveAddress(place, reader, id);
    const worth = await executionWorth(reader, readConfig(store, id), stream, {
      kit: defaultKit(),
      hardware: hardware(),
      draws: options.draws,
      onProgress: (what, done, of) =>
        progress.show(what, done, of, what.endsWith('again') ? 'steps' : 'branches'),
    });
    progress.clear();
    if (options.json === true) print(`${JSON.stringify(asJson(id, worth))}\n`);
    else print(`${asText(id, worth, options.draws)}\n`);
  } finally {
    progress.clear();
    store.close();
  }
}

function asJson(run: string, { execution, score, worth, policyCalls }: ExecutionWorth) {
  return { run, execution: execution.stream, score, policyCalls, calls: worth };
}

function asText(
  run: string,
  { execution, score, worth, policyCalls }: ExecutionWorth,
  draws: number,
): string {
  const rows = worth.map(({ call, credit, low, high, branches }) => {
    const text = execution.calls.get(call)?.text.replace(/\s+/g, ' ') ?? '';
    return [
      call.slice(execution.stream.length + 1),
      credit.toFixed(3),
      `${low.toFixed(3)} … ${high.toFixed(3)}`,
      branches.join(' '),
      text.length > 40 ? `${text.slice(0, 39)}…` : text,
    ];
  });
  return [
    `${run}/${execution.stream}: score ${score}`,
    table(['call', 'credit', '95 %', 'scores of its branches', 'it said'], rows),
    `${worth.length * draws} branches cost ${policyCalls} policy calls; all others were taken from the log.`,
  ].join('\n');
}
