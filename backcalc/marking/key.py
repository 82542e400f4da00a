"""Answers marked: what somebody states against what the graph gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Any

from backcalc.calculus.digits import AS_WRITTEN, PRECISION, Tolerance, wrong_places
from backcalc.calculus.evaluate import require_known
from backcalc.calculus.run import Run, derivatives
from backcalc.language.expr import VECTOR, Call
from backcalc.language.statements import Answer
from backcalc.marking.diagnosis.diagnose import Diagnoser, Diagnosis
from backcalc.marking.mark import Given, Marked
from backcalc.marking.rework import ROUNDINGS, OwnWork, Rounding
from backcalc.marking.subject import part, refusals, subject_of, unknown
from backcalc.rules.values import flat, is_known, shape_of
from backcalc.text.errors import Diagnostic, Source, shorten

MOST_UNWRITTEN = 0.05
"""How far, of its size, an answer may be off because the digits were not written down that it was made from."""

MOST_SHIFTS = 40
"""Numbers of somebody's own that are shifted within their digits, one at a time, to see what depends on them."""

MOST_BY_HAND = 5000
"""Operations of a graph that somebody may have worked out by hand, rounding on the way; twelve ways are tried."""


def require_point(run: Run, refused: Iterable[Diagnostic]) -> None:
    """Raises EvaluateError, naming each input without a value, where no answer was refused for anything else."""
    if all(error.code == "unknown-value" for error in refused):
        require_known(run.linear.evaluation)


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
            refused = refusals(self.run, answer)
            value = None if refused else self.expected(answer)
            if value is not None and is_known(value):
                sheet.append(Given(answer, value, source))
            else:
                errors += refused or [unknown(self.run, answer)]
        return list(self._marks(sheet)), errors

    def _marks(self, sheet: list[Given]) -> Iterator[Marked]:
        # All are looked at before any is marked: what follows from a mistake may stand above it on the sheet.
        is_right = [self._is_right(given) for given in sheet]
        notes = [None if right else self._rounding(given) for given, right in zip(sheet, is_right, strict=True)]
        wrong = [given for given, right, note in zip(sheet, is_right, notes, strict=True) if not right and not note]
        earlier = WrongAnswers(self, wrong)
        for given, right, note in zip(sheet, is_right, notes, strict=True):
            if right:
                yield given.marked("right")
            elif note:
                yield given.marked("rounding", note=note)
            elif note := earlier.source_of(given):
                yield given.marked("follows", note=note)
            # Right to the digits written, but not as many as --sig asks for.
            elif given.matches(given.expected):
                asked = f"{self.tolerance.significant} significant digits are asked"
                yield given.wrong(self.tolerance, None, f"this is right as far as it goes; {asked}")
            else:
                yield given.wrong(self.tolerance, self._diagnosis(given))

    def _is_right(self, given: Given) -> bool:
        return next(wrong_places(given.answer.value, given.expected, given.source, self.tolerance), None) is None

    def _rounding(self, given: Given) -> str | None:
        """The rounding on the way that leads to what was given; None where none does."""
        by_hand = len(self.run.linear.tape.rows) <= MOST_BY_HAND
        if not (by_hand and self.is_plain(given)) or given.matches(given.expected):
            return None
        # Kept by rounding: a whole class is marked against the same few passes.
        for rounding in _by_decimals(given):
            if rounding not in self._rounded:
                self._rounded[rounding] = OwnWork(self.run.linear, rounding=rounding)
            if given.matches(self.reworked(self._rounded[rounding], given)):
                return f"this comes out when every intermediate result is rounded to {rounding}"
        return None

    def _diagnosis(self, given: Given) -> Diagnosis | None:
        """The likeliest mistake; where the true derivative is 0 because nothing leads there, that."""
        # Only an answer that should be 0 can be about what has no influence; to look for a path takes a while.
        independence = None if _is_nonzero(given.expected) else self._independence(given.answer)
        shape = shape_of(given.value)
        has_sense = shape in (shape_of(given.expected), shape_of(given.expected)[::-1])  # It may be the transpose.
        if independence or not (has_sense and self.is_plain(given)):
            return independence
        index = part(given.answer, len(self.run.shape(given.of)))
        found = self._diagnoser.diagnose(given.of, given.wrt, index, given.value, given.slack, given.matches)
        if found:
            return found
        only = self._only_wrong(given)
        return self._diagnosis(only) if only else self._dependence(given)

    @staticmethod
    def _dependence(given: Given) -> Diagnosis | None:
        """That a derivative which is said to be 0 is not, for a path leads there."""
        if given.wrt is None or given.of == given.wrt or _is_nonzero(given.value) or not _is_nonzero(given.expected):
            return None
        y, x = shorten(given.of), shorten(given.wrt)
        text = f"a path leads from {x} to {y}, so this is not 0"
        return Diagnosis("missing-term", given.wrt, text, f"is there no path from {x} to {y}?")

    def _only_wrong(self, given: Given) -> Given | None:
        """The element, or row, that all is wrong in, as an answer of its own; None where more of an array is."""
        # What the indices of all wrong elements begin with; of a single one its index.
        value = given.answer.value
        place = _common(list(wrong_places(value, given.expected, given.source, self.tolerance)))
        if not place:
            return None
        for i in place:
            if not (isinstance(value, Call) and value.fn == VECTOR):
                return None
            value = value.args[i]
        old = given.answer
        if given.wrt is None:
            answer = old._replace(value=value, of_place=(*old.of_place, *place))
        else:
            answer = old._replace(value=value, wrt_place=(*old.wrt_place, *place))
        return Given(answer, self.expected(answer), given.source)

    def _independence(self, answer: Answer) -> Diagnosis | None:
        """That a derivative is 0 because no path leads to its numerator; None where one does."""
        of, wrt, index = answer.of, answer.wrt, self.run.graph.index
        if wrt is None or of == wrt or of not in index or index[wrt] in self.run.upstream(index[of]):
            return None
        y, x = shorten(of), shorten(wrt)
        turned = f"; it is {x} that depends on {y}" if index[of] in self.run.upstream(index[wrt]) else ""
        text = f"{y} does not depend on {x}, so this is 0{turned}"
        return Diagnosis("other-node", wrt, text, f"is there a path from {x} to {y}?")

    def is_plain(self, given: Given) -> bool:
        """Whether one sweep gives what was asked for: a value, or a derivative of a number by a node."""
        index = self.run.graph.index
        if given.wrt is not None and given.wrt not in index:
            return False
        return given.wrt is None or given.of not in index or not self.run.shapes[index[given.of]]

    def reworked(self, work: OwnWork, given: Given) -> Any:
        """What is asked for, as it comes out of somebody's own work; None where it has no formula."""
        index = self.run.graph.index
        if given.wrt is None:
            found = work.value(index[given.of])
        else:
            found = work.adjoints(given.of, self.seeds(given.of)).get(index[given.wrt], 0.0)
        return self._of_place(given.answer, found)

    def expected(self, answer: Answer) -> Any:
        """The true value; None or a formula where it is not known."""
        return self._of_place(answer, self.whole(answer))

    def whole(self, answer: Answer) -> Any:
        """The same of the nodes as a whole."""
        if answer.wrt is not None and answer.wrt not in self.run.graph.index:
            return 1.0  # A loss outside the graph by itself.
        node = self.run.graph.index[answer.of if answer.wrt is None else answer.wrt]
        return self.run.values[node] if answer.wrt is None else self.derivatives(answer.of)[node]

    def _of_place(self, answer: Answer, value: Any) -> Any:
        """The element or elements of `value` that `answer` is about."""
        index = part(answer, len(self.run.shape(answer.of)))
        if not index or value is None or not is_known(value):
            return value
        if not shape_of(value):  # Such as the adjoint 0 of an array that has no influence.
            return value
        return found if shape_of(found := value[index]) else float(found)

    def derivatives(self, output: str) -> list[Any]:
        """∂output/∂node for every node."""
        if output not in self._adjoints:
            is_loss = output not in self.run.graph.index or self._is_run(output)
            self._adjoints[output] = (
                self.run.adjoints if is_loss else derivatives(self.run.linear, self.run.graph.index[output])
            )
        return self._adjoints[output]

    def seeds(self, output: str) -> dict[int, Any]:
        """The adjoints that a sweep for ∂output/∂node begins with."""
        return self.run.seeds if self._is_run(output) else {self.run.graph.index[output]: 1.0}

    def _is_run(self, output: str) -> bool:
        """Whether the derivatives of `output` are those of the run."""
        return output == self.run.output and self.run.mode == "reverse"


def _by_decimals(given: Given) -> list[Rounding]:
    """The roundings that are tried, those to as many decimals as were written first."""
    return sorted(ROUNDINGS, key=lambda r: r.unit != "decimals" or r.digits != given.decimals)


class WrongAnswers:
    """The wrong answers of one sheet, and what correct work makes of them."""

    def __init__(self, key: Key, wrong: list[Given]) -> None:
        self._key = key
        has_sense = (given for given in wrong if shape_of(given.value) == shape_of(given.expected))
        self._wrong = [given for given in has_sense if (given.wrt or given.of) in key.run.graph.index]
        self._works: dict[Rounding | None, OwnWork] = {}

    def source_of(self, given: Given) -> str:
        """What a wrong answer follows from: the sentence that tells it, empty where it does not follow."""
        if not self._key.is_plain(given) or all(other is given for other in self._wrong):
            return ""
        as_written = [r for r in ROUNDINGS if r.unit == "decimals" and r.digits == given.decimals]
        # Who goes on from an own number may round on the way as well, to the decimals that are written.
        for rounding in (None, *as_written):
            expected = self._key.reworked(self._work(rounding), given)
            if given.matches(expected):
                return f"correct work from {self._earlier(given)}"
        if self._is_within_digits(given):
            return f"correct work from {self._earlier(given)}"
        return ""

    def _is_within_digits(self, given: Given) -> bool:
        """Whether an answer follows from numbers that round to those written, as one has them in a calculator."""
        expected = self._key.reworked(self._work(None), given)
        if expected is None or not is_known(expected) or not all(map(isfinite, flat(expected))):
            return False
        off = flat(abs(given.value - expected))
        if len(off) != len(given.units) or max(off) > MOST_UNWRITTEN * max(flat(abs(expected))):
            return False
        shifts = [(at, each) for at, other in enumerate(self._wrong) if other is not given for each in other.shifts]
        if len(shifts) > MOST_SHIFTS:
            return False
        # To first order, what the rounding of each number makes of this one adds up.
        moved = (self._key.reworked(self._begun({at: shift}, None), given) for at, shift in shifts)
        reach = sum((abs(other - expected) for other in moved), start=PRECISION * abs(expected))
        return all(d <= unit / 2 + r for d, unit, r in zip(off, given.units, flat(reach), strict=True))

    def _work(self, rounding: Rounding | None) -> OwnWork:
        if rounding not in self._works:
            self._works[rounding] = self._begun({}, rounding)
        return self._works[rounding]

    def _begun(self, shifts: Mapping[int, Any], rounding: Rounding | None) -> OwnWork:
        """Work that goes on from the wrong answers, some of them, by their places, shifted."""
        values: dict[int, Any] = {}
        derivatives: dict[str, dict[int, Any]] = {}
        for at, given in enumerate(self._wrong):
            into = values if given.wrt is None else derivatives.setdefault(given.of, {})
            node = self._key.run.graph.index[given.wrt or given.of]
            into[node] = self._whole(given, into.get(node), shifts.get(at, 0.0))
        return OwnWork(self._key.run.linear, values, derivatives, rounding)

    def _whole(self, given: Given, before: Any, shift: Any) -> Any:
        """The value or derivative of a node as this student has it, whose other elements are as `before` or true."""
        own = given.value + shift
        if given.is_whole:
            return own
        whole = self._key.whole(given.answer) if before is None else before
        from backcalc.rules.functions.arrays import replaced

        return replaced(whole, part(given.answer, len(self._key.run.shape(given.of))), own)

    def _earlier(self, given: Given) -> str:
        """The wrong answers next to this one that it was made from."""
        graph = self._key.run.graph
        values = [other for other in self._wrong if other.wrt is None and other.of != given.of]
        if given.wrt is None:
            near = [other for other in values if other.of in graph.node(given.of).args]
        else:
            derivatives = [other for other in self._wrong if other.of == given.of and other.wrt is not None]
            below = [other for other in derivatives if other.wrt and self._is_below(given.wrt, other.wrt)]
            # The nearest that there are: of direct users, else of what lies above, else a value that went in.
            near = [other for other in below if given.wrt in graph.node(other.wrt or "").args] or below or values
        written = [f"{subject_of(other.answer)} = {other.text}" for other in near[:3]]
        return f"your {' and '.join(written)}" if written else "your earlier answers"

    def _is_below(self, node: str, user: str) -> bool:
        """Whether a path leads from `node` to `user`."""
        run = self._key.run
        return node != user and run.graph.index[node] in run.upstream(run.graph.index[user])


def _common(places: list[tuple[int, ...]]) -> tuple[int, ...]:
    """What all these indices begin with."""
    first = places[0] if places else ()
    lengths = range(len(first), 0, -1)
    return next((first[:n] for n in lengths if all(place[:n] == first[:n] for place in places)), ())


def _is_nonzero(value: Any) -> bool:
    """Whether a number, or an element of an array, is not 0."""
    return bool((value != 0).any() if shape_of(value) else value != 0)
