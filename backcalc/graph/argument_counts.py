"""What calls with one argument more than a function takes were meant as: `log(x, 2)`, `norm(x, 1)`, `sum(X, 0)`."""

from __future__ import annotations

from math import isinf

from backcalc.language.expr import VECTOR, Call, Expr, Name, Number
from backcalc.language.habits import as_factor, logarithm
from backcalc.language.unparse import unparse
from backcalc.rules.primitives import rows_of
from backcalc.rules.row import AXIS
from backcalc.text.wording import shorten


def hints_of_count(call: Call) -> tuple[str, ...]:
    """What to write in place of `call`, which has two arguments where its function takes one; nothing of others."""
    if len(call.args) != 2 or call.options:
        return ()
    x, second = shorten(unparse(call.args[0])), call.args[1]
    if call.fn in ("log", "ln"):
        return (logarithm(call.args),)
    if call.fn == "norm":
        return (_norm(x, second),)
    if call.fn == "round":
        return (f"to two decimals it is round(100*{as_factor(call.args[0])})/100",)
    if call.fn in ("var", "std"):  # MATLAB's second argument weighs, NumPy's is an axis.
        return (f"of a sample it is {call.fn}({x}, ddof=1), along the rows of a matrix {call.fn}({x}, axis=1)",)
    # NumPy's 1 is MATLAB's 2: both are said.
    if _has_axis(call.fn) and isinstance(second, Number) and not _is_vector(call.args[0]):
        return (f"down the columns it is {call.fn}({x}, axis=0), along the rows {call.fn}({x}, axis=1)",)
    return _with_point(call)


def _with_point(call: Call) -> tuple[str, ...]:
    """`sin(0.5*x)` of `sin(0,5*x)`: a whole number, and without a blank behind the comma digits again."""
    whole, rest = call.args
    text = unparse(rest)
    touches = whole.span is not None and rest.span is not None and whole.span.end + 1 == rest.span.start
    if not (touches and isinstance(whole, Number) and whole.value.is_integer() and text[:1].isdigit()):
        return ()
    return (f"a decimal point, not a comma: {call.fn}({shorten(f'{unparse(whole)}.{text}')})",)


def _is_vector(expr: Expr) -> bool:
    """Whether `expr` is a vector that is written out, which has no axis to choose."""
    return isinstance(expr, Call) and expr.fn == VECTOR and not any(isinstance(item, Call) for item in expr.args)


def _norm(x: str, order: Expr) -> str:
    """A norm of another order, or that which is norm(x) already."""
    p = order.value if isinstance(order, Number) else 0.0
    if p == 1:
        return f"the sum of the absolute values is sum(abs({x}))"
    if isinf(p) or (isinstance(order, Name) and order.id == "inf"):
        return f"the greatest absolute value is max(abs({x}))"
    if p == 2:
        return f"of a vector it is norm({x}), of a matrix that of all elements"
    n = shorten(unparse(order))
    return f"of this order it is sum(abs({x})^{n})^(1/{n})"


def _has_axis(fn: str) -> bool:
    return any(name == AXIS for row in rows_of(fn) for name, _ in row.options)
