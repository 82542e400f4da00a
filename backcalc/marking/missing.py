"""What a sheet of answers is asked for, and what of it is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter

from backcalc.calculus.result import AnyRun
from backcalc.language.expr import NOWHERE, Number
from backcalc.language.statements import Answer
from backcalc.marking.mark import Mark
from backcalc.marking.marker import Marker
from backcalc.marking.subject import about, part, refusals, subject_of
from backcalc.rules.values import is_known, shape_of
from backcalc.text.errors import Code, Diagnostic, Note
from backcalc.text.wording import shorten


def gradient_asked(run: AnyRun) -> list[Answer]:
    """What is asked where a file states no results: the output's derivative by each input, as far as it is known."""
    known = [name for name, value in run.gradient.items() if is_known(value)]
    return [Answer(run.output, name, Number(0.0), NOWHERE, NOWHERE) for name in known]


def missing(key: Marker, asked: Iterable[Answer], answers: Iterable[Answer]) -> list[Mark]:
    """A mark for each of `asked`, which can be marked, that none of `answers` is about.

    An array is answered, too, where all its elements are.
    """
    # By subject, so that ∂L/∂x answers what asks for dL/dx; what was refused has had its error, and is missing too.
    given = {subject_of(answer): answer for answer in answers if not refusals(key.run, answer)}
    wanted = {subject_of(answer): answer for answer in asked}
    return [
        Mark(name, "", key.truth.expected(answer), "missing", about=about(answer))
        for name, answer in wanted.items()
        if name not in given and not _is_covered(key, answer, given.values())
    ]


def _is_covered(key: Marker, asked: Answer, answers: Iterable[Answer]) -> bool:
    """Whether `answers` are between them about every element that `asked` is about."""
    # The elements may come one by one, by rows, or twice, so what is covered is marked off.
    about = [answer for answer in answers if (answer.of, answer.wrt, answer.then) == (asked.of, asked.wrt, asked.then)]
    rank = len(key.run.shape(asked.of))
    # The shape of the whole, whichever part of it is asked.
    shape = shape_of(key.truth.expected(asked._replace(of_place=(), wrt_place=(), then_place=())))
    if not (about and shape):
        return False
    from backcalc.rules.ndarray import covers

    return covers(shape, [part(answer, rank) for answer in about], part(asked, rank))


def last_of_each(answers: Sequence[Answer]) -> tuple[list[Answer], list[Diagnostic]]:
    """Of answers about the same thing the last one, and a warning for each such thing."""
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        found.setdefault(subject_of(answer), []).append(answer)  # ∂L/∂x and dL/dx are one.
    # By place, as they stand on the sheet.
    lasts = sorted((several[-1] for several in found.values()), key=attrgetter("span"))
    return lasts, [_repeated(name, several) for name, several in found.items() if len(several) > 1]


def _repeated(name: str, answers: Sequence[Answer]) -> Diagnostic:
    count = "twice" if len(answers) == 2 else f"{len(answers)} times"
    message = f"`{shorten(name)}` is answered {count}; the last one counts"
    return Diagnostic(Code.ANSWERED_TWICE, message, answers[-1].span, (Note("the first stands here", answers[0].span),))
