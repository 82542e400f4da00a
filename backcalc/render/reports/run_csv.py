"""A run as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from backcalc.calculus.columns import csv_cell
from backcalc.graph.shapes import Shape
from backcalc.render.formats.csv import ROWS, csv_lines
from backcalc.rules.values import is_array, is_known, shape_of

if TYPE_CHECKING:
    from backcalc.calculus.result import AnyRun


def render_csv(run: AnyRun, *, partials: bool = False, pairs: bool = False) -> Iterator[str]:
    """The lines `node,value,adjoint` (in forward mode a column a tangent); `of,wrt,value` for partials or all pairs."""
    if partials or pairs:
        triples = run.objects.pairs() if pairs else _local_partials(run)
        rows = ((of + at, wrt, cell) for of, wrt, value in triples for at, (cell,) in _elements([value]))
        yield from csv_lines([("of", "wrt", "value"), *rows])
    # An array has a row an element, each with its index: there is no fast way, and seldom a long file.
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
        # An axis of length 0 has no elements, and no row.
        for at in _indices(shape):
            pairs = zip(values, columns, strict=True)
            # A tangent has the node's axes first, an adjoint the output's.
            cells = (_cell(value, at + moved if is_tangent else moved + at) for value, (_, _, moved) in pairs)
            yield name + _index(at), _cell(run.values[i], at), *cells


def _local_partials(run: AnyRun) -> Iterator[tuple[str, str, Any]]:
    found = run.objects
    for i, node in enumerate(found.graph.nodes):
        yield from ((node.name, arg, value) for arg, value in found.partials(i).items())


def _elements(values: Sequence[Any]) -> Iterator[tuple[str, list[str]]]:
    """The elements of values of one shape, each with its index as it follows a name; what is not known is empty."""
    shape = max((shape_of(value) for value in values), key=len)
    for index in _indices(shape):
        yield _index(index), [_cell(value, index) for value in values]


def _indices(shape: Shape) -> Iterator[tuple[int, ...]]:
    """The index of each element of a shape."""
    return product(*(range(n or 0) for n in shape))


def _index(index: tuple[int, ...]) -> str:
    """An index as it follows a name."""
    return f"[{','.join(map(str, index))}]" if index else ""


def _cell(value: Any, index: tuple[int, ...]) -> str:
    """An element of a value; nothing where it is not known."""
    is_whole = value is None or not is_known(value) or not is_array(value)
    return csv_cell(value if is_whole else value[index])
