import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { canonicalJson } from '../core/json.ts';
import { readTokenizer } from '../runtime/material.ts';
import { type Advantages, readAdvantages } from './advantages.ts';
import { callLines } from './call-lines.ts';
import { readCall } from './call-view.ts';
import { type DetailLine, labelled } from './detail-line.ts';
import type { AgentPart, Part, Transcript } from './transcript.ts';
import { failedLines, verdictLines } from './verdict-lines.ts';

export interface TranscriptOptions {
  readonly advantages: Advantages;
  readonly tokens?: boolean;
  /** Every prompt whole: by default a turn tells what its prompt has beyond that of the turn before. */
  readonly whole?: boolean;
}

/** What happened in an execution, in order: calls as they were sent, tools, feedback. */
export function transcriptLines({ parts }: Transcript, options: TranscriptOptions): DetailLine[] {
  return parts.flatMap((part) => partLines(part, options));
}

/** The end of an execution: its verdict, or that there is none. */
export function endLines({ verdict, parts }: Transcript, over: boolean): DetailLine[] {
  if (verdict !== null) return verdictLines(verdict);
  if (!over) return [];
  const causes = parts.flatMap((part) =>
    part.kind === 'agent' && part.cause !== null ? [`${part.name}: ${part.cause}`] : [],
  );
  return labelled('bad', 'verdict', ['no answer', ...causes].join(', '));
}

function partLines(part: Part, options: TranscriptOptions): DetailLine[] {
  if (part.kind === 'agent') return agentLines(part, options);
  const node = part.key.slice(part.key.indexOf('/') + 1);
  if (part.kind === 'value') return labelled('tool', 'function', `${node}: ${canonicalJson(part.value)}`);
  return [
    ...labelled(
      part.passed ? 'good' : 'bad',
      'check',
      `${node}: ${part.passed ? '' : 'not '}passed, told: ${part.text}`,
    ),
    ...(part.failed === undefined ? [] : failedLines(part.failed)),
  ];
}

/** All turns of an agent. */
export function agentLines(
  { turns, name, copied, cause }: AgentPart,
  options: TranscriptOptions,
): DetailLine[] {
  const { advantages, tokens = false, whole = false } = options;
  const calls = turns.filter((turn) => 'prompt' in turn);
  const lines = turns.flatMap((turn) => {
    if (!('prompt' in turn)) {
      return labelled(
        'tool',
        'tool',
        turn.failure === undefined ? turn.text : `${turn.text} (${turn.failure})`,
      );
    }
    const before = whole ? undefined : calls[calls.indexOf(turn) - 1]?.prompt;
    return callLines(turn, { copied, before, tokens, advantage: advantages.of(turn) });
  });
  if (turns.length === 0) lines.push({ tone: 'note', text: `${name}  has been asked` });
  if (cause !== null) lines.push(...labelled('bad', 'no answer', cause));
  return lines;
}

/** A `called` event by itself, whoever called, with the advantage that it had after event `upTo`. */
export function calledLines(
  reader: EventReader,
  event: StoredEvent,
  { tokens = false, upTo = reader.count() }: { readonly tokens?: boolean; readonly upTo?: number } = {},
): DetailLine[] {
  const { stream } = event;
  const call = readCall(event, readTokenizer(reader));
  const copied = /\/agent\/[^/]+$/.test(stream) && reader.read(stream)[0]?.data.family !== undefined;
  return callLines(call, { copied, tokens, advantage: readAdvantages(reader, stream, upTo).of(call) });
}
