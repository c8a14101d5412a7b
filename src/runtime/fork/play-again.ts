import { z } from 'zod';
import type { EventReader } from '../../../store/event-log.ts';
import { MemoryLog } from '../../../store/memory-log.ts';
import { must, UserError } from '../../core/errors.ts';
import type { Role } from '../../policies/prompt.ts';
import { actorFactory } from '../actors.ts';
import type { Fork, RunConfig } from '../config.ts';
import type { Effect } from '../effect.ts';
import type { Kit } from '../kit.ts';
import { readMaterial } from '../material.ts';
import { weightsName, weightsOf } from '../models.ts';
import { Scheduler } from '../scheduler.ts';
import { type Hardware, Troupe } from '../troupe.ts';
import { findVersion, type KeptVersion } from '../versions.ts';
import { restorePlayed } from './played.ts';

export interface PlayAgainOptions {
  readonly kit: Kit;
  readonly hardware: Hardware;
  /** Policy versions that play a role in place of those that played it. */
  readonly policies: { readonly [role in Role]?: string };
  readonly onProgress?: (what: string, done: number, of: number) => void;
}

/** What a rollout or an execution came to. */
export interface Outcome {
  /** Mean score of its executions; those that a rejected script never had score 0. */
  readonly reward: number;
  readonly calls: number;
}

export interface Replayed {
  readonly stream: string;
  readonly family: string;
  readonly recorded: Outcome;
  readonly again: Outcome;
}

export interface PlayedAgain {
  readonly versions: readonly (readonly [Role, KeptVersion])[];
  readonly replayed: readonly Replayed[];
  /** Policy calls that were sampled. */
  readonly policyCalls: number;
}

const inputSchema = z.looseObject({
  task: z.object({ family: z.string() }),
  designs: z.number().default(1),
  executions: z.number().default(1),
});
const outputSchema = z.object({ score: z.number(), calls: z.number(), branchCalls: z.number().default(0) });

/**
 * Plays recorded rollouts, or executions of one design, again in memory with other policy versions and the same
 * random streams. Where the designer stays as it was, its scripts are taken from the log.
 *
 * @param place a step, an evaluation, a rollout, a design or an execution: `step/0003`, `step/0003/task/001/design/2`
 */
export async function playAgain(
  reader: EventReader,
  config: RunConfig,
  run: string,
  place: string,
  options: PlayAgainOptions,
): Promise<PlayedAgain> {
  const { kit, hardware, policies, onProgress } = options;
  const outputs = finishedUnder(reader, place, run);
  const streams = [...outputs.keys()];
  const scopes = new Set(streams.map((stream) => /^(step\/\d+|eval\/\w+)/.exec(stream)?.[1]));
  if (scopes.size > 1 && policies.executor === undefined) {
    throw new UserError(
      'replay-place',
      `${place} holds ${scopes.size} steps and evaluations, each played by weights of its own; name one of them, such as ${[...scopes][0]}.`,
    );
  }
  const roles = (['designer', 'executor'] as const).filter((role) => policies[role] !== undefined);
  const versions = roles.map((role) => [role, findVersion(reader, policies[role] ?? '', run)] as const);
  const material = must(readMaterial(reader), 'the tasks and tokenizer of the run');
  const forks = [...(config.forks ?? []), otherPolicies(run, versions)];
  const log = new MemoryLog(() => 0);
  const troupe = new Troupe({ ...config, forks }, material, kit, log, hardware, { recorded: reader });
  try {
    await troupe.loadForked(reader, config.forks ?? []);
    for (const [role, { label }] of versions) {
      const weights = weightsOf(reader, weightsName(label, troupe.models.modelOf(role)));
      await troupe.loadBehind(forks.length - 1, role, weights);
    }
    if (policies.executor === undefined) {
      await restorePlayed(troupe.models, { reader, config, material, kit }, streams[0] ?? '', (done, of) =>
        onProgress?.('learning its weights again', done, of),
      );
      await troupe.load();
    }
    await troupe.castAs(reader, streams);
    let policyCalls = 0;
    const designerStays = policies.designer === undefined;
    const call: Effect = async (request) => {
      const known = designerStays ? recordedDesign(reader, request.stream) : undefined;
      if (known === undefined) policyCalls++;
      return known ?? troupe.effects.call(request);
    };
    const createActor = actorFactory(kit.library, config.behaviours ?? []);
    let done = 0;
    const play = async (stream: string): Promise<Replayed> => {
      const { draws: _, ...input } = must(reader.read(stream)[0], `the first event of ${stream}`).data;
      const scheduler = new Scheduler({
        log: new MemoryLog(() => 0),
        effects: { ...troupe.effects, call },
        createActor,
      });
      const output = await scheduler.run(kindOf(stream), stream, input);
      onProgress?.('playing again', ++done, streams.length);
      const { task, designs, executions } = inputSchema.parse(input);
      const outcome = (ended: unknown): Outcome => {
        const { score, calls, branchCalls } = outputSchema.parse(ended);
        return { reward: score / (designs * executions), calls: calls - branchCalls };
      };
      const recorded = outcome(outputs.get(stream));
      return { stream, family: task.family, recorded, again: outcome(output) };
    };
    const replayed = await Promise.all(streams.map(play));
    return { versions, replayed, policyCalls };
  } finally {
    await troupe.close();
  }
}

/** The versions in the shape in which a forked run names them; nothing of the recording stands before it. */
function otherPolicies(parent: string, versions: PlayedAgain['versions']): Fork {
  const policies = Object.fromEntries(versions.map(([role, { version }]) => [role, version]));
  return { parent, at: 1, stream: 'session', version: 0, set: false, policies };
}

const ROLLOUT = /^(step\/\d+\/task|eval\/\w+)\/\d+$/;
const EXECUTION = /^(step\/\d+\/task|eval\/\w+)\/\d+\/design\/\d+\/exec\/\d+$/;

/** Outputs of the finished rollouts under a place; of a design or an execution, of the finished executions. */
function finishedUnder(reader: EventReader, place: string, run: string): Map<string, unknown> {
  const streams = reader.streams(place);
  const rollouts = streams.filter((stream) => ROLLOUT.test(stream));
  const found = rollouts.length > 0 ? rollouts : streams.filter((stream) => EXECUTION.test(stream));
  const parent = rollouts.length > 0 ? 'session' : (found[0]?.replace(/\/design\/.*/, '') ?? 'session');
  const ended = new Map<string, unknown>();
  for (const { type, data } of reader.read(parent)) {
    if (!type.endsWith('.finished')) continue;
    ended.set(parent === 'session' ? String(data.key) : `${parent}/${String(data.key)}`, data.output);
  }
  const finished = found.filter((stream) => ended.has(stream));
  if (finished.length > 0) return new Map(finished.map((stream) => [stream, ended.get(stream)]));
  const some = reader.read('session').findLast(({ type }) => type === 'rollout.finished')?.data.key;
  const known = some === undefined ? 'it has none yet' : `try a place such as ${String(some)}`;
  throw new UserError(
    'no-rollout',
    `There is no finished rollout or execution under "${place}" in ${run}; ${known}.`,
  );
}

function kindOf(stream: string): 'rollout' | 'execution' {
  return ROLLOUT.test(stream) ? 'rollout' : 'execution';
}

/** The recorded answer to a designer's call. */
function recordedDesign(reader: EventReader, stream: string) {
  if (!/\/design\/\d+$/.test(stream)) return undefined;
  return reader.read(stream).find(({ type }) => type === 'called');
}
