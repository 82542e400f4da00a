"""What the operations on arrays do to a cotangent: pullbacks, in numbers where all is known, else as formulas.

A Jacobian of a matrix by a matrix would have four axes, of which most entries are 0: so none is made.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce
from math import prod
from typing import Any, TypeAlias

from backcalc.calculus.evaluate import Evaluation
from backcalc.graph.shapes import KnownShapes, Shape
from backcalc.language.expr import TRANSPOSE, VECTOR, Call, Expr, Number, Options
from backcalc.rules.gates import NOTHING, Gated, Gates, value_of
from backcalc.rules.row import AXIS, KEEPDIMS
from backcalc.rules.values import (
    MOST_WRITTEN,
    Numeric,
    Terms,
    Value,
    accumulate,
    formula_of,
    is_array,
    is_formula,
    is_known,
    literal,
    multiply,
    ones,
    shape_of,
    speaks_of_constant,
    spelling_of,
)

Cotangent: TypeAlias = "Value | Gated"
"""What comes to a slot along its edges: all of it, or only what branches that are taken lead to."""

Pullback: TypeAlias = "Callable[[Cotangent], Cotangent]"

LocalPartial: TypeAlias = "Value | Pullback"
"""A local partial: a number, an array or a formula to multiply by, or a pullback of cotangents."""


@cache
def gates() -> Gates:
    """Sums and products of the cotangents of arrays."""
    from backcalc.rules.functions import arrays

    return Gates(arrays)


class Pullbacks:
    """The pullbacks of an evaluation; `known_shapes` tells the shapes of formulas, named adjoints among them."""

    def __init__(self, evaluation: Evaluation, known_shapes: KnownShapes) -> None:
        self.tape, self.rows, self.known_shapes = evaluation.tape, evaluation.rows, known_shapes
        self.terms, self.shapes = evaluation.terms, evaluation.shapes

    def full(self, value: Value, shape: Shape) -> Value:
        """`value`, which may be one number, row or column, or formula of one, for all of an array, in its shape."""
        if isinstance(value, Number):  # What cancels or is 0 throughout is no formula.
            value = value.value
        # A formula's shape is asked for, too: a sum of gradients may be an array already.
        if not shape or (shape_of(value) if is_known(value) else self.known_shapes.of(value)) == shape:
            return value
        return multiply(value, ones(shape))

    def of_edge(self, slot: int, head: int) -> LocalPartial:
        """The local partial that stands on an edge: a number to multiply by, or a Jacobian."""
        partial: Value = self.terms[slot]
        if not self.shapes[slot]:
            return partial
        # A matrix is head × tail; a vector is the row of a scalar head, or the column of a scalar tail.
        fn = "*" if not self.shapes[head] else "@"
        # The way back takes the transpose, as it does of any linear map.
        transposed = _transposed(partial) if len(self.shapes[slot]) > 1 else partial

        def _pulled(ct: Any) -> Any:
            ct = self.full(ct, self.shapes[head])
            return transposed * ct if fn == "*" else transposed @ ct

        def _pullback(ct: Cotangent) -> Cotangent:
            if not is_formula(ct) and is_known(partial):
                # A Jacobian mixes elements: if any of the head is there, so is each of the tail.
                found: Cotangent = gates().through(ct, _pulled, any_open)
                return found
            return formula_of(fn, transposed, self.full(value_of(ct), self.shapes[head]))

        return _pullback

    def by_element(self, partial: Value, slot: int, arg: int, gated: bool) -> Pullback:
        """Multiplication by elements; what all elements, or all rows, had in common gets the sum over these.

        A `gated` edge is none where the partial is 0.
        """
        of, shape = self.shapes[arg], self.shapes[slot]

        def _pullback(ct: Cotangent) -> Cotangent:
            # A number times an array that goes by its name is to be read: -t.
            is_spelt = not gated and isinstance(ct, float) and spelling_of(partial) is not None
            if not gated and is_array(ct) and spelling_of(partial) is not None and shape_of(partial) == shape:
                number = float(ct.flat[0])  # The same for all, as of a mean.
                is_spelt = bool((ct == number).all())
                ct = number if is_spelt else ct
            # A constant keeps its name before a small array.
            is_spelt |= not gated and is_array(ct) and speaks_of_constant(partial) and ct.size <= MOST_WRITTEN
            if is_spelt or is_formula(ct) or not is_known(partial):
                product = multiply(value_of(ct), partial)
                return product if of == shape else self._formula_summed(product, shape, of)
            found: Cotangent = gates().along(ct, partial, gated=gated)
            return found if of == shape else self._summed(found, shape, of)

        return _pullback

    def _formula_summed(self, product: Value, shape: Shape, of: Shape) -> Value:
        """The sum of a formula's elements, a number where these are."""
        full = self.full(product, shape)
        # What cancels in a formula is a number again.
        if is_known(full):
            total: Value = _total(full, of)
            return total
        summed: Expr = reduce(lambda inner, options: formula_of("sum", inner, options=options), _sums(shape, of), full)
        return summed

    def _summed(self, ct: Cotangent, shape: Shape, of: Shape) -> Cotangent:
        """The sum of a cotangent's elements, which is there where one of them is."""
        # One number for n elements counts n times.
        found: Cotangent = gates().through(
            ct,
            lambda value: _total(self.full(value, shape), of),
            # Open or not: how many are open does not count.
            lambda gate: 1.0 * (_total(1.0 * (self.full(gate, shape) != 0), of) != 0),
        )
        return found

    def placing(self, slot: int, arg: int) -> Pullback:
        """The pullback of a part of an array: the cotangent in its place, 0 elsewhere."""
        from backcalc.calculus.placing import placed_formula
        from backcalc.rules.ndarray import placed

        # Looked up once, for a pullback may serve a sweep an element of an output.
        indices, shape, value_shape = self.tape.indices[slot], self.shapes[arg], self.shapes[slot]

        def _at_place(part: Numeric) -> Numeric:
            return placed(self.full(part, value_shape), indices, shape)

        def _pullback(ct: Cotangent) -> Cotangent:
            if not is_formula(ct):
                # The other elements are not among what this reads: nothing comes to them.
                return Gated(_at_place(value_of(ct)), lambda: _at_place(ct.open if isinstance(ct, Gated) else 1.0))
            return placed_formula(literal(self.full(ct, value_shape)), indices, shape)

        return _pullback

    def taking(self, slot: int, k: int) -> Pullback:
        """The pullback of an item of a vector, matrix or concatenation: its part of the cotangent."""
        args = self.tape.args[slot]
        is_item = self.rows[slot].symbol == VECTOR  # type: ignore[union-attr]
        # In `[a, b]` every item is one place of the first axis; in `concat` it has as many as it is long.
        sizes = [1 if is_item else prod(n or 0 for n in self.shapes[arg]) for arg in args]
        start = sum(sizes[:k])
        keeps_rank = not is_item and bool(self.shapes[args[k]])
        shape = self.shapes[slot]

        def _taken(ct: Any) -> Numeric:
            ct = self.full(ct, shape)
            found = ct[start : start + sizes[k]] if keeps_rank else ct[start]
            return found if shape_of(found) else float(found)

        def _pullback(ct: Cotangent) -> Cotangent:
            if not is_formula(ct):
                found: Cotangent = gates().through(ct, _taken, _taken)  # The gate is cut as the value is.
                return found
            from backcalc.calculus.substitute import element  # Numbers are cut as they are.

            full = literal(self.full(ct, shape))
            items = [element(full, i, shapes=self.known_shapes) for i in range(start, start + sizes[k])]
            return Call(VECTOR, tuple(items)) if keeps_rank else items[0]

        return _pullback


def _total(value: Any, of: Shape) -> Any:
    """The sum of a value over what an argument of the shape `of` has in common in it; a number as a float."""
    if not shape_of(value):
        return value
    from backcalc.rules.ndarray import summed

    found = summed(value, of)
    return found if of else float(found)


def _sums(shape: Shape, of: Shape) -> list[Options]:
    """The options of the sums that add up, one after the other, what is not told apart in the shape `of`."""
    if not of:
        return [()]
    if len(of) < len(shape):
        return [((AXIS, 0),)]
    # With `keepdims`, so that the other axis keeps its number.
    axes = [axis for axis, (whole, kept) in enumerate(zip(shape, of, strict=True)) if whole != kept]
    return [((AXIS, axis), (KEEPDIMS, 1)) for axis in axes]


def any_open(gate: Any) -> float:
    """Whether a gate is open anywhere."""
    return float(gate.any() if shape_of(gate) else gate != 0)


def _transposed(value: Value) -> Value:
    if not is_known(value):
        return formula_of(TRANSPOSE, value)
    return value.T if is_array(value) else value


def pull(partial: LocalPartial, ct: Value) -> Value:
    """The contribution of a head with the cotangent `ct` along an edge with this local partial."""
    found: Value = value_of(pulled(partial, ct))
    return found


def pulled(partial: LocalPartial, ct: Cotangent) -> Cotangent:
    """The contribution with its gate, where it has one: what no branch that is taken leads to is not there."""
    if callable(partial):
        return partial(ct.value if isinstance(ct, Number) else ct)  # What cancels or is 0 throughout is no formula.
    if isinstance(ct, Gated) and is_known(partial):
        found: Cotangent = gates().along(ct, partial, gated=False)
        return found
    return multiply(value_of(ct), partial)  # A formula has no gates: what it is at a point is not known.


def total_of(total: Any, contribution: Cotangent) -> Any:
    """The sum of two contributions; where one is a formula, both as terms, which wait until all are in."""
    if not isinstance(total, Gated) and not isinstance(contribution, Gated):
        return accumulate(total, contribution)
    if not isinstance(total, Terms) and not is_formula(total) and not is_formula(contribution):
        return gates().add(total, contribution)
    return accumulate(value_of(total), value_of(contribution))


def nothing(ct: Cotangent) -> Cotangent:
    """The contribution along an edge that is not chosen."""
    return 0.0 if is_formula(ct) else NOTHING
