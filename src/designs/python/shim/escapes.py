"""Repairs backslashes that were meant for LaTeX, as the published runner does, but one by one.

The published rule makes a whole literal raw, and loses its real line breaks. Here only the backslash of a
known command, or of an escape that Python cannot read, is doubled. Lines stay where they are.
"""

import re
import unicodedata

# Commands whose first letter is an escape of Python: \a \b \f \n \r \t \v \u \x \N \U.
COMMANDS = set(
    """alpha angle approx arccos arcsin arctan arg ast
    bar because begin beta big Big bigcap bigcup bigg binom bmod bot boxed bullet
    fbox flat floor forall frac frown
    nabla natural ne nearrow neg neq nexists nleq nmid nolimits notin nparallel nsubseteq
    rangle rbrace rceil rfloor rho right rightarrow Rightarrow rm root
    tag tan tanh tau tbinom text textbf textit textrm tfrac therefore theta tilde times to top triangle
    varepsilon varphi vartheta vdots vec vee vert
    xi Xi xrightarrow underbrace underline underset unlhd uparrow upsilon Upsilon uplus""".split()
)

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<prefix>\b[A-Za-z]{1,2})?
        (?P<quote>'''|\"\"\"|'|")
        (?P<body>(?:\\.|(?!(?P=quote)).)*?)
        (?P=quote)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(\\|[A-Za-z]+|.|\n)", re.DOTALL)


def _readable(word, rest):
    """Whether Python can read the escape that begins with this letter."""
    if word[0] == "x":
        return re.match(r"[0-9a-fA-F]{2}", rest[1:]) is not None
    if word[0] == "u":
        return re.match(r"[0-9a-fA-F]{4}", rest[1:]) is not None
    if word[0] == "U":
        return re.match(r"000[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4}", rest[1:]) is not None
    if word[0] == "N":
        named = re.match(r"\{([^}\n]*)\}", rest[1:])
        try:
            return named is not None and bool(unicodedata.lookup(named[1]))
        except KeyError:
            return False
    return True


def _mend(body):
    def each(found):
        word = found[1]
        rest = body[found.start(1) :]
        if word.isalpha() and (word in COMMANDS or not _readable(word, rest)):
            return "\\\\" + word
        return found[0]

    return _ESCAPE.sub(each, body)


def mend(source):
    """The source with LaTeX in ordinary string literals made readable."""

    def each(found):
        prefix = (found["prefix"] or "").lower()
        if found["comment"] is not None or "r" in prefix or "b" in prefix or found["body"] is None:
            return found[0]
        quote = found["quote"]
        body = found["body"]
        if len(quote) == 1 and re.search(r"(?<!\\)\n", body):
            return found[0]
        return f"{found['prefix'] or ''}{quote}{_mend(body)}{quote}"

    return _TOKEN.sub(each, source)
