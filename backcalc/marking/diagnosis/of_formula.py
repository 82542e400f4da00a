"""Why a formula is wrong: a mistake that gives the same formula, which is the same number at any point."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from backcalc.marking.diagnosis.diagnose import Diagnoser
from backcalc.marking.diagnosis.mistakes import ANSWER, VALUE
from backcalc.marking.diagnosis.suspects import Suspect
from backcalc.marking.diagnosis.telling import Diagnosis, Index
from backcalc.rules.values import flat, is_known, shape_of

POINTS = 3
"""Points at which a mistake must give what the formula gives: at one many do."""
NEAR = 1e-8
"""How far, of their size, two numbers may be apart that one formula gives in two ways."""


class FormulaAtPoint(NamedTuple):
    """What a formula gives at one point, and the mistakes to be made there."""

    diagnoser: Diagnoser
    value: Any


def of_formula(
    of: str, wrt: str | None, index: Index, given: Sequence[FormulaAtPoint], right: Collection[int] = ()
) -> Diagnosis | None:
    """The likeliest mistake in ∂of/∂wrt that gives a formula; None where none does, or too few points are there.

    None is told that would have spoilt the derivatives by the nodes that are `right`.
    """
    if len(given) < POINTS:
        return None
    first, *others = (_fitting(of, wrt, index, each) for each in given[:POINTS])
    # By what went wrong: the numbers differ from point to point.
    found = [s for s in first if all(any(map(s.is_same, there)) for there in others)]
    # A rule within a formula, an operation, spoils what is handed on from there, not what came to it.
    found = [s for s in found if s.node not in right or s.operation is not None or s.mistake.where in (ANSWER, VALUE)]
    if not found:
        return None
    likeliest = [s for s in found if s.rank == found[0].rank]  # The first is the likeliest, for `fitting` sorts them.
    return given[0].diagnoser.in_words(likeliest, of, wrt, index)


def _fitting(of: str, wrt: str | None, index: Index, given: FormulaAtPoint) -> list[Suspect]:
    value = given.value
    # By the largest element: one that cancels to nearly 0 has no size of its own.
    size = max(flat(abs(value)), default=0.0)

    def _matches(other: Any) -> bool:
        if other is None or not is_known(other) or shape_of(other) != shape_of(value):
            return False
        return all(d <= NEAR * size for d in flat(abs(other - value)))

    # The look-up reaches twice as far as `_matches`, lest it lose one at the edge.
    return given.diagnoser.fitting(of, wrt, index, value, 2 * NEAR * size, _matches)
