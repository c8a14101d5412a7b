import { SAME_FILE } from '../../../tools/ablation/jobs/sources.ts';
import { PROBES } from '../../../tools/ablation/same/probes.ts';
import { proveSame } from '../../../tools/ablation/same/prove.ts';
import { machine } from '../../../tools/bench/measure.ts';
import { print } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';

interface Options {
  readonly work: string;
  readonly json?: boolean;
}

/** `troupe bench same COMMIT`: whether the sources as they are come to the same as those of that commit. */
export async function benchSame(commit: string, { work, json }: Options): Promise<void> {
  const progress = new ProgressLine(process.stderr, Date.now);
  const proof = await proveSame({
    commit,
    probes: PROBES,
    work,
    file: SAME_FILE,
    machine: machine(),
    node: process.versions.node,
    onProgress: (what, done, of) => progress.show(what, done, of, 'runs of tables in small'),
  }).finally(() => progress.clear());
  process.exitCode = proof.record === null ? 1 : 0;
  if (json === true) print(`${JSON.stringify(proof)}\n`);
  else print(`${saying(proof)}\n`);
}

function saying({ from, arms, differing, record }: Awaited<ReturnType<typeof proveSame>>): string {
  if (record === null && differing.length === 0) {
    return `None of the arms that were tried has a counterpart at ${from.commit}; nothing is known of its results.`;
  }
  if (record !== null) {
    return `These sources came to the same as those of ${from.commit} in ${arms} arms, events and weights bit by bit; its results stand.`;
  }
  return `These sources come to something else than those of ${from.commit}: ${differing.join(', ')}. Results of that commit stay stale.`;
}
