"""A graph's nodes over many boxes at once: intervals that hold every value which they take there.

Interval arithmetic loses most where a number stands twice. So equal operations are one, products are known by their
factors, x·(1 − x) is taken as one function of x, and what all elements of a vector are multiplied by comes before its
norm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from backcalc import progress
from backcalc.bulk.points.enclosures import (
    ORDERS,
    TOO_SMALL,
    IntervalFunction,
    NoIntervalsError,
    by_ends,
    enclosed,
    known,
    surely,
)
from backcalc.bulk.points.stacked import element, joined_items
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.exact import exact_constant, exact_values
from backcalc.graph.model import Dag, Node
from backcalc.graph.tape import tape_of
from backcalc.language.expr import INDEX, NEGATE, VECTOR, Expr
from backcalc.rules.functions import intervals
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.interval import Interval, joined, lifted, within
from backcalc.rules.ndarray import quiet
from backcalc.rules.row import Primitive
from backcalc.rules.values import is_known


class BoxStep(NamedTuple):
    """What gives a slot: a function of other slots."""

    slot: int
    fn: IntervalFunction
    args: tuple[int, ...]


class Boxes:
    """The nodes `outputs` of a graph as functions of boxes of its inputs; `evaluation` has the shapes.

    What the evaluation knows of other inputs is the same in every box. Numbers in the text are what is written there,
    which a float may only be near to. Where one of the nodes `domains` may not exist the outputs have a doubt, too.
    Raises NoIntervalsError.
    """

    def __init__(
        self, evaluation: Evaluation, inputs: Sequence[str], outputs: Sequence[str], domains: Sequence[str] = ()
    ) -> None:
        self.tape, self.rows, self.shapes = evaluation.tape, evaluation.rows, evaluation.shapes
        index = self.tape.graph.index
        self.inputs = {name: self.tape.slot[index[name]] for name in inputs}
        given = {self.tape.slot[node]: value for node, value in self.tape.given.items()}
        self._leaves = {*self.inputs.values(), *given}
        # What the text alone gives is worked out without rounding: ¼ stays ¼.
        whole = exact_values(evaluation, {})
        self._numbers = {
            slot: value for slot, value in enumerate(whole) if isinstance(value, Fraction) and slot not in self._leaves
        }
        self._same = self._numbered()
        self.outputs, self.domains = (
            [self._same[self.tape.slot[index[name]]] for name in names] for names in (outputs, domains)
        )
        self.steps: list[BoxStep] = []
        self.constants: dict[int, Interval] = {}
        for slot in self._needed():  # In order: arguments stand before what reads them.
            if slot in self._numbers:
                self.constants[slot] = enclosed(self._numbers[slot])
            elif not self._is_leaf(slot):
                self.steps.append(self._step(slot))
            elif slot in given and slot not in self.inputs.values():
                # By its text, for what floats make of 1e16 + 1 - 1e16 is 0.
                self.constants[slot] = enclosed_constant(given[slot].value, self.tape.graph)
            elif self.tape.literals[slot] == 0:  # No fraction, as a 0 of the text is: a float has it as 0.
                self.constants[slot] = TOO_SMALL
            elif slot not in self.inputs.values() and is_known(evaluation.terms[slot]):
                self.constants[slot] = enclosed(evaluation.terms[slot])

    def run(self, boxes: Mapping[str, Interval]) -> list[Interval]:
        """The outputs over the boxes, in their order."""
        values: dict[int, Interval] = dict(self.constants)
        values |= {slot: boxes[name] for name, slot in self.inputs.items()}
        with quiet():
            for slot, fn, args in self.steps:
                progress.at("proving")
                values[slot] = fn(*[values[arg] for arg in args])
        found = [values[slot] for slot in self.outputs]
        domains = [values[slot] for slot in self.domains]
        return [Interval(each.lo, each.hi, joined(each, *domains)) for each in found]

    def _is_leaf(self, slot: int) -> bool:
        return self.rows[slot] is None or slot in self._leaves

    def _numbered(self) -> list[int]:
        """For each slot the first one that has the same value for sure: the same operation of the same slots."""
        first: dict[Any, int] = {}
        same: list[int] = []
        for slot, row in enumerate(self.rows):
            # Numbers by what is written: of two that are one float each is its own.
            if slot in self._numbers:
                key: Any = "number", self._numbers[slot]
            elif row is None or slot in self._leaves:
                key = slot
            elif row.symbol == "=":
                same.append(same[self.tape.args[slot][0]])  # A second name for a node is that node.
                continue
            else:
                args = tuple(same[arg] for arg in self.tape.args[slot])
                key = row, tuple(sorted(args)) if row.symbol in ("+", "*") else args, repr(self.tape.indices.get(slot))
            same.append(first.setdefault(key, slot))
        return same

    def _needed(self) -> list[int]:
        needed: set[int] = set()
        stack = [*self.outputs, *self.domains]
        while stack:
            slot = stack.pop()
            if slot in needed:
                continue
            needed.add(slot)
            if not self._is_leaf(slot) and slot not in self._numbers:
                stack += self._step(slot).args
        return sorted(needed)

    def args(self, slot: int) -> tuple[int, ...]:
        """The slots that an operation is of, of equal ones the first."""
        return tuple(self._same[arg] for arg in self.tape.args[slot])

    def _symbol(self, slot: int) -> str:
        row = self.rows[slot]
        return "" if row is None or slot in self._leaves or row.chosen else row.symbol  # Along an axis it is another.

    def _step(self, slot: int) -> BoxStep:
        """The function that gives a slot, and the slots that it is of."""
        args, row = self.args(slot), self.rows[slot]
        assert row is not None
        if self.goes_by_rows(slot):  # First, for the forms below are of numbers or of equal shapes.
            return self._by_rows(slot, row)
        if row.symbol == "*":
            return self._product(slot)
        if self._symbol(slot) == "norm":
            return self._norm(slot, args)
        if row.symbol == "+" and self._is_circle(*args):
            # sin² + cos² is 1 wherever both are, while intervals of both sum up to 2.
            return BoxStep(slot, surely, self.args(next(iter(self._root(args[0])))))
        if row.symbol == "/" and self._is_direction(*args):
            quotient = known(row)  # With its doubt, for the norm may be 0.
            return BoxStep(slot, lambda x, size: within(quotient(x, size), -1.0, 1.0), args)  # None is beyond the norm.
        if row.symbol == "-" and len(args) > 1 and (special := self._difference(*args)) is not None:
            return BoxStep(slot, *special)
        if row.symbol == "or" and self._is_always(slot):
            return BoxStep(slot, surely, args)
        exponent = self._numbers.get(args[1]) if row.symbol == "^" else None
        if exponent is not None and exponent >= 0 and exponent.denominator == 1:
            return BoxStep(slot, intervals.power, args)  # Its domain's text cannot tell.
        if row.symbol in (VECTOR, "concat"):
            return BoxStep(slot, lambda *items: by_ends(lambda *ends: self.joined(slot, ends), *items), args)
        if row.symbol == INDEX:
            indices, shape = self.tape.indices[slot], self.shapes[args[0]]
            return BoxStep(slot, lambda x: by_ends(lambda end: element(end, indices, shape), x), args)
        return BoxStep(slot, known(row), args)

    def goes_by_rows(self, slot: int) -> bool:
        """Whether an operation by elements has vectors that go with the rows of a matrix."""
        row, rank = self.rows[slot], len(self.shapes[slot])
        is_by_elements = row is not None and row.shape == "elementwise" and slot not in self._leaves
        return is_by_elements and any(0 < len(self.shapes[arg]) < rank for arg in self.tape.args[slot])

    def _by_rows(self, slot: int, row: Primitive) -> BoxStep:
        """Such an operation, its vectors turned from columns to rows."""
        fn, is_vector = known(row), [len(self.shapes[arg]) == 1 for arg in self.tape.args[slot]]

        def _by_rows(*values: Interval) -> Interval:
            pairs = zip(values, is_vector, strict=True)
            return fn(*[intervals.transpose(value) if turned else value for value, turned in pairs])

        return BoxStep(slot, _by_rows, self.args(slot))

    def _product(self, slot: int) -> BoxStep:
        """A product by its factors: a square for the same one twice, one function for x and 1 − x."""
        return BoxStep(slot, *self._multiplied(self._factors(slot)))

    def _factors(self, slot: int) -> Counter[int]:
        """The slots whose product a slot is: itself, where it is none."""
        found: Counter[int] = Counter()
        stack = [slot]
        while stack:
            each = stack.pop()
            # A number times an array is a product by elements too, which the factors of equal shapes share.
            is_product = self._symbol(each) == "*" and not self.goes_by_rows(each)
            if is_product and self.shapes[each] == self.shapes[slot]:
                stack += self.args(each)
            else:
                found[each] += 1
        return found

    def _multiplied(self, factors: Counter[int]) -> tuple[IntervalFunction, tuple[int, ...]]:
        """The product of these factors, as a function of some slots."""
        left = Counter(factors)
        parts: list[IntervalFunction] = []
        args: list[int] = []
        for x in sorted(factors):  # In the order of the slots, so that equal products are equal to the last bit.
            rest = next((other for other in left if left[x] and left[other] and self._is_rest(other, x)), None)
            while rest is not None and left[x] and left[rest]:  # Pair by pair: (x·(1 − x))² is two bumps.
                left[x] -= 1
                left[rest] -= 1
                parts.append(intervals.bump)
                args.append(x)
        for x in sorted(+left):  # Without those that the bumps have used up.
            power = left[x]
            parts.append(lifted if power == 1 else lambda v, n=float(power): intervals.power(v, n))
            args.append(x)

        def _of_powers(*values: Interval) -> Interval:
            found: Interval | None = None
            for part, value in zip(parts, values, strict=True):
                found = part(value) if found is None else found * part(value)
            return lifted(np.ones((1, 1))) if found is None else found  # Of no factors the product is 1.

        return _of_powers, tuple(args)

    def _is_rest(self, slot: int, x: int) -> bool:
        """Whether a slot is 1 − x."""
        if self._symbol(slot) != "-":
            return False
        one, other = self.args(slot)
        return other == x and self._numbers.get(one) == 1

    def _is_always(self, slot: int) -> bool:
        """Whether one of some conditions holds of any two numbers: of `x < y or y <= x` where intervals do not tell."""
        orders: dict[tuple[int, ...], set[int]] = {}
        stack = [slot]
        while stack:
            each = stack.pop()
            if self._symbol(each) == "or":
                stack += self.args(each)
            elif (found := ORDERS.get(self._symbol(each))) is not None:
                x, y = self.args(each)
                orders.setdefault((x, y), set()).update(found)
                orders.setdefault((y, x), set()).update(-order for order in found)  # The same, from the other side.
        return any(len(found) == len((-1, 0, 1)) for found in orders.values())

    def _is_circle(self, x: int, y: int) -> bool:
        """Whether a sum is sin² + cos² of one number."""
        roots = [next(iter(found)) for each in (x, y) if list((found := self._root(each)).values()) == [2]]
        if len(roots) != len((x, y)) or {self._symbol(root) for root in roots} != {"sin", "cos"}:
            return False
        return self.args(roots[0]) == self.args(roots[1]) and not self.shapes[roots[0]]

    def _root(self, slot: int) -> Counter[int]:
        """The factors of a slot, those of a square among them."""
        if self._symbol(slot) == "^" and self._numbers.get(self.args(slot)[1]) == len(("x", "x")):
            return Counter({self.args(slot)[0]: 2})
        return self._factors(slot)

    def _norm(self, slot: int, args: tuple[int, ...]) -> BoxStep:
        """The norm, with what is a factor of every element in front of it."""
        vector = args[0]
        if self._symbol(vector) == "*":
            return self._norm_of_multiple(slot, vector)
        if self._symbol(vector) != VECTOR or any(self.shapes[item] for item in self.args(vector)):
            return BoxStep(slot, intervals.norm, args)
        factors = [self._factors(item) for item in self.args(vector)]
        common = factors[0].copy()
        for each in factors[1:]:
            common &= each
        products = [self._multiplied(common), *(self._multiplied(each - common) for each in factors)]
        ends = np.cumsum([len(each[1]) for each in products])

        def _scaled_norm(*values: Interval) -> Interval:
            parts = [values[end - len(each[1]) : end] for each, end in zip(products, ends, strict=True)]
            scale, *items = (each[0](*part) for each, part in zip(products, parts, strict=True))
            squares = [intervals.square(item) for item in items]
            total = squares[0]
            for each in squares[1:]:
                total = total + each
            return intervals.abs(scale) * intervals.sqrt(total)  # ‖s·v‖ = |s|·‖v‖, where s would stand in each square.

        return BoxStep(slot, _scaled_norm, tuple(arg for each in products for arg in each[1]))

    def _difference(self, x: int, y: int) -> tuple[IntervalFunction, tuple[int, ...]] | None:
        """A difference that is more than its two sides tell: 1 − softmax(v), and logsumexp(v) − max(v)."""
        if self._numbers.get(x) == 1 and self._symbol(y) == "softmax":
            return intervals.complement, self.args(y)
        if self._symbol(x) == "logsumexp" and self._symbol(y) == "max" and self.args(x) == self.args(y):
            return intervals.gap, self.args(x)
        return None

    def _norm_of_multiple(self, slot: int, vector: int) -> BoxStep:
        """The norm of a product: what is a number in it comes before the norm of the rest."""
        numbers: Counter[int] = Counter()
        rest: Counter[int] = Counter()
        stack = [vector]
        while stack:
            each = stack.pop()
            if self._symbol(each) == "*" and self.shapes[each] and not self.goes_by_rows(each):
                stack += self.args(each)
            elif self.shapes[each]:
                rest[each] += 1
            else:
                numbers.update(self._factors(each))
        scale, scaled_by = self._multiplied(numbers)
        of, made_of = self._multiplied(rest)
        count = len(scaled_by)

        def _scaled_norm(*values: Interval) -> Interval:
            return intervals.abs(scale(*values[:count])) * intervals.norm(of(*values[count:]))

        return BoxStep(slot, _scaled_norm, (*scaled_by, *made_of))

    def _is_direction(self, x: int, size: int) -> bool:
        """Whether a quotient is that of a vector by its own norm, whatever their signs."""
        if self._symbol(size) != "norm":
            return False
        of = self.args(size)[0]
        return x == of or (self._symbol(x) == NEGATE and self.args(x)[0] == of)  # −v/‖v‖ too.

    def joined(self, slot: int, items: Sequence[Array]) -> Array:
        """Items side by side, as the elements of a slot."""
        return joined_items(items, is_matrix=len(self.shapes[slot]) > 1)


def enclosed_constant(expr: Expr, graph: Dag) -> Interval:
    """An expression without nodes, which stands in `graph`: what floats lose lies between the ends.

    Of what has no intervals, any number.
    """
    found = exact_constant(expr)
    if isinstance(found, Fraction):
        return enclosed(found)
    # As a graph of its own: what is an array, and along what it is taken, is told by the shapes.
    name = "a constant"
    node = Node(name, "expression", expr.span, (), expr, expr)
    alone = graph._replace(nodes=(node,), output=name, seeds=(), claims=(), warnings=(), unresolved=None)
    try:
        (around,) = Boxes(Evaluation(tape_of(alone), {}), [], [name]).run({})
    except NoIntervalsError:
        return Interval(np.full((1, 1), -np.inf), np.full((1, 1), np.inf), np.ones((1, 1, 1), bool))
    return around
