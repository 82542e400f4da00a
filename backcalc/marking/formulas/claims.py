"""A formula with decimals in it, or over edges: what it claims at the point asked, held against the truth there."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite, log10
from typing import Any, NamedTuple

from backcalc.calculus.digits import (
    MOST_OF_EXPRESSION,
    PRECISION,
    Tolerance,
    significant_digits,
    unit_in_last_place,
)
from backcalc.language.expr import Call, Expr, Name, Number, fold, postorder
from backcalc.marking.formulas.terms import Leaf, as_asked, value_of
from backcalc.rules.values import flat, quietly, shape_of


class FormulaValue(NamedTuple):
    """What a formula comes to, and half of the interval that its decimals leave, by element."""

    value: Any
    half: Any


def claim(expr: Expr, leaf: Leaf, shape: tuple[int, ...], exact: frozenset[float]) -> FormulaValue:
    """What a formula claims: each decimal half a unit, but those that are the value of an input are `exact`.

    Where it asks what is equal, decimals that are spelt alike are one number: the largest of a window, and what it is
    found by. Raises what `value_of` raises.
    """
    # Once each: a part may stand in the tree at several places.
    parts = {id(it): it for it in postorder(expr)}.values()
    decimals = [it for it in parts if isinstance(it, Number) and "." in it.text and it.value not in exact]
    # By itself each decimal of max(0.3, 0.3) == 0.3 would be moved away from the other.
    has_equality = any(isinstance(it, Call) and it.fn == "==" for it in parts)
    groups: dict[Any, list[Number]] = {}
    for number in decimals:
        groups.setdefault(number.text if has_equality else id(number), []).append(number)
    with quietly(has_arrays=True):
        value = as_asked(value_of(expr, leaf), shape)
        half = 0.0 * abs(value)  # An array of zeros in the shape of the value.
        for group in groups.values():
            moved = as_asked(value_of(_moved(expr, group), leaf), shape)
            half = half + abs(moved - value)  # To first order what the digits leave adds up.
    return FormulaValue(value, half)


def _moved(expr: Expr, numbers: Sequence[Number]) -> Expr:
    """A formula with some of its numbers, which are spelt alike, half a unit larger."""
    # Up by half a unit: down it moves as far.
    other = Number(numbers[0].value + float(unit_in_last_place(numbers[0].text)) / 2)
    moved = set(map(id, numbers))

    def _leaf(part: Number | Name) -> Expr:
        return other if id(part) in moved else part

    from backcalc.language.expr import with_args

    return fold(expr, _leaf, with_args)


def holds(found: FormulaValue, expected: Any, expr: Expr, tolerance: Tolerance) -> bool:
    """Whether the truth lies in what is claimed, arrays by element."""
    if shape_of(found.value) != shape_of(expected):
        return False
    written = significant_digits(expr)  # None where all is exact: then no digits are missing.
    if tolerance.significant is not None and written is not None and written < tolerance.significant:
        return False
    values, truths, halves = flat(found.value), flat(expected), flat(found.half)
    sizes = [abs(x) for x in truths]
    largest = max(filter(isfinite, sizes), default=0.0)
    # PRECISION for what float64 itself loses, which for a small element is a share of the largest.
    return all(
        abs(value - truth) <= _slack(size, half, largest, tolerance) + PRECISION * max(size, largest)
        if isfinite(size) else value == truth  # Of what is infinite every slack would be.
        for value, truth, size, half in zip(values, truths, sizes, halves, strict=True)
    )  # fmt: skip


def is_as_infinite(expr: Expr, leaf: Leaf, expected: Any) -> bool:
    """Whether a formula that is too large for float64, which claims nothing else, is so where the truth is infinite."""
    with quietly(has_arrays=True):
        found = as_asked(value_of(expr, leaf, may_overflow=True), shape_of(expected))
    return shape_of(found) == shape_of(expected) and list(flat(found)) == list(flat(expected))


def _slack(size: float, half: float, largest: float, tolerance: Tolerance) -> float:
    """What an element may be off by; that of a small one beside large ones comes from the decimals, too."""
    if tolerance.relative is not None:
        return tolerance.relative * size
    if tolerance.significant is not None:
        return 0.5 * 10.0 ** (floor(log10(size)) + 1 - tolerance.significant) if size > 0 else 0.0
    # Decimals may leave so much that any number would be claimed; more than this share is no answer.
    return min(half, MOST_OF_EXPRESSION * max(size, largest))
