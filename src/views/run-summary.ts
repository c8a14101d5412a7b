import { CONTROL } from '../../machines/evaluations.ts';
import type { Tally } from '../../machines/tally.ts';
import type { AttemptInfo } from '../../store/attempts.ts';
import type { EventReader } from '../../store/event-log.ts';
import { type ForkOrigin, hasNotRun } from '../../store/fork-origin.ts';
import type { RunInfo } from '../../store/runs.ts';
import type { Estimate } from '../core/interval.ts';
import { type Change, changeOf, type PassRates, passRatesOf } from './accuracy.ts';
import { alarms, zeroVariance } from './alarms.ts';
import { type StageCells, stageCells } from './cells.ts';
import { comparisons } from './controls.ts';
import type { RunView } from './run-view.ts';
import { sessionView } from './session-view.ts';

/** One run in a line, as `troupe runs --json` prints it. */
export interface RunSummary {
  readonly run: string;
  readonly seed: number;
  readonly preset: string;
  /** `forked`: made from another run, and nothing has come to it since; all it holds is the other one's. */
  readonly status: 'done' | 'running' | 'interrupted' | 'forked';
  /** The run that it branched off, by its name where that was done; the first event that is not that one's, and its place. */
  readonly fork?: Omit<ForkOrigin, 'given'>;
  readonly step: number;
  readonly steps: number;
  readonly events: number;
  /** Worked out when it is asked for: it takes a look at every stream of the run. */
  readonly eventHash: string;
  readonly weightsHash: string;
  /** Mean held-out score per family, after the cold start and at the end. */
  readonly heldOut: { readonly before: Fractions; readonly after: Fractions };
  /** The same on harder tasks at the end, where the run has any. */
  readonly harder?: Fractions;
  /** From before to after, task by task, once both are evaluated. */
  readonly change?: Change;
  /** By evaluation and k, where each task has several samples. */
  readonly passAtK?: { readonly [evaluation: string]: PassRates };
  /** Controls at the end, by name; where they were asked for. */
  readonly controls?: { readonly [name: string]: Control };
  /** {old, new} designer × {old, new} executor after the last stage that has been evaluated, where that was asked for. */
  readonly cells?: StageCells;
  /** Groups that taught nothing, and all groups, by the role that learned. */
  readonly zeroVariance: ReturnType<typeof zeroVariance>;
  /** What the run should be looked at for; see alarms.ts. */
  readonly alarms: readonly string[];
  readonly policyCalls: number;
  /** Those of them that branches cost, in a run with credit by forks. */
  readonly branchCalls?: number;
  /** Why scripts were no designs, and why executions came to no answer. */
  readonly failures: { readonly designs: Counts; readonly executions: Counts };
  /** False if a program was stopped by the clock: executed again it may end otherwise. */
  readonly reproducible: boolean;
  /** Time that processes have spent on the run. */
  readonly seconds: number;
}
interface Control {
  readonly heldOut: Fractions;
  readonly callsPerTask: number;
  /** By how much the trained system is better, mean over all tasks, task by task. */
  readonly lead: Estimate | null;
}
type Counts = { readonly [cause: string]: number };
type Fractions = { readonly [family: string]: number };

/** Folds the session's stream, which is short, whatever the run's size. */
export function summarise(
  info: RunInfo,
  reader: EventReader,
  attempts: readonly AttemptInfo[],
  view = sessionView(reader),
): RunSummary {
  const done = view.phase === 'done';
  const last = reader.eventAt(reader.count());
  const spent = attempts.reduce(
    (sum, { startedAt, endedAt }) => sum + Math.max(0, (endedAt ?? last?.time ?? startedAt) - startedAt),
    0,
  );
  return {
    run: info.id,
    seed: view.seed,
    preset: view.preset,
    status: statusOf(info, reader.count(), done),
    ...originOf(info),
    step: view.step,
    steps: view.plan.steps,
    events: reader.count(),
    get eventHash() {
      return reader.eventHash();
    },
    weightsHash: view.version,
    heldOut: { before: fractions(view.before), after: fractions(view.after) },
    ...changesOf(view),
    ...(view.tallies.harder === undefined ? {} : { harder: fractions(view.tallies.harder) }),
    ...controlsOf(view),
    ...cellsOf(view),
    zeroVariance: zeroVariance(view.steps),
    alarms: alarms(view),
    policyCalls: view.finishedCalls,
    ...(view.branches > 0 ? { branchCalls: view.branchCalls } : {}),
    failures: { designs: view.failures, executions: view.executionFailures },
    reproducible: view.killed === 0,
    seconds: Math.round(spent / 100) / 10,
  };
}

function statusOf(info: RunInfo, events: number, done: boolean): RunSummary['status'] {
  const { fork, writer, status } = info;
  if (writer === undefined && hasNotRun(fork, { events, status })) return 'forked';
  if (done) return 'done';
  return writer === undefined ? 'interrupted' : 'running';
}

function originOf({ fork }: RunInfo): Pick<RunSummary, 'fork'> {
  if (fork === undefined) return {};
  const { parent, at, stream, version } = fork;
  return { fork: { parent, at, stream, version } };
}

/** Where a run comes from, in words: `fork of run-1 at 449 (session@12)`; empty if it is no fork. */
export function originText({ fork }: Pick<RunSummary, 'fork'>): string {
  return fork === undefined ? '' : `fork of ${fork.parent} at ${fork.at} (${fork.stream}@${fork.version})`;
}

function changesOf(view: RunView): Pick<RunSummary, 'change' | 'passAtK'> {
  const [change, passAtK] = [changeOf(view), passRatesOf(view)];
  return { ...(change === null ? {} : { change }), ...(passAtK === null ? {} : { passAtK }) };
}

function cellsOf(view: RunView): Pick<RunSummary, 'cells'> {
  const cells = stageCells(view).at(-1);
  return cells === undefined ? {} : { cells };
}

/** `control_single` → `single`. */
function controlsOf(view: RunView): Pick<RunSummary, 'controls'> {
  const controls = comparisons(view).flatMap(({ key, callsPerTask, rejected, lead }): [string, Control][] => {
    if (!key.startsWith(CONTROL) || rejected) return [];
    const heldOut = fractions(view.tallies[key] ?? {});
    return [[key.slice(CONTROL.length), { heldOut, callsPerTask: round(callsPerTask), lead }]];
  });
  return controls.length === 0 ? {} : { controls: Object.fromEntries(controls) };
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** Mean score per family, rounded to four digits. */
export function fractions(tally: Tally): Fractions {
  return Object.fromEntries(
    Object.entries(tally).map(([family, { score, tasks }]) => [family, round(score / tasks)]),
  );
}
