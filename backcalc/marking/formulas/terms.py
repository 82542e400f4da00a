"""What a formula comes to: nodes and derivatives in it by numbers, arrays as one writes them by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isinf
from random import Random
from typing import Any

from backcalc.calculus.constant import applied
from backcalc.calculus.run import Run
from backcalc.graph.refusals import refusal
from backcalc.language.expr import TRANSPOSE, Call, Expr, Name, Number, fold, is_operation
from backcalc.marking.formulas.reading import symbol
from backcalc.marking.truth import Truth
from backcalc.rules.primitives import lookup
from backcalc.rules.row import CONSTANTS
from backcalc.rules.values import flat, is_known, ones, quietly, shape_of

Leaf = Callable[[Name], Any]
"""What a name stands for."""

SHAKE = 2.0**-44
"""By how much, of its size, every result on the way is moved to see what rounding may make of the last."""


class FormulaShapeError(Exception):
    """Shapes in a formula that do not go together; its text says which."""


class NoValueError(Exception):
    """A node or derivative in a formula whose value is not known here."""

    def __init__(self, name: Name) -> None:
        super().__init__(name.id)
        self.name = name


@dataclass(frozen=True)
class Valuation:
    """The names of formulas by the numbers of a run; `drawn` has those of nodes that the run has no value for.

    A ∂y/∂x between inner nodes is the whole derivative, or `is_local` that along the edge alone, as the chain rule over
    the users of x has it.
    """

    truth: Truth
    is_local: bool = False
    drawn: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, name: Name) -> Any:
        """The value of a name. Raises NoValueError."""
        run, derivative = self.truth.run, symbol(name.id)
        # A node goes before a constant of its name, such as e.
        if name.id in run.graph.index:
            # What was drawn stands in for what is not known.
            found = self.drawn.get(name.id, run.values[run.graph.index[name.id]])
        elif derivative is None:
            found = CONSTANTS[name.id]
        else:
            found = self.number(self._derivative(derivative.of or run.output, derivative.wrt))
        if found is None or not is_known(found):
            raise NoValueError(name)
        return found

    def number(self, value: Any) -> Any:
        """A value of the run; of a formula what it comes to by what was drawn."""
        return value if value is None or is_known(value) or not self.drawn else value_of(value, self)

    def _derivative(self, of: str, wrt: str) -> Any:
        run = self.truth.run
        if wrt not in run.graph.index:
            return 1.0  # A loss outside the graph by itself.
        # No edge, no local partial: then it is the whole.
        if self.is_local and of in run.graph.index and wrt in run.graph.node(of).args:
            return run.partials(run.graph.index[of])[wrt]
        return in_shape(run, of, wrt, self.truth.derivatives(of)[run.graph.index[wrt]])


def in_shape(run: Run, of: str, wrt: str, value: Any) -> Any:
    """A derivative of a number in the shape of its node: 0 may stand for an array of zeros."""
    shape = run.shape(wrt)
    if is_known(value) and not shape_of(value) and not run.shape(of) and shape and None not in shape:
        return value * ones(shape)  # In full: `@` broadcasts no number.
    return value


def value_of(expr: Expr, leaf: Leaf, rng: Random | None = None, *, may_overflow: bool = False) -> Any:
    """What a formula comes to; with `rng` each result on the way is moved by some rounding.

    Raises FormulaShapeError, NoValueError where a name stands for nothing known, and OverflowError where a result is
    too large, unless it may be.
    """

    def _shaken(value: Any) -> Any:
        if rng is None:
            return value
        if not shape_of(value):
            return value * (1 + rng.uniform(-SHAKE, SHAKE))
        from backcalc.rules.ndarray import shaken

        return shaken(value, SHAKE, rng.uniform)

    def _part(it: Number | Name) -> Any:
        return it.value if isinstance(it, Number) else _shaken(leaf(it))  # Numbers as written have no rounding.

    def _call(it: Call, args: tuple[Any, ...]) -> Any:
        if not is_operation(it):
            return None  # Of an index, which has no value of its own.
        try:
            found = _shaken(_worked_out(it, args))
        # Whatever NumPy and the rows raise: it is shapes, for names and counts have been looked at.
        except (ValueError, IndexError, KeyError, TypeError):
            row, shapes = lookup(it.fn, len(args), it.options), [shape_of(arg) for arg in args if arg is not None]
            assert row is not None  # Names of functions are looked at before.
            raise FormulaShapeError(refusal(row, row.shape, shapes)) from None
        # What is nan has left the domain of a function; what is infinite may only be too large for float64, but where
        # it is made of what is infinite as it stands: the score −inf of what is masked.
        known = (arg for arg in args if arg is not None)
        if (
            not may_overflow
            and any(map(isinf, flat(found)))
            and not any(isinf(each) for arg in known for each in flat(arg))
        ):
            raise OverflowError
        return found

    with quietly(has_arrays=True):
        return fold(expr, _part, _call)


def _worked_out(call: Call, args: tuple[Any, ...]) -> Any:
    """The value of a call. A vector's transpose is a row: `u @ v.T` is an outer product, `u.T @ v` a number."""
    shapes = [shape_of(arg) for arg in args]
    if call.fn == TRANSPOSE and len(shapes[0]) < 2:
        return args[0].reshape(1, -1) if shapes[0] else args[0]  # A number is its own transpose.
    if call.fn == "@" and _is_outer(*shapes):
        return args[0].reshape(-1, 1) @ args[1]
    if call.fn == "@":
        if not all(shapes):  # By juxtaposition: `W x` of numbers is a product.
            return args[0] * args[1]
        # A 1×n row by a vector is a number to who writes it, an array of one to NumPy.
        found = args[0] @ args[1]
        return (
            float(found[0]) if shape_of(found) == (1,) and shapes[0][0] == 1 and len(shapes[0]) == 2 else _item(found)
        )
    return applied(call, args)


def _is_outer(left: tuple[int, ...], right: tuple[int, ...]) -> bool:
    """Whether a column stands before a row."""
    return len(left) == 1 and len(right) == 2 and right[0] == 1 and left != (1,)  # A vector of one serves as a number.


def _item(found: Any) -> Any:
    return found if shape_of(found) else float(found)


def as_asked(value: Any, shape: tuple[int, ...]) -> Any:
    """A value in the shape asked where a row or a column serves for a vector."""
    own = shape_of(value)
    # Written as a 1×n or n×1 matrix, a vector is the same numbers.
    if len(shape) == 1 and own in ((1, *shape), (*shape, 1)):
        return value.reshape(shape)
    return value
