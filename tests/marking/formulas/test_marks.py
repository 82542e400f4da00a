"""Formulas as answers: right where they are the derivative everywhere, and what is told of those that are not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import backcalc
from backcalc.analysis.explain import explain
from backcalc.analysis.samples import samples
from backcalc.calculus.point import read_point
from backcalc.language.parser import parse
from backcalc.language.unparse import unparse
from backcalc.marking.grade import asked_by
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers
from backcalc.render.hand import Hand
from backcalc.render.values import value_text
from backcalc.rules.values import is_formula
from backcalc.text.numerals import derivative
from backcalc.text.source import Source

SAMPLES = Path(__file__).parents[3] / "samples"
NEURON = "v = w*x + b\ny = sigmoid(v)\nJ = 1/2*(y - z)^2\n"
MATRICES = "input W[3,2]\ninput v[2]\nh = W @ v\nL = sum(tanh(h))*c\n"
SHARED = "u = x^2\ny = u*x\nL = sin(y)\n"
SUMMED = (
    "x = [1, 2, 3]\nW = [[1, 2, 3], [4, 5, 6]]\nV = [[1, 2], [3, 4], [5, 6]]\ny = sum(W @ x)\nz = sum(V)\noutput y\n"
)
EDGES = "x -> u : 2\nu -> o : 3\nx -> o : -1\no = 0.1\nL = -log(o)\n"


def marked(graph, *lines, at=None):
    """The marks of a sheet of these lines."""
    key = Key(backcalc.parse(graph).run(at or {}).run)
    source = Source("sheet", "\n".join(lines))
    answers, errors = read_answers(source)
    marks, refused = key.mark(source, answers)
    assert not errors + refused
    return marks


LOOPED = "const n = 3\ninput x[3], w[3]\nJ = sum(x[k]*w[k]^2 for k in 0..n - 1)\n"
ROWS = """const X = [[1, 2], [3, -1]]; input W[2,3]; input b[3]
const M = [[1, 1, 0], [1, 1, 1]]; const T = [[1, 0, 0], [0, 1, 0]]
Z = X @ W + b
P = softmax(where(M, Z, -inf), axis=1)
L = mean(cross_entropy(P, T, axis=1))
"""
# In a column of what is masked a value is infinite wherever one looks.
MASKED = "const M = [[1, 1, 0], [1, 0, 1]]\ninput S[2,3]\nR = where(M, S, -inf)[:, 1]\nK = sum(exp(R))\n"
RIGHT = [
    (NEURON, "dJ/dw = (y-z)*y*(1-y)*x"),
    (NEURON, "dJ/dw = (y - z)·y·(1 − y)·x"),
    (NEURON, "dJ/dw = dJ/dy * y*(1 - y)*x"),
    (NEURON, "dJ/dw = ∂J/∂y · ∂y/∂v · ∂v/∂w"),
    (NEURON, "dJ/dw = d(J)/d(y) y (1 - y) x"),
    (NEURON, r"dJ/dw = \frac{\partial J}{\partial y} \cdot y (1-y) x".replace(r"\cdot ", "")),
    (NEURON, "dJ/dw = v.grad*x"),
    (NEURON, "dJ/dw = x*dJ/db"),
    (NEURON, "dJ/dv = 2*dJ/dy*y*(1-y)/2"),
    (NEURON, "dJ/dv = (σ(v) - z)*σ(v)*σ(-v)"),
    (LOOPED, "dJ/dw = [2*x[k]*w[k] for k in 0..2]"),
    (LOOPED, "J = sum(x[k]*w[k]^2 for k in 0..n - 1)"),
    (LOOPED, "dJ/dx = [prod(w[k] for i in 1..2) for k in 0..2]"),
    (NEURON, "dJ/dv = (y - z)*exp(-v)/(1 + exp(-v))^2"),
    (NEURON, "y = 1/(1 + exp(-w*x - b))"),
    (MATRICES, "dL/dW = outer(c*(1 - tanh(h)^2), v)"),
    (MATRICES, "dL/dW = (c*(1 - tanh(h)^2)) vᵀ"),
    (MATRICES, "dL/dW = dL/dh @ v.T"),
    (MATRICES, "dL/dv = W.T @ (c*(1 - tanh(h)^2))"),
    (MATRICES, "dL/dv = Wᵀ (∂L/∂h)"),
    (MATRICES, "dL/dW[0,1] = dL/dh[0]*v[1]"),
    (MATRICES, "dL/dc = sum(tanh(h))"),
    # The whole derivative of y by x, and that along the edge alone with the other path beside it.
    (SHARED, "dL/dx = dL/dy * dy/dx"),
    (SHARED, "dL/dx = dL/dy * dy/dx + dL/du * du/dx"),
    (SHARED, "dL/dx = 3*x^2*cos(x^3)"),
    ("dy = 3*x\ndz = dy*x\nL = dz/dy + dy", "dL/dx = 1 + 3*dz/dy/x"),  # A quotient of two nodes.
    ("y = relu(x - 3)", "dy/dx = step(x - 3)"),
    ("y = log(x)", "dy/dx = 1/x"),
    ("input x in [2, 3]\ny = sqrt(x^2)", "dy/dx = x/x"),
    (EDGES, "dL/dx = dL/do * (2*3 - 1)"),
    (EDGES, "dL/dx = 5*dL/do"),
    ("x = 0.8\nw = 0.5\ny = tanh(w*x)", "dy/dw = (1 - 0.38^2)*x"),  # Judged at the point, by its claim.
    ("def act(t) = t^3\ny = act(2*x)", "y = act(2*x)"),
    (ROWS, "P = softmax(where(M, X @ W + b, -inf), axis=1)"),
    (ROWS, "dL/db = sum(dL/dZ, axis=0)"),
    (ROWS, "dL/dW = X.T @ dL/dZ"),
    (ROWS, "dL/dZ = (P - T)/2"),
    (MASKED, "K = sum(exp(where(M, S, -inf)[:, 1]))"),
    (MASKED, "dK/dS[0,1] = exp(S[0,1])"),
    (MASKED, "dK/dR = exp(R)"),
]


@pytest.mark.parametrize(("graph", "line"), RIGHT)
def test_a_formula_that_is_the_derivative_is_right(graph, line):
    assert [mark.verdict for mark in marked(graph, line)] == ["right"]


# Where a sigmoid comes to 1 in float64 each of these is 0/0, or has lost its digits, at many of the points drawn.
ENTROPY = "input z, t\ny = sigmoid(20*z)\nJ = -(t*log(y) + (1 - t)*log(1 - y))\n"
SIGMOIDS = "input z[3]\ny = sigmoid(20*z)\nJ = sum(y)\n"
SOFTMAX = "input z[3]\np = softmax(20*z)\nJ = -log(p[1])\n"
PARTED = "v = w*x + b\np = sigmoid(v)\nJ = -(t*log(p) + (1 - t)*log(1 - p))\n"
SATURATED = [
    (ENTROPY, "dJ/dy = (y - t)/(y*(1 - y))", "right"),
    (ENTROPY, "dJ/dz = 20*(y - t)/(y*(1 - y)) * y*(1 - y)", "right"),
    (ENTROPY, "dJ/dz = 20*(t - y)/(y*(1 - y)) * y*(1 - y)", "wrong"),
    (ENTROPY, "dJ/dz = 20*(y - t)/(y*(1 + y)) * y*(1 - y)", "wrong"),
    (SIGMOIDS, "dJ/dz = 20*y*(1 - y)*(1 - y)/(1 - y)", "right"),
    (SIGMOIDS, "dJ/dz = 20*exp(log(y) + log(1 - y))", "right"),
    (SIGMOIDS, "dJ/dz = 20*y*y*(1 - y)/(1 - y)", "wrong"),
    (SOFTMAX, "dJ/dz = 20*(p - [0, 1, 0])*(1 - p)/(1 - p)", "right"),
    (SOFTMAX, "dJ/dz = 20*(exp(20*z)/sum(exp(20*z)) - [0, 1, 0])", "right"),
    (SOFTMAX, "dJ/dz[1] = 20*(p[1] - 1)^2/(p[1] - 1)", "right"),
    (SOFTMAX, "dJ/dz[1] = 20*(p[1] - 1)^2/(1 - p[1])", "wrong"),
    (SOFTMAX, "dJ/dz = 20*p*(1 - p)/(1 - p)", "wrong"),
    ("y = tanh(10*w*x)", "dy/dw = 10*x*(1 - y^2)^2/(1 - y^2)", "right"),
    ("y = tanh(10*w*x)", "dy/dw = 10*x*(1 - y^4)/(1 - y^2)*(1 - y^2)/(1 + y^2)", "right"),
    ("y = tanh(10*w*x)", "dy/dw = 10*x*(1 - y^2)^2/(1 - y)", "wrong"),
    ("y = log(exp(-10*x^2))", "dy/dx = -20*x*exp(-10*x^2)/exp(-10*x^2)", "right"),
    ("y = log(exp(-10*x^2))", "dy/dx = 20*x*exp(-10*x^2)/exp(-10*x^2)", "wrong"),
    # The truth itself has lost its digits there, which no input shows: 1 − p of p = 1 − 2⁻⁵².
    (PARTED, "dJ/dv = p - t", "right"),
    (PARTED, "dJ/dw = (p - t)*x", "right"),
    (PARTED, "dJ/dv = p - 2*t", "wrong"),
    (PARTED, "dJ/dx = (p - t)*x", "wrong"),
    ("v = 3*w*x\np = tanh(v)\nJ = -log(1 - p)", "dJ/dv = 1 + p", "right"),
    ("v = 3*w*x\np = tanh(v)\nJ = -log(1 - p)", "dJ/dv = 1 - p", "wrong"),
    # Nowhere a number, or nowhere with a digit left: that is neither right nor wrong.
    ("y = 100*x", "dy/dx = 100*(x - x)/(x - x)", "unreadable"),
    ("y = log(-1 - x^2)", "dy/dx = 2*x/(1 + x^2)", "unreadable"),  # Of no x is this a number.
    ("y = 100*x", "dy/dx = 100/(x - x)", "unreadable"),
    ("input x in [40, 50]\ny = sigmoid(x)", "dy/dx = y*(1 - y)", "unreadable"),
    ("input x in [40, 50]\ny = sigmoid(x)", "dy/dx = y*y", "wrong"),
    ("y = 100*x", "dy/dx = 100 + sqrt(-1 - x^2)", "wrong"),  # Of no x, and not by rounding.
]


LARGEST = "u = tanh(x)\ny = max(u)\nL = y*y\ninput x[3] = [0.3, 1, 0.5]\n"
CHOSEN = "where([0.291313, 0.761594, 0.462117] == 0.761594, {}/sum([0.291313, 0.761594, 0.462117] == 0.761594), 0)"


@pytest.mark.parametrize(("number", "verdict"), [("1.52319", "right"), ("1.52339", "wrong"), ("1.52", "right")])
def test_decimals_that_are_compared_stay_equal_within_their_digits(number, verdict):
    (mark,) = marked(LARGEST, f"dL/du = {CHOSEN.format(number)}")  # 2 tanh(1) = 1.523188…
    assert mark.verdict == verdict


HIDDEN = "input w[2], x[2]\nconst b = -200\nJ = 1/2*relu(w @ x + b)^2"
SHIFTED = "input x\nJ = if x < -150 then x^2 else 3*x"
FAR = [
    ("y = if x > 100 then x^2 else x", "dy/dx = 1 + 0*x", "wrong"),
    ("y = if x > 100 then x^2 else x", "dy/dx = if x > 100 then 2*x else 1", "right"),
    (SHIFTED, "dJ/dx = 3 + 0*x", "wrong"),
    (SHIFTED, "dJ/dx = if x < -150 then 2*x else 3", "right"),
    ("y = clip(x + 70, -4, 5)*w", "dy/dx = 0*w", "wrong"),
    # Everything is 0 where the unit is off, what is wrong too.
    (HIDDEN, "dJ/dw = relu(w @ x + b)*x", "right"),
    (HIDDEN, "dJ/dw = relu(w @ x + b)*w", "wrong"),
    (HIDDEN, "dJ/dw = 0*x", "wrong"),
    # Far beyond any number of the file, but where its point is.
    ("input w = [3, 4]; input x = [5, 60]; b = prod([5, 40]); J = relu(w @ x - b)*x[0]", "dJ/dw = 0*x", "wrong"),
]


ROOT = "input x = 0\ninput v = [0, 4]\ny = sqrt(x)\nz = sum(sqrt(v))\nL = y + z"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("dy/dx = 0.5/sqrt(x)", "right"),
        ("dy/dx = -0.5/sqrt(x)", "wrong"),
        ("dy/dx = 0.5*sqrt(x)", "wrong"),
        ("dz/dv = 0.5/sqrt(v)", "right"),
        ("dz/dv = 0.6/sqrt(v)", "wrong"),
        ("dz/dv = 0.5*sqrt(v)", "wrong"),
    ],
)
def test_where_a_slope_is_infinite_a_formula_with_decimals_has_to_be(line, verdict):
    """Of an infinite size the smallest share is infinite as well: all that is finite was right."""
    (mark,) = marked(ROOT, line)
    assert mark.verdict == verdict


@pytest.mark.parametrize(("graph", "line", "verdict"), FAR)
def test_what_changes_far_out_counts_as_well(graph, line, verdict):
    (mark,) = marked(graph, line)
    assert mark.verdict == verdict
    # What has to sum to 1 is not said of what is 0 at all the points where it is tried.
    assert "sums to 1" not in (mark.diagnosis.text if mark.diagnosis else "")


@pytest.mark.parametrize(("graph", "line", "verdict"), SATURATED)
def test_a_formula_is_judged_where_rounding_leaves_something_to_judge_by(graph, line, verdict):
    (mark,) = marked(graph, line)
    assert mark.verdict == verdict
    assert mark.note == ("in float64 no point tells whether this is right" if verdict == "unreadable" else "")


WRONG = [
    (NEURON, "dJ/dw = (y-z)*y*x", "rule", "σ(1 − σ), not σ"),
    (NEURON, "dJ/dw = (z-y)*y*(1-y)*x", "sign", "the sign of ∂J/∂w is wrong"),
    (NEURON, "dJ/dw = (y-z)*y*(1-y)", "missing-factor", "∂v/∂w is left out"),
    (NEURON, "dJ/dw = (y-z)*y*(1-y)*w", "rule", "the other factor"),
    (NEURON, "dJ/dw = (y-z)*y*(1-y)*x^2", "formula", "∂J/∂w is"),
    (NEURON, "dJ/dw = 0*w", "missing-term", "a path leads from w to J, so this is not 0"),
    (NEURON, "dJ/dx = (y-y)*x", "missing-term", "a path leads from x to J, so this is not 0"),
    (MATRICES, "dL/dv = v - v", "missing-term", "a path leads from v to L, so this is not 0"),
    (NEURON, "y = 1/(1 + exp(v))", "sign", "the sign of the exponent"),
    (MATRICES, "dL/dv = W @ (c*(1 - tanh(h)^2))", "shape", "the shapes do not fit `@`"),
    (MATRICES, "dL/dv = c*(1 - tanh(h)^2)", "shape", "this is a vector of 3; what is asked is a vector of 2"),
    ("L = dot(A @ x, B @ x)\ninput A[2,2]\ninput B[2,2]", "dL/dx = A @ B @ x + B.T @ A @ x", "transpose", "transposed"),
    (SHARED, "dL/dx = dL/dy * u", "missing-term", "the path through u is missing"),
    (EDGES, "dL/dx = dL/do * 2*3", "missing-term", "is missing"),
    (MASKED, "K = sum(exp(where(M, S, -inf)[:, 2]))", "formula", ""),
    ("y = sqrt(x^2)", "dy/dx = sqrt(x)^2/x", "formula", ""),  # Right where x is positive only.
    ("y = abs(x)", "dy/dx = x*log(x)/(x*log(x))", "formula", ""),
]


@pytest.mark.parametrize(("graph", "line", "kind", "text"), WRONG)
def test_a_formula_that_is_not_the_derivative_is_wrong_and_the_mistake_told(graph, line, kind, text):
    (mark,) = marked(graph, line)
    assert mark.verdict == "wrong"
    assert mark.diagnosis
    assert (mark.diagnosis.kind, text in mark.diagnosis.text) == (kind, True), mark.diagnosis.text


AT_POINT = "input a = 3; input b = 5; input w = 1\ny = a*b\nL = y^2/2*w\n"


@pytest.mark.parametrize(
    ("line", "note", "text"),
    [
        ("dL/dy = a*5*w", "this is right at the point asked, but not at others", "5 is the value of b there: b in"),
        ("dL/da = 5*y*w", "this is right at the point asked, but not at others", "5 is the value of b there: b in"),
        ("dL/dy = a*5", "this is right at the point asked, but not at others", "this gives"),  # Without w as well.
        ("dL/da = 25*a", "this is right at the point asked, but not at others", "this gives"),
        ("dL/da = y*b", "this is right at the point asked, but not at others", "∂L/∂y"),  # Without w, which is 1 here.
        ("dL/dy = 2*y", "", ""),
        ("dL/da = y*5 = 75", "this is right at the point asked, but not at others; the first link", "this gives"),
    ],
)
def test_a_formula_that_holds_at_the_point_alone_says_so(line, note, text):
    (mark,) = marked(AT_POINT, line)
    assert mark.verdict == "wrong"
    assert mark.note.startswith(note)
    assert bool(mark.note) == bool(note)
    assert not text or text in mark.diagnosis.text


@pytest.mark.parametrize("line", ["dJ/dw = dJ/dw", "dJ/dw = ∂J/∂w + 0", "dJ/dw = w.grad", "y = y"])
def test_what_is_asked_is_no_answer_to_itself(line):
    (mark,) = marked(NEURON, line)
    assert (mark.verdict, mark.note) == ("wrong", "this says what is asked by itself")


def test_a_formula_follows_from_a_wrong_one():
    marks = marked(NEURON, "dJ/dw = (y-z)*y*x", "dJ/dv = (y-z)*y")
    assert [mark.verdict for mark in marks] == ["follows", "wrong"]
    assert marks[0].note == "correct work from your dJ/dv = (y-z)*y"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("dJ/dw = (y - z)*q", "the graph has no node `q`"),
        ("dJ/dw = ∂J/∂q*x", "the graph has no node `q`"),
        ("dJ/dw = grad(J, w)", "`grad(…)` is what is asked for; an answer says what it is"),
        ("dJ/dw = sin(y, z)", "`sin` takes 1 argument, not 2"),
    ],
)
def test_what_a_formula_cannot_speak_of_is_unreadable_at_its_place(line, message):
    (mark,) = marked(NEURON, line)
    assert (mark.verdict, mark.note) == ("unreadable", message)
    assert mark.fault.span.start > line.index("=")


@pytest.mark.parametrize(
    ("line", "verdict", "note"),
    [
        ("dJ/dw = dJ/dy*dy/dv*x = (y - z)*y*(1 - y)*x = -0.0891", "right", ""),
        ("dJ/dw = (y - z)*y*x = -0.0891", "wrong", "the first link that does not hold is (y - z)*y*x"),
        ("dJ/dw = (y - z)*y*(1 - y)*x = -0.0991", "wrong", "the first link that does not hold is -0.0991"),
    ],
)
def test_each_link_of_a_chain_is_marked(line, verdict, note):
    (mark,) = marked(NEURON, line, at={"w": 0.8, "x": 1.5, "b": -0.3, "z": 1})
    assert (mark.verdict, mark.note) == (verdict, note)


def test_what_is_true_of_an_element_is_its_formula():
    (mark,) = marked(MATRICES, "dL/dW[0,1] = dL/dh[0]*v[0]")
    assert (mark.verdict, unparse(mark.expected)) == ("wrong", "(c*outer(1 - tanh(h)^2, v))[0, 1]")


def test_a_class_is_graded_by_a_key_of_formulas_and_a_wrong_line_of_it_told():
    text = NEURON + "#= dJ/dw = (y - z)*y*(1 - y)\n#= dJ/dy = y - z\n"
    program = parse(Source("key", text))
    key = Key(backcalc.parse(text).run({}).run)
    asked, warnings = asked_by(key, program.source, program.comments)
    assert [(w.code, w.hints) for w in warnings] == [("contradicted-key", ("it gives (y - z)*y*(1 - y)*x",))]
    assert len(asked) == 2


# ---- What is printed is read -----------------------------------------------------------------------------------------


@cache
def sample_runs():
    """Every sample at the point that it states, and at its point file."""
    found = {}
    for sample in samples():
        points = [{}, read_point([f"@{SAMPLES / sample.name}.json"])] if sample.point else [{}]
        for i, point in enumerate(points):
            found[f"{sample.name} {i}"] = backcalc.parse(sample.text).run(point).run
    return found


def printed(run):
    """Every formula that `run` and `explain` print for a value or derivative, as an answer."""
    for node, adjoint in zip(run.graph.nodes, run.adjoints, strict=True):
        if is_formula(adjoint):
            yield f"{derivative(run.output, node.name)} = {value_text(adjoint)}"
    hand = Hand()
    for step in explain(run):
        formulas = [hand.formula(part) for part in (step.formula, step.substituted) if part is not None]
        for text in formulas:
            yield f"{step.symbol.id} = {text}"
        for partial in getattr(step, "partials", ()):
            # The derivative of a node by another is all of what leads there; a partial is what one edge does.
            if partial.formula is not None and is_only_path(run, partial.symbol):
                yield f"{partial.symbol.id} = {hand.formula(partial.formula)}"


def is_only_path(run, symbol):
    between = [n for n in run.graph.node(symbol.of).args if n != symbol.wrt]
    return not any(run.graph.index[symbol.wrt] in run.upstream(run.graph.index[n]) for n in between)


def is_trivial(line):
    subject, _, value = line.partition(" = ")
    return subject == value


@pytest.mark.parametrize("name", sorted(f"{s.name} {i}" for s in samples() for i in range(1 + bool(s.point))))
def test_what_run_and_explain_print_is_a_right_answer(name):
    run = sample_runs()[name]
    key = Key(run)
    lines = [
        line for line in dict.fromkeys(printed(run)) if "…" not in line and line.split(" = ")[0] != line.split(" = ")[1]
    ]
    for line in lines:
        source = Source("printed", line)
        answers, errors = read_answers(source)
        marks, refused = key.mark(source, answers)
        assert not errors + refused, (line, [e.message for e in errors + refused])
        assert [mark.verdict for mark in marks] == ["right"], (line, marks)


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ("J = sum(x[k]*w[k]^2 for k in 0..m)", "`m` is not the variable of a loop around this place"),
        ("J = sin(x[k] for k in 0..2)", "`sin` takes no comprehension: sum, prod, mean, max and min do"),
        ("dJ/dw = [2*w[k] for k in 3..2]", "this comprehension has no items"),
        ("J = sum(q{k} for k in 1..2)", "the graph has no node `q1`"),
    ],
)
def test_a_comprehension_that_stands_for_nothing_is_unreadable(answer, note):
    (mark,) = marked(LOOPED, answer)
    assert (mark.verdict, mark.note) == ("unreadable", note)


VECTORS = {sample.name: sample.text for sample in samples()}["vectors"]


@pytest.mark.parametrize(
    ("graph", "answer", "kind", "text"),
    [
        (
            MATRICES,
            "dL/dv = W @ (c*(1 - tanh(h)^2))",
            "shape",
            "W is to be transposed; as it stands, the shapes do",
        ),
        (MATRICES, "dL/dv = c*W @ (1 - tanh(h)^2)", "shape", "W is to be transposed; as it stands, "),
        (MATRICES, "h = W.T @ v", "shape", "W is to be transposed; as it stands, "),
        (MATRICES, "h = W*v", "shape", "`*` and `·` go by elements: with `@` beside the matrix"),
        (
            MATRICES,
            "dL/dv = Wᵀ·(c*(1 - tanh(h)^2))",
            "shape",
            "`*` and `·` go by elements: with `@` beside the matrix",
        ),
        (
            MATRICES,
            "dL/dW = c*(1 - tanh(h)^2)*v.T",
            "shape",
            "`*` and `·` go by elements: with `@` beside the matrix",
        ),
        (
            VECTORS,
            "dL/dv = W1.T*[-2, 0, 4] + W2ᵀ·[0.16, 0.75, -0.42]",
            "shape",
            "`*` and `·` go by elements: with `@` beside the matrix",
        ),
        (
            MATRICES,
            "dL/dW = outer(v, dL/dh)",
            "transpose",
            "this is the transpose; this is a 2×3 matrix",
        ),
        (MATRICES, "dL/dv = W @ (1 - tanh(h)^2)", "shape", "the shapes do not fit `@`"),
        (
            VECTORS,
            "dL/dv = W1 @ [-2, 0, 4] + W2 @ [0.16, 0.75, -0.42]",
            "shape",
            "W1 and W2 are to be ",
        ),
        (VECTORS, "dL/dv = W1.T @ [-2, 0, 4] + W2 @ [0.16, 0.75, -0.42]", "shape", "W2 is to be transposed; "),
        (VECTORS, "dL/dv = W1 @ [-2, 1, 4] + W2 @ [0.16, 0.75, -0.42]", "shape", "the shapes do not fit `@`"),
        # Transposed, rounding swamps them: nothing tells whether that mends them.
        (SUMMED, "dy/dW = W.T*(1e20 + 1 - 1e20)", "shape", "this is a 3×2 matrix; what is asked is a 2×3 matrix"),
        (SUMMED, "dy/dW = V + W*(1e20 + 1 - 1e20)", "shape", "the shapes do not fit `+`"),
    ],
)
def test_what_is_to_be_transposed_is_named(graph, answer, kind, text):
    (mark,) = marked(graph, answer)
    assert mark.verdict == "wrong"
    assert mark.diagnosis.kind == kind
    assert mark.diagnosis.text.startswith(text)


TARGET = "input a = [1, 2, 0.5], t = [0, 1, 0]\np = softmax(a)\nL = cross_entropy(p, t)"
ROWS = "input A = [[1, 2], [0, 3]], T = [[0, 1], [1, 0]]\nL = softmax_cross_entropy(A, T, axis=1) @ [1, 1]"


@pytest.mark.parametrize(
    ("graph", "answer", "name"),
    [
        (TARGET, "dL/da = p - t", "t"),
        (TARGET, "dL/da = softmax(a) - t", "t"),
        ("input a[3], t[3]\np = softmax(a)\nL = cross_entropy(p, t)", "dL/da = p - t", "t"),
        (ROWS, "dL/dA = softmax(A, axis=1) - T", "T"),
    ],
)
def test_what_has_to_sum_to_one_is_named(graph, answer, name):
    """The textbook's p − t is not true of any t."""
    (mark,) = marked(graph, answer)
    why = f"which of an input is not known; `const {name} = …` in the file says so"
    assert (mark.verdict, mark.diagnosis.text) == ("wrong", f"this is right only where {name} sums to 1, {why}")


@pytest.mark.parametrize("answer", ["dL/da = 2*(p - t)", "dL/da = p", "dL/dt = -log(p) + 1"])
def test_nothing_is_said_of_sums_where_that_does_not_mend_it(answer):
    (mark,) = marked(TARGET, answer)
    assert mark.verdict == "wrong"
    assert not mark.diagnosis or "sums to 1" not in mark.diagnosis.text


def test_a_target_that_is_constant_is_what_it_is():
    (mark,) = marked(TARGET.replace(", t =", "\nconst t ="), "dL/da = p - t")
    assert mark.verdict == "right"


SINES = "t = sin(x)\nb = cos(x)\no = t^2*b\n"


@pytest.mark.parametrize(
    ("sheet", "text"),
    [
        (["do/dx = do/dt*cos(x) + do/db*sin(x)"], "the sign of the path through b is wrong"),
        (["do/db = t^2", "do/dx = 2*t*b*cos(x) + t^2*sin(x)"], "the sign of the path through b is wrong"),
        (["do/dx = 2*t*b*cos(x) + t^2*sin(x)"], "the sign of ∂o/∂b is wrong"),
    ],
)
def test_a_derivative_that_a_formula_goes_on_from_is_not_blamed(sheet, text):
    *_, mark = marked(SINES, *sheet)
    assert mark.verdict == "wrong"
    assert text in mark.diagnosis.text


NEARLY = "input v = [2, 3]\nh = sigmoid(W @ v)\ngiven h = [0.2, 0.5]\nadjoint h = [{}, 4]\n"


@pytest.mark.parametrize(
    ("seed", "shown"),
    [
        (12.4999875, "2.00000"),  # 1.999998: a bare 2 would be exact.
        (12.5, "2"),
        (-6.24999995, "-1.00000"),
        (771604.375, "123456.7"),
        (18749999.375, "3.00000e+06"),
        (1.2499999875e-6, "2.00000e-07"),
    ],
)
def test_a_printed_number_that_is_not_whole_does_not_look_so(seed, shown):
    graph = NEARLY.format(seed)
    formula = value_text(backcalc.parse(graph).run({}).run.gradient["v"])
    assert formula == f"W.T @ [{shown}, 1]"
    (mark,) = marked(graph, f"dL/dv = {formula}")
    assert mark.verdict == "right"


def test_a_whole_number_in_a_formula_is_exact():
    (mark,) = marked(NEARLY.format(12.4999875), "dL/dv = W.T @ [2, 1]")
    assert mark.verdict == "wrong"


MATRIX = "input W[2,3]; input x[3]; input t[2]\nh = W @ x\nd = h - t\nL = 1/2*dot(d, d)\n"
POWER = "`^T` could mean two things, for nothing here is named T"


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("dL/dx = W^T (h - t)", POWER, "the transpose is written W.T"),
        ("dL/dx = W^T @ (h - t)", POWER, "the transpose is written W.T"),
        ("dL/dx = W^T d", POWER, "the transpose is written W.T"),
        ("dL/dx = W**T*d", POWER, "the transpose is written W.T"),
        ("dL/dx = W^{T} d", POWER, "the transpose is written W.T"),
        ("dL/dx = (h - t)^T W", POWER, "the transpose is written (h - t).T"),
        ("dL/dx = W.T @ [2, 3]^T", POWER, "a vector stands without ^T: [1, 2]"),
        ("dL/dx = W.T @ (2, 3)^T", POWER, "a vector stands without ^T: [1, 2]"),
        ("dL/dx = W^T(2, 3)^T", POWER, "a vector stands without ^T: [1, 2]"),
        ("dL/dx = W' @ d", "the graph has no node `W'`", "the transpose is written W.T"),
        ("dL/dx = Wd", "the graph has no node `Wd`", "a product needs its sign: W @ d"),
        ("dL/dx = sin x", "the graph has no node `sin`", "an argument stands in parentheses: sin(…)"),
        ("dL/dx = nan", "the graph has no node `nan`", "what is not known is left blank"),
        ("dL/dx = infinity", "the graph has no node `infinity`", "the number is written inf"),
        ("dL/dx = hh", "the graph has no node `hh`", "a product needs its sign: h @ h"),
        ("dL/dx = W.T @ d̂", "the graph has no node `d̂`", "did you mean `d`?"),
        ("dL/dx = W.t @ d", "", ""),
    ],
)
def test_what_is_no_node_is_told_with_what_it_may_be_meant_as(line, message, hint):
    (mark,) = marked(MATRIX, line)
    assert mark.verdict == "unreadable"
    assert message in mark.fault.message
    assert not hint or mark.fault.hints == (hint,)


@pytest.mark.parametrize("line", [r"dL/dx = W^\mathsf{T} d", r"dL/dx = \mathbf{W}^{\mathrm{T}} \bm{d}", "dL/dx = Wᵀ d"])
def test_a_transpose_of_print_is_read(line):
    assert [mark.verdict for mark in marked(MATRIX, line)] == ["right"]
