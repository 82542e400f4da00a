"""Sums of a traced program's numbers over the points, which are worked out without what is summed being made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from backcalc.bulk.points.passes import traced
from backcalc.bulk.points.runner import Runner
from backcalc.bulk.points.trace import COUNT, Trace, Traced, TracedOperand, divide, is_varying
from backcalc.calculus.evaluate import Evaluation
from backcalc.rules.functions.arrays import Array
from backcalc.rules.ndarray import is_finite


class Sums:
    """Sums of `output` and of its derivatives by `wrt`, which all points have in common, of a graph of numbers.

    `run` writes both into arrays of an entry a point: it knows what a point is that has no slope. `has_value` is
    whether the output's value is known.
    """

    def __init__(
        self,
        evaluation: Evaluation,
        data: Collection[str],
        output: str,
        wrt: Sequence[str],
        run: Callable[[dict[str, Array], Sequence[Array]], None],
        *,
        has_value: bool,
    ) -> None:
        self._run, self._has_value = run, has_value
        steps, results = traced(evaluation, [*data, *wrt], output, wrt, common=wrt)
        self._runner = Runner(steps, [], [total(result, steps) for result in results])

    def sums(self, data: Mapping[str, Array], parameters: Mapping[str, Any]) -> list[Any]:
        """The output's, then those of its derivatives."""
        count = len(next(iter(data.values())))
        found = self._runner.run({**data, **parameters}, [], count)
        # A value that only edges lead to is nan, and no reason to look again.
        if all(map(is_finite, found if self._has_value else found[1:])):
            return found
        # A sum does not tell which point has made it what it is.
        into = [np.empty(count) for _ in found]
        self._run({**data, **{name: np.broadcast_to(each, count) for name, each in parameters.items()}}, into)
        return [each.sum() for each in into]

    def points_at_once(self, _data: Mapping[str, Array]) -> int:
        """How many points to sum up at a time, so that they stay in the cache."""
        return self._runner.most_points()


def total(x: TracedOperand, trace: Trace) -> TracedOperand:
    """The sum of a number over the points of a program.

    A factor that all points have in common is taken out of the sum, and the sum of a product is one inner product: so
    neither is made for each point.
    """
    factor: TracedOperand = 1.0
    while is_varying(x):
        if x.fn == "negative":
            x, factor = x.args[0], -factor
        elif x.fn in ("multiply", "divide") and not is_varying(x.args[1]):
            factor = factor * x.args[1] if x.fn == "multiply" else divide(factor, x.args[1])
            x = x.args[0]
        elif x.fn == "multiply" and not is_varying(x.args[0]):
            x, factor = x.args[1], factor * x.args[0]
        else:
            return factor * (trace.step("inner", x.args) if x.fn == "multiply" else trace.step("total", (x,)))
    return x * factor * trace.input(COUNT)


def rows_by(rows: Traced, vector: Traced) -> Traced:
    """The inner product of a vector of each point, as rows of a matrix, with one that all points have in common.

    `rows` is no number: only `total` takes a product with it.
    """
    return rows.trace.step("rows_by", (rows, vector))
