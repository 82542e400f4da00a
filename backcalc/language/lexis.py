"""Facts of the lexis for those that read faster than the parser: all are the grammar's, by way of its tables."""

from __future__ import annotations

import re
import unicodedata

from backcalc.language.tables import tables_in_use

PATTERNS = {terminal.name: terminal.pattern for terminal in tables_in_use().terminals}
"""The regular expression of each terminal."""

# A word of the language is a terminal that is that word, at most with a look at what follows.
_IS_WORD = re.compile(r"([a-z]+)(?:\(\?!\\w\))?")
WORDS = frozenset(found[1] for pattern in PATTERNS.values() if (found := _IS_WORD.fullmatch(pattern)))
"""The words of the language; what each means depends on where it stands."""

NAME, NUMBER = PATTERNS["NAME"], PATTERNS["NUMBER"]
_is_name, _is_whole = (re.compile(PATTERNS[terminal]).fullmatch for terminal in ("NAME", "WHOLE"))

RESERVED = frozenset(word for word in WORDS if not _is_name(word))
"""The words that are never a name."""

_ASCII = [chr(code) for code in range(128)]
LETTERS = "".join(char for char in _ASCII if _is_name(char))
DIGITS = "".join(char for char in _ASCII if _is_whole(char))
"""The signs of ASCII that a name, or a number, may begin with."""

_PRIMES = str.maketrans("′’", "''")


def canonical(name: str) -> str:
    """The one name that all spellings of `name` are, in its form NFKC as Python has it; empty where that is no name."""
    if name.isascii():
        return name
    name = unicodedata.normalize("NFKC", name.replace("’", "'")).translate(_PRIMES)
    return name if _is_name(name) else ""
