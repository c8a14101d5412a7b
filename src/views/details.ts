import type { EventReader } from '../../store/event-log.ts';
import type { Tokenizer } from '../policies/tokenizer.ts';
import { findTasks, readTokenizer } from '../runtime/material.ts';
import type { Task } from '../tasks/task.ts';
import { type Advantages, readAdvantages } from './advantages.ts';
import { callLines } from './call-lines.ts';
import { readCall } from './call-view.ts';
import { type DetailLine, labelled } from './detail-line.ts';
import type { RunView } from './run-view.ts';
import { readTranscript } from './transcript.ts';
import { endLines, transcriptLines } from './transcript-lines.ts';
import type { DesignView, ExecutionView, TaskView } from './tree-view.ts';
import { expectedLines } from './verdict-lines.ts';

/**
 * What the log says about a place of the tree in view: its calls as they were sent, its verdict. It is read for the
 * place that somebody looks at and remembered until that place or its events change.
 */
export class Details {
  readonly #reader: EventReader;
  #tokenizer: Tokenizer | null | undefined;
  #tasks: ((id: string) => Task | undefined) | undefined;
  #lines: { readonly key: string; readonly lines: readonly DetailLine[] } | undefined;
  #advantages: { readonly key: string; readonly advantages: Advantages } | undefined;

  constructor(reader: EventReader) {
    this.#reader = reader;
  }

  /** Lines about a task, a design or an execution as they were after the view's last event; none for any other stream. */
  lines(view: RunView, stream: string, tokens: boolean): readonly DetailLine[] {
    const task = [...view.tree.tasks.values()].find((each) => isWithin(stream, each.stream));
    if (task === undefined) return [];
    const moment = task.state === 'done' ? 'over' : view.events;
    const key = [stream, moment, creditsOf(view), tokens].join(' ');
    if (this.#lines?.key !== key) this.#lines = { key, lines: this.#read(view, task, stream, tokens) };
    return this.#lines.lines;
  }

  #read(view: RunView, task: TaskView, stream: string, tokens: boolean): DetailLine[] {
    const head: DetailLine[] = [
      { tone: 'title', text: `${stream}  ${task.family}` },
      ...labelled('task', 'task', task.text),
    ];
    const design = [...task.designs.values()].find((each) => isWithin(stream, each.stream));
    const expected = this.#expected(task);
    if (design === undefined) return [...head, ...expected];
    const execution = [...design.executions.values()].find((each) => each.stream === stream);
    if (execution === undefined) return [...head, ...this.#design(view, design, tokens)];
    return [
      ...head,
      ...labelled('script', 'script', design.script),
      ...this.#execution(view, execution, expected, tokens),
    ];
  }

  #design(view: RunView, { stream, script, rejection }: DesignView, tokens: boolean): DetailLine[] {
    const called = this.#reader.read(stream).find(({ type, seq }) => type === 'called' && seq <= view.events);
    const call = called === undefined ? null : readCall(called, this.#readTokenizer());
    return [
      ...(call === null
        ? labelled('script', 'script', script)
        : callLines(call, { tokens, advantage: this.#credit(view).of(call) })),
      ...(rejection === '' ? [] : labelled('bad', 'rejected', rejection)),
    ];
  }

  #execution(
    view: RunView,
    { stream, state }: ExecutionView,
    expected: readonly DetailLine[],
    tokens: boolean,
  ): DetailLine[] {
    const transcript = readTranscript(this.#reader, stream, this.#readTokenizer(), view.events);
    const over = state === 'done' || state === 'failed';
    return [
      ...endLines(transcript, over),
      ...expected,
      ...transcriptLines(transcript, { tokens, advantages: this.#credit(view) }),
    ];
  }

  #expected({ id }: TaskView): DetailLine[] {
    this.#tasks ??= findTasks(this.#reader);
    const task = this.#tasks(id);
    return task === undefined ? [] : expectedLines(task);
  }

  #readTokenizer(): Tokenizer | null {
    if (this.#tokenizer === undefined) this.#tokenizer = readTokenizer(this.#reader);
    return this.#tokenizer;
  }

  #credit(view: RunView): Advantages {
    const key = `${view.scope} ${creditsOf(view)}`;
    if (this.#advantages?.key !== key) {
      this.#advantages = { key, advantages: readAdvantages(this.#reader, view.scope, view.events) };
    }
    return this.#advantages.advantages;
  }
}

/** How many roles have their credit in the step in view. */
function creditsOf({ scope, steps }: RunView): number {
  const [, step] = /^step\/(\d+)$/.exec(scope) ?? [];
  return step === undefined ? 0 : steps.filter((each) => each.step === Number(step)).length;
}

function isWithin(stream: string, place: string): boolean {
  return `${stream}/`.startsWith(`${place}/`);
}
