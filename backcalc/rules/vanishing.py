"""What a constant of 0 leaves of a formula: of 2*k*x + 1 with `const k = 0` the 1, but of y - t both terms."""

from __future__ import annotations

from collections.abc import Mapping

from backcalc.language.expr import TRANSPOSE, Call, Expr, Folded, Name, Number, fold
from backcalc.rules.placeholders import operated
from backcalc.rules.row import CONSTANTS
from backcalc.rules.simplify import remade

NOTHING = Number(0.0)
BILINEAR = ("*", "@", "outer", "dot")
"""Products: with nothing on either side they are nothing."""

REDUCTIONS = ("sum", "mean", "transpose", TRANSPOSE, "diag")
"""What is nothing where its argument is."""


class Vanishing:
    """Formulas without the products that have a factor of 0 among these constants of a file, which have values."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = {**CONSTANTS, **values}  # A file's own `e` is what it says.
        self._done: Folded[tuple[Expr, float | None]] = Folded()  # The formula of a node is a part of those before it.

    def left(self, expr: Expr) -> Expr:
        """What is left of a formula: itself where nothing vanishes."""
        return fold(expr, self._leaf, self._call, self._done)[0]

    def _leaf(self, leaf: Number | Name) -> tuple[Expr, float | None]:
        return leaf, leaf.value if isinstance(leaf, Number) else self._values.get(leaf.id)

    def _call(self, part: Call, args: tuple[tuple[Expr, float | None], ...]) -> tuple[Expr, float | None]:
        """What is left of a call, and its value where it is made of constants alone."""
        values = [value for _, value in args]
        # A factor, not a term: a target of 0 stays in y - t.
        is_nothing = (part.fn in BILINEAR and 0.0 in values) or (part.fn == "/" and values[0] == 0.0 != values[1])
        if is_nothing:
            return NOTHING, 0.0
        if all(new is old for (new, _), old in zip(args, part.args, strict=True)):
            return part, operated(part, values)
        # The rows know of no sum over a number: of what has vanished nothing is left to sum.
        if part.fn in REDUCTIONS and values == [0.0]:
            return NOTHING, 0.0
        return remade(part, (new for new, _ in args)), operated(part, values)
