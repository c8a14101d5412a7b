import type { AnyStateMachine } from 'xstate';
import { z } from 'zod';
import { agentMachine } from '../../machines/agent.machine.ts';
import type { ActorKind } from '../../machines/command.ts';
import { designerMachine } from '../../machines/designer.machine.ts';
import { evaluationMachine } from '../../machines/evaluation.machine.ts';
import { rolloutMachine } from '../../machines/rollout.machine.ts';
import { sessionMachine } from '../../machines/session.machine.ts';
import { UserError } from '../../src/core/errors.ts';
import { compileDesign } from '../../src/designs/compile.ts';
import { defaultLibrary, type NodeLibrary } from '../../src/designs/library.ts';
import { type MasSpec, parseSpec, SPEC_VERSION } from '../../src/designs/spec.ts';
import { kindOfStream } from '../../src/views/stream-kind.ts';
import type { EventReader } from '../../store/event-log.ts';
import { type Chart, chart } from './chart.ts';

/** A machine to be drawn, counted or searched. */
export interface Subject {
  readonly kind: ActorKind;
  readonly machine: AnyStateMachine;
  readonly chart: Chart;
  /** The design that an execution's machine was compiled from. */
  readonly spec: MasSpec | null;
  /** True if `spec` stands for any design: only the frame around it is common to all executions. */
  readonly example: boolean;
  readonly library: NodeLibrary;
}

/** The machines that have a name, in the order in which they open one another. */
export const KINDS: readonly ActorKind[] = [
  'session',
  'evaluation',
  'rollout',
  'designer',
  'execution',
  'agent',
];

/** The design that is drawn for executions in general. */
const EXAMPLE = { mas: SPEC_VERSION, root: { kind: 'reflect', of: { kind: 'agent', name: 'solve' } } };

/**
 * A machine by its name. Every design is a machine of its own, so `execution` is the frame that all share, drawn
 * around `reflect(agent("solve"))`. Throws {@link UserError} for an unknown name.
 */
export function subjectOf(name: string, library: NodeLibrary = defaultLibrary()): Subject {
  const kind = KINDS.find((known) => known === name);
  const fixed = (machine: AnyStateMachine, of: ActorKind): Subject => ({
    kind: of,
    machine,
    chart: chart(machine),
    spec: null,
    example: false,
    library,
  });
  switch (kind) {
    case 'session':
      return fixed(sessionMachine, kind);
    case 'evaluation':
      return fixed(evaluationMachine, kind);
    case 'rollout':
      return fixed(rolloutMachine, kind);
    case 'designer':
      return fixed(designerMachine, kind);
    case 'agent':
      return fixed(agentMachine, kind);
    case 'execution':
      return { ...subjectOfSpec(EXAMPLE, library), example: true };
    case undefined:
      throw new UserError(
        'unknown-machine',
        `There is no machine "${name}"; choose one of ${KINDS.join(', ')}, or a design as RUN/STREAM such as latest/step/0000/task/000/design/0.`,
      );
  }
}

/** The machine of a design spec. Throws {@link UserError} if the spec does not pass its checks. */
export function subjectOfSpec(spec: unknown, library: NodeLibrary = defaultLibrary()): Subject {
  const design = parseSpec(spec, library);
  if (!design.ok) {
    throw new UserError(
      'bad-design',
      `This design cannot be drawn: ${design.issues[0]?.message}; if it uses nodes of your own, name their library.`,
    );
  }
  const machine = compileDesign(design.spec, library);
  return { kind: 'execution', machine, chart: chart(machine), spec: design.spec, example: false, library };
}

/**
 * The machine of a design of a run, by the stream of its designer (`step/0003/task/002/design/1`) or of one of
 * its executions. Throws {@link UserError} if there is none: an unknown stream, or a rejected script.
 */
export function subjectOfDesign(
  reader: EventReader,
  stream: string,
  library: NodeLibrary = defaultLibrary(),
): Subject {
  const kind = kindOfStream(stream);
  const events = reader.read(stream);
  if ((kind !== 'designer' && kind !== 'execution') || events.length === 0) {
    throw new UserError('unknown-design', `There is no design "${stream}" in this run; ${hint(reader)}.`);
  }
  const holder = kind === 'execution' ? events[0] : events.find(({ type }) => type === 'compiled');
  if (holder !== undefined) return subjectOfSpec(holding.parse(holder.data).spec, library);
  const refusal = refused.safeParse(events.at(-1)?.data);
  const why = refusal.success
    ? `its script was rejected (${refusal.data.cause}: ${refusal.data.message})`
    : 'its script was cut off or has not been compiled yet';
  throw new UserError('no-design', `The design "${stream}" has no machine: ${why}; ${hint(reader)}.`);
}

const holding = z.object({ spec: z.unknown() });
const refused = z.object({ cause: z.string(), message: z.string() });

/** Names a design that can be drawn. */
function hint(reader: EventReader): string {
  const execution = reader.streams().find((name) => kindOfStream(name) === 'execution');
  if (execution === undefined) return 'the run has no executed designs yet';
  return `try one that was executed, such as ${execution.replace(/\/exec\/\d+$/, '')}`;
}
