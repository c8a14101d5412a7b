"""The workflows and the graph. `run` records the design and the question; nothing runs."""

from build import build, kinds
from messages import Message, MessageType
from nodes import WorkflowNode
from question import TEXT, Question
from recorder import Ran, here, record, refuse


class Runnable(WorkflowNode):
    def run(self, input_message=None, initial_state=None, **named):
        if input_message is None:
            input_message = next(
                (named[key] for key in ("question", "input", "user_input", "task", "query") if key in named),
                None,
            )
        return self._record(input_message, initial_state)

    def run_with_context(self, context):
        asked = [each for each in context.messages if each.message_type == MessageType.USER_INPUT]
        return self._record(asked[0] if asked else None, context.state)

    process = __call__ = arun = execute = run

    def _record(self, question, state):
        if isinstance(question, Message):
            question = question.content
        if record.ran:
            # The first one ended the script, and the script caught that.
            raise Ran
        if not isinstance(question, str):
            refuse(f"run() needs the question as a text, not {type(question).__name__}")
        record.root = build(self)
        record.question = None if isinstance(question, Question) or TEXT in question else question
        record.state = dict(state or {})
        record.ran = True
        # The answer comes when the design is executed: what a script does with it is no part of the design.
        raise Ran


class Workflow(Runnable):
    def __init__(
        self,
        name="workflow",
        ai_client=None,
        tokenizer=None,
        server_address=None,
        ppo_trainer_config=None,
        enable_thinking=False,
        **settings,
    ):
        super().__init__(name)
        self.members = []

    @property
    def nodes(self):
        return [node for node, _, _ in self.members]

    def add_node(self, node):
        self.members.append((node, None, here()))
        return self

    def add_nodes(self, nodes):
        for node in nodes:
            self.add_node(node)
        return self


class ConditionalWorkflow(Workflow):
    def __init__(self, name="conditional_workflow", **settings):
        super().__init__(name)

    def add_node(self, node, condition=None):
        self.members.append((node, condition, here()))
        return self


class LoopWorkflow(Workflow):
    def __init__(self, name="loop_workflow", max_iterations=10, **settings):
        super().__init__(name)
        self.max_iterations = max_iterations
        self.condition = None

    def set_loop_condition(self, condition):
        self.condition = condition
        return self


class AgentGraph(Runnable):
    def __init__(self, name="agent_graph", max_steps=50, **settings):
        super().__init__(name)
        self.max_steps = max_steps
        self.nodes = {}
        self.edges = []
        self.routing = {}
        self.entry = None
        self.finish = []
        self.chain = False

    def add_node(self, name, node):
        self.chain = False
        self.nodes[name] = node
        return self

    def add_edge(self, source, target, condition=None):
        self._known(source, target)
        self.chain = False
        self.edges.append((source, target, condition, here()))
        return self

    def add_conditional_edges(self, source, routing_func):
        self._known(source)
        self.chain = False
        self.routing[source] = routing_func
        return self

    def set_entry_point(self, node_name):
        self._known(node_name)
        self.entry = node_name
        return self

    def set_finish_point(self, node_name):
        self._known(node_name)
        if node_name not in self.finish:
            self.finish.append(node_name)
        return self

    def _known(self, *names):
        for name in names:
            if name not in self.nodes:
                refuse(f'the graph has no node "{name}"')


def create_simple_chain(*nodes, name="simple_chain"):
    if len(nodes) == 1 and isinstance(nodes[0], list):
        nodes = nodes[0]
    graph = AgentGraph(name)
    for pair in nodes:
        if not (isinstance(pair, (tuple, list)) and len(pair) == 2):
            refuse("create_simple_chain takes pairs of a name and a node")
        graph.add_node(*pair)
    graph.chain = True
    graph.chained = [node for _, node in nodes]
    return graph


kinds.extend([Workflow, ConditionalWorkflow, LoopWorkflow, AgentGraph])
