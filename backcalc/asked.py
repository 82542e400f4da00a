"""What a sheet of answers is asked for, and what of it is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backcalc.check import Key, Marked, name_of, part
from backcalc.errors import Diagnostic, Note, Span, shorten
from backcalc.expr import NOWHERE, Number
from backcalc.run import Run
from backcalc.statements import Answer
from backcalc.values import is_known, shape_of


def gradient_asked(run: Run) -> list[Answer]:
    """What is asked where a file states no results: the output's derivative by each input, as far as it is known."""
    known = [name for name, value in run.gradient.items() if is_known(value)]
    return [Answer(run.output, name, Number(0.0), NOWHERE, NOWHERE) for name in known]


def missing(key: Key, asked: Iterable[Answer], answers: Iterable[Answer]) -> list[Marked]:
    """A mark for each of `asked` that none of `answers` is about, the elements of an array counted together."""
    given = {name_of(answer): answer for answer in answers}
    wanted = {name_of(answer): answer for answer in asked}
    return [
        Marked(name, "", key.expected(answer), "missing")
        for name, answer in wanted.items()
        if name not in given and not _is_covered(key, answer, given.values())
    ]


def _is_covered(key: Key, asked: Answer, answers: Iterable[Answer]) -> bool:
    """Whether `answers` are between them about every element that `asked` is about."""
    about = [answer for answer in answers if (answer.of, answer.wrt) == (asked.of, asked.wrt)]
    rank = len(key.run.shape(asked.of))
    shape = shape_of(key.expected(asked._replace(of_place=(), wrt_place=())))
    if not (about and shape):
        return False
    from backcalc.array import covers

    return covers(shape, [part(answer, rank) for answer in about], part(asked, rank))


def last_of_each(answers: Sequence[Answer]) -> tuple[list[Answer], list[Diagnostic]]:
    """Of answers about the same thing the last one, and a warning for each such thing."""
    lasts = {name_of(answer): answer for answer in answers}
    firsts: dict[str, Span] = {}
    warnings = []
    for answer in answers:
        name = name_of(answer)
        if name in firsts and answer is lasts[name]:
            message = f"`{shorten(name)}` is answered twice; this one counts"
            warnings.append(Diagnostic("answered-twice", message, answer.span, (Note("the other", firsts[name]),)))
        firsts.setdefault(name, answer.span)
    return [answer for answer in answers if answer is lasts[name_of(answer)]], warnings
