import type { Audience } from './audience.ts';
import { shownPath } from './shown-path.ts';

/** The terminal as audience: the live screen, and the summary on the ordinary screen afterwards. */
export async function screen(): Promise<Audience> {
  process.env.NODE_ENV = 'production';
  // The colour library asks for this one; NO_COLOR is the convention (no-color.org).
  if (process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '') process.env.FORCE_COLOR = '0';
  const { LiveView } = await import('../tui/live.ts');
  const { showTraining } = await import('../tui/mount.tsx');
  const { summaryLines } = await import('../views/summary.ts');
  const live = new LiveView();
  return {
    hear: (events) => live.hear(events),
    async attend(run, store) {
      // What earlier attempts have stored: the session, and the trees of the step that they left unfinished.
      const reader = store.reader(run.id);
      live.hear(reader.read('session'));
      if (live.view.scope !== '') live.hear(reader.readPrefix(live.view.scope));
      await showTraining(
        {
          id: run.id,
          view: live.view,
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
        process.stdout.write(`${line}\n`);
    },
  };
}
