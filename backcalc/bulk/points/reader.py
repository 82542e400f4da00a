"""Points from CSV text: a header of input names (`x`, `v[0]`, `W[0,1]`), a row a point; a block of rows at a time.

A block of plain numbers is read by array operations (`cells`), any other one by the `csv` module, cell by cell: there
are the words for all that is wrong.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from backcalc.bulk.points.cells import plain_cells
from backcalc.bulk.points.header import Places, PointHeader, indices, layout, read_header, read_places
from backcalc.bulk.points.thousands import Thousands
from backcalc.graph.model import Dag
from backcalc.rules.functions.arrays import Array
from backcalc.text.csv_records import (
    CsvBlock,
    blocks,
    is_comment,
    is_number,
    records,
    with_commas,
    with_point,
    without_end,
)
from backcalc.text.errors import MAX_ERRORS, Code, Diagnostic, ReadError, UsageError, excerpt
from backcalc.text.files import decode
from backcalc.text.source import Source, Span
from backcalc.text.wording import option, plural, shorten

_COMMENT = re.compile(rb"(?m)^[ \t]*[#%]")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")

Arrays = dict[str, Array]
"""For each input that has columns, an array of points × its shape."""


class PointReader:
    """The points of a file, some at a time: iterating gives `Arrays`.

    `shapes` has the shape of each input that has columns; `warnings` what was noticed, with the text that it speaks of:
    of the header at once, of the points when all are read. Raises BackcalcError, when made and while iterating.
    """

    def __init__(self, name: str, pieces: Iterable[bytes], graph: Dag) -> None:
        self._name, self._blocks = name, blocks(pieces)
        # The first block tells the header, and is already points as well.
        first = _source(name, block := next(self._blocks))
        self.header, self._places, found = _header(first, graph, block.is_last)
        self.warnings = [(first, warning) for warning in found]
        # Columns of no input are not even turned into numbers.
        self._used = sorted(i for columns in self._places.values() for i in columns.values())
        self._not_finite: list[tuple[Source, Diagnostic]] = []  # The first.
        self._not_finite_count = 0
        self._thousands = Thousands(self.header, self._used, lambda block: _source(name, block))
        self._thousands.require_none(block)
        self._first = self._table(first, block.is_last, self.header.end)
        self.shapes = {key: layout(self.header, graph, key, columns) for key, columns in self._places.items()}

    def __iter__(self) -> Iterator[Arrays]:
        is_any = bool(len(self._first))  # Read when the reader was made.
        if is_any:
            yield self._arrays(self._first)
        for block in self._blocks:
            self._thousands.require_none(block)
            table = self._block_table(block)
            if len(table):
                is_any = True
                yield self._arrays(table)
        if not is_any:  # Behind the header there was text, but comments alone.
            raise UsageError(self.header.source, [_NO_POINTS])
        # At the end: only now is it known how many there are.
        self.warnings += [(source, self._counted(found)) for source, found in self._not_finite]

    def notice_over(self, at: Iterable[str]) -> None:
        """Warn of the inputs that have a column, and a value for all points, `at` these, which would go unnoticed."""
        for name in at:
            if name in self._places:
                span = self.header.spans[min(self._places[name].values())]
                message = f"`{shorten(name)}` has a column, which goes over its value by {option('at')}"
                found = Diagnostic(Code.GIVEN_TWICE, message, span, hints=("each input has one value at a point",))
                self.warnings.append((self.header.source, found))

    def _block_table(self, block: CsvBlock) -> Array:
        """The numbers in the columns that are used."""
        table = self._plain_cells(block)
        return self._table(_source(self._name, block), block.is_last) if table is None else table

    def _plain_cells(self, block: CsvBlock) -> Array | None:
        """The numbers in the columns that are used; None where the lines are not plain."""
        lines, separator = without_end(block), self.header.separator
        if separator != "," and b'"' in lines:  # Commas in quotes are none of the table's.
            return None
        # A comment may have as many cells as a point, and numbers in those that are used: `#3,4`.
        if (b"#" in lines or b"%" in lines) and _COMMENT.search(lines):
            return None
        return plain_cells(with_commas(lines, separator), len(self.header.names), self._used)

    def _table(self, source: Source, is_last: bool, start: int = 0) -> Array:
        """The numbers of a text from `start` on. Raises UsageError, for what is wrong further down too."""
        if start:
            # Even the first block may be plain behind its header.
            table = self._plain_cells(CsvBlock(source.text[start:].encode(), 1, is_last))
            if table is not None:
                return table
        try:
            return self._plain_table(source, is_last, start)
        except UsageError as error:
            raise self._with_rest(error) from None

    def _plain_table(self, source: Source, is_last: bool, start: int) -> Array:
        cells = _rows(source, self.header.separator)[bool(start) :]  # Behind a header, which is the first of its rows.
        while is_last and cells and not any(cell.strip() for cell in cells[-1]):
            cells.pop()
        table = _numbers(self.header, source, start, cells, self._used)
        found = _not_finite(self.header, source, start, cells, table, self._used)
        # One warning for the file: a column of nan would have as many as it has rows.
        self._not_finite = self._not_finite or [(source, warning) for warning in found[:1]]
        self._not_finite_count += int(np.count_nonzero(~np.isfinite(table)))
        return table

    def _with_rest(self, error: UsageError) -> UsageError:
        """`error` with what else is wrong further down, up to the most that is shown."""
        found = [(error.source, diagnostic) for diagnostic in error.diagnostics]
        # The rest of the file is read for its mistakes alone: to be told of one at a time would be a long game.
        for block in self._blocks:
            if len(found) > MAX_ERRORS:
                break
            if self._plain_cells(block) is None:
                try:
                    self._plain_table(_source(self._name, block), block.is_last, 0)
                except UsageError as more:
                    found += [(more.source, diagnostic) for diagnostic in more.diagnostics]
        return error if len(found) == len(error.diagnostics) else UsageError(*excerpt(found))

    def _arrays(self, table: Array) -> Arrays:
        # Columns that are used stand side by side in the table.
        place = {column: i for i, column in enumerate(self._used)}
        return {
            name: table[:, [place[columns[index]] for index in indices(self.shapes[name])]].reshape(
                len(table), *self.shapes[name]
            )
            for name, columns in self._places.items()
        }

    def _counted(self, warning: Diagnostic) -> Diagnostic:
        more = self._not_finite_count - 1
        return (
            warning._replace(message=f"{warning.message}, and so in {plural(more, 'more cell')}") if more else warning
        )


def _source(name: str, block: CsvBlock) -> Source:
    """The text of a block, its lines numbered as in the file. Raises ReadError."""
    lines = range(block.first_line, block.first_line + block.data.count(b"\n") + 1)
    try:
        found = decode(name, block.data)
    except ReadError as error:  # With the lines of the file, not those of the block.
        raise ReadError(Source(error.source.name, error.source.text, lines), error.diagnostics) from None
    # A minus of typography, as in the language.
    return Source(found.name, found.text.replace("\u2212", "-").replace("\u2013", "-"), lines)


def _header(source: Source, graph: Dag, is_last: bool) -> tuple[PointHeader, Places, list[Diagnostic]]:
    """The header of a file that begins with `source`, and the columns of the inputs."""
    try:
        header = _with_points(read_header(source), is_last)
        return header, *read_places(header, graph)
    except (csv.Error, UsageError):
        _rows(source, ",")  # Which has words for a record that is endless.
        raise


def _with_points(header: PointHeader, is_last: bool) -> PointHeader:
    """`header`. Raises UsageError where nothing is behind it."""
    if is_last and not header.source.text[header.end :].strip(" \t\n,;"):
        raise UsageError(header.source, [_NO_POINTS])
    return header


_HINT = "the first line has the inputs' names, each other line a point"
_NO_POINTS = Diagnostic(Code.NO_POINTS, "the file holds no points", hints=(_HINT,))


def _rows(source: Source, separator: str) -> list[list[str]]:
    """The cells of each record that is no comment. Raises UsageError where one is endless."""
    lines: Iterable[str] = io.StringIO(source.text)
    if separator == " ":
        lines = (line.strip(" \t\n").replace("\t", " ") + "\n" for line in lines)
    try:
        rows = list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
    except csv.Error:
        most = csv.field_size_limit()
        span = next(span for row in records(source.text, separator) for span in row if span.end - span.start > most)
        hint = ("a quote that is never closed?",) if source.text[span.start] == '"' else ()
        message = f"this cell has more than {most:,} characters"
        raise UsageError(source, [Diagnostic(Code.BAD_CELL, message, span, hints=hint)]) from None
    rows = [row for row in rows if not (row and is_comment(row[0]))]
    return [[with_point(cell.strip()) for cell in row] for row in rows] if separator == ";" else rows


def _numbers(header: PointHeader, source: Source, start: int, cells: list[list[str]], used: Sequence[int]) -> Array:
    """The cells in the columns `used` as numbers.

    Raises UsageError for every row that is short or long and every used cell that is no number.
    """
    width = len(header.names)
    try:
        if "_" not in source.text[start:] and all(
            len(row) == width for row in cells
        ):  # Python reads 1_000 as a number.
            return np.asarray([[row[i] for i in used] for row in cells], np.float64).reshape(len(cells), len(used))
    except ValueError:
        pass  # One of them is no number: below each is looked at by itself.
    # Columns that nobody asks for may hold names or dates.
    kept = [[cell if i in used else "0" for i, cell in enumerate(row)] for row in cells]
    pairs = zip(
        kept, _places_of(source, start, header.separator), strict=False
    )  # What stands behind the last point is empty lines.
    errors = [error for row, places in pairs for error in _bad_cells(header, source.text, row, places)]
    if errors:
        raise UsageError(source, errors)
    return np.asarray([[row[i] for i in used] for row in kept], np.float64).reshape(len(cells), len(used))


def _places_of(source: Source, start: int, separator: str) -> Iterator[list[Span]]:
    """Where the cells of each point stand, behind the header where there is one."""
    found = (row for row in records(source.text, separator) if not is_comment(source.text[slice(*row[0])]))
    if start:
        next(found)
    return found


def _bad_cells(header: PointHeader, text: str, row: Sequence[str], places: Sequence[Span]) -> Iterator[Diagnostic]:
    """What is wrong with a row: its length, else the cells that are no numbers."""
    if len(row) != len(header.names):
        yield _bad_length(header, text, row, Span(places[0].start, places[-1].end))
        return
    for column, cell, span in zip(header.names, row, places, strict=True):
        if not is_number(cell):
            what = f"`{shorten(cell.strip())}` is not a number" if cell.strip() else "the cell is empty"
            comma = _DECIMAL_COMMA.fullmatch(cell.strip())
            hints = (f"the decimal mark is a point: {shorten(cell.strip().replace(',', '.'))}",) if comma else ()
            yield Diagnostic(Code.BAD_CELL, f"column `{shorten(column)}`: {what}", span, hints=hints)


def _bad_length(header: PointHeader, text: str, row: Sequence[str], span: Span) -> Diagnostic:
    """That a row is short or long."""
    quotes, width = text.count('"', *span), len(header.names)
    message = f"{plural(len(row), 'cell')}, where the header has {width}" if row else "the line is empty"
    hints: tuple[str, ...] = ()
    if quotes % 2:
        hints = ("a quote in this row is never closed",)
    elif row and len(row) < width:
        hints = (f"the first that is missing is `{shorten(header.names[len(row)])}`",)
    # `1,5,2,7` under two names: 1,5 and 2,7.
    elif len(row) == 2 * width and all(cell.strip().lstrip("+-").isdigit() for cell in row):
        hints = (f"if {row[0].strip()},{row[1].strip()} is one number: the decimal mark is a point",)
    return Diagnostic(Code.ROW_LENGTH, message, span, hints=hints)


def _not_finite(
    header: PointHeader, source: Source, start: int, cells: list[list[str]], table: Array, used: Sequence[int]
) -> list[Diagnostic]:
    """A warning for the first cell that is no finite number. Raises UsageError for those that float64 cannot hold."""
    found = np.argwhere(~np.isfinite(table))
    if not len(found):
        return []
    places = list(_places_of(source, start, header.separator))
    errors: list[Diagnostic] = []
    warnings: list[Diagnostic] = []
    for row, column in ((int(row), used[int(i)]) for row, i in found):
        name, text, span = shorten(header.names[column]), cells[row][column].strip(), places[row][column]
        if any(map(str.isdigit, text)):  # Not `nan` or `inf`, but 1e999.
            message = f"column `{name}`: {shorten(text)} is too large for a number of 64 bits"
            errors.append(Diagnostic(Code.BAD_CELL, message, span))
        elif not warnings:
            warnings.append(Diagnostic(Code.NOT_FINITE, f"column `{name}`: {shorten(text)} is no finite number", span))
    if errors:
        raise UsageError(source, errors)
    return warnings
