"""What one evaluation records: functions, the one run, lines, the first refusal."""

import re
import sys

SCRIPT = "<script>"


class Refused(BaseException):
    """A script asks for something that a design cannot be. No `except Exception` of a script catches it."""

    def __init__(self, cause, message, line):
        super().__init__(message)
        self.cause = cause
        self.message = message
        self.line = line


class Ran(BaseException):
    """Ends a script at its run: what it does with the answer is no part of its design."""


class Recorder:
    def __init__(self):
        self.mode = "read"
        self.functions = []
        self.names_used = 0
        self.nodes = 0
        self.root = None
        self.question = None
        self.state = {}
        self.lines = {}
        self.refused = None
        self.ran = False
        # Finds what a function keeps outside of the context; the driver sets it, since it has the script.
        self.keeps = lambda function: None


record = Recorder()


def here(_getframe=sys._getframe):
    """Line of the script that is running now, or None."""
    frame = _getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == SCRIPT:
            return frame.f_lineno
        frame = frame.f_back
    return None


def refuse(message, cause="unsupported", line=None):
    refusal = Refused(cause, message, here() if line is None else line)
    if record.refused is None and not record.ran:
        record.refused = refusal
    raise refusal


def reference(function, kind, names=None):
    """Registers a function of the script's own; its reference is all that leaves the jail.

    `names` maps what a routing function may return to the names that the spec uses.
    """
    given = getattr(function, "__name__", type(function).__name__)
    kept = record.keeps(function)
    if kept is not None:
        what, line = kept
        refuse(
            f"keeps {what} between calls of {given}, and each call starts anew; "
            "keep it in the context, with set_state",
            line=line,
        )
    name = re.sub(r"[^A-Za-z0-9_]+", "", str(given))[:40] or "function"
    ref = f"{len(record.functions)}:{name}"
    record.functions.append((ref, function, kind, names))
    return ref


def slug(name, limit=32):
    """The name as the spec may hold it: /^[a-z][a-z0-9-]{0,31}$/, and not a word that charts reserve."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", str(name))
    text = re.sub(r"[^a-z0-9]+", "-", spaced.lower()).strip("-") or "node"
    if not text[0].isalpha() or text in ("done", "fail"):
        text = "n-" + text
    return text[:limit].rstrip("-")


def slugs(names, reserved=()):
    """Different slugs for different names, in order."""
    taken, chosen = set(reserved), {}
    for name in names:
        base = candidate = slug(name)
        number = 2
        while candidate in taken:
            candidate = f"{slug(base, 28)}-{number}"
            number += 1
        taken.add(candidate)
        chosen[name] = candidate
    return chosen
