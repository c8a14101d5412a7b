import type { Command } from 'commander';
import { integer } from './arguments.ts';

/** `troupe bench …`: measurements of this machine, and experiments. */
export function addBenchCommands(program: Command): Command {
  const json = ['--json', 'print JSON, one object per line'] as const;
  const group = program
    .command('bench')
    .description('measure this machine; or run experiments: families, ablation')
    .argument(
      '[what]',
      'all; store: the event log; check: design scripts; fuzz: mutated scripts; crash: kill -9',
      'all',
    )
    .option('--seconds <number>', 'about how long each measurement takes', integer(1), 3)
    .option(
      '--count <number>',
      'events of store (1,000,000), scripts of fuzz (10,000), kills of crash (100)',
      integer(1),
    )
    .option('--seed <number>', 'seed of fuzz and crash', integer(0), 1)
    .option(...json)
    .action(async (what, options) => (await import('./commands/bench.ts')).bench(what, options));

  group
    .command('families')
    .description('execute every fixed design on held-out tasks: its reward in each family and attribute')
    .option('--run <run>', 'the run whose weights and tasks are used (default: a cold start is made first)')
    .option('--label <version>', 'a version of --run: last, cold-start, step/N, or a hash', 'cold-start')
    .option('--store <file>', 'the store of --run', 'troupe.db')
    .option('--preset <name>', 'of the cold start', 'quick')
    .option('--seed <number>', 'of the cold start', integer(0), 1)
    .option('--tasks <number>', 'held-out tasks of each family and attribute', integer(1), 40)
    .option('--executions <number>', 'executions of each design on each task; an even number', integer(2), 8)
    .option('--work <folder>', 'where cold starts are kept', '.troupe-bench')
    .option(...json)
    .action(async (options, command: Command) =>
      (await import('./commands/bench-families.ts')).benchFamilies({
        ...options,
        ...command.optsWithGlobals(),
      }),
    );
  return group;
}
