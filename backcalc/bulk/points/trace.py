"""Array operations written down rather than done, each once: what the texts of the table do to `Traced` numbers.

The forward pass and the reverse sweep of a graph of numbers become one `Trace`, in which a sine that both need is one
step, 2·x has no power in it, and what nothing asks for is not there. Then it runs on any number of points.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from math import frexp, isnan, nan
from typing import Any

import numpy as np

from backcalc.rules import ndarray
from backcalc.rules.functions import arrays

TracedOperand = Any  # A Traced, or a float: what is the same at all points.

COUNT = ""
"""The input that is the number of points, which no node is called."""

_COMMUTATIVE = ("add", "multiply", "inner")
CONDITIONS = {
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "both": np.logical_and,
    "either": np.logical_or,
    "negation": np.logical_not,
}
# Which of the outcomes of comparing two numbers make each true; of nan, none is there.
_OUTCOMES = {
    frozenset("<"): "less",
    frozenset("<="): "less_equal",
    frozenset(">"): "greater",
    frozenset(">="): "greater_equal",
    frozenset("="): "equal",
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **CONDITIONS,
    **{name: getattr(np, name) for name in ("add", "subtract", "multiply", "negative")},
    "where": ndarray.where,
    "number": ndarray.number,  # A truth as 1.0 or 0.0, where arithmetic needs a number.
    "total": np.add.reduce,
    "inner": np.dot,
    "rows_by": np.dot,
}
_TOTALS = ("total", "inner")
WITH_OUT = ("rows_by", "where", "number")
"""Functions that write where they are told to, beside ufuncs."""
# Of nan these make nan, whatever else they are given; a power need not: nan^0 is 1.
_STRICT = ("add", "subtract", "multiply", "divide", "negative", "abs", "exp")
_BACK = 3  # Steps that a slope is looked back over.


class Traced:
    """A number of each point: an input, or what a step of the program gives.

    Where it does not vary, all points have it in common.
    """

    __slots__ = ("args", "fn", "place", "trace", "varies")

    def __init__(self, trace: Trace, place: int, fn: str, args: tuple[TracedOperand, ...], *, varies: bool) -> None:
        self.trace, self.place, self.fn, self.args, self.varies = trace, place, fn, args, varies

    def __add__(self, other: TracedOperand) -> TracedOperand:
        return _add(self, other)

    def __radd__(self, other: TracedOperand) -> TracedOperand:
        return _add(other, self)

    def __sub__(self, other: TracedOperand) -> TracedOperand:
        return _subtract(self, other)

    def __rsub__(self, other: TracedOperand) -> TracedOperand:
        return _subtract(other, self)

    def __mul__(self, other: TracedOperand) -> TracedOperand:
        return _multiply(self, other)

    def __rmul__(self, other: TracedOperand) -> TracedOperand:
        return _multiply(other, self)

    def __neg__(self) -> TracedOperand:
        return self.args[0] if self.fn == "negative" else _step("negative", self)  # −(−x) is x, in IEEE 754 too.


class Trace:
    """Steps in the order in which they were traced, each made once.

    Only with `exact` is it asked of every value whether it is nan. The inputs `common` are the same at all points.
    """

    def __init__(self, *, exact: bool = False, common: Collection[str] = ()) -> None:
        self.exact, self._common = exact, {*common, COUNT}
        self._made: dict[tuple[Any, ...], Traced] = {}
        self._all: list[Traced] = []

    def input(self, name: str) -> Traced:
        """The numbers that each run is given as `name`."""
        return self.step("input", (name,))

    def step(self, fn: str, args: tuple[TracedOperand, ...]) -> Traced:
        """The result of a function, of the step that there is where it is the same."""
        marks = [arg.place if isinstance(arg, Traced) else repr(arg) for arg in args]  # −0.0 is not 0.0.
        # By places: which of two was made first does not matter.
        key = (fn, *(sorted(marks, key=str) if fn in _COMMUTATIVE else marks))
        # The same step of the same operands is one: so the sine of the forward pass serves the reverse sweep too.
        if key not in self._made:
            varies = args[0] not in self._common if fn == "input" else fn not in _TOTALS and any(map(is_varying, args))
            self._made[key] = Traced(self, len(self._all), fn, args, varies=varies)
            self._all.append(self._made[key])
        return self._made[key]

    def steps(self, results: Sequence[TracedOperand]) -> list[Traced]:
        """The steps that `results` need, in order."""
        # A step's operands were made before it, so once through, from the last back, finds all.
        needed = {result.place for result in results if isinstance(result, Traced)}
        for found in reversed(self._all):
            if found.place in needed:
                needed.update(arg.place for arg in found.args if isinstance(arg, Traced))
        # What nothing asks for is left out here, and nowhere else.
        return [found for found in self._all if found.place in needed]


def is_varying(operand: TracedOperand) -> bool:
    """Whether an operand has a number a point, rather than one for all."""
    return isinstance(operand, Traced) and operand.varies


def array_function(name: str) -> Callable[..., Any]:
    """The function of arrays that a step of a program calls."""
    return _FUNCTIONS.get(name) or getattr(arrays, name)


# ---- The functions of the language -----------------------------------------------------------------------------------


def __getattr__(name: str) -> Any:
    """A base function, to be written down."""
    # One comparison in place of the maximum of a sign: in slopes alone, which are guarded. As a value of its own, for
    # which the namespace's `vars` are asked, it must be nan where its argument is.
    if name == "step":
        return lambda x: _condition("greater", x, 0.0)
    if name in CONDITIONS:
        return lambda *args: _condition(name, *args)
    getattr(arrays, name)  # Raises AttributeError for what is a row of the table, not a base function.
    return lambda *args: _step(name, *map(_number, args))


def _step(fn: str, *args: TracedOperand) -> TracedOperand:
    """The result of a function: written down, or where it is the same at all points, computed."""
    trace = next((arg.trace for arg in args if isinstance(arg, Traced)), None)
    if trace is not None:
        return trace.step(fn, args)
    with ndarray.quiet():
        return float(array_function(fn)(*args))  # Worked out while tracing: no step for what is the same at all points.


def _is_condition(operand: TracedOperand) -> bool:
    return isinstance(operand, Traced) and operand.fn in CONDITIONS


def _number(operand: TracedOperand) -> TracedOperand:
    """A condition as 1 or 0."""
    return _step("number", operand) if _is_condition(operand) else operand


def _truth(operand: TracedOperand) -> TracedOperand:
    """A number as a condition."""
    if not isinstance(operand, Traced):
        return float(operand != 0)
    if operand.fn == "number":
        return operand.args[0]
    # Of a choice between numbers, whether it is 0 is what the choice goes by: the slopes of `where` and `max`.
    if operand.fn == "where" and not isinstance(operand.args[1], Traced):
        condition, chosen, other = operand.args  # where(c, 1/2, other), as slopes have it at a tie.
        if chosen:
            return _condition("either", condition, _truth(other))
        if not isinstance(other, Traced) and other:
            return _condition("negation", condition)
    return operand if _is_condition(operand) else _step("not_equal", operand, 0.0)


def _add(x: TracedOperand, y: TracedOperand) -> TracedOperand:
    x, y = _number(x), _number(y)
    # A minus is pushed outwards, where it may meet another, or vanish into a difference.
    if _fn(y) == "negative":
        return _subtract(x, y.args[0])
    return _subtract(y, x.args[0]) if _fn(x) == "negative" else _step("add", x, y)


def _subtract(x: TracedOperand, y: TracedOperand) -> TracedOperand:
    x, y = _number(x), _number(y)
    # x − −y is x + y, to the last bit.
    return _step("add", x, y.args[0]) if _fn(y) == "negative" else _step("subtract", x, y)


def _multiply(x: TracedOperand, y: TracedOperand) -> TracedOperand:
    x, y = _number(x), _number(y)
    if not isinstance(x, Traced):  # A constant comes second, which spares half of the cases.
        x, y = y, x
    if not isinstance(y, Traced):
        return _scaled(x, y)
    if _fn(x) == "negative":
        return -_multiply(x.args[0], y)
    if _fn(y) == "negative":
        return -_multiply(x, y.args[0])
    if _fn(x) == _fn(y) == "where" and (x.args[0], x.args[1:]) == (y.args[0], y.args[:0:-1]):
        return _multiply(*x.args[1:])  # One of them is always the one branch, the other the other.
    return _step("multiply", x, y)


def _scaled(x: TracedOperand, factor: float) -> TracedOperand:
    """A number times a constant."""
    if not isinstance(x, Traced):
        return x * factor
    if factor == 1:
        return x
    if factor == -1:
        return -x
    if _fn(x) == "negative":
        return _scaled(x.args[0], -factor)
    # Rounding aside: x·0.1·10 is not x.
    if _fn(x) == "multiply" and not isinstance(x.args[1], Traced) and _is_exact(factor) and _is_exact(x.args[1]):
        return _scaled(x.args[0], factor * x.args[1])
    return _step("multiply", x, factor)


def _is_exact(factor: float) -> bool:
    """Whether a product by `factor` has no rounding: a power of two that is near to 1."""
    mantissa, exponent = frexp(abs(factor))
    return mantissa == 0.5 and abs(exponent) < 10  # And far from where float64 ends.


def _fn(operand: TracedOperand) -> str:
    return operand.fn if isinstance(operand, Traced) else ""


def _condition(name: str, *args: TracedOperand) -> TracedOperand:
    if name == "not_equal" and not isinstance(args[1], Traced) and args[1] == 0:
        return _truth(args[0])
    if name not in ("both", "either", "negation"):
        return _step(name, *map(_number, args))
    # Where one side is the same at all points the connective is settled by it, or is the other side.
    args = tuple(map(_truth, args))
    constants = [arg for arg in args if not isinstance(arg, Traced)]
    if not constants or name == "negation":
        return _either(*args) if name == "either" else _step(name, *args)
    if any(constant == (name == "either") for constant in constants):
        return float(name == "either")
    return next((arg for arg in args if isinstance(arg, Traced)), constants[0])


def _either(x: Traced, y: Traced) -> TracedOperand:
    """One of two; two comparisons of the same numbers are one, but those that leave out nan alone stay two."""
    if x.args != y.args or not {x.fn, y.fn} <= {*_OUTCOMES.values()}:
        return _step("either", x, y)
    both = frozenset().union(*(outcomes for outcomes, fn in _OUTCOMES.items() if fn in (x.fn, y.fn)))
    if both in _OUTCOMES:
        return _step(_OUTCOMES[both], *x.args)
    bound = x.args[1]
    if both == frozenset("<=>") and not isinstance(bound, Traced) and not isnan(bound):
        return _step("equal", x.args[0], x.args[0])  # One of the three holds of all numbers, and none of nan.
    # `<` or `>` is not `!=`, which holds of nan; nor is `<` or `>=` true of it.
    return _step("either", x, y)


def where(c: TracedOperand, a: TracedOperand, b: TracedOperand) -> TracedOperand:
    """`a` where c is not 0, else b."""
    c, a, b = _truth(c), _number(a), _number(b)
    if not isinstance(c, Traced):
        return a if c else b  # Known while tracing: the other branch is never a step.
    if _fn(a) == "multiply" and _fn(a.args[1]) in ("number", "where") and a.args[1].args[0] is c:
        # Where c holds, the factor is what c chooses, and elsewhere the product is not asked for.
        a = _multiply(a.args[0], 1.0 if a.args[1].fn == "number" else a.args[1].args[1])
    if _fn(c) == "equal" and c.args[0] is c.args[1] and _is_nan(b) and _is_nan_with(a, c.args[0]):
        return a  # Where it is asked whether there is a number, to have nan where there is none.
    return a if a is b else _step("where", c, a, b)


def _is_nan(operand: TracedOperand) -> bool:
    return not isinstance(operand, Traced) and isnan(operand)


def _is_nan_with(found: TracedOperand, x: Traced) -> bool:
    """Whether a number is nan wherever x is, as far as a few steps tell."""
    seen = {found}
    for _ in range(_BACK):
        if x in seen:
            return True
        seen = {arg for step in seen if _fn(step) in _STRICT for arg in step.args if isinstance(arg, Traced)}
    return x in seen


def divide(x: TracedOperand, y: TracedOperand) -> TracedOperand:
    """The quotient; by a power of two a product, and by what is 1 or more a product with its reciprocal."""
    x, y = _number(x), _number(y)
    if not isinstance(y, Traced):
        return _scaled(x, 1 / y) if _is_exact(y) else _step("divide", x, y)
    # Of such a divisor the reciprocal does not overflow, and σ and its slope share one.
    if _fn(y) == "add" and y.args[0] == 1 and _fn(y.args[1]) == "exp":
        return _multiply(x, _step("divide", 1.0, y))
    return _step("divide", x, y)


def power(x: TracedOperand, y: TracedOperand) -> TracedOperand:
    """The power; a small whole one by products."""
    x, y = _number(x), _number(y)
    if isinstance(y, Traced) or y not in (-1, 1, 2, 3):
        return _step("power", x, y)
    return divide(1.0, x) if y < 0 else x if y == 1 else x * x if y == 2 else x * x * x


def abs(x: TracedOperand) -> TracedOperand:  # noqa: A001  the language's own name
    """The absolute value."""
    x = _number(x)
    return _step("abs", x.args[0] if _fn(x) == "negative" else x)


def sigmoid(x: TracedOperand) -> TracedOperand:
    """σ without the choice of the table's text, which takes longer: 1 − s or s, the lesser of σ(x), σ(−x) being s."""
    x = _number(x)
    e = _step("exp", -abs(x))
    return abs(_subtract(_condition("greater_equal", x, 0.0), divide(e, _add(1.0, e))))


def cleared(value: TracedOperand, gate: Callable[[], TracedOperand]) -> TracedOperand:
    """A cotangent with 0 where its gate is closed."""
    return where(gate(), value, 0.0)


def guarded(
    slope: Callable[..., TracedOperand], exists: Callable[..., TracedOperand] | None
) -> Callable[..., TracedOperand]:
    """A local partial, of arguments and value, that is nan where the function has no value or does not exist."""

    def _guarded_slope(*operands: TracedOperand) -> TracedOperand:
        *args, out = operands
        there = _step("equal", out, out) if isinstance(out, Traced) and out.trace.exact else 1.0
        if exists is not None:
            there = _condition("both", there, exists(*args))  # Both in one: nan on either count.
        return where(there, slope(*operands), nan)

    return _guarded_slope
