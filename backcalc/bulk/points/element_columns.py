"""The columns of a table of points: one for each number of the output and of its gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np


class GradientColumn(NamedTuple):
    """One number of the gradient: of `p[0]` by `W[0,1]`, and where it is in the array of the input `name`."""

    of: str
    wrt: str
    name: str
    place: tuple[int, ...]


def elements(name: str, shape: tuple[int, ...]) -> list[tuple[str, tuple[int, ...]]]:
    """Each number of a node, as `y`, `p[0]` or `W[0,1]`, and its index; a number has none."""
    indices = np.ndindex(*shape)  # Of no axes it gives one index, the empty one.
    return [(f"{name}[{','.join(map(str, index))}]" if index else name, index) for index in indices]


def gradient_columns(
    outputs: Sequence[tuple[str, tuple[int, ...]]], shapes: Mapping[str, tuple[int, ...]]
) -> list[GradientColumn]:
    """A column for each element of an output by each of inputs with these shapes, those of one input side by side."""
    return [
        GradientColumn(of, wrt, name, (*place, *index))
        for name, shape in shapes.items()
        for of, place in outputs
        for wrt, index in elements(name, shape)
    ]
