"""Text to statements, by the grammar in grammars/graph.lark.

The scanner cuts the text, the automaton that Lark makes of the grammar (LALR, without recursion) reads each slice, and
the callbacks of `builder` make the records of `statements` and `expr` directly. One bad statement does not hide the
next: errors are collected, up to twenty.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from backcalc import progress
from backcalc.language.actions import COLUMNS, Builder, LoopHead
from backcalc.language.automaton import Parser, RefusedError
from backcalc.language.expr import NOWHERE, Expr, Name
from backcalc.language.expression_actions import RejectedError
from backcalc.language.foreign.translate import as_language
from backcalc.language.foreign.translated import Translated, is_header, noted
from backcalc.language.forms import Forms
from backcalc.language.lexis import DIGITS, WORDS, letters
from backcalc.language.scanner import INPUT, LONG_LIST, Scanner, is_definition, parted
from backcalc.language.statements import (
    Answer,
    Edge,
    Header,
    Input,
    Inputs,
    Loop,
    Program,
    Statement,
)
from backcalc.language.tables import tables_in_use
from backcalc.text.errors import MAX_ERRORS, Code, Diagnostic, ParseError, counted
from backcalc.text.source import Source, Span

STEP = 1 << 16  # Characters between two words about how far it is.


def parse(source: Source) -> Program:
    """The statements and comments of `source`.

    Raises ParseError with every statement that is not in the language, up to twenty.
    """
    reading = Reading(as_language(source))
    reading.read(0, len(reading.source.text))
    return reading.program()


class Reading:
    """A source that is read part by part: what fits a form that is known at once, each other slice by the grammar."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._scanner, self._assembly, self._forms = Scanner(source.text), _Assembly(), Forms(source.text)

    def read(self, at: int, end: int) -> int:
        """Where the last statement ends that begins from `at` on and before `end`."""
        comments = self._scanner.comments
        with _without_collector():
            while at < end and not self.is_refused:
                progress.at("reading", at / len(self.source.text))
                at = self._forms.read(at, min(end, at + STEP), self._assembly.statements, comments)
                spans, at = self._scanner.statement(at) if at < end else ([], at)
                for span in spans:
                    self._add(span)
        return at

    def pass_header(self) -> None:
        """Take the first statement for read: it is no header."""
        self._assembly.seen_any = True

    def statement(self, span: Span) -> Statement:
        """The one statement in this part, which is known to be right."""
        self.read(*span)
        return self._assembly.statements.pop()

    def statement_at(self, at: int) -> Statement:
        """The one statement that begins at this place, which is known to be right, and no header."""
        self.pass_header()  # Only the first statement of a text may be one.
        self.read(at, at + 1)  # One place will do: a statement is read to its end.
        return self._assembly.statements.pop()

    @property
    def is_refused(self) -> bool:
        """Whether there are more errors than are shown: one more tells that there are."""
        return len(self._assembly.errors) > MAX_ERRORS

    @property
    def has_begun(self) -> bool:
        """Whether the first statement was read, the one that may be a header."""
        return self._assembly.seen_any

    def program(self) -> Program:
        """The statements and comments of what was read. Raises ParseError."""
        assembly = self._assembly
        if not self.is_refused:
            assembly.finish()
        comments = tuple(self._scanner.comments)
        program = Program(self.source, tuple(assembly.statements), comments, noted(self.source))
        if assembly.errors:
            # In the order of the text: that a loop is open shows only at its end.
            errors = sorted(assembly.errors, key=lambda error: error.span or NOWHERE)
            error = ParseError(self.source, errors, program)
            error.warnings = program.warnings  # A column that was passed over may be the one that was meant.
            raise error
        return program

    def _add(self, span: Span) -> None:
        """Have the grammar read one slice."""
        try:
            read = _names_of(self.source.text, span) or _read(self.source, span, "statement")
            statement = self._assembly.add(read, span, self.source)
        except RejectedError as rejected:
            self._assembly.reject(span, self.source, rejected.diagnostic)
        else:
            if statement is not None:
                self._forms.learn(statement)


def parse_line(source: Source, at: int, end: int) -> Statement | None:
    """The statement that the grammar reads in the line from `at` to `end`; None where it is not one and no more."""
    spans, stop = Scanner(source.text).statement(at)
    if len(spans) != 1 or stop != end:
        return None
    try:
        item = _read(source, spans[0], "statement")
    except RejectedError:
        return None
    is_statement = item is not None and not isinstance(item, LoopHead)
    return _with_tabs(item, source)._replace(span=spans[0]) if is_statement else None


def parse_items(source: Source, span: Span) -> tuple[Input, ...]:
    """The inputs that a part of a declaration of several declares; none where the grammar does not read it as such."""
    text = f"{INPUT} {source.text[slice(*span)]}"
    try:
        found = parser().parse(text, "statement", span.start - len(INPUT) - 1)
    except (RefusedError, RejectedError):
        return ()
    if isinstance(found, Inputs):
        return found.items
    # One alone has the word in its place, an item has not.
    return (found._replace(span=Span(found.target.span.start, found.span.end)),) if isinstance(found, Input) else ()


def _names_of(text: str, span: Span) -> Inputs | None:
    """A very long list of inputs that are names alone, which needs no automaton; None of all else."""
    if span.end - span.start < LONG_LIST or not text.startswith(INPUT, span.start):
        return None
    items, at = [], span.start + len(INPUT)
    item = re.compile(rf"[ \t]*+([{letters()}][{letters()}{DIGITS}]*+)[ \t]*+(?:,|\Z)").match
    if not text[at].isspace():
        return None
    while at < span.end and (found := item(text, at, span.end)):
        place = Span(*found.span(1))
        if found[1] in WORDS:
            return None
        items.append(Input(Name(found[1], place), None, None, None, place))
        at = found.end()
    # Behind a last comma an item is missed, and one alone is no list: the grammar has the words for it.
    is_whole = at == span.end and len(items) > 1 and text[at - 1] != ","
    return Inputs(tuple(items), Span(span.start, items[-1].span.end)) if is_whole else None


@contextmanager
def _without_collector() -> Iterator[None]:
    """A while without the cyclic collector, which would go through all that has been read, time and again."""
    was_on = gc.isenabled()
    gc.disable()  # Records hold no cycles, so nothing is there to be collected.
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def parse_expression(source: Source, span: Span | None = None) -> Expr:
    """The one expression in `source`, or in its part `span`. Raises ParseError."""
    return _read_whole(source, "expression", span)  # type: ignore[no-any-return]


def parse_point(source: Source) -> tuple[tuple[Name, Expr], ...]:
    """The assignments of `x=1, w=[1,2]`. Raises ParseError."""
    return _read_whole(source, "point")  # type: ignore[no-any-return]


def parse_answer(source: Source, span: Span | None = None) -> Answer:
    """The answer that `source`, or its part `span`, states. Raises ParseError."""
    return _read_whole(source, "answer", span)  # type: ignore[no-any-return]


def parse_value(source: Source, text: str, at: int, *, is_item: bool = False) -> Expr:
    """The expression `text`, the value of an answer, which stands in `source`, or what it was made of, from `at` on.

    An item of an array is read by itself, and what is wrong with it told as of one. Raises ParseError.
    """
    # As an answer, so that what is wrong is told in the words of one; only then is the text as long as its source.
    answer = f"y={text}"  # Two characters more, hence the places at - 2.
    try:
        return parser().parse(answer, "answer", at - 2).value  # type: ignore[no-any-return]
    except RefusedError as error:
        from backcalc.language.hints import explain

        head = "y=[" if is_item else "y="
        written = Source(source.name, f"{head:>{at}}{text}")
        diagnostic = explain(written, Span(max(0, at - len(head)), at + len(text)), error, "answer")
        # Its own bracket is closed further on.
        raise ParseError(source, [diagnostic._replace(notes=()) if is_item else diagnostic]) from None
    except RejectedError as rejected:
        raise ParseError(source, [rejected.diagnostic]) from None


def _read_whole(source: Source, start: str, span: Span | None = None) -> Any:
    try:
        return _read(source, span or Span(0, len(source.text)), start)
    except RejectedError as rejected:
        raise ParseError(source, [rejected.diagnostic]) from None


def _read(source: Source, span: Span, start: str) -> Any:
    text = source.text[slice(*span)]
    try:
        return parser().parse(parted(text) if "{" in text and is_definition(text) else text, start, span.start)
    except RefusedError as error:  # The words for it are loaded here.
        from backcalc.language.hints import explain

        raise RejectedError(explain(source, span, error, start)) from None


@cache
def parser() -> Parser:
    """The parser, its tables read at first use."""
    return Parser(tables_in_use(), Builder())


class _Assembly:
    """Statements put together in order, a loop's body between its head and its end."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.errors: list[Diagnostic] = []
        self._open: list[tuple[LoopHead | None, list[Statement]]] = []  # None: a head that was refused.
        self.seen_any = False
        self._widths: dict[str, tuple[int, int]] = {}  # By the message: the error, and how many lines have it.

    def add(self, item: Any, span: Span, source: Source) -> Statement | None:
        """Put what the grammar made of a slice in its place; the statement where it is one of its own."""
        statement = None  # Heads and ends of loops are none by themselves, so no form is learnt of them.
        if isinstance(item, LoopHead):
            item.span = span
            self._begin(item)
        elif item is None:
            self._close(span)
        else:
            statement = _with_tabs(item, source)._replace(span=span)
            statement = statement if self.seen_any else _as_header(statement, source)
            self.statements.append(statement)
        self.seen_any = True
        return statement

    def reject(self, span: Span, source: Source, diagnostic: Diagnostic) -> None:
        """Note an error; a refused slice that opens a block still opens one, so that its end is not an error too."""
        at, count = self._widths.get(diagnostic.message, (len(self.errors), 0))
        if count == 0:
            self.errors.append(diagnostic)
        if diagnostic.hints[:1] == (COLUMNS,):  # A list that is too wide is so in each of its lines.
            self._widths[diagnostic.message] = (at, count + 1)
        self.seen_any = True
        if source.text[span.end - 1] == "{":  # A head of a loop, however wrong.
            self._begin(None)

    def finish(self) -> None:
        """Report how many lines have too many or too few columns, and the loops that are still open."""
        for at, count in self._widths.values():
            self.errors[at] = counted(self.errors[at], count)
        for head, _ in self._open:
            if head is not None:
                hint = "end its body with `}`"
                self.errors.append(
                    Diagnostic(Code.UNCLOSED_LOOP, "this loop is never closed", head.span, hints=(hint,))
                )

    def _begin(self, head: LoopHead | None) -> None:
        self._open.append((head, self.statements))
        self.statements = []

    def _close(self, span: Span) -> None:
        if not self._open:
            raise RejectedError(Diagnostic(Code.STRAY_BRACE, "this `}` closes nothing", span, hints=("remove it",)))
        head, outer = self._open.pop()
        if head is not None:
            whole = Span(head.span.start, span.end)
            outer.append(Loop(head.variable, head.first, head.last, tuple(self.statements), whole))
        self.statements = outer


def _as_header(item: Statement, source: Source) -> Statement:
    """`item` as a header where its three columns are words that only a header has, or the whole list says so."""
    if isinstance(item, Edge) and item.spelling in (" ", "\t", ","):
        words = [column.id for column in (item.tail, item.head, item.partial) if isinstance(column, Name)]
        if len(words) == 3 and ((isinstance(source, Translated) and source.has_header) or is_header(words)):
            return Header(item, item.span)
    return item


def _with_tabs(item: Statement, source: Source) -> Statement:
    """`item` with its spelling corrected where it is an edge of columns that a tab parts."""
    if (
        isinstance(item, Edge)
        and item.spelling == " "
        and "\t" in source.text[item.tail.span.end : item.head.span.start]
    ):
        return item._replace(spelling="\t")
    return item
