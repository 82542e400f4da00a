"""Batches and axes: random formulas of matrices against NumPy, whose text is the same, and central differences of it.

A vector goes with the rows of a matrix; what is reduced goes along an axis, and with keepdims it goes with the matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ways import answers, disagreement

import backcalc
from backcalc.cli.group import cli
from backcalc.rules.ndarray import units
from backcalc.text.errors import BackcalcError


def logsumexp(x: Any, axis: int, *, keepdims: bool = False) -> Any:
    return np.log(np.exp(x).sum(axis, keepdims=keepdims))


def softmax(x: Any, axis: int) -> Any:
    return np.exp(x) / np.exp(x).sum(axis, keepdims=True)


def cross_entropy(p: Any, t: Any, axis: int, *, keepdims: bool = False) -> Any:
    return -(t * np.log(p)).sum(axis, keepdims=keepdims)


# As they are written in the language, and independent of what it has for them.
NUMPY: dict[str, Callable[..., Any]] = {
    "sum": np.sum, "mean": np.mean, "prod": np.prod, "max": np.max, "min": np.min, "var": np.var, "std": np.std,
    "norm": lambda x, axis, keepdims=False: np.sqrt((x * x).sum(axis, keepdims=keepdims)),
    "logsumexp": logsumexp, "softmax": softmax, "cross_entropy": cross_entropy, "tanh": np.tanh, "exp": np.exp,
    "log_softmax": lambda x, axis: np.log(softmax(x, axis)),
    "softmax_cross_entropy": lambda a, t, axis, keepdims=False: (
        cross_entropy(softmax(a, axis), t, axis, keepdims=keepdims)
    ),
}  # fmt: skip
REDUCING = ("sum", "mean", "prod", "max", "min", "norm", "var", "std", "logsumexp")


class Formula(NamedTuple):
    """A formula and its shape."""

    text: str
    shape: tuple[int, ...]


@st.composite
def matrices(draw: st.DrawFn, m: int, n: int, depth: int = 3) -> Formula:
    """A formula of the inputs X (m × n), b (n) and T (m × n, positive) that is an m × n matrix."""
    if depth == 0:
        return draw(st.sampled_from([Formula("X", (m, n)), Formula("X*b", (m, n)), Formula("(b - X)", (m, n))]))
    inner = draw(matrices(m, n, depth - 1))
    kind = draw(st.sampled_from(["rows", "keepdims", "softmax", "elements", "vector"]))
    axis = draw(st.integers(0, 1))
    match kind:
        case "rows":
            text = draw(st.sampled_from(["tanh({}) + b", "b*{}", "({}/3)*T", "exp({}/4)/(b^2 + 1)"])).format(inner.text)
        case "keepdims":
            fn = draw(st.sampled_from(REDUCING))
            sign = draw(st.sampled_from(["-", "*", "+"]))
            text = f"(tanh({inner.text}) {sign} {fn}(tanh({inner.text}) + 2*T, axis={axis}, keepdims=1))"
        case "softmax":
            text = f"{draw(st.sampled_from(['softmax', 'log_softmax']))}(tanh({inner.text}), axis={axis})"
        case "elements":
            other = draw(matrices(m, n, depth - 1))
            text = f"(tanh({inner.text})*{other.text})"
        case _:  # Along the columns, which leaves a vector of n that goes with the rows.
            text = f"(T - {draw(st.sampled_from(REDUCING))}(tanh({inner.text}) + 2*T, axis=0))"
    return Formula(text, (m, n))


@st.composite
def losses(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A number made of such a matrix, and a point."""
    m, n = draw(st.integers(1, 3)), draw(st.integers(2, 3))
    inner = draw(matrices(m, n, draw(st.integers(0, 2)))).text
    axis, fn = draw(st.integers(0, 1)), draw(st.sampled_from(REDUCING))
    option = draw(st.sampled_from(["", ", keepdims=1"]))
    ddof = ", ddof=1" if fn == "var" and (m, n)[axis] > 1 else ""
    text = draw(st.sampled_from([
        f"sum({fn}(tanh({inner}) + 2*T, axis={axis}{option}{ddof})^2)",
        f"mean(softmax_cross_entropy({inner}, T, axis={axis}{option}))",
        f"sum(cross_entropy(softmax({inner}, axis={axis}), T, axis={axis}{option})*2)",
        f"sum({inner}*X)",
    ]))  # fmt: skip
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    point = {"X": random.normal(size=(m, n)), "b": random.normal(size=n), "T": random.uniform(0.1, 0.9, size=(m, n))}
    return text, {name: value for name, value in point.items() if name in text}


def in_numpy(text: str, point: dict[str, Any]) -> float:
    return float(eval(text.replace("^", "**"), {**NUMPY, **point}))


def differences(text: str, point: dict[str, Any], name: str, h: float = 1e-3) -> Any:
    """The gradient by differences of the fourth order."""

    def at(step: Any) -> float:
        return in_numpy(text, {**point, name: point[name] + step})

    shape = point[name].shape
    found = [(8 * (at(h * u) - at(-h * u)) - (at(2 * h * u) - at(-2 * h * u))) / (12 * h) for u in units(shape)]
    return np.reshape(found, shape)


def program_of(text: str, point: dict[str, Any]) -> str:
    declared = [f"input {name}[{','.join(map(str, value.shape))}]" for name, value in point.items()]
    return "\n".join([*declared, f"y = {text}"])


def is_near(found: Any, expected: Any) -> bool:
    return bool(np.allclose(found, expected, rtol=1e-6, atol=1e-8))


@given(losses())
def test_a_formula_and_its_gradient_are_numpys(loss):
    text, point = loss
    found = backcalc.parse(program_of(text, point)).run(at=point)
    assert is_near(found.value, in_numpy(text, point)), text
    for name in point:
        truth = differences(text, point, name)
        assume(is_near(truth, differences(text, point, name, 2.5e-4)))  # Else a tie of two elements lies between.
        assert is_near(found.gradient[name], truth), (text, name)


@settings(max_examples=50)
@given(losses())
def test_all_ways_to_a_gradient_agree(loss):
    text, point = loss
    program = program_of(text, point)
    at = {name: value.tolist() for name, value in point.items()}
    assert len(list(answers(program, at))) == 6
    assert not disagreement(program, at, rel=1e-7), program


SETTING = "input X = [[1, 2, 0.5], [3, -1, 0]]\ninput b = [1, 0.5, -2]\ninput c = [[1], [2]]\ninput x = 0.5\n"
SETTING += "const T = [[0, 1, 0], [0.5, 0.5, 0]]\n"
FOUND = [  # What failed inside once: by what it is asked.
    (["run", "--partials"], "h = where(softmax(c, axis=0) > 0, prod(X, axis=0, keepdims=1), x/T)\ny = sum(h)"),
    (["run", "--partials"], "h = where(b > 0, X, c)\ny = sum(h)"),
    (["run", "--partials"], "h = T*X + b\ny = sum(h^2)"),
    (["explain"], "h = softmax_cross_entropy(where(2 > 0, b, T), T, axis=1)\ny = sum(h) + sum(X)"),
    (["taylor", "--at", "x=0.4"], "y = x*std(b, ddof=1) + sum(sum(c*X, axis=0))"),
    (["run", "--exact"], "y = sum(outer(log(b), [1])*outer(x/b, b)) + sum(c*X)"),
]


@pytest.mark.parametrize(("arguments", "text"), FOUND)
def test_what_failed_once_is_answered(arguments, text):
    result = CliRunner().invoke(cli, [arguments[0], "-", *arguments[1:]], input=SETTING + text, standalone_mode=False)
    assert result.exception is None or isinstance(result.exception, (BackcalcError, SystemExit)), result.exception


def test_a_contribution_sums_over_what_rows_share():
    found = backcalc.parse(SETTING + "h = c*X + b\ny = sum(h^2)").run().run
    h = found.graph.index["h"]
    terms = {found.graph.nodes[i].name: part for i, _, part in found.linear.contributions(h, found.adjoints[h])}
    value = np.array([[1.0], [2]]) * [[1, 2, 0.5], [3, -1, 0]] + [1, 0.5, -2]
    np.testing.assert_allclose(terms["b"], 2 * value.sum(0))
    np.testing.assert_allclose(terms["c"], 2 * (value * [[1, 2, 0.5], [3, -1, 0]]).sum(1, keepdims=True))


@pytest.mark.parametrize(
    ("loss", "name", "expected"),
    [
        ("mean(softmax_cross_entropy(X @ W + b, T, axis=1))", "W", "X.T @ (softmax(X @ W + b, axis=1) - T)/2"),
        ("sum(softmax_cross_entropy(Z, T, axis=1))", "Z", "softmax(Z, axis=1) - T"),
        ("sum(softmax_cross_entropy(Z, V, axis=1))", "Z", "softmax(Z, axis=1)*sum(V, axis=1, keepdims=1) - V"),
        ("sum(Z + b)", "b", "[2, 2]"),
        ("sum((Z + b)^2)", "b", "2*sum(Z + b, axis=0)"),
    ],
)
def test_derivatives_of_batches_are_a_persons(loss, name, expected):
    text = "input X[2,3]; input W[3,2]; input b[2]; input Z[2,2]; const T = [[1, 0], [0, 1]]; input V[2,2]\n"
    used = [part for part in text.strip().split("; ") if part.split("[")[0].split()[1] in loss]
    result = CliRunner().invoke(
        cli, ["run", "-", "--get", f"dL/d{name}"], input="; ".join(used) + f"\nL = {loss}\n", standalone_mode=False
    )
    assert result.stdout.strip() == expected
