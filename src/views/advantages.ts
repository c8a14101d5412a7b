import { z } from 'zod';
import { redrawPlace } from '../../machines/redraw.ts';
import { learnersOf, ROLES, type Role } from '../../machines/stages.ts';
import type { EventReader, StoredEvent } from '../../store/event-log.ts';
import { started } from './session-events.ts';

/**
 * The advantage that credit gave a call, or why it gave none: nothing is learned from evaluations, from branches and from
 * groups without variance, nor in a role that is frozen.
 */
export type Advantage = number | string;

/** Events of a run that are looked through first for a step's credit; then twice as many, and so on. */
const WINDOW = 4096;

const credit = z.object({
  key: z.string(),
  role: z.enum(ROLES),
  samples: z.array(z.object({ stream: z.string(), key: z.string(), advantage: z.number() })).default([]),
});

/** The advantages of a step's calls, as its `credited` events tell them. */
export class Advantages {
  readonly #learners: readonly Role[] | null;
  readonly #credited = new Set<Role>();
  readonly #byCall = new Map<string, number>();
  readonly #byExecution = new Map<string, Set<number>>();

  /** @param learners the roles that learn in the step; null for an evaluation */
  constructor(learners: readonly Role[] | null, events: readonly StoredEvent[]) {
    this.#learners = learners;
    for (const event of events) {
      const { role, samples } = credit.parse(event.data);
      this.#credited.add(role);
      for (const { stream, key, advantage } of samples) {
        this.#byCall.set(`${stream}#${key}`, advantage);
        const execution = stream.replace(/\/agent\/[^/]+$/, '');
        this.#byExecution.set(execution, this.under(execution).add(advantage));
      }
    }
  }

  /** Of one call, named by its actor's stream and its key. */
  of({ stream, key }: { readonly stream: string; readonly key: string }): Advantage {
    const role = /\/exec\/\d+\//.test(stream) ? 'executor' : 'designer';
    if (this.#learners === null) return 'none (evaluation)';
    if (redrawPlace(stream) !== null) return 'none (branch)';
    if (!this.#learners.includes(role)) return `none (${role} frozen)`;
    if (!this.#credited.has(role)) return 'not yet';
    return this.#byCall.get(`${stream}#${key}`) ?? 'none (nothing to teach)';
  }

  /** Whether credit has looked at a role's calls. */
  has(role: Role): boolean {
    return this.#credited.has(role);
  }

  /** Those of an execution's calls, each different one once: credit by forks gives every call its own. */
  under(execution: string): Set<number> {
    return this.#byExecution.get(execution) ?? new Set();
  }
}

/** Reads the advantages of the step that a stream belongs to, as they stood after event `upTo`. */
export function readAdvantages(reader: EventReader, stream: string, upTo = reader.count()): Advantages {
  const [, step] = /^step\/(\d+)(?:\/|$)/.exec(stream) ?? [];
  if (step === undefined) return new Advantages(null, []);
  const first = started.safeParse(reader.eventAt(1)?.data);
  const learners = first.success ? learnersOf(Number(step), first.data.plan) : ROLES;
  const began = reader.read(`step/${step}/task/000`)[0]?.seq ?? upTo;
  return new Advantages(learners, creditsAfter(reader, `step/${step}`, began, upTo));
}

/** The `credited` events of a step that began at event `began`: they come before anything else is picked. */
function creditsAfter(reader: EventReader, step: string, began: number, upTo: number): StoredEvent[] {
  const found: StoredEvent[] = [];
  let after = began;
  for (let window = WINDOW; after < upTo; window *= 2) {
    const end = Math.min(upTo, after + window);
    for (const event of reader.readPrefix('session', { after, upTo: end })) {
      if (event.type === 'picked') return found;
      if (event.type === 'credited' && event.data.key === step) found.push(event);
    }
    after = end;
  }
  return found;
}
