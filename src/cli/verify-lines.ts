import type { VerifyResult } from '../runtime/verify.ts';

/** A verification in a few lines. */
export function verifyLines(result: VerifyResult): string[] {
  const { divergence } = result;
  return [
    ...(divergence === null ? verdict(result) : differs(result, divergence)),
    ...tolerated(result),
    ...versions(result),
  ];
}

function verdict(result: VerifyResult): string[] {
  const { run, events, tally, rollouts, calls, coldStart, limits } = result;
  const { compared, earlier, taken } = tally;
  const seen = compared + earlier;
  const which = seen === events ? `all ${events} events` : `${seen} of ${events} events`;
  const how = limits === null ? 'identical, byte for byte' : `within the tolerance of ${limits.logProb} nats`;
  const before = earlier === 0 ? '' : ` (${earlier} of them by an earlier attempt)`;
  const rest = taken === 0 ? '' : `, ${taken} taken as recorded`;
  const upTo = seen + taken;
  const end = upTo < events ? `; nothing after event ${upTo} was looked at` : '';
  const again = limits === null ? 'sampled again' : 'scored with their recorded tokens';
  const some = rollouts.executed < rollouts.all;
  const trees = some ? ` of ${rollouts.executed} of ${rollouts.all} rollouts` : '';
  const cold = coldStart ? '' : ' (but not the cold start)';
  return [
    `${run}: ${which} ${how}${before}${rest}${end}.`,
    `  ${calls} policy calls${trees} ${again}; tools and training${cold} executed again.`,
  ];
}

function differs({ run, limits }: VerifyResult, found: NonNullable<VerifyResult['divergence']>): string[] {
  const { field, recorded, executed, hashes, cause } = found;
  const compared = limits === null ? 'byte for byte' : `within a tolerance of ${limits.logProb} nats`;
  const by = hashes === null ? `re-execution, compared ${compared}` : `the hash chains: ${hashes}`;
  return [
    `${run}: diverges ${placeOf(found)}, found by ${by}.`,
    ...(recorded === hashes
      ? []
      : [`  field     ${field}`, `  recorded  ${recorded}`, `  executed  ${executed}`]),
    `  cause     ${cause}`,
  ];
}

function placeOf({ stream, version, seq, type }: NonNullable<VerifyResult['divergence']>): string {
  const known = !stream.startsWith('(');
  if (seq !== null) return `at event ${seq}${known ? ` (${stream}@${version}, ${type})` : ''}`;
  if (known) return `at ${stream}@${version} (${type})`;
  return stream === '(blob)'
    ? 'in a blob'
    : stream === '(kit)'
      ? 'in the kit'
      : 'in what stands beside its events';
}

function tolerated({ differences, limits }: VerifyResult): string[] {
  if (differences === null || limits === null) return [];
  const text = (value: number) =>
    value === 0 ? '0' : value < 0.001 ? value.toExponential(1) : value.toPrecision(2);
  const rows: [string, number, number | null][] = [
    ['log-probabilities under weights that the run keeps', differences.logProb, limits.logProb],
    ['log-probabilities under weights trained again', differences.trainedLogProb, limits.trainedLogProb],
    ['figures of training', differences.figure, limits.figure],
    ['weights trained again, beside those kept', differences.weight, null],
  ];
  return [
    '  largest differences',
    ...rows.map(
      ([what, largest, limit]) =>
        `    ${what.padEnd(52)}${text(largest).padStart(8)}${limit === null ? '' : `  (limit ${limit})`}`,
    ),
  ];
}

function versions({ code: { recorded, now } }: VerifyResult): string[] {
  if (now === null || now === recorded) return [];
  return [`  recorded by Troupe ${recorded}, verified by ${now}`];
}
