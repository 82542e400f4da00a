"""What follows from the wrong answers of a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from backcalc.calculus.digits import AS_WRITTEN, PRECISION, Tolerance, is_right
from backcalc.marking.mark import Attempt
from backcalc.marking.rework import ROUNDINGS, OwnWork, Rounding
from backcalc.marking.subject import part, subject_of
from backcalc.marking.truth import Truth
from backcalc.rules.values import flat, is_known, shape_of

MOST_UNWRITTEN = 0.05
"""How far, of its size, an answer may be off because the digits were not written down that it was made from."""

MOST_SHIFTS = 40
"""Numbers of somebody's own that are shifted within their digits, one at a time, to see what depends on them."""


class WrongAnswers:
    """The wrong answers of one sheet, and what correct work makes of them."""

    def __init__(self, truth: Truth, wrong: list[Attempt], tolerance: Tolerance = AS_WRITTEN) -> None:
        self._truth, self._tolerance = truth, tolerance
        # From a vector where a number belongs nothing can be worked out further.
        has_sense = (given for given in wrong if shape_of(given.value) == shape_of(given.expected))
        self._wrong = [given for given in has_sense if (given.wrt or given.of) in truth.run.graph.index]
        self._works: dict[Rounding | None, OwnWork] = {}
        self._moved: dict[int, list[OwnWork]] = {}

    def source_of(self, given: Attempt) -> str:
        """What a wrong answer follows from: the sentence that tells it, empty where it does not follow."""
        # An answer does not follow from itself.
        if not self._truth.is_plain(given) or all(other is given for other in self._wrong):
            return ""
        as_written = [r for r in ROUNDINGS if r.unit == "decimals" and r.digits == given.decimals]
        # Who goes on from an own number may round on the way as well, to the decimals that are written.
        for rounding in (None, *as_written):  # Exactly first: rounding explains less.
            expected = self._truth.reworked(self._work(rounding), given)
            if given.matches(expected) if self._tolerance.is_by_digits else self._is_right(given, expected):
                return f"correct work from {self.near(given)}"
        # With --tol a share of the truth is the measure, and digits claim nothing.
        if self._tolerance.is_by_digits and self._is_within_digits(given):
            return f"correct work from {self.near(given)}"
        return ""

    def _is_right(self, given: Attempt, expected: Any) -> bool:
        """Whether an answer is what comes of the others, by the measure that takes the place of digits."""
        is_number = expected is not None and is_known(expected)
        return is_number and is_right(given.answer.value, expected, given.source, self._tolerance, given.known)

    def _is_within_digits(self, given: Attempt) -> bool:
        """Whether an answer follows from numbers that round to those written, as one has them in a calculator."""
        found = self._truth.reworked(self._work(None), given)
        if found is None or not is_known(found) or not all(map(isfinite, flat(found))):
            return False
        expected: Any = found  # A number or an array: what follows is of both.
        if shape_of(given.value) != shape_of(expected):  # Nothing follows in another shape.
            return False
        off = flat(abs(given.value - expected))
        # What was worked out, not written, has no digits.
        if len(off) != len(given.units) or max(off) > MOST_UNWRITTEN * max(flat(abs(expected))):
            return False
        others = [at for at, other in enumerate(self._wrong) if other is not given]
        # Each takes a pass through the graph.
        if sum(1 for at in others for _ in self._wrong[at].shifts) > MOST_SHIFTS:
            return False
        # To first order, what the rounding of each number makes of this one adds up.
        moved = (self._truth.reworked(work, given) for at in others for work in self._shifted(at))
        reach = sum((abs(other - expected) for other in moved), start=PRECISION * abs(expected))
        return all(d <= unit / 2 + r for d, unit, r in zip(off, given.units, flat(reach), strict=True))

    def _shifted(self, at: int) -> list[OwnWork]:
        """The work that goes on from the wrong answers, each number of this one in turn half a unit further on."""
        if at not in self._moved:  # Once for all: any answer may follow from any other.
            self._moved[at] = [self._begun({at: shift}, None) for shift in self._wrong[at].shifts]
        return self._moved[at]

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
            node = self._truth.run.graph.index[given.wrt or given.of]
            # Several elements of one node add up to what the student has of it.
            into[node] = self._whole(given, into.get(node), shifts.get(at, 0.0))
        return OwnWork(self._truth.run.linear, values, derivatives, rounding)

    def _whole(self, given: Attempt, before: Any, shift: Any) -> Any:
        """The value or derivative of a node as this student has it, whose other elements are as `before` or true."""
        own = given.value + shift
        if given.is_whole:
            return own
        # Where an element is given, the others are taken for right.
        whole = self._truth.whole(given.answer) if before is None else before
        from backcalc.rules.ndarray import replaced

        return replaced(whole, part(given.answer, len(self._truth.run.shape(given.of))), own)

    @property
    def work(self) -> OwnWork:
        """What comes of them."""
        return self._work(None)

    def near(self, given: Attempt) -> str:
        """The wrong answers next to this one that it was made from."""
        graph = self._truth.run.graph
        values = [other for other in self._wrong if other.wrt is None and other.of != given.of]
        if given.wrt is None:
            near = [other for other in values if other.of in graph.node(given.of).args]
        else:
            derivatives = [other for other in self._wrong if other.of == given.of and other.wrt is not None]
            below = [other for other in derivatives if other.wrt and self._is_below(given.wrt, other.wrt)]
            # The nearest that there are: of direct users, else of what lies above, else a value that went in.
            near = [other for other in below if given.wrt in graph.node(other.wrt or "").args] or below
            users = [node for node in graph.nodes if given.wrt in node.args]
            step = {given.wrt, *(name for user in users for name in (user.name, *user.args))}
            near = near or [other for other in values if other.of in step] or values
        # Three names are as many as a sentence holds.
        written = [f"{subject_of(other.answer)} = {other.text}" for other in near[:3]]
        return f"your {' and '.join(written)}" if written else "your earlier answers"

    def _is_below(self, node: str, user: str) -> bool:
        """Whether a path leads from `node` to `user`."""
        run = self._truth.run
        return node != user and run.graph.index[node] in run.upstream(run.graph.index[user])
