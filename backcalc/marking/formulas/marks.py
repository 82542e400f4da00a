"""The marks of answers that are formulas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from math import log10
from random import Random
from typing import Any

from backcalc.calculus.digits import PRECISION, Tolerance
from backcalc.calculus.run import Run
from backcalc.graph.shapes import shape_words
from backcalc.language.expr import Name, names
from backcalc.language.statements import Answer
from backcalc.marking.dependence import is_nonzero, path_leads
from backcalc.marking.diagnosis.diagnose import Diagnoser
from backcalc.marking.diagnosis.of_formula import POINTS, FormulaAtPoint, of_formula
from backcalc.marking.diagnosis.telling import Diagnosis, listed
from backcalc.marking.formulas.claims import claim, holds, is_as_infinite
from backcalc.marking.formulas.judge import Equality, FormulaAnswer, Held, NoSoundPointError, is_lost
from backcalc.marking.formulas.points import UNSETTLED, Points, RandomPoint
from backcalc.marking.formulas.put_in import put_in
from backcalc.marking.formulas.reading import symbol
from backcalc.marking.formulas.terms import FormulaShapeError, NoValueError, Valuation
from backcalc.marking.formulas.transposes import is_by_elements, is_the_transpose, to_be_transposed
from backcalc.marking.mark import Attempt, Mark
from backcalc.marking.rework import OwnWork
from backcalc.marking.subject import part, subject_of, unknown
from backcalc.marking.truth import Truth
from backcalc.rules.values import flat, is_known, quietly, shape_of
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.numerals import by_hand
from backcalc.text.wording import shorten

AT_POINT = 4
"""Draws of what is open at the point asked, of which each must agree."""
INPUTS_SHOWN = 4
"""Inputs whose values are told where a formula gives another number."""
DIGITS = 4
"""Significant digits of these."""

HERE_ALONE = "this is right at the point asked, but not at others"
ITSELF = "this says what is asked by itself"
UNTOLD = "in float64 no point tells whether this is right"


class FormulaMarker:
    """Marks the formulas of sheets against one run; the points are drawn once."""

    def __init__(self, run: Run, truth: Truth, tolerance: Tolerance, diagnoser: Diagnoser) -> None:
        self.run, self.truth, self.tolerance, self._here_diagnoser = run, truth, tolerance, diagnoser
        self._equality = Equality(run)
        self._diagnosers: dict[int, Diagnoser] = {}
        self._right: set[tuple[str, str]] = set()  # The derivatives that the sheet at hand has right.
        # Edges state their partials at this point alone: nothing holds at another.
        self._has_edges = any(node.incoming for node in run.graph.nodes)

    def marks(self, sheet: Sequence[tuple[FormulaAnswer, Attempt]]) -> tuple[dict[int, Mark | None], list[Diagnostic]]:
        """The marks of the formulas of a sheet, by the identity of their attempts; None, and why, of what is open."""
        found: dict[int, Mark | None] = {}
        errors: list[Diagnostic] = []
        for formula, attempt in sheet:
            found[id(attempt)] = None  # Until it is known otherwise.
            try:
                found[id(attempt)] = self._mark(formula, attempt)
            except NoValueError as error:
                # No mark: an input without a value is no fault of the answer.
                errors.append(self._unknown(formula.answer, error.name.id))
            except NoSoundPointError:
                found[id(attempt)] = _untold(formula, attempt)
        # All marks first: a mistake that would have spoilt what is right is not told of.
        right = (attempt for _, attempt in sheet if (mark := found[id(attempt)]) and mark.verdict == "right")
        self._right = {(it.of, it.wrt) for it in right if it.wrt is not None and it.is_whole}
        wrong = [(formula, attempt) for formula, attempt in sheet if _is_unexplained(found[id(attempt)])]
        for formula, attempt in wrong:
            found[id(attempt)] = self._explained(formula, attempt, [it for it in wrong if it[1] is not attempt])
        return found, errors

    def _unknown(self, answer: Answer, name: str) -> Diagnostic:
        """That a formula speaks of what is not known here."""
        derivative = symbol(name)
        of, wrt = (name, None) if derivative is None else (derivative.of or answer.of, derivative.wrt)
        return unknown(self.run, answer._replace(of=of, wrt=wrt, of_place=(), wrt_place=()))

    def _mark(self, formula: FormulaAnswer, attempt: Attempt) -> Mark:
        """Right or wrong; raises NoValueError or NoSoundPointError where that cannot be known here."""
        if formula.is_of_itself:  # True everywhere, so it would be right.
            return attempt.marked("wrong", note=ITSELF)
        try:
            equal = self._is_true(formula)
        except FormulaShapeError as misfit:
            return attempt.marked("wrong", self._misfit(formula, str(misfit)))
        return attempt.marked("right" if equal else "wrong")

    def _holds_here(self, formula: FormulaAnswer) -> bool:
        """Whether what a formula claims is true at the point asked."""
        verdict = False
        places = list(self._here())
        is_untold = not places  # No point was found at which the graph has a value.
        # As in `Equality.holds`: symbols as whole derivatives, then along the edges.
        for is_local in (False, True):
            for truth, drawn in places:
                leaf = Valuation(truth, is_local, drawn)
                expected = leaf.number(truth.expected(formula.answer))
                if expected is None or not is_known(expected):
                    raise NoValueError(Name(_symbol_of(formula.answer)))  # Open at this point for want of a value.
                try:
                    found = claim(formula.expr, leaf, shape_of(expected), truth.exact)
                    verdict = holds(found, expected, formula.expr, self.tolerance)
                except OverflowError:
                    verdict = is_as_infinite(formula.expr, leaf, expected)
                if not verdict:
                    # A decimal claims its digits, however little they leave of what is asked.
                    is_untold |= not formula.is_of_the_point and is_lost(formula.expr, leaf, expected)
                    break
            if verdict:
                break
        if is_untold and not verdict:
            raise NoSoundPointError
        return verdict

    def _here(self) -> Iterator[tuple[Truth, dict[str, Any]]]:
        """The point asked, and what is open there drawn at random."""
        nodes, values = self.run.graph.nodes, self.run.values
        if self.run.linear.evaluation.is_known:
            yield self.truth, {}
        elif self._has_edges:
            rng = Random(3)  # noqa: S311  Any numbers will do.
            for _ in range(AT_POINT):
                open_ = [(n.name, s) for n, v, s in zip(nodes, values, self.run.shapes, strict=True) if v is None]
                yield self.truth, {name: _drawn(shape, rng) for name, shape in open_}
        else:
            for sample in islice(Points(self.run, fixed=True), AT_POINT):
                yield sample.truth, {}

    # ---- Why a formula is wrong --------------------------------------------------------------------------------------

    def _explained(
        self, formula: FormulaAnswer, attempt: Attempt, others: Sequence[tuple[FormulaAnswer, Attempt]]
    ) -> Mark:
        """A wrong formula with what led to it: another wrong one, a mistake, or a point that refutes it."""
        helds = self._helds(formula)
        wrong = [held for held in helds if not held.is_equal]
        # The shape first: no number compares where it is wrong.
        if helds and shape_of(helds[0].value) != shape_of(helds[0].expected):
            own, asked = (shape_words(shape_of(x)) for x in (helds[0].value, helds[0].expected))
            return attempt.marked("wrong", self._misfit(formula, f"this is {own}; what is asked is {asked}"))
        if attempt.wrt is not None and _is_nothing(wrong):  # Any mistake that drops all terms would fit.
            return attempt.marked("wrong", path_leads(attempt.of, attempt.wrt))
        at_point = HERE_ALONE if self._is_right_here(formula) else ""
        # What holds once a letter is back in its place is no mistake of the calculus.
        if at_point and (number := put_in(self.run, formula, self._is_true)):
            return attempt.marked("wrong", self._number(formula, *number), at_point)
        if attempt.wrt is not None and (name := self._equality.summing_to_one(formula)):
            return attempt.marked("wrong", self._summing(formula, name), at_point)
        # Three points, as of mistakes: at one point another formula may agree by chance.
        if others and len(wrong) >= POINTS and (sources := self._sources(formula, attempt, wrong[:POINTS], others)):
            return attempt.marked("follows", note=f"correct work from your {' and '.join(sources)}")
        answer = formula.answer
        index = part(answer, len(self.run.shape(answer.of)))
        given = [FormulaAtPoint(self._diagnoser(held.sample), held.value) for held in wrong]
        found = None
        # Mistakes are those of one sweep; a second derivative or a Jacobian takes more.
        if self.truth.is_plain(attempt) and not attempt.is_second:
            # At points where it is right nothing is told, so the wrong ones alone count.
            right = self._right_in(formula)
            found = of_formula(answer.of, answer.wrt, index, given, right) if given else self._of_number(formula, index)
        return attempt.marked("wrong", found or self._refuted(formula, wrong), at_point)

    @staticmethod
    def _number(formula: FormulaAnswer, text: str, name: str) -> Diagnosis:
        where = formula.answer.wrt or formula.answer.of
        told = f"{text} is the value of {shorten(name)} there: {shorten(name)} in its place makes it right"
        return Diagnosis("formula", where, told, "a formula has the nodes' names, not their values")

    @staticmethod
    def _summing(formula: FormulaAnswer, name: str) -> Diagnosis:
        where, it = formula.answer.wrt or formula.answer.of, shorten(name)
        why = f"which of an input is not known; `const {it} = …` in the file says so"
        return Diagnosis("formula", where, f"this is right only where {it} sums to 1, {why}", f"what is known of {it}?")

    def _is_right_here(self, formula: FormulaAnswer) -> bool:
        """Whether a formula that is wrong gives the right number at the point asked, as `5*y` does where b is 5."""
        if formula.is_of_the_point or self._has_edges or not self.run.linear.evaluation.is_known:
            return False  # Held against that point alone, or at none of its own.
        try:
            return self._holds_here(formula)
        except (FormulaShapeError, NoValueError, NoSoundPointError):
            return False

    def _right_in(self, formula: FormulaAnswer) -> set[int]:
        """The nodes by which derivatives are right: those on the sheet, and those that the formula goes on from."""
        answer, index = formula.answer, self.run.graph.index
        symbols = filter(None, map(symbol, names(formula.expr)))
        known = {(it.of or self.run.output, it.wrt) for it in symbols} | self._right
        return {index[wrt] for of, wrt in known if of == answer.of and wrt in index and wrt != answer.wrt}

    def _of_number(self, formula: FormulaAnswer, index: tuple[Any, ...]) -> Diagnosis | None:
        """The mistake behind the number that a formula comes to at the point asked."""
        answer = formula.answer
        expected = self.truth.expected(answer)
        if expected is None or not is_known(expected):
            return None
        try:
            found = claim(formula.expr, Valuation(self.truth), shape_of(expected), self.truth.exact)
        except (NoValueError, OverflowError):
            return None
        # What a formula's decimals leave open, and the last bits of float64.
        slack = max(flat(found.half + PRECISION * abs(found.value)), default=0.0)

        def _matches(other: Any) -> bool:
            return other is not None and is_known(other) and holds(found, other, formula.expr, self.tolerance)

        return self._here_diagnoser.diagnose(answer.of, answer.wrt, index, found.value, slack, _matches)

    def _helds(self, formula: FormulaAnswer) -> list[Held]:
        """The formula held against the truth at some points; none where it has no value there."""
        if self._has_edges:
            return []
        points = self._equality.everywhere
        helds = self._held(formula, points, points.enough)
        # Twice as many as are needed, for at some it may be right; at all of these it may be, and wrong further out.
        first = helds[: 2 * POINTS]
        return first if any(not held.is_equal for held in first) else [*first, *(it for it in helds if not it.is_equal)]

    def _held(self, formula: FormulaAnswer, points: Iterable[RandomPoint], most: int) -> list[Held]:
        try:
            return list(self._equality.held(formula, points, most=most))
        except (FormulaShapeError, NoValueError):
            return []

    def _diagnoser(self, sample: RandomPoint) -> Diagnoser:
        if id(sample) not in self._diagnosers:  # The points are kept, so an identity stays theirs.
            truth = sample.truth
            self._diagnosers[id(sample)] = Diagnoser(sample.run, truth.derivatives, truth.seeds)
        return self._diagnosers[id(sample)]

    def _sources(
        self,
        formula: FormulaAnswer,
        attempt: Attempt,
        wrong: Sequence[Held],
        others: Sequence[tuple[FormulaAnswer, Attempt]],
    ) -> list[str]:
        """The other wrong formulas of the sheet that correct work leads from to this one."""
        answer, index = formula.answer, self.run.graph.index
        if (answer.wrt or answer.of) not in index:
            return []
        # `OwnWork` goes on from whole nodes.
        whole = [(o, a) for o, a in others if a.is_whole and (o.answer.wrt or o.answer.of) in index]
        used: list[str] = []
        for held in wrong:
            values: dict[int, Any] = {}
            derivatives: dict[str, dict[int, Any]] = {}
            for other, _ in whole:
                # The truth stays where the other formula has no value.
                place = next(iter(self._held(other, [held.sample], 1)), None)
                # From a vector where a number belongs nobody can have gone on.
                if place is not None and shape_of(place.value) == shape_of(place.expected):
                    into = values if other.answer.wrt is None else derivatives.setdefault(other.answer.of, {})
                    into[index[other.answer.wrt or other.answer.of]] = place.value
            work = OwnWork(held.sample.run.linear, values, derivatives)
            with quietly(has_arrays=True):
                own = held.sample.truth.reworked(work, attempt)
                # Held against own work in place of the truth, by the same slack.
                if own is None or not held._replace(expected=own).is_equal:
                    return []
            # The same for every point.
            used = used or [f"{subject_of(o.answer)} = {a.text}" for o, a in whole if self._leads(o, formula)]
        return used[:2]

    def _leads(self, other: FormulaAnswer, formula: FormulaAnswer) -> bool:
        """Whether one wrong answer may have led to another: a value, or the derivative by a node further on."""
        a, b, index = other.answer, formula.answer, self.run.graph.index
        if a.wrt is None:
            return True
        # The node that the other is by has to lie between this one and the output.
        return a.of == b.of and b.wrt is not None and index[b.wrt] in self.run.upstream(index[a.wrt])

    def _misfit(self, formula: FormulaAnswer, text: str) -> Diagnosis:
        where = formula.answer.wrt or formula.answer.of
        hint = "look at the shapes: which matrix is to be transposed?"
        if is_by_elements(self.run, formula, self._is_true):
            told = f"`*` and `·` go by elements: with `@` beside the matrix this is right; as it stands, {text}"
            return Diagnosis("shape", where, told, "the product of matrices is written `@`")
        # Single matrices before the whole: that is what went wrong in writing it down.
        if turned := to_be_transposed(self.run, formula, self._is_true):
            verb = "is" if len(turned) == 1 else "are"
            return Diagnosis("shape", where, f"{listed(turned)} {verb} to be transposed; as it stands, {text}", hint)
        if is_the_transpose(formula, self._is_true):
            return Diagnosis("transpose", where, f"this is the transpose; {text}", hint)
        return Diagnosis("shape", where, text, hint)

    def _is_true(self, formula: FormulaAnswer) -> bool:
        """Whether a formula holds; raises FormulaShapeError and NoValueError where it has no value."""
        equal = None if formula.is_of_the_point or self._has_edges else self._equality.holds(formula)
        return self._holds_here(formula) if equal is None else equal

    def _refuted(self, formula: FormulaAnswer, wrong: Sequence[Held]) -> Diagnosis | None:
        """A point at which a formula gives another number."""
        # A true 0 has no share to compare.
        numbers = [held for held in wrong if not shape_of(held.value) and held.expected]
        if not numbers:
            return None
        held = min(numbers, key=lambda it: abs(log10(abs(it.expected))))  # Tiny and huge numbers convince nobody.
        value, expected = (by_hand(float(x), DIGITS) for x in (held.value, held.expected))
        # Arrays are too long to be told.
        inputs = [(name, x) for name, x in held.sample.run.point.items() if not shape_of(x)]
        at = ", ".join(f"{shorten(name)} = {by_hand(float(x), DIGITS)}" for name, x in inputs)
        place = f"at {at} " if 0 < len(inputs) <= INPUTS_SHOWN else "at a point drawn at random "
        text = f"{place}this gives {value}, and {_asked(formula)} is {expected}"
        return Diagnosis("formula", formula.answer.wrt or formula.answer.of, text, "put numbers in and compare")


def _is_unexplained(mark: Mark | None) -> bool:
    return mark is not None and mark.verdict == "wrong" and not (mark.diagnosis or mark.note)


def _is_nothing(helds: Sequence[Held]) -> bool:
    """Whether a formula is 0 wherever it was held against what is not."""
    return bool(helds) and not any(is_nonzero(it.value) or not is_nonzero(it.expected) for it in helds)


def _untold(formula: FormulaAnswer, attempt: Attempt) -> Mark:
    """A formula that no point tells from the truth, or tells to be it: neither right nor wrong."""
    hint = "its terms cancel, or overflow, wherever it is tried: a simpler formula may be told"
    fault = Diagnostic(Code.NOT_CERTAIN, UNTOLD, formula.answer.span, hints=(hint,))
    return replace(attempt.marked("unreadable", note=UNTOLD), fault=fault)


def _symbol_of(answer: Answer) -> str:
    return answer.of if answer.wrt is None else f"∂{answer.of}/∂{answer.wrt}"


def _asked(formula: FormulaAnswer) -> str:
    return subject_of(formula.answer, "∂")  # As one reads it: d is typed, ∂ is meant.


def _drawn(shape: tuple[int | None, ...], rng: Random) -> Any:
    def _number() -> float:
        return rng.choice((-1, 1)) * rng.uniform(0.2, 2.0)  # Off 0 and of either sign: at 0 too much is equal.

    if not shape:
        return _number()
    from backcalc.rules.ndarray import made

    return made(tuple(UNSETTLED if n is None else n for n in shape), _number)
