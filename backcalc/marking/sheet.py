"""Answers as people write them: the lines of a file, of a student's sheet, or the arguments of a command."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import nan

from backcalc.calculus.constant import constant
from backcalc.language.expr import NOWHERE, Expr, Number
from backcalc.language.parser import parse_answer
from backcalc.language.scanner import Scanner
from backcalc.language.statements import Answer, Comment, Link
from backcalc.marking.formulas.reading import is_formula, is_only_formula, read_formula
from backcalc.marking.notation import Line, answers_of, is_blank, is_said, links_of, read_line, read_subject, value_of
from backcalc.marking.subject import about
from backcalc.marking.written import choice_in, read_value
from backcalc.text.errors import Code, Diagnostic, EvaluateError, ParseError
from backcalc.text.files import name_of, pieces, salvage
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten

NO_ANSWERS = Diagnostic(
    Code.NO_ANSWERS, "there are no answers in it", hints=("an answer stands on a line of its own: dL/dx = -100",)
)
WRITTEN = "an answer is written dL/dx = -0.5 or t = 0.84"
# What a line that is no answer may begin with, and what is to be written.
_BEGINNINGS = (
    (("d2", "∂2"), "a second derivative is written d²J/dw², or d^2J/dw^2"),
    ("{", "answers in JSON are a file whose name ends with .json: check GRAPH --answers FILE.json"),
    ("∇", "of a gradient each derivative is an answer: dJ/dw = -0.5; dJ/db = 2"),
)
UNREAD = Number(nan, "")
"""What stands for the value of an answer that could not be read."""

_CELL_SIGNS = ("=", "≈", "~")  # In a cell whose column says what it is about, an answer may begin with its sign.
MOST_LINKS = 20  # Of a chain; each that does not hold is looked for in all of the sheet's work.
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


def read_answers(source: Source, *, has_decimal_commas: bool = False) -> tuple[list[Answer], list[Diagnostic]]:
    """Every answer in the text of a sheet, in the order of the text, and what is wrong with the lines that are none.

    An answer that could not be read has its `fault`; what is left blank is none.
    """
    return read_slices(source, Scanner(source.text), has_decimal_commas=has_decimal_commas)


def read_stated(source: Source, comments: Iterable[Comment]) -> tuple[list[Answer], list[Diagnostic]]:
    """The answers that the `#=` comments of a graph file state, and what is wrong with those that are none."""
    # Other comments say what they like.
    stated = [comment.span for comment in comments if comment.states_result]
    answers: list[Answer] = []
    errors: list[Diagnostic] = []
    for start, end in stated:
        found, wrong = read_slices(source, [Span(start + 2, end)])
        # Of a key, unlike a sheet, nothing may be left blank or out.
        errors += wrong or ([] if found else _refused(source, Span(start + 2, end)))
        errors += [answer.fault for answer in found if answer.fault]
        answers += [answer for answer in found if not answer.fault]
    return answers, errors


def read_slices(
    source: Source, spans: Iterable[Span], *, has_decimal_commas: bool = False
) -> tuple[list[Answer], list[Diagnostic]]:
    """The answers of the slices of a text that hold one each, or several parted by commas, and what is wrong else."""
    answers: list[Answer] = []
    errors: list[Diagnostic] = []
    # `x = 1, y = 2`: commas may part answers on a line.
    for part in (part for span in spans for part in answers_of(source.text, span)):
        line = read_line(source.text, part)
        if line is None:
            errors += [] if is_said(source.text[slice(*part)]) else _refused(source, part)
        elif not is_blank(source.text[slice(*line.value)]):
            answers.append(_answer(source, line, has_decimal_commas=has_decimal_commas))
    return answers, errors


def _refused(source: Source, span: Span) -> Sequence[Diagnostic]:
    """What the grammar says of a line that is no answer."""
    # `d2J/dw2`, as typed where nothing is raised.
    begin = source.text[span.start : span.end].lstrip()[:2]
    hints = next((hints for beginnings, *hints in _BEGINNINGS if begin.startswith(beginnings)), [WRITTEN])
    try:
        parse_answer(source, span)
    except ParseError as error:
        return [it._replace(hints=tuple(hints)) if hints != [WRITTEN] else it for it in error.diagnostics]
    return [Diagnostic(Code.NOT_AN_ANSWER, "this is no answer", span, hints=tuple(hints))]


def _answer(source: Source, line: Line, *, has_decimal_commas: bool) -> Answer:
    """The answer of a line; with its fault where its value is none."""
    links = [
        span for span in links_of(source.text, line.value) if span.start < span.end or span.start == line.value.start
    ]
    found: list[Link] = []
    for span in links[: MOST_LINKS + 1]:
        value, fault = _value(source, span, has_decimal_commas=has_decimal_commas)
        if fault and span != links[-1] and (second := _second(source.text[slice(*span)])):
            fault = fault._replace(hints=(f"`;` parts answers on a line: …; {shorten(second)} = …",))
        found.append(Link(value, span, fault))
    first_fault = next((link.fault for link in found if link.fault), None)
    if len(links) > MOST_LINKS:
        message = f"this is a chain of more than {MOST_LINKS} links"
        first_fault = first_fault or Diagnostic(Code.SYNTAX, message, links[MOST_LINKS])
    about = line.subject
    chain = tuple(found) if len(found) > 1 else ()  # A single value is no chain.
    return Answer(
        about.of, about.wrt, found[-1].value, line.span, line.value, about.of_place, about.wrt_place,
        about.then, about.then_place, chain, line.points, first_fault,
    )  # fmt: skip


def _second(link: str) -> str:
    """What a further answer on the line is about, `dL/db` of `0.5 dL/db = 1`; empty where there is none."""
    last = re.search(r"\s(\S+)$", link)
    return last[1] if last and read_subject(last[1]) else ""


def _value(source: Source, span: Span, *, has_decimal_commas: bool) -> tuple[Expr, Diagnostic | None]:
    """What stands there, and why it has no value, if it has none."""
    value: Expr = UNREAD
    try:
        value = _read(source, span, has_decimal_commas=has_decimal_commas)
        if is_formula(value):  # Whether that has a value only the graph can tell.
            return value, None
        constant(value, source)  # What has no value is no answer either.
        if choice := choice_in(value):
            return value, choice
    except (ParseError, EvaluateError) as error:
        return value, error.diagnostics[0]
    return value, None


def _read(source: Source, span: Span, *, has_decimal_commas: bool) -> Expr:
    """A number or an array as people write them, or else a formula. Raises ParseError."""
    # A derivative's slash would be read as a quotient of numbers.
    if is_only_formula(source.text[slice(*span)]):
        return read_formula(source, span)
    try:
        return read_value(source, span, has_decimal_commas=has_decimal_commas)
    except ParseError as error:
        try:
            return read_formula(source, span)
        except ParseError:
            raise error from None  # Most answers are numbers, and what is wrong with one is told.


def question(name: str) -> Answer:
    """What is asked by `name`, such as dL/dx: an answer whose value says nothing yet. Raises ParseError."""
    source = Source("question", f"{name} = 0")
    answers, errors = read_answers(source)
    if errors or not answers:  # A comment asks nothing.
        nothing = Diagnostic(Code.NOT_AN_ANSWER, f"`{shorten(name)}` asks nothing", Span(0, len(name)))
        raise ParseError(source, errors or [nothing])
    return answers[0]


class SheetReader:
    """Reads many sheets of answers to the same questions: an answer that stands in several is parsed once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bool], Answer] = {}
        self._cells: dict[tuple[Answer, str, bool], Answer] = {}

    def read(self, source: Source, *, has_decimal_commas: bool = False) -> tuple[list[Answer], list[Diagnostic]]:
        """What `read_answers` gives. The names and numbers in a value have the places of where it stood first."""
        answers: list[Answer] = []
        errors: list[Diagnostic] = []
        for span in (part for piece in Scanner(source.text) for part in answers_of(source.text, piece)):
            text = source.text[slice(*span)], has_decimal_commas
            # A class writes the same few answers again and again.
            if text in self._known:
                answers.append(_moved(self._known[text], span.start))
                continue
            found, wrong = read_slices(source, [span], has_decimal_commas=has_decimal_commas)
            answers += found
            errors += wrong
            if len(self._known) >= MOST_KNOWN:  # To start again is simpler than to age, and costs one more reading.
                self._known.clear()
            # Kept as from place 0. A faulty one is told by its own place, so it is read anew.
            self._known.update((text, _moved(answer, -span.start)) for answer in found if not answer.fault)
        return answers, errors

    def read_cell(
        self, source: Source, question: Answer, span: Span, *, has_decimal_commas: bool = False
    ) -> Answer | None:
        """The answer to `question` that a cell of a table holds; None where it is left blank."""
        text = source.text[slice(*span)]
        known = self._cells.get((question, text, has_decimal_commas))
        if known:
            return _moved(known, span.start)
        answer = _of_cell(source, question, span, has_decimal_commas=has_decimal_commas)
        if answer is not None and not answer.fault:
            if len(self._cells) >= MOST_KNOWN:
                self._cells.clear()
            self._cells[question, text, has_decimal_commas] = _moved(answer, -span.start)
        return answer


def _of_cell(source: Source, question: Answer, span: Span, *, has_decimal_commas: bool) -> Answer | None:
    value, _ = value_of(source.text, span.start, span.end)
    # More than one sign: `= ≈ 3`.
    while source.text[value.start : value.start + 1] in _CELL_SIGNS and value.start < value.end:
        value, _ = value_of(source.text, value.start + 1, value.end)
    # Some write all of `dL/dx = 3` into the column of dL/dx.
    line = read_line(source.text, span)
    if line is not None and line.subject == about(question):
        value = line.value
    if is_blank(source.text[slice(*value)]):
        return None
    line = Line(about(question), span, value, None)
    return _answer(source, line, has_decimal_commas=has_decimal_commas)


def _moved(answer: Answer, by: int) -> Answer:
    links = tuple(link._replace(span=_shifted(link.span, by)) for link in answer.links)
    return answer._replace(span=_shifted(answer.span, by), value_span=_shifted(answer.value_span, by), links=links)


def _shifted(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)
