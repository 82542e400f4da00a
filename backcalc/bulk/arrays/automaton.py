"""NUMBER of the grammar as an automaton, which arrays step through a column of characters at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backcalc.language.lexis import NUMBER

_PLACES = ("{}", "{}1", "1{}", "1{}1", "{}.1", "1e{}1")
_LONGEST = 3  # Signs by which any two states are told apart: from `1` to the end of `1e+1`.


class Automaton(NamedTuple):
    """What follows a state (a row) by a sign of each class, which states are ends, and the class of each byte."""

    steps: NDArray[np.uint8]
    ends: NDArray[np.bool_]
    classes: NDArray[np.uint8]


def number_automaton(pattern: str = NUMBER) -> Automaton:
    """The automaton of the pattern of a number, whose states are numbered from the start on."""
    fits = re.compile(pattern).fullmatch
    signs, classes = _signs(fits)
    rests = ["".join(rest) for length in range(_LONGEST + 1) for rest in product(signs, repeat=length)]
    # A state is what may follow: two beginnings of which the same is left to come are one.
    states: dict[tuple[bool, ...], int] = {}
    beginnings: list[str] = []  # One of each state.

    def _state(text: str) -> int:
        follows = tuple(fits(text + rest) is not None for rest in rests)
        if follows not in states:
            states[follows] = len(states)
            beginnings.append(text)
        return states[follows]

    _state("")
    # The list grows as it is gone through, until nothing new follows.
    steps = [[_state(text + sign) for sign in signs] for text in beginnings]
    return Automaton(np.array(steps, np.uint8), np.array([follows[0] for follows in states]), classes)


def _signs(fits: Callable[[str], object]) -> tuple[list[str], NDArray[np.uint8]]:
    """One sign of each class of bytes that a number takes alike, and the class of each byte."""
    # What a sign does alone, at the beginning, at the end, in the middle, by a point, and behind an exponent's mark.
    kinds: dict[tuple[bool, ...], str] = {}
    classes = np.empty(256, np.uint8)
    for code in range(256):
        sign = chr(code) if code < 128 else "\0"  # No byte beyond ASCII is of a number.
        kind = tuple(fits(text.format(sign)) is not None for text in _PLACES)
        kinds.setdefault(kind, sign)
        classes[code] = list(kinds).index(kind)
    return list(kinds.values()), classes
