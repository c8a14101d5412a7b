import type { EventReader, StoredEvent } from '../../../store/event-log.ts';
import { Store } from '../../../store/store.ts';
import { UserError } from '../../core/errors.ts';
import { recordedCall } from '../../policies/recorded-call.ts';
import { keptVersions } from '../../runtime/versions.ts';
import { passLines } from '../../views/accuracy.ts';
import { points } from '../../views/estimate.ts';
import { failureLines } from '../../views/failures.ts';
import { type RunSummary, summarise } from '../../views/run-summary.ts';
import type { RunView } from '../../views/run-view.ts';
import { sessionView } from '../../views/session-view.ts';
import { shapeLines } from '../../views/shape-history.ts';
import { byFamily } from '../../views/shape-mix.ts';
import { type DesignView, type ExecutionView, type TaskView, TreeView } from '../../views/tree-view.ts';
import { table } from '../table.ts';

interface Options {
  readonly store: string;
  readonly json?: boolean;
}

/** `troupe show`: a run, or one place in it, as text; with `--json` the run's summary or the place's events. */
export function show(typed: string, { store: file, json }: Options): void {
  const name = typed.replace(/\/+$/, '');
  const store = Store.open(file, { mode: 'read', clock: Date.now });
  try {
    const cut = name.indexOf('/');
    const run = store.run(cut < 0 ? name : name.slice(0, cut));
    const reader = store.reader(run.id);
    const lines =
      cut < 0
        ? showRun(summarise(run, reader, store.attempts(run.id)), sessionView(reader), reader, json === true)
        : showPlace(run.id, name.slice(cut + 1), reader, json === true);
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    store.close();
  }
}

function showRun(summary: RunSummary, view: RunView, reader: EventReader, json: boolean): string[] {
  if (json) return [JSON.stringify(summary)];
  const steps = view.steps.map((step) => [
    String(step.step),
    step.role,
    step.designerReward.toFixed(3),
    step.executorReward.toFixed(3),
    (100 * step.invalid).toFixed(0),
    `${step.zeroVariance}/${step.groups}`,
    step.drift === null ? '' : step.drift.toExponential(1),
  ]);
  const families = Object.keys(view.before);
  const mix = byFamily(view.mixes.at(-1) ?? {});
  return [
    `${summary.run}  preset ${summary.preset}, seed ${summary.seed}, ${summary.status}, step ${summary.step} of ${summary.steps}`,
    `events ${summary.events}  calls ${summary.policyCalls}  ${summary.seconds} s`,
    `event hash    ${summary.eventHash}`,
    `weights hash  ${summary.weightsHash}`,
    '',
    ...families.map((family) => {
      const before = summary.heldOut.before[family] ?? 0;
      const after = summary.heldOut.after[family];
      const changed = summary.change?.families[family];
      const change = changed === undefined ? '' : ` (${points(changed)})`;
      const shapes = Object.entries(mix[family] ?? {}).sort(([, a], [, b]) => b - a);
      return `${family}: held-out ${percent(before)} → ${after === undefined ? '…' : percent(after)}${change}; designs of the last step: ${shapes.map(([shape, count]) => `${shape} ×${count}`).join(', ')}`;
    }),
    ...passLines(view),
    '',
    ...shapeLines(view.mixes, 60),
    '',
    table(
      ['step', 'learns', 'designer reward', 'executor reward', 'invalid %', 'no variance', 'KL frozen'],
      steps,
    ),
    '',
    ...failureLines(view),
    `policy versions: ${keptVersions(reader)
      .map(({ label, version }) => `${label} (${version.slice(0, 8)})`)
      .join(', ')}`,
    `places: ${summary.run}/step/0000/task/000 … (see "troupe replay ${summary.run}")`,
  ];
}

function showPlace(run: string, place: string, reader: EventReader, json: boolean): string[] {
  const events = reader.readPrefix(place);
  if (events.length === 0) {
    const known = reader.streams().filter((stream) => /^(session|step\/\d+\/task\/\d+)$/.test(stream));
    throw new UserError(
      'unknown-stream',
      `The run ${run} has no ${place}; it has, for example, ${known.slice(-2).join(' and ')}.`,
    );
  }
  if (json) return events.map((event) => JSON.stringify(readable(event)));
  const root = /^(step\/\d+\/task\/\d+|eval\/\w+\/\d+)/.exec(place)?.[1];
  if (root === undefined) return events.map(({ seq, stream, type }) => `${seq}  ${stream}  ${type}`);
  const trees = new TreeView();
  for (const event of reader.readPrefix(root)) trees.apply(event);
  return [...trees.tasks.values()].flatMap((task) => showTask(task, place));
}

/** An event with its bytes as what they stand for: tokens and log-probabilities of a call; base64 of anything else. */
function readable(event: StoredEvent): object {
  const { bytes, ...rest } = event;
  if (bytes === undefined) return rest;
  if (event.type === 'called') return { ...rest, data: recordedCall(event) };
  return { ...rest, bytes: Buffer.from(bytes).toString('base64') };
}

function showTask(task: TaskView, place: string): string[] {
  return [
    `${task.stream}  ${task.family}  ${task.text}`,
    ...[...task.designs.values()]
      .filter((design) => isOnPath(design.stream, place))
      .flatMap((design) => showDesign(design, place)),
  ];
}

function showDesign(design: DesignView, place: string): string[] {
  const verdict = design.rejection === '' ? design.shape : `rejected, ${design.rejection}`;
  return [
    `  ${tail(design.stream, 2)}  ${verdict}`,
    `    ${design.script}`,
    ...[...design.executions.values()]
      .filter((execution) => isOnPath(execution.stream, place))
      .flatMap((execution) => showExecution(execution, place)),
  ];
}

function showExecution(execution: ExecutionView, place: string): string[] {
  const score = execution.score === null ? execution.state : `score ${execution.score}`;
  const head = `    ${tail(execution.stream, 2)}  ${score}  ${execution.answer}`;
  if (!place.startsWith(execution.stream)) return [head];
  return [
    head,
    ...[...execution.agents.values()]
      .filter((agent) => isOnPath(agent.stream, place))
      .flatMap((agent) => [
        `      ${agent.name}  ${agent.state}`,
        ...agent.lines.map(({ who, text }) => `        ${who.padEnd(9)} ${text}`),
      ]),
  ];
}

/** Whether a stream lies above or below the place that was asked for. */
function isOnPath(stream: string, place: string): boolean {
  return `${place}/`.startsWith(`${stream}/`) || `${stream}/`.startsWith(`${place}/`);
}

function tail(stream: string, parts: number): string {
  return stream.split('/').slice(-parts).join('/');
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
