"""Whether a text is one of another program, seen by what it begins with; then what it says, in the language.

What is plain costs a look at its first line: all else is loaded when it is needed.
"""

from __future__ import annotations

import re
from collections.abc import Container

from backcalc.language.foreign.translated import SEMICOLONS, Translated
from backcalc.language.lexis import PATTERNS, WORDS
from backcalc.text.source import Source

_FIRST = re.compile(r"(?:[ \t]*(?:[#%][^\n]*)?\n)*+[ \t]*+")  # Blank lines and comments, up to the first statement.
_QUOTED = r'(?m)^[^#"\n]*"'  # A comment may quote what it likes.
_SIGNS = frozenset("_∂√σ}")  # What a statement may begin with, beside letters and digits.
_WORD = re.compile(r"\w+")
_OTHERS = frozenset(
    ("strict", "graph", "digraph", "flowchart", "creator", "dl", "ply", "insert", "create", "copy", "select")
)
"""The words that other formats begin with, beside `sequenceDiagram` and its like."""


def as_language(source: Source, given: Container[str] = ()) -> Source:
    """`source` as text of the language; itself where it is that already.

    `given` are names that have a value elsewhere, in `--at`: a word of the first line that is one of them is a node's.
    Raises ParseError where it is of a format that is not read, or a table with a mistake.
    """
    if isinstance(source, Translated):  # Once is enough.
        return source
    text = source.text
    begin = _FIRST.match(text).end()  # type: ignore[union-attr]  # It may be empty.
    if (_begins_as_other(text, begin) or text.startswith("%%")) and (found := _other(source, begin)):
        return found
    end = text.find("\n", begin)
    first = text[begin : end if end >= 0 else len(text)]
    # Each of these is far from most texts, and a look for a character takes next to nothing.
    is_quoted = '"' in text and re.search(_QUOTED, text) is not None
    has_semicolons = ";" in text and re.search(SEMICOLONS, text) is not None
    if is_quoted or has_semicolons or text.startswith("%") or "\n%" in text or _may_be_columns(first):
        from backcalc.language.foreign.lists import read_list

        # A text with a quote or a semicolon may begin as another format's, too.
        return _other(source, begin) or read_list(source, begin, given)
    return source


def _begins_as_other(text: str, begin: int) -> bool:
    """Whether the first statement begins as none of the language does, or as some of another do."""
    first = text[begin : begin + 1]
    if not first or first in _SIGNS:
        return False
    found = _WORD.match(text, begin)
    word = found.group().casefold() if found else ""
    return not word or word in _OTHERS or (word.endswith("diagram") and word != "diagram")


def _may_be_columns(line: str) -> bool:
    """Whether this could be the names of columns, or a row of too many or too few."""
    if not line or "=" in line or "->" in line or "→" in line or re.search(r"(?<! )\(", line):
        return False
    # A unit stands behind a blank, `Weight (kg)`, the parenthesis of a call or product does not.
    # Three columns of which the last begins as a number does are an edge as everybody writes it.
    return not (re.match(_EDGE, line) or re.match(rf"(?:{'|'.join(sorted(WORDS - {PATTERNS['IN']}))})[ \t]", line))


_EDGE = r"[\w']+[ \t,]+[\w']+[ \t,]+[-+−]?[\d.][^\s,;]*[ \t]*(?:#|\Z)"


def _other(source: Source, begin: int) -> Source | None:
    """What a text that begins as none of the language does is in another format. Raises ParseError."""
    from backcalc.language.foreign.known import read_known

    return read_known(source, begin)
