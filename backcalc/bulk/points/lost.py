"""Points that are finite and whose results are not: how many, and at the first of them the node where that arises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from backcalc.calculus.lost import TELLING, of_value
from backcalc.calculus.point import Point
from backcalc.calculus.run import run
from backcalc.graph.model import Dag
from backcalc.rules.functions.arrays import Array
from backcalc.text.errors import BackcalcError, Code, Diagnostic
from backcalc.text.wording import plural

if TYPE_CHECKING:
    from backcalc.bulk.points.reader import Arrays

PointName = Callable[[int, Mapping[str, Any]], str]
"""How a point is called, by its number, from 0 on, and the values of its inputs."""


ValuesAtPoints = Callable[["Arrays"], Array]
"""The values of a node at points."""


class LostPoints:
    """The points of one question about a graph, as they come; `at` are the inputs that are the same at all of them.

    `derived` are the nodes of which a formula has a derivative, with their values: where one is nan, so is what is made
    of its derivative, whatever the formula of that may give.
    """

    def __init__(
        self,
        graph: Dag,
        at: Point,
        of: str | None,
        wrt: Sequence[str],
        derived: Mapping[str, ValuesAtPoints] | None = None,
    ) -> None:
        self._graph, self._at, self._of, self._wrt = graph, at, of, wrt
        self._derived = [(name, values, LostPoints(graph, at, name, ())) for name, values in (derived or {}).items()]
        self._points, self._lost = 0, 0
        self._first: tuple[int, dict[str, Any]] | None = None

    def add(self, data: Arrays, results: Sequence[Array]) -> bool:
        """Count points, with arrays of results that have an entry a point; whether all results are finite."""
        count = len(next(iter(data.values())))
        # A sum is the faster test; it may overflow where no number does.
        with np.errstate(all="ignore"):
            is_finite = all(isfinite(np.sum(found)) or bool(np.isfinite(found).all()) for found in results)
        if not is_finite:
            # What is not finite itself has been told of when it was read.
            given, lost = _unfit(list(data.values()), count), _unfit(results, count)
            places = np.flatnonzero(lost & ~given)
            self._lost += len(places)
            if len(places) and self._first is None:
                at = int(places[0])
                point = {name: found[at] if found.ndim > 1 else float(found[at]) for name, found in data.items()}
                self._first = self._points + at, point  # With its number in the file, not in the block.
        self._points += count
        for _, values, silent in self._derived:
            # Of what is not finite itself enough is told.
            is_silent = np.isnan(values(data)) & ~_unfit(results, count)
            silent.add(data, [np.where(is_silent, np.nan, 0.0)])
        return is_finite

    def told(self, output: str, place: PointName) -> Iterator[Diagnostic]:
        """A warning that says why the first of these points has no finite result, and how many there are."""
        for name, _, silent in self._derived:
            yield from silent.told(name, place)
        if self._first is None:
            return
        warning = self._warning(output, self._first[1])
        lost = f"{self._lost:,} of {plural(self._points, 'point')}" if self._points > 1 else "the point"
        first = f", the first {place(*self._first)}" if self._points > 1 else ""
        yield warning._replace(message=f"{warning.message}; not finite at {lost}{first}")

    def _warning(self, output: str, point: Mapping[str, Any]) -> Diagnostic:
        """What a run at this point alone says of it."""
        try:
            noticed = run(self._graph, {**self._at, **point}, self._of, self._wrt).warnings
        except BackcalcError:  # Of a question that only points have.
            noticed = ()
        telling = (warning for warning in noticed if warning.code in (*TELLING, Code.NOT_FINITE))
        return next(telling, of_value(self._graph.node(output)))


def _unfit(columns: Sequence[Array], count: int) -> Any:
    """For each point whether one of its numbers is nan or infinite."""
    flags = [~np.isfinite(column).reshape(count, -1).all(axis=1) for column in columns]
    return np.logical_or.reduce(flags) if flags else np.zeros(count, np.bool_)
