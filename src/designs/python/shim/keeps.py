"""Finds state that a function of a script keeps outside of the context: each call starts from a fresh interpreter."""

import ast
import types

from recorder import SCRIPT

_CHANGING = frozenset(
    "append appendleft extend insert add update pop popitem popleft clear remove discard setdefault".split()
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Keeps:
    def __init__(self, tree):
        self.functions = [each for each in ast.walk(tree) if isinstance(each, _SCOPES)]

    def __call__(self, function):
        """Name and line of what the function, or one of the script that it calls, keeps; None if nothing."""
        bound = isinstance(function, types.MethodType)
        if not bound and not hasattr(function, "__code__") and hasattr(type(function), "__call__"):
            function, bound = type(function).__call__, True
        code = getattr(getattr(function, "__func__", function), "__code__", None)
        if code is None or code.co_filename != SCRIPT:
            return None
        for each in self.functions:
            if self._first_line(each) == code.co_firstlineno and self._named(each) == code.co_name:
                return self._kept(each, bound, set())
        return None

    def _first_line(self, node):
        """Where its code begins: at its decorators."""
        return min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])

    def _named(self, node):
        return getattr(node, "name", "<lambda>")

    def _kept(self, function, bound, seen):
        if function in seen:
            return None
        seen.add(function)
        arguments = function.args
        own = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        own |= {each.arg for each in (arguments.vararg, arguments.kwarg) if each is not None}
        if bound and arguments.args:
            own.discard(arguments.args[0].arg)
        positional = [*arguments.posonlyargs, *arguments.args]
        named = positional[len(positional) - len(arguments.defaults) :] if arguments.defaults else []
        for each, value in zip(named, arguments.defaults):
            if isinstance(value, (ast.List, ast.Dict, ast.Set, ast.Call)):
                own.discard(each.arg)
        body = function.body if isinstance(function.body, list) else [function.body]
        parts = [part for statement in body for part in ast.walk(statement)]
        shared = {name for part in parts if isinstance(part, (ast.Global, ast.Nonlocal)) for name in part.names}
        for part in parts:
            if isinstance(part, ast.Name) and isinstance(part.ctx, (ast.Store, ast.Del)):
                if part.id in shared:
                    return part.id, part.lineno
                own.add(part.id)
        for part in parts:
            name = self._changed(part)
            if name is not None and name not in own:
                return name, part.lineno
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
                for each in self.functions:
                    if getattr(each, "name", None) == part.func.id:
                        kept = self._kept(each, False, seen)
                        if kept is not None:
                            return kept
        return None

    def _changed(self, part):
        """The variable whose object a part of a function changes."""
        if isinstance(part, (ast.Subscript, ast.Attribute)) and isinstance(part.ctx, (ast.Store, ast.Del)):
            return _base(part)
        if isinstance(part, ast.Call):
            if isinstance(part.func, ast.Attribute) and part.func.attr in _CHANGING:
                return _base(part.func)
            if isinstance(part.func, ast.Name) and part.func.id == "next" and part.args:
                return _base(part.args[0])
        return None


def _base(part):
    while isinstance(part, (ast.Subscript, ast.Attribute)):
        part = part.value
    return part.id if isinstance(part, ast.Name) else None
