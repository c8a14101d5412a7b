import { z } from 'zod';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { recordedCall } from '../policies/recorded-call.ts';
import { blobProblems } from '../runtime/blob-check.ts';
import { configSchema } from '../runtime/config.ts';
import { RunView } from './run-view.ts';

/** Events that are named; a run that was made up has thousands. */
const NAMED = 5;

/**
 * What is wrong with a run whose hashes fit, in words: a configuration or events that those who read runs cannot read,
 * and blobs that are not those that its events name. Somebody who makes a run up computes fitting hashes.
 *
 * @param config of the run, as the store holds it
 */
export function runProblems(reader: EventReader, config: string): string[] {
  const problems = [...configProblems(config), ...eventProblems(reader)];
  return problems.length > 0 ? problems : blobProblems(reader);
}

function configProblems(text: string): string[] {
  const parsed = configSchema.safeParse(attempt(() => JSON.parse(text)).value);
  return parsed.success ? [] : [`the configuration cannot be read: ${firstIssue(parsed.error)}`];
}

/** Reads every event as views, credit and training do. */
function eventProblems(reader: EventReader): string[] {
  const view = new RunView();
  const problems: string[] = [];
  for (const event of reader.events()) {
    const { error } = attempt(() => read(view, event));
    if (error === undefined) continue;
    if (problems.length === NAMED) return [...problems, 'and more events that cannot be read'];
    const { seq, type, stream } = event;
    problems.push(`event ${seq} (${type}, ${stream}) cannot be read: ${firstIssue(error)}`);
  }
  return problems;
}

function read(view: RunView, event: StoredEvent): void {
  view.apply(event);
  if (event.type === 'called') recordedCall(event);
}

function attempt<T>(work: () => T): { readonly value?: T; readonly error?: unknown } {
  try {
    return { value: work() };
  } catch (error) {
    return { error: error ?? 'unknown' };
  }
}

function firstIssue(error: unknown): string {
  if (!(error instanceof z.ZodError)) return error instanceof Error ? error.message : String(error);
  const [issue] = error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  return `${path === '' ? '' : `${path}: `}${issue?.message ?? 'unknown'}`;
}
