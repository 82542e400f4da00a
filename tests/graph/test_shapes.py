"""Shapes: a program and what is inferred for its nodes, in both directions; and what cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from graphs import refusals

import backcalc

INFERRED = [
    # From arguments to values
    ("input x[3]\ny = sum(x)", {"x": (3,), "y": ()}),
    ("input x[3]\nh = 2*x + 1\ny = sum(h)", {"h": (3,)}),
    ("input W[2,3]\ninput x[3]\nh = W @ x\ny = sum(h)", {"h": (2,)}),
    ("input W[2,3]\ninput x[2]\nh = x @ W\ny = sum(h)", {"h": (3,)}),
    ("input A[2,3]\ninput B[3,4]\nC = A @ B\ny = sum(C)", {"C": (2, 4)}),
    ("input x[3]\ny = x @ x", {"y": ()}),
    ("input W[2,3]\nM = W.T\ny = sum(M)", {"M": (3, 2)}),
    ("input x[3]\nM = outer(x, [1, 2])\ny = sum(M)", {"M": (3, 2)}),
    ("input x[3]\nM = diag(x)\ny = sum(M)", {"M": (3, 3)}),
    ("input M[3,3]\nd1 = diag(M)\ny = sum(d1)", {"d1": (3,)}),
    ("input W[2,3]\nr = W[1]\ny = r[0]", {"r": (3,), "y": ()}),
    ("input x[3]\nc = concat(x, 1, [1, 2])\ny = sum(c)", {"c": (6,)}),
    ("input x\ninput z\nh = [x, z, 1]\ny = sum(h)", {"h": (3,), "x": ()}),
    ("input x[2]\nM = [x, 2*x, x]\ny = sum(M)", {"M": (3, 2)}),
    ("input x[4]\np = softmax(x)\ny = p[0]", {"p": (4,)}),
    ("input a[3]\ny = softmax_cross_entropy(a, t)", {"t": (3,)}),
    # A vector goes with the rows of a matrix, and a matrix of one row or column with all of them
    ("input X[4,3]\ninput W[3,2]\ninput b[2]\nZ = X @ W + b\ny = sum(Z)", {"Z": (4, 2), "b": (2,)}),
    ("input b[2]\ninput X[4,2]\nZ = b*X\ny = sum(Z)", {"Z": (4, 2)}),
    ("input X[4,3]\nm = mean(X, axis=1, keepdims=1)\nZ = X - m\ny = sum(Z)", {"m": (4, 1), "Z": (4, 3)}),
    ("input X[4,3]\nm = max(X, axis=0, keepdims=1)\nZ = m*X\ny = sum(Z)", {"m": (1, 3), "Z": (4, 3)}),
    ("g = softmax(x)\ninput A[2,3]\ny = sum(A + x) + sum(g)", {"x": (3,)}),
    ("input b[3]\nc = a*b\nZ = c + X\nadjoint Z = [[1, 2, 3], [4, 5, 6]]", {"c": (3,), "X": (2, 3), "a": ()}),
    (
        "input A[2,3]\ns = softmax(A, axis=0)\nr = sum(s, axis=0)\nc = norm(s, axis=1)\ny = r[0] + c[0]",
        {"s": (2, 3), "r": (3,), "c": (2,)},
    ),
    ("l = cross_entropy(P, [[0, 1], [1, 0], [1, 0]], axis=1)\ny = sum(l)", {"P": (3, 2), "l": (3,)}),
    # From values back to arguments
    ("h = relu(W @ v)\ninput v[4]\ngiven h = [1, 2, 3]\nadjoint h = [1, 1, 1]", {"W": (3, 4)}),
    ("input b[2]\ny = sum(dot(u, b) + b)", {"u": (2,)}),
    ("p = softmax(a)\ny = dot(p, [1, 2, 3])", {"a": (3,), "p": (3,)}),
    ("y = mse(p, [1, 2])", {"p": (2,)}),
    ("M = outer(u, v)\ny = sum(M - [[1, 2, 3], [4, 5, 6]])", {"u": (2,), "v": (3,)}),
    ("a -> b : [[1, 2, 3], [4, 5, 6]]\nb -> L : [1, 1]", {"a": (3,), "b": (2,), "L": ()}),
    # From adjoints, which have their node's shape
    ("adjoint v = [1, 2, 3]\ny = 2*v\nadjoint y = [1, 1, 1]", {"v": (3,), "y": (3,)}),
    ("h = relu(W @ x)\ninput x = [1, 2]\nadjoint h = [-2, 1, 4]", {"W": (3, 2), "h": (3,)}),
    ("h = W @ x\ninput x[3]\nadjoint h = 2", {"W": (3,), "h": ()}),
    ("p = softmax(a)\nadjoint p = [1, 2, 3]", {"a": (3,), "p": (3,)}),
    ("v -> h : 2\nu -> h : W\nadjoint h = [1, 2]\ninput u[3]", {"v": (2,), "W": (2, 3), "h": (2,)}),
    ("b -> c : 3\na -> b : 2\nadjoint c = [1, 2]", {"a": (2,), "b": (2,), "c": (2,)}),
    # What nothing speaks of is a number
    ("y = w*x + b", {"w": (), "x": (), "b": (), "y": ()}),
    ("input x[2]\ny = sum(w*x + b)", {"w": (), "b": ()}),
]


@pytest.mark.parametrize(("text", "expected"), INFERRED)
def test_shapes_are_inferred(text, expected):
    run = backcalc.parse(text).run().run
    shapes = {node.name: tuple(shape) for node, shape in zip(run.graph.nodes, run.shapes, strict=True)}
    assert {name: shapes[name] for name in expected} == expected


def test_the_sizes_of_exercise_8():
    run = backcalc.load(Path(__file__).parents[2] / "samples/vectors.bg").run().run
    shapes = {node.name: tuple(shape) for node, shape in zip(run.graph.nodes, run.shapes, strict=True)}
    assert shapes == {"v": (4,), "W1": (3, 4), "W2": (3, 4), "h1": (3,), "h2": (3,)}


MISFITS = [  # program, code, what the caret stands under, words of the message and its notes
    ("input a[2]\ninput b[3]\ny = sum(a + b)", "shape-mismatch", "a + b", ("2", "3", "`+`")),
    ("input W[2,3]\ninput x[2]\ny = sum(W @ x)", "shape-mismatch", "W @ x", ("2×3", "2", "`@`")),
    ("input a[2]\ninput b[3]\ny = dot(a, b)", "shape-mismatch", "dot(a, b)", ("2", "3", "`dot`")),
    ("input W[2,3]\ny = sum(softmax(W))", "shape-mismatch", "softmax(W)", ("2×3", "`softmax`")),
    ("input x[2]\ny = sum([x, 1])", "shape-mismatch", "[x, 1]", ("2", "a number")),
    ("input W[2,3]\ny = sum(diag(W))", "shape-mismatch", "diag(W)", ("2×3", "`diag`")),
    ("input X[4,3]\ninput b[4]\ny = sum(X + b)", "shape-mismatch", "X + b", ("4×3", "vector of 4", "`+`")),
    ("input a[3]\ninput B[3,1]\ny = sum(a - B)", "shape-mismatch", "a - B", ("3×1", "vector of 3", "`-`")),
    ("input A[1,2]\ninput B[3,1]\ny = sum(A*B)", "shape-mismatch", "A*B", ("1×2", "3×1", "`*`")),
    ("input a[3]\ny = sum(softmax(a, axis=1))", "shape-mismatch", "softmax(a, axis=1)", ("vector of 3", "`softmax`")),
    ("input a[2]\ny = mse(a, [1, 2, 3])", "shape-mismatch", "mse(a, [1, 2, 3])", ("2", "3", "`mse`")),
]


@pytest.mark.parametrize(("text", "code", "place", "words"), MISFITS)
def test_a_misfit_names_both_shapes_under_a_caret(text, code, place, words):
    with pytest.raises(backcalc.BackcalcError) as caught:
        backcalc.parse(text).run()
    found = caught.value.diagnostics[0]
    assert (found.code, refusals(text)[0][1]) == (code, place)
    assert all(word in found.message for word in words), found.message


# program, what the message and its notes say in turn: both shapes, and what each follows from
FOLLOWS = [
    (
        "input x[2]\ninput z[3]\nh = 2*x\ng = sin(z)\ny = sum(h*g)",
        ["a vector of 2 and a vector of 3", "`x`", "`z`", "`x` is declared as a vector of 2", "`z` is declared"],
    ),
    (  # Along a chain only its ends are told.
        "input x[2]\nh0 = 2*x\nfor k in 1..50 { h{k} = tanh(h{k-1}) }\ny = sum(h50 + [1, 2, 3])",
        ["a vector of 2 and", "which follows from `h49`", "`[1, 2, 3]` is a vector of 3", "`x` is declared"],
    ),
    (
        "given h = [1, 2, 3]\ninput x[4]\nh = W @ x\ny = sum(W @ h)",
        ["a 3×4 matrix and a vector of 3", "`W` is a 3×4 matrix, which follows from `x` and `h`", "given as", "`x`"],
    ),
    (
        "input x = [1, 2, 3, 4]\nh = 2*relu(x)\ngiven h = [1, 2]\ny = sum(h)",
        ["given as a vector of 2, its formula is a vector of 4", "the formula", "`relu(x)`", "`x` has a vector of 4"],
    ),
    (
        "x -> h : 2\nu -> h : 3\ninput u[3]\ninput x[2]",
        ["`h` and `u` differ", "follows from `x`", "`u` is declared as a vector of 3", "`x` is declared"],
    ),
    (
        "h = 2*x\ny = h @ h",
        ["a number and a number", "which follows from `x`", "`x` is a number, for nothing says otherwise"],
    ),
    (
        "g = softmax(x)\ninput A[2,3]\ny = mse(A, x) + sum(g)",
        ["a 2×3 matrix and a vector", "`A` is declared", "as `softmax` takes one"],
    ),
    ("input x[3]\ns = sum(x)\ny = s @ s", ["a number and a number", "`s` is a number, as `sum` gives one"]),
    ("input x[3]\ngiven y = [[1, 2], [3, 4]]\ny = W @ x\nL = sum(y)", ["an unknown shape and", "`x`", "`y` is given"]),
]


@pytest.mark.parametrize(("text", "said"), FOLLOWS)
def test_a_misfit_says_what_each_shape_follows_from(text, said):
    with pytest.raises(backcalc.BackcalcError) as caught:
        backcalc.parse(text).run()
    found = caught.value.diagnostics[0]
    messages = [found.message, *(note.message for note in found.notes)]
    assert len(messages) == len(said)
    assert all(words in message for words, message in zip(said, messages, strict=True)), messages


HINTS = [
    (
        "input W[3,4]\ninput x[3]\ny = sum(W @ x)",
        ("a 3×4 matrix needs a vector of 4 on its right", "W.T @ x would fit"),
    ),
    (
        "input A[2,3]\ninput B[4,3]\ny = sum((2*A) @ B)",
        ("a 2×3 matrix needs a 3×3 matrix on its right", "(2*A) @ B.T would fit"),
    ),
    ("input W[3,4]\ninput x[2]\ny = sum(W @ x)", ("a 3×4 matrix needs a vector of 4 on its right",)),
    ("input x[2]\ny = sum(x @ 2)", ("`@` is for vectors and matrices; a number multiplies by `*`",)),
    ("input W[3,4]\ny = sum(W @ x)", ("declare it: input x[4] for a vector, input x[4,4] for a matrix",)),
    (
        "input A[2,3], B[2,4]\nC = concat(A, 2*B)",
        ("side by side they are written [concat(A[k], (2*B)[k]) for k in 0..1]",),
    ),
    (
        "input A[2,3], B[1,3]\nC = concat(A, B)",
        ("one under the other they are written [concat(A[:, k], B[:, k]) for k in 0..2].T",),
    ),
    ("input A[2,3], x[3]\nc = concat(A, x)", ("the elements of a matrix are a vector: flatten(A)",)),
    ("input A[2,3], B[3,2]\nC = concat(A, B)", ()),
    ("input u[3]\nu -> h : [1, 2]", ("the Jacobian of `h` by `u`, a vector of 3, is a ?×3 matrix",)),
]


@pytest.mark.parametrize(("text", "hints"), HINTS)
def test_a_misfit_has_its_remedy(text, hints):
    with pytest.raises(backcalc.BackcalcError) as caught:
        backcalc.parse(text).run()
    assert caught.value.diagnostics[0].hints == hints


@pytest.mark.parametrize(
    ("b", "joined"), [((2, 2), (np.hstack, np.vstack)), ((2, 4), (np.hstack,)), ((3, 2), (np.vstack,))]
)
def test_matrices_are_put_together_as_the_hint_says(b, joined):
    at = {"A": np.arange(4.0).reshape(2, 2), "B": 10 + np.arange(float(np.prod(b))).reshape(b)}
    inputs = f"input A[2,2], B[{b[0]},{b[1]}]\nC = "
    with pytest.raises(backcalc.BackcalcError) as caught:
        backcalc.parse(f"{inputs}concat(A, B)").run()
    hints = [hint.partition(" are written ")[2] for hint in caught.value.diagnostics[0].hints]
    assert len(hints) == len(joined)
    for hint, join in zip(hints, joined, strict=True):
        assert np.array_equal(backcalc.parse(inputs + hint).run(at).value, join([at["A"], at["B"]]))


ERRORS = [
    ("input v[2]\ny = v[2]", "v[2]"),
    ("input M[2,3]\ny = M[1, 3]", "M[1, 3]"),
    ("input M[2,3]\ny = M[2, 0]", "M[2, 0]"),
    ("input v[2]\ny = v[0, 0]", "v[0, 0]"),
    ("input x\ny = x[0]", "x[0]"),
    ("input v[3]\nh = 2*v\nadjoint h = [1, 2]", "h"),
    ("input v[3]\nh = 2*v\nadjoint h = 1", "h"),
    ("input x[2] = [1, 2, 3]\ny = sum(x)", None),
    ("input v[3]\ngiven h = [1, 2]\nh = 2*v\ny = sum(h)", None),
    ("y = sum(W @ x)", "W @ x"),
    ("input x\ny = x @ x", "x @ x"),
    ("input W[3,4]\nh = W @ v\ny = sum(h)", "W @ v"),  # A vector, or a matrix?
    ("input a[2]\na -> b : [[1, 2, 3], [4, 5, 6]]\nb -> L : [1, 1]", None),
]


@pytest.mark.parametrize(("text", "place"), ERRORS)
def test_shapes_that_cannot_be_are_refused(text, place):
    found = refusals(text)
    assert len(found) == 1
    assert place is None or found[0][1] == place


@pytest.mark.parametrize("value", [[1, 2], [[1, 2, 3]], 1])
def test_a_value_of_another_shape_than_declared_is_refused(value):
    assert refusals("input x[3]\ny = sum(x)", {"x": value})


# ---- W^t, the transpose of many a blackboard -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("y = W^t", "the transpose is written W.T"),
        ("y = W1^t*x + b", "the transpose is written W1.T"),
        ("input W[2,3]; input x[3]; y = W^t @ x", "the transpose is written W.T"),
        ("input x[3]; input A[3,3]; y = x^t @ A @ x", "the transpose is written x.T"),
    ],
)
def test_a_power_of_t_that_could_be_a_transpose_is_told(text, hint):
    warnings = backcalc.parse(text).run({}, of="y").warnings
    assert any(hint in warning.hints for warning in warnings)


@pytest.mark.parametrize(
    "text",
    [
        "y = x^t",
        "y = (1 + r)^t",
        "y = P*(1 + r)^t",
        "y = a*exp(-k)^t",
        "y = beta^t*m",
        "y = P^t*exp(-t)",
        "input t; y = W^t",
        "W = 2; y = W^t",
    ],
)
def test_a_power_of_t_that_is_one_is_not(text):
    assert not backcalc.parse(text).run({}, of="y").warnings


@pytest.mark.parametrize("text", ["y = w^t @ x", "y = W^t @ x", "input W[2,3]; input x[2]; y = W^t @ x"])
def test_a_product_with_a_power_of_t_that_does_not_fit_names_the_transpose(text):
    with pytest.raises(backcalc.BackcalcError) as caught:
        backcalc.parse(text).run({})
    (error,) = caught.value.diagnostics
    assert error.hints[0] == f"the transpose is written {text[text.index('^') - 1]}.T"


@pytest.mark.parametrize(("text", "is_told"), [("y = E^x", True), ("y = E^2", False), ("y = E^x + E", False)])
def test_a_base_that_is_called_as_euler_s_number_elsewhere_is_told(text, is_told):
    hints = [hint for warning in backcalc.parse(text).run({}).warnings for hint in warning.hints]
    assert ("Euler's number is written e" in hints) == is_told


@pytest.mark.parametrize(("name", "is_told"), [("sinx", True), ("lny", True), ("cost", False), ("logp", False)])
def test_a_function_run_into_its_argument_is_told(name, is_told):
    hints = [hint for warning in backcalc.parse(f"u = {name}").run({}).warnings for hint in warning.hints]
    assert any(hint.startswith("the function is written") for hint in hints) == is_told
