import type { EventReader, StoredEvent } from '../../../store/event-log.ts';
import { Store } from '../../../store/store.ts';
import { UserError } from '../../core/errors.ts';
import { recordedCall } from '../../policies/recorded-call.ts';
import { type DesignView, type ExecutionView, type TaskView, TreeView } from '../../views/tree-view.ts';
import { showRun } from '../show-run.ts';

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
        ? showRun(run, reader, store.attempts(run.id), json === true)
        : showPlace(run.id, name.slice(cut + 1), reader, json === true);
    process.stdout.write(`${lines.join('\n')}\n`);
  } finally {
    store.close();
  }
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
