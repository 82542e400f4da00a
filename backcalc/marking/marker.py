"""How a sheet is marked, whatever keeps the truth: right answers first, then rounded ones, then what is wrong."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from math import isnan
from typing import Any, Protocol

from backcalc.calculus.digits import AS_WRITTEN, Tolerance, wrong_places
from backcalc.calculus.result import AnyRun
from backcalc.language.statements import Answer
from backcalc.marking.diagnosis.telling import Diagnosis
from backcalc.marking.entries import BROKEN_LINK
from backcalc.marking.mark import VERDICTS, Attempt, Mark, as_written
from backcalc.marking.notation import Subject
from backcalc.marking.rounding import ROUNDED_ZERO, Roundings
from backcalc.marking.sheet import MOST_KNOWN
from backcalc.rules.values import shape_of
from backcalc.text.errors import Diagnostic
from backcalc.text.source import Source, Span
from backcalc.text.wording import plural, shorten


class AnyTruth(Protocol):
    """What is true of a run, as far as a report asks."""

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the run has noticed."""
        ...

    def expected(self, answer: Answer, /) -> Any:
        """The true value; None or a formula where it is not known."""
        ...

    def shown(self, mark: Mark, /) -> Mark:
        """A mark as it is shown."""
        ...


class Marker(ABC):
    """The marks of answers to a run; what it takes to mark one is found once, for any number of sheets of answers."""

    run: AnyRun
    truth: AnyTruth

    def __init__(self, tolerance: Tolerance, roundings: Roundings) -> None:
        self.tolerance, self.roundings = tolerance, roundings
        self._is_known_right: dict[Any, bool] = {}  # By what is asked and the text of the answer.

    @abstractmethod
    def mark(self, source: Source, answers: Iterable[Answer]) -> tuple[list[Mark], list[Diagnostic]]:
        """The marks of one sheet of answers, and what keeps each of the others from being marked."""

    @abstractmethod
    def diagnosis(self, given: Attempt) -> Diagnosis | None:
        """The likeliest mistake; None where none is found."""

    @abstractmethod
    def following(self, wrong: list[Attempt]) -> Callable[[Attempt], str]:
        """What tells which of the other `wrong` answers one follows from; empty where it follows from none."""

    @abstractmethod
    def _second_diagnosis(self, given: Attempt) -> Diagnosis | None:
        """The likeliest mistake in a second derivative."""

    @abstractmethod
    def _judged(self, sheet: list[Attempt], wrong: list[Attempt]) -> dict[int, Mark]:
        """The marks of the answers that are neither right nor rounded, by identity."""

    def hold(self, source: Source, stated: Iterable[Answer]) -> tuple[list[Mark], list[Diagnostic]]:
        """The marks of the results that a graph's file states, and its errors, such as a result that cannot be read."""
        marks, errors = self.mark(source, stated)
        return [mark for mark in marks if not mark.fault], errors + [mark.fault for mark in marks if mark.fault]

    def first_wrong(self, marked: Iterable[Mark]) -> Subject | None:
        """What the first wrong answer is about: values in order, then derivatives backwards, then second ones."""
        index = self.run.graph.index

        def _place(asked: Subject) -> tuple[bool, bool, int]:
            place = index[asked.of] if asked.wrt is None else -index.get(asked.wrt, len(index))
            return asked.then is not None, asked.wrt is not None, place

        wrong = (mark.about for mark in marked if mark.verdict == "wrong" and mark.about is not None)
        return min(wrong, key=_place, default=None)

    def _marks(self, sheet: list[Attempt]) -> Iterator[Mark]:
        # All are looked at before any is marked: what follows from a mistake may stand above it on the sheet.
        found = {id(given): given.marked("right") for given in sheet if self._is_right(given)}
        others = [given for given in sheet if id(given) not in found]
        for given in others:
            if nowhere := _nowhere(given):  # What there is not no mistake leads to.
                found[id(given)] = given.wrong(self.tolerance, None, nowhere)
            elif note := self.roundings.note(given):
                found[id(given)] = given.marked("rounding", note=note)
            elif note := self.roundings.shortfall(given):  # Right so far, but too short.
                found[id(given)] = given.wrong(self.tolerance, None, note)
        for given in others:
            if id(given) not in found and self._is_rounded_zero(given, sheet, found):
                found[id(given)] = given.marked("rounding", note=ROUNDED_ZERO.format(plural(given.decimals, "decimal")))
        seconds = (given for given in others if given.is_second and id(given) not in found)
        found |= {id(given): given.wrong(self.tolerance, self._second_diagnosis(given)) for given in seconds}
        wrong = [given for given in others if id(given) not in found]
        if wrong:
            found |= self._judged([given for given in sheet if not given.is_second], wrong)
        for given in sheet:
            mark = found[id(given)]
            yield self._of_chain(given, mark, sheet) if given.links else mark

    def _of_chain(self, given: Attempt, last: Mark, sheet: list[Attempt]) -> Mark:
        """The mark of a chain: that of its worst link, and which is the first that does not hold."""
        marks = [self._of_link(link, given, sheet) for link in given.links]
        marks.append(last)
        worst = max(marks, key=lambda mark: VERDICTS.index(mark.verdict))  # VERDICTS run from the best to the worst.
        text = as_written(given.source, Span(given.links[0].answer.value_span.start, given.answer.value_span.end))
        note = worst.note
        if worst.verdict == "wrong":
            first = next(mark for mark in marks if mark.verdict == "wrong")
            note = "; ".join(filter(None, [note, BROKEN_LINK.format(first.given)]))
        return replace(worst, given=text, note=note)

    def _of_link(self, link: Attempt, given: Attempt, sheet: list[Attempt]) -> Mark:
        """The mark of a link, on the sheet in place of its chain's last one."""
        if self._is_right(link):
            return link.marked("right")
        # Without chains, else this would not end.
        others = [link if other is given else replace(other, links=()) for other in sheet]
        return next(mark for other, mark in zip(others, self._marks(others), strict=True) if other is link)

    def _is_rounded_zero(self, given: Attempt, sheet: list[Attempt], found: Mapping[int, Mark]) -> bool:
        """Whether a zero with decimals is what work to that many gives, on a sheet of which most else holds."""
        if given.has_digits or not given.decimals or self.tolerance != AS_WRITTEN:
            return False
        others = [other for other in sheet if other is not given]
        held = sum(other.has_digits and id(other) in found and found[id(other)].is_fine for other in others)
        return 2 * held > len(others) and self.roundings.is_zero(given)  # On a poor sheet a 0 is a guess.

    def _is_right(self, given: Attempt) -> bool:
        answer = given.answer
        # A class writes the same few answers again and again. The digits are those of the text, not of the value.
        text = given.source.text[slice(*answer.value_span)]
        key = (answer[:3], answer[5:9], text)
        if key not in self._is_known_right:
            places = wrong_places(answer.value, given.expected, given.source, self.tolerance, given.known)
            if len(self._is_known_right) >= MOST_KNOWN:
                self._is_known_right.clear()
            self._is_known_right[key] = next(places, None) is None
        return self._is_known_right[key]


def _nowhere(given: Attempt) -> str:
    """What is told of an answer where there is none: the node has no value, or no slope; empty where there is one."""
    expected = given.expected
    if shape_of(expected) or not isinstance(expected, float) or not isnan(expected):
        return ""
    what = "value" if given.wrt is None else f"derivative by {shorten(given.wrt)}"
    return f"{shorten(given.of)} has no {what} at this point"
