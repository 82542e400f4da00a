"""Facts of the lexis for those that read faster than the parser: all are the grammar's, by way of its tables."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from backcalc.language.tables import tables_in_use

PATTERNS = {terminal.name: terminal.pattern for terminal in tables_in_use().terminals}
"""The regular expression of each terminal."""

# A word of the language is a terminal that is that word, at most with a look at what follows.
WORDS = frozenset(word for found in PATTERNS.values() if (word := found.removesuffix(r"(?!\w)")).isidentifier())
"""The words of the language; what each means depends on where it stands."""

NAME, NUMBER = PATTERNS["NAME"], PATTERNS["NUMBER"]
NODE = rf"(?:{NAME}|{PATTERNS['WHOLE']})"
"""What a node of an edge list may be called: a whole number, too."""
DIGITS = "".join(filter(re.compile(PATTERNS["WHOLE"]).fullmatch, map(chr, range(128))))
"""The signs of ASCII that a number may begin with."""


# To compile what a name is takes a millisecond, as its letters are of any script: only where somebody asks.
@cache
def is_name(text: str) -> bool:
    """Whether `text` is a name."""
    return re.fullmatch(NAME, text) is not None


def letters() -> str:
    """The signs of ASCII that a name may begin with."""
    return "".join(char for char in map(chr, range(128)) if is_name(char))


@cache
def reserved() -> tuple[str, ...]:
    """The words that are never a name, in the order of the alphabet."""
    return tuple(sorted(word for word in WORDS if not is_name(word)))


NOTHING = frozenset(("nan", "NaN", "NAN", "NA", "null", "Null", "NULL", "None"))
"""What programs write where a number is missing."""

_PRIMES = str.maketrans("′’", "''")  # Of print, and what word processors make of an apostrophe.


def canonical(name: str) -> str:
    """The one name that all spellings of `name` are, in its form NFKC as Python has it; empty where that is no name."""
    if name.isascii():
        return name  # As nearly all are.
    name = unicodedata.normalize("NFKC", name.replace("’", "'")).translate(_PRIMES)
    return name if is_name(name) else ""


def as_named(text: str) -> str:
    """The name that a graph has for what was typed outside it, in an option or a heading: x1 for x₁; else `text`."""
    return canonical(text) or text  # What is no name is told of as it was typed.
