// Does one job of an ablation in a process of its own, and says how far it is, a line of JSON each. It stops cleanly on
// SIGTERM, and when its parent goes away.
import { UserError } from '../../../src/core/errors.ts';
import { jobSchema, type Message } from './job.ts';
import { perform } from './perform.ts';

/** Exit code of a job that was stopped. */
const STOPPED = 130;
/** Progress is said at most this often (ms). */
const PULSE = 500;

const say = (message: Message) => process.stdout.write(`${JSON.stringify(message)}\n`);
let run: { stop(): void } | undefined;
const stop = () => {
  // Without a run nothing is written that could be left half done.
  if (run === undefined) process.exit(STOPPED);
  run.stop();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
process.stdin.on('end', stop).resume();
process.stdout.on('error', stop);

let said = 0;
try {
  const job = jobSchema.parse(JSON.parse(process.argv[2] ?? ''));
  const done = await perform(job, {
    clock: Date.now,
    onProgress: (what, share) => {
      if (Date.now() - said < PULSE) return;
      said = Date.now();
      say({ what, share });
    },
    onRun: (handle) => {
      run = handle;
    },
  });
  if (done === null) process.exitCode = STOPPED;
  else say({ ...done });
} catch (error) {
  process.stderr.write(
    `${error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exitCode = 1;
}
process.stdin.destroy();
