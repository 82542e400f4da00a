"""Nodes and their derivatives over ranges of one or two inputs, by the array way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, prod
from typing import Any

import numpy as np

from backcalc.analysis.kinks import CurveFunction, Singularity, marks
from backcalc.analysis.taylor import require_inputs
from backcalc.bulk.points.run import PointRunner
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.missing import require_values
from backcalc.calculus.point import read_number, read_point
from backcalc.graph.model import Dag
from backcalc.graph.tape import tape_of
from backcalc.language.lexis import as_named
from backcalc.language.unparse import number_text
from backcalc.rules.functions.arrays import Array
from backcalc.rules.ndarray import is_finite
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source
from backcalc.text.wording import shorten

MOST_POINTS = 1_000_000
RANGE = re.compile(r"(?P<name>[^=,\[\]:]+)=(?P<first>[^:,]+):(?P<last>[^:,]+):(?P<count>[^:,]+)(?P<log>:log)?")
HINT = "a range is written x=-5:5:101, from -5 to 5 in 101 points, or x=1e-3:1e3:50:log"


@dataclass(frozen=True)
class SweptNode:
    """A node at every point: its values, and its derivatives by the inputs that are swept.

    Over one range `curve` has values and slopes at more points. `warnings` tell of the graph and of what is not finite.
    """

    at: dict[str, Array]
    values: Array
    gradient: dict[str, Array]
    curve: CurveFunction | None = None
    warnings: tuple[Diagnostic, ...] = ()

    @cached_property
    def marks(self) -> tuple[Singularity, ...]:
        """Its kinks, jumps and poles, over one range; they take more points, and are looked for when asked for."""
        if self.curve is None:
            return ()
        ((name, x),) = self.at.items()
        return marks(x, self.values, self.gradient[name], self.curve)


@dataclass(frozen=True)
class Scan:
    """What `nodes` are at each point of `at`, an array an input that is swept; the output is one of them."""

    graph: Dag
    output: str
    at: dict[str, Array]  # As points, one behind the other: of a grid too.
    nodes: dict[str, SweptNode]

    @property
    def is_log(self) -> bool:
        """Whether the one range has steps of the logarithm."""
        (x,) = self.at.values()
        half = x / 2  # The distance of the ends may be no number.
        step = (half[-1] - half[0]) / (len(x) - 1)
        slack = 1e-5 * abs(step) + np.spacing(np.abs(x).max())  # What linspace leaves of the last bits is no logarithm.
        return bool((np.abs(np.diff(half) - step) > slack).any())

    @property
    def warnings(self) -> list[Diagnostic]:
        """What was noticed of the graph, and where a node is not finite; what two nodes share once."""
        found = [warning for node in self.nodes.values() for warning in node.warnings]
        return list(dict.fromkeys(found))

    @property
    def is_finite(self) -> bool:
        """Whether every value and derivative is a finite number."""
        return all(
            is_finite(column) for node in self.nodes.values() for column in (node.values, *node.gradient.values())
        )


def scan(graph: Dag, options: Sequence[str], of: str | None = None, shown: Sequence[str] = ()) -> Scan:
    """`graph` at every point of the ranges in `--at` options; two ranges make a grid, of which the last varies fastest.

    The nodes are the output `of` and those `shown`; where there are such, an output is one only if it is given. Raises
    BackcalcError where there is no range, or more than two, or where a value is missing.
    """
    ranges, rest = split(options)
    # What is no node at all is the runner's to tell.
    require_inputs(graph, [name for name in ranges if name in graph.index], "--at")
    columns = np.meshgrid(*ranges.values(), indexing="ij")  # Rows go with the first range, as the last varies fastest.
    at = {name: column.ravel() for name, column in zip(ranges, columns, strict=True)}
    point = read_point(rest)
    # What is typed goes over what a file says, as it does in other commands.
    typed = read_point(option for option in rest if not option.startswith("@"))
    if both := next((name for name in ranges if name in typed), None):
        raise _refusal(f"`{shorten(both)}` has a range and a value")
    # The output first, each once, as `of` may be shown too.
    names = dict.fromkeys([*([of] if of or not shown else []), *shown])
    runners = [PointRunner(graph, at, point, name, list(ranges)) for name in names]
    for runner in runners:  # All built before one is run: an error must not come after a minute.
        if not runner.has_value:  # A curve of nothing is none.
            require_values(Evaluation(tape_of(runner.graph), {}), [runner.output])  # Says which value is missing.
    nodes = {runner.output: _swept(runner, at) for runner in runners}
    return Scan(runners[0].graph, runners[0].output, at, nodes)


def _swept(runner: PointRunner, at: dict[str, Array]) -> SweptNode:
    """A node at every point; where one input is swept, with what it does between them."""
    found, lost = runner.run(at), runner.lost_points()
    lost.add(at, found.columns)
    warnings = (*runner.noticed, *lost.told(runner.output, _named))
    # A kink of two inputs is a line, which no halving of intervals finds.
    if len(at) > 1:
        return SweptNode(at, found.value, found.gradient, None, warnings)
    (name,) = at

    def curve(points: Array) -> tuple[Array, Array]:
        """Values and slopes at more points."""
        more = runner.run({name: points})
        return more.value, more.gradient[name]

    return SweptNode(at, found.value, found.gradient, curve, warnings)


def _named(_place: int, point: Mapping[str, Any]) -> str:
    return "at " + ", ".join(f"{shorten(name)} = {number_text(value)}" for name, value in point.items())


def split(options: Iterable[str]) -> tuple[dict[str, Array], list[str]]:
    """The ranges in `--at` options, and what is left of these. Raises UsageError."""
    ranges: dict[str, Array] = {}
    rest = []
    for option in options:
        left = RANGE.sub("", option) if not option.startswith("@") else option  # A file's name may hold `=` and `:`.
        for match in RANGE.finditer(option) if not option.startswith("@") else ():
            name = as_named(match["name"].strip())
            if name in ranges:  # Of two ranges nobody says which counts.
                raise _refusal(f"`{shorten(name)}` has two ranges")
            ranges[name] = _range(match)
        if ":" in left and not left.startswith("@"):
            # Of several values the one that was meant as a range.
            part = next(part for part in left.split(",") if ":" in part)
            raise _refusal(f"`{shorten(part.strip())}` is no range")
        # The comma of a range that stood between two values is left twice.
        rest += [part] if (part := re.sub(r",\s*(?=,)", "", left).strip(", ")) else []
    if not 1 <= len(ranges) <= 2:
        raise _refusal(
            "no range to sweep" if not ranges else f"{len(ranges)} ranges; two make a grid, and are the most"
        )
    # Before the grid is made.
    if prod(map(len, ranges.values())) > MOST_POINTS:
        raise _refusal(f"these are more than {MOST_POINTS:,} points")
    return ranges, rest


def _range(match: re.Match[str]) -> Array:
    first, last, count = (_number(match[key]) for key in ("first", "last", "count"))
    if count != int(count) or not 2 <= count <= MOST_POINTS:  # inf is refused before, and 2.5 points are none.
        raise _refusal(f"`{shorten(match['count'])}` is no number of points, 2 to {MOST_POINTS:,}")
    if first == last:
        raise _refusal(f"the range of `{shorten(match['name'].strip())}` begins where it ends")
    if not match["log"]:
        # Of halves where the distance of the ends is no number, as that of -1e308 and 1e308.
        is_wide = not isfinite(last - first)
        return 2 * np.linspace(first / 2, last / 2, int(count)) if is_wide else np.linspace(first, last, int(count))
    if min(first, last) <= 0:
        # Of numbers, as any constant: pi/4.
        raise _refusal("a range in steps of the logarithm has only numbers above 0")
    return np.geomspace(first, last, int(count))


def _number(text: str) -> float:
    # An expression rather than a float, so that `x=-pi:pi:101` can be written.
    found = read_number(text)
    if found is None or not isfinite(found):
        raise _refusal(f"`{shorten(text)}` is no number")
    return found


def _refusal(message: str) -> UsageError:
    return UsageError(Source("--at", ""), [Diagnostic(Code.BAD_RANGE, message, hints=(HINT,))])
