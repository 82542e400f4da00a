"""The functions on floats give what IEEE 754 does where Python's `math` raises: NumPy is the witness."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from rows import TABLE, title

from backcalc.rules.functions import floats as scalar
from backcalc.rules.lower import FUNCTION_NAMES
from backcalc.rules.primitives import PRIMITIVES, ROWS, Primitive

inf, nan = math.inf, math.nan

# Not 0.5: NumPy takes the square root for that power, and −0 of −0.
SIZES = (0.0, 5e-324, 1e-310, 0.3, 1.0, 1.5, 2.0, 2.5, 3.0, 709.5, 711.0, 746.0, 2.0**52 + 1, 1e308, inf)
SPECIAL = (*SIZES, *(-x for x in SIZES), nan)

# What NumPy calls by another name than the language or `scalar`.
NUMPY_NAMES = {
    **{name: f"arc{name[1:]}" for name in ("asin", "acos", "atan", "atan2", "asinh", "acosh", "atanh")},
    **dict(zip(("+", "-", "*", "-x", "="), ("add", "subtract", "multiply", "negative", "positive"), strict=True)),
    **dict(zip(("and", "or", "not"), ("logical_and", "logical_or", "logical_not"), strict=True)),
    **dict(zip(("max", "min", "round"), ("maximum", "minimum", "rint"), strict=True)),
}


def in_numpy(row: Primitive) -> Any:
    """NumPy's function for the row; None where it has none."""
    name = FUNCTION_NAMES.get(row.symbol, row.symbol)
    return getattr(np, NUMPY_NAMES.get(row.symbol, name), None)


SCALAR = [row for row in ROWS if row.shape == "elementwise"]
WITNESSED = [row for row in SCALAR if in_numpy(row)]


@pytest.mark.parametrize("row", WITNESSED, ids=title)
def test_special_values_are_numpys(row: Primitive) -> None:
    for point in product(SPECIAL, repeat=len(row.params)):
        with np.errstate(all="ignore"):
            expected = float(in_numpy(row)(*map(np.float64, point)))
        got = row.evaluate(*point)
        assert same(got, expected), (point, got, expected)
        # Which of two zeros that are equal `max` takes, not even NumPy's own loops agree on.
        assert got != 0 or row.symbol in ("max", "min") or same_sign(got, expected), (point, got, expected)


def same(got: float, expected: float) -> bool:
    """Whether the two are equal to the last few places, or both nan."""
    if math.isnan(expected):
        return math.isnan(got)
    return math.isclose(got, expected, rel_tol=2e-15, abs_tol=5e-324)


def same_sign(got: float, expected: float) -> bool:
    """Whether the two have the same sign, zeros too."""
    return math.copysign(1, got) == math.copysign(1, expected)


def test_most_of_the_base_is_witnessed() -> None:
    own = {name for name in vars(scalar) if callable(getattr(scalar, name)) and name in PRIMITIVES}
    assert own - {row.symbol for row in WITNESSED} == {"erf", "erfc"}


BOOLEAN = ("<", "<=", ">", ">=", "==", "!=", "and", "or", "not")


@pytest.mark.parametrize("row", [row for row in SCALAR if row.symbol not in BOOLEAN], ids=title)
def test_nan_gives_nan(row: Primitive) -> None:
    assert math.isnan(row.evaluate(*[nan] * len(row.params)))


@pytest.mark.parametrize(
    ("name", "x", "value"),
    [
        ("erf", inf, 1),
        ("erf", -inf, -1),
        ("erfc", inf, 0),
        ("erfc", -inf, 2),
        ("sigmoid", inf, 1),
        ("sigmoid", -inf, 0),
        ("softplus", inf, inf),
        ("softplus", -inf, 0),
        ("relu", inf, inf),
        ("relu", -inf, 0),
        ("leaky_relu", -inf, -inf),
        ("elu", -inf, -1),
        ("selu", -inf, -1.7580993408473769),
        ("gelu", inf, inf),
        ("silu", inf, inf),
        ("step", inf, 1),
        ("step", -inf, 0),
        ("step", 0, 0),
    ],
)
def test_limits(name: str, x: float, value: float) -> None:
    assert TABLE[name].evaluate(x) == value


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "tanh"])
@pytest.mark.parametrize("x", [-1e4, -745.5, -709.0, -40.0, 40.0, 709.0, 745.5, 1e4])
def test_saturation_neither_overflows_nor_is_nan(name: str, x: float) -> None:
    row = TABLE[name]
    value = row.evaluate(x)
    assert math.isfinite(value)
    assert 0 <= row.slopes[0](x, value) <= 1


@pytest.mark.parametrize("x", [5e-324, 1e-310, 2.0, 27.0, 0.001, 1e300])
def test_cbrt_is_as_near_as_float64_comes(x: float) -> None:
    root = scalar.cbrt(x)
    assert scalar.cbrt(-x) == -root
    (p, q), (n, d) = root.as_integer_ratio(), x.as_integer_ratio()
    # |root³ - x| ≤ 3 root² · ulp: no other float64 is nearer by more than half a unit.
    assert abs(p**3 * d - n * q**3) / (q**3 * d) <= 1.52 * root * root * math.ulp(root)
