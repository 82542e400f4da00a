"""What each answer of a sheet comes from, tried in its own step from the sheet's own numbers.

A step is replayed in several ways, exactly or from the sheet's numbers, with local partials or terms rounded or not.
How far a way is to be trusted is the share of the sheet's correct steps that it reproduces. The odds of a mistake are
those of its weight times the likelihood of the number under it; they stand against those of honest work and of a slip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import exp, hypot, inf, isclose, isfinite, nan, pi, sqrt
from operator import itemgetter
from typing import NamedTuple

from backcalc.calculus.digits import has_same_sign
from backcalc.marking.diagnosis.candidates import Candidate, Candidates, Round, SheetNumbers, same
from backcalc.marking.diagnosis.steps import Contribution
from backcalc.marking.mark import Attempt
from backcalc.marking.own_numbers import Habit, Own, OwnNumbers

LIGHTER = 0.35
"""How much rarer a mistake is than one that weighs one less."""
HONEST = 30.0
"""How much more often a step is done right than wrong in one way."""
REPEATED = 10.0
"""How much likelier a misconception is once it has shown elsewhere on the sheet."""
SURE, SURE_OF_TWO = 0.7, 0.75
"""The share of the odds from which on a cause is told; and two, one of which it must be."""
FAR = 0.3
"""How far, of the larger number, a result may be from the one written for digits to have anything to do with it."""
SLIPS = 1.2
"""How much oftener a slip gives some number near by than numbers that are drawn evenly."""
FEW_OTHERS = 8.0
"""Nodes whose number may have been copied, from which on each of them is the less likely."""
MISREAD = 0.03
"""That of one digit taken for another, or two swapped: some thirty numbers come of one by that."""
WHOLE_SLIPS = (1.0, 2.0, 10.0)
"""By how much whole numbers are off where somebody has miscounted."""


class Way(NamedTuple):
    """A way in which a step is worked out: from exact numbers or the sheet's, its partials or terms rounded."""

    is_own: bool
    partials: bool = False
    terms: bool = False


# Exact numbers first: a sheet may show the results of a calculator, rounded at the end alone.
WAYS = (Way(False), Way(True), Way(True, True), Way(True, False, True), Way(True, True, True))


@dataclass(eq=False)
class StepAnswer:
    """An answer as the result of a step: `honest` tells the likelihood of its being worked out right."""

    attempt: Attempt
    of: int  # Places of nodes.
    node: int
    is_value: bool
    hits: list[bool] = field(default_factory=list)  # Of each of the WAYS: whether correct work gives the number so.
    honest: float = 0.0
    moved: bool = False
    likelihoods: list[tuple[Candidate, float]] = field(default_factory=list)
    slip: float = 0.0  # The odds that a figure just slipped.

    def causes(self, named: Iterable[tuple[str, str]]) -> list[Candidate]:
        """The mistakes that are told of it, two at most, the likeliest first; `named` are those seen elsewhere."""
        known = set(named)
        odds = [
            (likelihood * LIGHTER ** (it.mistake.weight - 1) * (REPEATED if it.key in known else 1.0), it)
            for it, likelihood in self.likelihoods
        ]
        odds.sort(key=lambda pair: -pair[0])
        total = sum(o for o, _ in odds) + HONEST * self.honest + self.slip
        if not odds or total <= 0:
            return []
        if odds[0][0] >= SURE * total:
            return [odds[0][1]]
        if len(odds) > 1 and odds[0][0] + odds[1][0] >= SURE_OF_TWO * total:
            return [odds[0][1], odds[1][1]]
        return []

    @property
    def is_honest(self) -> bool:
        """Whether correct work is likelier than all else together."""
        # No REPEATED here: what is named elsewhere is not known yet.
        wrong = sum(likelihood * LIGHTER ** (it.mistake.weight - 1) for it, likelihood in self.likelihoods)
        return HONEST * self.honest > wrong + self.slip


class LocalDiagnosis:
    """The steps of one sheet."""

    def __init__(self, candidates: Candidates, own: OwnNumbers, true: Callable[[str], SheetNumbers]) -> None:
        self._candidates, self._own, self._true = candidates, own, true
        run = candidates.run
        index = run.graph.index
        self._bases: dict[tuple[int, int, int], tuple[SheetNumbers, list[Contribution]]] = {}
        self._moved: dict[int, list[SheetNumbers]] = {}
        self.steps: list[StepAnswer] = []
        for attempt in own.attempts:
            is_value = attempt.wrt is None
            node = index.get(attempt.of if attempt.wrt is None else attempt.wrt)
            # A value has no output of its own; its candidates are those beside the run's output.
            of = index.get(attempt.of if attempt.wrt is not None else run.output)
            if node is not None and of is not None and isfinite(attempt.value) and self._is_a_step(node, of, is_value):
                self.steps.append(StepAnswer(attempt, of, node, is_value))
        self._habit = own.habit or Habit(12, "significant digits")  # A sheet that shows no habit is as good as exact.
        self._replay()

    def _is_a_step(self, node: int, of: int, is_value: bool) -> bool:
        steps = self._candidates.steps
        if is_value:
            return steps.is_worked_out[node]
        # By a node that does not lead to the output it is 0, and no step gives it.
        return node == of or any(user <= of for user in steps.users[node])

    def _replay(self) -> None:
        for step in self.steps:
            # A value has no partials and no terms to be rounded.
            ways = WAYS[:2] if step.is_value else WAYS
            hits = [self._is_hit(step, self.result(step, None, way)) for way in ways]
            # The last way counts for those that a value has not.
            step.hits = hits + hits[-1:] * (len(WAYS) - len(hits))
        # A step that no way gives, a wrong one, tells nothing of the ways.
        right = [step.hits for step in self.steps if any(step.hits)]
        # One of two more: a way that has shown nothing yet is neither trusted nor dismissed.
        # Laplace's rule of succession.
        self._trust = [(sum(hits[i] for hits in right) + 1) / (len(right) + 2) for i in range(len(WAYS))]

    def weigh(self, step: StepAnswer) -> None:
        """Find the likelihood of a step's number under each mistake, and if it is right."""
        step.honest = self.likelihood(step, None)  # Done right, it is weighed as with a mistake.
        tried = self._tried(step)
        weighed = [(it, self.likelihood(step, it)) for it in tried]
        found = [(it, likelihood) for it, likelihood in weighed if likelihood > 0]
        # A number that stands at several nodes was copied once: these are not so many more chances.
        copied = max((pair for pair in found if pair[0].is_copy), key=itemgetter(1), default=(None, 0.0))[0]
        # In a large graph one of so many numbers is near by chance.
        scarce = min(1.0, FEW_OTHERS / max(1, len(self._candidates.run.graph.nodes) - 1))
        step.likelihoods = [
            (it, likelihood * (scarce if it.is_copy else 1.0))
            for it, likelihood in found
            if not it.is_copy or it is copied
        ]
        step.slip = self._slip(step)

    def _tried(self, step: StepAnswer) -> list[Candidate]:
        if step.is_value:
            return self._candidates.of_value(step.of, step.node)
        return self._candidates.of_derivative(step.of, step.node)

    def result(self, step: StepAnswer, it: Candidate | None, way: Way) -> float:
        """What a step gives with a mistake in it, or without, worked out in this way."""
        name = self._candidates.run.graph.nodes[step.of].name
        # What was copied is told by its true number: of two wrong ones each would be said to be the other.
        if way.is_own and not (it is not None and it.is_copy):
            return self._at(step, it, self._own.of(name).numbers, way)
        # From exact numbers the same comes out for every sheet of a class.
        key = (id(it), step.of, step.node, step.is_value)
        known = self._candidates.exact_results
        if key not in known:
            known[key] = self._at(step, it, self._true(name), way)
        return known[key]

    def _at(self, step: StepAnswer, it: Candidate | None, numbers: SheetNumbers, way: Way = WAYS[1]) -> float:
        # With the sheet's numbers a function may leave its domain, a power overflow.
        try:
            if step.is_value:
                return float(self._candidates.value(step.node, numbers, it))  # A formula is no number: TypeError.
            base = self._base(step, numbers)
            rounding: Round = self._habit.__call__
            partials, terms = (rounding if way.partials else same), (rounding if way.terms else same)
            return float(self._candidates.derivative(step.node, numbers, base, it, partials, terms))
        except (ValueError, TypeError, OverflowError, ZeroDivisionError):  # No number comes of it there.
            return nan

    def _base(self, step: StepAnswer, numbers: SheetNumbers) -> list[Contribution]:
        """The true terms of a step at these numbers; kept, for every mistake is tried on them."""
        key = (id(numbers), step.of, step.node)
        if key not in self._bases:
            found = self._candidates.steps.terms(step.of, step.node, numbers.values, numbers.adjoints)
            self._bases[key] = numbers, found  # With the numbers, whose identity is the key.
        return self._bases[key][1]

    def _is_hit(self, step: StepAnswer, result: float) -> bool:
        """Whether a result is written down as the number that stands there."""
        if not isfinite(result):
            return False
        given, half = step.attempt.value, step.attempt.half
        # Exact work is written in full: only the float's own error may part the two.
        if self._own.is_exact or not half:
            return bool(abs(given - result) <= 1e-9 * max(abs(given), abs(result)))
        if self._habit.is_cut:
            off = abs(result) - abs(given)  # What is cut off is never larger, and off by less than a whole unit.
            return has_same_sign(given, result) and bool(-1e-6 * half <= off < 2 * half)
        # A half exactly is right, though its float may lie a bit beyond.
        return bool(abs(given - result) <= half * (1 + 1e-6))

    def likelihood(self, step: StepAnswer, it: Candidate | None) -> float:
        """That of the number: the trust in the best way that gives it, else a density over what digits leave."""
        own = self.result(step, it, WAYS[1])
        is_near = self._is_near(step, own)
        # Rounding on the way moves a result by little: where it is far off, only exact work may have led there.
        ways = WAYS[:1] if not is_near else WAYS[:2] if step.is_value else WAYS
        best = 0.0
        for way, trust in zip(ways, self._trust, strict=False):
            if trust > best and self._is_hit(step, own if way == WAYS[1] else self.result(step, it, way)):
                best = trust
        return max(best, self._density(step, it, own) if is_near and not self._own.is_exact else 0.0)

    def may_follow(self, step: StepAnswer) -> bool:
        """Whether correct work from the sheet's own numbers leads anywhere near a result."""
        return self._is_near(step, self.result(step, None, WAYS[1]))

    @staticmethod
    def _is_near(step: StepAnswer, result: float) -> bool:
        given, half = step.attempt.value, step.attempt.half
        return isfinite(result) and abs(given - result) <= FAR * max(abs(result), abs(given)) + 2 * half

    def _density(self, step: StepAnswer, it: Candidate | None, result: float) -> float:
        """The chance of this last digit where each number that went in may be off by half a unit."""
        half, off = step.attempt.half, abs(step.attempt.value - result)
        if not half:
            return 0.0
        own = self._own.of(self._candidates.run.graph.nodes[step.of].name)
        # Each of these numbers, evenly off within its half, adds half²/3 to the variance; their sum is nearly normal.
        moves = [half]
        for numbers in self._neighbours(step, own):
            moved = abs(self._at(step, it, numbers) - result)
            if isfinite(moved):
                moves.append(moved)
        if off > sum(moves) * (1 + 1e-9):  # Beyond all that the digits leave open.
            return 0.0
        sigma = hypot(*moves) / sqrt(3)  # Whose squares may be too small for a number.
        # Density times the width that the last digit claims.
        return min(1.0, 2 * half / (sigma * sqrt(2 * pi)) * exp(-0.5 * (off / sigma) ** 2))

    def _neighbours(self, step: StepAnswer, own: Own) -> list[SheetNumbers]:
        """The sheet's numbers with one of those that the step is made of moved by what its digits leave open."""
        if id(step) not in self._moved:  # Every mistake is tried with them.
            self._moved[id(step)] = list(self._moves(step, own))
        return self._moved[id(step)]

    def _moves(self, step: StepAnswer, own: Own) -> Iterator[SheetNumbers]:
        graph, steps = self._candidates.run.graph, self._candidates.steps
        values = {graph.index[arg] for arg in graph.nodes[step.node].args}
        adjoints: set[int] = set()
        if not step.is_value:
            adjoints = {user for user in steps.users[step.node] if user <= step.of and step.node != step.of}
            values = {step.node} | adjoints | {graph.index[a] for user in adjoints for a in graph.nodes[user].args}
        for i in values:  # One at a time: to first order they do not touch one another.
            if own.value_halves[i]:
                yield SheetNumbers(_shifted(own.numbers.values, i, own.value_halves[i]), own.numbers.adjoints)
        for i in adjoints:
            if own.adjoint_halves[i]:
                yield SheetNumbers(own.numbers.values, _shifted(own.numbers.adjoints, i, own.adjoint_halves[i]))

    def _slip(self, step: StepAnswer) -> float:
        """The chance of this number where a figure was just miscounted, miscopied or mistyped."""
        attempt, own = step.attempt, self.result(step, None, WAYS[1])
        largest = max(abs(attempt.value), abs(attempt.expected), abs(own) if isfinite(own) else 0.0, 2 * attempt.half)
        if not 0 < largest < inf:
            return 0.0
        # Drawn evenly from −largest to largest, this is the share of the last digit's interval.
        odds = SLIPS * max(2 * attempt.half, 1e-6 * largest) / (2 * largest)
        if self._own.is_exact and isfinite(own):
            # Exact numbers are off by a count, or by a place.
            off = abs(attempt.value - own)
            # By a float's own error: 0.3/3 is not 0.1 to the last bit.
            is_tenfold = any(isclose(abs(attempt.value), shift * abs(own)) for shift in (10.0, 0.1)) and own != 0
            odds += any(abs(off - slip) < 1e-9 for slip in WHOLE_SLIPS) or is_tenfold
        misread = MISREAD * any(_is_misread(attempt, result) for result in (own, attempt.expected))
        # Of a short exact number most that are near by come of misreading: these are not to be counted twice.
        return float(max(odds, misread) if self._own.is_exact else odds + misread)


def _is_misread(attempt: Attempt, result: float) -> bool:
    """Whether a number is another one with one digit wrong, or two neighbours swapped."""
    # With an exponent the digits do not stand place by place.
    if not isfinite(result) or (attempt.value < 0) != (result < 0) or "e" in attempt.text.lower():
        return False
    # To as many decimals as were written.
    written, meant = (f"{abs(x):.{attempt.decimals}f}" for x in (attempt.value, result))
    if len(written) != len(meant):
        return False
    places = [i for i, (a, b) in enumerate(zip(written, meant, strict=True)) if a != b]
    if len(places) == 2:
        i, j = places
        # Neighbours but for a decimal point between them.
        return written[i] == meant[j] and written[j] == meant[i] and not written[i + 1 : j].strip(".")
    return len(places) == 1


def _shifted(numbers: Sequence[float], i: int, by: float) -> list[float]:
    found = list(numbers)
    found[i] += by
    return found
