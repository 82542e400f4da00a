"""Where the nodes of a graph surely have no value at a point, element by element: holes of functions in the claim."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from backcalc.bulk.points.boxes import Boxes, BoxStep
from backcalc.bulk.points.enclosures import missing_elements
from backcalc.bulk.points.stacked import element
from backcalc.language.expr import INDEX, VECTOR
from backcalc.rules.functions import intervals
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.interval import Interval
from backcalc.rules.ndarray import quiet
from backcalc.rules.row import Primitive

NOWHERE = np.zeros((1, 1, 1), bool)


def is_missing(boxes: Boxes, point: Mapping[str, Interval], known: Collection[int] = ()) -> bool:
    """Whether the outputs of `boxes` surely have no value at a point: one box, of no width.

    Of the slots `known` that is known already: 0.3 is no float, and 1/(x - 0.3) has an interval there.
    """
    values: dict[int, Interval] = dict(boxes.constants)
    values |= {slot: point[name] for name, slot in boxes.inputs.items()}
    gone: dict[int, Array] = {}  # By slot, as true and false in the places of its elements.
    with quiet():
        for step in boxes.steps:
            slot, fn, args = step
            values[slot] = fn(*[values[arg] for arg in args])
            found = np.ones((1, 1, 1), bool) if slot in known else _gone(boxes, step, values, gone)
            if found.any():
                gone[slot] = found
    return not gone.keys().isdisjoint((*boxes.outputs, *boxes.domains))


def _gone(boxes: Boxes, step: BoxStep, values: Mapping[int, Interval], gone: Mapping[int, Array]) -> Array:
    """Which elements of an operation surely have no value."""
    row, operands = boxes.rows[step.slot], [values[arg] for arg in step.args]
    assert row is not None
    holes = [gone.get(arg, NOWHERE) for arg in step.args]
    is_row = step.args == boxes.args(step.slot)  # Not another form, of other slots.
    # What stands in other places is where its elements are.
    if row.symbol in (INDEX, VECTOR, "concat") and is_row:
        return _moved(boxes, step, holes, operands)
    if row.symbol == "where":
        return _chosen(operands[0], *holes) if is_row else NOWHERE
    if not boxes.shapes[step.slot]:  # A number is made of all that it is of.
        found = any(hole.any() for hole in holes) or (is_row and bool(missing_elements(row, *operands).any()))
        return np.full((1, 1, 1), found)
    return _by_elements(boxes, step, row, holes, operands) if row.shape == "elementwise" else NOWHERE


def _moved(boxes: Boxes, step: BoxStep, holes: list[Array], operands: list[Interval]) -> Array:
    """The holes of what is put elsewhere: of elements, and of what stands side by side."""
    whole = [
        np.broadcast_to(hole, np.broadcast_shapes(hole.shape, operand.lo.shape)).astype(float)
        for hole, operand in zip(holes, operands, strict=True)
    ]
    if boxes.rows[step.slot].symbol == INDEX:  # type: ignore[union-attr]
        return np.asarray(element(whole[0], boxes.tape.indices[step.slot], boxes.shapes[step.args[0]]) > 0)
    return np.asarray(boxes.joined(step.slot, whole) > 0)


def _chosen(condition: Interval, lost: Array, first: Array, second: Array) -> Array:
    """The holes of a choice: where it surely falls on one, and where the condition has none."""
    return np.asarray(lost | (first & (condition.lo == 1)) | (second & (condition.hi == 0)))


def _by_elements(boxes: Boxes, step: BoxStep, row: Primitive, holes: list[Array], operands: list[Interval]) -> Array:
    """The holes of an operation by elements: those of its arguments, and its own."""
    if boxes.goes_by_rows(step.slot):  # Vectors as rows, as its value takes them.
        turned = [len(boxes.shapes[arg]) == 1 for arg in step.args]
        holes = [
            np.swapaxes(hole, -1, -2) if is_turned else hole for hole, is_turned in zip(holes, turned, strict=True)
        ]
        pairs = zip(operands, turned, strict=True)
        operands = [intervals.transpose(each) if is_turned else each for each, is_turned in pairs]
    found: Any = NOWHERE
    for hole in holes:
        found = found | hole
    own = step.args == boxes.args(step.slot)
    return np.asarray(found | missing_elements(row, *operands) if own else found)
