"""Answers marked: what somebody states against what the graph gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from backcalc.about import name_of, part, refusals, unknown
from backcalc.answers import read_stated
from backcalc.diagnose import Diagnoser, Diagnosis
from backcalc.digits import AS_WRITTEN, Tolerance, is_right, reach, wrong_places
from backcalc.errors import Diagnostic, ParseError, Source, UsageError, shorten
from backcalc.evaluate import constant, require_known
from backcalc.rework import ROUNDINGS, OwnWork, Rounding
from backcalc.run import Run, derivatives
from backcalc.shapes import Shape
from backcalc.statements import Answer, Comment
from backcalc.values import is_known, shape_of

Verdict = Literal["right", "rounding", "follows", "wrong", "missing"]

_COMMENT = re.compile(r"#[^\n]*")  # Inside brackets a newline is white space, so one may stand there.


@dataclass(frozen=True)
class Marked:
    """An answer as `name` (`dL/dx1` or `t1`), the value given, as written, the true one, and the verdict.

    Of an array that is wrong, `places` are the indices of the elements that are; `misshapen` is the shape of an answer
    that has not the one of the truth. A wrong answer has a diagnosis where one is found; `note` tells how a number came
    about that is not quite wrong.
    """

    name: str
    given: str
    expected: Any
    verdict: Verdict
    diagnosis: Diagnosis | None = None
    places: tuple[tuple[int, ...], ...] = ()
    misshapen: Shape | None = None
    note: str = ""


def stated_answers(source: Source, comments: Iterable[Comment]) -> list[Answer]:
    """The answers that the `#=` comments of a file state. Raises ParseError for every one that is none."""
    answers, errors = read_stated(source, comments)
    if errors:
        raise ParseError(source, errors)
    return answers


def check(run: Run, source: Source, answers: Iterable[Answer], tolerance: Tolerance = AS_WRITTEN) -> list[Marked]:
    """Each answer marked. Raises BackcalcError where one cannot be marked."""
    marked, errors = Key(run, tolerance).mark(source, answers)
    if errors:
        if not marked:
            require_known(run.linear.evaluation)
        raise UsageError(source, errors)
    return marked


@dataclass(frozen=True, eq=False)
class Given:
    """An answer with the true value of what it is about, and the index of that in what its nodes have."""

    answer: Answer
    expected: Any
    source: Source
    index: tuple[Any, ...] = ()

    @property
    def of(self) -> str:
        """The numerator, or the node whose value it is."""
        return self.answer.of

    @property
    def wrt(self) -> str | None:
        """The denominator; None for a value."""
        return self.answer.wrt

    @property
    def text(self) -> str:
        """What was given, as written."""
        return " ".join(_COMMENT.sub("", self.source.text[slice(*self.answer.value_span)]).split())

    @cached_property
    def value(self) -> Any:
        """What was given, as a number or an array."""
        return constant(self.answer.value, self.source)

    @property
    def has_shape(self) -> bool:
        """Whether what was given has the shape of the truth."""
        return shape_of(self.value) == shape_of(self.expected)

    def matches(self, value: Any) -> bool:
        """Whether what was given is this element of `value`, to the digits written."""
        return value is not None and is_known(value) and self.is_written(at(value, self.index))

    def is_written(self, value: Any) -> bool:
        """Whether `value` is what was given, to the digits written."""
        return is_right(self.answer.value, value, self.source)

    def marked(self, verdict: Verdict, **columns: Any) -> Marked:
        """The answer with its verdict."""
        return Marked(name_of(self.answer), self.text, self.expected, verdict, **columns)


def at(value: Any, index: tuple[Any, ...]) -> Any:
    """An element of an array, or a part of it; all of it without an index."""
    if not index:
        return value
    return found if shape_of(found := value[index]) else float(found)


class Key:
    """What a run says of answers; what it takes to mark one is found once, for any number of sheets of answers."""

    def __init__(self, run: Run, tolerance: Tolerance = AS_WRITTEN) -> None:
        self.run, self.tolerance = run, tolerance
        self._adjoints: dict[str, list[Any]] = {}
        self._rounded: dict[Rounding, OwnWork] = {}
        self._diagnoser = Diagnoser(run, self.derivatives, self.seeds)

    def mark(self, source: Source, answers: Iterable[Answer]) -> tuple[list[Marked], list[Diagnostic]]:
        """The marks of one sheet of answers, and what keeps each of the others from being marked."""
        sheet: list[Given] = []
        errors: list[Diagnostic] = []
        for answer in answers:
            if refused := refusals(self.run, answer):
                errors += refused
                continue
            value = self.expected(answer)
            if value is None or not is_known(value):
                errors.append(unknown(self.run, answer))
            else:
                sheet.append(Given(answer, value, source, self._index(answer)))
        return list(self._marks(sheet)), errors

    def _marks(self, sheet: list[Given]) -> Iterator[Marked]:
        places = [self._wrong_places(given) for given in sheet]
        notes = [self._rounding(given) if wrong else None for given, wrong in zip(sheet, places, strict=True)]
        earlier = Sheet(self, [g for g, wrong, note in zip(sheet, places, notes, strict=True) if wrong and not note])
        for given, wrong, note in zip(sheet, places, notes, strict=True):
            if not wrong:
                yield given.marked("right")
            elif note:
                yield given.marked("rounding", note=note)
            elif source := earlier.source_of(given):
                yield given.marked("follows", places=wrong, note=source)
            else:
                shape = None if given.has_shape else shape_of(given.value)
                yield given.marked("wrong", diagnosis=self._diagnosis(given), places=wrong, misshapen=shape)

    def _wrong_places(self, given: Given) -> tuple[tuple[int, ...], ...]:
        return tuple(wrong_places(given.answer.value, given.expected, given.source, self.tolerance))

    def _rounding(self, given: Given) -> str | None:
        """The rounding on the way that leads to what was given; None where none does."""
        if not self.is_plain(given):
            return None
        for rounding in by_decimals(given):
            if rounding not in self._rounded:
                self._rounded[rounding] = OwnWork(self.run.linear, rounding=rounding)
            if given.matches(self.reworked(self._rounded[rounding], given)):
                return f"this comes out when every intermediate result is rounded to {rounding}"
        return None

    def _diagnosis(self, given: Given) -> Diagnosis | None:
        """The likeliest mistake; where the true derivative is 0 because nothing leads there, that."""
        # Only an answer that should be 0 can be about what has no influence; to look for a path takes a while.
        if not _is_nonzero(given.expected) and (found := self._independence(given)):
            return found
        if not self.is_plain(given) or not (given.has_shape or len(shape_of(given.value)) > 1):
            return None
        slack = 0.0 if shape_of(given.value) else reach(given.answer.value, given.value)
        return self._diagnoser.diagnose(given.of, given.wrt, given.index, given.value, slack, given.is_written)

    def _independence(self, given: Given) -> Diagnosis | None:
        """That a derivative is 0 because no path leads to its numerator; None where one does."""
        of, wrt, index = given.of, given.wrt, self.run.graph.index
        if wrt is None or of == wrt or of not in index or index[wrt] in self.run.upstream(index[of]):
            return None
        y, x = shorten(of), shorten(wrt)
        turned = f"; it is {x} that depends on {y}" if index[of] in self.run.upstream(index[wrt]) else ""
        text = f"{y} does not depend on {x}, so this is 0{turned}"
        return Diagnosis("other-node", wrt, text, f"is there a path from {x} to {y}?")

    def is_plain(self, given: Given) -> bool:
        """Whether one sweep gives what was asked for: a value, or a derivative of a number."""
        return given.wrt is None or given.of not in self.run.graph.index or not self.run.shape(given.of)

    def reworked(self, work: OwnWork, given: Given) -> Any:
        """What is asked for, as it comes out of somebody's own work; None where it has no formula."""
        index = self.run.graph.index
        if given.wrt is None:
            return work.value(index[given.of])
        return work.adjoints(given.of, self.seeds(given.of)).get(index[given.wrt])

    def expected(self, answer: Answer) -> Any:
        """The true value, of an element where the answer is about one; None or a formula where it is not known."""
        value = self.whole(answer)
        return value if value is None or not is_known(value) else at(value, self._index(answer))

    def whole(self, answer: Answer) -> Any:
        """The true value of all that the nodes of an answer have."""
        node = self.run.graph.index[answer.of if answer.wrt is None else answer.wrt]
        return self.run.values[node] if answer.wrt is None else self.derivatives(answer.of)[node]

    def _index(self, answer: Answer) -> tuple[Any, ...]:
        return part(answer, len(self.run.shape(answer.of)))

    def derivatives(self, output: str) -> list[Any]:
        """∂output/∂node for every node."""
        if output not in self._adjoints:
            self._adjoints[output] = (
                self.run.adjoints
                if self._is_run(output)
                else derivatives(self.run.linear, self.run.graph.index[output])
            )
        return self._adjoints[output]

    def seeds(self, output: str) -> dict[int, Any]:
        """The adjoints that a sweep for ∂output/∂node begins with."""
        return self.run.seeds if self._is_run(output) else {self.run.graph.index[output]: 1.0}

    def _is_run(self, output: str) -> bool:
        """Whether the derivatives of `output` are those of the run."""
        return output == self.run.output and self.run.mode == "reverse"


def by_decimals(given: Given) -> list[Rounding]:
    """The roundings that are tried, those to as many decimals as were written first."""
    decimals = len(given.text.partition(".")[2].rstrip("] "))
    return sorted(ROUNDINGS, key=lambda rounding: rounding.unit != "decimals" or rounding.digits != decimals)


def _is_nonzero(value: Any) -> bool:
    """Whether a number, or an element of an array, is not 0."""
    return bool((value != 0).any() if shape_of(value) else value != 0)


class Sheet:
    """The wrong answers of one sheet, and what correct work makes of them."""

    def __init__(self, key: Key, wrong: list[Given]) -> None:
        self._key = key
        self._wrong = [given for given in wrong if given.has_shape and key.is_plain(given)]
        self._works: dict[Rounding | None, OwnWork] = {}

    def source_of(self, given: Given) -> str:
        """What a wrong answer follows from: the sentence that tells it, empty where it does not follow."""
        if len(self._wrong) < 2 or given not in self._wrong:
            return ""
        for rounding in (None, *by_decimals(given)):
            if given.matches(self._key.reworked(self._work(rounding), given)):
                return f"correct work from {self._earlier(given)}"
        return ""

    def _work(self, rounding: Rounding | None) -> OwnWork:
        """The passes done again from these answers."""
        if rounding not in self._works:
            index = self._key.run.graph.index
            values: dict[int, Any] = {}
            slopes: dict[str, dict[int, Any]] = {}
            for given in self._wrong:
                own = values if given.wrt is None else slopes.setdefault(given.of, {})
                node = index[given.wrt or given.of]
                own[node] = self._with(own.get(node), given)
            self._works[rounding] = OwnWork(self._key.run.linear, values, slopes, rounding)
        return self._works[rounding]

    def _with(self, whole: Any, given: Given) -> Any:
        """What somebody takes a node's value or derivative for, who gives this for an element or all of it."""
        if not given.index:
            return given.value
        whole = (self._key.whole(given.answer) if whole is None else whole).copy()
        whole[given.index] = given.value
        return whole

    def _earlier(self, given: Given) -> str:
        """The wrong answers next to this one that it was made from."""
        graph = self._key.run.graph
        values = [other for other in self._wrong if other.wrt is None and other is not given]
        if given.wrt is None:
            near = [other for other in values if other.of in graph.node(given.of).args]
        else:
            slopes = [other for other in self._wrong if other.of == given.of and other.wrt is not None]
            near = [other for other in slopes if given.wrt in graph.node(other.wrt or "").args] or values
        written = [f"{name_of(other.answer)} = {other.text}" for other in near[:3]]
        return f"your {' and '.join(written)}" if written else "your earlier answers"
