"""The mistakes that an operation offers: those of its primitive, and of a count only where it is one."""

from __future__ import annotations

from typing import Any

from backcalc.calculus.linearize import Linearization
from backcalc.marking.diagnosis.mistakes import Mistake, rows_with
from backcalc.rules.values import shape_of


def rows_of(linear: Linearization, slot: int, *, of_values: bool = False) -> tuple[Mistake, ...]:
    """The rows of the primitive at a slot: those that change a local partial, or those `of_values`."""
    row = linear.evaluation.rows[slot]
    if row is None:
        return ()
    rows = rows_with(row, of_values=of_values)
    return tuple(each for each in rows if not each.of_count or is_mean(linear, slot))


def is_mean(linear: Linearization, slot: int) -> bool:
    """Whether a quotient, or a product, is a sum by as many as it has summands: sum(v)/5, 1/3*(a + b + c)."""
    row, args, evaluation = linear.evaluation.rows[slot], linear.tape.args[slot], linear.evaluation
    if row is None or row.symbol not in ("/", "*"):
        return False
    # A quotient has its count below; of a product either factor may be 1/n.
    for sum_, by in ((0, 1), (1, 0))[: 1 if row.symbol == "/" else 2]:
        count = evaluation.terms[args[by]]
        if linear.tape.constant[args[by]] and not shape_of(count) and count:  # 1/0 has no count.
            count = count if row.symbol == "/" else 1 / count
            if count > 1 and abs(count - _summands(linear, args[sum_])) < 1e-9:  # 1/(1/3) may be a bit off.
                return True
    return False


def _summands(linear: Linearization, slot: int) -> int:
    """How many numbers a slot is the sum of; 0 where it is none."""
    rows, args = linear.evaluation.rows, linear.tape.args
    row = rows[slot]
    if row is not None and row.symbol == "sum" and not row.chosen:
        size: Any = getattr(linear.evaluation.terms[args[slot][0]], "size", 0)
        return int(size)
    count, stack = 0, [slot]
    # A long sum is a deep chain of `+`: a stack, not recursion.
    while stack:
        row = rows[part := stack.pop()]
        # A node of its own is one summand, but for the sum itself.
        if row is not None and row.symbol == "+" and (part == slot or part not in linear.tape.node_of):
            stack += args[part]
        else:
            count += 1
    return count if count > 1 else 0
