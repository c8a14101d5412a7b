"""The question while a design is only read: it can be put into texts, and nothing else is known of it."""

from recorder import refuse

# In a role it is filled with the task, as the published placeholder is.
TEXT = "{question}"


def _refuse():
    refuse(
        "decides by the question, which is not known while the design is read; "
        "let a router or a condition do that"
    )


class Question(str):
    """A text that may be printed, formatted and concatenated. Everything that looks at it is refused."""

    __slots__ = ()

    def __bool__(self):
        return True

    def __add__(self, other):
        return Question(str.__add__(self, other))

    def __radd__(self, other):
        return Question(str.__add__(other, self))

    def __rmod__(self, other):
        return Question(str.__mod__(other, (str.__str__(self),)))

    def _itself(self, *_):
        return self

    def __str__(self):
        return self

    strip = lstrip = rstrip = _itself

    def __format__(self, _spec):
        return self


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
        setattr(Question, _name, _blind(_name))
for _name in ("__int__", "__float__", "__index__", "__neg__", "__sub__", "__truediv__", "__rsub__"):
    setattr(Question, _name, _blind(_name))


def guard_text_functions(re):
    """`re.search(pattern, question)` and the like look at it in C, where no method of it is asked."""
    for name in ("search", "match", "fullmatch", "findall", "finditer", "split", "sub", "subn"):
        inner = getattr(re, name)

        def guarded(*given, _inner=inner, **named):
            if any(isinstance(each, Question) for each in (*given, *named.values())):
                _refuse()
            return _inner(*given, **named)

        guarded.__name__ = name
        setattr(re, name, guarded)
