"""Honest work with few digits: what comes out when results are rounded on the way, or cut off in the end."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from math import prod
from typing import Any

from backcalc.calculus.digits import AS_WRITTEN, PRECISION, Tolerance, has_same_sign, is_coarse, significant_digits
from backcalc.marking.mark import Attempt
from backcalc.marking.rework import ROUNDINGS, OwnWork, Rounding
from backcalc.marking.truth import Truth
from backcalc.rules.values import flat, shape_of

ROUNDED = "this comes out when every intermediate result is {}"
TO_SINGLE = "this is right to single precision"
CUT_OFF, OFF_BY_ONE = "the last digit is cut off, not rounded", "the last digit is off by one"
TOO_SHORT = "this rounds right, but more digits are needed"
ROUNDED_ZERO = "this comes out when every result is rounded to {}"
SINGLE, SINGLE_DIGITS = 1e-6, 7
"""How far off, of the truth, work in single precision is, and how many digits tell it from work by hand."""
FEWEST_DIGITS = 3
"""Significant digits from which on the last one may be off by one: of fewer it is too large a part."""
MOST_BY_HAND = 5000
"""Operations of a graph that somebody may have worked out by hand, rounding on the way; two dozen ways are tried."""
MOST_NUMBERS = 20_000  # Of all operations together, where some are of arrays.


class Roundings:
    """What of the answers to a run is rounded in the end."""

    def __init__(self, tolerance: Tolerance) -> None:
        self.tolerance = tolerance

    def note(self, given: Attempt) -> str | None:
        """The rounding that leads to what was given; None where none does."""
        # With --sig a number of too few digits is wrong, whatever led to it.
        if self.tolerance.significant or not given.has_digits or given.matches(given.expected):
            return None
        return self._on_the_way(given) or _last_digit(given) or None

    def _on_the_way(self, _given: Attempt) -> str:
        """The rounding of intermediate results that leads to what was given; here none is looked for."""
        return ""

    def is_zero(self, given: Attempt) -> bool:
        """Whether work to as many decimals as a zero is written with comes to it."""
        # It rounds to 0 by itself, in an array every element.
        return max(map(abs, flat(given.expected)), default=0.0) <= max(given.units, default=0.0) / 2

    def shortfall(self, given: Attempt) -> str:
        """What is missing of an answer that is right as far as it goes."""
        if not given.has_digits:
            return ""
        if self.tolerance == AS_WRITTEN:
            is_short = is_coarse(given.answer.value, given.expected, given.source, given.known)
            return TOO_SHORT if is_short else ""
        # Right to the digits written, but not as many as --sig asks for.
        is_close = given.matches(given.expected) or is_coarse(
            given.answer.value, given.expected, given.source, given.known
        )
        if self.tolerance.significant and is_close:
            return f"this is right as far as it goes; {self.tolerance.significant} significant digits are asked"
        return ""


class ReplayedRoundings(Roundings):
    """Those on the way too; each way of rounding is gone through once, for any number of sheets."""

    def __init__(self, truth: Truth, tolerance: Tolerance) -> None:
        super().__init__(tolerance)
        self.truth = truth
        self._rounded: dict[Rounding, OwnWork] = {}  # Dear, and the same for all.

    @cached_property
    def _is_by_hand(self) -> bool:
        """Whether there are so few numbers that somebody may have rounded each of them."""
        linear = self.truth.run.linear
        # A length that is not known counts as none.
        numbers = sum(prod(n or 0 for n in shape) for shape in linear.evaluation.shapes)
        return len(linear.tape.rows) <= MOST_BY_HAND and numbers <= MOST_NUMBERS

    def _on_the_way(self, given: Attempt) -> str:
        # What takes several sweeps is not replayed.
        is_replayed = self._is_by_hand and self.truth.is_plain(given)
        return self._replayed(given, _by_decimals(given)) if is_replayed else ""

    def _replayed(self, given: Attempt, roundings: Iterable[Rounding]) -> str:
        """The one of these roundings of every intermediate result that leads to what was given; else empty."""
        # Kept by rounding: a whole class is marked against the same few passes.
        for rounding in roundings:
            if given.matches(self.result(rounding, given)):
                return ROUNDED.format(rounding)
        return ""

    def result(self, rounding: Rounding, given: Attempt) -> Any:
        """What is asked for, with every intermediate result rounded; None where no one sweep by a formula gives it."""
        if not self.truth.is_plain(given) or not self._is_by_hand:
            return None
        if rounding not in self._rounded:
            self._rounded[rounding] = OwnWork(self.truth.run.linear, rounding=rounding)
        return self.truth.reworked(self._rounded[rounding], given)

    def is_zero(self, given: Attempt) -> bool:
        """Whether work to as many decimals as a zero is written with comes to it, on the way or in the end."""
        if super().is_zero(given):
            return True
        # A zero tells its decimals alone.
        alike = [r for r in ROUNDINGS if r.unit == "decimals" and r.digits == given.decimals]
        return self.truth.is_plain(given) and bool(self._replayed(given, alike))


def _last_digit(given: Attempt) -> str:
    """That only the last digit is not right, or all but those beyond single precision; empty where more is wrong."""
    if shape_of(given.value) or shape_of(given.expected) or not given.half:
        return ""
    if not has_same_sign(given.value, given.expected):  # Nor nan, which is near nothing.
        return ""
    # `half` is half of what the last digit claims.
    written, unit = significant_digits(given.answer.value) or 0, 2 * given.half
    off = abs(given.value) - abs(given.expected)
    if written >= SINGLE_DIGITS and abs(off) <= SINGLE * abs(given.expected):
        return TO_SINGLE
    if written < FEWEST_DIGITS or abs(off) >= 1.5 * unit:  # Half a unit of rounding and one of a slip.
        return ""
    # Cut off, a size is too small, by less than a unit: 0.999 is no 1 cut off, whatever the float of the difference.
    return CUT_OFF if PRECISION * abs(given.expected) - unit < off <= 0 else OFF_BY_ONE


def _by_decimals(given: Attempt) -> list[Rounding]:
    """The roundings that are tried, those to as many decimals as were written first."""
    # Cut off at every step, work drifts as far as one digit claims: a guess of one would be met.
    is_vague = not shape_of(given.value) and significant_digits(given.answer.value) == 1
    tried = [r for r in ROUNDINGS if not r.is_cut] if is_vague else ROUNDINGS
    return sorted(tried, key=lambda r: r.unit != "decimals" or r.digits != given.decimals)  # False sorts first.
