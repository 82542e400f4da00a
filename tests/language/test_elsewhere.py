"""Functions that other languages have: each name leads to what this one calls it, and what the hint says works."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from graphs import refusals

import backcalc
from backcalc.language.elsewhere import ELSEWHERE
from backcalc.language.habits import OTHERWISE, hint_for
from backcalc.rules.primitives import ALIASES, PRIMITIVES
from backcalc.text.errors import BackcalcError

rows = pytest.mark.parametrize("row", ELSEWHERE, ids=[row.names.split()[0] for row in ELSEWHERE])


@rows
def test_a_name_leads_to_the_hint(row):
    for name in row.names.split():
        with pytest.raises(BackcalcError) as caught:
            backcalc.parse(f"y = {name}(x)")
        assert [diagnostic.hints for diagnostic in caught.value.diagnostics] == [(row.hint,)]


@rows
def test_what_the_hint_says_works(row):
    inputs = "input x = 0.4; input y = 0.7; input lo = 0; input hi = 1; input a = 0.2; b = a^2"
    assert backcalc.parse(f"{inputs}; z = {row.formula}; s = sum(z)").run({}, of="s").value is not None


@rows
def test_the_formula_is_what_the_hint_shows(row):
    """Every function in the formula stands in the hint, or is a common one."""
    used = set(re.findall(r"[^\W\d]\w*(?=\()", row.formula))
    shown = set(re.findall(r"[^\W\d]\w*", row.hint))
    assert used <= shown | {"concat", "sum", "prod"}


def test_no_name_stands_twice_or_is_one_of_ours():
    names = [name for row in ELSEWHERE for name in row.names.split()]
    assert len(names) == len(set(names)) > 150
    assert not {name for name in names if name in PRIMITIVES or name in ALIASES}


@pytest.mark.parametrize("name", ["LeakyReLU", "leaky_Relu", "ArcTan2", "mean_squared_error", "BCEWithLogitsLoss"])
def test_capitals_and_underlines_do_not_count(name):
    assert hint_for(name)


def test_a_function_s_argument_in_brackets():
    (error,) = _errors("input x = 1\ny = Sin[x]")
    assert error.hints == ("an argument stands in parentheses: sin(x)",)
    assert refusals("v = [1, 2]; y = v[1.5]") == [("bad-index", "1.5")]


def _errors(text):
    with pytest.raises(BackcalcError) as caught:
        backcalc.parse(text)
    return caught.value.diagnostics


# ---- The formula is the function: its value as NumPy and the standard library have it --------------------------------

X, Y, LO, HI, A, B = 0.4, 0.7, 0.0, 1.0, 0.2, 0.04  # As the inputs above.
M = np.array([[X, Y], [A, 1]])
VALUES = {
    "pow": X**Y,
    "square": np.square(X),
    "cube": X**3,
    "subtract": np.subtract(X, Y),
    "divide": np.divide(X, Y),
    "reciprocal": np.reciprocal(X),
    "rsqrt": X**-0.5,
    "root": X ** (1 / 3),
    "mod": np.mod(X, Y),
    "rem": math.fmod(X, Y),
    "floordivide": X // Y,
    "trunc": math.trunc(X),
    "rint": np.rint(X),
    "absolute": np.absolute(X),
    "sgn": np.sign(X),
    "factorial": math.factorial(3),
    "ncr": math.comb(5, 2),
    "hypot": math.hypot(X, Y),
    "lerp": X + A * (Y - X),
    "greater": np.greater(X, Y),
    "lessequal": np.less_equal(X, Y),
    "notequal": np.not_equal(X, Y),
    "logaddexp": np.logaddexp(X, Y),
    "logaddexp2": np.logaddexp2(X, Y),
    "log1pexp": math.log1p(math.exp(X)),
    "logcosh": math.log(math.cosh(X)),
    "xlogy": X * math.log(Y),
    "sinc": np.sinc(X / np.pi),
    "exp2": np.exp2(X),
    "logb": math.log(X, 3),
    "logit": math.log(X / (1 - X)),
    "arcsin": np.arcsin(X),
    "arctan2": np.arctan2(Y, X),
    "arctanh": np.arctanh(X),
    "cot": 1 / math.tan(X),
    "sec": 1 / math.cos(X),
    "csc": 1 / math.sin(X),
    "sech": 1 / math.cosh(X),
    "sind": math.sin(math.radians(X)),
    "radians": math.radians(X),
    "degrees": math.degrees(X),
    "logistic": 1 / (1 + math.exp(-X)),
    "logsigmoid": -math.log1p(math.exp(-X)),
    "hardsigmoid": min(max(X + 3, 0), 6) / 6,
    "heaviside": np.heaviside(X, 0.5),
    "swish": X / (1 + math.exp(-X)),
    "mish": X * math.tanh(math.log1p(math.exp(X))),
    "relu6": min(max(X, 0), 6),
    "softsign": X / (1 + abs(X)),
    "tanhshrink": X - math.tanh(X),
    "clampmin": max(X, LO),
    "clampmax": min(X, HI),
    "clipbyvalue": np.clip(X, LO, HI),
    "cumsum": np.cumsum([X, Y, A]).sum(),
    "cumprod": np.cumprod([X, Y, A]).sum(),
    "oneslike": 3,
    "full": np.full(3, X).sum(),
    "identity": np.identity(3).sum(),
    "repmat": np.tile([X, Y], (3, 1)).sum(),
    "inverse": np.linalg.inv(M).sum(),
    "pinv": np.linalg.pinv(np.array([[X], [Y]])).sum(),
    "solve": np.linalg.solve(M, [1, 2]).sum(),
    "mrdivide": np.linalg.solve(M.T, np.array([[1], [2]])).sum(),
    "determinant": np.linalg.det(M),
    "tr": np.trace(M),
    "einsum": np.einsum("i,i", [X, Y], [A, B]),
    "kron": np.kron([X, Y], [A, B]).sum(),
    "matmul": np.matmul([[X, Y]], [A, B]).sum(),
    "inner": np.inner([X, Y], [A, B]),
    "outerproduct": np.outer([X, Y], [A, B]).sum(),
    "vstack": np.vstack([[X, Y], [A, B]]).sum(),
    "average": np.average([X, Y]),
    "product": np.prod([X, Y]),
    "sumsq": np.sum(np.square([X, Y])),
    "norm2": np.linalg.norm([X, Y], 2),
    "l1norm": np.linalg.norm([X, Y], 1),
    "cat": np.concatenate([[X], [Y]]).sum(),
    "stdev": np.std([X, Y], ddof=1),
    "stdevp": np.std([X, Y]),
    "variance": np.var([X, Y], ddof=1),
    "varp": np.var([X, Y]),
    "rms": math.sqrt((X**2 + Y**2) / 2),
    "normalcdf": (1 + math.erf(X / math.sqrt(2))) / 2,
    "pdf": math.exp(-(X**2) / 2) / math.sqrt(2 * math.pi),
    "cosinesimilarity": (X * A + Y * B) / math.hypot(X, Y) / math.hypot(A, B),
    "normalize": (X + Y) / math.hypot(X, Y),
    "smoothl1loss": (X**2 / 2 + 3 - 1 / 2) / 2,
    "kldiv": X * math.log(X / Y),
    "entropy": -X * math.log(X) - Y * math.log(Y),
    "nll": -(X * A + Y * B),
    "l2loss": (X**2 + Y**2) / 2,
    "rmse": abs(X - Y),
    "mae": abs(X - Y),
    "hinge": max(0, 1 - X * Y),
    "bce": -math.log(X),
    "bcewithlogits": math.log1p(math.exp(-X)),
    "crossentropyloss": math.log(math.exp(X) + math.exp(Y)) - X,
    "sparsecategoricalcrossentropy": math.log(math.exp(X) + math.exp(Y)) - Y,
}


@pytest.mark.parametrize("name", VALUES)
def test_the_formula_has_the_function_s_value(name):
    (row,) = (row for row in ELSEWHERE if name in row.names.split())
    inputs = "input x = 0.4; input y = 0.7; input lo = 0; input hi = 1; input a = 0.2; b = a^2"
    value = backcalc.parse(f"{inputs}; z = {row.formula}; s = sum(z)").run({}, of="s").value
    assert value == pytest.approx(float(VALUES[name]), rel=1e-12, abs=1e-12)


# ---- With its module, as a program calls it --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        ("torch.matmul(W, x)", "a matrix product is written A @ B"),
        ("np.maximum(0, x)", "the greater is max(x, y), of a vector max(x)"),
        ("nn.ReLU()(x)", "a function stands without its module: relu(x)"),
        ("torch.nn.functional.mse_loss(y, t)", "it goes by mse(y, t)"),
        ("F.leaky_relu(x, negative_slope=0.2)", "a function stands without its module: leaky_relu(x, slope=0.2)"),
        ("tf.nn.softmax(z)", "a function stands without its module: softmax(z)"),
        ("jnp.where(x > 0, x, 0)", "a function stands without its module: where(x > 0, x, 0)"),
        ("np.sum(np.exp(x))", "a function stands without its module: sum(…)"),
        ("np.mean(x, axis=-1)", "along an axis it is mean(x, axis=1)"),
        ("torch.softmax(x, dim=0)", "along an axis it is softmax(x, axis=0)"),
        ("x.sum(1)", "along an axis it is sum(x, axis=1)"),
        ("np.zeros((3, 2))", "a function stands without its module: zeros(3, 2)"),
        ("np.mean(x, keepdims=True)", "a function stands without its module: mean(x, keepdims=1)"),
        ("x.pow(2)", "a power is written x^y"),
    ],
)
def test_a_call_by_a_module_leads_to_ours_in_one_step(call, hint):
    (error,) = _errors(f"u = {call}")
    assert error.hints == (hint,)


@pytest.mark.parametrize("name", [name for names in OTHERWISE for name in names.split()])
def test_a_name_that_a_module_has_for_something_else(name):
    module, _, function = name.partition(".")
    (hint,) = (hint for names, hint in OTHERWISE.items() if name in names.split())
    assert hint_for(function, module) == (hint,)
