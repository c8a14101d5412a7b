import { z } from 'zod';
import { ROLES, type Role } from '../../machines/stages.ts';
import type { EventReader } from '../../store/event-log.ts';
import { UserError } from '../core/errors.ts';
import type { CallRequest, PlayingPolicy, Policy } from '../policies/policy.ts';
import type { Effect } from './effect.ts';
import { type ModelId, weightsName, weightsOf } from './models.ts';

/** Of a `picked` event: what an evaluation's calls draw from, and labels of older weights that play a role. */
const castSchema = z.object({
  key: z.string(),
  draws: z.string().optional(),
  designer: z.string().optional(),
  executor: z.string().optional(),
});

/** What casts are put together with. */
interface Wardrobe {
  readonly policy: PlayingPolicy;
  readonly modelOf: (role: Role) => ModelId;
}

/** Who plays one evaluation. */
interface Parts {
  readonly draws: string | undefined;
  /** Roles that older weights play. */
  readonly old: readonly Role[];
}

/**
 * Who plays the evaluation under way, and the streams that its calls draw from: evaluations on a split draw from the
 * same ones, so that they differ by who plays and by nothing else. It follows from the evaluation's `picked` event,
 * so that a run that is resumed in the midst of an evaluation goes on with the same cast.
 */
export class Cast {
  readonly #wardrobe: Wardrobe;
  /** By the evaluation's name: `eval/stage_001_old_designer`. */
  readonly #parts = new Map<string, Parts>();

  constructor(wardrobe: Wardrobe) {
    this.#wardrobe = wardrobe;
  }

  /** Takes up the cast of a `picked` event. The weights of its labels come from `log`; UserError if they are gone. */
  async take(picked: unknown, log: Pick<EventReader, 'blob'>): Promise<void> {
    const { key, draws, ...labels } = castSchema.parse(picked);
    const { policy, modelOf } = this.#wardrobe;
    const old = ROLES.filter((role) => labels[role] !== undefined);
    this.#parts.set(key, { draws, old });
    for (const role of old) {
      const name = weightsName(labels[role] ?? '', modelOf(role));
      if (log.blob(name) === undefined) throw gone(name);
      await policy.load(oldModel(role), weightsOf(log, name));
    }
  }

  /** The casts of the evaluations that these streams belong to; without any, of what was under way at the end. */
  async takeFrom(recorded: EventReader, streams?: readonly string[]): Promise<void> {
    const picked = recorded.read('session').filter(({ type }) => type === 'picked');
    const wanted = new Set(streams?.map(scopeOf));
    const chosen =
      streams === undefined ? picked.slice(-1) : picked.filter(({ data }) => wanted.has(String(data.key)));
    for (const { data } of chosen) await this.take(data, recorded);
  }

  /** A `pick` that takes up the cast of what it picks. */
  picking(pick: Effect, log: Pick<EventReader, 'blob'>): Effect {
    return async (request) => {
      const answer = await pick(request);
      await this.take({ ...answer.data, key: request.key }, log);
      return answer;
    };
  }

  /** A policy that plays with this cast. */
  front(inner: Policy): Policy {
    return {
      complete: (request) => inner.complete(this.#cast(request)),
      close: () => inner.close(),
    };
  }

  /** The stream that what happens in `stream` draws from: that one, but in evaluations, which share theirs. */
  draws(stream: string): string {
    const scope = scopeOf(stream);
    const shared = this.#parts.get(scope)?.draws;
    return shared === undefined ? stream : `eval/${shared}/${stream.slice(scope.length + 1)}`;
  }

  #cast(request: CallRequest): CallRequest {
    const { stream, role } = request;
    const { draws, old = [] } = this.#parts.get(scopeOf(stream)) ?? {};
    if (draws === undefined) return request;
    return {
      ...request,
      draws: this.draws(stream),
      ...(old.includes(role) ? { model: oldModel(role) } : {}),
    };
  }
}

/** `eval/before` of `eval/before/0007/design/0`. */
function scopeOf(stream: string): string {
  return stream.split('/', 2).join('/');
}

/** Name of the model that plays a role with older weights. */
function oldModel(role: Role): string {
  return `old/${role}`;
}

function gone(name: string): UserError {
  return new UserError(
    'policy-removed',
    `The run no longer has ${name}, which play in an evaluation after a stage; restore the store from a copy made before it was compacted.`,
  );
}
