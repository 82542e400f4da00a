"""A class in one CSV file: a student a row, an answer a column; each row is read as the sheet that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from backcalc.language.statements import Answer
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers
from backcalc.marking.subject import subject_of
from backcalc.text.csv_records import other_separator, records
from backcalc.text.errors import BackcalcError, Code, Diagnostic, ReadError, UsageError, excerpt
from backcalc.text.files import name_of, pieces, salvage
from backcalc.text.source import Source, Span
from backcalc.text.wording import plural, shorten

LONGEST_NAME = 200  # Where a quote is never closed, the rest of the file would be one.
HEADER_HINT = "the first column has names, each other one the answers to what heads it: dL/dx1, t1"


class Gradebook:
    """A CSV file: the first column has the students' names, each other one the answers to what heads it.

    `columns` are the headings by their places, `asked` is what they ask, `errors` what is wrong with the header, and
    `unreadable` what is not UTF-8.
    """

    def __init__(self, source: Source, unreadable: Sequence[Diagnostic], key: Key) -> None:
        self.source, self.unreadable = source, [error for error in unreadable if error.span]
        self.errors = [error for error in unreadable if not error.span]  # The whole file is of another encoding.
        self.columns: dict[int, str] = {}
        self.asked: list[Answer] = []
        first = next(records(source.text))
        self.width = _filled([cell(source.text, span) for span in first])
        for i, span in enumerate(first[1 : self.width], 1):
            self._head(i, span, key)
        # Where no column is an answer, the file is another one, or has other separators: that is one cause, not many.
        if not self.columns:
            self._explain(Span(first[0].start, first[-1].end), key)

    def rows(self) -> Iterator[Row]:
        """Each row that has something in it."""
        found = records(self.source.text)
        next(found)
        for spans in found if self.columns else ():
            cells = [cell(self.source.text, span) for span in spans]
            if any(cells):
                yield Row(self, cells, Span(spans[0].start, spans[-1].end))

    def _head(self, column: int, span: Span, key: Key) -> None:
        """Take note of what a column is the answer to."""
        # A column that is no answer is an error, unlike in a file of points: a class would lose its marks for it.
        name = cell(self.source.text, span)
        answer, errors = _as_answer(name, key)
        if answer is None:
            found = errors[0] if errors else Diagnostic(Code.BAD_COLUMN, f"`{shorten(name)}` is no answer")
            hints = found.hints or (HEADER_HINT,)
            message = f"column `{shorten(name)}`: {found.message}" if name else "a column without a name"
            self.errors.append(Diagnostic(Code.BAD_COLUMN, message, span, hints=hints))
        elif subject_of(answer) in map(subject_of, self.asked):
            self.errors.append(Diagnostic(Code.DUPLICATE_COLUMN, f"column `{shorten(name)}` stands twice", span))
        else:
            self.columns[column] = name
            self.asked.append(answer)

    def _explain(self, header: Span, key: Key) -> None:
        """Say why no column is an answer, in place of what is wrong with each of them."""
        other = other_separator(self.source, header, lambda name: _as_answer(name, key)[0] is not None)
        none = Diagnostic(Code.NO_COLUMNS, "none of these columns is an answer", header, hints=(HEADER_HINT,))
        self.errors = [other] if other else self.errors or [none]


@dataclass(frozen=True)
class Row:
    """A row of a gradebook: its cells, and where it stands."""

    book: Gradebook
    cells: Sequence[str]
    place: Span

    @property
    def name(self) -> str:
        """The student's name; where there is none, the number of the line."""
        return shorten(self.cells[0], LONGEST_NAME) or f"line {self.book.source.line_number(self.place.start)}"

    def sheet(self) -> Source:
        """The answers of the row, one a line, an empty cell being none. Raises BackcalcError where it is damaged."""
        if damage := [error for error in self.book.unreadable if error.span and self._has(error.span)]:
            raise self._refusal(ReadError, *damage)
        # Empty cells behind the header's last are a spreadsheet's; missing ones within its width are not.
        count = max(_filled(self.cells), min(len(self.cells), self.book.width))
        if count != self.book.width:
            message = f"{plural(count, 'cell')}, where the header has {self.book.width}"
            hint = self._length_hint(count)
            raise self._refusal(UsageError, Diagnostic(Code.ROW_LENGTH, message, self.place, hints=(hint,)))
        return Source(self.book.source.name, "".join(f"{name} = {text}\n" for name, text in self._answers()))

    def errors(self, sheet: Source, found: Iterable[Diagnostic]) -> BackcalcError:
        """`found`, which speaks of the row's sheet, as an error that speaks of the cells of the file."""
        return self._refusal(
            UsageError, *(each._replace(span=self._place(sheet, each.span), notes=()) for each in found)
        )

    def _length_hint(self, count: int) -> str:
        """Why the row may have no more, or no fewer, than `count` cells."""
        # The likeliest cause of either: a quote that is open takes commas, and even rows, into one cell.
        if self.book.source.text.count('"', *self.place) % 2:
            return "a quote in this row is never closed"
        if count > self.book.width:
            return 'the decimal mark is a point; a vector stands in quotes: "[1, 2]"'
        missing = next((name for i, name in self.book.columns.items() if i >= count), None)
        first = f"the first that is missing is `{shorten(missing)}`; " if missing else ""
        return f"{first}what has no answer is an empty cell"

    def _has(self, span: Span) -> bool:
        return self.place.start <= span.start < self.place.end

    def _answers(self) -> list[tuple[str, str]]:
        return [(name, self.cells[i]) for i, name in self.book.columns.items() if self.cells[i]]

    def _refusal(self, kind: type[BackcalcError], *found: Diagnostic) -> BackcalcError:
        """An error with the lines that it speaks of, not the whole file, which is sent from process to process."""
        return kind(*excerpt([(self.book.source, each) for each in found]))

    def _place(self, sheet: Source, span: Span | None) -> Span:
        """Where in the file that stands which stands at `span` in the row's sheet."""
        if span is None:
            return self.place
        text, start = self.book.source.text, self.place.start
        line = sheet.text.count("\n", 0, span.start)
        columns = [i for i in self.book.columns if self.cells[i]]
        found = next(records(text[slice(*self.place)]))[columns[line]]
        whole = Span(start + found.start, start + found.end)
        before = sheet.line_start(span.start) + len(f"{self.book.columns[columns[line]]} = ")
        if span.start < before:  # It is about the name, which the header has.
            return whole
        # Behind quotes and spaces; doubled quotes within would shift it, but no answer has any.
        at = text.index(self.cells[columns[line]][:1], *whole) + span.start - before
        return Span(at, min(whole.end, at + span.end - span.start))


def read_gradebook(path: str, key: Key) -> Gradebook:
    """The gradebook in the file at `path`; bytes that are not UTF-8 damage their row alone. Raises ReadError."""
    return Gradebook(*salvage(name_of(path), b"".join(pieces(path))), key)


def cell(text: str, span: Span) -> str:
    """What a cell holds, without its quotes, on one line."""
    found = text[slice(*span)].strip()
    if found.startswith('"'):
        found = found[1:].removesuffix('"').replace('""', '"').strip()
    return found.replace("\n", " ")


def _filled(cells: Sequence[str]) -> int:
    """How many cells there are up to the last that is not empty: spreadsheets add empty ones."""
    return next((i for i in range(len(cells), 0, -1) if cells[i - 1]), 0)


def _as_answer(name: str, key: Key) -> tuple[Answer | None, list[Diagnostic]]:
    """An answer to what heads a column, which can be marked; what is wrong with it."""
    # Read as an answer, so a column may be headed by all that may be answered, in any spelling.
    source = Source("", f"{name} = 0")
    answers, errors = read_answers(source)
    marked, refused = key.mark(source, answers)
    return (answers[0] if len(marked) == 1 else None), [*errors, *refused]
