"""The steps of a graph with arrays, tried from the sheet's own numbers: which mistake in a step gives its answer.

Numbers alone are weighed in `local`; of an array each element has to fit, so that few mistakes do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from math import inf, isfinite
from typing import Any

from backcalc.calculus.digits import FURTHEST
from backcalc.marking.diagnosis.counted import rows_of
from backcalc.marking.diagnosis.diagnose import Diagnoser
from backcalc.marking.diagnosis.in_sweep import Change, Changes
from backcalc.marking.diagnosis.in_values import wrong_row
from backcalc.marking.diagnosis.mistakes import ANSWER, VALUE
from backcalc.marking.diagnosis.suspects import Suspect
from backcalc.marking.diagnosis.telling import Diagnosis, OwnTerms
from backcalc.marking.follow_through import WrongAnswers
from backcalc.marking.mark import Attempt
from backcalc.marking.rework import OwnWork, reworked
from backcalc.marking.subject import part
from backcalc.marking.truth import Truth
from backcalc.rules.values import flat, is_known, quietly, shape_of

MOST_CHANCE = 0.1
"""Of a number, the mistakes that are to be expected near it by chance, from which on none is told."""

OF_NEIGHBOURS = 2.0
"""How many times what the digits of its neighbours leave open, of the largest term, may move a result."""

AttemptKey = tuple[str, str]


class ArraySteps:
    """The answers of one sheet as results of steps, each made of what the sheet has, else of what comes of that."""

    def __init__(
        self, truth: Truth, diagnoser: Diagnoser, sheet: Sequence[Attempt], right: Sequence[Attempt], *, is_exact: bool
    ) -> None:
        """With `is_exact` the numbers of the graph are short, and those of a sheet claim no interval."""
        self._is_exact = is_exact
        self._truth, self._diagnoser, self._run = truth, diagnoser, truth.run
        self._sheet = [given for given in sheet if truth.is_plain(given)]  # Of a Jacobian no step is the cause.
        self._sound = [given for given in right if truth.is_plain(given)]
        self._right = {(given.of, given.wrt) for given in right if given.is_whole}
        self._keys: dict[int, AttemptKey] = {}

    def contradicts(self, given: Attempt, suspect: Suspect) -> bool:
        """Whether the sheet has right what a mistake, made elsewhere, would have spoilt."""
        asked = self._run.graph.index.get(given.wrt or given.of)
        # What was written down in place of the answer spoils nothing else.
        if suspect.node is None or suspect.node == asked or suspect.mistake.where in (ANSWER, VALUE):
            return False
        node = self._run.graph.nodes[suspect.node]
        # A wrong value shows in the node's own value, a wrong derivative in a derivative.
        if suspect.mistake.value or given.wrt is None:
            return (node.name, None) in self._right
        if suspect.operation is None:
            return (given.of, node.name) in self._right
        # A wrong slope in a formula spoils what it is handed to; where that is asked for, it shows.
        if asked is not None and asked in {self._run.graph.index[arg] for arg in node.args}:
            return False
        # Nobody is asked for the derivative by a fixed one.
        args = [arg for arg in node.args if not self._run.graph.node(arg).is_fixed]
        # Without args there is nothing to contradict it.
        return bool(args) and all((given.of, arg) in self._right for arg in args)

    def diagnosis(self, given: Attempt) -> Diagnosis | None:
        """What went wrong in the step to an answer; None where no mistake gives it, or too many do."""
        # A Jacobian takes a sweep an element: no single step leads to it.
        if not self._truth.is_plain(given) or not is_known(given.expected):
            return None
        # Of numbers with one digit some mistake or other would give nearly any.
        if self._unsure > FURTHEST or all(other is given for other in self._sheet):
            return None
        with quietly(True):
            results = self._of_value(given) if given.wrt is None else self._of_derivative(given)
            found = [(suspect, off) for suspect, value in results if (off := self._off(given, value)) <= 1]
        if not found or self._is_chance(given, found):
            return None
        # Each of these fits the whole array: the lightest are told, for nothing weighs them further.
        lightest = min(suspect.mistake.weight for suspect, _ in found)
        told = [suspect for suspect, _ in found if suspect.mistake.weight == lightest]
        if len(told) == 1 and (key := told[0].mistake.misconception):
            self._keys[id(given)] = key
        return self._diagnoser.local(told, given.of, given.wrt, self._terms(given))

    def key(self, given: Attempt) -> AttemptKey | None:
        """The misconception that was named, without its place."""
        return self._keys.get(id(given))

    def is_honest(self, given: Attempt) -> bool:
        """Whether correct work from the sheet's own numbers gives the answer, as far as their digits tell."""
        # Half as strict as above, for `_off` lets the neighbours' digits move an array twice as far.
        if self._unsure > FURTHEST / OF_NEIGHBOURS or all(other is given for other in self._sheet):
            return False
        with quietly(True):
            return self._truth.is_plain(given) and self._off(given, self._truth.reworked(self._work, given)) <= 1

    def is_moved(self, given: Attempt) -> bool:
        """Whether it is wrong answers that lead to the answer, not rounding alone."""
        # Only what holds is gone on from: if that leads elsewhere, it was the wrong answers that led here.
        sound = WrongAnswers(self._truth, self._sound).work
        with quietly(True):
            return self._off(given, self._truth.reworked(sound, given)) > 1

    def accept(self, given: Attempt) -> None:
        """Count an answer among those that hold."""
        self._sound.append(given)

    # ---- What the sheet has ----

    @cached_property
    def _work(self) -> OwnWork:
        return WrongAnswers(self._truth, self._sheet).work

    @cached_property
    def _unsure(self) -> float:
        """What the digits leave open of the numbers on the sheet, relative to them: of most no more than this."""
        shares = []
        # Of the largest element: the digits of a small one say little of the size of the whole.
        for given in self._sheet:
            largest = max((abs(x) for x in flat(given.value) if isfinite(x)), default=0.0)
            if largest and not self._is_exact:
                shares.append(max(self._halves(given), default=0.0) / largest)
        # The median: one answer with a digit less is no rule.
        return sorted(shares)[len(shares) // 2] if shares else 0.0

    def _off(self, given: Attempt, value: Any) -> float:
        """How far a result is from an answer, in what digits leave open; inf where it is none."""
        if value is None or not is_known(value) or shape_of(value) != shape_of(given.value):
            return inf
        results, numbers = flat(value), flat(given.value)
        if not all(map(isfinite, (*results, *numbers))):
            return inf
        largest = max((abs(x) for x in results), default=0.0)
        halves = self._halves(given) or [0.0] * len(numbers)  # What is exact, or was worked out, claims no interval.
        # One number is met by chance sooner than several.
        open_ = (OF_NEIGHBOURS if shape_of(value) else 1.0) * self._unsure * largest + 1e-9 * largest
        return max((abs(a - b) / (h + open_) if h + open_ else inf * (a != b) for a, b, h in
                    zip(results, numbers, halves, strict=True)), default=inf)  # fmt: skip

    # ---- What mistakes give ----

    def _of_derivative(self, given: Attempt) -> Iterator[tuple[Suspect, Any]]:
        """Each mistake in the step to a derivative, with what it gives."""
        assert given.wrt is not None
        run, target = self._run, self._run.graph.index[given.wrt]
        slot, place = run.linear.tape.slot[target], part(given.answer, len(run.shape(given.of)))
        changes, honest = self._changes(given.of, target)
        # The mistake is in the sum at the node itself, or in the formula of one of its users.
        users = {i for i, node in enumerate(run.graph.nodes) if given.wrt in node.args}
        for change in changes.changes_at({target, *users}):
            if change.node == target and change.operation is None:
                moved = change.delta
            elif change.node in users and change.operation is not None:
                moved = self._moved(change, slot)
            else:
                continue
            value = honest + self._work.linear.full(moved, shape_of(honest)) if moved is not None else None
            yield change.suspect(0.0), _element(value, place)

    def _changes(self, of: str, target: int) -> tuple[Changes, Any]:
        """The sweep of `of` as the sheet has it, what comes out at one node being what comes of the others."""
        seeds = self._truth.seeds(of)
        found, own = self._work.adjoints(of, seeds), self._work.written(of)
        # Where the sheet is silent, what comes of the rest of it; 0 where nothing leads.
        adjoints = [own.get(i, found.get(i, 0.0)) for i in range(len(self._run.graph.nodes))]
        adjoints[target] = found.get(target, 0.0)  # The node asked for: as it comes out, not as written.
        node_of, start = self._run.linear.tape.node_of, {self._run.linear.tape.slot[i]: s for i, s in seeds.items()}

        def _kept(slot: int, adjoint: Any) -> Any:
            return adjoints[node_of[slot]] if slot in node_of else adjoint

        changes = Changes(self._run._replace(linear=self._work.linear, adjoints=adjoints, seeds=seeds), seeds, adjoints)
        changes.cotangents = self._work.linear.sweep(start, settle=_kept)
        return changes, adjoints[target]

    def _moved(self, change: Change, target: int) -> Any:
        """By how much a change in a user's formula moves the derivative by the node that the formula uses."""
        node_of = self._run.linear.tape.node_of

        def _within(slot: int, moved: Any) -> Any:  # What goes on from another node is another step.
            return moved if slot in (target, change.slot) or slot not in node_of else 0.0 * moved

        return self._work.linear.sweep({change.slot: change.delta}, settle=_within).get(target)

    def _of_value(self, given: Attempt) -> Iterator[tuple[Suspect, Any]]:
        """Each mistake in the step to a value, with what it gives."""
        run, node = self._run, self._run.graph.index[given.of]
        tape, rows = run.linear.tape, run.linear.evaluation.rows
        own = self._work.values
        place = part(given.answer, len(run.shape(given.of)))

        def _kept(slot: int, value: Any) -> Any:
            i = tape.node_of.get(slot)
            return value if i is None or i == node else own.get(i, value)  # Other nodes keep what the sheet has.

        for slot, row in enumerate(rows):
            if row is None or tape.owner[slot] != node or tape.constant[slot]:
                continue  # Only the operations of this node's own formula.
            for mistake in rows_of(run.linear, slot, of_values=True):
                try:
                    done = reworked(run.linear, _kept, {slot: wrong_row(mistake, row)})
                except ValueError:  # Another shape: nobody can have done that.
                    continue
                yield (
                    Suspect(0.0, mistake, node, operation=slot),
                    _element(done.evaluation.terms[tape.slot[node]], place),
                )

    def _terms(self, given: Attempt) -> OwnTerms:
        if given.wrt is None:
            return OwnTerms([], [])
        changes, _ = self._changes(given.of, self._run.graph.index[given.wrt])
        return OwnTerms(changes.terms[self._run.graph.index[given.wrt]], changes.adjoints)

    def _is_chance(self, given: Attempt, found: Sequence[tuple[Suspect, float]]) -> bool:
        """Whether a lone number has so few digits that some mistake or other would give it."""
        # Exact numbers are met by no chance, and nothing is near 0 but itself.
        if self._is_exact or shape_of(given.value) or given.value == 0:
            return False
        results = self._of_value(given) if given.wrt is None else self._of_derivative(given)
        lightest = min(suspect.mistake.weight for suspect, _ in found)
        with quietly(True):
            near = {
                f"{value:.9g}" for suspect, value in results
                if suspect.mistake.weight <= lightest and value is not None and is_known(value) and not shape_of(value)
                and abs(value - given.value) <= abs(given.value) / 2
            }  # fmt: skip
        # As in `Diagnoser`, with what the neighbours' digits leave open besides.
        half = given.half + self._unsure * abs(given.value)
        return bool(len(near) * half > MOST_CHANCE * abs(given.value) / 2)

    def _halves(self, given: Attempt) -> list[float]:
        """Half of what each number of an answer claims."""
        if self._is_exact:
            return []
        return [unit / 2 for unit in given.units] if len(given.units) == len(flat(given.value)) else []


def _element(value: Any, place: tuple[Any, ...]) -> Any:
    if value is None or not place or not shape_of(value):
        return value
    found = value[place]  # An element comes as a number of NumPy's.
    return found if shape_of(found) else float(found)
