import { Store } from '../../../store/store.ts';
import { UserError } from '../../core/errors.ts';
import { pairedDifference } from '../../core/interval.ts';
import { average } from '../../credit/advantage.ts';
import { resolveAddress, splitAddress } from '../../runtime/address.ts';
import { type PlayedAgain, playAgain, type Replayed } from '../../runtime/fork/play-again.ts';
import { defaultKit } from '../../runtime/kit.ts';
import { readConfig } from '../../runtime/run.ts';
import { hardware } from '../hardware.ts';
import { print } from '../output.ts';
import { parsePolicies } from '../policy-option.ts';
import { ProgressLine } from '../progress-line.ts';
import { table } from '../table.ts';

interface Options {
  readonly store: string;
  readonly policy: readonly string[];
  readonly json?: boolean;
}

/** `troupe replay RUN/PLACE --policy VERSION`: recorded rollouts, played again by another policy version. */
export async function replayPolicy(typed: string, options: Options): Promise<void> {
  const { run, place: asked } = splitAddress(typed);
  if (asked === '') {
    throw new UserError(
      'no-rollout',
      `--policy plays the rollouts of one place again; name it, such as ${run}/step/0003 or ${run}/step/0003/task/000.`,
    );
  }
  const policies = parsePolicies(options.policy);
  const store = Store.open(options.store, { mode: 'read', clock: Date.now });
  const progress = new ProgressLine(process.stderr, Date.now);
  try {
    const { id } = store.run(run);
    const reader = store.reader(id);
    const { place } = resolveAddress(asked, reader, id);
    const played = await playAgain(reader, readConfig(store, id), id, place, {
      kit: defaultKit(),
      hardware: hardware(),
      policies,
      onProgress: (what, done, of) =>
        progress.show(what, done, of, what.endsWith('weights again') ? 'steps' : 'rollouts'),
    });
    progress.clear();
    const figures = compare(played.replayed);
    print(
      options.json === true
        ? `${JSON.stringify({ run: id, place, ...asJson(played), reward: figures })}\n`
        : `${asText(`${id}/${place}`, played, figures).join('\n')}\n`,
    );
  } finally {
    progress.clear();
    store.close();
  }
}

/** Mean rewards, and their difference pair by pair. */
function compare(replayed: readonly Replayed[]) {
  const changes = replayed.map(({ recorded, again }) => again.reward - recorded.reward);
  const { mean, low, high, halfWidth } = pairedDifference(changes);
  return {
    recorded: average(replayed.map(({ recorded }) => recorded.reward)),
    again: average(replayed.map(({ again }) => again.reward)),
    change: mean,
    halfWidth,
    low,
    high,
    /** Nothing came out otherwise: the same weights, or others that do the same here. */
    same: changes.every((change) => change === 0),
  };
}

function asJson({ versions, replayed, policyCalls }: PlayedAgain) {
  const policies = Object.fromEntries(versions.map(([role, { version }]) => [role, version]));
  return { policies, policyCalls, rollouts: replayed };
}

function asText(
  place: string,
  { versions, replayed, policyCalls }: PlayedAgain,
  { recorded, again, change, halfWidth, same }: ReturnType<typeof compare>,
): string[] {
  const players = versions.map(([role, { label, version }]) => `${role} ${label} (${version.slice(0, 8)})`);
  const rows = replayed.map((each) => [
    each.stream,
    each.family,
    each.recorded.reward.toFixed(3),
    each.again.reward.toFixed(3),
    signed(each.again.reward - each.recorded.reward),
    `${each.recorded.calls} → ${each.again.calls}`,
  ]);
  const interval = same ? ', every reward the same' : ` ± ${halfWidth.toFixed(3)} (95 %)`;
  return [
    `${place}, played again with the same random streams by ${players.join(' and ')}`,
    table(['rollout', 'family', 'reward', 'again', 'change', 'calls'], rows),
    `mean ${recorded.toFixed(3)} → ${again.toFixed(3)}, change ${signed(change)}${interval}; it cost ${policyCalls} policy calls.`,
  ];
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}
