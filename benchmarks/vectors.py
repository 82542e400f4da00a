"""Value and gradient of vector graphs and at many points against passes written by hand in NumPy, inside one process.

Convolution is beside SciPy's.

Prints medians and least times in milliseconds, and their ratios.

Usage: python benchmarks/vectors.py [RUNS]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from math import hypot
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import backcalc
from backcalc.analysis.descend import Settings, descend
from backcalc.analysis.objective import Objective
from backcalc.bulk.points.passes import run_stacks
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.graph.tape import Tape
from backcalc.text.files import clean

LAYER = """input W[1000,1000]; input x[1000]; input b[1000]
h = tanh(W @ x + b)
L = sum(h^2)/2
"""
NET = """input W1[100,784]; input b1[100]; input W2[10,100]; input b2[10]; input x[784]; input t[10]
h = relu(W1 @ x + b1)
L = softmax_cross_entropy(W2 @ h + b2, t)
"""
IMAGE = """input X[256,256]; input K[5,5]
C = conv(X, K)
L = sum(C^2)/2
"""
BATCH = """input X[10000,784]; input T[10000,10]; input W1[784,100]; input b1[100]; input W2[100,10]; input b2[10]
H = relu(X @ W1 + b1)
L = mean(softmax_cross_entropy(H @ W2 + b2, T, axis=1))
"""
POINTS, ROWS, MILLION, STEPS = 10_000, 100_000, 1_000_000, 10_000
RANDOM = np.random.default_rng(0)


def layer() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """One hidden layer of 1000 × 1000: the gradient with respect to all that it has."""
    graph = load(clean("layer", LAYER))
    at = {"W": RANDOM.normal(size=(1000, 1000)) / 30, "x": RANDOM.normal(size=1000), "b": RANDOM.normal(size=1000)}

    def by_hand() -> Any:
        h = np.tanh(at["W"] @ at["x"] + at["b"])
        d = h * (1 - h * h)
        return (h * h).sum() / 2, np.outer(d, at["x"]), at["W"].T @ d, d

    return lambda: run(graph, at), by_hand


def net() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A batch of 10,000 points through a 784-100-10 net: each point's loss and its gradient by the point."""
    graph = load(clean("net", NET))
    w1, b1 = RANDOM.normal(size=(100, 784)) / 28, RANDOM.normal(size=100)
    w2, b2 = RANDOM.normal(size=(10, 100)) / 10, RANDOM.normal(size=10)
    x, t = RANDOM.normal(size=(POINTS, 784)), np.eye(10)[RANDOM.integers(0, 10, POINTS)]
    evaluation = Evaluation(Tape(graph), {"W1": w1, "b1": b1, "W2": w2, "b2": b2, "x": x[0], "t": t[0]})

    def by_hand() -> Any:
        z = x @ w1.T + b1
        a = np.maximum(z, 0) @ w2.T + b2
        shifted = a - a.max(axis=1, keepdims=True)
        exps = np.exp(shifted)
        sums = exps.sum(axis=1, keepdims=True)
        loss = -(t * (shifted - np.log(sums))).sum(axis=1)
        return loss, (((exps / sums - t) @ w2) * (z > 0)) @ w1

    into = [np.empty(POINTS), np.empty((POINTS, 784))]
    return lambda: run_stacks(evaluation, {"x": x, "t": t}, "L", ["x"], into), by_hand


def image() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A convolution of 256 × 256 by 5 × 5, and what its square hands back to both, beside SciPy's three."""
    from scipy.signal import correlate2d

    graph = load(clean("image", IMAGE))
    at = {"X": RANDOM.normal(size=(256, 256)), "K": RANDOM.normal(size=(5, 5))}

    def by_scipy() -> Any:
        c = correlate2d(at["X"], at["K"], "valid")
        turned = at["K"][::-1, ::-1]
        return (c * c).sum() / 2, correlate2d(c, turned, "full"), correlate2d(at["X"], c, "valid")

    return lambda: run(graph, at), by_scipy


def batch() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The mean loss of a batch of 10,000 in one 784-100-10 net, and its gradient by the weights, from the library."""
    graph = backcalc.parse(BATCH)
    w1, b1 = RANDOM.normal(size=(784, 100)) / 28, RANDOM.normal(size=100)
    w2, b2 = RANDOM.normal(size=(100, 10)) / 10, RANDOM.normal(size=10)
    x, t = RANDOM.normal(size=(POINTS, 784)), np.eye(10)[RANDOM.integers(0, 10, POINTS)]
    at = {"X": x, "T": t, "W1": w1, "b1": b1, "W2": w2, "b2": b2}

    def by_hand() -> Any:
        z = x @ w1 + b1
        h = np.maximum(z, 0)
        a = h @ w2 + b2
        shifted = a - a.max(axis=1, keepdims=True)
        exps = np.exp(shifted)
        sums = exps.sum(axis=1, keepdims=True)
        loss = -(t * (shifted - np.log(sums))).sum(axis=1).mean()
        da = (exps / sums - t) / POINTS
        dz = (da @ w2.T) * (z > 0)
        return loss, x.T @ dz, dz.sum(axis=0), h.T @ da, da.sum(axis=0)

    def ours() -> Any:
        found = graph.run(at=at, wrt=["W1", "b1", "W2", "b2"])
        return (found.value, *found.gradient.values())

    return ours, by_hand


def jacobian() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The Jacobian of 200 outputs by 200 inputs, two layers and a softmax, beside one reverse pass of the identity."""
    size = 200
    text = f"input x[{size}]; input V[{size},{size}]; input W[{size},{size}]\nh = tanh(V @ x)\np = softmax(W @ h + x)"
    graph = backcalc.parse(text)
    at = {"x": RANDOM.normal(size=size), **{name: RANDOM.normal(size=(size, size)) / 14 for name in "VW"}}

    def by_hand() -> Any:
        h = np.tanh(at["V"] @ at["x"])
        p = np.exp(at["W"] @ h + at["x"])
        p /= p.sum()
        # A row an element of p: what its unit cotangent pulls back, all of them at once.
        ct = np.eye(size)
        ct = p * (ct - (ct @ p)[:, None])
        return ct + ct @ at["W"] * (1 - h**2) @ at["V"]

    return lambda: graph.run(at, wrt=["x"]).gradient["x"], by_hand


def neuron() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A neuron's loss and its gradient at a million points, in arrays."""
    graph = backcalc.parse("y = sigmoid(w*x + b)\nJ = 1/2*(y - z)^2")
    x, z = RANDOM.uniform(-5, 5, MILLION), RANDOM.uniform(0, 1, MILLION)

    def by_hand() -> Any:
        y = 1 / (1 + np.exp(-(0.5 * x - 1)))
        d = y - z
        return d**2 / 2, d * y * (1 - y) * 0.5, -d

    return lambda: graph.run_points({"x": x, "z": z}, at={"w": 0.5, "b": -1}), by_hand


def descent() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A step of gradient descent over 100,000 rows: the mean loss of the neuron, and its slopes."""
    graph = load(clean("descent", "y = sigmoid(w*x + b)\nJ = 1/2*(y - z)^2"))
    x, z = RANDOM.uniform(-5, 5, ROWS), RANDOM.uniform(0, 1, ROWS)
    objective = Objective(graph, {"w": 0.5, "b": -1.0}, None, ["w", "b"], {"x": x, "z": z})

    def by_hand() -> Any:
        y = 1 / (1 + np.exp(-(0.5 * x - 1)))
        d = y - z
        slope = d * y * (1 - y)
        return (d**2 / 2).mean(), (slope * x).mean(), slope.mean()

    return lambda: objective(objective.start), by_hand


def training() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A step over 100,000 rows whose parameters are matrices and vectors: a 10-16-3 net."""
    shapes = "input x[10]; input t[3]; input W1[16,10]; input b1[16]; input W2[3,16]; input b2[3]\n"
    graph = load(clean("training", f"{shapes}h = tanh(W1 @ x + b1)\nL = softmax_cross_entropy(W2 @ h + b2, t)"))
    w1, b1, w2, b2 = (RANDOM.normal(size=shape) / 3 for shape in ((16, 10), 16, (3, 16), 3))
    x, t = RANDOM.normal(size=(ROWS, 10)), np.eye(3)[RANDOM.integers(0, 3, ROWS)]
    at = {"W1": w1, "b1": b1, "W2": w2, "b2": b2}
    objective = Objective(graph, at, None, list(at), {"x": x, "t": t})

    def by_hand() -> Any:
        h = np.tanh(x @ w1.T + b1)
        a = h @ w2.T + b2
        shifted = a - a.max(axis=1, keepdims=True)
        exps = np.exp(shifted)
        sums = exps.sum(axis=1, keepdims=True)
        loss = -(t * (shifted - np.log(sums))).sum(axis=1).mean()
        da = (exps / sums - t) / ROWS
        dz = (da @ w2) * (1 - h * h)
        return loss, dz.T @ x, dz.sum(axis=0), da.T @ h, da.sum(axis=0)

    return lambda: objective(objective.start), by_hand


def unit() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A step over 100,000 rows of a unit with a vector of ten weights."""
    graph = load(
        clean("unit", "input x[10]; input w[10]; input b; input z\ny = sigmoid(dot(w, x) + b)\nJ = 1/2*(y - z)^2")
    )
    x, z, w = RANDOM.normal(size=(ROWS, 10)), RANDOM.uniform(0, 1, ROWS), RANDOM.normal(size=10) / 3
    objective = Objective(graph, {"w": w, "b": 0.1}, None, ["w", "b"], {"x": x, "z": z})

    def by_hand() -> Any:
        y = 1 / (1 + np.exp(-(x @ w + 0.1)))
        d = y - z
        slope = d * y * (1 - y)
        return (d**2 / 2).mean(), slope @ x / ROWS, slope.mean()

    return lambda: objective(objective.start), by_hand


def linear(width: int) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A step over 100,000 rows of a linear unit with a vector of so many weights."""
    shapes = f"input x[{width}]; input w[{width}]; input b; input z\n"
    graph = load(clean("linear", f"{shapes}J = 1/2*(w @ x + b - z)^2"))
    x, z, w = RANDOM.normal(size=(ROWS, width)), RANDOM.uniform(0, 1, ROWS), RANDOM.normal(size=width) / 3
    objective = Objective(graph, {"w": w, "b": 0.1}, None, ["w", "b"], {"x": x, "z": z})

    def by_hand() -> Any:
        d = x @ w + 0.1 - z
        return (d**2 / 2).mean(), d @ x / ROWS, d.mean()

    return lambda: objective(objective.start), by_hand


def plane() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A step over 100,000 rows of a linear unit of two numbers."""
    graph = load(clean("plane", "J = 1/2*(v*x + w*y + b - z)^2"))
    x, y, z = RANDOM.normal(size=ROWS), RANDOM.normal(size=ROWS), RANDOM.uniform(0, 1, ROWS)
    at = {"v": 0.3, "w": -0.2, "b": 0.1}
    objective = Objective(graph, at, None, list(at), {"x": x, "y": y, "z": z})

    def by_hand() -> Any:
        d = 0.3 * x - 0.2 * y + 0.1 - z
        return (d**2 / 2).mean(), d @ x / ROWS, d @ y / ROWS, d.mean()

    return lambda: objective(objective.start), by_hand


def layers() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A step over 100,000 rows of a net of eight hidden units and one linear unit behind them."""
    shapes = "input x[4]; input t; input W1[8,4]; input b1[8]; input w2[8]; input b2\n"
    graph = load(clean("layers", f"{shapes}h = tanh(W1 @ x + b1)\nL = 1/2*(w2 @ h + b2 - t)^2"))
    w1, b1, w2, b2 = (RANDOM.normal(size=shape) / 3 for shape in ((8, 4), 8, 8, ()))
    x, t = RANDOM.normal(size=(ROWS, 4)), RANDOM.normal(size=ROWS)
    at = {"W1": w1, "b1": b1, "w2": w2, "b2": b2}
    objective = Objective(graph, at, None, list(at), {"x": x, "t": t})

    def by_hand() -> Any:
        h = np.tanh(x @ w1.T + b1)
        d = h @ w2 + b2 - t
        dz = d[:, None] * w2 * (1 - h * h)
        return (d**2 / 2).mean(), dz.T @ x / ROWS, dz.mean(axis=0), d @ h / ROWS, d.mean()

    return lambda: objective(objective.start), by_hand


def steps() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """10,000 steps of gradient descent of the neuron at one point, each kept."""
    graph = load(clean("steps", "y = sigmoid(w*x + b)\nJ = 1/2*(y - z)^2"))
    objective = Objective(graph, {"w": 0.5, "b": -1.0, "x": 2.0, "z": 1.0}, None, ["w", "b"], None)

    def by_hand() -> Any:
        w, b, x, z = 0.5, -1.0, 2.0, 1.0
        found = []
        for step in range(STEPS + 1):
            y = 1 / (1 + np.exp(-(w * x + b)))
            d = y - z
            db = d * y * (1 - y)
            dw = db * x
            found.append((step, {"w": w, "b": b}, d * d / 2, hypot(dw, db)))
            w, b = w - 0.1 * dw, b - 0.1 * db
        return found

    return lambda: descend(objective, Settings(steps=STEPS)), by_hand


def lattice() -> tuple[Callable[[], Any], Callable[[], Any]]:
    """The lattice of the samples and its derivative at a million points, in arrays."""
    graph = backcalc.load(Path(__file__).parents[1] / "samples" / "lattice.bg")
    x = RANDOM.uniform(-3, 3, MILLION)

    def by_hand() -> Any:
        layers = [(np.sin(x), np.cos(x))]
        for _ in range(4):
            s = layers[-1][0] + layers[-1][1]
            layers.append((np.sin(s), np.cos(s)))
        dt, db = layers[-1][::-1]
        for t, b in layers[:0:-1]:
            dt = db = dt * b - db * t
        return layers[-1][0] * layers[-1][1], dt * layers[0][1] - db * layers[0][0]

    return lambda: graph.run_points({"x": x}), by_hand


def main() -> None:
    """Print a line a case."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    print(f"{'case':10}{'backcalc':>10}{'least':>10}{'NumPy':>10}{'least':>10}{'ratio':>8}{'least':>8}")
    cases = [layer, net, batch, image, jacobian, neuron, lattice, descent, unit, layers, training, plane, steps]
    named: list[tuple[str, Any]] = [(case.__name__, case) for case in cases]
    named += [(f"linear {width}", partial(linear, width)) for width in (3, 10, 100)]
    for name, case in named:
        ours, by_hand = case()
        times: list[list[float]] = [[], []]
        for _ in range(runs + 1):  # In turn, so that a drift of the machine's speed touches both.
            for function, found in zip((ours, by_hand), times, strict=True):
                begin = time.perf_counter()
                function()
                found.append(1000 * (time.perf_counter() - begin))
        a, b = (median(found[1:]) for found in times)
        c, d = (min(found[1:]) for found in times)
        print(f"{name:10}{a:10.2f}{c:10.2f}{b:10.2f}{d:10.2f}{a / b:8.2f}{c / d:8.2f}")


if __name__ == "__main__":
    main()
