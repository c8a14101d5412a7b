"""Checks of what a script gave, each with one sentence and a line."""

from recorder import record, reference, refuse


def text(value, what, line):
    if value is None:
        return None
    if not isinstance(value, str):
        refuse(f"{what} must be a text, not {type(value).__name__}", line=line)
    # A plain text, also where the question stands in it.
    return "".join((value,)) or None


def count(value, what, line):
    if isinstance(value, float) and value == int(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        refuse(f"{what} must be a whole number above 0, not {value!r}", line=line)
    return value


def several(value, what, line):
    if not isinstance(value, (list, tuple)):
        refuse(f"{what} must be a list of nodes, not {type(value).__name__}", line=line)
    if not value:
        refuse(f"{what} is empty", line=line)
    return list(value)


def function(value, what, line):
    if not callable(value):
        refuse(f"{what} must be a function, not {type(value).__name__}", line=line)
    return value


def note(path, line):
    if line is not None:
        record.lines[".".join(map(str, path))] = line


def predicate(value):
    return {"test": "python", "ref": reference(value, "predicate")}


def titled(node, name):
    """A node with the name that the script gives it, where the spec's own differs."""
    return node if "title" in node or str(name) == node.get("name") else {**node, "title": str(name)[:200]}


def role(prompt):
    """What an agent is told; the published placeholders in it are filled when it is asked."""
    filled = any(each in prompt for each in ("{question}", "{response}", "{reflection}"))
    return {"prompt": prompt, **({"fill": True} if filled else {})}


def joined(prompt, more):
    return more if prompt is None else f"{prompt}\n\n{more}"
