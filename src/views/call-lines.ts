import { printable } from '../core/printable.ts';
import type { Prompt, Segment } from '../policies/prompt.ts';
import type { Advantage } from './advantages.ts';
import type { CallView, SampledToken } from './call-view.ts';
import { type DetailLine, labelled } from './detail-line.ts';

export interface CallOptions {
  readonly advantage: Advantage;
  /** Whether the agent read a copy of its own of the task. */
  readonly copied?: boolean;
  /** The prompt of the turn before: what it has in common with this one is not said again. */
  readonly before?: Prompt | undefined;
  /** With its tokens and their log-probabilities. */
  readonly tokens?: boolean;
}

/** A call as it was sent and as it was answered: a line that names it, its prompt part by part, and what came back. */
export function callLines(call: CallView, options: CallOptions): DetailLine[] {
  const { advantage, copied = false, before, tokens = false } = options;
  const { prompt, finish, asksTool, text } = call;
  const common = before !== undefined && before.length > 0 && beginsWith(prompt, before) ? before.length : 0;
  const isScript = /\/design\/\d+$/.test(call.stream);
  const label = finish === 'length' ? 'cut off' : asksTool ? 'call' : isScript ? 'script' : 'said';
  return [
    note(`${nameOf(call)}  ${factsOf(call, advantage).join('  ')}`),
    ...(common === 0 ? [] : [note('  the same prompt, and')]),
    ...prompt.slice(common).flatMap((segment) => segmentLines(segment, copied)),
    ...(prompt.length === 0 ? [note('  its prompt is not recorded')] : []),
    ...labelled(asksTool ? 'tool' : isScript ? 'script' : 'said', label, text),
    ...(tokens ? tokenLines(call.tokens) : []),
  ];
}

/** `solve turn/0`, `design/2 turn/0`: the actor by the last part of its stream's name. */
function nameOf({ stream, key }: CallView): string {
  return `${/(?:design\/)?[^/]+$/.exec(stream)?.[0] ?? stream} ${key}`;
}

/** What is known of a call besides its texts. */
function factsOf({ finish, version, origin, seq }: CallView, advantage: Advantage): string[] {
  return [
    `finish ${finish}`,
    ...(version === '' ? [] : [`policy ${version.slice(0, 8)}`]),
    `advantage ${signed(advantage)}`,
    ...(origin === 'reused' ? ['taken from the execution that is branched'] : []),
    ...(origin === 'set' ? ['set by a fork'] : []),
    `event ${seq}`,
  ];
}

/** An advantage with its sign, or the words in its place. */
export function signed(advantage: Advantage): string {
  if (typeof advantage === 'string') return advantage;
  return `${advantage < 0 ? '−' : '+'}${Math.abs(advantage).toFixed(2)}`;
}

function segmentLines({ kind, text }: Segment, copied: boolean): DetailLine[] {
  if (kind === 'task') return labelled('task', copied ? 'task copy' : 'task', text);
  const tone = kind === 'tool' || kind === 'call' || kind === 'result' ? 'tool' : 'note';
  return labelled(tone, kind, text);
}

function tokenLines(tokens: readonly SampledToken[]): DetailLine[] {
  const total = tokens.reduce((sum, { logProb }) => sum + logProb, 0);
  const line = (value: number, what: string) =>
    note(`${value.toFixed(4).replace('-', '−').padStart(12)}  ${what}`);
  return [
    note('  log-probability of each token'),
    ...tokens.map(({ text, logProb }) => line(logProb, printable(JSON.stringify(text)))),
    line(total, `of all ${tokens.length}`),
  ];
}

function note(text: string): DetailLine {
  return { tone: 'note', text };
}

function beginsWith(prompt: Prompt, before: Prompt): boolean {
  return before.every(
    ({ kind, text }, index) => prompt[index]?.kind === kind && prompt[index]?.text === text,
  );
}
