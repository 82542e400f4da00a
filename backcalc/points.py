"""Points from a CSV file: a header of input names (`x`, `v[0]`, `W[0,1]`), a row a point."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from backcalc.array import Array
from backcalc.errors import Diagnostic, Source, Span, UsageError, plural, quoted, shorten
from backcalc.graph import Graph
from backcalc.suggest import did_you_mean

_COLUMN = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<indices>\d+(?:,\s*\d+)?)\])?")


@dataclass(frozen=True)
class Points:
    """For each input that has columns, an array of points × its shape; and what was noticed."""

    values: dict[str, Array]
    warnings: list[Diagnostic] = field(default_factory=list)


def read_points(source: Source, graph: Graph) -> Points:
    """The points in `source`. Raises UsageError with line and column for what is missing, short or no number."""
    rows = list(csv.reader(io.StringIO(source.text)))
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if len(rows) < 2:
        hint = ("the first line has the inputs' names, each other line a point",)
        raise UsageError(source, [Diagnostic("no-points", "the file holds no points", hints=hint)])
    header = [cell.strip() for cell in rows[0]]
    places, warnings = _places(source, header, graph)
    table = _numbers(source, header, rows, {i for found in places.values() for i in found.values()})
    return Points({name: _array(source, name, found, table) for name, found in places.items()}, warnings)


def _numbers(source: Source, header: Sequence[str], rows: list[list[str]], used: set[int]) -> Array:
    """All cells as numbers, 0 in columns that are not used.

    Raises UsageError for every row that is short or long and every used cell that is no number.
    """
    cells = rows[1:]
    if len(used) < len(header):
        cells = [[cell if i in used else "0" for i, cell in enumerate(row)] for row in cells]
    try:
        if "_" not in source.text[_line_start(source.text, 1) :]:  # Python reads 1_000 as a number.
            return np.asarray(cells, dtype=np.float64).reshape(len(cells), len(header))
    except ValueError:
        pass
    errors = [error for i, row in enumerate(cells, 1) for error in _bad_cells(source, header, i, row)]
    if errors:
        raise UsageError(source, errors)
    return np.asarray(cells, dtype=np.float64).reshape(len(cells), len(header))


def _bad_cells(source: Source, header: Sequence[str], i: int, row: Sequence[str]) -> list[Diagnostic]:
    start = _line_start(source.text, i)
    if len(row) != len(header):
        message = f"{plural(len(row), 'cell')}, where the header has {len(header)}"
        missing = header[len(row)] if len(row) < len(header) else None
        hints = (f"the first that is missing is `{shorten(missing)}`",) if missing else ()
        end = source.text.find("\n", start)
        return [Diagnostic("row-length", message, Span(start, end if end >= 0 else len(source.text)), hints=hints)]
    errors = []
    for column, cell in zip(header, row, strict=True):
        if not _is_number(cell):
            place = Span(start, start + max(1, len(cell.strip())))
            what = f"`{shorten(cell.strip())}` is not a number" if cell.strip() else "the cell is empty"
            message = f"column `{shorten(column)}`: {what}"
            errors.append(Diagnostic("bad-cell", message, place))
        start += len(cell) + 1
    return errors


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _places(
    source: Source, header: Sequence[str], graph: Graph
) -> tuple[dict[str, dict[tuple[int, ...], int]], list[Diagnostic]]:
    """For each input its columns by index; columns of no input are told and passed over."""
    places: dict[str, dict[tuple[int, ...], int]] = {}
    errors, warnings = [], []
    at = 0
    for i, column in enumerate(header):
        span = Span(at, at + max(1, len(column)))
        at += len(column) + 1
        match = _COLUMN.fullmatch(column)
        name = match["name"].strip() if match else column
        if match is None or name not in graph.inputs:
            hints = did_you_mean(name, graph.inputs) or (f"the inputs are {quoted(graph.inputs)}",)
            warnings.append(
                Diagnostic("no-input", f"column `{shorten(column)}` is no input; passed over", span, hints=hints)
            )
            continue
        index = tuple(int(n) for n in match["indices"].split(",")) if match["indices"] else ()
        if index in places.setdefault(name, {}):
            errors.append(Diagnostic("duplicate-column", f"column `{shorten(column)}` stands twice", span))
        places[name][index] = i
    if not places:
        hint = (f"the inputs are {quoted(graph.inputs)}",)
        errors.append(Diagnostic("no-columns", "none of these columns is an input", Span(0, at - 1), hints=hint))
    if errors:
        raise UsageError(source, errors)
    return places, warnings


def _array(source: Source, name: str, places: dict[tuple[int, ...], int], table: Array) -> Array:
    """The values of one input. Raises UsageError where one of its elements has no column."""
    if len({len(index) for index in places}) > 1:
        message = f"the columns of `{shorten(name)}` have indices of different lengths"
        raise UsageError(source, [Diagnostic("missing-column", message, Span(0, 1))])
    shape = tuple(1 + max(axis) for axis in zip(*places, strict=True))
    wanted = list(np.ndindex(*shape))
    missing = [index for index in wanted if index not in places]
    if missing:
        text = ",".join(map(str, missing[0]))
        message = f"the input `{shorten(name)}` has no column `{shorten(name)}[{text}]`"
        raise UsageError(source, [Diagnostic("missing-column", message, Span(0, 1))])
    return table[:, [places[index] for index in wanted]].reshape(len(table), *shape)


def _line_start(text: str, line: int) -> int:
    at = 0
    for _ in range(line):
        at = text.find("\n", at) + 1
    return at
