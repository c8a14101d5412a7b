import { z } from 'zod';
import type { EventLog, StoredEvent } from '../../store/event-log.ts';
import type { RunLog } from '../../store/run-log.ts';
import type { Store } from '../../store/store.ts';
import { RefusedError, UserError } from '../core/errors.ts';
import { canonicalJson, type JsonObject } from '../core/json.ts';
import { actorFactory } from './actors.ts';
import { configSchema, type RunConfig } from './config.ts';
import { familiesOf, type Kit } from './kit.ts';
import type { LearningChange } from './learning-schema.ts';
import { type Material, makeMaterial, materialBlobs, readMaterial } from './material.ts';
import { Scheduler } from './scheduler.ts';
import { sessionInput } from './session-input.ts';
import { type Hardware, Troupe } from './troupe.ts';

export interface RunOptions {
  readonly kit: Kit;
  readonly hardware: Hardware;
  readonly codeVersion: string;
  /** Settings of learning that the run goes on with in place of its configuration's; each update notes them. */
  readonly change?: LearningChange;
  /** Hears events as they are stored; on resuming, those of earlier attempts are in the store. */
  readonly onEvents?: (events: readonly StoredEvent[]) => void;
}

/** A run under way in this process. */
export interface RunHandle {
  readonly id: string;
  readonly config: RunConfig;
  /** Resolves when the run is over or was stopped, and everything is closed; rejects if it failed, with a RefusedError for an update that cannot stand. */
  readonly finished: Promise<'done' | 'stopped'>;
  readonly paused: boolean;
  pause(): void;
  resume(): void;
  /** Ends the work of this process; the run can be resumed. */
  stop(): void;
}

/**
 * Begins a new run in a store; with the material of another run if it takes its start from there (see start.ts). Throws
 * a UserError, before there is anything, for families that the kit lacks.
 */
export function startRun(
  store: Store,
  config: RunConfig,
  options: RunOptions,
  material?: Material,
): RunHandle {
  familiesOf(config, options.kit);
  const { id } = store.createRun({
    config: JSON.parse(JSON.stringify(config)),
    codeVersion: options.codeVersion,
  });
  return carryOn(store, id, config, options, material);
}

/** Goes on with a run; its configuration comes from the store. Throws UserError if the run is over. */
export function resumeRun(store: Store, name: string, options: RunOptions): RunHandle {
  const { id, status } = store.run(name);
  if (status === 'done') {
    throw new UserError(
      'run-is-done',
      `The run ${id} in ${store.file} is over; look at it with "troupe show ${id}", or start another with "troupe train".`,
    );
  }
  return carryOn(store, id, readConfig(store, id), options);
}

/** The configuration of a run, checked. */
export function readConfig(store: Store, name: string): RunConfig {
  const { id, config } = store.run(name);
  const parsed = configSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new UserError(
    'bad-config',
    `The configuration of ${id} in ${store.file} is not one that this Troupe understands; use the version that recorded it.`,
  );
}

function carryOn(
  store: Store,
  id: string,
  config: RunConfig,
  options: RunOptions,
  given?: Material,
): RunHandle {
  const log = store.openLog(id, options.codeVersion);
  try {
    const material = readMaterial(log) ?? prepare(log, id, config, options.kit, given);
    const input = sessionInput(config, material, options.kit);
    const [first] = log.read('session');
    if (first !== undefined && !beganWith(first.data, { ...input, ...hashesIn(log, input) })) {
      throw new UserError(
        'run-altered',
        `The configuration, tasks or tokenizer of ${id} in ${store.file} are not those that its log began with; restore the store from a copy.`,
      );
    }
    const { onEvents, change } = options;
    const troupe = new Troupe(config, material, options.kit, log, options.hardware, { change });
    const scheduler = new Scheduler({
      log,
      effects: troupe.effects,
      createActor: actorFactory(options.kit.library, config.behaviours ?? []),
      ...(onEvents === undefined ? {} : { onEvents }),
    });
    const finished = perform(scheduler, troupe, log, input, store, id).catch((error: unknown) => {
      throw error instanceof RefusedError ? error.of(id) : error;
    });
    return {
      id,
      config,
      finished,
      get paused() {
        return scheduler.paused;
      },
      pause: () => scheduler.pause(),
      resume: () => scheduler.resume(),
      stop: () => scheduler.stop(),
    };
  } catch (error) {
    log.close();
    throw error;
  }
}

/** Whether a log began with this input. Settings that an older Troupe did not know stand for their defaults. */
function beganWith(recorded: JsonObject, input: JsonObject): boolean {
  const config = configSchema.safeParse(recorded.config);
  if (!config.success) return false;
  const plan = (of: JsonObject) => planSchema.parse(of.plan);
  const complete = {
    ...recorded,
    config: JSON.parse(JSON.stringify(config.data)),
    plan: { ...plan(input), ...plan(recorded) },
  };
  return canonicalJson(complete) === canonicalJson(input);
}

/** The hashes of what is stored under names that an input has: read and written again, older tasks are other bytes. */
function hashesIn(log: EventLog, input: JsonObject): JsonObject {
  const stored = log.blobs().filter(({ name }) => name in input);
  return Object.fromEntries(stored.map(({ name, hash }) => [name, hash]));
}

const planSchema = z.record(z.string(), z.json());

function prepare(log: EventLog, id: string, config: RunConfig, kit: Kit, given?: Material): Material {
  if (config.start !== undefined && given === undefined) {
    throw new UserError(
      'no-start',
      `${id} was interrupted before it had the weights of ${config.start.run}; start it anew with "troupe train --from".`,
    );
  }
  const material = given ?? makeMaterial(config, kit);
  log.append([], { put: materialBlobs(material) });
  return material;
}

async function perform(
  scheduler: Scheduler,
  troupe: Troupe,
  log: RunLog,
  input: JsonObject,
  store: Store,
  id: string,
): Promise<'done' | 'stopped'> {
  try {
    // The caller has the handle, and has caught up with earlier attempts, before the first event.
    await new Promise((resolve) => setImmediate(resolve));
    await troupe.restore(log);
    await troupe.loadForked(log);
    const output = await scheduler.run('session', 'session', input);
    // Nobody is told that it is in the store before that has been looked at.
    store.confirm();
    if (output !== null) store.setStatus(id, 'done');
    return output === null ? 'stopped' : 'done';
  } catch (error) {
    // A file that is not there any more says why nothing else went well.
    store.confirm();
    throw error;
  } finally {
    try {
      await troupe.close();
    } finally {
      log.close();
    }
  }
}
