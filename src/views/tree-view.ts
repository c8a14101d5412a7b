import { z } from 'zod';
import type { StoredEvent } from '../../store/event-log.ts';

/** Where an actor is, for people. */
const liveState = z.enum(['waiting', 'calling', 'working', 'checking', 'done', 'failed']);
export type LiveState = z.infer<typeof liveState>;

const agentView = z.strictObject({
  stream: z.string(),
  name: z.string(),
  state: liveState,
});

const executionView = z.strictObject({
  stream: z.string(),
  state: liveState,
  score: z.number().nullable(),
  answer: z.string(),
  agents: mapOf(agentView),
});
export type ExecutionView = z.infer<typeof executionView>;

const designView = z.strictObject({
  stream: z.string(),
  state: liveState,
  script: z.string(),
  shape: z.string(),
  /** Cause and message of a rejection. */
  rejection: z.string(),
  executions: mapOf(executionView),
});
export type DesignView = z.infer<typeof designView>;

const taskView = z.strictObject({
  stream: z.string(),
  /** What its verifier finds it by. */
  id: z.string(),
  family: z.string(),
  text: z.string(),
  state: liveState,
  designs: mapOf(designView),
});
export type TaskView = z.infer<typeof taskView>;

/** The trees' tasks in the form in which a snapshot holds them: maps as lists of their entries. */
export const treeState = mapOf(taskView);

const rolloutStart = z.object({
  task: z.object({ id: z.string(), family: z.string(), text: z.string() }),
});
const designStart = z.object({ script: z.string().default('') });
const called = z.object({ text: z.string(), asksTool: z.boolean(), finish: z.string() });
const compiled = z.object({ shape: z.string() });
const rejected = z.object({ cause: z.string(), message: z.string() });
const finished = z.object({ key: z.string(), output: z.object({ ok: z.boolean().optional() }) });
const verified = z.object({
  score: z.number(),
  answer: z.object({
    kind: z.string(),
    value: z.union([z.number(), z.string()]).optional(),
    source: z.string().optional(),
    cause: z.string().optional(),
  }),
});

const PLACE = /^(.*?\/task\/\d+|eval\/\w+\/\d+)(?:\/design\/(\d+))?(?:\/exec\/(\d+))?(?:\/agent\/(.+))?$/;

/**
 * The rollout trees of one step or evaluation, as the events so far tell them. What agents were asked and said is not
 * kept here: it is read from the log for what somebody looks at (details.ts).
 */
export class TreeView {
  readonly tasks: Map<string, TaskView>;

  constructor(tasks = new Map<string, TaskView>()) {
    this.tasks = tasks;
  }

  apply(event: StoredEvent): void {
    const place = PLACE.exec(event.stream);
    if (place === null) return;
    const [, rollout = '', design, execution, agent] = place;
    const task = this.tasks.get(rollout);
    const designView = task?.designs.get(design ?? '');
    const executionView = designView?.executions.get(execution ?? '');
    if (design === undefined) this.#rollout(rollout, event);
    else if (execution === undefined) onDesign(task, design, event);
    else if (agent === undefined) onExecution(designView, execution, event);
    else onAgent(executionView, agent, event);
  }

  #rollout(stream: string, event: StoredEvent): void {
    if (event.type === 'started') {
      const { task } = rolloutStart.parse(event.data);
      this.tasks.set(stream, { stream, ...task, state: 'working', designs: new Map() });
      return;
    }
    const view = this.tasks.get(stream);
    if (view === undefined || !event.type.endsWith('.finished')) return;
    const { key } = finished.parse(event.data);
    const place = PLACE.exec(`${stream}/${key}`);
    const execution = view.designs.get(place?.[2] ?? '')?.executions.get(place?.[3] ?? '');
    if (execution !== undefined && execution.state !== 'done') execution.state = 'failed';
    const designs = [...view.designs.values()];
    const settled = designs.every(
      (design) =>
        design.state === 'failed' ||
        (design.executions.size > 0 &&
          [...design.executions.values()].every((each) => each.state === 'done' || each.state === 'failed')),
    );
    if (settled) view.state = 'done';
  }
}

function onDesign(task: TaskView | undefined, name: string, event: StoredEvent): void {
  if (task === undefined) return;
  if (event.type === 'started') {
    // A fixed design is not written by anyone.
    const { script } = designStart.parse(event.data);
    task.designs.set(name, {
      stream: event.stream,
      state: script === '' ? 'calling' : 'working',
      script,
      shape: '',
      rejection: '',
      executions: new Map(),
    });
    return;
  }
  const view = task.designs.get(name);
  if (view === undefined) return;
  if (event.type === 'called') {
    const { text, finish } = called.parse(event.data);
    view.script = text;
    view.state = finish === 'length' ? 'failed' : 'working';
    if (finish === 'length') view.rejection = 'unfinished';
  } else if (event.type === 'compiled') {
    view.shape = compiled.parse(event.data).shape;
    view.state = 'done';
  } else if (event.type === 'rejected') {
    const { cause, message } = rejected.parse(event.data);
    view.rejection = `${cause}: ${message}`;
    view.state = 'failed';
  }
}

function onExecution(design: DesignView | undefined, name: string, event: StoredEvent): void {
  if (design === undefined) return;
  if (event.type === 'started') {
    const { stream } = event;
    design.executions.set(name, { stream, state: 'working', score: null, answer: '', agents: new Map() });
    return;
  }
  const view = design.executions.get(name);
  if (view === undefined) return;
  if (event.type === 'verified') {
    const { score, answer } = verified.parse(event.data);
    view.score = score;
    view.answer = String(answer.value ?? answer.source ?? answer.cause ?? '');
    view.state = 'done';
  } else if (event.type === 'agent.finished') {
    const { key, output } = finished.parse(event.data);
    const agent = view.agents.get(key.slice('agent/'.length));
    if (agent !== undefined) agent.state = output.ok === false ? 'failed' : 'done';
  }
}

function onAgent(execution: ExecutionView | undefined, name: string, event: StoredEvent): void {
  if (execution === undefined) return;
  if (event.type === 'started') {
    execution.agents.set(name, { stream: event.stream, name, state: 'calling' });
    return;
  }
  const view = execution.agents.get(name);
  if (view === undefined) return;
  if (event.type === 'called') {
    const { asksTool, finish } = called.parse(event.data);
    view.state = finish === 'length' ? 'failed' : asksTool ? 'checking' : 'done';
  } else if (event.type === 'tool.returned') {
    view.state = 'calling';
  }
}

/** A list of entries, read as a map. */
function mapOf<Schema extends z.ZodType>(schema: Schema) {
  const entries = z.array(z.array(z.unknown()).length(2));
  return z.preprocess(
    (value) => new Map(entries.parse(value).map(([key, each]) => [key, each])),
    z.map(z.string(), schema),
  );
}
