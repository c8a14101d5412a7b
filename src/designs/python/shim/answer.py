"""The answer that a run returns while a design is only read: it can be shown, and nothing else."""

from messages import Message, MessageType
from recorder import refuse

MARK = "\ue0a7"
TEXT = f"{MARK}the answer of the workflow{MARK}"


def _refuse():
    refuse(
        "computes with the answer of the workflow, which is not known while the design is read; "
        "let an agent do that"
    )


class Answer(str):
    """A text that may be printed, formatted and concatenated. Everything that looks at it is refused."""

    __slots__ = ()

    def __bool__(self):
        return True

    def __add__(self, other):
        return Answer(str.__add__(self, other))

    def __radd__(self, other):
        return Answer(str.__add__(other, self))

    def __rmod__(self, other):
        return Answer(str.__mod__(other, (str.__str__(self),)))

    def _itself(self, *_):
        return self

    def __str__(self):
        return self

    strip = lstrip = rstrip = _itself

    def __format__(self, _spec):
        return self

    def __await__(self):
        return self
        yield


_SHOWING = set(
    "__new__ __init__ __str__ __repr__ __format__ __class__ __getattribute__ __doc__ __init_subclass__ "
    "__subclasshook__ __sizeof__ __reduce__ __reduce_ex__ __dir__ __setattr__ __delattr__ __hash__ "
    "__getnewargs__ __getstate__ __add__ __rmod__ strip lstrip rstrip encode ljust rjust center".split()
)


def _blind(name):
    def looks(self, *_, **__):
        _refuse()

    looks.__name__ = name
    return looks


for _name in dir(str):
    if _name not in _SHOWING:
        setattr(Answer, _name, _blind(_name))
for _name in ("__int__", "__float__", "__index__", "__neg__", "__sub__", "__truediv__", "__rsub__"):
    setattr(Answer, _name, _blind(_name))


class AnswerMessage(Message):
    """What `run` returns. Also awaitable, since some scripts await it."""

    def __await__(self):
        return self
        yield

    def __str__(self):
        return self.content

    def get(self, name, default=None):
        return self.content if name in ("content", "answer", "result") else default

    def __getitem__(self, name):
        _refuse()


def answer():
    return AnswerMessage(Answer(TEXT), MessageType.FINAL_RESULT, {}, "workflow")


def shows_answer(value):
    """Whether a text holds the answer, and so something was made of it."""
    return isinstance(value, str) and str.__contains__(value, MARK)


def guard_text_functions(re):
    """`re.search(pattern, answer)` and the like look at the answer in C, where no method of it is asked."""
    for name in ("search", "match", "fullmatch", "findall", "finditer", "split", "sub", "subn"):
        inner = getattr(re, name)

        def guarded(*given, _inner=inner, **named):
            if any(shows_answer(each) for each in (*given, *named.values())):
                _refuse()
            return _inner(*given, **named)

        guarded.__name__ = name
        setattr(re, name, guarded)
