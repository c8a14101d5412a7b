import type { EventReader } from '../../../store/event-log.ts';
import { Store } from '../../../store/store.ts';
import { UserError } from '../../core/errors.ts';
import { resolveMoment } from '../../runtime/address.ts';
import { texts } from '../../views/detail-line.ts';
import { activityOf } from '../../views/stage-band.ts';
import { Timeline } from '../../views/timeline.ts';
import { calledLines } from '../../views/transcript-lines.ts';
import { treeRows } from '../../views/tree-rows.ts';
import { viewVersion } from '../code-version.ts';
import { print } from '../output.ts';

interface Options {
  readonly store: string;
  readonly at?: string;
  readonly plain?: boolean;
  readonly policy: readonly string[];
  readonly json?: boolean;
}

/** `troupe replay`: time travel in the terminal; in a pipe, the state at one event; with `--policy`, rollouts anew. */
export async function replay(name: string, options: Options): Promise<void> {
  if (options.policy.length > 0) {
    if (options.at === undefined) return (await import('./replay-policy.ts')).replayPolicy(name, options);
    throw new UserError(
      'at-and-policy',
      '--at shows the state at an event, --policy plays rollouts again; choose one.',
    );
  }
  if (options.json === true || name.includes('/')) {
    throw new UserError(
      'no-policy',
      'Without --policy VERSION, replay takes a run and prints no JSON; see "troupe replay --help".',
    );
  }
  const store = openForReplay(options.store);
  try {
    const { id } = store.run(name);
    const reader = store.reader(id);
    const count = reader.count();
    if (count === 0)
      throw new UserError(
        'empty-run',
        `The run ${id} has no events yet; go on with "troupe train --resume ${id}".`,
      );
    const at = options.at === undefined ? undefined : resolveMoment(options.at, reader, id);
    const timeline = new Timeline(reader, store.snapshots(id, viewVersion()));
    const interactive =
      process.stdout.isTTY === true && process.stdin.isTTY === true && process.env.CI === undefined;
    if (interactive && options.plain !== true) {
      process.env.NODE_ENV = 'production';
      if (process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '') process.env.FORCE_COLOR = '0';
      const { showReplay } = await import('../../tui/mount.tsx');
      await showReplay(id, reader, timeline, at ?? { seq: 1 });
    } else print(`${stateAt(id, reader, timeline, at?.seq ?? count).join('\n')}\n`);
  } finally {
    store.close();
  }
}

/** For writing where that is possible: a replay leaves snapshots behind, and nothing else. */
function openForReplay(file: string): Store {
  try {
    return Store.open(file, { mode: 'write', clock: Date.now });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return Store.open(file, { mode: 'read', clock: Date.now });
  }
}

function stateAt(run: string, reader: EventReader, timeline: Timeline, seq: number): string[] {
  const view = timeline.viewAt(seq);
  const event = timeline.eventAt(seq);
  const open = new Set([...view.tree.tasks.values()].map(({ stream }) => stream));
  return [
    `${run} after event ${seq} of ${timeline.count}: ${activityOf(view)}`,
    `event ${event?.type} on ${event?.stream}@${event?.version}`,
    JSON.stringify(event?.data),
    ...(event?.type === 'called' ? texts(calledLines(reader, event, { upTo: seq })) : []),
    `policy ${view.version.slice(0, 10) || '(untrained)'}, ${view.scope === '' ? 'no trees yet' : `trees of ${view.scope}: ${view.progress.done} of ${view.progress.of} finished`}`,
    ...treeRows(view.tree, open).map(
      ({ depth, state, score, label }) =>
        `${'  '.repeat(depth + 1)}${state.padEnd(8)} ${score.padStart(5)}  ${label}`,
    ),
  ];
}
