"""What may be taken for what: nodes of one function, nodes whose names begin alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from unicodedata import combining, normalize

from backcalc.rules.lower import names_in
from backcalc.rules.row import Primitive

MOST_ALIKE = 30
"""Nodes of one function, or whose names begin alike, of which one may be taken for another; of more that is chance."""
_MARKS = ("hat", "bar", "tilde")  # As the marks above a letter are spelt out.


def nodes_alike(slots: Sequence[int], rows: Sequence[Primitive | None]) -> Mapping[Primitive, list[int]]:
    """The nodes that one function of one argument makes, where there are several; `slots` are those of the nodes."""
    found: dict[Primitive, list[int]] = {}
    for node, slot in enumerate(slots):
        row = rows[slot]
        if row is not None and has_slope(row):
            found.setdefault(row, []).append(node)
    return {row: nodes for row, nodes in found.items() if 1 < len(nodes) <= MOST_ALIKE}


def has_slope(row: Primitive) -> bool:
    """Whether a primitive is a function of one argument whose slope is another one at another place."""
    # A slope that is a constant is the same at every place.
    return len(row.params) == len(row.partials) == 1 and bool({*names_in(row.partials[0])} & {*row.params, "out"})


def by_stem(names: Sequence[str]) -> Mapping[str, list[int]]:
    """The places of names by what they begin with; of too many none."""
    found: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        found.setdefault(stem(name), []).append(i)
    # The key stays, so that a look-up needs no default.
    return {name: places if len(places) <= MOST_ALIKE else [] for name, places in found.items()}


def namesakes(names: Sequence[str]) -> Callable[[int], list[int]]:
    """What gives the places of the other names that begin as that at a place does."""
    places = by_stem(names)  # Once: a class asks for each of its wrong answers.
    return lambda at: [i for i in places[stem(names[at])] if i != at]


def stem(name: str) -> str:
    """What a name begins with: w of w7 and w_in, x of xhat and x̂, y of ŷ."""
    # ŷ is one character and x̂ two: by itself the mark goes from both.
    plain = name if name.isascii() else "".join(c for c in normalize("NFD", name) if not combining(c))
    letters = "".join(takewhile(str.isalpha, plain))
    # `hat` alone is a name.
    return next((bare for mark in _MARKS if (bare := letters.removesuffix(mark)) not in ("", letters)), letters)
