"""Answers as people write them: the lines of a file, of a student's sheet, or the arguments of a command."""

from __future__ import annotations

from collections.abc import Iterable

from backcalc.errors import Diagnostic, EvaluateError, ParseError, Source, Span
from backcalc.evaluate import constant
from backcalc.parser import parse_answer
from backcalc.scanner import Scanner
from backcalc.statements import Answer, Comment


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
            constant(answer.value, source)
        except (ParseError, EvaluateError) as error:
            errors += error.diagnostics
        else:
            answers.append(answer)
    return answers, errors
