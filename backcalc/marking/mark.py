"""What somebody states, beside the truth: an answer as it is to be marked, and as it is once it is marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from typing import Any, Literal, get_args

from backcalc.calculus.constant import constant
from backcalc.calculus.digits import (
    AS_WRITTEN,
    NOTHING,
    Known,
    Tolerance,
    decimals_of,
    half_claimed,
    is_right,
    last_units,
    reach,
    significant_digits,
    wrong_places,
)
from backcalc.graph.shapes import Shape
from backcalc.language.statements import Answer
from backcalc.marking.diagnosis.telling import Diagnosis
from backcalc.marking.notation import Subject
from backcalc.marking.subject import about, subject_of
from backcalc.rules.values import is_known, shape_of
from backcalc.text.errors import Diagnostic
from backcalc.text.source import Source, Span

Verdict = Literal["right", "rounding", "follows", "repeats", "wrong", "unreadable", "missing"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""From the best to the worst."""

_COMMENT = re.compile(r"#[^\n]*")  # Inside brackets a newline is white space, so one may stand there.


@dataclass(frozen=True)
class Mark:
    """An answer as `name` (`dL/dx1` or `t1`), the value given, as written, the true one, and the verdict.

    A wrong one has a diagnosis where one is found; `note` tells how a number came about that is not quite wrong.
    Of an array that is wrong, `places` are the indices of the elements that are; `misshapen` is the shape of an answer
    that has not the one of the truth.
    """

    name: str
    given: str
    expected: Any
    verdict: Verdict
    diagnosis: Diagnosis | None = None
    note: str = ""
    places: tuple[tuple[int, ...], ...] = ()
    misshapen: Shape | None = None
    fault: Diagnostic | None = None
    """Of one that is unreadable: what, and where, keeps it from being read."""
    about: Subject | None = field(default=None, compare=False)
    """What `name` says, for who goes on from there."""

    @property
    def is_fine(self) -> bool:
        """Whether it is right, but for rounding on the way: then nothing is to be put right."""
        return self.verdict in ("right", "rounding")


def as_written(source: Source, span: Span) -> str:
    """What stands in a part of a sheet, on one line and without comments."""
    # A vector may stand on several lines with comments in it, a table's cell and a CSV field may not.
    return " ".join(_COMMENT.sub("", source.text[slice(*span)]).split())


@dataclass(frozen=True, eq=False)  # By identity: of arrays == is no truth value.
class Attempt:
    """An answer with the true value of what it is about."""

    answer: Answer
    expected: Any
    source: Source
    known: Known = NOTHING
    links: tuple[Attempt, ...] = ()
    """Of a chain, the links before the last one, which it is itself."""

    @property
    def of(self) -> str:
        """The numerator, or the node whose value it is."""
        return self.answer.of

    @property
    def wrt(self) -> str | None:
        """The denominator; None for a value."""
        return self.answer.wrt

    @property
    def is_whole(self) -> bool:
        """Whether it is about a node as a whole, not about an element."""
        return not (self.answer.of_place or self.answer.wrt_place)

    @property
    def is_second(self) -> bool:
        """Whether it is about a second derivative, which no single step gives."""
        return self.answer.then is not None

    @cached_property
    def value(self) -> Any:
        """What was given, as a number or an array."""
        return constant(self.answer.value, self.source)

    def matches(self, value: Any) -> bool:
        """Whether what was given is `value`, to the digits written."""
        if value is None or not is_known(value):
            return False
        is_number = isinstance(value, float) and isinstance(self.value, float)
        if is_number and abs(self.value - value) > self.slack:  # Most are far off, which is soon told.
            return False
        return is_right(self.answer.value, value, self.source, AS_WRITTEN, self.known)

    @cached_property
    def slack(self) -> float:
        """How far a number may be from what was given that this is written for, and a little more."""
        # Of an array no one distance tells: `matches` looks at each element.
        return inf if shape_of(self.value) else reach(self.answer.value, self.value, self.source, self.known.exact)

    @cached_property
    def has_digits(self) -> bool:
        """Whether a significant digit was written, so that something may be told from it."""
        if shape_of(self.value):
            return bool((self.value != 0).any())  # [0, 0] claims no more than 0 does.
        return self.value != 0 and significant_digits(self.answer.value) != 0  # `0`, `0.00` and `1 - 1` have none.

    @cached_property
    def half(self) -> float:
        """Half of the interval that a number claims; 0 of what is exact."""
        return 0.0 if shape_of(self.value) else float(half_claimed(self.answer.value, self.source, self.known.exact))

    @cached_property
    def units(self) -> list[float]:
        """The worth of one step of the last digit written, of each element of an array; 0 where there are no digits."""
        return last_units(self.answer.value)

    @property
    def shifts(self) -> Iterator[Any]:
        """Half a step of the last digit, in an array of each element in turn."""
        if not shape_of(self.value):
            yield from (unit / 2 for unit in self.units)  # One number has one unit, an array as many as elements.
            return
        from backcalc.rules.ndarray import units  # NumPy only for arrays.

        every = units(shape_of(self.value))
        if len(every) == len(self.units):  # An array may have been worked out, too.
            yield from (unit / 2 * each for unit, each in zip(self.units, every, strict=True))

    def marked(self, verdict: Verdict, diagnosis: Diagnosis | None = None, note: str = "") -> Mark:
        """The answer with its verdict."""
        # In one spelling, however it was asked.
        name = subject_of(self.answer)
        return Mark(name, self.text, self.expected, verdict, diagnosis, note, about=about(self.answer))

    @cached_property
    def text(self) -> str:
        """What was given, as written, on one line."""
        return as_written(self.source, self.answer.value_span)

    def wrong(self, tolerance: Tolerance, diagnosis: Diagnosis | None, note: str = "") -> Mark:
        """The answer as a wrong one, with the elements that are."""
        places = tuple(wrong_places(self.answer.value, self.expected, self.source, tolerance, self.known))
        # An answer of another shape has no wrong elements, for none of them stands for one.
        shape = shape_of(self.value)
        misshapen = None if shape == shape_of(self.expected) else shape
        return replace(self.marked("wrong", diagnosis, note), places=places, misshapen=misshapen)

    @property
    def decimals(self) -> int:
        """How many decimals were written."""
        return decimals_of(self.answer.value)
