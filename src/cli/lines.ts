import { catchUp } from '../views/catch-up.ts';
import { jsonLine, PlainProgress } from '../views/plain-lines.ts';
import { summarise } from '../views/run-summary.ts';
import { SnapshotKeeper } from '../views/snapshot-keeper.ts';
import type { Audience } from './audience.ts';
import { viewVersion } from './code-version.ts';
import { print } from './output.ts';
import { shownPath } from './shown-path.ts';

/** Lines on standard output: text for people, or JSON with the run's summary as the last one. */
export function lines(json: boolean): Audience {
  const progress = new PlainProgress();
  const printLine = (line: string | null) => {
    if (line !== null) print(`${line}\n`);
  };
  let keeper: SnapshotKeeper | undefined;
  return {
    hear(events) {
      for (const event of events) {
        const line = progress.line(event);
        printLine(json ? jsonLine(event) : line);
      }
      keeper?.saw(progress.view);
    },
    async attend(run, store) {
      catchUp(progress.view, store.reader(run.id));
      keeper = new SnapshotKeeper(store.snapshots(run.id, viewVersion()), progress.view);
      const { preset, seed, steps } = run.config;
      if (!json) printLine(`${run.id}  preset ${preset}, seed ${seed}, ${steps} steps, in ${store.file}`);
      await run.finished;
      if (json) {
        const info = store.run(run.id);
        printLine(
          JSON.stringify({
            type: 'summary',
            ...summarise(info, store.reader(run.id), store.attempts(run.id)),
          }),
        );
      } else
        for (const line of progress.closing(run.id, shownPath(store.file), run.config.steps)) printLine(line);
    },
  };
}
