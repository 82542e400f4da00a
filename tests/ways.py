"""One question asked in every way that the program has: what each answers, and where two do not agree."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import numpy as np
from fuzz import texts

from backcalc.bulk.points.run import run_arrays
from backcalc.calculus.derive import derivative_name, derive
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.graph.build import build
from backcalc.graph.expand import expand
from backcalc.language.statements import Program
from backcalc.rules.values import is_known
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source

NUMBERS = (0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 1e308, -1e200, 1e-320, np.inf, -np.inf)
VECTORS = ([0.0, 4.0], [1.0, -2.0], [0.5, -np.inf], [np.inf, 0.0], [1e-200, 1e-200], [0.0, 0.0])
MATRICES = ([[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 1.0]], [[1e200, -1.0], [np.inf, 0.0]])


def question(rng: Random) -> tuple[str, dict[str, Any]]:
    """A program whose output is a number, and a point of its three inputs, finite or not."""
    lines = [line for line in texts.program(rng).split("\n") if not line.startswith(("#=", "given", "adjoint"))]
    text = "\n".join(["input x", "input p[2]", "input W[2,2]", *lines[3:]])
    return text, {"x": rng.choice(NUMBERS), "p": rng.choice(VECTORS), "W": rng.choice(MATRICES)}


Answer = tuple[Any, dict[str, Any]]
"""The output's value, and its gradient."""


def answers(text: str, at: dict[str, Any]) -> Iterator[tuple[str, Answer]]:
    """The name of each way and what it answers. Raises BackcalcError where the question is none."""
    graph = load(Source("graph", text))
    at = {name: np.array(value) if isinstance(value, list) else value for name, value in at.items()}
    at = {name: value for name, value in at.items() if name in graph.index}
    plain = run(graph, at)
    yield "reverse", (plain.value, plain.gradient)
    yield "values", (plain.value, dict(enumerate(plain.values)))
    yield "expanded", _of(run(expand(graph), at, plain.output), at)
    wrt = list(at)
    forward = run(graph, at, plain.output, wrt, "forward")
    yield "forward", (forward.value, forward.gradient)
    if at:
        points = run_arrays(graph, {name: np.array([value, value]) for name, value in at.items()}, {}, plain.output)
        yield "points", (points.value[1], {name: found[1] for name, found in points.gradient.items()})
    statements = derive(graph, [plain.output], wrt).statements
    derived = build(Program(Source("derived", ""), tuple(statements), ()))
    found = run(derived, at, plain.output)
    names = {name: derivative_name(plain.output, name) for name in wrt}
    yield "derived", (found.value, {name: found.values[derived.index[names[name]]] for name in wrt})


def _of(found: Any, at: dict[str, Any]) -> Answer:
    return found.value, {name: found.gradient[name] for name in at}


ORDINARY = 1e6
"""The size of numbers at which a derivative's formula, as a person writes it, neither overflows nor is 0·inf."""


def is_ordinary(value: Any) -> bool:
    """Whether all numbers are finite and neither huge nor tiny."""
    sizes = np.abs(np.asarray(0.0 if value is None else value, float))
    return bool(((sizes == 0) | ((sizes > 1 / ORDINARY) & (sizes < ORDINARY))).all())


def disagreement(text: str, at: dict[str, Any], rel: float = 1e-9) -> str:
    """Where two ways do not agree; empty where all do.

    The formulas of `derive` are held to it where all is ordinary: they hold where their function does, as 1/x for log.
    """
    try:
        found = list(answers(text, at))
    except BackcalcError:
        return ""
    (_, (value, gradient)), (_, (_, values)), *others = found
    is_finite = all(map(is_ordinary, filter(is_known, [*values.values(), *gradient.values()])))
    is_plain = is_finite and all(map(is_ordinary, at.values()))
    for way, (other_value, other_gradient) in others:
        if way == "derived" and not is_plain:
            continue
        if not close(value, other_value, rel):
            return f"{way}: value {other_value}, not {value}"
        for name, expected in gradient.items():
            if name in other_gradient and not close(expected, other_gradient[name], rel):
                return f"{way}: by {name} {other_gradient[name]}, not {expected}"
    return ""


def close(a: Any, b: Any, rel: float) -> bool:
    """Whether two numbers or arrays are the same, nan and infinities too; what is not known is what is not known."""
    if a is None or b is None or not is_known(a) or not is_known(b):
        return True
    a, b = np.broadcast_arrays(np.asarray(a, float), np.asarray(b, float))
    with np.errstate(all="ignore"):
        # Where all cancels, what is left is rounding.
        return bool(np.isclose(a, b, rtol=rel, atol=1e-13 if np.abs(a).max() < 1 else 1e-300, equal_nan=True).all())
