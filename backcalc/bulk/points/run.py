"""A graph run at every point of a CSV file or of arrays, some points at a time, so that they stay in the cache."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from backcalc import progress
from backcalc.bulk.points.element_columns import GradientColumn, elements, gradient_columns
from backcalc.bulk.points.lost import LostPoints, ValuesAtPoints
from backcalc.bulk.points.passes import NUMBERS, compiled, points_at_once, run_stacks
from backcalc.bulk.points.runner import Runner
from backcalc.calculus.doubts import doubts
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.jacobians import require_few
from backcalc.calculus.missing import require_known
from backcalc.calculus.point import Point, settle
from backcalc.calculus.question import choose_output, require_node, require_scalar
from backcalc.graph.differentiated import differentiated_nodes
from backcalc.graph.model import Dag
from backcalc.graph.tape import tape_of
from backcalc.language.lexis import as_named
from backcalc.rules.functions.arrays import Array
from backcalc.rules.values import is_known
from backcalc.text.errors import Code, Diagnostic, EvaluateError, UsageError
from backcalc.text.files import clean
from backcalc.text.source import Source
from backcalc.text.wording import has_files, option, shorten

if TYPE_CHECKING:
    from backcalc.bulk.points import sums, totals
    from backcalc.bulk.points.reader import Arrays, PointReader

WRITTEN = 'points are written {"x": [1, 2, 3], …}, with all inputs equally many'
CHUNK = 32768  # Points of numbers at a time.


@dataclass(frozen=True)
class Batch:
    """For each point the output's value, and the gradient: an array a name, of points × the input's shape.

    Of an output that is an array the value is points × its shape, the Jacobian points × its shape × the input's.
    `has_value` is whether the value is known, which is nan where it is not: only edges lead to it.
    """

    value: Array
    gradient: dict[str, Array]
    has_value: bool = True

    @property
    def columns(self) -> list[Array]:
        """All that is known."""
        return [*([self.value] if self.has_value else []), *self.gradient.values()]


@dataclass(frozen=True)
class DataRun:
    """The output's value at each point, and the gradient: an array a name, as `Batch` has them.

    `has_value` is whether the value is known, `warnings` are of results that are not finite.
    """

    graph: Dag
    output: str
    value: Array
    gradient: dict[str, Array]
    has_value: bool = True
    warnings: tuple[Diagnostic, ...] = ()


class DataStream:
    """What a graph gives at points that come some at a time; iterating gives a `Batch` after the other.

    `output` is the output's name, `has_value` whether it has one, `output_shape` its shape, `shapes` has the shape of
    each input of the gradient.
    `is_finite` is whether all that has come so far is.
    """

    def __init__(self, runner: PointRunner, parts: Iterable[Arrays], reader: PointReader | None = None) -> None:
        self._runner, self._parts, self._reader = runner, parts, reader
        self.output, self.has_value, self.shapes = runner.output, runner.has_value, runner.shapes
        self.output_shape = runner.output_shape
        self.is_finite = True
        self._lost: list[tuple[Source, Diagnostic]] = []

    def __iter__(self) -> Iterator[Batch]:
        lost = self._runner.lost_points()
        for part in self._parts:
            for data in self._runner.chunks(part):
                batch = self._runner.run(data)
                # `add` first: each part is to be counted.
                self.is_finite = lost.add(data, batch.columns) and self.is_finite
                yield batch
        self._lost += [(self._runner.graph.source, warning) for warning in lost.told(self.output, _numbered)]

    @property
    def warnings(self) -> Sequence[tuple[Source, Diagnostic]]:
        """What was noticed so far, each with the text that it speaks of: by the reader, at the end of the results."""
        graph = [(self._runner.graph.source, found) for found in self._runner.noticed]
        return [*graph, *(self._reader.warnings if self._reader else ()), *self._lost]

    @property
    def outputs(self) -> list[tuple[str, tuple[int, ...]]]:
        """Each number of the output: as `y` or `p[0]`, and its index."""
        return elements(self.output, self.output_shape)

    @property
    def columns(self) -> list[GradientColumn]:
        """Each number of the gradient, those of one input side by side."""
        return gradient_columns(self.outputs, self.shapes)


def stream_data(
    graph: Dag, name: str, pieces: Iterable[bytes], at: Point, of: str | None = None, wrt: Sequence[str] = ()
) -> DataStream:
    """`graph` run at every point of the CSV text in `pieces`, a file's by this `name`, as they come.

    `at` gives the inputs that have no column; `wrt` are the inputs whose derivatives are wanted, those with columns
    where it is empty. Raises BackcalcError, here and while iterating.
    """
    from backcalc.bulk.points.reader import PointReader  # Only files of points need what reads them.

    # The first points tell the shapes, and whether anything is missing, before a row is printed.
    # So also the first part is read here, and put in front again.
    reader = PointReader(name, pieces, graph)
    reader.notice_over(at)
    parts = iter(reader)
    first = next(parts)
    runner = PointRunner(graph, first, at, of, wrt, _remedies(reader), any_shape=True)
    return DataStream(runner, chain([first], parts), reader)


def as_points(given: Mapping[str, Any]) -> Arrays:
    """What a program gives as points, as arrays. Raises UsageError where they are no numbers or not equally many."""
    if not isinstance(given, Mapping):
        raise _refusal(Code.NO_POINTS, "points is no mapping of names to arrays", WRITTEN)
    found = {as_named(clean("", str(name)).text): _as_array(str(name), value) for name, value in given.items()}
    # One input for all points could be meant by an array of one, but as often it is a slip: `at` says it plainly.
    counts = {name: len(points) for name, points in found.items()}
    if not found or not all(counts.values()):
        raise _refusal(
            Code.NO_POINTS,
            "there are no points",
            WRITTEN,
        )
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{count:,} of `{shorten(name)}`" for name, count in counts.items())
        raise _refusal(
            Code.POINT_COUNTS,
            f"the inputs have not equally many points: {told}",
            "what is the same at all points goes into at={…}",
        )
    return found


def _as_array(name: str, value: Any) -> Array:
    try:
        found = np.asarray(value, np.float64)
    except (TypeError, ValueError, OverflowError):
        found = np.empty(())  # Told below in words, as what has no rank that fits.
    if not 1 <= found.ndim <= 3:  # A number is one point too few: there must be an entry a point.
        message = f"the points of `{shorten(name)}` are no numbers, vectors or matrices"
        raise _refusal(Code.NOT_A_NUMBER, message, "an array of them has an entry a point")
    return found


def _refusal(code: Code, message: str, hint: str) -> UsageError:
    return UsageError(Source("points", ""), [Diagnostic(code, message, hints=(hint,))])


def run_arrays(graph: Dag, data: Arrays, at: Point, of: str | None = None, wrt: Sequence[str] = ()) -> DataRun:
    """`graph` run at arrays of points × the input's shape, which have equally many points, at least one."""
    # First by themselves, so that what is wrong is told of the argument that it stands in.
    settle(graph, dict.fromkeys(data, 0.0), "points")
    runner = PointRunner(graph, data, at, of, wrt, any_shape=True)
    batch, lost = runner.run(data), runner.lost_points()
    lost.add(data, batch.columns)
    told = (*runner.noticed, *lost.told(runner.output, _numbered))
    return DataRun(runner.graph, runner.output, batch.value, batch.gradient, runner.has_value, told)


def _numbered(place: int, _point: Mapping[str, Any]) -> str:
    return f"at point {place + 1:,}"  # As a table numbers them.


class PointRunner:
    """A graph made ready for points like those in `data`; `shapes` has the shape of each input of the gradient.

    `has_value` is whether the output's value is known: it need not be where only edges lead to it. `output_shape` is
    that of a number but with `any_shape`.

    `remedies` are the hints for a value that is missing. With no `wrt` the gradient is by what `data` has, with
    `value_only` there is none. Raises BackcalcError.
    """

    def __init__(
        self,
        graph: Dag,
        data: Arrays,
        at: Point,
        of: str | None,
        wrt: Sequence[str] = (),
        remedies: Sequence[str] = (),
        *,
        value_only: bool = False,
        any_shape: bool = False,
    ) -> None:
        # One point stands for all: shapes, what is known, and what is the same everywhere do not differ between them.
        first: dict[str, Any] = {name: found[0] if found.ndim > 1 else float(found[0]) for name, found in data.items()}
        self.graph, point = settle(graph, at | first)
        _refuse_seeds(self.graph)
        self.output = choose_output(self.graph, of)
        for name in wrt:
            require_node(self.graph, name, option("wrt"))
        self._evaluation = Evaluation(tape_of(self.graph), point)
        _require_known(self._evaluation, remedies)
        # An activation that only edges lead to has no value, and derivatives all the same.
        output = self._evaluation.tape.slot[self.graph.index[self.output]]
        self.has_value = is_known(self._evaluation.terms[output]) or self.output in data
        if not any_shape:
            require_scalar(self.graph, self._evaluation, self.output)
        shapes = self._evaluation.known_shapes.names
        by = () if value_only else tuple(wrt) or tuple(data)
        self.shapes = {name: tuple(n or 0 for n in shapes[name]) for name in by}
        self.output_shape = tuple(n or 0 for n in self._evaluation.shapes[output])
        require_few(self.graph, self.output, by, [self._evaluation.shapes[slot] for slot in self._evaluation.tape.slot])
        is_of_numbers = not self._evaluation.has_arrays and not self._evaluation.tape.has_arrays
        # `data` by name only: the points of the first are let go.
        self._inputs, self._asked = tuple(data), (graph, at, of, by)
        self._known, self._sample = point, {name: found[:1] for name, found in data.items()}
        self._program = self._compiled(exact=False) if is_of_numbers else None
        # A point of a wide output has more numbers in its Jacobians than in its inputs.
        widest = prod(self.output_shape) * max(1, sum(map(prod, self.shapes.values())))
        self._chunk = CHUNK if is_of_numbers else min(points_at_once(data), max(1, NUMBERS // widest))

    @cached_property
    def noticed(self) -> tuple[Diagnostic, ...]:
        """What is to be said of the graph, whatever the points are."""
        return (*self.graph.warnings, *doubts(self._evaluation, self._known))

    def run(self, data: Arrays) -> Batch:
        """Value and gradient at the points of `data`."""
        progress.at("running the points")  # Of how many, only the end of the file tells.
        count = len(next(iter(data.values())))
        value = np.empty((count, *self.output_shape))
        gradient = {name: np.empty((*value.shape, *shape)) for name, shape in self.shapes.items()}
        # A chunk's results go where they are to be while the chunk is in the cache.
        for part in _parts(count, self._chunk):
            into = [value[part], *(found[part] for found in gradient.values())]
            self._run_chunk({name: found[part] for name, found in data.items()}, into)
        return Batch(value, gradient, self.has_value)

    def mean(self, data: Arrays, parameters: Mapping[str, Any]) -> tuple[float, dict[str, Array]]:
        """The means of value and gradient over the points of `data`, which have `parameters` in common."""
        count = len(next(iter(data.values())))
        # Parameters have no part in the size: they are not copied for each point.
        sums: list[Any] = [0.0] * (1 + len(self.shapes))
        # Each chunk is summed up while it is in the cache, and the next one takes its place.
        for part in _parts(count, self._totals.points_at_once(data)):
            some = {name: found[part] for name, found in data.items()}
            sums = [total + each for total, each in zip(sums, self._totals.sums(some, parameters), strict=True)]
        value, *gradient = (total / count for total in sums)
        return float(value), dict(zip(self.shapes, gradient, strict=True))

    def chunks(self, data: Arrays) -> Iterator[Arrays]:
        """The points of `data`, as many after the other as stay in the cache."""
        for part in _parts(len(next(iter(data.values()))), self._chunk):
            yield {name: found[part] for name, found in data.items()}

    def lost_points(self) -> LostPoints:
        """What counts the points whose results are not finite."""
        return LostPoints(*self._asked, self._derived())

    def _derived(self) -> dict[str, ValuesAtPoints]:
        """The numbers that the output depends on by their derivatives, each with its values at points."""
        graph, at, _, _ = self._asked
        slots, shapes = self._evaluation.tape.slot, self._evaluation.shapes
        names = differentiated_nodes(self.graph, self.output) if self.has_value else []
        numbers = [name for name in names if not shapes[slots[self.graph.index[name]]]]
        runners = {name: PointRunner(graph, self._sample, at, name, value_only=True) for name in numbers}
        return {name: partial(_values, runner) for name, runner in runners.items()}

    def _run_chunk(self, data: Arrays, into: Sequence[Array]) -> None:
        if self._program is None:
            run_stacks(self._evaluation, data, self.output, list(self.shapes), into)
            return
        self._program.run(data, into)
        # Where the output is nan, slopes do not exist: a program that asks for that everywhere would take far longer.
        lost = np.isnan(into[0])
        if self.has_value and lost.any():
            some = [np.empty(np.count_nonzero(lost)) for _ in into]
            self._exact_program.run({name: found[lost] for name, found in data.items()}, some)
            for target, part in zip(into, some, strict=True):
                target[lost] = part

    @cached_property
    def _totals(self) -> totals.Totals | sums.Sums:
        from backcalc.bulk.points import sums, totals  # Not for values at points.

        asked = [name for name in self._inputs if name not in self.shapes], self.output, list(self.shapes)
        if self._program is None:
            return totals.Totals(self._evaluation, *asked)
        return sums.Sums(self._evaluation, *asked, self._run_chunk, has_value=self.has_value)

    @cached_property
    def _exact_program(self) -> Runner:
        return self._compiled(exact=True)

    def _compiled(self, *, exact: bool) -> Runner:
        return compiled(self._evaluation, self._inputs, self.output, list(self.shapes), exact=exact)


def _values(runner: PointRunner, data: Arrays) -> Array:
    return runner.run(data).value


def _parts(count: int, size: int) -> Iterator[slice]:
    return (slice(begin, min(begin + size, count)) for begin in range(0, count, size))


def _refuse_seeds(graph: Dag) -> None:
    if graph.seeds:
        data = option("data") if has_files() else "run_points"
        hint = f"drop {data}, or the line `adjoint {shorten(graph.seeds[0][0])} = …`"
        message = f"`adjoint` statements speak of one point, {data} of many"
        raise UsageError(graph.source, [Diagnostic(Code.TWO_OUTPUTS, message, graph.seeds[0][1].span, hints=(hint,))])


def _require_known(evaluation: Evaluation, remedies: Sequence[str]) -> None:
    """Raise EvaluateError for values that are missing, with these hints too."""
    try:
        require_known(evaluation)
    except EvaluateError as error:
        *rest, last = error.diagnostics
        raise EvaluateError(error.source, [*rest, last._replace(hints=(*last.hints, *remedies))]) from None


def _remedies(reader: PointReader) -> list[str]:
    """What a file has in place of a value that is missing."""
    name = shorten(reader.header.source.name)
    passed = [f"{name}: {found.message}; {found.hints[0]}" for _, found in reader.warnings[:1]]
    return passed or [f"or by a column in {name}"]
