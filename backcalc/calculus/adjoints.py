"""Adjoints of the nodes: the derivative of one output, or of a loss outside the graph, with respect to every node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backcalc import progress
from backcalc.calculus.linearize import Linearization
from backcalc.language.expr import Expr, Folded, Number
from backcalc.rules.gates import Gated
from backcalc.rules.values import Value, is_known, ones, shape_of


def adjoints(linear: Linearization, seeds: Mapping[int, Value | Gated] | int) -> Sequence[Value | None]:
    """∂L/∂node for every node of the graph: a number, an array of its shape, or a formula; 0 where no path leads.

    None for a constant.
    `seeds` are the known adjoints of some nodes (by place in the graph), or the place of L itself.
    """
    slot, shapes = linear.tape.slot, linear.evaluation.shapes
    if isinstance(seeds, int):
        # ∂L/∂L; where L is an array, the derivative of the sum of its elements.
        seeds = {seeds: ones(shapes[slot[seeds]])}
    progress.at("reverse pass")
    if linear.evaluation.has_arrays:
        from backcalc.calculus.waiting import put_off  # Of numbers none waits.

        linear = put_off(linear)
    found = linear.sweep({slot[node]: seed for node, seed in seeds.items()})
    tidied: Folded[Expr] = Folded()  # The formula of a node is a part of those before it.

    def adjoint(at: int) -> Value | None:
        """The adjoint of a slot as it is read; None of a constant, which has none."""
        if linear.tape.constant[at]:
            return None
        # Nothing has come to a slot without an entry: 0, in the shape of the node.
        value = as_read(linear, at, found[at]) if at in found else 0.0 * ones(shapes[at])
        written = value if is_known(value) else linear.evaluation.written(value, tidied)
        # A constant of 0 may have left a number for all elements.
        return linear.full(written, shapes[at]) if isinstance(written, Number) else written

    if not linear.evaluation.has_arrays:
        return list(map(adjoint, slot))
    from backcalc.calculus.waiting import in_time

    return in_time(adjoint, slot, found)


def as_read(linear: Linearization, slot: int, cotangent: Value) -> Value:
    """What a sweep has found for a slot as it is read: a float, an array with all its elements, or a formula."""
    # In a sweep one number, or one row, may stand for all elements, and an array without axes for a number.
    value = linear.full(cotangent, linear.evaluation.shapes[slot])
    return value if not is_known(value) or shape_of(value) else float(value)  # A spelling serves formulas.
