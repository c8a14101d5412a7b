"""The node classes that a script builds with. They keep what they were given; `build.py` makes sense of it."""

from recorder import here, record, refuse


class WorkflowNode:
    def __init__(self, name="node", **settings):
        self.name = name
        self.line = here()
        record.nodes += 1

    def process(self, context):
        refuse("calls a node itself; nodes run only as part of a workflow")

    __call__ = run = process


class AgentNode(WorkflowNode):
    def __init__(
        self,
        name,
        system_prompt,
        tool_registry=None,
        ai_client=None,
        max_turns=10,
        enable_conversation_logging=True,
        **settings,
    ):
        super().__init__(name)
        self.system_prompt = system_prompt
        self.tool_registry = tool_registry
        self.max_turns = max_turns


class EnsembleNode(WorkflowNode):
    def __init__(
        self, name, agents, strategy="majority_vote", consensus_agent=None, weights=None, **settings
    ):
        super().__init__(name)
        self.agents = agents
        self.strategy = strategy
        self.consensus_agent = consensus_agent
        self.weights = weights


class DebateNode(WorkflowNode):
    def __init__(self, name, debaters, judge=None, num_rounds=2, **settings):
        super().__init__(name)
        self.debaters = debaters
        self.judge = judge
        self.num_rounds = num_rounds


class ReflectionNode(WorkflowNode):
    def __init__(
        self,
        name,
        agent,
        num_iterations=2,
        reflection_prompt=None,
        critic_agent=None,
        refinement_prompt=None,
        include_history=False,
        **settings,
    ):
        super().__init__(name)
        self.agent = agent
        self.num_iterations = num_iterations
        self.reflection_prompt = reflection_prompt
        self.critic_agent = critic_agent
        self.refinement_prompt = refinement_prompt
        self.include_history = include_history


class RouterNode(WorkflowNode):
    def __init__(self, name, routes, routing_func, default_route="default", **settings):
        super().__init__(name)
        self.routes = routes
        self.routing_func = routing_func
        self.default_route = default_route
        self.cases = None


def create_keyword_router(name, keyword_routes, default_node, case_sensitive=False):
    if not isinstance(keyword_routes, dict):
        refuse("keyword_routes must be a dict from keywords to nodes")
    router = RouterNode(name, {**keyword_routes, "default": default_node}, None)
    router.cases = [(word, word) for word in keyword_routes]
    router.case_sensitive = bool(case_sensitive)
    return router


class ToolRegistry:
    def __init__(self):
        self.tools = {}

    def register(self, name, func, description="", parameters=None):
        where = getattr(getattr(func, "__self__", None), "published", None)
        if where is None and name in ("google-search", "google_search", "fetch_data"):
            func = SearchEnvironment().search
        if not callable(func):
            refuse(f'the function of the tool "{name}" is not callable')
        self.tools[name] = {
            "name": name,
            "func": func,
            "description": description,
            "parameters": parameters,
            "builtin": where,
            "ref": None,
            "line": here(),
        }

    def get_tool(self, name):
        return self.tools.get(name)

    def list_tools(self):
        return list(self.tools)

    def get_tool_schemas(self):
        return [
            {
                "type": "function",
                "function": {key: each[key] for key in ("name", "description", "parameters")},
            }
            for each in self.tools.values()
        ]

    def call_tool(self, name, parameters):
        return self.tools[name]["func"](**parameters)


class MathEnvironment:
    published = "python"

    def __init__(self, *settings, **named):
        pass

    def execute(self, code="", **settings):
        refuse("runs the python tool itself; only an agent may call it")

    run = execute_code = python_execute = execute


class SearchEnvironment:
    published = "search"

    def __init__(self, *settings, **named):
        pass

    def search(self, *given, **named):
        if not record.ran:
            refuse("searches the web itself; only an agent may ask, and there is no network here")
        return "There is no network here: answer from what you know."

    fetch = fetch_data = google_search = search
