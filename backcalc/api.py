"""The package as a library: text or file to graph, graph to result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from backcalc.analysis.run import Text
from backcalc.calculus.point import Point, from_mapping
from backcalc.calculus.question import Mode
from backcalc.graph.model import Dag, Node
from backcalc.language.lexis import as_named
from backcalc.render import FORMATS
from backcalc.render.document import Display
from backcalc.render.formats.html import html_text
from backcalc.render.reports.run import RunReport
from backcalc.render.values import value_text
from backcalc.render.warnings import render_warnings
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.files import clean, read
from backcalc.text.numerals import DIGITS
from backcalc.text.source import Source
from backcalc.text.wording import for_callers, plural, shorten

if TYPE_CHECKING:
    from backcalc.calculus.result import AnyRun
    from backcalc.render.pictures.drawing import Drawing

SHOWN = 4  # Derivatives in what a prompt shows of a result.
MOST_DRAWN = 60  # Nodes of a graph whose picture a notebook shows unasked.


@dataclass(frozen=True)
class NodeResult:
    """One node: its value, None where unknown; ∂output/∂node, None in forward mode; its tangents by input."""

    name: str
    kind: str
    value: Any
    adjoint: Any
    tangents: dict[str, Any]


@dataclass(frozen=True, repr=False)
class Result:
    """What a run found; printing it shows the adjoint table."""

    run: AnyRun

    @property
    def output(self) -> str:
        """The name of the output; "" where forward mode has none."""
        return self.run.output

    @property
    def value(self) -> Any:
        """The output's value; None where it is not known."""
        return self.run.value

    @property
    def gradient(self) -> dict[str, Any]:
        """∂output/∂input by the input's name."""
        return dict(self.run.gradient)

    @property
    def nodes(self) -> Mapping[str, NodeResult]:
        """Every node by name, in topological order; each is made when it is looked at."""
        return _NodeResults(self.run)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What was noticed: kinks, domain errors, edges given twice."""
        return tuple(self.run.warnings)

    def table(self, digits: int = DIGITS) -> str:
        """The adjoint table as text, numbers to `digits` significant digits."""
        return "\n".join(FORMATS["table"].lines(RunReport(self.run, digits), Display()))

    def __str__(self) -> str:
        return self.table()

    def __repr__(self) -> str:
        of = shorten(self.output)
        # As many as fit a line or two: a graph may have a million inputs, and `print` shows the table.
        gradient = self.run.gradient
        some = [f"∂{of}/∂{shorten(name)} = {value_text(gradient[name])}" for name in islice(gradient, SHOWN)]
        more = [f"… {len(gradient) - SHOWN} more"] if len(gradient) > SHOWN else []
        return f"<Result {', '.join([f'{of} = {value_text(self.value)}', *some, *more])}>"

    def _repr_html_(self) -> str:
        """The warnings, the picture of a graph that is no more than one, and the adjoint table, for a notebook."""
        told = "\n\n".join(render_warnings(self.run.graph.source, self.warnings))
        drawing = self._drawing()
        picture = drawing._repr_html_() if drawing else ""
        return (
            html_text(told) * bool(told) + picture + "".join(FORMATS["notebook"].lines(RunReport(self.run), Display()))
        )

    def _repr_svg_(self) -> str | None:
        """The picture; None of a graph that is too large for one."""
        drawing = self._drawing()
        # For where no HTML is shown: a notebook that has both takes that.
        return drawing.text() if drawing else None

    def _drawing(self) -> Drawing | None:
        from backcalc.calculus.run import Run  # Most results are not looked at as pictures.

        # Only the plain engine's run has what a picture is made of, and a large one shows nothing.
        if not isinstance(self.run, Run) or len(self.run.graph.nodes) > MOST_DRAWN:
            return None
        from backcalc.render.pictures.drawing import Drawing
        from backcalc.render.pictures.scene import scene

        return Drawing(scene(self.run))

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy is run again, which gives the same: what a run keeps are functions, which do not travel.
        # A loss outside the graph, or no output, is what the text gives unasked.
        of = None if self.run.output not in self.run.graph.index else self.run.output
        # None: a run along no direction.
        point, wrt, along = dict(self.run.point), tuple(self.run.wrt), dict(self.run.along) or None
        return _again, (self.run.graph.source, point, of, wrt, self.run.mode, along)


def _again(
    source: Source, point: dict[str, Any], of: str | None, wrt: tuple[str, ...], mode: Mode, along: Point | None
) -> Result:
    """The result of a run that is known to go well."""
    return Result(Text(source).run(point, of, wrt, mode, along))


class _NodeResults(Mapping[str, NodeResult]):
    """What a run found of each node, by name."""

    def __init__(self, run: AnyRun) -> None:
        # Made when it is looked at: a graph may have a million nodes.
        self._run = run

    def __len__(self) -> int:
        return len(self._run.graph.nodes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._run.graph.index)  # Its names stand in topological order.

    def __getitem__(self, name: str) -> NodeResult:
        i = self._run.graph.index[name]
        # Forward mode has no adjoints, and reverse mode no tangents: neither is worked out by the way.
        adjoint = self._run.adjoints[i] if self._run.mode == "reverse" else None
        tangents = {wrt: tangent[i] for wrt, tangent in self._run.tangents.items()}
        return NodeResult(name, self._run.graph.nodes[i].kind, self._run.values[i], adjoint, tangents)


@dataclass(frozen=True)
class PointsResult:
    """What a run at many points found: arrays with an entry a point, along the first axis.

    `value` has the output's values, None where only edges lead to it; `gradient` for each input of interest
    ∂output/∂input, points × the output's shape × the input's; `warnings` tell of results that are not finite.
    """

    output: str
    value: Any
    gradient: dict[str, Any]
    warnings: tuple[Diagnostic, ...] = ()


class Graph:
    """A graph that can be run; it holds its text, and what the engines that its runs need have made of that."""

    def __init__(self, source: Source) -> None:
        """Raises BackcalcError where the text is no graph."""
        with for_callers():  # Errors speak of arguments, not of options.
            self._text = Text(source)
            self._text.graph  # noqa: B018  What is wrong with it is told at once.

    def __reduce__(self) -> tuple[Any, ...]:
        return Graph, (
            self.source,
        )  # A copy reads the text again: what engines keep are functions, which do not travel.

    @property
    def source(self) -> Source:
        """The text."""
        return self._text.source

    @property
    def objects(self) -> Dag:
        """The graph as the package's own functions take it: nodes with their formulas, in topological order."""
        return self._text.objects

    @property
    def nodes(self) -> Sequence[Node]:
        """The nodes in topological order."""
        return self._text.graph.nodes

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the nodes with neither a formula nor incoming edges."""
        return self._text.graph.inputs

    @property
    def sinks(self) -> tuple[str, ...]:
        """The names of the nodes that no other depends on."""
        return self._text.graph.sinks

    @property
    def output(self) -> str | None:
        """The output that the text declares."""
        return self._text.graph.output

    def __repr__(self) -> str:
        return f"<Graph {shorten(self.source.name)}: {plural(len(self.nodes), 'node')}>"

    def run(
        self,
        at: Mapping[str, Any] | None = None,
        of: str | None = None,
        wrt: Sequence[str] = (),
        mode: Mode = "reverse",
        along: Mapping[str, Any] | None = None,
    ) -> Result:
        """The result at the point `at`, whose values are numbers or texts such as `"pi/4"`.

        `of` is the output (default: the declared one, else the only sink), `wrt` the nodes of interest (default: all
        inputs), `mode` "reverse" for adjoints or "forward" for tangents; `along` is a direction, the change of each
        node that moves, for the change of every node. Of an output that is an array derivatives are Jacobians: its
        shape, then the node's. Raises BackcalcError.
        """
        if mode not in ("reverse", "forward"):
            hint = ('it is "reverse" or "forward"',)  # Type checkers see that; a notebook has none.
            raise UsageError(
                Source("mode", ""), [Diagnostic(Code.UNKNOWN_MODE, f"there is no mode {mode!r}", hints=hint)]
            )
        with for_callers():
            point = from_mapping(at or {}, Source("at", ""))  # A source of that name, so that errors name the argument.
            if along is None:
                return Result(self._text.run(point, _named(of), _names(wrt), mode))
            # A direction has all tangents in one sweep, and no nodes of interest.
            if wrt:
                message = "along gives the change of every node in one direction"
                found = Diagnostic(Code.NO_DIRECTION, message, hints=("drop wrt, or along",))
                raise UsageError(Source("along", ""), [found])
            return Result(self._text.run(point, _named(of), (), "forward", from_mapping(along, Source("along", ""))))

    def draw(
        self,
        at: Mapping[str, Any] | None = None,
        of: str | None = None,
        *,
        top_down: bool = False,
        paths: Sequence[str] = (),
        step: int | None = None,
        digits: int = DIGITS,
    ) -> Drawing:
        """The picture at the point `at`, which a notebook shows and `save` writes: boxes, arrows, local partials.

        `paths` lights those from some nodes to the output, `step` shows the state after so many steps of both passes.
        Raises BackcalcError.
        """
        from backcalc.calculus.question import require_node
        from backcalc.render.pictures.drawing import Drawing
        from backcalc.render.pictures.scene import at_step, scene, with_paths

        with for_callers():
            # A picture shows formulas: the plain engine has them.
            run = self._text.run_drawn(from_mapping(at or {}, Source("at", "")), _named(of))
            found = scene(run, digits)
            lit = _names(paths)
            for name in lit:
                require_node(run.graph, name, "paths")  # Else it would light nothing, and say nothing.
            found = with_paths(found, lit) if lit else found
            return Drawing(found if step is None else at_step(found, step), top_down)

    def run_points(
        self,
        points: Mapping[str, Any],
        at: Mapping[str, Any] | None = None,
        of: str | None = None,
        wrt: Sequence[str] = (),
    ) -> PointsResult:
        """The results at many points: `points` has for inputs an array of n numbers, or of n vectors or matrices.

        `at` gives the other inputs, `of` is the output, `wrt` the nodes of interest (default: those in `points`).
        Raises BackcalcError.
        """
        from backcalc.bulk.points.run import as_points, run_arrays  # NumPy is loaded only here.

        with for_callers():
            point = from_mapping(at or {}, Source("at", ""))
            found = run_arrays(self.objects, as_points(points), point, _named(of), _names(wrt))
        return PointsResult(found.output, found.value if found.has_value else None, found.gradient, found.warnings)


def parse(text: str, name: str = "<text>") -> Graph:
    """The graph that `text` describes; `name` stands for it in errors. Raises BackcalcError."""
    return Graph(clean(name, text))


def load(path: str | PathLike[str]) -> Graph:
    """The graph in the file at `path`. Raises BackcalcError."""
    return Graph(read(fspath(path)))


def _named(of: str | None) -> str | None:
    """The node that is meant, by the name that the graph has for it; that of an edge list may be given as a number."""
    return None if of is None else as_named(str(of))


def _names(wrt: Sequence[str]) -> Sequence[str]:
    """Names, also where they stand in one text: `x, w`."""
    # A text is a sequence too: "xw" would be taken for x and w.
    return [as_named(str(name).strip()) for name in (wrt.split(",") if isinstance(wrt, str) else wrt)]
