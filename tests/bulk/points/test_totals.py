"""Means of a gradient by what all points have in common, against the points one by one."""

import numpy as np
import pytest

from backcalc.bulk.points import totals
from backcalc.bulk.points.run import PointRunner
from backcalc.bulk.points.runner import Runner
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.text.files import clean

NET = "h = tanh(V @ x + b)\nL = softmax_cross_entropy(W @ h + c, [0, 1, 0])"
# What a graph says, the shapes of its data, those of its parameters.
GRAPHS = {
    "a dot product": ("J = (dot(w, x) - t)^2", {"x": (3,), "t": ()}, {"w": (3,)}),
    "weight decay": ("J = (w @ x - t)^2 + 0.1*sum(w^2)", {"x": (3,), "t": ()}, {"w": (3,)}),
    "two layers": (NET, {"x": (2,)}, {"V": (4, 2), "b": (4,), "W": (3, 4), "c": (3,)}),
    "relu": ("J = sum(relu(W @ x + b)^2)", {"x": (2,)}, {"W": (3, 2), "b": (3,)}),
    "a row by a matrix": ("J = sum(sin(x @ W))", {"x": (2,)}, {"W": (2, 3)}),
    "batches in batches": ("J = sum(tanh(X @ W + b))", {"X": (4, 2)}, {"W": (2, 3), "b": (3,)}),
    "a matrix from the left": ("J = sum(tanh(W @ X))", {"X": (2, 4)}, {"W": (3, 2)}),
    "an outer product": ("J = sum(sin(outer(w, x)))", {"x": (2,)}, {"w": (3,)}),
    "outer from the right": ("J = sum(sin(outer(x, w)))", {"x": (2,)}, {"w": (3,)}),
    "numbers among vectors": ("J = norm(a*x + b)", {"x": (3,)}, {"a": (), "b": ()}),
    "a vector of parameters": ("J = dot([a, b, a*b], x)", {"x": (3,)}, {"a": (), "b": ()}),
    "joined with data": ("J = sum(concat(w, x)^2*concat(x, w))", {"x": (2,)}, {"w": (2,)}),
    "elements": ("J = w[0]*x[1] + w[1]^2*x[0] + sum(w[1:3])", {"x": (2,)}, {"w": (4,)}),
    "a choice": ("J = max(w @ x, dot(w, w)) + min(x)", {"x": (3,)}, {"w": (3,)}),
    "a convolution": ("J = sum(maxpool(conv(X, K), 2)^2)", {"X": (5, 5)}, {"K": (2, 2)}),
    "an inverse": ("J = x @ inv(A) @ x", {"x": (2,)}, {"A": (2, 2)}),
    "nothing of the data": ("J = sum(w^2)\nK = x[0]\noutput J", {"x": (2,)}, {"w": (3,)}),
    "nothing of one of them": ("J = sum(w*x)", {"x": (2,)}, {"w": (2,), "u": (2,)}),
    "a mean squared error": ("J = mse(W @ x, y)", {"x": (2,), "y": (3,)}, {"W": (3, 2)}),
    "columns": ("J = sum(softmax(X*w, axis=0)[0])", {"X": (3, 2)}, {"w": (3, 1)}),
    "a known value": ("h = W @ x\nJ = sum(h^2)\ngiven h = [1, 2]", {"x": (3,)}, {"W": (2, 3)}),
    "a unit": ("y = sigmoid(w @ x + b)\nJ = (y - t)^2/2", {"x": (3,), "t": ()}, {"w": (3,), "b": ()}),
    "a unit of what varies": (
        "y = sigmoid(w @ (u*x) + b)\nJ = (y - t)^2/2",
        {"x": (3,), "t": ()},
        {"w": (3,), "u": (3,), "b": ()},
    ),
    "a unit of what is made of data": ("J = (w @ tanh(x) + b - t)^2/2", {"x": (3,), "t": ()}, {"w": (3,), "b": ()}),
    "a vector in two products": ("J = sin(w @ x)*(z @ w)^2 + dot(w, w)", {"x": (3,), "z": (3,)}, {"w": (3,)}),
    "one product in two places": (
        "s = w @ x\nJ = s^2/7 + log(1 + s^2)*b - s*c*t",
        {"x": (3,), "t": ()},
        {"w": (3,), "b": (), "c": ()},
    ),
    "a constant slope": ("J = -3*(w @ x)/c + b", {"x": (3,)}, {"w": (3,), "b": (), "c": ()}),
    "a linear unit of numbers": (
        "J = 1/2*(v*x + w*z + b - t)^2",
        {"x": (), "z": (), "t": ()},
        {"v": (), "w": (), "b": ()},
    ),
    "factors in common": ("J = -(a*x*b)/c*3 + a*b - (x > 0)", {"x": ()}, {"a": (), "b": (), "c": ()}),
    "nothing of numbers' data": ("J = a^2*3\nK = x\noutput J", {"x": ()}, {"a": ()}),
    "numbers that two vectors lead to": (
        "u = w @ x\nv = norm(x)*c\nJ = u*v + sin(u - v)*c",
        {"x": (3,)},
        {"w": (3,), "c": ()},
    ),
    "a number that leads back to a vector": ("s = w @ x\nJ = s^2 + sum(tanh(s*x))", {"x": (3,)}, {"w": (3,)}),
    "a vector beside the way": ("s = w @ x\nK = s*x\nJ = log(1 + s^2)\noutput J", {"x": (3,)}, {"w": (3,)}),
    "numbers behind parameters alone": ("J = exp(a - b)*x[1]/(1 + a^2)", {"x": (2,)}, {"a": (), "b": ()}),
    "edges": ("input p\ninput q\np -> o : x[0]*3\nq -> o : 2\nK = x[1]\noutput o", {"x": (2,)}, {"p": (), "q": ()}),
}


def drawn(shapes, count=None):
    random = np.random.default_rng(5)
    lead = () if count is None else (count,)
    return {name: random.normal(size=(*lead, *shape)) for name, shape in shapes.items()}


def means(text, data, parameters):
    """The mean of value and gradient as the runner has it, and of runs at one point after the other."""
    declared = "".join(
        f"input {name}[{','.join(map(str, np.shape(value)))}]\n" if np.shape(value) else f"input {name}\n"
        for name, value in [*((n, d[0]) for n, d in data.items()), *parameters.items()]
        if f"input {name}\n" not in text
    )
    graph = load(clean("test", declared + text))
    parameters = {name: value if np.shape(value) else float(value) for name, value in parameters.items()}
    count = len(next(iter(data.values())))
    spread = {name: np.broadcast_to(value, (count, *np.shape(value))) for name, value in parameters.items()}
    runner = PointRunner(graph, {**data, **spread}, {}, None, list(parameters))
    found = runner.mean(data, parameters)
    points = [{name: each[i] if each.ndim > 1 else float(each[i]) for name, each in data.items()} for i in range(count)]
    runs = [run(graph, {**point, **parameters}, None, list(parameters)) for point in points]
    value = np.mean([np.nan if each.value is None else each.value for each in runs])
    return found, (value, {name: np.mean([each.gradient[name] for each in runs], axis=0) for name in parameters})


def assert_same(found, expected):
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    for name, slope in expected[1].items():
        assert np.shape(found[1][name]) == np.shape(slope)
        np.testing.assert_allclose(found[1][name], slope, rtol=1e-10, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_mean_is_that_of_the_points_one_by_one(name):
    text, data, parameters = GRAPHS[name]
    assert_same(*means(text, drawn(data, 7), drawn(parameters)))


def test_nothing_flows_where_a_point_does_not_take_a_branch():
    # At the second point the square root has an infinite slope behind a relu that is closed, and at the third none.
    text = "J = sum(relu(W @ sqrt(x*s) - 1))"
    data = {"x": np.array([[4.0, 9.0], [0.0, 0.0], [1.0, -1.0]])}
    parameters = {"W": np.array([[1.0, 1.0], [2.0, -1.0]]), "s": np.array([1.0, 1.0])}
    assert_same(*means(text, {"x": data["x"][:2]}, parameters))
    assert_same(*means(text, data, parameters))


@pytest.mark.parametrize(
    "text",
    [
        "J = if t > 0 then 1/sum(sqrt(w*x)) else w[0]",
        "J = where(t > 0, log(w @ x), 2*w[1])",
        "J = relu(sum(sqrt(w*x)) - 1)",
        # Of parameters alone some elements are chosen, the same at all points.
        "J = sum(where(w > 1.7, log(w - 1.7), w*x))",
        "J = sum(where(w > 1.7, sqrt(relu(w - 1.7)), w)*x)",
        "J = trace(sqrt([[w[0], w[1] - 2], [w[1] - 2, w[1]]]))*t",
    ],
)
def test_nothing_flows_into_the_stacks_from_a_branch_that_is_not_taken(text):
    data = {"x": np.array([[4.0, 9.0], [0.0, 0.0], [1.0, 2.0]]), "t": np.array([1.0, -1.0, 2.0])}
    found, expected = means(f"{text} + 0*t", data, {"w": np.array([1.5, 2.0])})
    assert np.isfinite(expected[1]["w"]).all()
    assert_same(found, expected)


def test_a_value_that_is_no_number_is_none_in_the_mean():
    data = {"x": np.array([[4.0, 9.0], [-1.0, 0.0]])}
    assert_same(*means("J = log(w @ x)^2", data, {"w": np.array([1.5, 2.0])}))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a unit", []),  # The product with data, too.
        ("a unit of what varies", ["*", "@"]),
        ("a unit of what is made of data", ["tanh"]),
    ],
)
def test_numbers_behind_vectors_are_one_program(name, expected, monkeypatch):
    """Of a unit at most what leads to the product is an operation on stacks, however long the formula behind it is."""
    made = []
    apply = totals.Totalled.apply
    monkeypatch.setattr(
        totals.Totalled, "apply", lambda self, *given: made.append(given[1].symbol) or apply(self, *given)
    )
    text, data, parameters = GRAPHS[name]
    assert_same(*means(text, drawn(data, 7), drawn(parameters)))
    assert made == expected


@pytest.mark.parametrize("width", [1, 3])
def test_points_that_come_in_parts_have_the_same_sums(width, monkeypatch):
    # Of numbers alone, and of vectors: three points and then the fourth.
    monkeypatch.setattr(Runner, "most_points", lambda *_: 3)
    shape = () if width == 1 else (width,)
    text = "J = where(t > 0, ({0} + b - t)^2/3, sigmoid({0})*b)".format("w*x" if width == 1 else "w @ x")
    assert_same(*means(text, drawn({"x": shape, "t": ()}, 7), drawn({"w": shape, "b": ()})))


def test_a_factor_that_a_sum_needs_goes_with_each_point():
    # Σ x is beyond float64, 1e-10·Σ x is not.
    assert_same(*means("J = 1e-10*x*a", {"x": np.full(7, 1e308)}, {"a": np.array(0.5)}))
    assert_same(*means("J = 1e-10*(w @ x)", {"x": np.full((7, 2), 8e307)}, {"w": np.array([0.5, 1.0])}))


def test_the_gradient_of_each_point_is_never_made(monkeypatch):
    # Of a matrix product, what leads to the matrix is one product over all points.
    made = []
    monkeypatch.setattr(totals.Totalled, "_over_points", lambda _self, value: made.append(np.shape(value)) or value[0])
    text, data, parameters = GRAPHS["two layers"]
    graph = load(clean("test", "input x[2]; input V[4,2]; input b[4]; input W[3,4]; input c[3]\n" + text))
    data, parameters = drawn(data, 7), drawn(parameters)
    spread = {name: np.broadcast_to(value, (7, *np.shape(value))) for name, value in parameters.items()}
    PointRunner(graph, {**data, **spread}, {}, None, list(parameters)).mean(data, parameters)
    assert made == [(7, 3, 1), (7, 4, 1)]  # The biases alone.
