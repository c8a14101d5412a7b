import { z } from 'zod';
import type { EventReader, StoredEvent } from '../../../store/event-log.ts';
import { designReward } from '../../credit/reward.ts';
import { readTrees } from '../../credit/tree.ts';
import { creditSettings, type RunConfig } from '../../runtime/config.ts';
import { type Advantages, readAdvantages } from '../../views/advantages.ts';
import { TreeView } from '../../views/tree-view.ts';

/** A run, as pages about its places need it. */
export interface Shown {
  readonly run: string;
  readonly reader: EventReader;
  readonly config: RunConfig;
  /** With the tokens of calls. */
  readonly tokens: boolean;
}

/** Trees of a step, an evaluation or one task, with what credit and their rollouts say about them. */
export interface ShownTrees {
  readonly tree: TreeView;
  readonly advantages: Advantages;
  /** Reward of each design of a step that has ended, after costs, by its stream. */
  readonly rewards: ReadonlyMap<string, number>;
  /** What executions cost, by their streams. */
  readonly costs: ReadonlyMap<string, Cost>;
}

interface Cost {
  readonly calls: number;
  readonly tokens: number;
}

const ended = z.object({
  key: z.string(),
  output: z.object({ calls: z.number(), tokens: z.number().default(0) }),
});

/** Reads the trees under a step, an evaluation or a task. */
export function readShown({ reader, config }: Shown, place: string): ShownTrees {
  const events = reader.readPrefix(place);
  const tree = new TreeView();
  for (const event of events) tree.apply(event);
  return {
    tree,
    advantages: readAdvantages(reader, place),
    rewards: rewardsOf(events, tree, config),
    costs: new Map(events.filter(({ type }) => type === 'execution.finished').map(costOf)),
  };
}

/** Rewards as credit computes them. An evaluation has none. */
function rewardsOf(events: readonly StoredEvent[], tree: TreeView, config: RunConfig): Map<string, number> {
  const step = Number(/^step\/(\d+)\//.exec(events[0]?.stream ?? '')?.[1]);
  if (Number.isNaN(step)) return new Map();
  const settings = creditSettings(config, step);
  return new Map(
    readTrees(events)
      .filter(({ stream }) => tree.tasks.get(stream)?.state === 'done')
      .flatMap(({ designs }) => designs)
      .map((design) => [design.stream, designReward(design, settings)]),
  );
}

function costOf({ stream, data }: StoredEvent): [string, Cost] {
  const { key, output } = ended.parse(data);
  return [`${stream}/${key}`, output];
}
