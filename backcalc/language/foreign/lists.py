"""Edge lists as programs write them: what their first line says of the rows, and these as rows of the language."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import islice

from backcalc.language.foreign.faults import is_name
from backcalc.language.foreign.header import PLAIN, EdgeColumns, Rows, columns_of, remarks
from backcalc.language.foreign.rows import RowText, is_statement, said
from backcalc.language.foreign.translated import SEMICOLONS, Translated, is_header
from backcalc.text.csv_records import separator_of
from backcalc.text.errors import Code, Diagnostic, ParseError
from backcalc.text.source import Source, Span

JUDGED = 200  # Rows that a header is judged by.

HEAD = 1000  # Characters in which a list says what wrote it.

_KONECT = re.compile(r"^% *(?:a?sym|bip) +\w+", re.MULTILINE)
_PERCENT = re.compile(r"^%", re.MULTILINE)
_FOR_EXCEL = re.compile(r'"?sep=[;,|\t]"?[ \t]*\n', re.IGNORECASE)  # Which names the separator of what follows.


def read_list(source: Source, begin: int, given: Container[str]) -> Source:
    """The edge list whose first line that says something begins at `begin`, as rows of the language.

    The source itself where nothing is to be changed. Raises ParseError.
    """
    text = source.text
    if text.startswith("%") or "\n%" in text:  # In some programs' lists `%` begins a comment.
        text = _PERCENT.sub("#", text)
    if told := _FOR_EXCEL.match(text, begin):
        # Made a comment of the same length, so that places stay.
        text, begin = f"{text[:begin]}#{text[begin + 1 :]}", told.end()
    end = text.find("\n", begin)
    place = Span(begin, end if end >= 0 else len(text))
    first = text[slice(*place)]
    # Of the first line without its comment, where commas may stand.
    table = RowText(source, text, separator_of(said(first)))
    words = table.cells(first)
    rows = [cells for _, cells in islice(table.rows(place.end + 1), JUDGED)]
    words, *rows = _without_empty_ends([words, *rows])
    found: EdgeColumns | Diagnostic | None = None
    has_statements = ";" in said(first) and table.separator != ";"  # Such as `source target partial; output c`.
    if len(words) > 1 and not has_statements and not is_statement(first):

        def _is_new(word: str) -> bool:
            return word not in given and not table.has_behind(word, place.end)

        found = columns_of(words, Rows(rows, table.is_number), _is_new)
    if found is None and any(word in given for word in words[2:3]):
        # Whoever reads this text again does not know what is given; as a text that was seen to it stays as it is.
        return Translated(source, source.text)
    if isinstance(found, Diagnostic):
        raise ParseError(source, [found._replace(span=place)])
    if found is not None:
        return _with_header(table, words, found, place)
    return _without_header(table, words, rows, place)


def _without_empty_ends(rows: list[list[str]]) -> list[list[str]]:
    """The first rows without the columns at the end in which none has anything: programs end rows with a separator."""
    width = max((i + 1 for row in rows for i, cell in enumerate(row) if cell and i > 2), default=3)
    return [row[:width] for row in rows]


def _with_header(table: RowText, words: list[str], columns: EdgeColumns, place: Span) -> Source:
    """The table whose header, at `place`, has these `words`."""
    text, source = table.text, table.source
    # R writes the names of rows, 1 to n, without a heading.
    if table.has_row_names(columns.behind_one_more, islice(table.rows(place.end + 1), JUDGED)):
        columns, words = columns.behind_one_more, ["", *words]
    named = [words[i] for i in columns[:3]]
    are_names = all(map(is_name, named))
    # Then there is nothing to rewrite: the language reads such a table itself.
    if columns.are_plain and table.is_plain and are_names:
        made = text
    else:
        header = ",".join(named if are_names else ("source", "target", "partial"))
        try:
            made = text[: place.start] + header + table.translated(columns, place.end)
        except ParseError as error:  # The column that is missed may be one that is passed over.
            error.warnings = remarks(words, columns, source.line_number(place.start), place)
            raise
    end = made.find("\n", place.start)
    span = Span(place.start, end if end >= 0 else len(made))
    told = remarks(words, columns, source.line_number(place.start), span)
    if made == source.text and not told and is_header(words):  # The language sees by itself that it is a header.
        return source
    return Translated(source, made, has_header=True, warnings=told)


def _without_header(table: RowText, words: list[str], rows: list[list[str]], place: Span) -> Source:
    """The table of three columns that begins with its first row, at `place`; a text of another kind as it is."""
    source, text = table.source, table.text
    if not is_statement(text[slice(*place)]):
        table.require_edges(place.start, [words, *rows])
    if len(words) > 1 and not is_statement(text[slice(*place)]):
        if (stamps := _with_stamps(table, [words, *rows])) is not None:
            message = "passed over: the fourth column, of time stamps"
            told = (Diagnostic(Code.NO_COLUMNS, message, place),)
            return Translated(source, text[: place.start] + table.translated(stamps, place.start), warnings=told)
        table.require_three(place.start, [words, *rows])
        if not table.is_plain and len(words) == 3:
            text = text[: place.start] + table.translated(PLAIN, place.start)
    elif re.search(SEMICOLONS, text):  # Rows among statements of other kinds.
        text = RowText(source, text, ";").translated(PLAIN, 0)
    return source if text == source.text else Translated(source, text)


def _with_stamps(table: RowText, rows: list[list[str]]) -> EdgeColumns | None:
    """The columns of a list of KONECT without a header: tail, head, weight, and when the edge was; None of others."""
    is_konect = _KONECT.search(table.source.text, 0, HEAD)
    if not all(len(row) == 4 and table.is_number(row[2]) and row[3].isdecimal() for row in rows):
        return None
    are_stamps = all(len(row[3]) >= len("1000000000") for row in rows)  # Seconds, or less, since 1970.
    return PLAIN._replace(width=4) if is_konect or are_stamps else None
