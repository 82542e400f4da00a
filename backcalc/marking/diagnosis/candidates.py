"""The mistakes that a single step offers, those that give the same formula told apart from the others as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isfinite, nan, prod
from typing import TYPE_CHECKING, Any

from backcalc.marking.diagnosis.counted import rows_of
from backcalc.marking.diagnosis.in_values import wrong_row
from backcalc.marking.diagnosis.look_alikes import has_slope, namesakes, nodes_alike
from backcalc.marking.diagnosis.mistakes import (
    ANSWER,
    FACTOR,
    PASSED,
    SEVERAL,
    SLOPE,
    STEP,
    SUM,
    TERM,
    VALUE,
    Mistake,
    rows_at,
)
from backcalc.marking.diagnosis.steps import AT, TURNED, VALUE_OF, Contribution, Steps, WrongSlopes
from backcalc.rules.lower import names_in
from backcalc.rules.primitives import PRIMITIVES
from backcalc.rules.row import Primitive

if TYPE_CHECKING:
    from random import Random

Round = Callable[[float], float]  # How a sheet rounds a partial or a term on the way.
# As in `in_sweep`, bound to floats alone: sheets that are followed step by step hold numbers.
_SUM = Primitive(SUM, ("a", "v", "product"), "", PRIMITIVES)
_SEVERAL = Primitive(SEVERAL, ("a", "t"), "", PRIMITIVES)
_PASSED = Primitive(PASSED, ("c", "t"), "", PRIMITIVES)
_TERM = Primitive(TERM, ("c", "p", "ct", "y", "a"), "", PRIMITIVES)
_WRITTEN = Primitive(ANSWER, ("t", "a", "other"), "", PRIMITIVES)
SPREAD = 0.2  # By how much numbers are shifted to see whether two formulas are one.


@dataclass(frozen=True, eq=False)
class SheetNumbers:
    """What somebody has for the values of all nodes, and for the derivatives of one output by them."""

    values: Sequence[float]
    adjoints: Sequence[float]


@dataclass(frozen=True, eq=False)
class Candidate:
    """One mistake in one step, and the others that give the same formula."""

    mistake: Mistake
    user: int | None = None
    operation: int | None = None
    wrong: WrongSlopes = field(default_factory=dict)
    other: int | None = None
    others: tuple[int, ...] = ()
    rows: dict[int, Primitive] = field(default_factory=dict)
    same: list[Candidate] = field(default_factory=list)

    @property
    def is_copy(self) -> bool:
        """Whether another node's number was written down."""
        return self.other is not None and self.mistake.where in (ANSWER, VALUE)

    @property
    def key(self) -> tuple[str, str] | None:
        """The misconception without its place; None for what is no rule."""
        return self.mistake.misconception


def same(x: float) -> float:
    """The number as it is."""
    return x


class Candidates:
    """Those of every step of a run, each list made when it is first asked for."""

    def __init__(self, steps: Steps) -> None:
        self.steps, self.run = steps, steps.run
        self._derivative: dict[tuple[int, int], list[Candidate]] = {}
        self._value: dict[int, list[Candidate]] = {}
        self._true: dict[str, SheetNumbers] = {}
        self.exact_results: dict[tuple[int, int, int, bool], float] = {}
        """What each mistake, by its identity, gives in each step from the exact numbers."""
        self._shifted: dict[int, list[SheetNumbers]] = {}

    def true(self, of: str, derivatives: Callable[[str], Sequence[float | None]]) -> SheetNumbers:
        """The exact numbers, made once for all sheets."""
        if of not in self._true:
            # nan spoils what is made of it, and nothing else.
            columns: tuple[Sequence[Any], ...] = (self.run.values, derivatives(of))
            self._true[of] = SheetNumbers(*([nan if x is None else x for x in column] for column in columns))
        return self._true[of]

    # ---- What a step gives ----

    def derivative(
        self, node: int, numbers: SheetNumbers, base: Sequence[Contribution], it: Candidate | None,
        partials: Round = same, terms: Round = same,
    ) -> float:  # fmt: skip
        """The derivative by a node with a mistake in it, partials and terms rounded on it; `base` are its terms."""
        # The plain sum, as for the right answer and each shifted point, needs no lists of its parts.
        if it is None and partials is same and terms is same:
            return sum([part.partial * part.ct for part in base], start=0.0)
        if it is not None and it.mistake.where == ANSWER:
            return numbers.adjoints[it.other] if it.other is not None else nan
        parts = list(base)
        if it is not None and it.wrong:
            # Only users in whose formula a wrong slot stands have another partial.
            made_at = {self.steps.tape.owner[slot] for slot, _ in it.wrong}
            parts = [
                part._replace(partial=self.steps.partial(part.user or 0, node, numbers.values, it.wrong))
                if part.user in made_at else part
                for part in parts
            ]  # fmt: skip
        contributions = [terms(partials(part.partial) * part.ct) for part in parts]
        total = sum(contributions, start=0.0)
        if it is not None and it.mistake.where == TERM:
            at = next(i for i, term in enumerate(parts) if term.user == it.user)
            part = parts[at]
            # A term's text may speak of the whole sum `a`: `2*c - a` in place of c leaves c alone of it.
            known = (contributions[at], partials(part.partial), part.ct, part.value, total)
            contributions[at] = _TERM.scalar.form(it.mistake.change)(*known, None)
            total = sum(contributions, start=0.0)
        if it is not None and it.mistake.where == PASSED:
            at = next(i for i, term in enumerate(parts) if term.user == it.user)
            (via,), user = it.others, parts[at].user or 0
            # What `via` adds to the user's own sum.
            handed = self.steps.partial(via, user, numbers.values) * numbers.adjoints[via]
            contributions[at] = _PASSED.scalar.form(it.mistake.change)(
                contributions[at], partials(parts[at].partial) * handed, None
            )
            return sum(contributions, start=0.0)
        if it is not None and it.mistake.where == SEVERAL:
            missing = sum(c for part, c in zip(parts, contributions, strict=True) if part.user in it.others)
            return _SEVERAL.scalar.form(it.mistake.change)(total, missing, None)  # type: ignore[no-any-return]
        if it is not None and it.mistake.where == SUM:
            total = _SUM.scalar.form(it.mistake.change)(total, numbers.values[node], prod(contributions), None)
        return total

    def value(self, node: int, numbers: SheetNumbers, it: Candidate | None) -> float:
        """The value of a node with a mistake in it."""
        if it is None or it.mistake.where != VALUE:
            return self.steps.value(node, numbers.values, it.rows if it else None)
        # The true value is worked out only where the text asks for it; most texts copy another node's.
        true = self.steps.value(node, numbers.values) if "t" in names_in(it.mistake.change) else nan
        other = nan if it.other is None else numbers.values[it.other]
        return _WRITTEN.scalar.form(it.mistake.change)(true, numbers.adjoints[node], other, None)  # type: ignore[no-any-return]

    # ---- What is tried ----

    def of_derivative(self, of: int, node: int) -> list[Candidate]:
        """The mistakes in ∂of/∂node, one for each formula that they give."""
        if (of, node) not in self._derivative:
            tried = list(self._in_derivative(of, node))
            shifted = self._shifts(of)
            # No mistake is in them yet, so they serve every one.
            bases = [self.steps.terms(of, node, n.values, n.adjoints) for n in shifted]

            def _result(it: Candidate | None) -> tuple[str, ...]:
                pairs = zip(shifted, bases, strict=True)
                return _key([self.derivative(node, n, base, it) for n, base in pairs])

            self._derivative[of, node] = _merged(tried, _result)
        return self._derivative[of, node]

    def of_value(self, of: int, node: int) -> list[Candidate]:
        """The mistakes behind the value of a node; `of` is the output whose derivatives may stand in place of it."""
        if node not in self._value:  # Any output's numbers part the formulas alike, so it is kept by the node.
            shifted = self._shifts(of)
            self._value[node] = _merged(
                list(self._in_value(node)), lambda it: _key([self.value(node, n, it) for n in shifted])
            )
        return self._value[node]

    def _in_derivative(self, of: int, node: int) -> Iterator[Candidate]:
        # Nodes are in topological order: no user behind `of` leads to it.
        users = [user for user in self.steps.users[node] if user <= of] if node != of else []
        for mistake in rows_at(SUM):
            # A chain begins where the output is used; and of one term the product is the sum.
            is_late = mistake.change == "1" and of not in users
            if not is_late and not (mistake.change == "product" and len(users) < 2):
                yield Candidate(mistake)
        # One user left out is a term's own row, and all of them are no sum.
        for count in range(2, len(users)):
            yield from (Candidate(mistake, others=tuple(users[:count])) for mistake in rows_at(SEVERAL))
        yield from self._in_all(users)
        for user in users:
            yield from self._passed(of, user)
            for mistake in rows_at(TERM):
                # One term alone is not left out among others; next to the output `ct` is the seed, which SUM's "1" has.
                is_other = mistake.kind == "missing-term" or (user == of and mistake.change == "ct")
                if not (len(users) < 2 and is_other):
                    yield Candidate(mistake, user)
            if user not in self.steps.tape.partials:  # A stated edge comes of no rule.
                yield from self._in_partial(user)
        for mistake in rows_at(ANSWER):
            if mistake.kind == "other-node":  # Numbers have no transpose.
                others = (i for i in range(of + 1) if i != node and self.run.graph.nodes[i].kind != "constant")
                yield from (Candidate(mistake, other=i) for i in others)

    def _in_all(self, users: Sequence[int]) -> Iterator[Candidate]:
        """A rule that is wrong in every term that it applies to, where there are several."""
        made: dict[tuple[Any, ...], list[Candidate]] = {}
        for user in users if len(users) > 1 else ():
            for it in self._in_partial(user) if user not in self.steps.tape.partials else ():
                # A mix-up of nodes is a slip at one place; a rule is wrong wherever it applies.
                if it.key and it.other is None:
                    made.setdefault((it.mistake, *it.wrong.values()), []).append(it)
        for several in made.values():
            if len({it.user for it in several}) > 1:
                yield replace(several[0], wrong={place: text for it in several for place, text in it.wrong.items()})

    def _passed(self, of: int, user: int) -> Iterator[Candidate]:
        """A user's derivative handed on before one of its terms is in it, or with one twice."""
        further = [via for via in self.steps.users[user] if via <= of] if user != of else []
        # Without a second term nothing can be handed on before it is complete.
        for via in further if len(further) > 1 else ():
            yield from (Candidate(mistake, user, others=(via,)) for mistake in rows_at(PASSED))

    def _elsewhere(self, user: int, slot: int, row: Primitive, places: Sequence[int]) -> Iterator[Candidate]:
        """The slope of a function taken at another node of it, and another node's value as the factor of a product."""
        tape = self.steps.tape
        if places == [0] and has_slope(row):
            for other in self.alike.get(row, ()):
                if tape.slot[other] != slot:
                    wrong = {(slot, 0): f"{AT}{other}"}
                    yield from (Candidate(mistake, user, slot, wrong, other) for mistake in rows_at(SLOPE))
        for k in places if row.symbol == "*" and tape.args[slot][0] != tape.args[slot][1] else ():
            right = tape.node_of.get(tape.args[slot][1 - k])
            if right is None:
                continue
            for other in self.namesakes(right):
                # The product's own other factor in place of this one is a row of `*`.
                if tape.slot[other] not in tape.args[slot]:
                    wrong = {(slot, k): f"{VALUE_OF}{other}"}
                    yield from (Candidate(mistake, user, slot, wrong, other, (right,)) for mistake in rows_at(FACTOR))

    @cached_property
    def alike(self) -> Mapping[Primitive, list[int]]:
        """The nodes that one function of one argument makes, where there are several."""
        return nodes_alike(self.steps.tape.slot, self.steps.rows)

    @cached_property
    def namesakes(self) -> Callable[[int], list[int]]:
        """What gives the other nodes whose name begins as that of a node does."""
        return namesakes([node.name for node in self.run.graph.nodes])

    def _in_partial(self, user: int) -> Iterator[Candidate]:
        """The wrong rules, turned signs and lost factors in the local partials of one user."""
        tape = self.steps.tape
        for slot in self.steps.inner(tape.slot[user]):
            row = self.steps.rows[slot]
            if row is None or tape.constant[slot]:  # Constants have no derivative to get wrong.
                continue
            places = [k for k, arg in enumerate(tape.args[slot]) if not tape.constant[arg]]
            for mistake in rows_at(STEP):
                text = TURNED if mistake.change == "-c" else "1"  # `ct` alone is a partial of 1.
                yield from (Candidate(mistake, user, slot, {(slot, k): text}) for k in places)
            for mistake in rows_of(self.run.linear, slot):
                yield from (
                    Candidate(mistake, user, slot, {(slot, k): text})
                    for k, text in enumerate(mistake.changes) if text and k in places
                )  # fmt: skip
            yield from self._elsewhere(user, slot, row, places)
            # The slope may be taken in degrees where the value was not.
            for mistake in rows_of(self.run.linear, slot, of_values=True):
                if mistake.at_once and mistake.change and places == [0]:
                    yield Candidate(mistake, user, slot, {(slot, 0): mistake.change})

    def _in_value(self, node: int) -> Iterator[Candidate]:
        tape = self.steps.tape
        for slot in self.steps.inner(tape.slot[node]):
            row = self.steps.rows[slot]
            if row is not None and not tape.constant[slot]:
                for mistake in rows_of(self.run.linear, slot, of_values=True):
                    yield Candidate(mistake, operation=slot, rows={slot: wrong_row(mistake, row)})
        for mistake in rows_at(VALUE):
            others = range(len(self.run.graph.nodes)) if "other" in names_in(mistake.change) else (None,)
            yield from (Candidate(mistake, other=i) for i in others if i != node)

    def _shifts(self, of: int) -> list[SheetNumbers]:
        """Numbers near the true ones, at random, at which equal formulas are equal and others are not."""
        if of not in self._shifted:
            values: list[Any] = self.run.values
            true = [nan if v is None else v for v in values]
            from random import Random  # Right answers take none of it.

            rng = Random(of)  # noqa: S311  Any point will do.
            count = len(true)
            self._shifted[of] = [  # No adjoint is 0, which would make all formulas equal.
                SheetNumbers([_near(v, rng) for v in true], [rng.uniform(0.5, 2.0) for _ in range(count)])
                for _ in range(2)  # Two points: 2·2 = 2 + 2 at one.
            ]
        return self._shifted[of]


def _near(value: float, rng: Random) -> float:
    return value * (1 + rng.uniform(-SPREAD, SPREAD)) + rng.uniform(0, SPREAD)  # What is added moves a 0 too.


def _key(results: Sequence[float]) -> tuple[str, ...]:
    return tuple(f"{result:.9g}" for result in results)  # Two forms of one formula differ in their last digits.


def _merged(tried: Sequence[Candidate], result: Callable[[Candidate | None], tuple[str, ...]]) -> list[Candidate]:
    """One candidate for each formula, the lightest mistake that gives it; those that change nothing are none."""
    right = result(None)
    found: dict[tuple[str, ...], Candidate] = {}
    # Of two that weigh the same, a rule says more than a sign: who has learnt it wrongly will do so again.
    for it in sorted(tried, key=lambda it: (it.mistake.weight, it.key is None)):
        try:
            key = result(it)
        except (ValueError, TypeError, OverflowError, ZeroDivisionError):  # No number comes of it there.
            continue
        if key == right or not all(isfinite(float(text)) for text in key):
            continue
        if key in found:
            found[key].same.append(it)
        else:
            found[key] = it
    return list(found.values())
