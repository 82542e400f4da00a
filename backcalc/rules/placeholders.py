"""Numbers in place of the names and functions of formulas, so that formulas of one form are one formula."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backcalc.language.expr import VECTOR, Call, Expr, Folded, Name, Number, fold, with_args
from backcalc.rules.primitives import lookup
from backcalc.rules.row import CONSTANTS
from backcalc.rules.simplify import remade

PLACE = "§"  # No name of the language, so that it stands for one of a formula.
NEVER_ZERO = "§≠0"
"""How a place begins where a constant stands that is not 0, by which a form may divide."""

VALUE = "="
"""What the value of a constant stands behind in its place: x^(n - 1) is 0 at 0 of n = 2, and of n = 0.5 it is not."""

MADE_ANEW = ("where", VECTOR, "sin", "cos", "sinh", "cosh", "exp")
"""Functions of which rewriting rows speak."""


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
        value = self._constants.get(name.id)
        kind = NEVER_ZERO if value else PLACE
        known = "" if value is None else f"{VALUE}{value!r}"
        return self._put(name, Name(f"{kind}{len(self._place)}{known}"))  # type: ignore[return-value]

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
    """Whether a factor is a constant that is known not to be 0."""
    return isinstance(base, Name) and (base.id in CONSTANTS or base.id.startswith(NEVER_ZERO))


def value_of(expr: Expr) -> float | None:
    """The value of a formula that is made of numbers and of constants whose values are known; None of any other."""

    def _leaf(leaf: Number | Name) -> float | None:
        if isinstance(leaf, Number):
            return leaf.value
        _, is_known, value = leaf.id.partition(VALUE)
        return float(value) if is_known else CONSTANTS.get(leaf.id)

    return fold(expr, _leaf, operated)


def operated(call: Call, values: Sequence[float | None]) -> float | None:
    """The value of an operation on numbers; None where one is not known, or it is no such operation."""
    numbers = [value for value in values if value is not None]
    row = lookup(call.fn, len(values), call.options) if len(numbers) == len(values) else None
    return row.evaluate(*numbers) if row is not None and row.shape == "elementwise" else None
