"""What an exercise of each kind is made of: a row a kind, and the texts of its inputs, nodes and losses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from backcalc.quiz.chance import Chance
from backcalc.quiz.skeleton import OUTPUT

LOSS, TARGET = "L", "z"
PARTIAL = 4  # The largest local partial on an edge,
INPUT = 5  # the largest input,
CONSTANT = 4  # number in a formula,
ENTRY = 3  # and entry of a vector or a matrix.
MISS = 5  # How far the output is from its target at most.

# Formulas by the number of arguments; what stands twice is drawn twice as often. Products come first, for sums alone
# would make every local partial 1.
FORMULAS = {
    1: ("{a}^2", "{k}*{a}", "{k}*{a} + {m}", "{k}*{a} - {m}", "relu({a})", "({a} - {m})^2", "relu({a} + {m})", "{a}/2"),
    2: (
        *("{a}*{b}", "{a}*{b}", "{a}*{b} + {m}", "{a}*{b} - {m}", "{a} + {b}", "{a} - {b}", "{k}*{a} + {b}"),
        *("max({a}, {b})", "min({a}, {b})", "relu({a} - {b})", "({a} - {b})^2", "{a}^2 - {b}", "({a} + {b})/2"),
    ),
    3: (
        *("{a}*{b} + {c}", "{a}*{b} - {c}", "{a}*({b} + {c})", "{a}*({b} - {c})", "{a} + {b} - {c}"),
        *("max({a}, {b}) + {c}", "{a} - min({b}, {c})", "relu({a} + {b} - {c})"),
    ),
}
_ORDERED = set("-^k")  # What makes a formula of two another one where these change places.

ACTIVATIONS = (0.1, 0.2, 0.25, 0.5)  # Of an output under a logarithm: 1/o is whole.
SQUARES = (f"1/2*({OUTPUT} - {TARGET})^2", f"({OUTPUT} - {TARGET})^2")


class DrawnLine(NamedTuple):
    """A statement as it is written; of an input or a node its name, and the value or formula that is `stated`."""

    text: str
    name: str = ""
    stated: Any = ""


def _given(name: str, value: Any) -> DrawnLine:
    return DrawnLine(f"input {name} = {value}", name, value)


def _stated(name: str, formula: Any) -> DrawnLine:
    return DrawnLine(f"{name} = {formula}", name, formula)


class Draft:
    """An exercise as far as it is drawn: its statements, inputs apart, and for vectors the size of each.

    `ease` grows from 0 to 1 as draws of a node fail.
    """

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.inputs: list[DrawnLine] = []
        self.lines: list[DrawnLine] = []
        self.ease = 0.0
        self.sizes: dict[str, int] = {}

    @property
    def text(self) -> str:
        """The statements as a file has them."""
        apart = [DrawnLine("")] if self.inputs else []
        return "".join(f"{line.text}\n" for line in (*self.inputs, *apart, *self.lines))

    def has(self, line: DrawnLine) -> bool:
        """Whether a node has this formula already, or one of the same letters in another order."""
        # Letters in any order, so a*b + 1 and 1 + b*a are met; a rare pair too many only costs another draw.
        letters = sorted(str(line.stated))
        return bool(letters) and any(sorted(str(other.stated)) == letters for other in self.lines)

    def most(self, number: int) -> int:
        """The largest number to be drawn now: `number` at first, 1 where larger ones have led nowhere."""
        # Small numbers rarely fail; but drawn from the beginning they would make dull exercises.
        return max(1, round(number * (1 - self.ease)))

    def input(self, name: str, value: Any) -> DrawnLine:
        """The statement of an input with its value; where that is a list, its length is the node's size."""
        if isinstance(value, list):
            self.sizes[name] = len(value)
        return _given(name, value)

    def number(self) -> int:
        """A number other than 0 and than those of the other inputs, so that one is not taken for another."""
        taken = {0, *(line.stated for line in self.inputs)}
        return self.chance.one_of([number for number in range(-INPUT, INPUT + 1) if number not in taken])

    def vector(self, size: int) -> list[int]:
        """A vector without zeros."""
        return [self.chance.nonzero(self.most(ENTRY)) for _ in range(size)]

    def matrix(self, rows: int, columns: int) -> list[list[int]]:
        """A matrix in which zeros may stand."""
        most = self.most(ENTRY)
        return [[self.chance.whole(min(-1, 1 - most), most) for _ in range(columns)] for _ in range(rows)]


Statements = tuple[list[DrawnLine], list[DrawnLine]]
"""Inputs, and what else there is."""


class Recipe(NamedTuple):
    """One kind: its nodes and layers unless asked otherwise, the most nodes for a hand, and how its parts are drawn.

    `has_values` says whether values are asked too, `task` what to do. `inputs` gives the names for a number of nodes in
    the first layer, `given` the statement of an input, `node` those of a node from its arguments, `loss` those of the
    loss from the output's value, None where that is not known.
    """

    nodes: int
    depth: int
    most: int
    has_values: bool
    task: str
    inputs: Callable[[int], list[str]]
    given: Callable[[Draft, str], list[DrawnLine]]
    node: Callable[[Draft, str, Sequence[str]], Statements]
    loss: Callable[[Draft, float | None], Statements]


def _numbers(width: int) -> list[str]:
    """Two inputs, three for a wide graph."""
    return [f"x{k}" for k in range(1, 4 if width > 3 else 3)]


# ---- Edges -----------------------------------------------------------------------------------------------------------


def _edges(draft: Draft, name: str, args: Sequence[str]) -> Statements:
    return [], [DrawnLine(f"{arg} -> {name} : {draft.chance.nonzero(draft.most(PARTIAL))}") for arg in args]


def _loss_of_edges(draft: Draft, _value: float | None) -> Statements:
    """A logarithm or a square of the output, whose activation is drawn here."""
    chance = draft.chance
    if chance.happens(0.5):
        return [], [_stated(OUTPUT, chance.one_of(ACTIVATIONS)), _stated(LOSS, f"-log({OUTPUT})")]
    value = chance.nonzero(INPUT)
    # A value of its own, for a graph of edges says nothing of its output's.
    target, lines = _square(draft, value)
    return [], [_stated(OUTPUT, value), *target, *lines]


# ---- Expressions -----------------------------------------------------------------------------------------------------


def _formula(draft: Draft, name: str, args: Sequence[str]) -> Statements:
    """A formula of all of `args`: the first three by a pattern, others added or subtracted."""
    chance = draft.chance
    pattern = chance.one_of(FORMULAS[min(len(args), len(FORMULAS))])
    is_symmetric = len(args) == 2 and not _ORDERED & set(pattern)  # Then x1 stands before x2, as one writes it.
    mixed = list(args) if is_symmetric else chance.some_of(args, len(args))
    names = dict(zip("abc", mixed, strict=False))
    factor = chance.whole(2, CONSTANT) * (1 if chance.happens(0.5) else -1)
    formula = pattern.format(**names, k=factor, m=chance.whole(1, CONSTANT))
    others = "".join(f" {'+' if chance.happens(0.5) else '-'} {other}" for other in mixed[3:])
    return [], [_stated(name, f"{formula}{others}")]


def _square(draft: Draft, value: float | None) -> Statements:
    """A square of how far the output is from its target."""
    # Never 0: with the target hit every derivative would be 0.
    target = (value or 0.0) + draft.chance.nonzero(MISS)
    return [_given(TARGET, f"{target:g}")], [_stated(LOSS, draft.chance.one_of(SQUARES))]


# ---- Vectors ---------------------------------------------------------------------------------------------------------


def _layer(draft: Draft, name: str, args: Sequence[str]) -> Statements:
    """A layer of relu; the output, a number, is a sum of products with known vectors."""
    letter = "c" if name == OUTPUT else "W"
    # Numbered on through the whole exercise, so that each matrix has a name of its own.
    first = 1 + sum(line.name.startswith(letter) for line in draft.inputs)
    draft.sizes[name] = draft.chance.whole(2, 3)
    inputs, terms = [], []
    for k, arg in enumerate(args, first):
        size = draft.sizes[arg]
        known = draft.vector(size) if name == OUTPUT else draft.matrix(draft.sizes[name], size)
        inputs.append(_given(f"{letter}{k}", known))
        terms.append(f"dot({letter}{k}, {arg})" if name == OUTPUT else f"{letter}{k} @ {arg}")
    formula = " + ".join(terms)
    return inputs, [_stated(name, formula if name == OUTPUT else f"relu({formula})")]


RECIPES = {
    "edges": Recipe(
        6,
        2,
        24,
        False,
        "On each edge stands its local partial derivative, and of the values only that of the output is known. "
        "Find the derivative of the loss by every other node.",
        _numbers,
        lambda _draft, _name: [],
        _edges,
        _loss_of_edges,
    ),
    "expressions": Recipe(
        4,
        2,
        24,
        True,
        "Find the value of every node, and the derivative of the loss by each of them.",
        _numbers,
        lambda draft, name: [draft.input(name, draft.number())],
        _formula,
        _square,
    ),
    "vectors": Recipe(
        3,
        2,
        6,
        True,
        "Find the value of every node, and the derivative of the loss by each of them and by the weights.",
        lambda _width: ["x"],
        lambda draft, name: [draft.input(name, draft.vector(draft.chance.whole(2, 3)))],
        _layer,
        _square,
    ),
}
