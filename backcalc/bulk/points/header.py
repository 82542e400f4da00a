"""The header of a CSV file of points: which of its columns are which input's, and what it may have wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backcalc.graph.model import Dag
from backcalc.graph.shapes import shape_words
from backcalc.language.lexis import as_named
from backcalc.text.csv_records import is_comment, is_number, parted_by_bars, records, separator_of, unquoted
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source, Span
from backcalc.text.suggest import did_you_mean
from backcalc.text.wording import quoted, shorten

_COLUMN = re.compile(r"(?P<name>[^\[\]]+)(?:\[(?P<indices>\d{1,9}(?:,\s*\d{1,9})?)\])?")


Places = dict[str, dict[tuple[int, ...], int]]
"""For each input its columns, by index."""


@dataclass(frozen=True)
class PointHeader:
    """The columns' names, where they stand, and where the first point does."""

    source: Source
    names: list[str]
    spans: list[Span]
    separator: str

    @property
    def end(self) -> int:
        """The offset of the line behind the header."""
        return self.spans[-1].end + 1


def read_header(source: Source) -> PointHeader:
    """The header of a text, its first line that is no comment."""
    start = 0
    while is_comment(source.text[start : start + 1]) and "\n" in source.text[start:]:
        start = source.text.index("\n", start) + 1
    line = source.line_text(start).strip()
    separator = separator_of(line)
    if separator == " " and not re.search(r"\s", line):  # One column, whose cells may have anything in them.
        separator = ","
    found = next(records(source.text[start:], separator))  # By records, for a name may stand in quotes.
    spans = [Span(start + span.start, start + span.end) for span in found]
    return PointHeader(source, [unquoted(source.text[slice(*span)]) for span in spans], spans, separator)


def read_places(header: PointHeader, graph: Dag) -> tuple[Places, list[Diagnostic]]:
    """For each input its columns by index; columns of no input are told and passed over.

    Raises UsageError where there are none, or one twice.
    """
    places: Places = {}
    # A column that is no input may be a note or an id: told, for it may be misspelt, but no error.
    errors, warnings = [], []
    for i, (column, span) in enumerate(zip(header.names, header.spans, strict=True)):
        match = _COLUMN.fullmatch(column)
        name = as_named(match["name"].strip()) if match else column
        if match is None or name not in settable(graph):
            warnings.append(_passed_over(column, name, span, graph))
            continue
        index = tuple(int(n) for n in match["indices"].split(",")) if match["indices"] else ()
        if index in places.setdefault(name, {}):  # Of two columns nobody says which counts.
            errors.append(Diagnostic(Code.DUPLICATE_COLUMN, f"column `{shorten(column)}` stands twice", span))
        places[name][index] = i
    if not places:
        errors.append(_no_columns(header, graph))
    if errors:
        raise UsageError(header.source, errors)
    return places, warnings


def settable(graph: Dag) -> set[str]:
    """The nodes that a column may give values: the inputs, and the activations that edges lead to, as `--at` may."""
    return {*graph.inputs, *(node.name for node in graph.nodes if node.kind == "edges")}


def _passed_over(column: str, name: str, span: Span, graph: Dag) -> Diagnostic:
    hints = did_you_mean(name, graph.inputs) or (f"the inputs are {quoted(graph.inputs)}",)
    if name in graph.index:
        hints = (f"`{shorten(name)}` is computed by the graph",)
    what = f"column `{shorten(column)}` is no input" if column else "a column without a name is no input"
    return Diagnostic(Code.NO_INPUT, f"{what}; passed over", span, hints=hints)


def _no_columns(header: PointHeader, graph: Dag) -> Diagnostic:
    """Why no column is an input: another separator, no header, or other names."""
    span = Span(header.spans[0].start, header.spans[-1].end)
    inputs = (f"the inputs are {quoted(graph.inputs)}",)

    def _is_input(name: str) -> bool:
        part = _COLUMN.fullmatch(name)
        return part is not None and as_named(part["name"].strip()) in settable(graph)

    # The likeliest first: a file of another program has all names right and no comma.
    if found := parted_by_bars(header.source, span, _is_input):
        return found
    if all(map(is_number, header.names)):
        message = "the first line has numbers in place of the inputs' names"
        return Diagnostic(Code.NO_COLUMNS, message, span, hints=inputs)
    return Diagnostic(Code.NO_COLUMNS, "none of these columns is an input", span, hints=inputs)


def layout(header: PointHeader, graph: Dag, name: str, places: Mapping[tuple[int, ...], int]) -> tuple[int, ...]:
    """The shape of one input. Raises UsageError where one of its elements has no column."""
    span = header.spans[next(iter(places.values()))]
    if len({len(index) for index in places}) > 1:
        message = f"the columns of `{shorten(name)}` have indices of different lengths"
        raise UsageError(header.source, [Diagnostic(Code.MISSING_COLUMN, message, span)])
    # Columns may stand in any order and with others between them: what there is tells the shape.
    # Counted from 0: so many as the last index and one.
    shape = tuple(1 + max(axis) for axis in zip(*places, strict=True))
    declared = graph.node(name).shape
    # The columns that should be there: of a declared shape where its rank is right, else up to the last that is.
    whole = declared if declared is not None and len(declared) == len(shape) else shape
    missing = next((index for index in indices(whole) if index not in places), None)
    if missing is not None:
        text = ",".join(map(str, missing))
        message = f"the input `{shorten(name)}` has no column `{shorten(name)}[{text}]`"
        raise UsageError(header.source, [Diagnostic(Code.MISSING_COLUMN, message, span)])
    if declared is not None and shape != declared:
        raise UsageError(header.source, [_other_shape(name, shape, declared, span)])
    return shape


def _other_shape(name: str, shape: tuple[int, ...], declared: tuple[int, ...], span: Span) -> Diagnostic:
    """That the columns of an input make another shape than the one that it is declared with."""
    name = shorten(name)
    message = f"the columns of `{name}` make {shape_words(shape)}, it is declared as {shape_words(declared)}"
    # The first and last name say how many there must be.
    first, last = (",".join(str(i) for i in index) for index in ((0,) * len(declared), [n - 1 for n in declared]))
    hints = (f"its columns are `{name}[{first}]` to `{name}[{last}]`",) if declared else ()
    return Diagnostic(Code.COLUMN_SHAPE, message, span, hints=hints)


def indices(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every index of an array, one at a time: a column `v[999999999]` is no reason to fill the memory."""
    if not shape:
        yield ()
        return
    for i in range(shape[0]):
        yield from ((i, *rest) for rest in indices(shape[1:]))
