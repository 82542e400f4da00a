"""The derivation by hand: each step's arithmetic is done again by others, and the lines are what one would write."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from pathlib import Path

import arrays
import documents
import graphs
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.analysis.explain import explain
from backcalc.analysis.longhand import CHAIN, HADAMARD, plain
from backcalc.language.expr import NEGATE, TRANSPOSE, VECTOR, Name, fold, names
from backcalc.language.parser import parse_expression
from backcalc.render.blocks import Section
from backcalc.render.breaks import INDENT, broken
from backcalc.render.formats.latex import LAST_LATIN, LatexWriter
from backcalc.render.hand import Hand
from backcalc.render.reports.steps import derivation, render_steps_json
from backcalc.render.writer import Writer
from backcalc.rules.values import is_known
from backcalc.text.source import Source
from backcalc.text.wording import display_width

SAMPLES = Path(__file__).parents[2] / "samples"
NEURON = "v = w*x + b\ny = sigmoid(v)\nJ = 1/2*(y - z)^2"
AT = {"w": 0.5, "x": 2, "b": -1, "z": 1}
NETWORK = (SAMPLES / "network-a.bg").read_text(encoding="utf-8")

law = settings(max_examples=150)


def run(text, at=None, **options):
    return backcalc.parse(text).run(at or {}, **options).run


def sample(path):
    graph = backcalc.load(path)
    return graph.run(of=graph.sinks[-1] if graph.output is None and not graph.objects.seeds else None).run


def written_by_hand(found, nodes=(), wrt=()):
    """The equations of `explain`, of both phases."""
    blocks = derivation(explain(found, nodes, wrt), found.output)
    return [equation for block in blocks if isinstance(block, Section) for equation in block.equations]


def lines(found, digits=6, nodes=(), wrt=(), writer=None):
    """What `explain` prints, without headings."""
    return list(map((writer or Writer(digits)).equation, written_by_hand(found, nodes, wrt)))


# ---- What one would write --------------------------------------------------------------------------------------------

# Each derived by hand: the graph, the point, the output, the nodes, and their lines.
WRITTEN = {
    "a sum over two users": (
        (NETWORK, {}, None, ["u3"]),
        ["∂L/∂u3 = ∂L/∂v2 · ∂v2/∂u3 + ∂L/∂v3 · ∂v3/∂u3 = (−10)(1) + (−20)(−1) = 10"],
    ),
    "a given activation": (
        (NETWORK, {}, None, ["o", "L"]),
        [
            "o = 0.1 (given)",
            "L = −log(o) = −log(0.1) = 2.30259",
            "∂L/∂L = 1",
            "∂L/∂o = −1/o = −1/0.1 = −10",
        ],
    ),
    "values": (
        (NEURON, AT, None, ["v", "w"]),
        [
            "w = 0.5",
            "v = w·x + b = 0.5·2 + (−1) = 0",
            "∂J/∂v = ∂J/∂y · ∂y/∂v = (−0.5)(0.25) = −0.125",
            "∂y/∂v = y·(1 − y) = 0.5·(1 − 0.5) = 0.25",
            "∂J/∂w = ∂J/∂v · ∂v/∂w = (−0.125)(2) = −0.25",
            "∂v/∂w = x = 2",
        ],
    ),
    "unknowns": (
        (NEURON, {"x": 2}, None, ["v", "b", "w"]),
        [
            "v = w·x + b = w·2 + b = ?",
            "∂J/∂v = ∂J/∂y · ∂y/∂v = (y − z)·y·(1 − y)",
            "∂y/∂v = y·(1 − y)",
            "∂J/∂b = ∂J/∂v · ∂v/∂b = (y − z)·y·(1 − y)·1 = (y − z)·y·(1 − y)",
            "∂v/∂b = 1",
            "∂J/∂w = ∂J/∂v · ∂v/∂w = (y − z)·y·(1 − y)·2 = 2·(y − z)·y·(1 − y)",
            "∂v/∂w = x = 2",
        ],
    ),
    "no path": (
        ("y = a*b; w = 5*a", {"a": 2, "b": 3}, "y", ["w", "a"]),
        ["a = 2", "w = 5·a = 5·2 = 10", "∂y/∂w = 0 (no path leads from w to y)", "∂y/∂a = b = 3"],
    ),
    "a path on which nothing depends": (
        ("y = floor(x); z = 2*y", {"x": 1.5}, None, ["x"]),
        ["x = 1.5", "∂z/∂x = ∂z/∂y · ∂y/∂x = (2)(0) = 0", "∂y/∂x = 0"],
    ),
    "the output uses a node in two ways": (
        ("q = x^2; y = q - a*x", {"x": 3, "a": 2}, None, ["x"]),
        ["x = 3", "∂y/∂x = ∂y/∂q · ∂q/∂x − a = (1)(6) − 2 = 4", "∂q/∂x = 2·x = 2·3 = 6"],
    ),
    "a seed begins the sum": (
        ("adjoint h = 3; adjoint q = -2; h = w*x; q = h^2", {"w": 2, "x": 1}, None, ["q", "h"]),
        [
            "h = w·x = 2·1 = 2",
            "q = h^2 = 2^2 = 4",
            "∂L/∂q = −2 (given)",
            "∂L/∂h = 3 + ∂L/∂q · ∂q/∂h = 3 + (−2)(4) = −5",
            "∂q/∂h = 2·h = 2·2 = 4",
        ],
    ),
    "an edge given twice": (
        ("x -> y : 1\nx -> y : 2\ny -> z : y\ny = 5", {}, None, ["x", "y"]),
        ["y = 5 (given)", "∂z/∂y = y = 5", "∂z/∂x = ∂z/∂y · ∂y/∂x = (5)(3) = 15"],
    ),
    "an edge with a formula": (
        ("x -> u : u*(1 - u); u -> o : 4; u = 0.5", {}, None, ["x"]),
        ["∂o/∂x = ∂o/∂u · ∂u/∂x = (4)(0.25) = 1", "∂u/∂x = u·(1 − u) = 0.5·(1 − 0.5) = 0.25"],
    ),
    "constants": (
        ("k = 2; t = 1/4; y = k*t*x", {"x": 3}, None, ["k", "t"]),
        ["k = 2", "t = 1/4 = 0.25", "∂y/∂t = k·x = 2·3 = 6", "∂y/∂k = t·x = 0.25·3 = 0.75"],
    ),
    "a function of the file's own": (
        ("def f(a) = a*(1 - a); y = f(x)", {"x": 0.25}, None, ["x", "y"]),
        ["x = 0.25", "y = f(x) = f(0.25) = 0.1875", "∂y/∂y = 1", "∂y/∂x = 1 − 2·x = 1 − 2·0.25 = 0.5"],
    ),
    "a derivative in a formula": (
        ("y = x^2*a; g = grad(y, x); z = 3*g", {"x": 2, "a": 5}, None, ["g"]),
        ["g = dy_dx = 20", "∂z/∂g = 3"],
    ),
    "a slope that does not exist": (
        ("y = log(x); z = 2*y", {"x": -1}, None, ["y", "x"]),
        [
            "x = −1",
            "y = log(x) = log(−1) = nan",
            "∂z/∂y = nan (no slope here)",
            "∂z/∂x = ∂z/∂y · ∂y/∂x = (nan)(nan) = nan",
            "∂y/∂x = 1/x = nan (no slope here)",
        ],
    ),
    "the textbook's formula is 0/0": (
        ("input x = [3, 0]; y = prod(x)", {}, None, ["x"]),
        ["x = [3, 0]", "∂y/∂x = y/x = [0, 3]"],
    ),
    "a vector": (
        ("input W = [[1, 2], [3, 4]]; input x = [1, -1]; h = W @ x; L = dot(h, h)", {}, None, ["h", "x", "W"]),
        [
            "W = [[1, 2], [3, 4]]",
            "x = [1, −1]",
            "h = W @ x = [[1, 2], [3, 4]] @ [1, −1] = [−1, −1]",
            "∂L/∂h = 2·h = 2·[−1, −1] = [−2, −2]",
            "∂L/∂x = Wᵀ @ (∂L/∂h) = [[1, 2], [3, 4]]ᵀ @ [−2, −2] = [−8, −12]",
            "∂L/∂W = outer(∂L/∂h, x) = outer([−2, −2], [1, −1]) = [[−2, 2], [−2, 2]]",
        ],
    ),
    "vectors of which the weights are unknown": (
        ((SAMPLES / "vectors.bg").read_text(encoding="utf-8"), {}, None, ["h1", "W1"]),
        [
            "h1 = relu(W1 @ v) = [2, −1, 3] (given)",
            "∂L/∂h1 = [−2, 1, 4] (given)",
            (
                "∂L/∂W1 = outer(∂L/∂h1 ⊙ step(h1), v) = outer([−2, 1, 4] ⊙ step([2, −1, 3]), [2, 3, 5, 1])"
                " = [[−4, −6, −10, −2], [0, 0, 0, 0], [8, 12, 20, 4]]"
            ),
        ],
    ),
    "a number by a vector": (
        ("input x = [1, 2]; s = sum(x); y = s^2", {}, None, ["x"]),
        ["x = [1, 2]", "∂y/∂x = ∂y/∂s · ∂s/∂x = 6·[1, 1] = [6, 6]", "∂s/∂x = [1, 1]"],
    ),
    "an array too long to be put in": (
        ("input v = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]; y = dot(v, v)", {}, None, ["v"]),
        ["v = [1, 2, 3, 4, …, 7, 8, 9, 10]", "∂y/∂v = 2·v = [2, 4, 6, 8, …, 14, 16, 18, 20]"],
    ),
    "an input that is the output": (("input x", {}, None, []), ["∂x/∂x = 1"]),
}


@pytest.mark.parametrize(("case", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_lines(case, expected):
    text, at, of, nodes = case
    assert lines(run(text, at, of=of), nodes=nodes) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a*b + c", "a·b + c"),
        ("a - (b - c)", "a − (b − c)"),
        ("-x^2", "−x^2"),
        ("(-x)^2", "(−x)^2"),
        ("a + -b", "a + (−b)"),
        ("a*-b", "a·(−b)"),
        ("-a*b", "−a·b"),
        ("a + -b*c", "a + (−b)·c"),
        ("f(-x, -2)", "f(−x, −2)"),
        ("[-1, -x]", "[−1, −x]"),
        ("if -x > -1 then -x else -y", "if −x > −1 then −x else −y"),
        ("2^-1", "2^(−1)"),
        ("W @ x + b", "W @ x + b"),
        ("W @ (x + b)", "W @ (x + b)"),
        ("(a*b) @ c", "(a·b) @ c"),
        ("A @ B @ c", "A @ B @ c"),
        ("A @ x*y", "(A @ x)·y"),
        ("(A + B).T", "(A + B)ᵀ"),
        ("outer(a + b, c)", "outer(a + b, c)"),
        ("dot(a, b)/2", "dot(a, b)/2"),
        ("x[0]", "x[0]"),
        ("a/(b*c)", "a/(b·c)"),
        ("not a and b", "not a and b"),
    ],
)
def test_a_formula_by_hand(text, expected):
    assert Hand().formula(parse_expression(Source("row", text))) == expected


# ---- Which steps -----------------------------------------------------------------------------------------------------


def phases(found, **options):
    steps = list(explain(found, **options))
    return [[step.node for step in steps if step.phase == phase] for phase in ("forward", "reverse")]


def test_all_steps_stand_in_the_order_of_the_passes():
    found = run(NEURON, AT)
    names = list(found.graph.index)
    assert phases(found) == [names, names[::-1]]


def test_a_node_has_its_two_steps():
    assert phases(run(NEURON, AT), nodes=["y"]) == [["y"], ["y"]]


def test_an_input_has_the_steps_that_lead_to_it():
    graph = "t = a + b; u = b*c; y = t*u; w = y^2; z = sin(c)"
    found = run(graph, {"a": 1, "b": 2, "c": 3}, of="y")
    assert phases(found, wrt=["a"]) == [["a", "b", "t", "c", "u", "y"], ["y", "t", "a"]]
    assert phases(found, wrt=["z"])[1] == ["z"]


def test_what_one_step_says_is_what_all_steps_say():
    found = run(NETWORK)
    every = {(step.node, step.phase): step for step in explain(found)}
    for name in found.graph.index:
        assert [every[step.node, step.phase] for step in explain(found, [name])] == list(explain(found, [name]))


# ---- The arithmetic, done again --------------------------------------------------------------------------------------

PYTHON = (("·", "*"), (")(", ")*("), ("−", "-"), ("^", "**"), ("σ(", "sigmoid("))
BY_HAND = {name: value for name, value in graphs.TRUE.items() if name.isidentifier()} | graphs.CONSTANTS
BY_HAND |= {"where": lambda c, a, b: a if c else b}
DIGITS = re.compile(r"\d+(?:\.\d+)?(?:e[-−+]?\d+)?")


def python(text):
    """The value of one side of an equation, by Python and mpmath, and how large the numbers in it are."""
    sizes = [abs(float(number.replace("−", "-"))) for number in DIGITS.findall(text)]
    for sign, spelling in PYTHON:
        text = text.replace(sign, spelling)
    return float(eval(text, dict(BY_HAND))), max([1.0, *sizes])


def equations(found):
    """Every equation with numbers in it, local partials too."""
    every = (equation for step in explain(found) for equation in (step, *step.partials))
    return [
        equation
        for equation in every
        if equation.substituted is not None
        and is_known(equation.value)
        and not any(name in found.graph.index or name[0] == "∂" for name in names(equation.substituted))
    ]


def assert_arithmetic(found):
    for equation in equations(found):
        value, size = python(Hand(17).formula(equation.substituted))
        assert value == pytest.approx(equation.value, rel=1e-9, abs=1e-12 * size**2)


@law
@given(graphs.programs(kinds=("formula",)) | graphs.programs())
def test_the_numbers_put_in_give_the_result(drawn):
    assert_arithmetic(drawn.run())


@pytest.mark.parametrize(("name", "count"), [("lattice", 40), ("network-a", 10)])
def test_the_numbers_put_in_give_the_result_in_samples(name, count):
    found = backcalc.load(SAMPLES / f"{name}.bg").run().run
    assert_arithmetic(found)
    assert len(equations(found)) == count


def meaning(found):
    """What each name in a formula stands for: the value of a node, its adjoint, or a local partial."""
    nodes = found.graph.nodes
    stands = {node.name: value for node, value in zip(nodes, found.values, strict=True) if value is not None}
    for i, node in enumerate(nodes):
        stands |= {f"∂{node.name}/∂{arg}": value for arg, value in found.partials(i).items() if value is not None}
    for node, adjoint in zip(nodes, found.adjoints, strict=True):
        stands[f"∂{found.output}/∂{node.name}"] = adjoint
    return stands


NUMPY = {
    **arrays.TRUE,
    **{fn: value for fn, value in graphs.TRUE.items() if fn in ("+", "-", "*", "/")},
    **dict.fromkeys((CHAIN, HADAMARD), np.multiply),
    NEGATE: np.negative,
    TRANSPOSE: np.transpose,
    "^": np.float_power,
    "@": np.matmul,
    # Numbers, as the language has them: NumPy's booleans have no minus. What is worked out again may be off in the last
    # digit, and is the largest all the same.
    "==": lambda x, y: np.isclose(x, y, rtol=1e-12, atol=0) * 1.0,
    "<": lambda x, y: np.less(x, y) * 1.0,
    ">": lambda x, y: np.greater(x, y) * 1.0,
    ">=": lambda x, y: np.greater_equal(x, y) * 1.0,
    "and": lambda x, y: np.logical_and(x, y) * 1.0,
    "σ": arrays.TRUE["sigmoid"],
    "step": lambda x: np.heaviside(x, 0),
    "sign": np.sign,
    "erfc": np.vectorize(math.erfc, otypes=[float]),
    "sinh": np.sinh,
    "cosh": np.cosh,
    "expm1": np.expm1,
    VECTOR: lambda *args: np.array(args),
    "[i]": lambda x, *places: np.asarray(x)[tuple(int(i) if np.isscalar(i) else i for i in places)],
    ":": lambda: slice(None),
    "i:": lambda i: slice(int(i), None),
    ":j": lambda j: slice(int(j)),
    "i:j": lambda i, j: slice(int(i), int(j)),
    "i,j": lambda *items: [int(i) for i in items],
    "if": lambda c, x, y: np.where(np.asarray(c) != 0, x, y),
}


def by_numpy(formula, stands, axes=0):
    """What `formula` comes to by NumPy; `axes` is how many its result has, which a product of Jacobians goes by."""

    def leaf(part):
        return stands.get(part.id, graphs.CONSTANTS.get(part.id)) if isinstance(part, Name) else part.value

    def call(part, args):
        if part.fn == CHAIN and max(axes, *map(np.ndim, args)) > 2:  # As the chain rule has it, over the head's axes.
            return np.tensordot(*args, (sum(map(np.ndim, args)) - axes) // 2)
        # An option of a function: such as the zeros around an image.
        return NUMPY[part.fn](*args, **dict(part.options))

    return fold(formula, leaf, call)


@law
@given(arrays.programs())
def test_formulas_of_arrays_and_the_numbers_put_in_give_the_result(drawn):
    assert_formulas(drawn.run())


@law
@given(arrays.outputs())
def test_products_of_jacobians_and_the_numbers_put_in_give_the_result(pair):
    drawn, of = pair
    assert_formulas(drawn.run(of=of))


def assert_formulas(found):
    stands = meaning(found)
    with np.errstate(all="ignore"):
        for step in explain(found):
            for equation in (step, *step.partials):
                value = equation.value
                for formula in filter(None, (equation.formula, equation.substituted)):
                    again = by_numpy(formula, stands, np.ndim(value) if is_known(value) else 0)
                    is_textbook = equation.substituted is None and not np.all(np.isfinite(again))
                    assert is_textbook or np.allclose(again, value, rtol=1e-6, atol=1e-9)


@law
@given(graphs.programs(kinds=("formula",)))
def test_formulas_of_numbers_give_the_result(drawn):
    found = drawn.run()
    stands = meaning(found)
    truth = {**NUMPY, **graphs.TRUE}
    for step in explain(found):
        for equation in (step, *step.partials):
            if equation.formula is not None:
                again = fold(
                    plain(equation.formula),
                    lambda part: mpmath.mpf(
                        stands.get(part.id, graphs.CONSTANTS.get(part.id)) if isinstance(part, Name) else part.value
                    ),
                    lambda part, args: truth[part.fn](*args),
                )
                assert float(again) == pytest.approx(equation.value, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.bg")), ids=lambda path: path.stem)
def test_values_are_those_of_the_run(path):
    found = sample(path)
    steps = list(explain(found))
    reverse = {step.node: step.value for step in steps if step.phase == "reverse"}
    nodes = {name: i for name, i in found.graph.index.items() if not found.graph.is_fixed(name)}
    assert list(reverse) == list(nodes)[::-1]
    assert all(reverse[name] is found.adjoints[i] for name, i in nodes.items())
    assert all(step.value is found.values[found.graph.index[step.node]] for step in steps if step.phase == "forward")


# ---- Lines that fit --------------------------------------------------------------------------------------------------


@law
@given(graphs.programs() | arrays.programs(), st.integers(20, 100), st.integers(1, 17))
def test_a_broken_line_says_the_same_and_keeps_its_numbers(drawn, width, digits):
    found = drawn.run()
    writer = Writer(digits)
    for equation in written_by_hand(found):
        text = writer.equation(equation)
        pieces = writer.hand.equation(equation, writer.cell(equation.remark))
        parts = list(broken(pieces, width, " " * INDENT * equation.is_inner))
        assert " ".join(part.strip() for part in parts) == text
        assert DIGITS.findall(" ".join(parts)) == DIGITS.findall(text)
        for part in parts:
            assert display_width(part) <= width or " " not in part.strip()


def test_where_lines_break():
    text = "∂L/∂u3 = ∂L/∂v2 · ∂v2/∂u3 + ∂L/∂v3 · ∂v3/∂u3 = (−10)(1) + (−20)(−1) = 10"
    (*_, equation) = (equation for equation in written_by_hand(run(NETWORK, of="L"), ["u3"]) if not equation.is_inner)
    pieces = Hand().equation(equation)
    assert list(broken(pieces, 80)) == [text]
    assert list(broken(pieces, 60, " " * INDENT)) == [
        "    ∂L/∂u3 = ∂L/∂v2 · ∂v2/∂u3 + ∂L/∂v3 · ∂v3/∂u3",
        "        = (−10)(1) + (−20)(−1) = 10",
    ]
    assert list(broken(pieces, 40)) == [
        "∂L/∂u3 = ∂L/∂v2 · ∂v2/∂u3",
        "      + ∂L/∂v3 · ∂v3/∂u3",
        "    = (−10)(1) + (−20)(−1) = 10",
    ]


@pytest.mark.parametrize(
    ("text", "digits", "note"),
    [
        ("y = x/3", 2, "Numbers are rounded to 2 significant digits for display only."),
        ("y = x/3", 1, "Numbers are rounded to 1 significant digit for display only."),
        ("y = x/4", 6, None),
        ("y = 0.1*3*x", 6, None),  # 0.30000000000000004 is nothing to speak of.
        ("y = 0.123456789*x", 2, "Numbers are rounded to 2 significant digits for display only."),
    ],
)
def test_rounding_is_told(text, digits, note):
    found = run(text, {"x": 1})
    told = documents.plain(derivation(explain(found), found.output), digits=digits)
    assert [line for line in told if line.startswith("Numbers")] == ([note] if note else [])


# ---- Formats ---------------------------------------------------------------------------------------------------------


def test_json_is_of_the_contracts_shape():
    found = run(NETWORK)
    told = json.loads("\n".join(render_steps_json(explain(found, ["u3", "o"]), found.output)))
    assert told == {
        "output": "L",
        "steps": [
            {"node": "o", "phase": "forward", "formula": None, "substituted": None, "value": 0.1},
            {"node": "o", "phase": "reverse", "formula": "-1/o", "substituted": "-1/0.1", "value": -10},
            {
                "node": "u3",
                "phase": "reverse",
                "formula": "∂L/∂v2*∂v2/∂u3 + ∂L/∂v3*∂v3/∂u3",
                "substituted": "-10*1 + -20*-1",
                "value": 10,
            },
        ],
    }


def test_json_of_no_steps():
    assert json.loads("\n".join(render_steps_json([], "L"))) == {"output": "L", "steps": []}


def test_json_has_every_digit_and_formulas_that_the_language_reads():
    found = run("input x = [0.1, 0.7]; h = sin(x)*x/3; y = sum(h)")
    for step in json.loads("\n".join(render_steps_json(explain(found), "y")))["steps"]:
        if step["substituted"] is not None:
            again = by_numpy(parse_expression(Source("json", step["substituted"])), {})
            assert np.allclose(again, step["value"], rtol=1e-15)


def test_markdown():
    found = run(NEURON, AT)
    assert documents.markdown(derivation(explain(found, ["v"]), "J")) == [
        "## Forward pass: values",
        "",
        "- `v = w·x + b = 0.5·2 + (−1) = 0`",
        "",
        "## Reverse pass: derivatives of J, by the chain rule",
        "",
        "- `∂J/∂v = ∂J/∂y · ∂y/∂v = (−0.5)(0.25) = −0.125`",
        "    - `∂y/∂v = y·(1 − y) = 0.5·(1 − 0.5) = 0.25`",
    ]


@pytest.mark.parametrize(
    ("text", "at", "node", "expected"),
    [
        (
            NETWORK,
            {},
            "u3",
            (r"\frac{\partial L}{\partial u_{3}} = \frac{\partial L}{\partial v_{2}} \cdot "
            r"\frac{\partial v_{2}}{\partial u_{3}} + \frac{\partial L}{\partial v_{3}} \cdot "
            r"\frac{\partial v_{3}}{\partial u_{3}} = (-10)(1) + (-20)(-1) = 10"),
        ),
        ("y = x^2 - a*x", {"x": -3, "a": -1}, "y", (r"y = {x}^{2} - a \cdot x = "
         r"{\left(-3\right)}^{2} - \left(-1\right) \cdot \left(-3\right) = 6")),
        ("y = a", {}, "y", r"y = a = \text{?}"),
        ("u -> y : 2; y = 0.1", {}, "y", r"y = 0.1\text{ (given)}"),
        ("y = x; w = x", {"x": 1}, "w", r"w = x = 1"),
    ],
)  # fmt: skip
def test_latex_of_a_step(text, at, node, expected):
    assert lines(run(text, at, of="L" if node == "u3" else "y"), nodes=[node], writer=LatexWriter())[0] == expected


def test_latex_of_a_long_array_has_dots():
    (value, *_) = lines(run("input v = [1, 2, 3, 4, 5, 6, 7, 8, 9]; y = sum(v)"), nodes=["v"], writer=LatexWriter())
    assert r"1 \\ 2 \\ 3 \\ 4 \\ \vdots \\ 6 \\ 7 \\ 8 \\ 9" in value


ODD = """input ŷ = 0.5
input x̂2 = 2
input h''
_a = if ŷ > 0 and x̂2 < 1 then h'' else x̂2^-2 - 1e-7*ŷ
def f'(a) = a*(1 - a)
q = max(f'(_a), ŷ)^2 + 1e25
n = log(0*q - 1)
L = q + n + cross_entropy(sigmoid(q), 0.3)
w_1 = q
"""


# A document of every sample, with numbers where it has them, and of odd names and values.
DOCUMENTS = {path.stem: (sample, path) for path in sorted(SAMPLES.glob("*.bg"))} | {
    "numbers": (run, NEURON, AT),
    "odd": (lambda text: run(text, of="L"), ODD),
    "long arrays": (run, "input v = [1, 2, 3, 4, 5, 6, 7, 8, 9]; M = outer(v, v); y = sum(M)"),
}


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_samples_document_compiles(name, tmp_path):
    make, *what = DOCUMENTS[name]
    found = make(*what)
    text = "\n".join(documents.latex(derivation(explain(found), found.output), kind="page"))
    assert not any(char > LAST_LATIN for char in text)
    (tmp_path / "key.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "key.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    errors = [line for line in done.stdout.decode(errors="replace").splitlines() if line.startswith(("!", "l."))]
    assert done.returncode == 0, errors
    assert (tmp_path / "key.pdf").stat().st_size > 0


def test_letters_that_pdflatex_lacks_are_told_in_a_comment():
    found = run("вес = 2*x", {"x": 1})
    assert documents.latex(derivation(explain(found), found.output), kind="page")[0].startswith("% ")
