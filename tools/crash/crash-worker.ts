// Goes on with a store's run as `troupe train --resume` does, but announces every event that is stored, a line each:
// its number and its type; before them, that the run is resumed. Ends on a failure as the command does.
import { UserError } from '../../src/core/errors.ts';
import { defaultKit } from '../../src/runtime/kit.ts';
import { resumeRun } from '../../src/runtime/run.ts';
import { Store } from '../../store/store.ts';

const [file = ''] = process.argv.slice(2);
try {
  const store = Store.open(file, { mode: 'write', clock: Date.now });
  try {
    const { finished } = resumeRun(store, 'latest', {
      kit: defaultKit(),
      hardware: { samplers: 2 },
      codeVersion: 'crash',
      onEvents: (events) => {
        process.stdout.write(events.map(({ seq, type }) => `${seq} ${type}\n`).join(''));
      },
    });
    process.stdout.write('0 resumed\n');
    await finished;
  } finally {
    store.close();
  }
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`troupe: ${error.message}\n`);
  process.exitCode = 2;
}
