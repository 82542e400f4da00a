"""Points from a CSV file: a header of input names (`x`, `v[0]`, `W[0,1]`), a row a point."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from backcalc.array import Array
from backcalc.errors import Diagnostic, Source, Span, UsageError, plural, quoted, shorten
from backcalc.graph import Graph
from backcalc.shapes import shape_words
from backcalc.suggest import did_you_mean

_COLUMN = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<indices>\d{1,9}(?:,\s*\d{1,9})?)\])?")
# A cell, in quotes where it holds commas, newlines or quotes, these twice; and what ends it.
_CELL = re.compile(r' *(?P<text>"(?:[^"]|"")*"?[^,\n]*|[^,\n]*)(?P<end>[,\n]?)')
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")

# What separates columns in the files of others: its name, and the command that makes commas of it.
_SEPARATORS = {
    ";": ("semicolons", "tr ',;' '.,'"),  # Where `;` separates, the decimal point is a comma.
    "\t": ("tabs", r"tr '\t' ','"),
    "|": ("`|`", "tr '|' ','"),
    " ": ("spaces", "tr -s ' ' ','"),
}

Places = dict[str, dict[tuple[int, ...], int]]
"""For each input its columns, by index."""


@dataclass(frozen=True)
class Points:
    """For each input that has columns, an array of points × its shape; and what was noticed."""

    values: dict[str, Array]
    warnings: list[Diagnostic] = field(default_factory=list)


def read_points(source: Source, graph: Graph) -> Points:
    """The points in `source`. Raises UsageError with line and column for what is missing, short or no number."""
    source = Source(source.name, source.text.replace("\u2212", "-"))  # A minus of typography, as in the language.
    rows = _rows(source)
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if len(rows) < 2:
        hint = ("the first line has the inputs' names, each other line a point",)
        raise UsageError(source, [Diagnostic("no-points", "the file holds no points", hints=hint)])
    header = _Header(source, [cell.strip() for cell in rows[0]], next(_records(source.text)))
    places, warnings = _places(header, graph)
    used = {i for found in places.values() for i in found.values()}
    table = _numbers(header, rows[1:], used)
    arrays = {name: _array(header, graph, name, found, table) for name, found in places.items()}
    return Points(arrays, warnings + _not_finite(header, rows[1:], table, sorted(used)))


@dataclass(frozen=True)
class _Header:
    """The columns' names, and where they stand."""

    source: Source
    names: list[str]
    spans: list[Span]


def _rows(source: Source) -> list[list[str]]:
    """The cells of each record. Raises UsageError where one is endless."""
    try:
        return list(csv.reader(io.StringIO(source.text), skipinitialspace=True))
    except csv.Error:
        most = csv.field_size_limit()
        span = next(span for row in _records(source.text) for span in row if span.end - span.start > most)
        hint = ("a quote that is never closed?",) if source.text[span.start] == '"' else ()
        message = f"this cell has more than {most:,} characters"
        raise UsageError(source, [Diagnostic("bad-cell", message, span, hints=hint)]) from None


def _records(text: str) -> Iterator[list[Span]]:
    """Where the cells of each record stand, as the reader splits them; a quoted cell may span lines."""
    record: list[Span] = []
    for cell in _CELL.finditer(text):
        record.append(Span(*cell.span("text")))
        if cell["end"] != ",":
            yield record
            record = []


def _numbers(header: _Header, cells: list[list[str]], used: set[int]) -> Array:
    """All cells as numbers, 0 in columns that are not used.

    Raises UsageError for every row that is short or long and every used cell that is no number.
    """
    width, text = len(header.names), header.source.text
    if len(used) < width:
        cells = [[cell if i in used else "0" for i, cell in enumerate(row)] for row in cells]
    try:
        if "_" not in text[text.find("\n") :]:  # Python reads 1_000 as a number.
            return np.asarray(cells, dtype=np.float64).reshape(len(cells), width)
    except ValueError:
        pass
    spans = _records(text)
    next(spans)
    pairs = zip(cells, spans, strict=False)  # What stands behind the last point is empty lines.
    errors = [error for row, places in pairs for error in _bad_cells(header, row, places)]
    if errors:
        raise UsageError(header.source, errors)
    return np.asarray(cells, dtype=np.float64).reshape(len(cells), width)


def _bad_cells(header: _Header, row: Sequence[str], places: Sequence[Span]) -> Iterator[Diagnostic]:
    """What is wrong with a row: its length, else the cells that are no numbers."""
    if len(row) != len(header.names):
        yield _bad_length(header, row, Span(places[0].start, places[-1].end))
        return
    for column, cell, span in zip(header.names, row, places, strict=True):
        if not _is_number(cell):
            what = f"`{shorten(cell.strip())}` is not a number" if cell.strip() else "the cell is empty"
            comma = _DECIMAL_COMMA.fullmatch(cell.strip())
            hints = (f"the decimal mark is a point: {shorten(cell.strip().replace(',', '.'))}",) if comma else ()
            yield Diagnostic("bad-cell", f"column `{shorten(column)}`: {what}", span, hints=hints)


def _bad_length(header: _Header, row: Sequence[str], span: Span) -> Diagnostic:
    """That a row is short or long."""
    text, width = header.source.text[slice(*span)], len(header.names)
    message = f"{plural(len(row), 'cell')}, where the header has {width}" if row else "the line is empty"
    hints: tuple[str, ...] = ()
    if text.count('"') % 2:
        hints = ("a quote in this row is never closed",)
    elif row and len(row) < width:
        hints = (f"the first that is missing is `{shorten(header.names[len(row)])}`",)
    elif len(row) == 2 * width and all(cell.strip().lstrip("+-").isdigit() for cell in row):
        hints = (f"if {row[0].strip()},{row[1].strip()} is one number: the decimal mark is a point",)
    return Diagnostic("row-length", message, span, hints=hints)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _not_finite(header: _Header, cells: list[list[str]], table: Array, used: list[int]) -> list[Diagnostic]:
    """A warning of the first cell that is no finite number. Raises UsageError for those that float64 cannot hold."""
    found = np.argwhere(~np.isfinite(table[:, used]))
    if not len(found):
        return []
    places = list(_records(header.source.text))
    errors, first = [], None
    for row, column in ((int(row), used[int(i)]) for row, i in found):
        name, text, span = shorten(header.names[column]), cells[row][column].strip(), places[row + 1][column]
        if any(map(str.isdigit, text)):  # Not `nan` or `inf`, but 1e999.
            message = f"column `{name}`: {shorten(text)} is too large for a number of 64 bits"
            errors.append(Diagnostic("bad-cell", message, span))
        first = first or (f"column `{name}`: {shorten(text)} is no finite number", span)
    if errors or first is None:
        raise UsageError(header.source, errors)
    more = f", and so in {plural(len(found) - 1, 'more cell')}" if len(found) > 1 else ""
    return [Diagnostic("not-finite", first[0] + more, first[1])]


def _places(header: _Header, graph: Graph) -> tuple[Places, list[Diagnostic]]:
    """For each input its columns by index; columns of no input are told and passed over."""
    places: Places = {}
    errors, warnings = [], []
    for i, (column, span) in enumerate(zip(header.names, header.spans, strict=True)):
        match = _COLUMN.fullmatch(column)
        name = match["name"].strip() if match else column
        if match is None or name not in graph.inputs:
            warnings.append(_passed_over(column, name, span, graph))
            continue
        index = tuple(int(n) for n in match["indices"].split(",")) if match["indices"] else ()
        if index in places.setdefault(name, {}):
            errors.append(Diagnostic("duplicate-column", f"column `{shorten(column)}` stands twice", span))
        places[name][index] = i
    if not places:
        errors.append(_no_columns(header, graph))
    if errors:
        raise UsageError(header.source, errors)
    return places, warnings


def _passed_over(column: str, name: str, span: Span, graph: Graph) -> Diagnostic:
    hints = did_you_mean(name, graph.inputs) or (f"the inputs are {quoted(graph.inputs)}",)
    if name in graph.index:
        hints = (f"`{shorten(name)}` is computed by the graph",)
    what = f"column `{shorten(column)}` is no input" if column else "a column without a name is no input"
    return Diagnostic("no-input", f"{what}; passed over", span, hints=hints)


def _no_columns(header: _Header, graph: Graph) -> Diagnostic:
    """Why no column is an input: another separator, no header, or other names."""
    span = Span(header.spans[0].start, header.spans[-1].end)
    text = header.source.text[slice(*span)]
    inputs = (f"the inputs are {quoted(graph.inputs)}",)
    for separator, (what, command) in _SEPARATORS.items():
        parts = [_COLUMN.fullmatch(part.strip().strip('"')) for part in text.split(separator)]
        if len(parts) > 1 and any(part and part["name"].strip() in graph.inputs for part in parts):
            hint = f"make commas of them, as this command does: {command}"
            return Diagnostic("separator", f"the columns are separated by {what}, not by commas", span, hints=(hint,))
    if all(map(_is_number, header.names)):
        message = "the first line has numbers in place of the inputs' names"
        return Diagnostic("no-columns", message, span, hints=inputs)
    return Diagnostic("no-columns", "none of these columns is an input", span, hints=inputs)


def _array(header: _Header, graph: Graph, name: str, places: Mapping[tuple[int, ...], int], table: Array) -> Array:
    """The values of one input. Raises UsageError where one of its elements has no column."""
    span = header.spans[next(iter(places.values()))]
    if len({len(index) for index in places}) > 1:
        message = f"the columns of `{shorten(name)}` have indices of different lengths"
        raise UsageError(header.source, [Diagnostic("missing-column", message, span)])
    shape = tuple(1 + max(axis) for axis in zip(*places, strict=True))
    declared = graph.node(name).shape
    # The columns that should be there: of a declared shape where its rank is right, else up to the last that is.
    whole = declared if declared is not None and len(declared) == len(shape) else shape
    missing = next((index for index in _indices(whole) if index not in places), None)
    if missing is not None:
        text = ",".join(map(str, missing))
        message = f"the input `{shorten(name)}` has no column `{shorten(name)}[{text}]`"
        raise UsageError(header.source, [Diagnostic("missing-column", message, span)])
    if declared is not None and shape != declared:
        raise UsageError(header.source, [_other_shape(name, shape, declared, span)])
    return table[:, [places[index] for index in _indices(shape)]].reshape(len(table), *shape)


def _other_shape(name: str, shape: tuple[int, ...], declared: tuple[int, ...], span: Span) -> Diagnostic:
    """That the columns of an input make another shape than the one that it is declared with."""
    name = shorten(name)
    message = f"the columns of `{name}` make {shape_words(shape)}, it is declared as {shape_words(declared)}"
    first, last = (",".join(str(i) for i in index) for index in ((0,) * len(declared), [n - 1 for n in declared]))
    hints = (f"its columns are `{name}[{first}]` to `{name}[{last}]`",) if declared else ()
    return Diagnostic("column-shape", message, span, hints=hints)


def _indices(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every index of an array, one at a time: a column `v[999999999]` is no reason to fill the memory."""
    if not shape:
        yield ()
        return
    for i in range(shape[0]):
        yield from ((i, *rest) for rest in _indices(shape[1:]))
