import { afterAll, describe, expect, it } from 'vitest';
import { defaultLibrary } from '../../../src/designs/library.ts';
import { PythonJail } from '../../../src/designs/python/jail.ts';
import { DesignReader } from '../../../src/designs/reader.ts';
import { rehearse } from '../../../src/runtime/rehearse.ts';
import { plainPolicy, type Replies, repliesPolicy } from '../../../src/runtime/replies.ts';
import { QuickJsSandbox } from '../../../src/tasks/quickjs-sandbox.ts';
import { CHECK_ALLOWANCE } from '../allowance.ts';

// What a script of the published dialect means beyond its structure: names, state, placeholders, what is seen.

const library = defaultLibrary();
const sandbox = new QuickJsSandbox();
const jail = new PythonJail();
const reader = new DesignReader({ library, sandbox, jail, allowance: CHECK_ALLOWANCE });
afterAll(() => Promise.all([sandbox.close(), jail.close()]));

async function run(script: string, replies: Replies = { '*': ['42'] }) {
  const { spec, failure } = await reader.read(`from workflow import *\n${script}`, 'python');
  if (spec === null || failure !== null) throw new Error(failure?.message);
  const task = 'What is 6 * 7?';
  return rehearse(spec, { library, sandbox, jail, task, respond: repliesPolicy(replies, plainPolicy('42')) });
}

describe('a script means what its author meant', () => {
  it('names are those of the script, in any alphabet, and a composite speaks under its own', async () => {
    const { transcript } = await run(`
def by_panel(c):
    return c.get_latest_message().sender == "Комиссия"
w = ConditionalWorkflow("w")
w.add_node(EnsembleNode("Комиссия", [AgentNode("求解器", "s"), AgentNode("Zweiter Löser", "s")]))
w.add_node(AgentNode("Prüfer", "c"), condition=by_panel)
w.run(question)`);
    expect(transcript.map(({ agent }) => agent).sort()).toEqual(['Prüfer', 'Zweiter Löser', '求解器']);
    expect(transcript.at(-1)?.prompt).toContain('[answer] Комиссия: 42');
  }, 60_000);

  it('a debate of three rounds shows all that was said before', async () => {
    const { transcript, calls } = await run(
      `
w = Workflow("w")
w.add_node(DebateNode("D", [AgentNode("A", "s"), AgentNode("B", "s")], judge=AgentNode("J", "j"), num_rounds=3))
w.run(question)`,
      { A: ['a one', 'a two', 'a three'], B: ['b one', 'b two', 'b three'], J: ['done'] },
    );
    expect(calls).toBe(7);
    for (const said of ['a one', 'a two', 'b one', 'b two']) expect(transcript[4]?.prompt).toContain(said);
    expect(transcript[2]?.prompt).not.toContain('two');
  }, 60_000);

  it('with include_history the last revision sees every draft and critique, without it the last', async () => {
    const script = (history: string) => `
w = Workflow("w")
w.add_node(ReflectionNode("R", AgentNode("S", "s"), num_iterations=3, critic_agent=AgentNode("C", "c")${history}))
w.run(question)`;
    const replies = { S: ['d one', 'd two', 'd three', 'd four'], C: ['c one', 'c two', 'c three'] };
    const all = ['d one', 'c one', 'd two', 'c two', 'd three', 'c three'];
    const seen = async (history: string) => {
      const { transcript, answer } = await run(script(history), replies);
      expect(answer).toBe('d four');
      return all.filter((said) => transcript[6]?.prompt.includes(said));
    };
    expect(await seen(', include_history=True')).toEqual(all);
    expect(await seen('')).toEqual(['d three', 'c three']);
  }, 60_000);

  it('placeholders are filled and a self-critic keeps its agent’s role', async () => {
    const { transcript } = await run(
      `
w = Workflow("w")
w.add_node(ReflectionNode("R", AgentNode("S", "You are a botanist."), num_iterations=1,
    reflection_prompt="Q: {question} A: {response}", refinement_prompt="Mend {response} by {reflection}"))
w.run(question)`,
      { S: ['first', 'too short', 'second'] },
    );
    expect(transcript.map(({ agent }) => agent)).toEqual(['S', 'S', 'S']);
    expect(transcript[1]?.prompt).toContain('You are a botanist.\n\nQ: What is 6 * 7? A: first');
    expect(transcript[2]?.prompt).toContain('Mend first by too short');
  }, 60_000);

  it('a role may be made of the question', async () => {
    const { transcript } = await run(`
w = Workflow("w")
w.add_node(AgentNode("S", f"Solve this: {question}"))
w.run("Please: " + question)`);
    expect(transcript[0]?.prompt).toContain('[role] Solve this: What is 6 * 7?');
  }, 60_000);

  it('a web tool answers that there is no network; a long result is cut with a mark', async () => {
    const { transcript } = await run(
      `
def long(**given):
    return "x" * 9000
t = ToolRegistry()
t.register("google-search", SearchEnvironment().search, "Search", {})
u = ToolRegistry()
u.register("long", long, "Long", {})
w = Workflow("w")
w.add_node(AgentNode("S", "s", tool_registry=t))
w.add_node(AgentNode("L", "s", tool_registry=u))
w.run(question)`,
      { S: ['<call>{"query": "6 * 7"}', '42'], L: ['<call>{}', '42'] },
    );
    expect(transcript[1]?.prompt).toContain('There is no network here');
    expect(transcript[3]?.prompt).toMatch(/x{7999} … \(cut: 8000 of 9002 characters\)/);
  }, 60_000);
});
