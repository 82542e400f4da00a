"""Numbers in place of the names and functions of formulas, so that formulas of one form are one formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from backcalc.language.expr import VECTOR, Call, Expr, Folded, Name, Number, fold, with_args
from backcalc.rules.primitives import lookup
from backcalc.rules.row import CONSTANTS
from backcalc.rules.simplify import remade

PLACE = "§"  # No name of the language, so that it stands for one of a formula.
MADE_ANEW = ("where", VECTOR, "sin", "cos", "sinh", "cosh", "exp")
"""Functions of which rewriting rows speak."""


class Placeholder(str):
    """What stands for a name, with the `value` of a constant; None of any other.

    The value is in its text, for forms of other values are other forms: x^(n - 1) is 0 at 0 of n = 2, and of n = 0.5
    it is not.
    """

    __slots__ = ("value",)
    value: float | None

    def __new__(cls, number: int, value: float | None) -> Self:
        """The place of this number."""
        place = super().__new__(cls, f"{PLACE}{number}" if value is None else f"{PLACE}{number}={value!r}")
        place.value = value
        return place


class Numbering:
    """Numbers for the names and functions of formulas; `constants` are the values of those that are known."""

    def __init__(self, constants: Mapping[str, float]) -> None:
        self._constants = constants
        self._place: dict[Expr, Expr] = {}
        self._stood: dict[Expr, Expr] = {}

    def name(self, name: Name) -> Name:
        """What stands for a name; a constant of the language for itself."""
        if name.id in CONSTANTS:
            return name
        place = Placeholder(len(self._place), self._constants.get(name.id))
        return self._put(name, Name(place))  # type: ignore[return-value]

    def _put(self, part: Expr, place: Expr) -> Expr:
        found = self._place.setdefault(part, place)
        self._stood[found] = part
        return found

    def put_in(self, expr: Expr, functions: Iterable[Call]) -> Expr:
        """A formula with what stands for its names, and for these functions in it."""
        done: Folded[Expr] = Folded()
        for call in functions:
            done[id(call)] = self._put(call, Call(PLACE, (Number(float(len(self._place))),)))
        return fold(expr, lambda leaf: self.name(leaf) if isinstance(leaf, Name) else leaf, with_args, done)

    def taken_out(self, expr: Expr) -> Expr:
        """A formula with the names and functions that others stood for."""

        def _call(part: Call, args: tuple[Expr, ...]) -> Expr:
            # Made anew where rows know more of the functions: a choice is taken out of products.
            return self._stood[part] if part.fn == PLACE else remade(part, args) if anew else with_args(part, args)

        anew = any(isinstance(part, Call) and part.fn in MADE_ANEW for part in self._place)
        return fold(expr, lambda leaf: self._stood.get(leaf, leaf), _call)


def is_never_zero(base: Expr) -> bool:
    """Whether a factor is a constant that is known not to be 0, by which a form may divide."""
    return isinstance(base, Name) and bool(_value(base))


def _value(name: Name) -> float | None:
    return name.id.value if isinstance(name.id, Placeholder) else CONSTANTS.get(name.id)


def value_of(expr: Expr) -> float | None:
    """The value of a formula that is made of numbers and of constants whose values are known; None of any other."""
    return fold(expr, lambda leaf: leaf.value if isinstance(leaf, Number) else _value(leaf), operated)


def operated(call: Call, values: Sequence[float | None]) -> float | None:
    """The value of an operation on numbers; None where one is not known, or it is no such operation."""
    numbers = [value for value in values if value is not None]
    row = lookup(call.fn, len(values), call.options) if len(numbers) == len(values) else None
    return row.evaluate(*numbers) if row is not None and row.shape == "elementwise" else None
