"""What is taken away or replaced before a script starts.

None of this is the wall: that is the process around us, which has no network, no files, no environment and
no children. This layer keeps innocent scripts reproducible and makes the rest fail early and plainly.
"""

import builtins
import io
import re
import sys
import time

import loop
import processes
from question import guard_text_functions
from recorder import refuse

OUTPUT = 64 * 1024
RECURSION = 900

# Ways to the host's JavaScript, to raw memory, and to objects that a script was not given.
BARRED = re.compile(r"(?:js|pyodide_js|pyodide|_pyodide\w*|ctypes|_ctypes|gc|_testcapi|_testinternalcapi)(?:\.|$)")

# Modules of this folder, which a script must not find under their plain names.
OURS = {"build", "driver", "escapes", "given", "keeps", "question", "guards", "loop", "messages", "modules", "nodes"} | {
    *("processes", "recorder", "workflows"),
}


class _Barred:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if BARRED.match(name):
            raise ModuleNotFoundError(f"No module named {name!r} here", name=name)
        return None


class Output(io.TextIOBase):
    """Standard output and error: kept up to a bound, then dropped."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self):
        self.parts = []
        self.size = 0

    def writable(self):
        return True

    def write(self, text):
        text = str(text)
        if self.size < OUTPUT:
            self.parts.append(str.__str__(text)[: OUTPUT - self.size] if type(text) is str else format(text))
            self.size += str.__len__(text)
        return str.__len__(text)

    def text(self):
        return "".join(self.parts)


class _Input:
    """Standard input: there is none, and a script that asks for one solves the task itself."""

    encoding = "utf-8"

    def _read(self, *_):
        refuse("reads the standard input; the question must stand in the script", "self-answer")

    read = readline = readlines = __iter__ = __next__ = fileno = _read

    @property
    def buffer(self):
        return self

    def isatty(self):
        return False


def _input(prompt=""):
    line = sys.stdin.readline()
    if not line:
        raise EOFError("EOF when reading a line")
    return line.rstrip("\n")


def _limit_recursion():
    sys.setrecursionlimit(RECURSION)
    set_limit = sys.setrecursionlimit
    sys.setrecursionlimit = lambda limit: set_limit(min(limit, RECURSION))


def _drop_proxies(module):
    """Objects of JavaScript that the interpreter's own modules hold, and that reflection would find."""
    space = getattr(module, "__dict__", {})
    for key, value in list(space.items()):
        if type(value).__name__.startswith("Js") and not isinstance(value, type):
            del space[key]


def _bar_modules():
    import _imp

    create = _imp.create_builtin

    def create_builtin(spec):
        if BARRED.match(spec.name):
            raise ModuleNotFoundError(f"No module named {spec.name!r} here", name=spec.name)
        return create(spec)

    _imp.create_builtin = create_builtin
    for name in [each for each in sys.modules if BARRED.match(each) or each in OURS]:
        if name not in OURS:
            _drop_proxies(sys.modules[name])
        del sys.modules[name]
    sys.meta_path[:] = [
        each for each in sys.meta_path if not type(each).__module__.startswith(("_pyodide", "pyodide"))
    ]
    sys.meta_path.insert(0, _Barred)


def install():
    output = Output()
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = output
    sys.stdin = sys.__stdin__ = _Input()
    builtins.input = _input
    processes.install()
    time.sleep = lambda seconds: None
    guard_text_functions(re)
    loop.install()
    _bar_modules()
    _limit_recursion()
    return output
