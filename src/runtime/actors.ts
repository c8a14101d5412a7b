import { agentMachine } from '../../machines/agent.machine.ts';
import { designerMachine } from '../../machines/designer.machine.ts';
import { evaluationMachine } from '../../machines/evaluation.machine.ts';
import { rolloutMachine } from '../../machines/rollout.machine.ts';
import { sessionMachine } from '../../machines/session.machine.ts';
import { NEWEST } from '../core/behaviours.ts';
import { InvariantError } from '../core/errors.ts';
import { canonicalJson } from '../core/json.ts';
import { compileDesign } from '../designs/compile.ts';
import type { NodeLibrary } from '../designs/library.ts';
import { parseSpec } from '../designs/spec.ts';
import { createRunningActor } from './actor.ts';
import type { ActorFactory } from './scheduler.ts';

/**
 * Actors of all kinds. Machines of designs are compiled from the spec in the execution's first event.
 *
 * @param behaviours those of the run, where it is one that was recorded; otherwise the newest
 */
export function actorFactory(library: NodeLibrary, behaviours: readonly number[] = NEWEST): ActorFactory {
  const compiled = new Map<string, ReturnType<typeof compileDesign>>();
  const machineOf = (spec: unknown) => {
    const text = canonicalJson(spec);
    const known = compiled.get(text);
    if (known !== undefined) return known;
    // Its checks were made before it was recorded, against the budget of that time.
    const design = parseSpec(spec, library);
    if (!design.ok) {
      throw new InvariantError(`a recorded design does not parse: ${design.issues[0]?.message}`);
    }
    const machine = compileDesign(design.spec, library, behaviours);
    compiled.set(text, machine);
    return machine;
  };
  return (kind, stream, input) => {
    switch (kind) {
      case 'session':
        return createRunningActor(sessionMachine, stream, input);
      case 'evaluation':
        return createRunningActor(evaluationMachine, stream, input);
      case 'rollout':
        return createRunningActor(rolloutMachine, stream, input);
      case 'designer':
        return createRunningActor(designerMachine, stream, input);
      case 'execution':
        return createRunningActor(machineOf(input.spec), stream, input);
      case 'agent':
        return createRunningActor(agentMachine, stream, input);
    }
  };
}
