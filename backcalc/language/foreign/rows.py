"""The rows of a table of edges, each as a row `u,v,3` of the language on the same line.

Plain rows go through one expression, many at a time; each other one is looked at by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from backcalc.language.foreign.faults import Faults, is_name, no_name
from backcalc.language.foreign.header import EdgeColumns
from backcalc.language.lexis import NAME, NUMBER, PATTERNS, WORDS
from backcalc.text.csv_records import (
    THOUSAND,
    first_record,
    is_number,
    may_be_thousand,
    records,
    thousand_words,
    unquoted,
    with_point,
)
from backcalc.text.errors import Code, Diagnostic, ParseError, counted
from backcalc.text.source import Source, Span
from backcalc.text.wording import plural, shorten

_DECLARES = "|".join(sorted(WORDS - {"in"}))  # `in` begins no line: it stands within that of a loop.
# None of these keeps a way back for each character, which takes a hundred bytes: a line may have millions.
_STATEMENT = re.compile(
    rf'(?:[^"\n=→-]++|-(?!>)|"[^"\n]*+")*+(?:=|->|→)|[^\n]*\{{\s*\Z|\s*\}}|(?:[^"\n]*;[ \t]*)?(?:{_DECLARES})[ \t]'
)
_SAID = re.compile(r'(?:[^"#\n]++|"[^"\n]*+"?+)*+')  # A # in quotes begins no comment.
MOST_CELLS = 10_000
"""Of a line that are looked at: a table of edges has a few columns, and the rest of a longer line says nothing more."""
_PLAIN_CELL = re.compile(r"[\w.+\-]*[\w.]|")  # Nothing too: a cell may be empty.
_JOINED = rf"({NAME})[-–—]({NAME})"  # As books speak of an edge: u-v.
# An end as most lists have it, in quotes or not; and any column that is passed over.
_END = """(?:"(?P<{0}1>[\\w']++)"|(?P<{0}2>[\\w']++))"""
_OTHER = r'(?:"[^"\n]*+"|[^{0}"\n#]*+)'


def said(line: str) -> str:
    """A line without its comment."""
    found = _SAID.match(line)
    return found[0] if found else ""


def is_statement(line: str) -> bool:
    """Whether a line is no row but a definition, a declaration, an edge with an arrow, or a part of a loop."""
    return _STATEMENT.match(line) is not None


_EMPTY_ENDS = {each: re.compile(rf"[^\s{each}][ ]*(?:{each}[ ]*)+$", re.MULTILINE) for each in "\t;,"}
# In quotes and in comments no bracket opens; those of a loop hold lines of their own.
_MARK = re.compile(r'"[^"\n]*"|#[^\n]*|[()\[\]\n]')

_FACTOR = rf"(?:{NUMBER}|{PATTERNS['FRACTION']}|π|pi|(?:sqrt|exp|log|ln)\({NUMBER}\)|√\d+)"
_CONSTANT = re.compile(rf"[-+]?{_FACTOR}(?: ?[*·×/] ?{_FACTOR})?")
"""A constant with one operation at most: what has more may be a date, `1/2/2020`, what has a minus inside `2020-01`."""

_GROUPED = re.compile(r"[-+−–]?\d{1,3}(?:(?:\.\d{3})+,\d+|(?:,\d{3})+\.\d+|(?:\.\d{3}){2,}|(?:,\d{3}){2,})")
"""A number with signs at its thousands, sure to be such: there are two of them, or another for the decimal mark."""
_WITH_COMMA = re.compile(r';[ ]*"?[-+−–]?\d*,\d+"?[ ]*(?:[;#\n]|\Z)')
_MONEY = re.compile(r"[$€£¥]")


class _NumberFault(NamedTuple):
    """Why a cell has no number: the cause, which all such cells share, the message of this one, and what to write."""

    cause: str
    message: str
    hint: str


def _number_fault(cell: str, separator: str, *, is_mixed: bool) -> _NumberFault | None:
    """What keeps a cell from being a number that spreadsheets show as one; None of any other cell."""
    if is_mixed and may_be_thousand(cell):
        return _NumberFault("mixed", *thousand_words(cell))
    if _MONEY.search(cell):
        return _NumberFault("money", f"`{shorten(cell)}` has a sign of money", "a local partial is a bare number: 2.00")
    if _GROUPED.fullmatch(cell):
        *groups, last = re.split("[.,]", cell)
        # One sign all through parts thousands; of two the last is the decimal mark.
        bare = "".join(groups) + ("." if "." in cell and "," in cell else "") + last
        return _NumberFault("thousands", f"`{shorten(cell)}` has a sign at its thousands", f"without: {shorten(bare)}")
    if separator != ";" and with_point(cell) != cell:  # Beside commas and tabs it may be a slip.
        message = f"`{shorten(cell)}` has a comma for its decimal mark"
        point = f"a point serves: {shorten(with_point(cell))}"
        # Of three digits behind it the sign may be that of the thousands.
        grouped = re.fullmatch(r"[-+−–]?[1-9]\d{0,2},\d{3}", cell)
        without = f"; thousands stand without: {cell.replace(',', '')}" if grouped else ""
        return _NumberFault("comma", message, point + without)
    return None


class RowText:
    """The rows of a text whose cells a `separator` parts; places in `text` are places in `source` too."""

    def __init__(self, source: Source, text: str, separator: str) -> None:
        self.source, self.text, self.separator = source, text, separator
        self._faults = Faults(source)
        self._is_unclosed = False  # Whether a bracket is met that nothing closes.

    @cached_property
    def is_plain(self) -> bool:
        """Whether rows of three columns are edges of the language as they stand."""
        # `,,` at the beginning of a line is a row of empty cells.
        is_other = self.separator == ";" or '"' in self.text or "\n,," in self.text
        return not is_other and not self.ends_empty

    @cached_property
    def is_mixed(self) -> bool:
        """Whether `1.000` may be a thousand: the cells are parted by semicolons, and some have decimal commas."""
        # To look for a comma is cheap, and lists of programs have none.
        has_commas = self.separator == ";" and "," in self.text and _WITH_COMMA.search(self.text) is not None
        return has_commas and re.search(rf'[;" +−–-]{THOUSAND}(?![\w.,])', self.text) is not None

    @cached_property
    def ends_empty(self) -> bool:
        """Whether rows end with empty cells."""
        # To look for two characters is soon done, and most lists have none.
        has_some = self.separator != " " and f"{self.separator}\n" in f"{self.text}\n"
        if not has_some:
            return False
        empty = _EMPTY_ENDS[self.separator]
        if "(" not in self.text and "[" not in self.text:
            return empty.search(self.text) is not None
        # Within brackets a comma at the end of a line is one between arguments.
        return any(empty.search(self.text, self.text.rfind("\n", 0, end - 1) + 1, end) for end in self._ends(0))

    def _ends(self, at: int) -> Iterator[int]:
        """Where lines from `at` on end behind which no bracket is open: rows, and statements on several lines."""
        depth = 0
        for mark in _MARK.finditer(self.text, at):
            if mark[0] in "([":
                depth += 1
            elif mark[0] in ")]":
                depth = max(depth - 1, 0)
            elif mark[0] == "\n" and not depth:
                yield mark.end()
        if not depth:
            yield len(self.text)

    def is_number(self, cell: str) -> bool:
        """Whether a cell has a number as this table writes them, or as the language does: `1/3`, `sqrt(2)`, `½`."""
        number = self._number(cell).replace("−", "-").replace("–", "-")  # As word processors write a minus.
        return is_number(number) or _CONSTANT.fullmatch(number) is not None

    def has_behind(self, word: str, at: int) -> bool:
        """Whether the text has a word from `at` on."""
        return re.compile(rf"(?<![\w']){re.escape(word)}(?![\w'])").search(self.text, at) is not None

    def cells(self, line: str) -> list[str]:
        """What the cells of a line say."""
        bare = said(line)
        return [unquoted(bare[slice(*span)]) for span in first_record(bare, self.separator, MOST_CELLS)]

    def rows(self, at: int) -> Iterator[tuple[int, list[str]]]:
        """Where each row from `at` on begins, and its cells."""
        while 0 <= at < len(self.text):
            end = self.text.find("\n", at)
            line = self.text[at : end if end >= 0 else len(self.text)]
            if said(line).strip() and not is_statement(line):
                yield at, self.cells(line)
            at = end + 1 if end >= 0 else len(self.text)

    def has_row_names(self, columns: EdgeColumns, rows: Iterable[tuple[int, Sequence[str]]]) -> bool:
        """Whether rows are such `columns`, one more than the header has: R gives the names of rows no column in it."""
        found = [cells for _, cells in rows]
        return bool(found) and all(  # No rows tell nothing.
            len(cells) == columns.width
            and cells[0].isdecimal()
            and all(is_name(cells[column]) for column in (columns.tail, columns.head))
            and self.is_number(cells[columns.partial])
            for cells in found
        )

    def require_edges(self, at: int, rows: Sequence[Sequence[str]]) -> None:
        """Raise ParseError where these first rows, from `at` on, are nodes with their neighbours, as of NetworkX."""
        widths = {len(row) for row in rows}
        if len(widths) == 1 or not all(is_name(cell) for row in rows for cell in row):
            return
        # Rows of `1 2` among `1 2 3` may be edges whose partials are missing.
        if any(cell.isdecimal() for row in rows for cell in row[2:3]) and widths <= {2, 3}:
            return
        neighbours = {cell for row in rows for cell in row[1:]}
        if neighbours.isdisjoint(row[0] for row in rows) and not _are_counted(rows):  # Words of another kind.
            return
        hints = ("each edge needs a line and its local partial: u v 3, as by nx.write_weighted_edgelist",)
        line = self.text[at:].split("\n", 1)[0]
        message = "this is a list of neighbours, whose edges have no local partials"
        raise ParseError(self.source, [Diagnostic(Code.FORMAT, message, Span(at, at + len(line)), hints=hints)])

    def require_three(self, at: int, rows: Sequence[Sequence[str]]) -> None:
        """Raise ParseError where all of these first rows, from `at` on, have as many columns, and not three."""
        width = len(rows[0])
        # Rows of unlike lengths are told one by one.
        if width == 3 or len(rows) < 2 or any(len(row) != width for row in rows):
            return
        if not all(row[0] and row[1] for row in rows):
            return  # What ends with a tab has no second column for it.
        if not all(_PLAIN_CELL.fullmatch(cell) for row in rows for cell in row):
            return  # Such as `u,v,max(1, 2)`.
        spans = next(records(self.text[at:].split("\n", 1)[0], self.separator))
        place = spans[3] if width > 3 else Span(spans[-1].end, spans[-1].end)
        count = sum(len(cells) == width for _, cells in self.rows(at))
        hints = ["name the columns in a first line, source,target,partial among them: others are passed over"]
        if width == 2:
            hints = ["each edge needs its local partial: u,v,3"]
            if ends := re.fullmatch(_JOINED, rows[0][0]):
                hints = [f"an edge is written {shorten(ends[1])} -> {shorten(ends[2])} : 3"]
        elif self.separator == "," and all(cell.isdecimal() for row in rows for cell in row[2:4]):
            # 0,5 was split at its comma.
            hints.insert(0, f"if {rows[0][2]},{rows[0][3]} is one number: the decimal mark is a point")
        message = f"{width} columns, where an edge has three: tail, head, partial"
        bad = Diagnostic(Code.ROW_LENGTH, message, Span(at + place.start, at + place.end), hints=tuple(hints))
        raise ParseError(self.source, [counted(bad, count)])

    def translated(self, columns: EdgeColumns, at: int) -> str:
        """The text from `at` on, its rows as `u,v,3`. Raises ParseError, one cause of bad rows being one error."""
        plain = _plain_row(self.separator, columns, ends_empty=self.ends_empty, is_mixed=self.is_mixed)
        # To look a character up among all letters there are takes three times as long.
        flags = re.ASCII if self.text.isascii() else re.NOFLAG
        run, row = re.compile(f"(?:{plain})++", flags), re.compile(plain, flags)
        out, text = [], self.text
        while at < len(text):
            if found := run.match(text, at):
                out.append(self._plain(found.group(), row, columns))
                at = found.end()  # Only lines that are not plain come one by one.
                continue
            end = text.find("\n", at) + 1 or len(text)
            last = self._end(at, text[at:end], columns)
            out.append(self._line(at, text[at:end], columns) if last == end else self._open(text[at:last]))
            at = last
        self._faults.finish()
        return "".join(out)

    def _plain(self, run: str, row: re.Pattern[str], columns: EdgeColumns) -> str:
        """Plain rows as the language has them."""
        # Columns that stand in order lose their quotes alone, which is many times faster.
        if columns.are_plain and not self.ends_empty:
            run = run.replace('"', "")
        else:
            parts = (r"\g<t1>\g<t2>", r"\g<h1>\g<h2>", r"\g<p>\n")
            run = row.sub((";" if self.separator == ";" else ",").join(parts), run)
        # A semicolon parts where a comma is the decimal mark: first this becomes a point, then that a comma.
        if self.separator == ";":
            run = run.replace(",", ".").replace(";", ",")
        return run.replace("\t", ",")

    def _end(self, at: int, line: str, columns: EdgeColumns) -> int:
        """Where the row or statement ends whose first line begins at `at`."""
        # Only what is the language as it stands has brackets: of other columns each line is a row.
        is_open = is_statement(line) or (columns.are_plain and self.separator == ",")
        if not is_open or self._is_unclosed or ("(" not in line and "[" not in line):
            return at + len(line)
        end = next(self._ends(at), 0)
        # Then no later one is looked for: each time it would be through all of the text.
        self._is_unclosed = not end
        return end or at + len(line)

    def _open(self, row: str) -> str:
        """A row or statement of several lines as it stands, without the empty cells that it ends with."""
        bare = row.rstrip(f" \n{self.separator}")
        return bare + row[len(bare) :].replace(self.separator, " ")

    def _line(self, at: int, line: str, columns: EdgeColumns) -> str:
        """Any line: a row as the language has it, nothing where it is a bad one; all else as it stands."""
        bare = said(line)
        if is_statement(line):
            return line
        if not bare.strip(f" \t\n{self.separator}"):  # Spreadsheets have rows of empty cells.
            return bare.replace(self.separator, " ") + line[len(bare) :]  # Blanks: the language knows no empty row.
        spans = next(records(bare, self.separator))
        cells = [unquoted(bare[slice(*span)]) for span in spans]
        while len(cells) > columns.width and not cells[-1]:  # Spreadsheets end rows with empty cells.
            cells.pop()
        if not self._is_right(at, cells, spans, columns):
            return "\n"  # An empty line, for the lines to stay where they are.
        ends = (cells[columns.tail], cells[columns.head], self._number(cells[columns.partial]))
        comment = line[len(bare) :]
        return f"{','.join(ends)}{'  ' * comment.startswith('#')}{comment}"  # Else it is the newline.

    def _is_right(self, at: int, cells: Sequence[str], spans: Sequence[Span], columns: EdgeColumns) -> bool:
        """Whether the row that begins at `at` has what an edge needs; what is wrong with it is noted."""

        def _note(cause: str, message: str, begin: int, end: int, hint: str) -> bool:
            place = Span(at + begin, at + end)
            self._faults.note(cause, Diagnostic(Code.BAD_CELL, message, place, hints=(hint,)))
            return False

        if len(cells) != columns.width:
            place = spans[columns.width] if len(cells) > columns.width else Span(spans[-1].end, spans[-1].end)
            message = f"{plural(len(cells), 'column')}, where there are {columns.width}"
            hint = "a cell that has a separator in it stands in quotes"
            hint = hint if len(cells) > columns.width else "what a row does not have is an empty cell"
            if self.text.count('"', at + spans[0].start, at + spans[-1].end) % 2:
                hint = "a quote in this row is never closed"
            # A cause for each width: rows too long and rows too short have different reasons.
            return _note(f"width {len(cells)}", message, *place, hint)
        for column in (columns.tail, columns.head):
            if not is_name(cells[column]):
                begin, end = spans[column]
                self._faults.note("name", no_name(cells[column], Span(at + begin, at + end)))
                return False
        if not cells[columns.partial]:
            hint = "leave out the row, or write it"
            return _note("empty", "the local partial is missing", *spans[columns.partial], hint)
        if fault := _number_fault(cells[columns.partial], self.separator, is_mixed=self.is_mixed):
            return _note(fault.cause, fault.message, *spans[columns.partial], fault.hint)
        return True

    def _number(self, cell: str) -> str:
        return with_point(cell) if self.separator == ";" else cell


def _are_counted(rows: Sequence[Sequence[str]]) -> bool:
    """Whether nodes stand with the number of their neighbours, each of which has the next lines to itself."""
    at = 0
    while at < len(rows) and len(rows[at]) == 2 and rows[at][1].isdecimal():
        count = int(rows[at][1][:6])
        if any(len(row) > 1 for row in rows[at + 1 : at + 1 + count]):
            return False
        at += 1 + count
    return at >= len(rows)


def _plain_row(separator: str, columns: EdgeColumns, *, ends_empty: bool = False, is_mixed: bool = False) -> str:
    """The expression of a row, and its newline, with names in its ends and a number in the partial."""
    is_blank = separator == " "
    space = "[ ]*+" if separator == "\t" else r"[ \t]*+"  # A tab parts here, so it is no space.
    parts = [r'(?:"[^"\n]*+"|[^ \t"\n#]++)' if is_blank else _OTHER.format(separator)] * columns.width
    parts[columns.tail], parts[columns.head] = _END.format("t"), _END.format("h")
    # With one mark at most, a point or beside semicolons a comma: what has two is no plain number.
    marks = (r"\.", ",") if separator == ";" else (r"\.",)
    number = "|".join(rf"(?:{mark})?\d[\w+\-]*+(?:{mark}[\w+\-]*+)?+(?![.,])" for mark in marks)
    doubtful = rf"(?!{THOUSAND}(?![\w.,]))" if is_mixed else ""
    parts[columns.partial] = rf'"?(?P<p>[-+−–]?{doubtful}(?:{number}))"?'
    between = r"[ \t]++" if is_blank else f"{space}{separator}{space}"
    end = rf"(?:{separator}{space})*+" if ends_empty else ""
    return rf"{space}{between.join(parts)}{space}{end}(?:\n|\Z)"
