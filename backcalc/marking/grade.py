"""Many submissions marked by one key: each one's score. The key is prepared once, in each process that marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from backcalc.calculus.digits import Tolerance
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.language.expr import size
from backcalc.language.statements import Answer, Comment
from backcalc.language.unparse import unparse
from backcalc.marking.key import Key
from backcalc.marking.mark import VERDICTS, Mark, Verdict
from backcalc.marking.missing import last_of_each, missing
from backcalc.marking.sheet import NO_ANSWERS, SheetReader, by_place, read_stated
from backcalc.marking.subject import about, settle_answers, subject_of
from backcalc.marking.submissions import Submission
from backcalc.rules.values import is_known, shape_of
from backcalc.text.errors import BackcalcError, Code, Diagnostic, UsageError
from backcalc.text.numerals import rounded
from backcalc.text.source import Source
from backcalc.text.wording import shorten

CREDIT: Mapping[Verdict, float] = {"right": 1.0, "rounding": 1.0, "follows": 1.0, "repeats": 1.0}
"""What a verdict earns, of the points: `follows` is correct work, whose mistake was counted where it was made."""

STRICT: Mapping[Verdict, float] = {"right": 1.0}
"""What is earned where only right answers count."""


MOST_DIGITS = 10
LONGEST_TOLD = 400  # Symbols of a formula that is still told whole.


@dataclass(frozen=True)
class Graded:
    """The marks of a submission, what share of its points each earns, and how many points each is worth.

    `error` is what is wrong with it, or with some of its answers; where it could not be read, all are missing.
    `is_sound` tells that nothing but the values of some answers could not be read; `kept` are the headings and cells of
    the columns of a gradebook that ask nothing. It `has_repeats` where a thing is answered twice: the last one counts.
    """

    name: str
    marked: tuple[Mark, ...]
    earned: tuple[float, ...]
    error: BackcalcError | None = None
    is_read: bool = True
    worth: tuple[float, ...] = ()
    is_sound: bool = True
    kept: tuple[tuple[str, str], ...] = ()
    has_repeats: bool = False

    @property
    def right(self) -> int:
        """How many answers are right."""
        return sum(answer.verdict == "right" for answer in self.marked)

    @property
    def weights(self) -> tuple[float, ...]:
        """The points that each answer is worth: one where nothing else is said."""
        return self.worth or (1.0,) * len(self.marked)

    @property
    def points(self) -> float:
        """The points that are earned."""
        return sum(share * weight for share, weight in zip(self.earned, self.weights, strict=True))

    @property
    def most(self) -> float:
        """The points that can be had."""
        return sum(self.weights)

    @property
    def score(self) -> float | None:
        """The share of the points that is earned; None where nothing could be read, or nothing is asked."""
        return self.points / self.most if self.is_read and self.most else None


class Grader:
    """Marks submissions by a key: on what is `asked`, else on what a gradebook's columns ask, else on what each has.

    `credit` is the share of an answer's points that each verdict earns.
    """

    def __init__(self, key: Key, asked: Sequence[Answer] = (), credit: Mapping[Verdict, float] = CREDIT) -> None:
        self._key, self._asked, self._reader, self._credit = key, list(asked), SheetReader(), credit
        # Those without points are worth one.
        self._worth = {subject_of(each): each.points for each in asked if each.points is not None}

    def __reduce__(self) -> tuple[Any, ...]:
        # To another process goes what a key is made of: what it keeps are functions, which do not travel.
        run = self._key.run
        of = None if run.is_outside else run.output
        recipe = (run.graph.source, dict(run.point), of, self._key.tolerance, self._asked, dict(self._credit))
        return _made_again, recipe

    def grade(self, submission: Submission) -> Graded:
        """The marks of a submission. What is wrong with it is told in what it gives."""
        # The key's own lines first: a column that a teacher forgot to ask for earns nobody a point.
        asked = self._asked or submission.asked
        try:
            sheet = submission.read(self._reader)
        except BackcalcError as error:
            # Unread, all that was asked is missing, so that a class's table has a row as long as the others.
            marks = tuple(missing(self._key, asked, []))
            return self._graded(submission, marks, error, is_read=False, is_sound=False)
        settled, unsettled = settle_answers(self._key.run, sheet.answers)
        answers, repeats = last_of_each(settled)  # Told of the class in one line: it has too many to read.
        marked, refused = self._key.mark(sheet.source, answers)
        errors = [*sheet.errors, *unsettled, *refused]
        # Where something is asked, an empty sheet has its missing marks to show.
        if not (asked or marked or errors or sheet.unreadable):
            errors = [NO_ANSWERS]
        faults = [mark.fault for mark in marked if mark.fault]
        told = by_place(sheet.source, sheet.unreadable, [*errors, *faults])
        marks = tuple(on_what_is_asked(self._key, asked, answers, marked) if asked else marked)
        fault = submission.error(sheet.source, told) if told else None
        # A value that cannot be read is a fault of that answer, and the rest of the sheet is sound.
        found = self._graded(submission, marks, fault, is_sound=not (errors or sheet.unreadable))
        return replace(found, has_repeats=bool(repeats))

    def _graded(
        self,
        submission: Submission,
        marks: tuple[Mark, ...],
        error: BackcalcError | None,
        *,
        is_read: bool = True,
        is_sound: bool,
    ) -> Graded:
        earned = tuple(self._credit.get(mark.verdict, 0.0) for mark in marks)
        worth = tuple(self._worth.get(mark.name, 1.0) for mark in marks)
        return Graded(submission.name, marks, earned, error, is_read, worth, is_sound, tuple(submission.kept))


def _made_again(
    source: Source,
    point: dict[str, Any],
    of: str | None,
    tolerance: Tolerance,
    asked: Sequence[Answer],
    credit: Mapping[Verdict, float],
) -> Grader:
    """What marks as one does that went well in another process."""
    return Grader(Key(run(load(source), point, of), tolerance), asked, credit)


def on_what_is_asked(
    key: Key, asked: Iterable[Answer], answers: Sequence[Answer], marked: Iterable[Mark]
) -> Iterator[Mark]:
    """A mark for each answer that is asked, in that order, of those that are given; else it is missing."""
    # By name, as both are settled: ∂L/∂x has answered what asks for dL/dx.
    given = {mark.name: mark for mark in marked}
    others = [answer for answer in asked if subject_of(answer) not in given]
    # What is neither given nor missing is an array whose elements are all there.
    absent = {mark.name: mark for mark in missing(key, others, answers)} if others else {}
    for answer in asked:
        name = subject_of(answer)
        yield (
            given.get(name)
            or absent.get(name)
            or _whole(answer, _parts(answer, answers, given), key.truth.expected(answer))
        )


def _parts(asked: Answer, answers: Iterable[Answer], given: Mapping[str, Mark]) -> list[Mark]:
    """The marks of the answers about elements of an array that is asked as a whole, each of which is there."""
    about = asked.of, asked.wrt, asked.then  # Whatever the place: each of these is an element of it.
    names = [subject_of(answer) for answer in answers if (answer.of, answer.wrt, answer.then) == about]
    return [given[name] for name in names if name in given]


def _whole(asked: Answer, parts: Sequence[Mark], expected: Any) -> Mark:
    """The mark of an array that is `asked` whose elements are answered one by one: the worst of theirs."""
    worst = max(parts, key=lambda mark: VERDICTS.index(mark.verdict))  # VERDICTS are from the best to the worst.
    given = "; ".join(f"{mark.name} = {mark.given}" for mark in parts)
    return replace(worst, name=subject_of(asked), given=given, expected=expected, about=about(asked))


def asked_by(key: Key, source: Source, comments: Iterable[Comment]) -> tuple[list[Answer], list[Diagnostic]]:
    """What the `#=` lines of a key ask, and a warning for each that the graph contradicts.

    Raises UsageError for lines that are no answers about the graph.
    """
    stated, errors = read_stated(source, comments)
    answers, unsettled = settle_answers(key.run, stated)
    # `hold`, for here a line that cannot be read is the teacher's error.
    marked, refused = key.hold(source, answers)
    if errors or unsettled or refused:
        raise UsageError(source, [*errors, *unsettled, *refused])
    pairs = zip(answers, marked, strict=True)
    return last_of_each(answers)[0], [_contradiction(*pair) for pair in pairs if pair[1].verdict != "right"]


def _contradiction(answer: Answer, mark: Mark) -> Diagnostic:
    message = f"the graph does not give `{shorten(mark.name)}` = {shorten(mark.given)}; answers are marked by the graph"
    is_number = mark.expected is not None and is_known(mark.expected) and not shape_of(mark.expected)
    hints = (f"it gives {rounded(mark.expected, MOST_DIGITS)}",) if is_number else ()
    if mark.expected is not None and not is_known(mark.expected):
        # A formula, where an input has no value: of one whose parts are shared only its beginning would take for ever.
        is_short = size(mark.expected, LONGEST_TOLD) <= LONGEST_TOLD
        hints = (f"it gives {shorten(unparse(mark.expected))}",) if is_short else ()
    return Diagnostic(Code.CONTRADICTED_KEY, message, answer.span, hints=hints)


def is_flawless(graded: Graded) -> bool:
    """Whether no answer is wrong, in itself or by what it follows from, or missing."""
    return all(mark.is_fine for mark in graded.marked)
