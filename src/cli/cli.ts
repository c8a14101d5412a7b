import { Command } from 'commander';
import { UserError } from '../core/errors.ts';
import { probablyMeant } from '../core/nearest.ts';
import { printable } from '../core/printable.ts';
import { collect, integer, outcomes } from './arguments.ts';
import { addBenchCommands } from './bench-commands.ts';
import { addStoreCommands } from './store-commands.ts';
import { addTrainCommand } from './train-command.ts';
import { addVerifyCommand } from './verify-command.ts';

/** The command line: every command loads what it needs only when it is called. */
export function createCli(): Command {
  const program = new Command('troupe')
    .description(
      'Train a designer and an executor of multi-agent systems; replay, verify and draw what they did.',
    )
    .version('0.1.0')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(printable(text.replace(/^error: /, 'troupe: ').replace(/\n\(/, ' ('))),
    })
    .showSuggestionAfterError(true)
    .action((_options, command: Command) => {
      const [unknown] = command.args;
      if (unknown === undefined) return command.help();
      const meant = probablyMeant(
        unknown,
        program.commands.map((each) => each.name()),
      );
      const hint = meant === undefined ? '' : `did you mean "${meant}"? `;
      throw new UserError(
        'unknown-command',
        `There is no command "${unknown}"; ${hint}"troupe --help" lists them.`,
      );
    })
    .allowExcessArguments(true);

  const store = ['--store <file>', 'the store', 'troupe.db'] as const;
  const json = ['--json', 'print JSON, one object per line'] as const;

  addTrainCommand(program);

  program
    .command('runs')
    .description('list the runs of a store')
    .option(...store)
    .option(...json)
    .action(async (options) => (await import('./commands/runs.ts')).runs(options));

  program
    .command('show')
    .description(
      'show a run: its stages, curves and designs; or one of its steps, tasks, designs, executions, agents',
    )
    .argument('[run]', 'a run, or a place in it: latest/step/3/task/1, latest/eval/before/7', 'latest')
    .option(...store)
    .option(...json)
    .option('--tokens', 'of every call its tokens, with their log-probabilities')
    .action(async (run, options) => (await import('./commands/show.ts')).show(run, options));

  program
    .command('replay')
    .description(
      'step through a stored run in the terminal; or play its rollouts again by another policy version',
    )
    .argument('[run]', 'a run; with --policy a place in it, such as RUN/step/0003', 'latest')
    .option(...store)
    .option(
      '--at <event>',
      'begin at this event: a position, STREAM@VERSION, or a place in the run such as step/3/task/1',
    )
    .option('--plain', 'print the state at --at (default: the end) and leave')
    .option(
      '--policy <version>',
      'play the rollouts of the place again and compare rewards: VERSION (last, cold-start, step/N, a hash) or ROLE=VERSION; may be repeated',
      collect,
      [],
    )
    .option('--json', 'print JSON; with --policy')
    .action(async (run, options) => (await import('./commands/replay.ts')).replay(run, options));

  addVerifyCommand(program);

  program
    .command('fork')
    .description('branch a new run off another one at an event, with one thing changed')
    .argument('[run]', 'a run', 'latest')
    .requiredOption(
      '--at <event>',
      'where the two part: a position, or STREAM@VERSION such as step/3/task/1@2',
    )
    .option(
      '--set <change>',
      'FIELD=VALUE: what the event says instead, or learning.SETTING=VALUE from there on; may be repeated',
      collect,
      [],
    )
    .option(
      '--policy <version>',
      'VERSION or ROLE=VERSION: another policy version from there on',
      collect,
      [],
    )
    .option('--fresh [name]', 'draw what follows from fresh random streams')
    .option('--no-run', 'only make the run; "troupe train --resume" goes on with it')
    .option(...store)
    .option(...json)
    .action(async (run, options) => (await import('./commands/fork.ts')).fork(run, options));

  program
    .command('diff')
    .description('show where two runs part, and how they end')
    .argument('<a>', 'a run')
    .argument('<b>', 'another one')
    .option(...store)
    .option(...json)
    .action(async (a, b, options) => (await import('./commands/diff.ts')).diff(a, b, options));

  program
    .command('credit')
    .description('compute the advantages again from the log and compare them with the recorded ones')
    .argument('[run]', 'a run; with --by fork an execution as RUN/STREAM', 'latest')
    .option('--step <number>', 'show the samples of one step', integer(0))
    .option('--by <estimator>', 'fork: what each call of an execution was worth, by redrawing it')
    .option('--draws <number>', 'branches per call of --by fork', integer(1), 4)
    .option(...store)
    .option(...json)
    .action(async (run, options) => (await import('./commands/credit.ts')).credit(run, options));

  program
    .command('graph')
    .description(
      'print a machine: session, rollout, designer, execution, agent, a file with a script, or a design as RUN/DESIGN',
    )
    .argument('[machine]', 'for a design: latest/step/0003/task/001/design/2; --overlay brings its own')
    .option(
      '--format <format>',
      'mermaid (the default), dot, svg, text (an outline), json, or stately (for Stately Studio and createMachine)',
    )
    .option(
      '--coverage <run>',
      'mark how often each transition was taken in a run, and what was never reached',
    )
    .option(
      '--overlay <stream>',
      'mark the path that a recorded stream took: RUN/STREAM, such as latest/session',
    )
    .option('--diff <other>', 'mark what this machine and another do not have in common')
    .option('--dead', 'list what can never be reached, never ends or never gets its turn; exit code 1 if any')
    .option('--paths', 'list the shortest path to every final state')
    .option(...store)
    .action(async (machine, options) => (await import('./commands/graph.ts')).graph(machine, options));

  program
    .command('check')
    .description('check a design script: what it says, what its machine can come to, what it costs at most')
    .argument('<file>', 'a script, or raw model output that holds one; - for standard input')
    .option('--dialect <dialect>', 'javascript, python or auto', 'auto')
    .option('--run', 'also run it once, with a scripted policy in place of a model')
    .option(
      '--task <text>',
      'the task, for --run and --answer (default: the question in the script, or a sample)',
    )
    .option(
      '--answer <text>',
      'the task’s answer: a design with a role that holds it is refused, as in training',
    )
    .option('--say <text>', 'what the scripted policy answers', '42')
    .option('--replies <file>', 'what agents reply in --run, as JSON: {"Critic": ["…", "…"], "*": ["…"]}')
    .option('--tests <outcomes>', 'outcomes of the public tests in --run, such as fail,pass', outcomes)
    .option('--calls <number>', 'budget of policy calls of one execution', integer(1), 128)
    .option('--tokens <number>', 'budget of sampled tokens', integer(1), 131_072)
    .option('--tool-steps <number>', 'budget of interpreter steps of tools', integer(0), 10_000)
    .option('--tokens-per-call <number>', 'tokens of a call whose agent sets no limit', integer(1), 1024)
    .option(...json)
    .action(async (file, options) => (await import('./commands/check.ts')).check(file, options));

  program
    .command('eval')
    .description('score a policy version on held-out tasks')
    .argument('[run]', 'the run whose policy and tasks are used', 'latest')
    .option('--policy <version>', 'a version of the run: last, cold-start, step/N, or a hash', 'last')
    .option(
      '--design <script>',
      'use this script, or the script in this file, for every task in place of the designer',
    )
    .option('--tasks <number>', 'tasks per family (default: the whole held-out set)', integer(1))
    .option(
      '--samples <number>',
      'samples of each task, a design and an execution each: mean score and pass@k over them',
      integer(1),
      1,
    )
    .option(...store)
    .option(...json)
    .action(async (run, options) => (await import('./commands/eval.ts')).evaluate(run, options));

  program
    .command('export')
    .description('write a policy version as ONNX with tokenizer and configuration')
    .argument('<run>', 'the run')
    .argument('<folder>', 'a new or empty folder')
    .option('--policy <version>', 'last, cold-start, step/N, or a hash', 'last')
    .option('--role <role>', 'designer or executor, where the run has a model for each')
    .option(...store)
    .action(async (run, folder, options) =>
      (await import('./commands/export.ts')).exportRun(run, folder, options),
    );

  addBenchCommands(program);
  const files = addStoreCommands(program);

  for (const command of [...program.commands, ...files.commands]) {
    command
      .exitOverride()
      .configureOutput(program.configureOutput())
      .allowExcessArguments(command === files);
  }
  return program;
}
