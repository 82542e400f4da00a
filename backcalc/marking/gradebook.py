"""A class in one table: a student a row, an answer a column; each answer is read where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from backcalc.language.statements import Answer
from backcalc.marking.key import Key
from backcalc.marking.sheet import SheetReader, read_answers
from backcalc.marking.student_columns import OF_COLUMNS, chosen_columns, is_aside, is_nobody, name_columns
from backcalc.marking.subject import settle_answers, subject_of
from backcalc.text.csv_records import records, separator_of, unquoted
from backcalc.text.errors import BackcalcError, Code, Diagnostic, ReadError, UsageError, excerpt
from backcalc.text.files import name_of, pieces, salvage
from backcalc.text.source import Source, Span
from backcalc.text.wording import plural, quoted, shorten

LONGEST_NAME = 200  # Where a quote is never closed, the rest of the file would be one.
HEADER_HINT = "the first column has names, each other one the answers to what heads it: dL/dx1, t1"

# What exports add to a heading: Canvas the number of an assignment, Moodle and teachers the points that can be had,
# forms a `?`.
LONGEST_ADDED = 20
_POINTS = r"\d+(?:[.,]\d+)?\s*(?:points?|pts?\.?)"
_ADDED = re.compile(rf"\s*(?:\(\d+\)|\({_POINTS}\)|\[{_POINTS}\]|/\s?\d+[.,]\d+|[=:]?\s*\?|[=:])\s*$", re.IGNORECASE)
_DERIVATIVE = re.compile(r"\s*(?:[d∂δ]\s*\S+\s*/\s*[d∂δ]|\\[dt]?frac)")


class Gradebook:
    """A table: some columns name the students, each other one has the answers to what heads it, or is passed over.

    `columns` are the questions by the places of their columns, `kept` the places of the columns that ask nothing,
    `errors` what is wrong with the header, and `unreadable` what is not UTF-8. `chosen` is the heading of the column
    with the names, where somebody says so.
    """

    def __init__(self, source: Source, unreadable: Sequence[Diagnostic], key: Key, chosen: str | None = None) -> None:
        self.source, self.unreadable = source, [error for error in unreadable if error.span]
        self.errors = [error for error in unreadable if not error.span]  # The whole file is of another encoding.
        # Blanks part no cells: a header with no other sign is one cell.
        self.separator = separator_of(source.line_text(0)).replace(" ", ",")
        self.columns: dict[int, Answer] = {}
        self._refused: list[Diagnostic] = []
        found = records(source.text, self.separator)
        header = next(found)
        self.headings = [cell(source.text, span) for span in header]
        self.width = _filled(self.headings)  # Empty headings at the end are a spreadsheet's.
        first_row = [cell(source.text, span) for span in next(found, [])]
        self.header = whole = Span(header[0].start, header[-1].end)
        # A column that asks something names nobody.
        others = (i for i in range(self.width) if _as_answer(self.headings[i], key)[0] is None)
        self.names = self._chosen(chosen, whole) if chosen else name_columns(self.headings, first_row, others)
        for i, span in enumerate(header[: self.width]):
            if i not in self.names:
                self._head(i, span, key)
        self.kept = [i for i in range(self.width) if i not in self.columns]
        # Where no column is an answer, the file is another one: that is one cause, not many.
        if not self.columns:
            none = "none of these columns is an answer"
            self.errors = self._refused or [Diagnostic(Code.NO_COLUMNS, none, whole, hints=(HEADER_HINT,))]

    @property
    def asked(self) -> list[Answer]:
        """What the columns ask."""
        return list(self.columns.values())

    def without_column(self, asked: Iterable[Answer]) -> Diagnostic | None:
        """A warning that no column has the answers to some questions; None where each has one."""
        # The columns of a vector's elements answer for it as a whole.
        about = {(each.of, each.wrt, each.then) for each in self.asked}
        names = [subject_of(each) for each in asked if (each.of, each.wrt, each.then) not in about]
        if not names or not self.columns:  # Of a table without any, that is the error.
            return None
        message = f"no column has the answers to {quoted(names)}: missing for everyone"
        hint = f"what heads a column is what is asked: {shorten(names[0])}, or {shorten(names[0])} = ?"
        return Diagnostic(Code.MISSING_COLUMN, message, self.header, hints=(hint,))

    @property
    def has_decimal_commas(self) -> bool:
        """Whether a comma is a decimal point: where semicolons part the cells."""
        return self.separator == ";"

    def rows(self) -> Iterator[Row]:
        """Each row that has something in it."""
        found = records(self.source.text, self.separator)
        next(found)  # The header.
        for spans in found if self.columns else ():
            row = Row(self, spans)
            if any(row.cells):
                yield row

    def _chosen(self, chosen: str, header: Span) -> list[int]:
        """The columns that somebody says have the names. Raises UsageError where they are not there."""
        found = chosen_columns(self.headings, chosen)
        if found is None:
            hints = (f"the columns are {quoted(self.headings[: self.width])}",)
            message = f"no column is called `{shorten(chosen)}`"
            missing = Diagnostic(Code.MISSING_COLUMN, message, header, hints=hints)
            raise UsageError(*excerpt([(self.source, missing)]))
        return found

    def _head(self, column: int, span: Span, key: Key) -> None:
        """Take note of what a column is the answer to."""
        name = self.headings[column]
        if is_aside(name):
            return
        answer, errors = _as_answer(name, key)
        if answer is None:
            found = errors[0] if errors else Diagnostic(Code.BAD_COLUMN, f"`{shorten(name)}` is no answer")
            hints = found.hints or (HEADER_HINT,)
            message = f"column `{shorten(name)}`: {found.message}" if name else "a column without a name"
            self._refused.append(Diagnostic(Code.BAD_COLUMN, message, span, hints=hints))
            # A derivative that is misspelt would cost a class its marks; other columns are not about the graph.
            if _DERIVATIVE.match(name):
                self.errors.append(self._refused[-1])
        # dL/dx and ∂L/∂x are one question: which of two columns counts nobody can tell.
        elif subject_of(answer) in map(subject_of, self.asked):
            self.errors.append(Diagnostic(Code.DUPLICATE_COLUMN, f"column `{shorten(name)}` stands twice", span))
        else:
            self.columns[column] = answer


@dataclass(frozen=True)
class Row:
    """A row of a gradebook: where its cells stand."""

    book: Gradebook
    spans: Sequence[Span]

    @cached_property
    def cells(self) -> list[str]:
        """What the cells hold."""
        return [cell(self.book.source.text, span) for span in self.spans]

    @property
    def place(self) -> Span:
        """Where the row stands."""
        return Span(self.spans[0].start, self.spans[-1].end)

    @property
    def name(self) -> str:
        """The student's name; where there is none, the number of the line."""
        cells = self.cells
        name = " ".join(cells[i] for i in self.book.names if i < len(cells) and cells[i])
        return shorten(name, LONGEST_NAME) or f"line {self.book.source.line_number(self.place.start)}"

    @property
    def is_nobody(self) -> bool:
        """Whether the row is the gradebook's own and no student's."""
        # A chosen column, such as that of logins, need not be the one where it stands.
        if any(is_nobody(text) for _, text in self.kept):
            return True
        has_name = any(self.cells[i] for i in self.book.names if i < len(self.cells))
        return not has_name and all(text.casefold().strip() in OF_COLUMNS for text in self.cells if text)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The heading and the cell of each column that asks nothing, as they came."""
        cells = self.cells
        return [(self.book.headings[i], cells[i] if i < len(cells) else "") for i in self.book.kept]

    def answers(self, reader: SheetReader) -> tuple[list[Answer], list[Diagnostic]]:
        """The answers of the row, an empty cell being none. Raises BackcalcError where the row is damaged."""
        if damage := [error for error in self.book.unreadable if error.span and self._has(error.span)]:
            raise self.refusal(ReadError, damage)
        # Empty cells behind the header's last are a spreadsheet's; missing ones within its width are not.
        count = max(_filled(self.cells), min(len(self.spans), self.book.width))
        if count != self.book.width:
            message = f"{plural(count, 'cell')}, where the header has {self.book.width}"
            hint = self._length_hint(count)
            raise self.refusal(UsageError, [Diagnostic(Code.ROW_LENGTH, message, self.place, hints=(hint,))])
        found = (
            reader.read_cell(
                self.book.source,
                question,
                _inside(self.book.source.text, self.spans[i]),
                has_decimal_commas=self.book.has_decimal_commas,
            )
            for i, question in self.book.columns.items()
        )
        return [answer for answer in found if answer is not None], []

    def refusal(self, kind: type[BackcalcError], found: Iterable[Diagnostic]) -> BackcalcError:
        """An error with the lines that it speaks of, not the whole file, which is sent from process to process."""
        placed = (each._replace(span=each.span or self.place, notes=()) for each in found)
        return kind(*excerpt([(self.book.source, each) for each in placed]))

    def _length_hint(self, count: int) -> str:
        """Why the row may have no more, or no fewer, than `count` cells."""
        # The likeliest cause of either: a quote that is open takes commas, and even rows, into one cell.
        if self.book.source.text.count('"', *self.place) % 2:
            return "a quote in this row is never closed"
        # One cell too many is mostly a decimal comma, or a vector without quotes.
        if count > self.book.width:
            if self.book.separator != ",":
                return 'what holds the sign that parts the cells stands in quotes: "[1; 2]"'
            return 'the decimal mark is a point; a vector stands in quotes: "[1, 2]"'
        missing = next((self.book.headings[i] for i in self.book.columns if i >= count), None)
        first = f"the first that is missing is `{shorten(missing)}`; " if missing else ""
        return f"{first}what has no answer is an empty cell"

    def _has(self, span: Span) -> bool:
        return self.place.start <= span.start < self.place.end


def read_gradebook(path: str, key: Key, chosen: str | None = None) -> Gradebook:
    """The gradebook in the file at `path`; bytes that are not UTF-8 damage their row alone.

    Raises ReadError, and UsageError where no column is called as `chosen`.
    """
    # Bytes are salvaged row by row, so that one name in Latin-1 does not cost the class.
    return Gradebook(*salvage(name_of(path), b"".join(pieces(path))), key, chosen)


def cell(text: str, span: Span) -> str:
    """What a cell holds, without its quotes, on one line."""
    return unquoted(text[slice(*span)]).replace("\n", " ")


def _inside(text: str, span: Span) -> Span:
    """Where in a text the content of a cell stands, without its quotes and blanks."""
    start, end = span
    while start < end and text[start] in ' \t"':
        start += 1
    while start < end and text[end - 1] in ' \t"\n':
        end -= 1
    return Span(start, end)


def _filled(cells: Sequence[str]) -> int:
    """How many cells there are up to the last that is not empty: spreadsheets add empty ones."""
    return next((i for i in range(len(cells), 0, -1) if cells[i - 1]), 0)


def _as_answer(name: str, key: Key) -> tuple[Answer | None, list[Diagnostic]]:
    """The question that heads a column, which can be marked; what is wrong with it."""
    # Read as an answer, so a column may be headed by all that may be answered, in any spelling.
    # What exports add stands at the end; only that is searched, for a heading may be a whole question.
    source = Source("", f"{name[:-LONGEST_ADDED]}{_ADDED.sub('', name[-LONGEST_ADDED:])} = 0")
    found, errors = read_answers(source)
    answers, unsettled = settle_answers(key.run, found)
    marked, refused = key.mark(source, answers)
    return (answers[0] if len(marked) == 1 else None), [*errors, *unsettled, *refused]
