"""A run as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, cast

from backcalc.calculus.result import AnyRun
from backcalc.calculus.run import Run
from backcalc.graph.shapes import Shape
from backcalc.language.unparse import number_text, number_texts
from backcalc.rules.values import is_array, is_known, shape_of

if TYPE_CHECKING:
    from backcalc.bulk.graph.run import LargeRun
from backcalc.render.formats.csv import ROWS, csv_lines


def render_csv(run: AnyRun, *, partials: bool = False, pairs: bool = False) -> Iterator[str]:
    """The lines `node,value,adjoint` (in forward mode a column a tangent); `of,wrt,value` for partials or all pairs."""
    if partials or pairs:
        assert isinstance(run, Run)  # Of no other run are they asked for.
        triples = run.pairs() if pairs else _local_partials(run)
        triple_rows = ((of + at, wrt, cell) for of, wrt, value in triples for at, (cell,) in _elements([value]))
        yield from csv_lines([("of", "wrt", "value"), *triple_rows])
        return
    if run.mode == "reverse" and not any(run.shapes):
        yield from _lines_of_numbers(run)
        return
    assert isinstance(run, Run)
    if run.mode == "forward":
        yield from csv_lines(_tangent_rows(run))
        return
    numbers = zip(run.graph.nodes, run.values, run.adjoints, strict=True)
    rows = ((node.name + at, *cells) for node, *row in numbers for at, cells in _elements(row))
    yield from csv_lines([("node", "value", "adjoint"), *rows])


def _tangent_rows(run: Run) -> Iterator[Sequence[str]]:
    """A row an element of a node, a column an element of an input: the direction in which it alone moves."""
    directions = [(name, at) for name in run.tangents for at in _indices(run.shape(name))]
    headers = ["tangent"] if len(directions) == 1 else [f"tangent {name}{_index(at)}" for name, at in directions]
    yield "node", "value", *headers
    for i, node in enumerate(run.graph.nodes):
        for at in _indices(run.shapes[i]):
            tangents = (_cell(run.tangents[name][i], at + direction) for name, direction in directions)
            yield node.name + _index(at), _cell(run.values[i], at), *tangents


def _lines_of_numbers(run: AnyRun) -> Iterator[str]:
    """The lines of a run of numbers: no name needs quotes, and a million rows take no longer than they must."""
    yield "node,value,adjoint"
    count = len(run.graph.index)
    for i in range(0, count, ROWS):
        part = slice(i, min(i + ROWS, count))
        yield _rows(run, part) if isinstance(run, Run) else _rows_of_arrays(cast("LargeRun", run), part)


def _rows(run: Run, part: slice) -> str:
    names = [node.name for node in run.graph.nodes[part]]
    return "\n".join(map(",".join, zip(names, _cells(run.values[part]), _cells(run.adjoints[part]), strict=True)))


def _rows_of_arrays(run: LargeRun, part: slice) -> str:
    """The rows of a large run, of which a string of each cell would take longer than all else."""
    from backcalc.bulk.arrays.decimals import cells
    from backcalc.bulk.arrays.words import rows_of

    values, adjoints = cells(run.value_array[part], run.known[part]), cells(run.adjoint_array[part])
    return rows_of([run.graph.names.columns(part), b",", values, b",", adjoints, b"\n"])[:-1]


def _cells(column: Sequence[Any]) -> list[str]:
    if {*map(type, column)} == {float}:
        return number_texts(list(column))
    return [_cell(value, ()) for value in column]


def _local_partials(run: Run) -> Iterator[tuple[str, str, Any]]:
    for i, node in enumerate(run.graph.nodes):
        yield from ((node.name, arg, value) for arg, value in run.partials(i).items())


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
    if value is None or not is_known(value):
        return ""
    return number_text(float(value[index] if is_array(value) else value))
