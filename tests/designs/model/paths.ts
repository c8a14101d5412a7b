import { getShortestPaths } from '@xstate/graph';
import type { ActorLogic, AnyMachineSnapshot, AnyTransitionDefinition, Snapshot } from 'xstate';
import type { Command } from '../../../machines/command.ts';
import { canonicalJson, type JsonObject } from '../../../src/core/json.ts';
import { compileDesign } from '../../../src/designs/compile.ts';
import type { NodeLibrary } from '../../../src/designs/library.ts';
import type { MasSpec } from '../../../src/designs/spec.ts';
import { statePath } from '../../../src/runtime/actor.ts';
import { edgeIds } from '../../../tools/graph/chart.ts';
import { type Fold, Folder } from '../../../tools/graph/fold.ts';

/** One answer of the world. */
export interface Answer {
  readonly type: string;
  readonly data: JsonObject;
}
/** What a machine asked on a path, and what it was told. */
export interface Exchange {
  readonly command: Command;
  readonly answer: Answer;
}
export interface Walk {
  readonly exchanges: readonly Exchange[];
  readonly machine: AnyMachineSnapshot;
}

export const TASK = { id: 't', family: 'f', text: 'What is the sum of 6 and 7?' };

type Model = Snapshot<unknown> & {
  readonly machine: AnyMachineSnapshot;
  readonly owed: readonly Command[];
  readonly exchanges: readonly Exchange[];
};

/**
 * Shortest paths, found by @xstate/graph, to every distinguishable end of a design's machine: one for each
 * combination of answers that makes a difference to its context. `texts` are what agents may say.
 */
export function walks(spec: MasSpec, library: NodeLibrary, texts: readonly string[]) {
  const machine = compileDesign(spec, library);
  const folder = new Folder();
  const ids = edgeIds(machine);
  const taken = new Set<string>();
  const next = (before: Model | null, fold: Fold, exchange: readonly Exchange[]): Model => {
    for (const transition of fold.taken) taken.add(ids.get(transition as AnyTransitionDefinition) ?? '');
    return {
      machine: fold.snapshot,
      owed: [...(before?.owed.slice(1) ?? []), ...fold.commands],
      exchanges: [...(before?.exchanges ?? []), ...exchange],
      status: 'active',
      output: undefined,
      error: undefined,
    };
  };
  const input = JSON.parse(JSON.stringify({ task: TASK, spec }));
  const logic: ActorLogic<Model, Answer & { type: string }> = {
    getInitialSnapshot: () => next(null, folder.start(machine, input), []),
    transition: (model, { type, data }) => {
      const [command] = model.owed;
      if (command === undefined) throw new Error('an answer that nobody asked for');
      const fold = folder.send(machine, model.machine, { ...data, type });
      if (fold.taken.length === 0) throw new Error(`${statePath(model.machine.value)} refuses ${type}`);
      return next(model, fold, [{ command, answer: { type, data } }]);
    },
    getPersistedSnapshot: (model) => model,
  };
  const paths = getShortestPaths(logic, {
    events: ({ owed: [command] }) => (command === undefined ? [] : answersTo(command, texts)),
    serializeState: ({ machine: { value, context }, owed }) =>
      canonicalJson([statePath(value), owed.map(({ key }) => key), plain(context)]),
    serializeEvent: ({ type, data }) => canonicalJson([type, data]),
    toState: ({ machine: { status } }) => status === 'done',
  });
  const all: Walk[] = paths.map(({ state }) => ({ exchanges: state.exchanges, machine: state.machine }));
  const missed = [...ids.values()].filter((id) => !taken.has(id));
  return { walks: all, missed };
}

/** The context without what no decision reads. */
function plain({ results, order, feedback, values, counts }: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify({ results, order, feedback, values, counts }));
}

export function answersTo(command: Command, texts: readonly string[]): Answer[] {
  const { key } = command;
  if (command.type === 'open') {
    const outputs: JsonObject[] = [
      ...texts.map((text) => ({ ok: true, text, calls: 1 })),
      { ok: false, cause: 'length', calls: 1 },
    ];
    return outputs.map((output) => ({ type: 'agent.finished', data: { key, output } }));
  }
  if (command.effect === 'verify') return [{ type: 'verified', data: { key, score: 1, answer: {} } }];
  if (command.effect === 'check') {
    return [true, false].map((passed) => ({ type: 'checked', data: { key, passed, text: 'said' } }));
  }
  return [true, false, ...texts].map((value) => ({ type: 'evaluated', data: { key, value } }));
}
