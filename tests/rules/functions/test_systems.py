"""Every function of the table in every number system: each has it, or says plainly of what it has no number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from rows import TABLE

from backcalc.language.expr import INDEX, VECTOR
from backcalc.rules.functions import exact, intervals, series, stacks
from backcalc.rules.functions.interval import lifted
from backcalc.rules.functions.objects import Lost
from backcalc.rules.functions.power_series import Series
from backcalc.rules.options import option_row
from backcalc.rules.primitives import PRIMITIVES
from backcalc.rules.row import AXIS, Bound

try:
    from backcalc.rules.functions import balls
except ImportError:  # An optional extra.
    balls = None

AXES = ("sum", "mean", "prod", "norm", "max", "min", "var", "std", "logsumexp", "softmax", "log_softmax")
CHOSEN = [option_row(name, ((AXIS, axis),), PRIMITIVES) for name in AXES for axis in (0, 1)]
MORE = {row.label: row for row in CHOSEN if row is not None}
ROWS = {name: row for name, row in {**TABLE, **MORE}.items() if row.symbol not in (VECTOR, INDEX, "concat")}

# Of these no argument but a few has a fraction for a value: a fraction would have to be a root, or of the power 0.
IRRATIONAL = {
    *("exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin", "cos", "tan", "asin", "acos", "atan"),
    *("atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "normcdf", "normpdf", "log_sigmoid"),
    *("sigmoid", "softplus", "gelu", "silu", "cross_entropy", "softmax", "log_softmax", "logsumexp"),
    *("softmax_cross_entropy", "std", "norm", "^"),
}
NUMBERS = {
    0: 0.375,
    1: np.array([0.25, 0.75]),
    2: np.array([[0.625, 0.25], [0.125, 0.75]]),
}


def arguments(row: Any) -> list[tuple[Any, ...]]:
    """Arguments of each choice of ranks that the row serves, between 0 and 1; of `acosh` above 1."""
    if row.shape == "reshape":
        return [(np.arange(6.0),)]
    ranks = row.ranks or {"elementwise": ((0,), (2,)), "vector": ((1,),), "outer": ((1,),), "logits": ((1,),)}.get(
        row.shape, ((2,),) if row.shape in ("square", "inverse", "rows", "along") or row.chosen else ((1,),)
    )
    raised = 1.0 if row.symbol == "acosh" else 0.0
    return [tuple(NUMBERS[rank] + raised for rank in each * (row.arity if len(each) == 1 else 1)) for each in ranks]


def numbers(found: Any) -> Any:
    """What a system has as floats."""
    if isinstance(found, Series):
        return found.terms[0]
    return np.vectorize(float)(found)


SYSTEMS = {
    "exact": (exact, exact.array),
    "balls": (balls, balls and balls.array),
    "series": (series, lambda x: Series(np.array([x, np.ones_like(x), np.zeros_like(x)]))),
    "intervals": (intervals, lambda x: lifted(stacks.column(x))),
}


def value(row: Any, system: str, args: tuple[Any, ...]) -> Any:
    namespace, lift = SYSTEMS[system]
    with np.errstate(all="ignore"):
        return Bound(row, namespace).evaluate(*map(lift, args))


def lost(found: Any) -> bool:
    return any(isinstance(each, Lost) for each in (found.ravel() if isinstance(found, np.ndarray) else [found]))


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_has_the_function(system, name):
    if SYSTEMS[system][0] is None:
        pytest.skip("python-flint is not installed")
    row, told = ROWS[name], 0
    for args in arguments(row):
        found, plain = value(row, system, args), row.array.evaluate(*args)
        if system == "exact" and row.symbol in IRRATIONAL:
            if lost(found):
                each = next(each for each in np.ravel(np.asarray(found, object)) if isinstance(each, Lost))
                assert each.why  # It says of what there is no fraction.
            continue
        if system == "intervals":
            size = stacks.column(plain)
            assert np.all((found.lo <= size) & (size <= found.hi))
        else:
            assert not lost(found), found
            np.testing.assert_allclose(numbers(found), plain, rtol=1e-12)
        told += 1
    assert told or row.symbol in IRRATIONAL


def test_what_is_rational_is_a_fraction():
    assert value(TABLE["det"], "exact", (NUMBERS[2],)) == Fraction(7, 16)
