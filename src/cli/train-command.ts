import type { Command } from 'commander';
import { collect, integer } from './arguments.ts';

/** `troupe train`: the options of a run that begins, and of one that goes on. */
export function addTrainCommand(program: Command): void {
  program
    .command('train')
    .description('run a training session, or go on with one')
    .option(
      '--preset <name>',
      'quick (minutes, the default), default (a quarter of an hour), long (an hour), paper (4 × 4, 400 steps) or bench',
    )
    .option('--seed <number>', 'seed of every draw (default: 1)', integer(0))
    .option('--steps <number>', 'reinforcement steps, in place of the preset’s', integer(0))
    .option('--policies <how>', 'shared: one model for both roles; per-role: one each')
    .option(
      '--schedule <how>',
      'who learns when: stagewise (by turns), coupled (both in every step), designer-only or executor-only',
    )
    .option('--stage <steps>', 'steps of one stage (K)', integer(1))
    .option(
      '--credit <estimator>',
      'of executor calls. tree: by comparing executions of a design; fork: by redrawing each call',
      'tree',
    )
    .option('--draws <number>', 'branches per call of --credit fork (default: 4)', integer(1))
    .option(
      '--set <setting>',
      'PATH=VALUE: any other setting, such as learning.clip=0.1; may be repeated (docs/settings.md lists them)',
      collect,
      [],
    )
    .option('--print-config', 'print the configuration that would be trained, and end')
    .option(
      '--from <run>',
      'begin with the weights, tasks and tokenizer of this run in place of a cold start, and with its configuration and seed unless told otherwise',
    )
    .option('--from-store <file>', 'the store of --from (default: --store)')
    .option(
      '--from-label <version>',
      'the version of --from: step/N, last, or a hash (default: its cold start’s)',
    )
    .option(
      '--resume <run>',
      'go on with an interrupted run; everything else comes from its log, but for --set learning.…',
    )
    .option('--store <file>', 'the store', 'troupe.db')
    .option('--plain', 'progress lines in place of the screen')
    .option('--json', 'print JSON, one object per line')
    .action(async (options) => (await import('./commands/train.ts')).train(options));
}
