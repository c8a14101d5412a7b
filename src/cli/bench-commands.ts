import type { Command } from 'commander';
import { collect, integer, names } from './arguments.ts';

/** `troupe bench …`: measurements of this machine, and experiments. */
export function addBenchCommands(program: Command): Command {
  const json = ['--json', 'print JSON, one object per line'] as const;
  const group = program
    .command('bench')
    .description('measure this machine; or run experiments: families, ablation, same')
    .argument(
      '[what]',
      'all; learner: training steps, decoding, and a short whole run on one core and on two; store: the event log; check: design scripts; fuzz: mutated scripts; crash: kill -9',
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
    .option('--write <page>', 'also write the table into this Markdown page, between its marks')
    .option(...json)
    .action(async (options, command: Command) =>
      (await import('./commands/bench-families.ts')).benchFamilies({
        ...options,
        ...command.optsWithGlobals(),
      }),
    );

  group
    .command('ablation')
    .description('run a table of arms and seeds, or what is missing of it')
    .requiredOption(
      '--table <letter>',
      'a: schedules; b: stage lengths; c: rollout shapes; d: shared or per role; e: controls; f: model sizes',
    )
    .option('--seeds <number>', 'how many (default: 5 for a and e, 3 for the others)', integer(1))
    .option('--first-seed <number>', 'the first of them', integer(0), 1)
    .option('--arms <names>', 'these arms, separated by commas, and those that they need', names)
    .option('--preset <name>', 'what the arms change', 'bench')
    .option('--set <setting>', 'PATH=VALUE: a setting of the preset; may be repeated', collect, [])
    .option('--jobs <number>', 'arms at a time, each in a process of its own', integer(1), 2)
    .option('--work <folder>', 'where unfinished runs, cold starts and last weights are', '.troupe-bench')
    .option('--out <folder>', 'where the results are', 'docs/results')
    .option('--keep', 'keep the logs of finished runs in the working folder')
    .option('--keep-stale', 'take results as they are although their code has changed; they stay marked')
    .option(...json)
    .addHelpText(
      'after',
      `
Each result is committed to ablation-TABLE.json as it comes, and is run again only if what it depends on has changed.
Killed at any time, the same command goes on, within an arm too. Exit code 0: all there; 1: an arm failed; 130: stopped.`,
    )
    .action(async (options, command: Command) =>
      (await import('./commands/bench-ablation.ts')).benchAblation({
        ...options,
        ...command.optsWithGlobals(),
      }),
    );

  group
    .command('same')
    .description(
      'try whether the sources as they are come to the same, bit by bit, as those of a commit: then its results are not stale',
    )
    .argument('<commit>', 'whose results are to stand')
    .option('--work <folder>', 'where both are tried', '.troupe-bench')
    .option(...json)
    .addHelpText(
      'after',
      `
Small tables of all kinds are run twice, which takes some minutes. Exit code 0: the same, and written down in
docs/results/same-outcomes.json; 1: something differs, and nothing is written.`,
    )
    .action(async (commit, options, command: Command) =>
      (await import('./commands/bench-same.ts')).benchSame(commit, {
        ...options,
        ...command.optsWithGlobals(),
      }),
    );
  return group;
}
