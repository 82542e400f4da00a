"""Students who work on arrays simulated: two layers as plain NumPy, a mistake put in, each result rounded."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

GRAPH = """
input x = {x}
input W1 = {W1}
input b1 = {b1}
input W2 = {W2}
input t = {t}
z1 = W1 @ x + b1
h = {fn}(z1)
z2 = W2 @ h
e = z2 - t
L = 1/2*sum(e*e)
output L
"""
ASKED = ("z1", "h", "z2", "e", "L", "de", "dz2", "dW2", "dh", "dz1", "dW1", "db1", "dx")


class Mistake(NamedTuple):
    """What is done wrong: which answer it spoils first, the kinds that a teacher may call it, and what he may say."""

    name: str
    spoils: str
    kinds: tuple[str, ...]
    says: str = ""


MISTAKES = (
    Mistake("sign of dh", "dh", ("sign",)),
    Mistake("sign of dz1", "dz1", ("sign",)),
    Mistake("sign of dW2", "dW2", ("sign",)),
    Mistake("W2 not transposed", "dh", ("transpose", "shape")),
    Mistake("W1 not transposed", "dx", ("transpose", "shape")),
    Mistake("dW1 transposed", "dW1", ("transpose",)),
    Mistake("slope left out", "dz1", ("missing-factor", "rule")),
    Mistake("slope alone", "dz1", ("missing-factor", "product", "rule")),
    Mistake("wrong slope", "dz1", ("rule",)),
    Mistake("value for slope", "dz1", ("rule", "value")),
    Mistake("half left", "de", ("missing-factor", "rule", "missing-term")),
    Mistake("wrong function", "h", ("rule", "value", "degrees", "other-node")),
)


def rounded(x, digits):
    """To so many significant digits, each element."""
    return np.vectorize(lambda v: float(f"{v:.{digits}g}"), otypes=[float])(x)


class Net:
    """Two layers with numbers drawn by a seed."""

    def __init__(self, seed: int, fn: str) -> None:
        rng = np.random.default_rng(seed)
        self.fn, self.title = fn, f"{fn} {seed}"
        draw = lambda *shape: np.round(rng.uniform(0.3, 1.6, shape) * rng.choice([-1, 1], shape), 1)  # noqa: E731
        self.inputs = {"x": draw(3), "W1": draw(3, 3), "b1": draw(3), "W2": draw(3, 3), "t": draw(3)}

    @property
    def text(self) -> str:
        return GRAPH.format(fn=self.fn, **{name: value.tolist() for name, value in self.inputs.items()})

    def act(self, z):
        return 1 / (1 + np.exp(-z)) if self.fn == "sigmoid" else np.tanh(z)

    def slope(self, h, mistake=""):
        right = h * (1 - h) if self.fn == "sigmoid" else 1 - h * h
        wrong = 1 - h if self.fn == "sigmoid" else h * (1 - h)
        return {"wrong slope": wrong, "value for slope": h, "slope left out": np.ones_like(h)}.get(mistake, right)

    def sheet(self, digits: int, mistake: str = "") -> dict[str, np.ndarray]:
        """What a student writes who makes this mistake and goes on from the rounded numbers."""
        r = lambda value: rounded(value, digits)  # noqa: E731
        x, W1, b1, W2, t = (self.inputs[name] for name in ("x", "W1", "b1", "W2", "t"))  # noqa: N806
        z1 = r(W1 @ x + b1)
        other = np.tanh(z1) if self.fn == "sigmoid" else 1 / (1 + np.exp(-z1))
        h = r(other if mistake == "wrong function" else self.act(z1))
        z2 = r(W2 @ h)
        e = r(z2 - t)
        de = r(e / 2 if mistake == "half left" else e)
        dz2 = de
        dW2 = r(np.outer(dz2, h) * (-1 if mistake == "sign of dW2" else 1))  # noqa: N806
        dh = r((W2 if mistake == "W2 not transposed" else W2.T) @ dz2 * (-1 if mistake == "sign of dh" else 1))
        slope = self.slope(h, mistake)
        dz1 = r((slope if mistake == "slope alone" else dh * slope) * (-1 if mistake == "sign of dz1" else 1))
        dW1 = r(np.outer(x, dz1) if mistake == "dW1 transposed" else np.outer(dz1, x))  # noqa: N806
        dx = r((W1 if mistake == "W1 not transposed" else W1.T) @ dz1)
        found = (z1, h, z2, e, r(np.sum(e * e) / 2), de, dz2, dW2, dh, dz1, dW1, dz1, dx)
        return dict(zip(ASKED, found, strict=True))


NETS = [Net(seed, fn) for seed in range(5) for fn in ("sigmoid", "tanh")]
