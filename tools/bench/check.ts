import { checkSpec } from '../../src/designs/checks.ts';
import { defaultLibrary } from '../../src/designs/library.ts';
import { PythonJail } from '../../src/designs/python/jail.ts';
import { DesignReader } from '../../src/designs/reader.ts';
import { readJavaScript } from '../../src/designs/script.ts';
import { SPEC_VERSION } from '../../src/designs/spec.ts';
import { QuickJsSandbox } from '../../src/tasks/quickjs-sandbox.ts';
import { alternate, type Measuring, now } from './measure.ts';

/** What checking one script costs once everything is warm, in milliseconds. */
export interface CheckFigures {
  /** A JavaScript script, from text to report; median. */
  readonly javascriptMs: number;
  /** Of that, evaluation in the sandbox, and the checks of its spec. */
  readonly evaluationMs: number;
  readonly specMs: number;
  /** An empty program in the same sandbox: what no script could go below. */
  readonly emptyProgramMs: number;
  /** The slowest of all JavaScript checks. */
  readonly javascriptSlowestMs: number;
  /** A script in the published dialect: a fresh interpreter each, one kept waiting. */
  readonly pythonMs: number;
}

/** One script for every node kind, and one that nests them; no two readings of a text are alike to the reader. */
const SCRIPTS: readonly string[] = [
  'run(agent("solve", "js"))',
  'run(sequence(agent("plan"), agent("solve"), agent("polish")))',
  'run(vote([agent("a"), agent("b"), agent("c")], { weights: [2, 1, 1] }))',
  'run(judge([agent("a"), agent("b")], agent("judge")))',
  'run(reflect(agent("a"), { critic: agent("critic"), rounds: 3 }))',
  'run(debate([agent("a"), agent("b")], { rounds: 3, judge: agent("judge") }))',
  'run(route(agent("pick"), { sum: agent("a"), list: agent("b") }))',
  'run(when(all(taskAbove(9), not(taskContains("x"))), agent("a"), agent("b")))',
  'run(loop(agent("a"), 4, any(passed(), contains("ok"))))',
  'run(graph({ nodes: { draft: agent("a"), check: agent("b") }, start: "draft", edges: [edge("draft", "check"), edge("check", "draft", not(accepted()))], steps: 6 }))',
  'const a = agent("a", { prompt: "Say how." });\nrun(sequence(a, vote([reflect(agent("b")), agent("c", "js")], { judge: agent("d") }), when(not(passed()), loop(agent("e"), 3, passed()))))',
];

const PYTHON = `from workflow import Workflow, AgentNode, EnsembleNode
workflow = Workflow(name="vote")
agents = [AgentNode(name=f"Solver{i}", system_prompt="Solve it step by step.") for i in range(3)]
workflow.add_node(EnsembleNode(name="ensemble", agents=agents, strategy="majority_vote"))
result = workflow.run("What is 6 times 7?")
print("FINAL ANSWER:", result.content)
`;

const ALLOWANCE = {
  tools: ['js'],
  budget: { calls: 64, tokens: 65_536, toolSteps: 10_000 },
  tokensPerCall: 48,
  ownSampler: true,
};

export async function measureCheck(measuring: Measuring): Promise<CheckFigures> {
  const library = defaultLibrary();
  const sandbox = new QuickJsSandbox();
  const jail = new PythonJail();
  const reader = new DesignReader({ library, sandbox, jail, allowance: ALLOWANCE });
  const readings = await Promise.all(SCRIPTS.map((script) => readJavaScript(script, library, sandbox)));
  const specs = readings.flatMap((reading) =>
    reading.ok ? [{ mas: SPEC_VERSION, root: reading.root }] : [],
  );
  let texts = 0;
  let slowest = 0;
  const each = async (work: (script: string) => Promise<unknown>, round: number): Promise<void> => {
    for (const script of SCRIPTS) {
      const start = now();
      // The reader remembers texts: a comment makes this one new.
      await work(`${script}\n// ${texts++}`);
      if (round > 0) slowest = Math.max(slowest, now() - start);
    }
  };
  try {
    const seconds = await alternate(
      {
        whole: (round) => each((text) => reader.read(text, 'javascript'), round),
        evaluation: (round) => each((text) => readJavaScript(text, library, sandbox), round),
        spec: () => {
          for (const spec of specs) checkSpec(spec, library, ALLOWANCE);
        },
        empty: async () => {
          for (const _ of SCRIPTS) await sandbox.evaluate({ source: 'return 0' });
        },
      },
      measuring,
    );
    const python = await alternate(
      { python: async () => void (await reader.read(`${PYTHON}# ${texts++}`, 'python')) },
      { ...measuring, seconds: 0 },
    );
    const ms = (whole: number) => (1000 * whole) / SCRIPTS.length;
    return {
      javascriptMs: ms(seconds.whole),
      evaluationMs: ms(seconds.evaluation),
      specMs: ms(seconds.spec),
      emptyProgramMs: ms(seconds.empty),
      javascriptSlowestMs: 1000 * slowest,
      pythonMs: 1000 * python.python,
    };
  } finally {
    await Promise.all([sandbox.close(), jail.close()]);
  }
}
