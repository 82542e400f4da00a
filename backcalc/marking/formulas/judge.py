"""Whether a formula is the derivative that is asked for: at random points of the inputs, or at the point asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import isfinite, isnan
from random import Random
from typing import Any, NamedTuple

from backcalc.calculus.run import Run
from backcalc.language.expr import Expr, Number, names, postorder
from backcalc.language.statements import Answer
from backcalc.marking.formulas.points import ENOUGH, SHAKEN, Points, RandomPoint
from backcalc.marking.formulas.reading import symbol
from backcalc.marking.formulas.terms import Leaf, Valuation, as_asked, in_shape, value_of
from backcalc.marking.subject import part
from backcalc.marking.truth import Truth
from backcalc.rules.row import CONSTANTS
from backcalc.rules.values import flat, is_known, quietly, shape_of

FEWEST = 3
"""Points that must tell something before it is called equal."""
NOISE = 16.0
"""How many times what was seen of it rounding may amount to."""
PRECISE = 1e-11
"""Of its size, what two formulas that are equal may differ by anyhow."""
TELLING = 1e-5
"""Of its size, what rounding may come to at a point that tells anything."""


class NoSoundPointError(Exception):
    """Rounding swamps a formula wherever it is tried, so that nothing tells whether it is right."""


class Held(NamedTuple):
    """A formula held against the truth at one point: what each gives, and by how much rounding may part them."""

    sample: RandomPoint
    value: Any
    expected: Any
    slack: Any

    @property
    def is_equal(self) -> bool:
        """Whether they are one number; what is not a number is none that is equal."""
        if shape_of(self.value) != shape_of(self.expected):
            return False
        off, slack = flat(abs(self.value - self.expected)), flat(self.slack)
        # What is the same to the last digit is so even where a little beside it nothing is: a probability of 1.
        return all(d == 0 or d <= s for d, s in zip(off, slack, strict=True))  # False of nan.

    @property
    def is_telling(self) -> bool:
        """Whether rounding leaves enough for another formula to be told from this."""
        size = max(flat(abs(self.expected)), default=0.0)
        # Identity: the truth itself needs no slack. Of size 0 everything is its share.
        return max(flat(self.slack), default=0.0) <= TELLING * size or self.value is self.expected or not size


@dataclass(frozen=True, eq=False)
class FormulaAnswer:
    """An answer that is a formula, its names and functions known to be those of the graph."""

    answer: Answer
    expr: Expr

    @property
    def is_of_the_point(self) -> bool:
        """Whether it speaks of one point: a decimal stands in it, which claims its digits, or only numbers do."""
        parts = list(postorder(self.expr))
        # `2*w` is true everywhere, `0.35*w` at one point.
        has_decimals = any("." in it.text for it in parts if isinstance(it, Number))
        return has_decimals or all(name in CONSTANTS for name in names(self.expr))

    @property
    def is_of_itself(self) -> bool:
        """Whether it speaks of what is asked: ∂J/∂w = ∂J/∂w is true, and no answer."""
        asked = self.answer.of, self.answer.wrt
        return self.answer.then is None and any(self._meant(name) == asked for name in names(self.expr))

    def _meant(self, name: str) -> tuple[str, str | None]:
        derivative = symbol(name)
        return (name, None) if derivative is None else (derivative.of or self.answer.of, derivative.wrt)


class Equality:
    """Holds formulas against the derivatives of a run at random points."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @cached_property
    def everywhere(self) -> Points:
        """All inputs at random."""
        return Points(self.run)

    @cached_property
    def _around(self) -> Points | None:
        """Points at which the inputs that have values keep them; None where that leaves nothing open, or all."""
        inputs = [node for node in self.run.graph.nodes if node.kind == "input"]
        known = [node.name in self.run.point for node in inputs]
        # With no input known these are the points everywhere, with all of them one point alone.
        return Points(self.run, fixed=True) if any(known) and not all(known) else None

    @property
    def points(self) -> list[Points]:
        """Where formulas are tried: at random; or, where only some inputs are open, with the others as they are."""
        # `run` puts the values that are known into the formulas that it prints.
        return [points for points in (self.everywhere, self._around) if points is not None]

    def holds(self, formula: FormulaAnswer) -> bool | None:
        """Whether it equals what is asked; None where no point tells. Raises FormulaShapeError and NoValueError."""
        # Equal in one way is equal; wrong only where no way is left open.
        is_open = False
        for points in self.points:
            # Symbols may be whole derivatives or those along an edge: either may be meant.
            for is_local in (False, True) if _has_symbols(formula.expr) else (False,):
                verdict = self._holds(formula, points, is_local=is_local)
                if verdict:
                    return True
                is_open |= verdict is None
        return None if is_open else False

    def summing_to_one(self, formula: FormulaAnswer) -> str:
        """The input whose elements have to sum to 1 for the formula to be right, as the target of `p - t` does."""
        locals_ = (False, True) if _has_symbols(formula.expr) else (False,)
        for node, shape in zip(self.run.graph.nodes, self.run.shapes, strict=True):
            if node.kind == "input" and shape and node.name != formula.answer.wrt:
                points = Points(self.run, summing=node.name)
                if any(self._holds_beside_zeros(formula, points, is_local=is_local) for is_local in locals_):
                    return node.name
        return ""

    def _holds_beside_zeros(self, formula: FormulaAnswer, points: Points, *, is_local: bool) -> bool:
        """Whether it equals what is asked, at some points where that is not 0: behind a unit that is off all is 0."""
        helds = list(self.held(formula, points, is_local=is_local, most=points.enough))
        telling = [held for held in helds if held.is_telling and any(flat(abs(held.expected)))]
        return len(telling) >= FEWEST and all(held.is_equal for held in helds)

    def _holds(self, formula: FormulaAnswer, points: Points, *, is_local: bool) -> bool | None:
        telling = 0
        # Where few of the points tell anything others are drawn, to the last that there is.
        for count, held in enumerate(self.held(formula, points, is_local=is_local, most=None), 1):
            if not held.is_equal:  # One point refutes, however few have told.
                return False
            telling += held.is_telling
            if count >= points.enough and telling >= FEWEST:
                break
        return True if telling >= FEWEST else None

    def held(
        self,
        formula: FormulaAnswer,
        points: Iterable[RandomPoint],
        *,
        is_local: bool = False,
        most: int | None = ENOUGH,
    ) -> Iterator[Held]:
        """The formula held against the truth, at the first `most` points that are sound for both; at all with None."""
        rng = Random(2)  # noqa: S311  Any rounding will do.
        return islice(filter(None, (self._tried(formula, it, rng, is_local=is_local) for it in points)), most)

    def _tried(self, formula: FormulaAnswer, sample: RandomPoint, rng: Random, *, is_local: bool) -> Held | None:
        try:
            return self._held_at(formula, sample, rng, is_local=is_local)
        except OverflowError:  # Of numbers too large for float64, nothing is told by that.
            return None

    def _held_at(self, formula: FormulaAnswer, sample: RandomPoint, rng: Random, *, is_local: bool) -> Held | None:
        expected = self.expected(formula.answer, sample)
        if expected is None:
            return None
        leaf = Valuation(sample.truth, is_local)
        with quietly(has_arrays=True):
            # An OverflowError is for `_tried`: `1e300*x*1e300` may be right.
            found = _with_rounding(formula.expr, leaf, shape_of(expected), rng)
            if found is None:
                return None
            value, rounding = found
            # What moves the truth when the inputs move by their last bits, it cannot be held to.
            truth = PRECISE * abs(expected) + abs(self._true(formula.answer, sample.beside) - expected)
            held = Held(sample, value, expected, truth + rounding)
            # Before a point refutes, the truth itself is tried: its rounding may be larger than what it is held to.
            return held if held.is_equal else held._replace(slack=held.slack + self._rounding(formula.answer, held))

    def _rounding(self, answer: Answer, held: Held) -> Any:
        """By how much rounding at the nodes may move the truth at a point."""
        found = 0.0
        for truth in held.sample.shaken:
            other = self._true(answer, truth)
            if other is None or not is_known(other):
                return 0.0
            found = found + NOISE * abs(other - held.expected)
        return found

    def expected(self, answer: Answer, sample: RandomPoint) -> Any:
        """The truth at a point; None where it is no number there."""
        found = self._true(answer, sample.truth)
        if found is None or not is_known(found):
            return None
        return found if all(map(isfinite, flat(found))) else None

    @staticmethod
    def _true(answer: Answer, truth: Truth) -> Any:
        run, found = truth.run, truth.expected(answer)
        if answer.then is not None:  # A second derivative is worked out as a graph, in its own shape.
            return found
        if answer.wrt is None and not answer.of_place:
            node = run.graph.node(answer.of)
            # Its formula is what one writes, whatever value is given.
            return found if node.given is None or node.expr is None else value_of(node.expr, Valuation(truth))
        is_whole = not part(answer, len(run.shape(answer.of)))
        # A bare 0 stands for an array of zeros, where the formula gives the array.
        return in_shape(run, answer.of, answer.wrt, found) if answer.wrt is not None and is_whole else found


def is_lost(expr: Expr, leaf: Leaf, expected: Any) -> bool:
    """Whether rounding leaves nothing to tell a formula from the truth by, at one point."""
    with quietly(has_arrays=True):
        try:
            found = _with_rounding(expr, leaf, shape_of(expected), Random(2))  # noqa: S311  Any rounding will do.
        except OverflowError:  # Too large a number tells nothing.
            return True
        if found is None:
            return True
        value, rounding = found
        if shape_of(value) != shape_of(expected):
            return False  # Another shape is told without numbers.
        off = flat(abs(value - expected))
    return all(d <= s for d, s in zip(off, flat(rounding + 0.0 * abs(expected)), strict=True))


def _with_rounding(expr: Expr, leaf: Leaf, shape: tuple[int, ...], rng: Random) -> tuple[Any, Any] | None:
    """What a formula comes to, and by how much rounding may move that; None where it decides if that is a number.

    So it does of 0/0 where a probability comes to 1. What stays nan whatever the rounding has left the domain of the
    formula, as `sqrt(x)` of a negative x has.
    """
    value = as_asked(value_of(expr, leaf), shape)
    if shape_of(value) != shape:  # Nothing to compare: the shape is wrong.
        return value, 0.0
    shaken = [as_asked(value_of(expr, leaf, rng), shape) for _ in range(SHAKEN)]
    # nan once and a number once: rounding alone decides.
    if any(len({isnan(x) for x in ways}) > 1 for ways in zip(*map(flat, (value, *shaken)), strict=True)):
        return None
    # Of two shakes each may by chance cancel; the sum hardly does.
    rounding = 0.0
    for other in shaken:
        rounding = rounding + NOISE * abs(other - value)
    return value, rounding


def _has_symbols(expr: Expr) -> bool:
    return any(symbol(name) for name in names(expr))
