import { createCli } from './cli.ts';
import { reportFailure } from './failure.ts';

process.exitCode = 0;
// A reader that went away, such as `head`, is a normal end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await createCli().parseAsync(process.argv);
} catch (error) {
  process.exitCode = reportFailure(error);
}
