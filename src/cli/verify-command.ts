import type { Command } from 'commander';
import { integer, number, percentage } from './arguments.ts';

/** `troupe verify`: which part of a run is executed again, and how far values may be apart. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description('execute a run again, training included, and compare every event')
    .argument('[run]', 'a run', 'latest')
    .option(
      '--from <event>',
      'first event, by its position in the run: rollouts and the cold start before it are taken as recorded',
      integer(1),
    )
    .option('--to <event>', 'last event: nothing after it is looked at', integer(1))
    .option(
      '--sample <percent>',
      'execute only this share of the rollouts again, such as 5%; training is executed in any case',
      percentage,
    )
    .option('--seed <number>', 'with --sample: draws another one (default: 0)', integer(0))
    .option(
      '--tolerance <nats>',
      'for another kind of machine, such as 1e-3: recorded tokens are fed back, and log-probabilities may be apart by so much',
      number,
    )
    .option(
      '--threads <number>',
      'ONNX Runtime threads within an operator (default: 1, as recorded)',
      integer(1),
    )
    .option('--restart', 'begin anew, and not where an interrupted verification was')
    .option('--store <file>', 'the store', 'troupe.db')
    .option('--json', 'print JSON, one object per line')
    .addHelpText(
      'after',
      `
Without --tolerance every byte is compared. Exit code 0: all the same; 1: something differs (event, field, both
values and the likely cause are shown); 2: asked wrongly; 130: interrupted, and the same command goes on where it was.`,
    )
    .action(async (run, options) => (await import('./commands/verify.ts')).verify(run, options));
}
