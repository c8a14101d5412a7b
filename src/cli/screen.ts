import { catchUp } from '../views/catch-up.ts';
import { SnapshotKeeper } from '../views/snapshot-keeper.ts';
import type { Audience } from './audience.ts';
import { viewVersion } from './code-version.ts';
import { print } from './output.ts';
import { shownPath } from './shown-path.ts';

/** The terminal as audience: the live screen, and the summary on the ordinary screen afterwards. */
export async function screen(): Promise<Audience> {
  process.env.NODE_ENV = 'production';
  // The colour library asks for this one; NO_COLOR is the convention (no-color.org).
  if (process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '') process.env.FORCE_COLOR = '0';
  const { LiveView } = await import('../tui/live.ts');
  const { showTraining } = await import('../tui/mount.tsx');
  const { Details } = await import('../views/details.ts');
  const { summaryLines } = await import('../views/summary.ts');
  const live = new LiveView();
  let keeper: SnapshotKeeper | undefined;
  return {
    hear(events) {
      live.hear(events);
      keeper?.saw(live.view);
    },
    async attend(run, store) {
      catchUp(live.view, store.reader(run.id));
      keeper = new SnapshotKeeper(store.snapshots(run.id, viewVersion()), live.view);
      await showTraining(
        {
          id: run.id,
          view: live.view,
          details: new Details(store.reader(run.id)),
          subscribe: (listener) => live.subscribe(listener),
          version: () => live.version(),
          get paused() {
            return run.paused;
          },
          pause() {
            run.pause();
            live.touch();
          },
          resume() {
            run.resume();
            live.touch();
          },
          quit: () => run.stop(),
        },
        run.finished,
      );
      for (const line of summaryLines(live.view, run.id, shownPath(store.file), run.config.steps))
        print(`${line}\n`);
    },
  };
}
