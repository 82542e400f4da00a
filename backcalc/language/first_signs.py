"""The signs that a token may begin with, by its regular expression: worked out once, when the tables are made."""

from __future__ import annotations

from re import _compiler, _parser  # type: ignore[attr-defined]  # `re` itself shows no tree; Lark reads this one too.
from typing import Any

BEYOND = 128
"""What stands for every sign beyond ASCII."""


def first_signs(pattern: str) -> int:
    """The signs that a match of `pattern` may begin with: a bit for each of ASCII, and always that of BEYOND."""
    # Most signs are ASCII, and beyond it all terminals are tried: a bit for each of Unicode's would be a long number.
    return sum(1 << code for code in _first(_parser.parse(pattern))) | 1 << BEYOND


def _first(items: Any) -> set[int]:
    """What a sequence may begin with: its first item, and what follows as long as all before may be empty."""
    found: set[int] = set()
    barred: set[int] = set()
    for kind, value in items:
        if str(kind) == "ASSERT_NOT" and value[0] > 0 and value[1].getwidth() == (1, 1):  # `(?!\d)`: no digit.
            barred |= _first(value[1])
        alone = _parser.SubPattern(items.state, [(kind, value)])
        found |= _first_of(str(kind), value, alone) - barred
        if alone.getwidth()[0] > 0:
            break
    return found


def _first_of(kind: str, value: Any, alone: Any) -> set[int]:
    """What one item may begin with; `alone` is the sequence of it."""
    match kind:
        case "ASSERT" | "ASSERT_NOT" | "AT":  # It takes nothing.
            return set()
        case "BRANCH":
            return set().union(*map(_first, value[1]))
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _first(value[2])
        case "SUBPATTERN":
            return _first(value[3])
        case "ATOMIC_GROUP":
            return _first(value)
    takes = _compiler.compile(alone).match  # One sign, of a set or by itself.
    return {code for code in range(BEYOND) if takes(chr(code))}
