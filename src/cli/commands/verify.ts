import { Store } from '../../../store/store.ts';
import { defaultKit } from '../../runtime/kit.ts';
import { type VerifyResult, verifyRun } from '../../runtime/verify.ts';
import { hardware } from '../hardware.ts';
import { ProgressLine } from '../progress-line.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** `troupe verify`: exit code 0 if every event came out the same, 1 if not. */
export async function verify(name: string, options: Options): Promise<void> {
  const store = Store.open(options.store, { mode: 'read', clock: Date.now });
  const progress = new ProgressLine(process.stderr, Date.now);
  try {
    const result = await verifyRun(store, name, {
      kit: defaultKit(),
      hardware: hardware(),
      onProgress: (compared, events) => progress.show('verifying', compared, events, 'events'),
    });
    progress.clear();
    process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : describe(result));
    process.exitCode = result.identical ? 0 : 1;
  } finally {
    progress.clear();
    store.close();
  }
}

function describe({ run, events, calls, identical, divergence }: VerifyResult): string {
  if (identical) {
    return `${run}: all ${events} events identical; ${calls} policy calls sampled again, tools and training executed again.\n`;
  }
  if (divergence === null) return `${run}: not identical.\n`;
  const { stream, version, seq, type, field, recorded, executed, foundBy } = divergence;
  return [
    `${run}: diverges at event ${seq ?? '–'} (${stream}@${version}, ${type}), found by ${foundBy === 'hashes' ? 'the hash chains' : 're-execution'}.`,
    `  field     ${field}`,
    `  recorded  ${recorded}`,
    `  executed  ${executed}`,
    '',
  ].join('\n');
}
