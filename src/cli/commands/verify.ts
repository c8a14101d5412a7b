import { Store } from '../../../store/store.ts';
import { defaultKit } from '../../runtime/kit.ts';
import { Sidecar } from '../../runtime/verify/sidecar.ts';
import { type VerifyResult, verifyRun } from '../../runtime/verify.ts';
import { codeVersion } from '../code-version.ts';
import { hardware } from '../hardware.ts';
import { ProgressLine } from '../progress-line.ts';
import { stopOnSignals } from '../signals.ts';

interface Options {
  readonly store: string;
  readonly from?: number;
  readonly to?: number;
  readonly sample?: number;
  readonly seed: number;
  readonly tolerance?: number;
  readonly threads?: number;
  readonly restart?: boolean;
  readonly json?: boolean;
}

/** The exit code of something that a signal interrupted. */
const INTERRUPTED = 130;

/** `troupe verify`: exit code 0 if everything came out the same, 1 if not, 130 if it was interrupted. */
export async function verify(name: string, options: Options): Promise<void> {
  const { from, to, sample, seed, tolerance, threads } = options;
  const store = Store.open(options.store, { mode: 'read', clock: Date.now });
  const progress = new ProgressLine(process.stderr, Date.now);
  const interruption = new AbortController();
  try {
    const { id } = store.run(name);
    const sidecar = new Sidecar(`${options.store}.verify-${id}.json`, Date.now);
    if (options.restart === true) sidecar.remove();
    stopOnSignals({ stop: () => interruption.abort() });
    const result = await verifyRun(store, id, {
      kit: defaultKit(),
      hardware: { ...hardware(), threads },
      codeVersion: codeVersion(),
      ...{ from, to, sample, sampleSeed: seed, tolerance, sidecar },
      signal: interruption.signal,
      onProgress: (done, events, share) => progress.show('verifying', done, events, 'events', share),
    });
    progress.clear();
    process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : describe(result));
    process.exitCode = result.identical ? 0 : 1;
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    progress.clear();
    process.stderr.write('Interrupted; the same command goes on where it was.\n');
    process.exitCode = INTERRUPTED;
  } finally {
    progress.clear();
    store.close();
  }
}

/** A verification in a few lines. */
function describe(result: VerifyResult): string {
  return [
    ...(result.divergence === null ? [verdict(result)] : divergence(result, result.divergence)),
    ...tolerated(result),
    ...versions(result),
    '',
  ].join('\n');
}

function verdict({ run, mode, events, tally, rollouts, calls }: VerifyResult): string {
  const { compared, earlier, taken } = tally;
  const seen = compared + earlier;
  const how = mode === 'exact' ? 'identical' : 'within the tolerance';
  const again = mode === 'exact' ? 'sampled' : 'scored';
  const which = seen === events ? `all ${events} events ${how}` : `${seen} of ${events} events ${how}`;
  const before = earlier === 0 ? '' : ` (${earlier} of them by an earlier attempt)`;
  const rest = taken === 0 ? '' : `, ${taken} taken as recorded`;
  const trees =
    rollouts.executed === rollouts.all
      ? ''
      : ` in ${rollouts.executed} of ${rollouts.all} rollouts, which were executed again`;
  return `${run}: ${which}${before}${rest}; ${calls} policy calls ${again} again${trees}, tools and training executed again.`;
}

function divergence({ run }: VerifyResult, found: NonNullable<VerifyResult['divergence']>): string[] {
  const { stream, version, seq, type, field, recorded, executed, foundBy, cause } = found;
  return [
    `${run}: diverges at event ${seq ?? '–'} (${stream}@${version}, ${type}), found by ${foundBy === 'hashes' ? 'the hash chains' : 're-execution'}.`,
    `  field     ${field}`,
    `  recorded  ${recorded}`,
    `  executed  ${executed}`,
    `  cause     ${cause}`,
  ];
}

function tolerated({ differences }: VerifyResult): string[] {
  if (differences === null) return [];
  const { logProb, trainedLogProb, figure, weight } = differences;
  const text = (value: number) => value.toPrecision(2);
  return [
    `  largest differences  log-probability ${text(logProb)} nats under recorded weights, ${text(trainedLogProb)} under weights trained again`,
    `                       figure of training ${text(figure)} (relative), weight of a kept version ${text(weight)}`,
  ];
}

function versions({ code: { recorded, now } }: VerifyResult): string[] {
  if (now === null || now === recorded) return [];
  return [`  recorded by Troupe ${recorded}, verified by ${now}`];
}
