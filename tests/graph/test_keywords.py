"""Arguments by their names: what is meant by them, and that they are printed back as they stand."""

from __future__ import annotations

import pytest

import backcalc
from backcalc.language.format import format_program
from backcalc.language.parser import parse
from backcalc.text.source import Source

ALIKE = [  # A call by names, and the same by places, of x = -2
    ("leaky_relu(x, slope=0.3)", "leaky_relu(x, 0.3)"),
    ("leaky_relu(slope=k, x=x)", "leaky_relu(x, k)"),
    ("leaky_relu(x=x)", "leaky_relu(x)"),
    ("elu(x, alpha=k)", "elu(x, k)"),
    ("elu(x, 1)", "elu(x)"),
    ("clip(x, hi=1, lo=-1)", "clip(x, -1, 1)"),
    ("atan2(x=k, y=x)", "atan2(x, k)"),
    ("act(k=k, u=x)", "act(x, k)"),
    ("sum(Y, axis=n, keepdims=1 - 1) @ [1, x]", "(Y[0, 0] + Y[1, 0]) + x*(Y[0, 1] + Y[1, 1])"),
    ("x*var(Y, ddof=n + 1)", "x*sum((Y - mean(Y))^2)/3"),
]


@pytest.mark.parametrize(("by_name", "by_place"), ALIKE)
def test_arguments_by_name_are_those_by_place(by_name, by_place):
    text = "def act(u, k) = tanh(k*u)\nconst n = 0\ninput Y = [[1, 2], [3, 5]]\ny = {} + 0*k"
    found, expected = (
        backcalc.parse(text.format(formula)).run(at={"x": -2.0, "k": 0.7}) for formula in (by_name, by_place)
    )
    assert found.value == pytest.approx(expected.value)
    for name, derivative in expected.gradient.items():
        assert found.gradient[name] == pytest.approx(derivative, abs=1e-12), name


@pytest.mark.parametrize(
    "text", ["y = softmax(X, axis=1)\n", "y = f(x, a=if c then 1 else 2, b=x == 3)\n", "y = f(k=[1, 2])\n"]
)
def test_they_are_printed_back(text):
    assert format_program(parse(Source("file", text))) == text
    assert format_program(parse(Source("file", text.replace("=", " = ").replace(" =  = ", " == ")))) == text


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        ("leaky_relu(x, alpha=0.2)", "it is called slope here"),
        ("leaky_relu(x, negative_slope=0.2)", "it is called slope here"),
        ("elu(x, slope=2)", "it is written elu(x) or elu(x, alpha)"),
    ],
)
def test_a_name_of_another_library_leads_to_ours(call, hint):
    with pytest.raises(backcalc.BackcalcError) as caught:
        backcalc.parse(f"y = {call}")
    assert [diagnostic.hints for diagnostic in caught.value.diagnostics] == [(hint,)]
