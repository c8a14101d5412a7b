import { createCli } from './cli.ts';
import { reportFailure } from './failure.ts';

process.exitCode = 0;
let readerLeft = false;
// A reader that went away, such as `head`, is a normal end; a run in progress ends as it does on a signal.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  // Every further line fails as well; a second signal would be taken for impatience.
  if (readerLeft) return;
  readerLeft = true;
  if (process.listenerCount('SIGTERM') > 0) process.emit('SIGTERM', 'SIGPIPE');
  else process.exit(0);
});

try {
  await createCli().parseAsync(process.argv);
} catch (error) {
  process.exitCode = reportFailure(error);
}
