import type { DesignFailure } from '../../machines/designer.machine.ts';
import { type Flaw, flawsOf } from './analysis.ts';
import { type KnownAnswer, leakIn } from './known-answer.ts';
import type { NodeLibrary } from './library.ts';
import type { Bounds, NodeSpec } from './node.ts';
import { agentSchema, toolName } from './nodes/agent.ts';
import { answersItself } from './self-answer.ts';
import { type MasSpec, nodesOf, parseSpec } from './spec.ts';

/** What a design may use and cost. */
export interface Allowance {
  /** Names of the tools that there are. */
  readonly tools: readonly string[];
  /** Worst case of one execution. */
  readonly budget: Bounds;
  /** Tokens of a policy call that sets no limit of its own. */
  readonly tokensPerCall: number;
  /** Whether agents may choose their own temperature; not in training, which samples as it learns (law 5). */
  readonly ownSampler: boolean;
  /** Whether roles are looked through for the usual forms of answers, as in runs without behaviour 41. */
  readonly bySigns?: boolean | undefined;
}

/** One question that was put to a design. */
export interface Check {
  readonly check: CheckName;
  readonly ok: boolean;
  readonly message: string;
  /** Line of the file that was given, from 1. */
  readonly line?: number | undefined;
}

/** The checks in the order in which they are made, with the cause that stands for a design that fails one. */
export const CHECKS = {
  script: 'no-script',
  syntax: 'syntax',
  evaluation: 'error',
  schema: 'schema',
  names: 'names',
  tools: 'tools',
  sampler: 'sampler',
  answer: 'self-answer',
  transitions: 'dead-transition',
  reachable: 'unreachable',
  end: 'no-end',
  termination: 'endless',
  calls: 'budget',
  tokens: 'budget',
  toolSteps: 'budget',
} as const satisfies { readonly [check: string]: DesignFailure };
export type CheckName = keyof typeof CHECKS;

export interface SpecReport {
  readonly checks: readonly Check[];
  /** The parsed spec; null if it does not fit the schema. */
  readonly spec: MasSpec | null;
  /** Null where there is no spec, or one whose nodes do not fit together. */
  readonly bounds: Bounds | null;
}

/**
 * Checks a spec, from a script or from elsewhere, before it costs anything: what it says (schema, names,
 * tools), what its machine can come to (reachability, end, termination) and what it may cost at most.
 *
 * @param lines of the nodes, by the members that lead to them from the root
 */
export function checkSpec(
  value: unknown,
  library: NodeLibrary,
  allowance: Allowance,
  lines: ReadonlyMap<string, number> = new Map(),
): SpecReport {
  const parsed = parseSpec(value, library);
  if (!parsed.ok) {
    const checks = parsed.issues.map(({ path, message }) => {
      // Members that a person can see: `of.times: …`, and nothing before the root node.
      const where = path === '' ? message : `${path}: ${message}`;
      return { check: 'schema' as const, ok: false, message: where, ...lineOf(path, lines) };
    });
    return { checks, spec: null, bounds: null };
  }
  const { spec } = parsed;
  const nodes = nodesOf(spec.root);
  const says = (check: CheckName, good: string, bad: readonly Fault[]): Check[] =>
    bad.length === 0
      ? [{ check, ok: true, message: good }]
      : bad.map(({ path, message }) => ({ check, ok: false, message, ...lineOf(path, lines) }));
  const faults = nodes.flatMap(({ node, path }) => library.faults(node).map((fault) => ({ ...fault, path })));
  const misnamed = faults.filter(({ check }) => check === 'names');
  const checks = [
    ...says('schema', `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`, []),
    ...says('names', 'every name is defined', misnamed),
    ...agentChecks(nodes, allowance, says),
  ];
  // Without the nodes it names there is no machine to look at.
  if (misnamed.length > 0) return { checks, spec, bounds: null };
  const flaws = flawsByNode(spec.root, library, nodes);
  const of = (check: Flaw['check']) => [
    ...faults.filter((fault) => fault.check === check),
    ...flaws.filter((flaw) => flaw.check === check),
  ];
  const bounds = library.bounds(spec.root, allowance.tokensPerCall);
  const { budget } = allowance;
  const within = (check: 'calls' | 'tokens' | 'toolSteps', what: string): Check => ({
    check,
    ok: bounds[check] <= budget[check],
    message: `at most ${bounds[check]} ${what}; the budget is ${budget[check]}`,
    ...(bounds[check] <= budget[check] ? {} : lineOf('', lines)),
  });
  return {
    spec,
    bounds,
    checks: [
      ...checks,
      ...says('transitions', 'every transition can be taken', of('transitions')),
      ...says('reachable', 'every state can be reached', of('reachable')),
      ...says('end', 'the end can be reached from every state', of('end')),
      ...says('termination', 'every loop is counted against a limit', of('termination')),
      within('calls', 'policy calls'),
      within('tokens', 'sampled tokens'),
      within('toolSteps', 'tool steps'),
    ],
  };
}

/**
 * The same checks where the task's answer is known: no role may hold it.
 *
 * @param lines as in {@link checkSpec}
 */
export function checkAnswer(
  checks: readonly Check[],
  { root }: MasSpec,
  known: KnownAnswer,
  lines: ReadonlyMap<string, number>,
): readonly Check[] {
  const leaks = nodesOf(root).flatMap(({ node, path }): Check[] => {
    const agent = agentSchema.safeParse(node);
    const leak = agent.success ? leakIn(agent.data.prompt ?? '', known) : null;
    if (!agent.success || leak === null) return [];
    const message = `the role of ${agent.data.name} holds the task's answer: ${JSON.stringify(leak)}`;
    return [{ check: 'answer', ok: false, message, ...lineOf(path, lines) }];
  });
  if (leaks.length === 0) return checks;
  return checks.flatMap((each) => (each.check === 'answer' && each.ok ? leaks : [each]));
}

/** The cause that stands for a design: that of the first check it fails. */
export function failureOf(checks: readonly Check[]): { cause: DesignFailure; message: string } | null {
  const failed = checks.find(({ ok }) => !ok);
  return failed === undefined ? null : { cause: CHECKS[failed.check], message: failed.message };
}

interface Fault {
  readonly path: string;
  readonly message: string;
}

function agentChecks(
  nodes: readonly { readonly path: string; readonly node: NodeSpec }[],
  { tools, ownSampler, bySigns = false }: Allowance,
  says: (check: CheckName, good: string, bad: readonly Fault[]) => Check[],
): Check[] {
  const agents = nodes.flatMap(({ node, path }) => {
    const agent = agentSchema.safeParse(node);
    return agent.success ? [{ path, agent: agent.data }] : [];
  });
  const unknown = agents.flatMap(({ path, agent }) =>
    (agent.tools ?? [])
      .filter((tool) => typeof tool === 'string' && !tools.includes(tool))
      .map((tool) => ({
        path,
        message: `there is no tool "${toolName(tool)}"; there is ${tools.join(', ') || 'none'}`,
      })),
  );
  const heated = agents
    .filter(({ agent }) => agent.temperature !== undefined && !ownSampler)
    .map(({ path, agent }) => ({
      path,
      message: `${agent.name} sets a temperature, but a run samples at the one it learns at`,
    }));
  const solved = agents.flatMap(({ path, agent }) => {
    const sign = answersItself(agent.prompt ?? '', bySigns);
    return sign === null ? [] : [{ path, message: `the role of ${agent.name} holds ${sign}` }];
  });
  return [
    ...says('tools', 'every tool is known', unknown),
    ...says('sampler', 'agents sample as the run does', heated),
    ...says('answer', 'no role holds an answer', solved),
  ];
}

/** Flaws of the compiled chart, with the members that lead to the node that each belongs to. */
function flawsByNode(
  root: NodeSpec,
  library: NodeLibrary,
  nodes: readonly { readonly path: string; readonly node: NodeSpec }[],
): (Fault & { check: Flaw['check'] })[] {
  const name = library.name(root);
  const places = new Map<string, NodeSpec>();
  const chart = library.chart(root, { path: name, sees: [] }, (node, { path }) => places.set(path, node));
  return flawsOf(chart, name).map(({ check, path, message }) => {
    const state = path.split('.');
    // A place's path leaves out the states that stand between nodes (`vote.voting.solve1`).
    const owner = [...places.keys()]
      .filter((place) => isWithin(place.split('.'), state))
      .reduce((best, place) => (place.length > best.length ? place : best), name);
    const node = places.get(owner);
    return { check, message, path: nodes.find((each) => each.node === node)?.path ?? '' };
  });
}

/** Whether the names of a place come in a state's path, in order. */
function isWithin(place: readonly string[], state: readonly string[]): boolean {
  let found = 0;
  for (const part of state) if (part === place[found]) found++;
  return found === place.length;
}

/** The line of a node, or of the nearest node around it that has one. */
function lineOf(path: string, lines: ReadonlyMap<string, number>): { line?: number } {
  const known = ancestors(path).find((each) => lines.has(each));
  const line = known === undefined ? undefined : lines.get(known);
  return line === undefined || line <= 0 ? {} : { line };
}

/** A dotted path and all that it stands in, the nearest first, the empty one last. */
function ancestors(path: string): string[] {
  const members = path === '' ? [] : path.split('.');
  return Array.from({ length: members.length + 1 }, (_, cut) =>
    members.slice(0, members.length - cut).join('.'),
  );
}
