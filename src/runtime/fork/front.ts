import type { EventReader } from '../../../store/event-log.ts';
import type { CallRequest, Policy } from '../../policies/policy.ts';
import type { Role } from '../../policies/prompt.ts';
import type { Fork } from '../config.ts';
import type { ModelId } from '../models.ts';

/** Name of the model that plays a role behind the fork of this index, where that is not the run's own. */
export function forkedModel(index: number, role: Role): string {
  return `fork/${index}/${role}`;
}

/** Name of the blob with such a model's weights. */
export function forkedWeights(index: number, role: Role, id: ModelId): string {
  return `weights/${forkedModel(index, role)}/${id}`;
}

/**
 * The policy of a forked run: calls behind a fork draw from fresh streams, or are played by another policy
 * version, as the fork says; calls before it are the parent's, which only a verification samples again.
 *
 * @param isBefore whether a call, by the name of its random stream, stands before the fork of this index
 */
export function forkedPolicy(
  inner: Policy,
  forks: readonly Fork[],
  isBefore: (index: number, call: string) => boolean,
): Policy {
  return {
    complete: (request) =>
      inner.complete(
        forks.reduce<CallRequest>(
          (now, fork, index) => (isBefore(index, request.stream) ? now : behind(now, request, fork, index)),
          request,
        ),
      ),
    close: () => inner.close(),
  };
}

/** A later fork overrides an earlier one in what it changes. */
function behind(
  request: CallRequest,
  { stream, draws }: CallRequest,
  { fresh, policies }: Fork,
  index: number,
): CallRequest {
  const freshly = (name: string) => `fork/${fresh}/${name}`;
  return {
    ...request,
    ...(policies?.[request.role] === undefined ? {} : { model: forkedModel(index, request.role) }),
    ...(fresh === undefined
      ? {}
      : { stream: freshly(stream), ...(draws === undefined ? {} : { draws: freshly(draws) }) }),
  };
}

/** Where a call stands, by the name of the random stream that it draws from behind a run's forks. */
export function placeOf(stream: string, forks: readonly Fork[]): string {
  for (const { fresh } of forks) {
    const prefix = `fork/${fresh}/`;
    if (fresh !== undefined && stream.startsWith(prefix)) return stream.slice(prefix.length);
  }
  return stream;
}

/** The calls of a forked run that stand before each of its forks. */
export function callsBefore(
  recorded: EventReader,
  forks: readonly Fork[],
): (index: number, call: string) => boolean {
  const sets = forks.map(({ at, set }) => {
    const calls = new Set<string>();
    for (const { stream, type, data } of recorded.events({ upTo: set ? at : at - 1 })) {
      if (type === 'called') calls.add(`${stream}/${String(data.key)}`);
    }
    return calls;
  });
  return (index, call) => sets[index]?.has(call) === true;
}
