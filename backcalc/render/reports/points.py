"""A run at many points: a row of output and gradient a point, some points at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from backcalc.bulk.points.run import Batch, DataStream
from backcalc.render.cells import Cell, CellValue, Derivative, NodeName
from backcalc.render.document import Document, Grid, Sentence, cut
from backcalc.render.formats.csv import csv_lines
from backcalc.render.formats.json import dump
from backcalc.render.values import exact
from backcalc.rules.functions.arrays import Array
from backcalc.text.numerals import DIGITS
from backcalc.text.wording import shorten

_NUMBER = "%s"  # Where a number goes; no name has a % in it.
_MARK = dump(_NUMBER)


@dataclass(frozen=True)
class PointsReport:
    """A run at many points as it is shown; each method runs them, so that only one of them is asked for."""

    stream: DataStream
    digits: int = DIGITS
    limit: int = 0
    when_run: Callable[[], None] = lambda: None
    """What is called when a table has all its points, before it is written."""

    def document(self) -> Document:
        """A table with a row a point."""
        tables = points_tables(self.stream, self.digits, self.limit)
        self.when_run()
        return Document(tables)

    def json(self) -> Iterator[str]:
        """The points in their order."""
        return render_points_json(self.stream)

    def csv(self) -> Iterator[str]:
        """A line a point."""
        return render_points_csv(self.stream)


def points_tables(stream: DataStream, digits: int = DIGITS, limit: int = 0) -> list[Grid | Sentence]:
    """A table with a row a point, of the first `limit` points; 0 is no limit. All points are run."""
    header: tuple[Cell, ...] = (
        "point",
        *(NodeName(shorten(name)) for name, _ in stream.outputs),
        *(Derivative(shorten(column.of), column.wrt) for column in stream.columns),
    )
    rows: list[tuple[Cell, ...]] = []
    count = 0
    for batch in stream:
        # Points beyond the limit are run too: one that is not finite decides the exit status.
        shown = None if not limit else max(0, limit - len(rows))
        # Python's numbers only of what is shown: a batch may have thousands of points.
        numbers = zip(*(column[:shown] for column in _columns(stream, batch)), strict=True)
        for i, row in enumerate(numbers, len(rows) + 1):
            # Without a value its columns stay, so that the header fits.
            found = row if stream.has_value else (*[None] * len(stream.outputs), *row)
            rows.append((str(i), *(CellValue(n, digits) for n in found)))
        count += len(next(_columns(stream, batch)))
    return cut(Grid(header, rows, frozenset(range(len(header)))), count)


def render_points_csv(stream: DataStream) -> Iterator[str]:
    """The lines `J,dJ/dx,…`, many at a time."""
    names = [*(name for name, _ in stream.outputs), *(f"d{each.of}/d{each.wrt}" for each in stream.columns)]
    yield from csv_lines([names])
    # Batch by batch: the file may be larger than memory.
    for batch in stream:
        yield _rows_of_numbers(list(_columns(stream, batch)), "" if stream.has_value else "," * len(stream.outputs))


def render_points_json(stream: DataStream) -> Iterator[str]:
    """The points in their order, each with its value and gradient, many lines at a time."""
    # The form is made once, by the encoder itself; the numbers of each point are filled in.
    before, after = dump({"output": stream.output, "points": [_NUMBER]}, indented=True).split(f"    {_MARK}")
    template = _template(stream)
    yield before.rstrip("\n")
    last: list[str] = []  # Only of the last point of all no comma follows.
    for batch in stream:
        points = last + [template % row for row in zip(*map(_exact, _columns(stream, batch)), strict=True)]
        last = points[-1:]
        if len(points) > 1:
            yield ",\n".join(points[:-1]) + ","
    yield last[0]
    yield after.lstrip("\n")


def _template(stream: DataStream) -> str:
    """A point as JSON, with `%s` for each number."""
    of = stream.output_shape
    gradient = {name: np.full((*of, *shape), _NUMBER, object).tolist() for name, shape in stream.shapes.items()}
    value = np.full(of, _NUMBER, object).tolist() if stream.has_value else None
    # The encoder puts the mark in quotes; a number has none.
    text = dump({"value": value, "gradient": gradient}, indented=True).replace(_MARK, _NUMBER)
    return "\n".join(f"    {line}" for line in text.splitlines())


def _exact(column: Array) -> Iterable[str]:
    """Numbers as JSON has them."""
    # The encoder is several times slower than `repr`, and writes the same but for inf and nan.
    if np.isfinite(column).all():
        return map(repr, column.tolist())
    return [dump(exact(number)) for number in column.tolist()]


def _columns(stream: DataStream, batch: Batch) -> Iterator[Array]:
    """The output at the points of a batch, where it is known, then each number of the gradient."""
    if batch.has_value:
        yield from (_at_all_points(batch.value, index) for _, index in stream.outputs)
    for column in stream.columns:
        yield _at_all_points(batch.gradient[column.name], column.place)


def _at_all_points(values: Array, index: tuple[int, ...]) -> Array:
    place: Any = (slice(None), *index)
    found: Array = values[place]
    return found


def _rows_of_numbers(columns: list[Array], before: str) -> str:
    """Lines of CSV that begin with `before`, each number the shortest text that reads back as it.

    A whole one has no point.
    """
    row = before + ",".join(["%r"] * len(columns)) + "\n"
    # One form for all rows: a row by hand is slower several times.
    text = "".join([row % numbers for numbers in zip(*(column.tolist() for column in columns), strict=True)])
    return text.replace(".0,", ",").replace(".0\n", "\n")[:-1]
