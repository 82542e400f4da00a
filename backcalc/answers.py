"""Answers as people write them: the lines of a file, of a student's sheet, or the arguments of a command."""

from __future__ import annotations

from collections.abc import Iterable

from backcalc.errors import Diagnostic, EvaluateError, ParseError, Source, Span
from backcalc.evaluate import constant
from backcalc.expr import NOWHERE
from backcalc.parser import parse_answer
from backcalc.reading import name_of, pieces, salvage
from backcalc.scanner import Scanner
from backcalc.statements import Answer, Comment


def read_sheet(path: str) -> tuple[Source, list[Answer], list[Diagnostic]]:
    """The text of the sheet at `path` (`-` is stdin), its answers, and what is wrong with the rest, by place.

    Raises ReadError where the file cannot be read; bytes that are not UTF-8 spoil no more than their lines.
    """
    source, unreadable = salvage(name_of(path), b"".join(pieces(path)))
    answers, errors = read_answers(source)
    # What the grammar makes of a line with such a byte would be a second complaint about the same thing.
    spoilt = {source.line_start(error.span.start) for error in unreadable if error.span}
    errors = [error for error in errors if not (error.span and source.line_start(error.span.start) in spoilt)]
    return source, answers, sorted([*unreadable, *errors], key=lambda error: error.span or NOWHERE)


def read_answers(source: Source) -> tuple[list[Answer], list[Diagnostic]]:
    """Every well-formed answer in the text of a sheet, one a line or parted by `;`, and what is wrong with the rest."""
    return _read(source, Scanner(source.text))


def read_stated(source: Source, comments: Iterable[Comment]) -> tuple[list[Answer], list[Diagnostic]]:
    """The same of the answers that the `#=` comments of a graph file state."""
    stated = (comment.span for comment in comments if comment.text.startswith("#="))
    return _read(source, (Span(start + 2, end) for start, end in stated))


def _read(source: Source, spans: Iterable[Span]) -> tuple[list[Answer], list[Diagnostic]]:
    answers: list[Answer] = []
    errors: list[Diagnostic] = []
    for span in spans:
        try:
            answer = parse_answer(source, span)
            constant(answer.value, source)  # What has no value is no answer either.
        except (ParseError, EvaluateError) as error:
            errors += error.diagnostics
        else:
            answers.append(answer)
    return answers, errors
