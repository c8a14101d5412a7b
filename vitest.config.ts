import { defineConfig } from 'vitest/config';

/** Kills, bombs, jails, terminals, launchers, tables of experiments: what takes a minute to see one thing. */
const SLOW = [
  'tests/ablation/{ablation,same}.test.ts',
  'tests/bench/*.test.ts',
  'tests/cli/{check,cli,launcher,signals}.test.ts',
  'tests/designs/{fuzz,python/{jail,orphans,refused}}.test.ts',
  'tests/examples/own-family-and-node.test.ts',
  'tests/learning/cores.test.ts',
  'tests/runtime/{kills,schedules,verify-restart}.test.ts',
  'tests/store/crash.test.ts',
  'tests/tasks/quickjs-{bombs,escapes}.test.ts',
  'tests/tui/terminal.test.ts',
];
/** Tests that train a run, or start a process. */
const RUN = [
  'tests/{ablation,cli,docs,examples,graph,runtime,tui,views}/**/*.test.{ts,tsx}',
  'tests/designs/python/*.test.ts',
];

const shared = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
  pool: 'forks',
  // Much of the time is spent waiting for processes that tests start.
  maxWorkers: '100%',
} as const;

export default defineConfig({
  test: {
    ...shared,
    projects: [
      {
        test: { ...shared, name: 'unit', include: ['tests/**/*.test.{ts,tsx}'], exclude: [...RUN, ...SLOW] },
      },
      { test: { ...shared, name: 'run', include: RUN, exclude: SLOW } },
      { test: { ...shared, name: 'slow', include: SLOW } },
    ],
  },
});
