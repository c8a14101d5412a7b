"""Evaluates one script: reads its design, or calls one of its functions. The child process calls `evaluate`."""

import ast
import builtins
import json
import sys
import traceback
import types

import guards
import loop
import messages
import modules
from keeps import Keeps
from question import TEXT, Question
from recorder import SCRIPT, Ran, Refused, record

from escapes import mend

RESULT = 1024 * 1024
_dumps = json.dumps
_loads = json.loads


class Stopped(Exception):
    """The evaluation ends here with this reply."""

    def __init__(self, **reply):
        self.reply = reply


def evaluate(text):
    """JSON of a request in, JSON of a reply out. Never raises for anything that a script did."""
    request = _loads(text)
    try:
        reply = _call(request) if request["mode"] == "call" else _read(request)
    except Stopped as stopped:
        reply = stopped.reply
    answer = _dumps(reply, allow_nan=False)
    if len(answer) > RESULT:
        answer = _dumps({"ok": False, "cause": "result", "message": f"gives more than {RESULT} characters"})
    return answer


def _read(request):
    output = _run(request["script"], "read", Question(TEXT))
    if not record.ran:
        _nothing_ran(request["script"], output)
    return {
        "ok": True,
        "root": record.root,
        "question": record.question,
        "functions": len(record.functions) > 0,
        "lines": record.lines,
    }


def _nothing_ran(script, output):
    own = _own_framework(script)
    if own is not None:
        message = f"defines {own[0]} itself instead of using the one that is given"
        raise Stopped(ok=False, cause="self-answer", message=message, line=own[1])
    said = output.text()
    if said.strip() and (record.nodes == 0 or "boxed" in said):
        raise Stopped(ok=False, cause="self-answer", message="prints an answer and runs no workflow")
    if record.nodes == 0:
        raise Stopped(ok=False, cause="no-design", message="builds no workflow")
    raise Stopped(ok=False, cause="no-design", message="builds nodes and never runs a workflow")


def _compile(script):
    try:
        return compile(mend(script), SCRIPT, "exec")
    except (SyntaxError, ValueError) as error:
        message = getattr(error, "msg", None) or str(error)
        raise Stopped(
            ok=False, cause="syntax", message=message, line=getattr(error, "lineno", None)
        ) from None
    except (RecursionError, MemoryError):
        raise Stopped(ok=False, cause="syntax", message="is nested too deeply to be read") from None


def _own_framework(script):
    """Name and line of a class of the framework that the script defines itself, or None.

    Only of interest where nothing was recorded: a stub in an `except ImportError` that never ran is harmless.
    """
    for node in ast.walk(ast.parse(mend(script), SCRIPT)):
        named = None
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            named = node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            named = node.id
        if named in modules.FRAMEWORK:
            return named, node.lineno
    return None


def _run(script, mode, question):
    """Runs the script under the guards; returns its output. Stops with a reply if it does not end well."""
    output = guards.install()
    modules.provide()
    code = _compile(script)
    main = types.ModuleType("__main__")
    main.__file__ = SCRIPT
    main.__builtins__ = builtins
    main.question = question
    sys.modules["__main__"] = main
    sys.argv = [SCRIPT]
    record.mode = mode
    record.keeps = Keeps(ast.parse(mend(script), SCRIPT))
    try:
        exec(code, main.__dict__)
    except Ran:
        pass
    except Refused:
        pass
    except SystemExit:
        pass
    except BaseException as error:
        if record.refused is None and not record.ran:
            raise Stopped(ok=False, **_failure(error)) from None
    if record.refused is not None:
        it = record.refused
        raise Stopped(ok=False, cause=it.cause, message=it.message, line=it.line)
    return output


def _failure(error):
    """Cause, message and line of an exception that a script let pass."""
    line = _line_of(error)
    if isinstance(error, MemoryError):
        return {"cause": "memory", "message": "takes more memory than it may", "line": line}
    return {"cause": "error", "message": _message(error), "line": line}


def _message(error):
    try:
        said = "".join(traceback.format_exception_only(error)).strip().split("\n")[-1]
    except BaseException:
        said = type(error).__name__
    return str(said)[:300]


def _line_of(error):
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == SCRIPT:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _call(request):
    task = request["args"].get("task")
    _run(request["script"], "call", task if isinstance(task, str) else Question(TEXT))
    for ref, function, kind, names in record.functions:
        if ref == request["ref"]:
            break
    else:
        message = f"the script registers no function {request['ref']}"
        raise Stopped(ok=False, cause="unknown-function", message=message)
    try:
        value, state = _apply(function, kind, names, request["args"])
    except Refused as refused:
        raise Stopped(ok=False, cause=refused.cause, message=refused.message, line=refused.line) from None
    except BaseException as error:
        raise Stopped(ok=False, **_failure(error)) from None
    try:
        return _loads(_dumps({"ok": True, "value": value, **({"state": state} if state else {})}, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        message = f"returns a {type(value).__name__}, or keeps state, that JSON cannot hold"
        raise Stopped(ok=False, cause="result", message=message) from None


def _apply(function, kind, names, args):
    if kind == "tool":
        return _finished(function(**args)), None
    context = messages.context_of(args, record.state)
    value = _finished(function(context))
    if kind == "predicate":
        return bool(value), context.state
    return names.get(value, value) if isinstance(value, str) else value, context.state


def _finished(value):
    return loop.run(value) if hasattr(value, "send") and hasattr(value, "cr_code") else value
