"""The Jacobians of a wide output: one sweep over a stack of unit cotangents, an element each, in place of as many."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from backcalc.bulk.points.passes import NUMBERS, Pass
from backcalc.bulk.points.stacked import Stacked
from backcalc.calculus.evaluate import Evaluation
from backcalc.rules.functions.arrays import Array
from backcalc.rules.gates import only
from backcalc.rules.ndarray import quiet


def jacobians(evaluation: Evaluation, output: str, wrt: Sequence[str]) -> list[Array]:
    """∂output/∂name for each of `wrt`, the output's shape followed by the node's; all values are to be known."""
    slot, index = evaluation.tape.slot, evaluation.tape.graph.index
    shapes = [tuple(n or 0 for n in shape) for shape in evaluation.shapes]
    shape, wanted = shapes[slot[index[output]]], [shapes[slot[index[name]]] for name in wrt]
    count = prod(shape)
    # Written into part by part: rows for all elements at once may not fit.
    found = [np.zeros((count, *each)) for each in wanted]
    # What a step makes is to stay in the cache for the next one, and to fit memory whatever lies on the way.
    needed = evaluation.tape.downstream([slot[index[name]] for name in wrt])
    rows = max(1, NUMBERS // max((prod(each) for each, is_on in zip(shapes, needed, strict=True) if is_on), default=1))
    with quiet():
        for begin in range(0, count, rows):
            part = slice(begin, min(begin + rows, count))
            for target, adjoints in zip(found, _rows(evaluation, output, wrt, part), strict=True):
                target[part] = adjoints
    return [each.reshape((*shape, *by)) for each, by in zip(found, wanted, strict=True)]


def _rows(evaluation: Evaluation, output: str, wrt: Sequence[str], part: slice) -> list[Array]:
    """The rows of the Jacobians that belong to some elements of the output, a stack a node."""
    slot, index = evaluation.tape.slot, evaluation.tape.graph.index
    last = slot[index[output]]
    count, size = part.stop - part.start, prod(n or 0 for n in evaluation.shapes[last])
    layout = Stacked(evaluation, count)
    units = layout.input(np.eye(count, size, part.start), last)
    # Units with gates: of the other elements nothing is asked, whatever slopes are theirs.
    _, adjoints = Pass(evaluation, {}, layout).run(output, wrt, only(units))
    places = [slot[index[name]] for name in wrt]
    return [
        # No path: the output does not depend on it.
        np.zeros((count, *(n or 0 for n in evaluation.shapes[at])))
        if adjoint is None
        else layout.read(layout.full(adjoint, at), at)
        for at, adjoint in zip(places, adjoints, strict=True)
    ]
