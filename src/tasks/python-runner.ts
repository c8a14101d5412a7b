/**
 * The tool `python` as a script with one function of its own: it runs a program and returns what the program
 * printed, or how it failed. So a program runs where functions of scripts run, and nothing else is needed.
 */
export const PYTHON_RUNNER = `
import contextlib, io
from workflow import Workflow, AgentNode, ToolRegistry

def run(program):
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})
    except Exception as error:
        return printed.getvalue() + f"{type(error).__name__}: {error}"
    return printed.getvalue()

tools = ToolRegistry()
tools.register("run", run, "runs a program", {})
workflow = Workflow(name="runner")
workflow.add_node(AgentNode(name="runner", system_prompt="Runs programs.", tool_registry=tools))
workflow.run("run")
`;
