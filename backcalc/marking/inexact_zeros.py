"""Values that are zeros but for what rounding leaves of them: sums that cancel, what is made of these, and roots.

How small a number is tells nothing of that: 1/x at 1e10 is no zero, and the sine of pi is one. The same goes for
slopes: that of a square of such a sum, or of the sine at pi/2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from math import isfinite
from typing import Any

from backcalc.calculus.digits import NO_DIGITS, PRECISION
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.linearize import Linearization
from backcalc.rules.row import Primitive

SUMS = frozenset("+-")  # What alone has terms that can cancel.
NEAR_ROOT = 1.0  # A function of the table has its roots among numbers of this size.


def cancelled(evaluation: Evaluation) -> dict[int, float]:
    """For each slot whose value is an inexact zero the size of the numbers that have cancelled; all are numbers."""
    found: dict[int, float] = {}
    # In one pass, for what is made of a zero may be made of further on.
    for slot, row in enumerate(evaluation.rows):
        if row is not None and slot not in evaluation.replaced:
            size = _cancelled(evaluation, slot, found)
            if size:
                found[slot] = size
    return found


def _cancelled(evaluation: Evaluation, slot: int, zeros: dict[int, float]) -> float:
    """The size of what has cancelled in the value of an operation; 0 where that is no inexact zero."""
    row, args, value = evaluation.rows[slot], evaluation.tape.args[slot], evaluation.terms[slot]
    assert row is not None
    operands = [evaluation.terms[arg] for arg in args]
    size = size_of(operands)
    if not isfinite(size):
        return 0.0
    if row.symbol in SUMS and abs(value) <= PRECISION * size:
        return size
    # What is 0 where the zeros among its operands are exact ones: a product, a square, a sine of one.
    if not zeros.keys().isdisjoint(args):
        cleaned = [0.0 if arg in zeros else operand for arg, operand in zip(args, operands, strict=True)]
        if row.scalar.evaluate(*cleaned) == 0:
            return max(size, *(zeros[arg] for arg in args if arg in zeros))
    is_root = row.symbol not in SUMS and _is_root(row.scalar.evaluate, operands, value)
    return NEAR_ROOT if is_root else 0.0


def _is_root(function: Callable[..., float], operands: Sequence[float], value: float) -> bool:
    """Whether a function has a root so near to these operands, where it has this value, that rounding alone parts them.

    So it is with sin at pi; exp(-25) is small, and far from any root.
    """
    if not 0 < abs(value) <= NO_DIGITS * NEAR_ROOT:
        return False
    moved = function(*(operand * (1 + PRECISION) for operand in operands))
    return abs(moved - value) > abs(value) / 2


def size_of(operands: Sequence[Any]) -> float:
    """The sum of the absolute values of numbers."""
    return sum(map(abs, operands), start=0.0)


def cleaned(linear: Linearization, zeros: dict[int, float]) -> Linearization:
    """The linearization at the values in which these `zeros` are exact ones, and so are slopes at a root of theirs."""
    evaluation = copy(linear.evaluation)
    # No pass again: what comes of a zero is among the zeros, or hardly moved by it.
    evaluation.terms = [0.0 if slot in zeros else value for slot, value in enumerate(evaluation.terms)]
    found = Linearization(evaluation)
    for slot, row in enumerate(evaluation.rows):
        slopes = (slope for _, slope in found.slot_edges[slot] if isinstance(slope, float))
        if row is not None and any(abs(slope) <= NO_DIGITS for slope in slopes):
            roots = {evaluation.tape.args[slot][k] for k in range(len(row.params)) if _is_flat(found, slot, row, k)}
            found.slot_edges[slot] = [(arg, 0.0 if arg in roots else slope) for arg, slope in found.slot_edges[slot]]
    return found


def _is_flat(linear: Linearization, slot: int, row: Primitive, k: int) -> bool:
    """Whether the slope of an operation by its k-th argument has a root where its operands are."""
    edge = linear.edge_to(slot, row, k)

    def _slope(*operands: float) -> float:
        return float(edge.slope(*operands, row.scalar.evaluate(*operands)))

    operands = [linear.evaluation.terms[arg] for arg in linear.tape.args[slot]]
    return _is_root(_slope, operands, _slope(*operands))
