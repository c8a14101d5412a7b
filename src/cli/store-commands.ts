import type { Command } from 'commander';
import { UserError } from '../core/errors.ts';

/** `troupe store …`: what is done with the file itself. Returns the group of commands. */
export function addStoreCommands(program: Command): Command {
  const file = ['--store <file>', 'the store', 'troupe.db'] as const;
  const json = ['--json', 'print JSON, one object per line'] as const;

  const group = program
    .command('store')
    .description('look after a store: check, stats, compact, remove, export and import runs')
    .action((_options, command: Command) => {
      const [unknown] = command.args;
      if (unknown === undefined) return command.help();
      throw new UserError(
        'unknown-command',
        `There is no command "store ${unknown}"; "troupe store --help" lists them.`,
      );
    });

  group
    .command('check')
    .description(
      'check everything in the file: structure, hash chains of all runs, blobs; exit code 1 if not ok',
    )
    .option(...file)
    .option(...json)
    .action(async (options) => (await import('./commands/store-check.ts')).storeCheck(options));

  group
    .command('stats')
    .description('show what takes how much room')
    .option(...file)
    .option(...json)
    .action(async (options) => (await import('./commands/store-stats.ts')).storeStats(options));

  group
    .command('compact')
    .description('remove weights that nothing needs any more, and caches; never an event')
    .argument('[runs...]', 'the runs whose weights are looked at (default: all)')
    .option('--dry-run', 'only say what would be removed')
    .option(...file)
    .option(...json)
    .action(async (runs, options) =>
      (await import('./commands/store-compact.ts')).storeCompact(runs, options),
    );

  group
    .command('remove')
    .description('take one run out of the file, whether it can be read or not; its events are gone')
    .argument('<run>', 'a run')
    .option(...file)
    .option(...json)
    .action(async (run, options) => (await import('./commands/store-remove.ts')).storeRemove(run, options));

  group
    .command('export')
    .description('write one run as a store file of its own, to be imported elsewhere')
    .argument('<run>', 'a run')
    .argument('<file>', 'a new file')
    .option(...file)
    .option(...json)
    .action(async (run, target, options) =>
      (await import('./commands/store-export.ts')).storeExport(run, target, options),
    );

  group
    .command('import')
    .description('take the runs of another store file into this one, after checking all of it')
    .argument('<file>', 'an exported run, or any other store, of this format or an older one')
    .option(...file)
    .option(...json)
    .action(async (source, options) =>
      (await import('./commands/store-import.ts')).storeImport(source, options),
    );

  return group;
}
