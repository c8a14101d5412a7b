"""Makes the published module paths importable, whatever is asked for below them."""

import builtins
import importlib.abc
import importlib.machinery
import json
import math
import os
import re
import sys
import typing

import messages
import nodes
import workflows

NAMES = {
    **{
        each.__name__: each
        for each in (
            *(workflows.Workflow, workflows.ConditionalWorkflow, workflows.LoopWorkflow),
            *(workflows.AgentGraph, workflows.create_simple_chain),
            *(nodes.WorkflowNode, nodes.AgentNode, nodes.EnsembleNode, nodes.DebateNode),
            *(nodes.ReflectionNode, nodes.RouterNode, nodes.create_keyword_router, nodes.ToolRegistry),
            *(messages.Message, messages.MessageType, messages.Context),
        )
    },
}
ENVIRONMENTS = {"MathEnvironment": nodes.MathEnvironment, "SearchEnvironment": nodes.SearchEnvironment}

# Names that no script has a reason to define; a message or a context of its own does no harm.
FRAMEWORK = frozenset(NAMES) - {"Message", "MessageType", "Context", "WorkflowNode"}

_PUBLISHED = re.compile(r"(?:pettingllms|workflow|utils)(?:\..*)?$")


class PublishedModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if _PUBLISHED.match(name) is None:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__dict__.update(NAMES)
        module.__dict__.update(ENVIRONMENTS)
        module.__all__ = [*NAMES, *ENVIRONMENTS]


def provide():
    """Names that scripts use without importing them: the published runner had most of them in scope."""
    for name, value in {**NAMES, **ENVIRONMENTS}.items():
        setattr(builtins, name, value)
    for module in (json, math, os, re, sys):
        setattr(builtins, module.__name__, module)
    for name in ("Any", "Callable", "Dict", "List", "Optional", "Tuple", "Union"):
        setattr(builtins, name, getattr(typing, name))
    builtins.ai_client = None
    sys.meta_path.insert(0, PublishedModules())
