"""The forward pass on exact numbers: fractions, or quotients of polynomials in the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from backcalc.calculus.evaluate import Evaluation
from backcalc.language.expr import INDEX, VECTOR
from backcalc.rules.functions import exact
from backcalc.rules.functions.exact import Irrational
from backcalc.rules.row import Bound, Primitive


def exact_values(evaluation: Evaluation, point: Mapping[str, Any]) -> list[Any]:
    """For each slot its exact value where the inputs have those in `point`, Irrational where there is none.

    `evaluation` has the shapes, and what the file states. What is not known is Irrational too.
    """
    tape, index = evaluation.tape, evaluation.tape.graph.index
    stated = {tape.slot[index[name]]: value for name, value in point.items()}
    given = {tape.slot[node]: known for node, known in tape.given.items()}
    found: list[Any] = []
    for slot, row in enumerate(evaluation.rows):
        literal = tape.literals[slot]
        if slot in stated:
            found.append(stated[slot])
        elif slot in given:
            found.append(exact.array(evaluation.terms[slot]))
        elif literal is not None:
            found.append(exact.number(literal))
        elif row is None:
            found.append(Irrational("what is not known"))
        else:
            args = [found[arg] for arg in tape.args[slot]]
            found.append(_applied(row, args, tape.indices.get(slot, ())))
    return found


def _applied(row: Primitive, args: list[Any], indices: tuple[int, ...]) -> Any:
    if row.symbol == VECTOR:
        return exact.array(args)
    # A branch that is not taken, and an element that is not asked for, may be anything.
    if any(isinstance(arg, Irrational) for arg in args) and row.symbol != "where":
        return next(arg for arg in args if isinstance(arg, Irrational))
    if row.symbol == "concat":
        return np.concatenate([arg if np.ndim(arg) else exact.array([arg]) for arg in args])
    if row.symbol == INDEX:
        return args[0][indices]
    try:
        return _bound(row).evaluate(*args)
    except (AttributeError, KeyError):  # A function of the table that has no fractions at all.
        return Irrational(f"`{row.symbol}`")


@cache
def _bound(row: Primitive) -> Bound:
    return Bound(row, exact)
