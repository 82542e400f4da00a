"""Where a function has no value its derivative has none, whatever the formula of the derivative gives there."""

from __future__ import annotations

import math

import pytest
from click.testing import CliRunner

import backcalc
from backcalc.calculus.existence import MOST_CONDITIONS
from backcalc.calculus.load import load
from backcalc.cli.group import cli
from backcalc.language.unparse import unparse
from backcalc.rules.primitives import ROWS
from backcalc.text.source import Source

# A function, points at which it has no value, and one at which it has one, with its slope there.
ENDS = [
    ("log(x)", (-1, 0), 2, 1 / 2),
    ("log2(x)", (-1, 0), 2, 1 / (2 * math.log(2))),
    ("log10(x)", (-1, 0), 2, 1 / (2 * math.log(10))),
    ("log1p(x)", (-2, -1), 1, 1 / 2),
    ("sqrt(x)", (-1,), 4, 1 / 4),
    ("sqrt(x)^2", (-1,), 4, 1),
    ("sqrt(x)*sqrt(x)", (-1,), 4, 1),
    ("exp(log(x))", (-1, 0), 2, 1),
    ("x/x", (0,), 2, 0),
    ("1/(1/x)", (0,), 2, 1),
    ("atan(1/x)", (0,), 2, -1 / 5),
    ("x^2/x", (0,), 2, 1),
    ("asin(x)", (-2, 2), 0, 1),
    ("acos(x)", (-2, 2), 0, -1),
    ("asin(x) + acos(x)", (-2, 2), 0, 0),
    ("sin(asin(x))", (-2, 2), 0, 1),
    ("acosh(x)", (-2, 0), 2, 1 / math.sqrt(3)),
    ("atanh(x)", (-2, -1, 1, 2), 0, 1),
    ("x^0.5", (-1,), 4, 1 / 4),
    ("(x^0.5)^2", (-1,), 4, 1),
    ("x^-1", (0,), 2, -1 / 4),
    ("x^x", (-0.5,), 1, 1),
    ("log(x)*0 + x", (-1, 0), 2, 1),
    ("log(-x) + log(x)", (-1, 0, 1), None, None),
    ("where(x > 1, log(x), log(-x))", (0, 0.5), 2, 1 / 2),
    ("if x > 0 then log(x) else x", (), -1, 1),
    ("log(x*x) - x", (0,), 2, 0),
]
POINTS = [(text, x) for text, holes, _, _ in ENDS for x in holes]


def _value(text, x):
    run = backcalc.parse(text).run({"x": x}, of="y").run
    return run.values[run.graph.index["y"]]


@pytest.mark.parametrize("form", ["y = grad({0}, x)", "def f(t) = {1}\ny = f'(x)", "u = {0}\ny = grad(u, x)"])
@pytest.mark.parametrize(("text", "x"), POINTS)
def test_a_derivative_is_nan_where_its_function_has_no_value(form, text, x):
    assert math.isnan(_value(form.format(text, _of_t(text)), x))


@pytest.mark.parametrize("form", ["y = grad({0}, x)", "def f(t) = {1}\ny = f'(x)"])
@pytest.mark.parametrize(("text", "x", "slope"), [(text, x, slope) for text, _, x, slope in ENDS if x is not None])
def test_elsewhere_it_is_what_it_was(form, text, x, slope):
    assert _value(form.format(text, _of_t(text)), x) == pytest.approx(slope, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize(("text", "x"), [("log(x)", -1), ("sqrt(x)^2", -1), ("atan(1/x)", 0), ("x^1.5", -1)])
def test_so_is_the_derivative_of_a_derivative(text, x):
    assert math.isnan(_value(f"y = grad(grad({text}, x), x)", x))
    assert math.isnan(_value(f"def f(t) = {_of_t(text)}\ny = f''(x)", x))


def _of_t(text):
    return text.replace("exp", "e_p").replace("x", "t").replace("e_p", "exp")


def test_each_function_with_a_domain_is_among_these():
    ends = {row.symbol for row in ROWS if row.domain and len(row.params) == 1}
    assert [symbol for symbol in ends if not any(f"{symbol}(" in text for text, *_ in ENDS)] == []


# Of real numbers their logarithms always exist, though floats of what they are of come to 0.
@pytest.mark.parametrize(
    ("text", "x", "slope"),
    [
        ("log(sigmoid(x))", -800, 1),
        ("log(1 - sigmoid(x))", 40, -1),
        ("log(exp(x))", -800, 1),
        ("log(1 + exp(x))", 3, 1 / (1 + math.exp(-3))),
        ("sqrt(x^2 + 1)", 0, 0),
        ("1/(1 + x^2)", 1, -1 / 2),
        ("1/cosh(x)", 0, 0),
        ("2^x", 0, math.log(2)),
    ],
)
def test_no_condition_is_asked_that_always_holds(text, x, slope):
    graph = load(Source("<text>", f"y = grad({text}, x)"))
    node = graph.node("dof_y_dx")
    assert "there where" not in {part.fn for part in _calls(node.expr)}
    assert _value(f"y = grad({text}, x)", x) == pytest.approx(slope, rel=1e-14)


def _calls(expr):
    from backcalc.language.expr import Call, postorder

    return [part for part in postorder(expr) if isinstance(part, Call)]


def test_the_formula_is_shown_as_one_would_write_it():
    found = CliRunner().invoke(cli, ["run", "-e", "y = grad(log(x), x)", "--at", "x=2"])
    assert "dof_y_dx  1/x " in found.output
    assert "there where" not in found.output
    graph = load(Source("<text>", "y = grad(log(x), x)"))
    assert unparse(graph.node("dof_y_dx").expr) == "1/x"


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--format", "json", "--at", "x=-1"],
        ["run", "--mode", "forward", "--format", "json", "--at", "x=-1"],
        ["sweep", "--at", "x=-1:-0.5:2", "--format", "json"],
        ["check", "--at", "x=-1", "y=-1"],
        ["explain", "--at", "x=-1"],
    ],
)
def test_every_command_has_it_so(words):
    found = CliRunner().invoke(cli, [words[0], "-e", "y = grad(log(x), x)", *words[1:]])
    assert "nan" in found.stdout.lower()


def test_so_has_an_exported_program():
    found = CliRunner().invoke(cli, ["export", "--to", "numpy", "-e", "y = grad(sqrt(x)^2, x)", "--at", "x=-1"])
    spaces = {}
    exec(compile(found.stdout, "exported", "exec"), spaces)  # It is ours.
    assert math.isnan(float(spaces["value"]({"x": -1.0})))
    assert float(spaces["value"]({"x": 4.0})) == 1


def test_rows_of_a_jacobian_are_nan_where_their_elements_are():
    graph = backcalc.parse("input v[2]\ny = jacobian([log(v[0]), u*v[1]], v)")
    run = graph.run({"v": [-1, 2], "u": 3}, of="y").run
    rows = run.values[run.graph.index["y"]]
    assert [[math.isnan(x) for x in row] for row in rows] == [[True, True], [False, False]]
    assert list(rows[1]) == [0, 3]


@pytest.mark.parametrize("declared", ["", "input v[2]\n"])
def test_a_gradient_of_a_sum_is_nan_where_an_element_is(declared):
    run = backcalc.parse(f"{declared}y = grad(sum(log(v)), v)").run({"v": [-1, 2]}, of="y").run
    assert all(map(math.isnan, run.values[run.graph.index["y"]]))


def test_of_many_operations_the_value_tells():
    terms = " + ".join(f"sqrt(x + {k})^2" for k in range(MOST_CONDITIONS + 1))
    assert math.isnan(_value(f"y = grad({terms}, x)", -1))
    assert _value(f"y = grad({terms}, x)", 1) == MOST_CONDITIONS + 1


def test_where_f_prime_ends_is_told_in_its_own_words():
    found = CliRunner().invoke(cli, ["run", "-e", "def f(t) = log(t)", "-e", "y = f'(x)", "--at", "x=-1"])
    assert "in `y`, f'(x) is nan, outside its domain" in found.stderr
    assert _value("def f(t) = log(t)\ny = f'(x)", 2) == 0.5


@pytest.mark.parametrize(
    ("answer", "told"),
    [("y=2", "y has no value at this point"), ("dy/dx=1", "y has no derivative by x at this point")],
)
def test_where_there_is_nothing_no_mistake_is_looked_for(answer, told):
    found = CliRunner().invoke(cli, ["check", "-e", "y = sqrt(x)^2", "--at", "x=-1", answer])
    assert told in found.stdout
    assert "this is" not in found.stdout
