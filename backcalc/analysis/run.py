"""Which engine serves, arrays or objects: decided here for commands and library alike.

Arrays serve a text that is large, and holds numbers alone: no vector, loop, function, given value or mistake. Of such a
text they do what comes to numbers: a run in reverse mode, the marks of answers, the paths of an edge list, and the
derivation of a few nodes, which are read once more as objects. All else takes the objects, which can do everything:
what has formulas for its result, or repeats the statements that arrays do not keep (`derive`, a run without its
values), what is shown of each node (`--partials`, `--expand`, `--all-pairs`, forward mode, a whole derivation), and all
that may be behind a wrong answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.load import finish, load_program
from backcalc.calculus.point import Point
from backcalc.calculus.question import Mode
from backcalc.calculus.run import Run, evaluated, run
from backcalc.graph.model import Dag
from backcalc.language.foreign.translate import as_language
from backcalc.language.foreign.translated import noted
from backcalc.language.scanner import comments_of, lists_of
from backcalc.language.statements import Comment, Program
from backcalc.text.errors import BackcalcError, Diagnostic
from backcalc.text.source import Source

if TYPE_CHECKING:
    from backcalc.analysis.paths import Aggregation
    from backcalc.bulk.graph.run import LargeRun
    from backcalc.bulk.graph.tape import ArrayTape
    from backcalc.calculus.result import AnyRun
    from backcalc.graph.any_graph import AnyGraph

LARGE = 50_000
"""Characters from which on a text is worth loading NumPy to read it by arrays."""
LONGEST = 2_000
"""Characters of a statement, on average, up to which arrays are of use: they go through many that are alike."""


class Text:
    """A text as the engine that serves has read it: by arrays, where it is large and of numbers, else `objects`."""

    def __init__(self, source: Source) -> None:
        self.source = as_language(source)  # Another program's notation is translated before any engine reads it.
        self._is_read = False

    @cached_property
    def _tape(self) -> ArrayTape | None:
        # Read when it is first asked for, as objects are: an error of what stands beside the text comes before it.
        return _by_arrays(self.source)

    @property
    def graph(self) -> AnyGraph:
        """The graph. Raises BackcalcError where the text is none."""
        self._is_read = True
        return self._tape.graph if self._tape else self.objects

    @property
    def is_by_arrays(self) -> bool:
        """Whether arrays have read it."""
        return self._tape is not None

    @cached_property
    def program(self) -> Program:
        """The statements. Raises ParseError."""
        return load_program(self.source)

    @cached_property
    def objects(self) -> Dag:
        """The graph as objects, which can do everything. Raises BackcalcError."""
        return finish(self.program)

    def noticed(self, at: Point) -> Sequence[Diagnostic]:
        """The warnings of the text before it is run, as far as it has been read: no more is read."""
        # Where arrays did not serve after all, objects have been read too: they know what a point says of shapes.
        if "objects" in vars(self):
            return noticed(self.objects, at)
        # A tape that only tells where the comments stand is no graph that has been read: of objects there is none then.
        return self._tape.graph.warnings if self._is_read and self._tape is not None else noted(self.source)

    @property
    def comments(self) -> Iterable[Comment]:
        """The comments of the text."""
        # Not by the statements: arrays are there so as not to read them.
        return comments_of(self.source.text) if self._tape else self.program.comments

    def run(
        self,
        at: Point,
        of: str | None = None,
        wrt: Sequence[str] = (),
        mode: Mode = "reverse",
        along: Point | None = None,
    ) -> AnyRun:
        """The graph run at `at`, as `calculus.run` has it, by whichever engine serves. Raises BackcalcError."""
        large = self.run_by_arrays(at, of, wrt) if mode == "reverse" else None  # Arrays have no forward mode.
        return large or self.run_objects(at, of, wrt, mode, along)

    def whole(self, found: AnyRun, at: Point, of: str | None) -> Run:
        """A run by arrays once more as one of objects."""
        return found if isinstance(found, Run) else self.run_objects(at, of)

    def run_objects(
        self,
        at: Point,
        of: str | None = None,
        wrt: Sequence[str] = (),
        mode: Mode = "reverse",
        along: Point | None = None,
    ) -> Run:
        """The run of objects at a point; in forward mode it may be one along a direction."""
        return run_objects(self.objects, at, of, wrt, mode, along)

    def run_drawn(self, at: Point, of: str | None = None) -> Run:
        """The run of objects as a picture shows it: without adjoints where there is no output that they could be of."""
        graph = self.objects
        # Several sinks and none chosen: values can be shown, and a picture is of use without adjoints.
        if of is None and graph.output is None and not graph.seeds and len(graph.sinks) != 1:
            return evaluated(graph, at)
        return self.run_objects(at, of)

    def derived(self, at: Point, of: str | None, wrt: Sequence[str], nodes: Sequence[str]) -> tuple[AnyRun, Run]:
        """A run, and that of which the steps of `nodes`, or of all, can be told: itself, or an excerpt of it."""
        # With none asked for, the derivation is of all nodes.
        large = self.run_by_arrays(at, of, wrt) if nodes else None
        if large is not None:
            from backcalc.bulk.graph.excerpt import excerpt  # As below: a small text must not wait for NumPy.

            part = excerpt(large, nodes)
            if part is not None:  # None where the nodes have too many users to read once more.
                return large, part
        found = self.run_objects(at, of, wrt)
        return found, found

    def aggregated(self, at: Point, of: str | None, wrt: Sequence[str]) -> Aggregation:
        """The paths from `wrt`, or all inputs, to the output. Raises BackcalcError."""
        from backcalc.analysis.path_edges import NumberEdges
        from backcalc.analysis.paths import Aggregation

        large = self.run_by_arrays(at, of, wrt)
        # In a formula there may be a branch that is not taken, of which arrays keep no more than its slope 0.
        if large is not None and not large.graph.has_formulas:
            return Aggregation(large, NumberEdges(large))
        return Aggregation(self.run_objects(at, of, wrt))

    def run_by_arrays(self, at: Point, of: str | None, wrt: Sequence[str]) -> LargeRun | None:
        """The run by arrays; None where they do not serve."""
        if self._tape is None:
            return None
        self._is_read = True
        from backcalc.bulk.graph.run import run_large

        return run_large(self._tape, at, of, wrt)


def noticed(graph: Dag, at: Point) -> Sequence[Diagnostic]:
    """The warnings of a graph before it is run, those that hang on shapes where these fit."""
    from backcalc.calculus.doubts import noticed as told

    # A name in the point that is no input may be the very reason for an error.
    known = {name: value for name, value in at.items() if name in graph.index}
    try:
        return told(graph, known)
    except BackcalcError:  # Which follows.
        return graph.warnings


def run_objects(
    graph: Dag,
    at: Point,
    of: str | None = None,
    wrt: Sequence[str] = (),
    mode: Mode = "reverse",
    along: Point | None = None,
) -> Run:
    """A graph of objects run, as `calculus.run` has it, the Jacobians of a wide output by arrays."""
    # Handed down: calculus lies below bulk, and may not import it.
    return run(graph, at, of, wrt, mode, along=along, engine=jacobians)


def jacobians(evaluation: Evaluation, output: str, wrt: Sequence[str]) -> list[Any]:
    """∂output/∂name for each of `wrt`, by one sweep over a stack of cotangents; loads what that takes."""
    from backcalc.bulk.points.jacobian import jacobians as stacked

    return list(stacked(evaluation, output, wrt))


def _by_arrays(source: Source) -> ArrayTape | None:
    """The tape of the graph by arrays; None where the text is small, or of a kind that they do not have."""
    text = source.text
    # Without a parse, which would take longer than what it saves.
    if len(text) < LARGE:
        return None
    items = sum(text.count(",", *listed) for listed in lists_of(text))  # Each like a statement of its own.
    if (text.count("\n") + text.count(";") + items + 1) * LONGEST < len(text):
        return None
    from backcalc.bulk.graph.run import read_large  # With it NumPy is loaded.

    return read_large(source)
