"""`subprocess`, as far as scripts use it: to run a Python program on an input. It runs in this process.

There are no processes in the jail. Tools that test programs start one nevertheless, and would never work.
"""

import builtins
import io
import os
import subprocess
import sys
import traceback

EXECUTABLE = "/usr/bin/python3"


def _text(value):
    return value.decode() if isinstance(value, (bytes, bytearray)) else (value or "")


def _program(command):
    """Source and arguments of `[python, -c, source, …]` or `[python, file, …]`."""
    if isinstance(command, str):
        import shlex

        command = shlex.split(command)
    parts = [os.fspath(part) for part in command]
    if not os.path.basename(parts[0]).startswith("python"):
        raise FileNotFoundError(2, "there are no programs here but python", parts[0])
    rest = parts[1:]
    while rest and rest[0].startswith("-") and rest[0] not in ("-c", "-"):
        rest = rest[1:]
    if rest[:1] == ["-c"]:
        return rest[1], ["-c", *rest[2:]]
    if not rest or rest[0] == "-":
        return None, ["-"]
    with open(rest[0]) as file:
        return file.read(), rest


def _execute(command, given):
    source, argv = _program(command)
    if source is None:
        source, given = given, ""
    kept = (sys.stdin, sys.stdout, sys.stderr, sys.argv)
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(given), io.StringIO(), io.StringIO()
    sys.argv = argv
    code = 0
    try:
        exec(compile(source, "<program>", "exec"), {"__name__": "__main__", "__builtins__": builtins})
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
    except Exception:
        traceback.print_exc()
        code = 1
    finally:
        out, err = sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr, sys.argv = kept
    return code, _shown(out), _shown(err)


def _shown(stream):
    return stream.getvalue() if isinstance(stream, io.StringIO) else ""


def run(args, *, input=None, capture_output=False, check=False, timeout=None, **settings):
    code, out, err = _execute(args, _text(input))
    named = ("text", "universal_newlines", "encoding", "errors")
    if not any(settings.get(name) for name in named):
        out, err = out.encode(), err.encode()
    piped = (subprocess.PIPE, subprocess.STDOUT)
    done = subprocess.CompletedProcess(
        args,
        code,
        out if capture_output or settings.get("stdout") in piped else None,
        err if capture_output or settings.get("stderr") in piped else None,
    )
    if check and code != 0:
        raise subprocess.CalledProcessError(code, args, done.stdout, done.stderr)
    return done


class Popen:
    def __init__(self, args, **settings):
        self.args = args
        self.settings = {**settings, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.returncode = None

    def communicate(self, input=None, timeout=None):
        done = run(self.args, input=input, **self.settings)
        self.returncode = done.returncode
        return done.stdout, done.stderr

    def poll(self):
        return self.returncode

    def kill(self):
        pass

    terminate = kill

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def check_output(args, **settings):
    return run(args, stdout=subprocess.PIPE, check=True, **settings).stdout


def install():
    sys.executable = EXECUTABLE
    subprocess.run = run
    subprocess.Popen = Popen
    subprocess.check_output = check_output
    subprocess.call = lambda args, **settings: run(args, **settings).returncode
    subprocess.check_call = lambda args, **settings: run(args, check=True, **settings).returncode
