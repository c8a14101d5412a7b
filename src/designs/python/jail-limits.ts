/** What one evaluation in the jail may use. All but the wall clock and the CPU limit are counted. */
export const JAIL_LIMITS = {
  /**
   * Step budget. The interpreter asks for signals once per {@link JAIL_LIMITS.stepsPerPoll} loop turns and
   * calls, and the child counts these questions outside of Python, where no script can reach the counter.
   */
  polls: 200_000,
  stepsPerPoll: 50,
  /** Memory of the interpreter, bytes; beyond it Python raises MemoryError. */
  memory: 512 * 1024 * 1024,
  /** JavaScript heap of the child, MiB; nearly all of it is free. */
  heap: 128,
  /** Characters of a script. */
  source: 100_000,
  /** Bytes of a reply. */
  reply: 4 * 1024 * 1024,
  /** An evaluation without an answer for this long is killed; milliseconds. */
  killAfter: 20_000,
  /** Starting a child may take this long; milliseconds. */
  startWithin: 60_000,
} as const;
