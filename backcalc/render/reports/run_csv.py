"""A run as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from backcalc.calculus.columns import csv_cell
from backcalc.graph.shapes import Shape
from backcalc.language.unparse import number_texts
from backcalc.render.formats.csv import ROWS, csv_lines
from backcalc.rules.values import is_array, is_known, shape_of

if TYPE_CHECKING:
    from backcalc.calculus.result import AnyRun


def render_csv(run: AnyRun, *, partials: bool = False, pairs: bool = False) -> Iterator[str]:
    """The lines `node,value,adjoint` (in forward mode a column a tangent); `of,wrt,value` for partials or all pairs."""
    if partials or pairs:
        triples = run.objects.pairs() if pairs else _local_partials(run)
        rows = ((of + at, wrt, cell) for of, wrt, value in triples for at, cell in _elements(value))
        yield from csv_lines([("of", "wrt", "value"), *rows])
    # An array has a row an element, each with its index.
    elif any(run.shapes):
        yield from csv_lines(_rows_of_elements(run))
    else:
        yield ",".join(("node", "value", *(heading for heading, *_ in _columns(run))))
        count = len(run.graph.index)
        for i in range(0, count, ROWS):
            yield run.columns(slice(i, min(i + ROWS, count))).csv()


def _columns(run: AnyRun) -> list[tuple[str, Sequence[Any], tuple[int, ...]]]:
    """The derivatives a column: its heading, and the direction in which the input moves, that of one element of it."""
    if run.mode == "reverse":
        # A Jacobian has the output's axes first: a column an element of the output.
        of = [_index(at) for at in _indices(run.jacobian_shape)]
        headings = [f"adjoint {run.output}{at}" if at else "adjoint" for at in of]
        return [(heading, run.adjoints, at) for heading, at in zip(headings, _indices(run.jacobian_shape), strict=True)]
    if run.along:
        return [("tangent", tangent, ()) for tangent in run.tangents.values()]
    # The direction is an element of the input, the row one of the node.
    shapes = dict(zip(run.graph.index, run.shapes, strict=True))
    # A vector moves in as many directions as it has elements: a column each.
    moved = [(name, at) for name in run.tangents for at in _indices(shapes[name])]
    # A name says by which input only where there are several.
    headings = ["tangent"] if len(moved) == 1 else [f"tangent {name}{_index(at)}" for name, at in moved]
    return [(heading, run.tangents[name], at) for heading, (name, at) in zip(headings, moved, strict=True)]


def _rows_of_elements(run: AnyRun) -> Iterator[Sequence[str]]:
    """A row an element of a node."""
    columns, is_tangent = _columns(run), run.mode == "forward"
    yield "node", "value", *(heading for heading, *_ in columns)
    for i, name in enumerate(run.graph.index):
        values = [column[i] for _, column, _ in columns]
        # In reverse mode an adjoint has the shape of its node, which may be known where the value is not.
        is_of_node = run.mode == "forward" or run.jacobian_shape
        shape = run.shapes[i] if is_of_node else max(map(shape_of, (run.values[i], *values)), key=len)
        # A tangent has the node's axes first, an adjoint the output's.
        moved = [(..., *at) if is_tangent else (*at, ...) for _, _, at in columns]
        cells = [_cells(value, shape, at) for value, at in zip(values, moved, strict=True)]
        # An axis of length 0 has no elements, and no row.
        names = (name + _index(at) for at in _indices(shape))
        yield from zip(names, _cells(run.values[i], shape), *cells, strict=True)


def _local_partials(run: AnyRun) -> Iterator[tuple[str, str, Any]]:
    found = run.objects
    for i, node in enumerate(found.graph.nodes):
        yield from ((node.name, arg, value) for arg, value in found.partials(i).items())


def _elements(value: Any) -> Iterator[tuple[str, str]]:
    """The elements of a value, each behind its index as it follows a name; what is not known is empty."""
    shape = shape_of(value)
    return zip(map(_index, _indices(shape)), _cells(value, shape), strict=True)


def _indices(shape: Shape) -> Iterator[tuple[int, ...]]:
    """The index of each element of a shape."""
    return product(*(range(n or 0) for n in shape))


def _index(index: tuple[int, ...]) -> str:
    """An index as it follows a name."""
    return f"[{','.join(map(str, index))}]" if index else ""


def _cells(value: Any, shape: Shape, at: tuple[Any, ...] = ()) -> list[str]:
    """The elements of a value of `shape`, or of what stands `at` an index of it; a number, or none, is that of all."""
    if value is None or not is_known(value) or not is_array(value):
        return [csv_cell(value)] * prod(n or 0 for n in shape)
    elements = (value[at] if at else value).ravel().tolist()
    # A column at one go takes a tenth of the time.
    return number_texts(elements) if value.dtype == float else list(map(csv_cell, elements))
