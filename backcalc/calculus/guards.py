"""Which derived partials need no guard: where constants of the file see to it, as the base does of 10^x."""

from __future__ import annotations

from collections.abc import Sequence

from backcalc.calculus.evaluate import Evaluation
from backcalc.rules.lower import names_in
from backcalc.rules.row import Primitive
from backcalc.rules.values import Numeric, is_known, shape_of


def derived_partials(evaluation: Evaluation, slot: int, row: Primitive) -> tuple[str, ...]:
    """The texts of `derived`, but the textbook's where what `plain` says of constants holds."""
    constants = [_constant(evaluation, arg) for arg in evaluation.tape.args[slot]]
    known = {name for name, value in zip(row.params, constants, strict=True) if value is not None}
    # A condition is of constants alone: of an input no value is looked at, for the formula is to serve at any.
    holds = [known.issuperset(names_in(condition)) and _holds(row, condition, constants) for condition in row.plain]
    return tuple(
        partial if is_plain else derived
        for partial, derived, is_plain in zip(row.partials, row.derived, holds, strict=True)
    )


def _constant(evaluation: Evaluation, slot: int) -> Numeric | None:
    """The value of a slot that nothing changes; None of others."""
    if not evaluation.tape.constant[slot]:
        return None
    # Among formulas a constant goes by its name, and its value is what that stands for.
    found = evaluation.terms[slot] if is_known(evaluation.terms[slot]) else evaluation.formula(slot)
    return found if found is not None and is_known(found) else None


def _holds(row: Primitive, condition: str, constants: Sequence[Numeric | None]) -> bool:
    """Whether a condition holds, of an array at every element."""
    bound = row.array if any(shape_of(value) for value in constants if value is not None) else row.scalar
    found = bound.form(condition)(*constants, None)
    return bool(found.all() if shape_of(found) else found)
