"""Answers as people write them: the lines of a file, of a student's sheet, or the arguments of a command."""

from __future__ import annotations

from collections.abc import Iterable

from backcalc.calculus.constant import constant
from backcalc.language.expr import NOWHERE
from backcalc.language.parser import parse_answer
from backcalc.language.scanner import Scanner
from backcalc.language.statements import Answer, Comment
from backcalc.text.errors import Code, Diagnostic, EvaluateError, ParseError
from backcalc.text.files import name_of, pieces, salvage
from backcalc.text.source import Source, Span

NO_ANSWERS = Diagnostic(
    Code.NO_ANSWERS, "there are no answers in it", hints=("an answer stands on a line of its own: dL/dx = -100",)
)
MOST_KNOWN = 100_000  # Answers that a reader keeps: some 100 MB.


def read_sheet(path: str) -> tuple[Source, list[Answer], list[Diagnostic]]:
    """The text of the sheet at `path` (`-` is stdin), its answers, and what is wrong with the rest, by place.

    Raises ReadError where the file cannot be read; bytes that are not UTF-8 spoil no more than their lines.
    """
    source, unreadable = salvage(name_of(path), b"".join(pieces(path)))
    answers, errors = read_answers(source)
    return source, answers, by_place(source, unreadable, errors)


def by_place(source: Source, unreadable: list[Diagnostic], errors: list[Diagnostic]) -> list[Diagnostic]:
    """What is wrong with a text, by place; of a line with bytes that are not UTF-8 nothing else is told."""
    # What the grammar makes of a line with such a byte would be a second complaint about the same thing.
    spoilt = {source.line_start(error.span.start) for error in unreadable if error.span}
    others = (error for error in errors if not (error.span and source.line_start(error.span.start) in spoilt))
    return sorted([*unreadable, *others], key=lambda error: error.span or NOWHERE)


def read_answers(source: Source) -> tuple[list[Answer], list[Diagnostic]]:
    """Every well-formed answer in the text of a sheet, one a line or parted by `;`, and what is wrong with the rest."""
    return read_slices(source, Scanner(source.text))


def read_stated(source: Source, comments: Iterable[Comment]) -> tuple[list[Answer], list[Diagnostic]]:
    """The answers that the `#=` comments of a graph file state, and what is wrong with those that are none."""
    stated = (comment.span for comment in comments if comment.text.startswith("#="))
    return read_slices(source, (Span(start + 2, end) for start, end in stated))


def read_slices(source: Source, spans: Iterable[Span]) -> tuple[list[Answer], list[Diagnostic]]:
    """The answers of the slices of a text that hold one each, and what is wrong with those that hold none."""
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


def question(name: str) -> Answer:
    """What is asked by `name`, such as dL/dx: an answer whose value says nothing yet. Raises ParseError."""
    return parse_answer(Source("question", f"{name} = 0"))


class SheetReader:
    """Reads many sheets of answers to the same questions: an answer that stands in several is parsed once."""

    def __init__(self) -> None:
        self._known: dict[str, Answer] = {}

    def read(self, source: Source) -> tuple[list[Answer], list[Diagnostic]]:
        """What `read_answers` gives. The names and numbers in a value have the places of where it stood first."""
        answers: list[Answer] = []
        errors: list[Diagnostic] = []
        for span in Scanner(source.text):
            text = source.text[slice(*span)]
            # A class writes the same few answers again and again.
            if text in self._known:
                answers.append(_moved(self._known[text], span.start))
                continue
            found, wrong = read_slices(source, [span])
            answers += found
            errors += wrong
            if len(self._known) >= MOST_KNOWN:  # To start again is simpler than to age, and costs one more reading.
                self._known.clear()
            self._known.update((text, _moved(answer, -span.start)) for answer in found)
        return answers, errors


def _moved(answer: Answer, by: int) -> Answer:
    (start, end), (value_start, value_end) = answer.span, answer.value_span
    return answer._replace(span=Span(start + by, end + by), value_span=Span(value_start + by, value_end + by))
