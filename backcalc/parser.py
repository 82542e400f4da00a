"""Text to statements, by the grammar in grammars/graph.lark.

The scanner cuts the text, the automaton that Lark makes of the grammar (LALR, without recursion) reads each slice, and
the callbacks of `builder` make the records of `statements` and `expr` directly. One bad statement does not hide the
next: errors are collected, up to twenty.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from backcalc.builder import Builder, LoopHead, RejectedError
from backcalc.errors import MAX_ERRORS, Diagnostic, ParseError, Source, Span
from backcalc.expr import Expr, Name
from backcalc.lalr import Parser, RefusedError
from backcalc.scanner import Scanner
from backcalc.statements import (
    Answer,
    Edge,
    Header,
    Loop,
    Program,
    Statement,
)
from backcalc.tables import read_tables

# The words of a header line in the three columns of an edge list, as networkx, Gephi, igraph and teachers write them.
HEADER_WORDS = (
    {"source", "src", "from", "tail", "parent", "start", "i"},
    {"target", "dst", "to", "head", "child", "end", "j", "destination"},
    {"partial", "local_partial", "derivative", "weight", "value", "w", "p", "gradient"},
)


def parse(source: Source) -> Program:
    """The statements and comments of `source`.

    Raises ParseError with every statement that is not in the language, up to twenty.
    """
    scanner, assembly = Scanner(source.text), _Assembly()
    for span in scanner:
        try:
            assembly.add(_read(source, span, "statement"), span, source)
        except RejectedError as rejected:
            assembly.reject(span, source, rejected.diagnostic)
        if len(assembly.errors) > MAX_ERRORS:  # One more than is shown tells that there are more.
            break
    else:
        assembly.finish()
    program = Program(source, tuple(assembly.statements), tuple(scanner.comments))
    if assembly.errors:
        error = ParseError(source, sorted(assembly.errors, key=lambda error: error.span or span))
        error.read = program
        raise error
    return program


def parse_expression(source: Source) -> Expr:
    """The one expression in `source`. Raises ParseError."""
    return _read_whole(source, "expression")  # type: ignore[no-any-return]


def parse_point(source: Source) -> tuple[tuple[Name, Expr], ...]:
    """The assignments of `x=1, w=[1,2]`. Raises ParseError."""
    return _read_whole(source, "point")  # type: ignore[no-any-return]


def parse_answer(source: Source, span: Span | None = None) -> Answer:
    """The answer that `source`, or its part `span`, states. Raises ParseError."""
    return _read_whole(source, "answer", span)  # type: ignore[no-any-return]


def _read_whole(source: Source, start: str, span: Span | None = None) -> Any:
    try:
        return _read(source, span or Span(0, len(source.text)), start)
    except RejectedError as rejected:
        raise ParseError(source, [rejected.diagnostic]) from None


def _read(source: Source, span: Span, start: str) -> Any:
    try:
        return parser().parse(source.text[slice(*span)], start, span.start)
    except RefusedError as error:
        from backcalc.syntax_hints import explain

        raise RejectedError(explain(source, span, error, start)) from None


@cache
def parser() -> Parser:
    """The parser, its tables read at first use."""
    return Parser(read_tables(), Builder())


class _Assembly:
    """Statements put together in order, a loop's body between its head and its end."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.errors: list[Diagnostic] = []
        self._open: list[tuple[LoopHead | None, list[Statement]]] = []  # None: a head that was refused.
        self._seen_any = False

    def add(self, item: Any, span: Span, source: Source) -> None:
        if isinstance(item, LoopHead):
            item.span = span
            self._begin(item)
        elif item is None:
            self._close(span)
        else:
            item = _with_tabs(item, source)._replace(span=span)
            self.statements.append(item if self._seen_any else _as_header(item))
        self._seen_any = True

    def reject(self, span: Span, source: Source, diagnostic: Diagnostic) -> None:
        """Note an error; a refused slice that opens a block still opens one, so that its end is not an error too."""
        self.errors.append(diagnostic)
        self._seen_any = True
        if source.text[span.end - 1] == "{":
            self._begin(None)

    def finish(self) -> None:
        """Report the loops that are still open."""
        for head, _ in self._open:
            if head is not None:
                hint = "end its body with `}`"
                self.errors.append(Diagnostic("unclosed-loop", "this loop is never closed", head.span, hints=(hint,)))

    def _begin(self, head: LoopHead | None) -> None:
        self._open.append((head, self.statements))
        self.statements = []

    def _close(self, span: Span) -> None:
        if not self._open:
            raise RejectedError(Diagnostic("stray-brace", "this `}` closes nothing", span, hints=("remove it",)))
        head, outer = self._open.pop()
        if head is not None:
            whole = Span(head.span.start, span.end)
            outer.append(Loop(head.variable, head.first, head.last, tuple(self.statements), whole))
        self.statements = outer


def _as_header(item: Statement) -> Statement:
    """`item` as a header where its three columns are words that only a header has."""
    if isinstance(item, Edge) and item.spelling in (" ", "\t", ","):
        columns = (item.tail, item.head, item.partial)
        pairs = zip(columns, HEADER_WORDS, strict=True)
        if all(isinstance(column, Name) and column.id.casefold() in words for column, words in pairs):
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
