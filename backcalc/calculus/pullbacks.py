"""What the operations on arrays do to a cotangent: pullbacks, in numbers where all is known, else as formulas.

A Jacobian of a matrix by a matrix would have four axes, of which most entries are 0: so none is made.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.substitute import element
from backcalc.graph.shapes import KnownShapes, Shape
from backcalc.language.expr import TRANSPOSE, VECTOR, Call, Number
from backcalc.rules.simplify import make
from backcalc.rules.values import is_known, literal, multiply, ones, shape_of

Pullback = Callable[[Any], Any]


class Pullbacks:
    """Those of one evaluation; `known_shapes` tells the shapes of formulas, adjoints with a name among them."""

    def __init__(self, evaluation: Evaluation, known_shapes: KnownShapes) -> None:
        self.tape, self.rows, self.known_shapes = evaluation.tape, evaluation.rows, known_shapes
        self.terms, self.shapes = evaluation.terms, evaluation.shapes

    def full(self, value: Any, shape: Shape) -> Any:
        """`value`, which may be one number or formula for all elements of an array, in the array's shape."""
        if isinstance(value, Number):  # What cancels or is 0 throughout is no formula.
            value = value.value
        # A formula's shape is asked for, too: a sum of gradients may be an array already.
        if not shape or (shape_of(value) if is_known(value) else self.known_shapes.of(value)):
            return value
        return value * ones(shape) if is_known(value) else make("*", value, literal(ones(shape)))

    def of_edge(self, slot: int, head: int) -> Any:
        """The local partial that stands on an edge: a number to multiply by, or a Jacobian."""
        partial = self.terms[slot]
        if not self.shapes[slot]:
            return partial
        # A matrix is head × tail; a vector is the row of a scalar head, or the column of a scalar tail.
        fn = "*" if not self.shapes[head] else "@"
        # The way back takes the transpose, as it does of any linear map.
        transposed = _transposed(partial) if len(self.shapes[slot]) > 1 else partial

        def pullback(ct: Any) -> Any:
            ct = self.full(ct, self.shapes[head])
            if is_known(ct) and is_known(partial):
                return transposed * ct if fn == "*" else transposed @ ct
            return make(fn, literal(transposed), literal(ct))

        return pullback

    def by_element(self, partial: Any, slot: int, arg: int) -> Pullback:
        """Multiplication by elements; a scalar argument gets the sum."""
        to_scalar = not self.shapes[arg]
        from backcalc.rules.ndarray import is_finite, masked

        shape = self.shapes[slot]
        # Looked at once, not in every sweep: nearly all partials are finite, and need no mask against 0·inf.
        finite = not is_known(partial) or is_finite(partial)

        def pullback(ct: Any) -> Any:
            found = multiply(ct, partial) if not is_known(ct) or finite else masked(ct, partial)
            if not to_scalar:
                return found
            found = self.full(found, shape)  # One number for n elements counts n times.
            return float(found.sum()) if is_known(found) else make("sum", found)

        return pullback

    def placing(self, slot: int, arg: int) -> Pullback:
        """The pullback of an element or row: the cotangent in its place, 0 elsewhere."""
        from backcalc.rules.ndarray import placed

        indices, shape, value_shape = self.tape.indices[slot], self.shapes[arg], self.shapes[slot]

        def pullback(ct: Any) -> Any:
            ct = self.full(ct, value_shape)
            if is_known(ct):
                return placed(ct, indices, shape)
            if value_shape:  # A row.
                return make("outer", literal(placed(1.0, indices, shape[:1])), ct)
            return make("*", ct, literal(placed(1.0, indices, shape)))  # A unit vector or matrix, scaled.

        return pullback

    def taking(self, slot: int, k: int) -> Pullback:
        """The pullback of an item of a vector, matrix or concatenation: its part of the cotangent."""
        args = self.tape.args[slot]
        is_item = self.rows[slot].name == VECTOR  # type: ignore[union-attr]
        # In `[a, b]` every item is one place of the first axis; in `concat` it has as many as it is long.
        sizes = [1 if is_item else prod(n or 0 for n in self.shapes[arg]) for arg in args]
        start = sum(sizes[:k])
        keeps_rank = not is_item and bool(self.shapes[args[k]])
        shape = self.shapes[slot]

        def pullback(ct: Any) -> Any:
            ct = self.full(ct, shape)
            if is_known(ct):
                found = ct[start : start + sizes[k]] if keeps_rank else ct[start]
                return found if shape_of(found) else float(found)
            items = [element(ct, i, shapes=self.known_shapes) for i in range(start, start + sizes[k])]
            return Call(VECTOR, tuple(items)) if keeps_rank else items[0]

        return pullback


def _transposed(value: Any) -> Any:
    return value.T if is_known(value) else make(TRANSPOSE, value)
