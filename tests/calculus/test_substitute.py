"""Texts of the table in formulas: what `derive` writes has the numbers of `run` at the points that are hard for it."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from rows import title

import backcalc
from backcalc.calculus.derive import derive
from backcalc.calculus.substitute import MOST_OTHERS, element
from backcalc.graph.shapes import KnownShapes
from backcalc.language.expr import INDEX, VECTOR, WITHIN, Call, Name
from backcalc.language.unparse import unparse, unparse_statement
from backcalc.rules.primitives import PRIMITIVES, ROWS, Primitive

NEAR = 1.3e-8  # To 1, where 1 - x^2 is rounded worst: nearer, x^2 is on the grid of float64.
HARD = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1 - NEAR, NEAR - 1, 1 + NEAR, 40.0, -40.0, 1e4, -1e4, 1e-200, 1e200, -1e200)
FEW = HARD[:6]  # For three arguments.
HARD_VECTORS = (
    *([0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [40.0, 0.0], [1e4, -1e4], [0.25, 0.75]),
    *([0.0, 2.0, 3.0], [0.0, 0.0, 3.0], [3.0, 1.0, 3.0], [1.0, 0.0, 0.0]),
)
OF_VECTORS = ("reduce", "logits", "vector", "dot", "pair")
WRITTEN = [
    row
    for row in ROWS
    if row.symbol not in ("=", VECTOR, INDEX, WITHIN) and (row.shape in OF_VECTORS or row.shape == "elementwise")
]
DERIVED = [row for row in WRITTEN if row.derived]


def points(row: Primitive) -> list[tuple[Any, ...]]:
    count = len(row.params)
    if row.shape == "elementwise":
        found = list(itertools.product(HARD if count < 3 else FEW, repeat=count))
        # Beyond 2^53 whole exponents have no odd neighbours, so a formula cannot tell the sign of x^(y - 1).
        return [point for point in found if row.symbol != "^" or abs(point[1]) < 2**53]
    found = list(itertools.product(HARD_VECTORS, repeat=count))
    return [point for point in found if len({len(arg) for arg in point}) == 1]


def program(row: Primitive, size: int) -> str:
    """The row as a node whose derivatives are weighted, of numbers or of vectors of a size."""
    inputs = [f"input {name}[{size}]" for name in row.params if size]
    call = unparse(Call(row.symbol, tuple(map(Name, row.params))))
    return "\n".join([*inputs, f"h = {call}", "L = h[0] + 3*h[1]" if row.shape == "vector" else "L = 3*h"])


def derived(text: str) -> backcalc.Graph:
    graph = backcalc.parse(text)
    return backcalc.parse("\n".join(map(unparse_statement, derive(graph.objects, ["L"], graph.inputs).statements)))


def disagreements(row: Primitive) -> list[tuple[str, Any, Any, Any]]:
    """(name, point, derived, run) wherever `run` has a finite derivative and what `derive` writes has another."""
    graphs: dict[int, tuple[Any, Any]] = {}
    found = []
    for point in points(row):
        size = np.size(point[0]) if row.shape != "elementwise" else 0
        if size not in graphs:
            text = program(row, size)
            graphs[size] = backcalc.parse(text), derived(text)
        plain, written = (graph.run(dict(zip(row.params, point, strict=True)), of="L").run for graph in graphs[size])
        for name, expected in plain.gradient.items():
            got = written.values[written.graph.index[f"dL_d{name}"]]
            if np.all(np.isfinite(expected)) and not np.allclose(got, expected, rtol=1e-10, atol=1e-15):
                found.append((name, point, got, expected))
    return found


@pytest.mark.parametrize("row", WRITTEN, ids=title)
def test_derive_then_run_is_run_at_hard_points(row: Primitive) -> None:
    assert not disagreements(row)


@pytest.mark.parametrize("row", DERIVED, ids=title)
def test_the_textbooks_form_would_not_do(row: Primitive, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [each._replace(derived=()) if each is row else each for each in PRIMITIVES[row.symbol]]
    monkeypatch.setitem(PRIMITIVES, row.symbol, tuple(rows))
    assert disagreements(row)


CHOICES = [  # program, point, ∂y/∂x: a branch that is not taken has no part in it, however steep it is
    ("y = if x > 0 then log(x) else 0", 0.0, 0),
    ("y = if x > 0 then log(x) else x^2", 0.0, 0),
    ("h = log(x)\ny = if x > 0 then h else 3*x", 0.0, 3),
    ("h = sqrt(x)\nk = 2*h\ny = if x > 0 then k else 3*x", 0.0, 3),
    ("y = where(x == 0, 1, sin(x)/x)", 0.0, 0),
    ("input x[2]\ny = sum(where(x > 0, log(x), 5*x))", [0.0, 2.0], [5, 0.5]),
    ("y = 4*(if x < 1 then x else exp(x^2))/2", 800.0, np.inf),
    ("y = -(if x < 1000 then x else exp(x^2))", 800.0, -1),
]


@pytest.mark.parametrize(("text", "x", "expected"), CHOICES)
def test_a_choice_stays_one(text: str, x: Any, expected: Any) -> None:
    run = derived(text.replace("y =", "L =")).run({"x": x}, of="L").run
    assert np.array_equal(run.values[run.graph.index["dL_dx"]], expected)


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("y = elu(x)", 1000.0, 0),
        ("input x[3]\ny = prod(x)", [0.0, 0.0, 3.0], [[0, 3, 0], [3, 0, 0], [0, 0, 0]]),
        ("input x[2]\ny = norm(x)", [0.0, 0.0], [[0, 0], [0, 0]]),  # The subgradient is 0 around a kink: as of abs.
        ("y = prod([x, x, 2])", 0.0, 4),
        ("y = x^2", 0.0, 2),
    ],
)
def test_second_derivatives_at_hard_points(text: str, x: Any, expected: Any) -> None:
    graph = backcalc.parse(text)
    first = "\n".join(map(unparse_statement, derive(graph.objects, ["y"], ["x"]).statements))
    second = "\n".join(map(unparse_statement, derive(backcalc.parse(first).objects, ["dy_dx"], ["x"], "y").statements))
    run = backcalc.parse(second).run({"x": x}, of="y").run
    assert np.array_equal(run.values[run.graph.index["ddy_dx_dx"]], expected)


# ---- The text --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L = x^2", "2*x"),
        ("L = x^-1", "-x^-2"),
        ("L = x^n", "where(n == 0, 0, n*x^(n - 1))"),
        # Nothing is to be feared of a constant: its logarithm is finite, or it is no exponent 0.
        ("L = 10^x", "L*log(10)"),
        ("L = sin(b)*2^x", "L*log(2)"),
        ("L = (1/2)^(3*x)", "3*L*log(1/2)"),
        ("const a = 3\nL = a^x", "L*log(a)"),
        ("const a = [2, 3]\ninput x[2]\nL = sum(a^x)", "a^x*log(a)"),
        ("const n = 2.5\nL = x^n", "n*x^(n - 1)"),
        ("const n = 0\nL = x^n", "where(n == 0, 0, n*x^(n - 1))"),
        ("const a = -3\nL = a^x", "where(L == 0, 0, L*log(a))"),
        ("const a = inf\nL = a^x", "where(L == 0, 0, L*log(a))"),
        ("const a = [2, 0]\ninput x[2]\nL = sum(a^x)", "where(a^x == 0, 0, a^x*log(a))"),
        ("L = a^x", "where(L == 0, 0, L*log(a))"),
        ("L = prod([x, b, c])", "b*c"),
        ("L = prod([x, b, c])*d", "b*c*d"),
        ("input x[3]\nL = prod(x)", "[x[1]*x[2], x[0]*x[2], x[0]*x[1]]"),
        ("input x[1]\nL = prod(x)", "[1]"),
        ("input x[1,2]\nL = prod(x)", "[[x[0, 1], x[0, 0]]]"),
        ("input x[2]\nL = norm(x)", "where(L == 0, 0, x/L)"),
        ("L = asin(x)", "1/sqrt((1 - x)*(1 + x))"),
        ("L = tanh(x)", "1 - L^2"),
        (f"input x[{MOST_OTHERS + 1}]\nL = prod(x)", "L/x"),
    ],
)
def test_derive_writes(text: str, expected: str) -> None:
    graph = backcalc.parse(text)
    lines = map(unparse_statement, derive(graph.objects, ["L"], ["x"]).statements)
    assert f"dL_dx = {expected}" in lines


@pytest.mark.parametrize("formula", ["10^x", "(1/2)^x", "1^x", "a^x", "x^m", "x^n", "b^x", "c^x"])
@pytest.mark.parametrize("x", [-1e4, -400.0, -2.0, 0.0, 0.5, 3.0, 400.0])
def test_a_power_of_constants_has_the_slope_that_run_has(formula: str, x: float) -> None:
    text = f"const a = 3; const m = 3; const n = -2; const b = 0; const c = -2\nL = {formula}"
    run = backcalc.parse(text).run({"x": x}).run
    found = derived(text).run({"x": x}, of="L").run
    slope = found.values[found.graph.index["dL_dx"]]
    expected = run.adjoints[run.graph.index["x"]]
    # Beyond the domain a formula may be anything, for it states no domain; 10^400 is inf to both.
    assert slope == pytest.approx(expected, rel=1e-12) or np.isnan(expected)


@pytest.mark.parametrize(
    ("array", "indices", "expected"),
    [
        (Name("v"), (1,), "v[1]"),
        (np.array([1.0, 2.0]), (1,), "2"),
        (np.array([[1.0, 2.0], [3.0, 4.0]]), (1,), "[3, 4]"),
        (np.array([[1.0, 2.0], [3.0, 4.0]]), (1, 0), "3"),
        (Call("*", (Name("s"), Call(VECTOR, (Name("a"), Name("b"))))), (1,), "s*b"),
        (Call("*", (Name("v"), Call(VECTOR, (Name("a"), Name("b"))))), (1,), "(v*[a, b])[1]"),
    ],
)
def test_an_element_is_read_off(array: Any, indices: tuple[int, ...], expected: str) -> None:
    assert unparse(element(array, *indices, shapes=KnownShapes({"v": (2,)}))) == expected
