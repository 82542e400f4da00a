"""Adjoints of the nodes: the derivative of one output, or of a loss outside the graph, with respect to every node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backcalc import progress
from backcalc.linearize import Linearization
from backcalc.simplify import tidy
from backcalc.values import is_known, ones


def adjoints(linear: Linearization, seeds: Mapping[int, Any] | int) -> list[Any]:
    """∂L/∂node for every node of the graph: a number, an array of its shape, or a formula; 0 where no path leads.

    `seeds` are the known adjoints of some nodes (by place in the graph), or the place of L itself.
    """
    slot, shapes = linear.tape.slot, linear.evaluation.shapes
    if isinstance(seeds, int):
        seeds = {seeds: ones(shapes[slot[seeds]])}
    progress.at("reverse pass")
    found = linear.sweep({slot[node]: seed for node, seed in seeds.items()})
    return [_read(linear, found, at) for at in slot]


def _read(linear: Linearization, found: dict[int, Any], at: int) -> Any:
    shape = linear.evaluation.shapes[at]
    if at not in found:
        return 0.0 * ones(shape)
    value = linear.full(found[at], shape)
    if not is_known(value):
        return tidy(value)
    return value if shape else float(value)
