"""Turns the objects of a script into the JSON of a spec, or refuses with one sentence and a line."""

import json
import re

import nodes
from given import count, function, joined, note, predicate, role, several, text, titled
from recorder import reference, refuse, slug, slugs

DEPTH = 40
TOOL_NAME = re.compile(r"[A-Za-z_][\w-]{0,39}$", re.ASCII)
REVISER_PROMPT = "Revise the answer: mend what the critique found, keep what was right, and give all of it."

# The workflow classes join when their module is loaded; it needs this one.
kinds = [nodes.AgentNode, nodes.EnsembleNode, nodes.DebateNode, nodes.ReflectionNode, nodes.RouterNode]
CRITIC_PROMPT = (
    "Examine the answer you are shown: check each step, name every error you find and how to mend it. "
    "End with a line that says CORRECT if nothing is wrong, and INCORRECT otherwise."
)


def build(thing):
    return _Builder().node(thing, (), "the workflow", None)


def _kind(thing):
    return next((kind.__name__ for kind in kinds if type(thing) is kind), None)


class _Builder:
    def node(self, thing, path, what, line):
        kind = _kind(thing)
        if kind is None:
            self._no_node(thing, what, line)
        if len(path) > DEPTH:
            refuse("nodes are nested without end", line=thing.line)
        note(path, thing.line)
        return titled(getattr(self, f"_{kind}")(thing, path), thing.name)

    def _no_node(self, thing, what, line):
        if thing is None:
            refuse(f"{what} is None", line=line)
        if isinstance(thing, nodes.WorkflowNode):
            refuse(
                f"{what} is of a class of the script's own, {type(thing).__name__}; "
                "what it does would be neither recorded nor replayed, so nodes are those of the library",
                line=line,
            )
        refuse(f"{what} is not a node but {type(thing).__name__}", line=line)

    def agent(self, thing, path, what, line):
        if type(thing) is not nodes.AgentNode:
            if _kind(thing) is None:
                self._no_node(thing, what, line)
            refuse(f"{what} must be an AgentNode, not {type(thing).__name__}", line=line)
        return self.node(thing, path, what, line)

    def _AgentNode(self, it, path):
        node = {"kind": "agent", "name": slug(it.name)}
        prompt = text(it.system_prompt, f'the system_prompt of "{it.name}"', it.line)
        if prompt is not None:
            node.update(role(prompt))
        if it.tool_registry is None:
            return node
        if type(it.tool_registry) is not nodes.ToolRegistry:
            refuse(f'the tool_registry of "{it.name}" is not a ToolRegistry', line=it.line)
        tools = [self._tool(each) for each in it.tool_registry.tools.values()]
        if tools:
            node["tools"] = tools
            node["turns"] = count(it.max_turns, f'max_turns of "{it.name}"', it.line) + 2
        return node

    def _tool(self, tool):
        if tool["builtin"] == "python":
            return "python"
        if tool["ref"] is None:
            tool["ref"] = reference(tool["func"], "tool")
        # Prompts speak of a tool by its own name, so that is kept wherever it can be.
        name = str(tool["name"])
        made = {"python": tool["ref"], "name": name if TOOL_NAME.match(name) else slug(name)}
        if tool["description"]:
            made["description"] = str(tool["description"])
        if isinstance(tool["parameters"], dict):
            made["schema"] = self._schema(tool)
        return made

    def _schema(self, tool):
        try:
            return json.loads(json.dumps(tool["parameters"], allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            refuse(f'the parameters of the tool "{tool["name"]}" are no JSON schema', line=tool["line"])

    def _EnsembleNode(self, it, path):
        members = several(it.agents, f'agents of "{it.name}"', it.line)
        of = [
            self.node(each, (*path, "of", at), f'member {at + 1} of "{it.name}"', it.line)
            for at, each in enumerate(members)
        ]
        strategy = getattr(it.strategy, "value", it.strategy)
        if strategy == "consensus":
            if it.consensus_agent is None:
                refuse(f'the consensus of "{it.name}" has no consensus_agent', line=it.line)
            return {"kind": "judge", "of": of, "by": self._judge(it, (*path, "by"))}
        if strategy == "weighted_vote":
            return {"kind": "vote", "of": of, "weights": self._weights(it, len(of))}
        if strategy != "majority_vote":
            refuse(f'the strategy {strategy!r} of "{it.name}" does not exist', line=it.line)
        if it.consensus_agent is None:
            return {"kind": "vote", "of": of}
        return {"kind": "vote", "of": of, "judge": self._judge(it, (*path, "judge"))}

    def _judge(self, it, path):
        return self.agent(it.consensus_agent, path, f'the consensus_agent of "{it.name}"', it.line)

    def _weights(self, it, count):
        weights = [1.0] * count if it.weights is None else it.weights
        if not isinstance(weights, (list, tuple)) or len(weights) != count:
            refuse(f'"{it.name}" needs one weight for each of its {count} members', line=it.line)
        for each in weights:
            if isinstance(each, bool) or not isinstance(each, (int, float)) or not 0 <= each < 1e9:
                refuse(f'a weight of "{it.name}" is {each!r}', line=it.line)
        return [float(each) for each in weights]

    def _DebateNode(self, it, path):
        debaters = several(it.debaters, f'debaters of "{it.name}"', it.line)
        judge = debaters[0] if it.judge is None else it.judge
        return {
            "kind": "debate",
            "of": [
                self.node(each, (*path, "of", at), f'debater {at + 1} of "{it.name}"', it.line)
                for at, each in enumerate(debaters)
            ],
            "rounds": count(it.num_rounds, f'num_rounds of "{it.name}"', it.line),
            "judge": self.agent(judge, (*path, "judge"), f'the judge of "{it.name}"', it.line),
            "history": True,
        }

    def _ReflectionNode(self, it, path):
        of = self.node(it.agent, (*path, "of"), f'the agent of "{it.name}"', it.line)
        asked = text(it.reflection_prompt, f'the reflection_prompt of "{it.name}"', it.line)
        node = {
            "kind": "reflect",
            "of": of,
            "critic": self._critic(it, of, asked, (*path, "critic")),
            "rounds": count(it.num_iterations, f'num_iterations of "{it.name}"', it.line),
        }
        if it.include_history:
            node["history"] = True
        wanted = text(it.refinement_prompt, f'the refinement_prompt of "{it.name}"', it.line)
        if wanted is not None or of["kind"] != "agent":
            node["reviser"] = self._reviser(it, of, wanted, (*path, "reviser"))
        return node

    def _reviser(self, it, of, wanted, path):
        """The agent itself; in place of a node that is none, an agent that knows only how to revise."""
        note(path, it.line)
        if of["kind"] == "agent":
            return {**of, **role(joined(of.get("prompt"), wanted))}
        name = slug(it.name, 23) + "-reviser"
        return titled({"kind": "agent", "name": name, **role(wanted or REVISER_PROMPT)}, it.name)

    def _critic(self, it, of, asked, path):
        if it.critic_agent is not None:
            critic = self.agent(it.critic_agent, path, f'the critic_agent of "{it.name}"', it.line)
            return critic if asked is None else {**critic, **role(joined(critic.get("prompt"), asked))}
        note(path, it.line)
        base = of if of["kind"] == "agent" else titled({"kind": "agent", "name": slug(it.name)}, it.name)
        prompt = joined(base.get("prompt"), asked or CRITIC_PROMPT)
        return {**base, "name": slug(base["name"], 25) + "-critic", **role(prompt)}

    def _RouterNode(self, it, path):
        if not isinstance(it.routes, dict) or not it.routes:
            refuse(f'routes of "{it.name}" must be a dict from names to nodes', line=it.line)
        if it.default_route not in it.routes:
            refuse(f'"{it.name}" has no route {it.default_route!r} to fall back to', line=it.line)
        names = slugs(it.routes)
        routes = {
            names[name]: self.node(
                each, (*path, "routes", names[name]), f'the route "{name}" of "{it.name}"', it.line
            )
            for name, each in it.routes.items()
        }
        return {
            "kind": "route",
            "choose": self._choice(it, names),
            "routes": routes,
            "otherwise": names[it.default_route],
        }

    def _choice(self, it, names):
        if it.cases is None:
            chosen = function(it.routing_func, f'the routing_func of "{it.name}"', it.line)
            return {"python": reference(chosen, "router", names)}
        exact = {"exact": True} if it.case_sensitive else {}
        return {
            "cases": [
                [names[route], {"test": "contains", "of": "task", "text": str(word), **exact}]
                for word, route in it.cases
            ]
        }

    def _Workflow(self, it, path):
        if not it.members:
            refuse(f'the workflow "{it.name}" has no nodes', line=it.line)
        if len(it.members) == 1 and it.members[0][1] is None:
            return self.node(it.members[0][0], path, f'the node of "{it.name}"', it.line)
        return {
            "kind": "sequence",
            "of": [self._member(it, at, *each, (*path, "of", at)) for at, each in enumerate(it.members)],
        }

    _ConditionalWorkflow = _Workflow

    def _member(self, it, at, node, condition, line, path):
        what = f'node {at + 1} of "{it.name}"'
        if condition is None:
            return self.node(node, path, what, it.line)
        note(path, line)
        test = predicate(function(condition, f"the condition of {what}", line))
        return {"kind": "when", "test": test, "yes": self.node(node, (*path, "yes"), what, it.line)}

    def _LoopWorkflow(self, it, path):
        if it.condition is None:
            refuse(f'"{it.name}" has no loop condition; call set_loop_condition', line=it.line)
        note((*path, "of"), it.line)
        body = self._Workflow(it, (*path, "of"))
        return {
            "kind": "loop",
            # What a pass says is said by its last node.
            "of": titled(body, it.members[-1][0].name),
            "until": {
                "test": "not",
                "of": predicate(function(it.condition, f'the loop condition of "{it.name}"', it.line)),
            },
            "times": count(it.max_iterations, f'max_iterations of "{it.name}"', it.line),
        }

    def _AgentGraph(self, it, path):
        if it.chain:
            return self._chain(it, path)
        if not it.nodes:
            refuse(f'the graph "{it.name}" has no nodes', line=it.line)
        if it.entry is None:
            refuse(f'the graph "{it.name}" has no entry point; call set_entry_point', line=it.line)
        if not it.finish:
            refuse(f'the graph "{it.name}" has no finish point; call set_finish_point', line=it.line)
        names = slugs(it.nodes)
        made = {
            names[name]: self.node(each, (*path, "nodes", names[name]), f'the node "{name}"', it.line)
            for name, each in it.nodes.items()
        }
        graph = {
            "kind": "graph",
            "nodes": made,
            "start": names[it.entry],
            "edges": [self._edge(each, names, (*path, "edges", at)) for at, each in enumerate(it.edges)],
            "finish": [names[each] for each in it.finish],
            "steps": count(it.max_steps, f'max_steps of "{it.name}"', it.line),
        }
        if it.routing:
            graph["routing"] = {
                names[name]: {
                    "python": reference(function(each, f'the routing of "{name}"', it.line), "router", names)
                }
                for name, each in it.routing.items()
            }
        return graph

    def _edge(self, edge, names, path):
        source, target, condition, line = edge
        note(path, line)
        made = {"from": names[source], "to": names[target]}
        if condition is not None:
            made["when"] = predicate(function(condition, "the condition of an edge", line))
        return made

    def _chain(self, it, path):
        if not it.nodes:
            refuse("create_simple_chain has no nodes", line=it.line)
        members = list(it.nodes.items())
        if len(members) == 1:
            return self.node(members[0][1], path, f'the node "{members[0][0]}"', it.line)
        return {
            "kind": "sequence",
            "of": [
                self.node(each, (*path, "of", at), f'the node "{name}"', it.line)
                for at, (name, each) in enumerate(members)
            ],
        }

