import { Store } from '../../../store/store.ts';
import { coverage } from '../../../tools/graph/coverage.ts';
import { coveragePicture, neverReached } from '../../../tools/graph/coverage-picture.ts';
import { dead, isDead } from '../../../tools/graph/dead.ts';
import { alive, deadLines, withDead } from '../../../tools/graph/dead-picture.ts';
import { diff } from '../../../tools/graph/diff.ts';
import { diffPicture } from '../../../tools/graph/diff-picture.ts';
import { draw, FORMATS, type Format } from '../../../tools/graph/draw.ts';
import { findSubject, type Places } from '../../../tools/graph/find.ts';
import { KINDS, type Subject } from '../../../tools/graph/load.ts';
import { type Picture, plain } from '../../../tools/graph/marks.ts';
import { recording, subjectOfStream } from '../../../tools/graph/overlay.ts';
import { overlayPicture } from '../../../tools/graph/overlay-picture.ts';
import { shortestPaths } from '../../../tools/graph/paths.ts';
import { UserError } from '../../core/errors.ts';
import { canonicalJson } from '../../core/json.ts';
import type { MasSpec } from '../../designs/spec.ts';
import { resolveAddress, splitAddress } from '../../runtime/address.ts';
import { isDesignFile, specOfFile } from '../design-file.ts';
import { print } from '../output.ts';

interface Options {
  readonly store: string;
  readonly format?: string;
  readonly coverage?: string;
  readonly overlay?: string;
  readonly diff?: string;
  readonly dead?: boolean;
  readonly paths?: boolean;
}

/**
 * `troupe graph`: a kind of machine, or the machine of a recorded design, in some language, alone or with what a
 * run did laid over it. With --dead, the exit code is 1 if anything is dead.
 */
export async function graph(machine: string | undefined, options: Options): Promise<void> {
  const format = formatOf(options);
  refuseContradictions(options);
  const stores = new OpenedLate(options.store);
  try {
    const files = await designFiles([machine, options.diff]);
    const places: Places = {
      reader: (run) => stores.reader(run),
      specOfFile: (name) => files.get(name),
    };
    const subject = subjectFor(machine, options, places);
    if (options.paths === true) printLines(pathLines(subject));
    else if (options.dead === true && format === undefined) printLines(listDead(subject, options, places));
    else if (format === 'stately') printLines([await draw('stately', plain(subject.chart), subject.machine)]);
    else
      printLines([
        await draw(format ?? 'mermaid', picture(subject, options, places, machine), subject.machine),
      ]);
    if (options.dead === true && isDead(dead(subject.chart))) process.exitCode = 1;
  } finally {
    stores.close();
  }
}

/** The specs of those names that are files. */
async function designFiles(names: readonly (string | undefined)[]): Promise<ReadonlyMap<string, MasSpec>> {
  const specs = new Map<string, MasSpec>();
  for (const name of names) {
    if (name !== undefined && isDesignFile(name)) specs.set(name, await specOfFile(name));
  }
  return specs;
}

function formatOf({ format }: Options): Format | undefined {
  const known = FORMATS.find((name) => name === format);
  if (format === undefined || known !== undefined) return known;
  throw new UserError(
    'unknown-format',
    `There is no format "${format}"; --format takes ${FORMATS.join(', ')}.`,
  );
}

/** Two answers to one question cannot be drawn at once. */
function refuseContradictions(options: Options): void {
  const { paths, overlay, coverage, diff, dead, format } = options;
  const given = Object.entries({
    paths,
    overlay,
    coverage,
    diff,
    dead,
    'format stately': format === 'stately',
  })
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name]) => `--${name}`);
  const [one, other] = given;
  const together = given.length === 2 && dead === true && coverage !== undefined;
  if (one !== undefined && other !== undefined && !together) {
    throw new UserError(
      'contradicting-options',
      `${one} and ${other} cannot be used together; leave one of them out.`,
    );
  }
  if (paths === true && format !== undefined) {
    throw new UserError('contradicting-options', '--paths prints a list of its own; leave --format out.');
  }
}

function subjectFor(machine: string | undefined, { overlay }: Options, places: Places): Subject {
  if (overlay === undefined) {
    if (machine !== undefined) return findSubject(machine, places);
    throw new UserError(
      'no-machine',
      `Say which machine to draw: one of ${KINDS.join(', ')}, a file with a script, or a design as RUN/STREAM; only --overlay brings its own.`,
    );
  }
  const named = machine === undefined ? null : findSubject(machine, places);
  const { reader, stream } = place(overlay, places);
  const recorded = subjectOfStream(reader, stream);
  const same = (one: Subject) =>
    one.kind === recorded.kind && (one.example || canonicalSpec(one) === canonicalSpec(recorded));
  if (named !== null && !same(named)) {
    throw new UserError(
      'other-machine',
      `${overlay} was not recorded by the machine ${machine}; leave the machine out, and the recording's own is drawn.`,
    );
  }
  return recorded;
}

function place(overlay: string, places: Places) {
  const { run, place: asked } = splitAddress(overlay);
  if (asked !== '') {
    const reader = places.reader(run);
    return { reader, stream: resolveAddress(asked, reader, run).place };
  }
  throw new UserError(
    'no-stream',
    `--overlay takes RUN/STREAM, such as ${run === '' ? 'latest' : run}/session; "${overlay}" names no stream.`,
  );
}

function canonicalSpec({ spec }: Subject): string {
  return spec === null ? '' : canonicalJson(spec);
}

/** The drawing that the options ask for. */
function picture(subject: Subject, options: Options, places: Places, machine: string | undefined): Picture {
  const { chart } = subject;
  const base = (): Picture => {
    if (options.overlay !== undefined) {
      const { reader, stream } = place(options.overlay, places);
      return overlayPicture(chart, recording(reader, stream, subject));
    }
    if (options.coverage !== undefined) {
      return coveragePicture(chart, options.coverage, coverage(places.reader(options.coverage), subject));
    }
    if (options.diff !== undefined) {
      const other = findSubject(options.diff, places);
      return diffPicture(diff(chart, other.chart), [machine ?? chart.id, options.diff]);
    }
    return plain(chart);
  };
  return options.dead === true ? withDead(base(), dead(chart)) : base();
}

function listDead(subject: Subject, options: Options, places: Places): string[] {
  const { chart } = subject;
  const found = deadLines(chart, dead(chart));
  const run = options.coverage;
  const missed = run === undefined ? [] : neverReached(chart, coverage(places.reader(run), subject));
  return [
    ...(found.length === 0 ? [alive(chart)] : found),
    ...(run === undefined
      ? []
      : [`${missed.length === 0 ? 'nothing was missed' : 'not reached'} in ${run}:`]),
    ...missed.map((line) => `  ${line}`),
  ];
}

function pathLines(subject: Subject): string[] {
  return shortestPaths(subject).flatMap(({ final, outcome, steps }) => [
    `${final}${outcome === '' ? '' : ` (${outcome})`}`,
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
  ]);
}

function printLines(lines: readonly string[]): void {
  for (const line of lines) print(`${line.trimEnd()}\n`);
}

/** A store that is opened when something is first read from it: machines can be drawn without one. */
class OpenedLate {
  readonly #file: string;
  #store: Store | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  reader(run: string) {
    this.#store ??= Store.open(this.#file, { mode: 'read', clock: Date.now });
    return this.#store.reader(this.#store.run(run).id);
  }

  close(): void {
    this.#store?.close();
  }
}
