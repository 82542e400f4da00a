"""Gradients come out in the form that a textbook has, and SymPy agrees with each."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
from graphs import programs
from hypothesis import given, settings

import backcalc
from backcalc.analysis.explain import explain
from backcalc.calculus.derive import derive
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.calculus.textbook import Textbook
from backcalc.language.expr import NEGATE, TRANSPOSE, VECTOR, Number, fold
from backcalc.language.parser import parse_expression
from backcalc.language.unparse import unparse, unparse_statement
from backcalc.rules.values import literal
from backcalc.text.source import Source

sympy = pytest.importorskip("sympy")
law = settings(max_examples=60)

LINES = (Path(__file__).with_name("textbook_gradients.txt")).read_text(encoding="utf-8").splitlines()
FIELDS = [line for line in LINES if line.startswith("[")]
ROWS = [tuple(line.split(" | ")) for line in LINES if " | " in line]


def graph_of(text):
    return load(Source("test", text.replace("; ", "\n")))


def adjoint(text, wrt):
    return run(graph_of(text), {}).gradient[wrt]


def test_there_are_forty_of_ten_fields():
    assert len(ROWS) >= 40
    assert len(FIELDS) >= 10
    assert len(set(ROWS)) == len(ROWS)


@pytest.mark.parametrize(("text", "wrt", "form"), [row[:3] for row in ROWS])
def test_a_gradient_is_as_in_the_textbook(text, wrt, form):
    assert unparse(literal(adjoint(text, wrt))) == form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("y = sigmoid(a); L = cross_entropy(y, t)", "dL_da = y - t"),
        ("y = sigmoid(a); L = -(t*log(y) + (1 - t)*log(1 - y))", "dL_da = y - t"),
        ("y = sigmoid(w*a + b); L = cross_entropy(y, t)", "dL_da = (y - t)*w"),
        ("input a[3], t[3]; p = softmax(a); L = cross_entropy(p, t)", "dL_da = p*sum(t) - t"),
        ("input a[3], t[3]; p = softmax(a); L = -sum(t*log(p))", "dL_da = p*sum(t) - t"),
        ("g = 4*pi^2*l/a^2", "dg_da = -2*g/a"),
        ("y = max(0, a + 1)", "dy_da = step(a + 1)"),
        ("input t[3], a[3]; y = sum(max(0, a - t))", "dy_da = step(a - t)"),
        ("y = min(a, 1)", "dy_da = step(1 - a)"),
        ("const m = 2; y = max(m, a)", "dy_da = step(a - m)"),
        ("y = t*a - (if a > t then a*log(a) else 0)", "dy_da = t + where(a > t, -1 - log(a), 0)"),
        # p is no softmax here, and may be 0 where t is: the choice stays.
        ("input a[3], t[3]; p = a^2; L = cross_entropy(p, t)", "dL_dp = where(t == 0, 0, -t/p)"),
        ("y = a^2; L = cross_entropy(y, t)", "dL_da = 2*dL_dy*a"),
    ],
)
def test_derive_writes_the_same_forms(text, form):
    graph = graph_of(text)
    assert form in [unparse_statement(each) for each in derive(graph, [graph.sinks[0]], ["a"]).statements]


def explained(text, node):
    (step,) = [step for step in explain(run(graph_of(text), {}), [node]) if step.phase == "reverse"]
    return unparse(step.formula), [unparse(partial.formula) for partial in step.partials]


@pytest.mark.parametrize(
    ("text", "node", "formula", "partials"),
    [
        # What a rule says of one function is shown as it is; nothing cancels across the steps of the chain rule.
        ("y = sigmoid(a); L = cross_entropy(y, t)", "y", "(y - t)/(y*(1 - y))", []),
        ("y = sigmoid(a); L = cross_entropy(y, t)", "a", "·(∂L/∂y, ∂y/∂a)", ["y*(1 - y)"]),
        ("f = sqrt(x^2 + y^2)", "x", "x/f", []),
        ("f = sqrt(x^2 + y^2); L = f^3", "x", "·(∂L/∂f, ∂f/∂x)", ["x/f"]),
    ],
)
def test_explain_keeps_the_step_of_each_rule(text, node, formula, partials):
    found = explained(text, node)
    assert (found[0].replace(" ", ""), found[1]) == (formula.replace(" ", ""), partials)


# ---- SymPy -----------------------------------------------------------------------------------------------------------


def by_element(function):
    found = np.vectorize(function, otypes=[object])
    return lambda *args: found(*args) if any(np.ndim(arg) for arg in args) else function(*args)


def softmax(x, axis=-1):
    if np.ndim(x) == 2:
        assert axis in (-1, 1)
        return np.array([softmax(row) for row in x], dtype=object)
    exps = by_element(sympy.exp)(x)
    return exps / exps.sum()


def cross_entropy(p, t):
    if not np.ndim(p):
        return -t * sympy.log(p) - (1 - t) * sympy.log(1 - p)
    return -(t * by_element(sympy.log)(p)).sum()


# What the functions of the table mean, written down here again, of numbers and of arrays of SymPy's symbols.
MEANING = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "^": lambda x, y: x**y,
    NEGATE: lambda x: -x,
    VECTOR: lambda *items: np.array(items, dtype=object),
    "@": lambda x, y: x @ y,
    TRANSPOSE: lambda x: x.T,
    "[i]": lambda x, *at: x[tuple(int(i) for i in at)],
    "mean": lambda x: x.sum() / sympy.Integer(x.size),
    "where": lambda c, x, y: sympy.Piecewise((x, c), (y, True)),
    "<=": lambda x, y: x <= y,
    "dot": lambda x, y: x @ y,
    "sum": lambda x, axis=None: x.sum(axis),
    "norm": lambda x: sympy.sqrt((x * x).sum()),
    "trace": np.trace,
    "outer": np.outer,
    "det": lambda x: sympy.Matrix(x).det(),
    "inv": lambda x: np.array(sympy.Matrix(x).inv().tolist()),
    "softmax": softmax,
    "logsumexp": lambda x: sympy.log(by_element(sympy.exp)(x).sum()),
    "cross_entropy": cross_entropy,
    "softmax_cross_entropy": lambda a, t: cross_entropy(softmax(a), t),
    "abs": by_element(lambda x: sympy.sqrt(x**2)),
    "sign": by_element(lambda x: x / sympy.sqrt(x**2)),
    "relu": lambda x: sympy.Max(x, 0),
    "step": lambda x: sympy.Heaviside(x, 0),
    "sigmoid": by_element(lambda x: 1 / (1 + sympy.exp(-x))),
    "log2": lambda x: sympy.log(x, 2),
    "log10": lambda x: sympy.log(x, 10),
    "atan2": sympy.atan2,
    **{name: by_element(getattr(sympy, name)) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "cosh")},
}
MEANING |= {"ln": MEANING["log"], "σ": MEANING["sigmoid"]}
CONSTANTS = {"pi": sympy.pi, "e": sympy.E}


MEANING |= {
    "max": sympy.Max,
    "log_softmax": lambda x: by_element(sympy.log)(softmax(x)),
    "ones": lambda *shape: np.full([int(n) for n in shape], sympy.Integer(1), dtype=object),
    "onehot": lambda k, n: np.array([sympy.Integer(i == k) for i in range(int(n))], dtype=object),
}


def meant(expr, scope):
    def leaf(part):
        return sympy.nsimplify(part.value) if isinstance(part, Number) else scope.get(part.id, CONSTANTS.get(part.id))

    return fold(expr, leaf, lambda call, args: MEANING[call.fn](*args, **dict(call.options)))


def symbols(name, shape):
    found = [sympy.Symbol(f"{name}_{i}", real=True) for i in range(int(np.prod(shape)))]
    return np.array(found, dtype=object).reshape(shape) if shape else found[0]


def flat(value):
    return list(np.asarray(value, dtype=object).ravel())


@pytest.mark.parametrize(("text", "wrt", "form"), [row[:3] for row in ROWS])
def test_sympy_agrees(text, wrt, form):
    graph = graph_of(text)
    found = run(graph, {})
    scope = {}
    for node, shape in zip(graph.nodes, found.shapes, strict=True):
        scope[node.name] = symbols(node.name, shape) if node.expr is None else meant(node.expr, scope)
    output = scope[found.output]
    slopes = [sympy.diff(output, symbol) for symbol in flat(scope[wrt])]
    claimed = flat(meant(parse_expression(Source("form", form)), scope))
    assert len(claimed) == len(slopes)
    random = Random(text)
    free = sorted({symbol for value in (*slopes, *claimed) for symbol in value.free_symbols}, key=str)
    for _ in range(3):
        # Between 0.1 and 0.9 every function of the table of rows exists.
        point = {symbol: sympy.Rational(random.randint(100, 900), 1000) for symbol in free}
        for slope, value in zip(slopes, claimed, strict=True):
            assert abs((slope - value).evalf(30, subs=point)) < 1e-18, (slope, value)


def test_sympy_would_not_agree_with_a_wrong_form():
    with pytest.raises(AssertionError):
        test_sympy_agrees("g = 4*pi^2*l/T^2", "T", "2*g/T")


# ---- Every form is equal to what it stands for -----------------------------------------------------------------------


def with_numbers(drawn, formulas):
    """The values that formulas of the nodes' adjoints have at a drawn point."""
    lines = [f"formula{i} = {unparse(literal(formula))}" for i, formula in enumerate(formulas)]
    again = backcalc.parse("\n".join([drawn.text, *lines])).run(drawn.point, of=drawn.names[-1]).run
    return [again.values[again.graph.index[f"formula{i}"]] for i in range(len(formulas))]


@law
@given(programs(kinds=("formula",)))
def test_a_form_has_the_value_of_what_it_stands_for(drawn):
    graph = backcalc.parse(drawn.text)
    short = graph.run(of=drawn.names[-1]).run.adjoints
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Textbook, "form", lambda _self, _slot, adjoint: adjoint)
        long = graph.run(of=drawn.names[-1]).run.adjoints
    pairs = [pair for pair in zip(short, long, strict=True) if None not in pair]
    for found, expected in zip(*(with_numbers(drawn, side) for side in zip(*pairs, strict=True)), strict=True):
        both = np.isfinite(found) & np.isfinite(expected)
        assert np.allclose(np.where(both, found, 0), np.where(both, expected, 0), rtol=1e-6, atol=1e-9)
