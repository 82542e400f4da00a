"""Many submissions marked by one key: each one's score, and what the class got wrong.

The key is prepared once. With several jobs the submissions are marked by as many processes, forked when all that they
need stands in memory; what they send back are the marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from backcalc.language.statements import Answer, Comment
from backcalc.marking.key import Key
from backcalc.marking.mark import Mark, Verdict
from backcalc.marking.missing import last_of_each, missing
from backcalc.marking.sheet import NO_ANSWERS, SheetReader, by_place, read_stated
from backcalc.marking.subject import subject_of
from backcalc.marking.submissions import Submission
from backcalc.rules.values import shape_of
from backcalc.text.errors import BackcalcError, Code, Diagnostic, UsageError
from backcalc.text.numerals import rounded
from backcalc.text.source import Source
from backcalc.text.wording import shorten

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""From the best to the worst."""

EARNING: frozenset[Verdict] = frozenset(("right", "rounding", "follows", "repeats"))
"""Verdicts that earn the point: `follows` is correct work, whose mistake was counted where it was made."""


MOST_DIGITS = 10


@dataclass(frozen=True)
class Graded:
    """The marks of a submission, and which of them earn a point.

    `error` is what is wrong with it, or with some of its answers; where it could not be read, all are missing.
    """

    name: str
    marked: tuple[Mark, ...]
    earned: tuple[bool, ...]
    error: BackcalcError | None = None
    is_read: bool = True

    @property
    def right(self) -> int:
        """How many answers are right."""
        return sum(answer.verdict == "right" for answer in self.marked)

    @property
    def points(self) -> int:
        """How many answers earn a point."""
        return sum(self.earned)

    @property
    def score(self) -> float | None:
        """The share of answers that earn a point; None where nothing could be read, or nothing is asked."""
        return self.points / len(self.marked) if self.is_read and self.marked else None


class Grader:
    """Marks submissions by a key: on what is `asked`, else on what a gradebook's columns ask, else on what each has.

    With `strict` only right answers earn a point.
    """

    def __init__(self, key: Key, asked: Sequence[Answer] = (), *, strict: bool = False) -> None:
        self._key, self._asked, self._reader = key, list(asked), SheetReader()
        self._earning = frozenset(("right",)) if strict else EARNING

    def grade(self, submission: Submission) -> Graded:
        """The marks of a submission. What is wrong with it is told in what it gives."""
        # The key's own lines first: a column that a teacher forgot to ask for earns nobody a point.
        asked = self._asked or submission.asked
        try:
            sheet, unreadable = submission.sheet()
        except BackcalcError as error:
            marks = tuple(missing(self._key, asked, []))
            return Graded(submission.name, marks, (False,) * len(marks), error, is_read=False)
        found, errors = self._reader.read(sheet)
        answers, _ = last_of_each(found)  # No warnings here: a class has too many to read.
        marked, refused = self._key.mark(sheet, answers)
        errors = by_place(sheet, unreadable, [*errors, *refused])
        if not (asked or marked or errors):
            errors = [NO_ANSWERS]
        marks = tuple(on_what_is_asked(self._key, asked, answers, marked) if asked else marked)
        earned = tuple(mark.verdict in self._earning for mark in marks)
        return Graded(submission.name, marks, earned, submission.error(sheet, errors) if errors else None)


def on_what_is_asked(
    key: Key, asked: Iterable[Answer], answers: Sequence[Answer], marked: Iterable[Mark]
) -> Iterator[Mark]:
    """A mark for each answer that is asked, in that order, of those that are given; else it is missing."""
    given = {mark.name: mark for mark in marked}
    others = [answer for answer in asked if subject_of(answer) not in given]
    # What is neither given nor missing is an array whose elements are all there.
    absent = {mark.name: mark for mark in missing(key, others, answers)} if others else {}
    for answer in asked:
        name = subject_of(answer)
        yield (
            given.get(name)
            or absent.get(name)
            or _whole(name, _parts(answer, answers, given), key.truth.expected(answer))
        )


def _parts(asked: Answer, answers: Iterable[Answer], given: Mapping[str, Mark]) -> list[Mark]:
    """The marks of the answers about elements of an array that is asked as a whole, each of which is there."""
    names = [subject_of(answer) for answer in answers if (answer.of, answer.wrt) == (asked.of, asked.wrt)]
    return [given[name] for name in names if name in given]


def _whole(name: str, parts: Sequence[Mark], expected: Any) -> Mark:
    """The mark of an array whose elements are answered one by one: the worst of theirs."""
    worst = max(parts, key=lambda mark: VERDICTS.index(mark.verdict))
    return replace(
        worst, name=name, given="; ".join(f"{mark.name} = {mark.given}" for mark in parts), expected=expected
    )


def asked_by(key: Key, source: Source, comments: Iterable[Comment]) -> tuple[list[Answer], list[Diagnostic]]:
    """What the `#=` lines of a key ask, and a warning for each that the graph contradicts.

    Raises UsageError for lines that are no answers about the graph.
    """
    answers, errors = read_stated(source, comments)
    marked, refused = key.mark(source, answers)
    if errors or refused:
        raise UsageError(source, [*errors, *refused])
    pairs = zip(answers, marked, strict=True)
    return last_of_each(answers)[0], [_contradiction(*pair) for pair in pairs if pair[1].verdict != "right"]


def _contradiction(answer: Answer, mark: Mark) -> Diagnostic:
    message = f"the graph does not give `{shorten(mark.name)}` = {shorten(mark.given)}; answers are marked by the graph"
    hints = () if shape_of(mark.expected) else (f"it gives {rounded(mark.expected, MOST_DIGITS)}",)
    return Diagnostic(Code.CONTRADICTED_KEY, message, answer.span, hints=hints)


def is_flawless(graded: Graded) -> bool:
    """Whether no answer is wrong, in itself or by what it follows from, or missing."""
    return all(mark.is_fine for mark in graded.marked)


# ---- The class -------------------------------------------------------------------------------------------------------


# ---- Processes -------------------------------------------------------------------------------------------------------
