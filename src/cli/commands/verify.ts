import { Store } from '../../../store/store.ts';
import { defaultKit } from '../../runtime/kit.ts';
import { Sidecar } from '../../runtime/verify/sidecar.ts';
import { verifyRun } from '../../runtime/verify.ts';
import { codeVersion } from '../code-version.ts';
import { hardware } from '../hardware.ts';
import { print, warn } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { stopOnSignals } from '../signals.ts';
import { verifyLines } from '../verify-lines.ts';

interface Options {
  readonly store: string;
  readonly from?: number;
  readonly to?: number;
  readonly sample?: number;
  readonly seed?: number;
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
    print(options.json === true ? `${JSON.stringify(result)}\n` : `${verifyLines(result).join('\n')}\n`);
    process.exitCode = result.identical ? 0 : 1;
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    progress.clear();
    warn('Interrupted; the same command goes on where it was.\n');
    process.exitCode = INTERRUPTED;
  } finally {
    progress.clear();
    store.close();
  }
}
