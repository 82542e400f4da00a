"""One run of a graph at a point: forward pass, local partials, and the sweep that is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from backcalc.calculus.adjoints import adjoints
from backcalc.calculus.doubts import doubts
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.linearize import AdjointTerm, Linearization
from backcalc.calculus.point import Point, settle
from backcalc.calculus.question import Mode, choose_wrt, chosen_output, require_direction
from backcalc.graph.model import Dag
from backcalc.graph.shapes import Shape
from backcalc.graph.tape import tape_of
from backcalc.rules.values import Numeric, Value, is_lost, ones, quietly, shape_of
from backcalc.text.errors import Diagnostic

if TYPE_CHECKING:
    from backcalc.calculus.columns import ObjectColumns, ObjectPartials
    from backcalc.calculus.jacobians import Engine

ALONG = "along"
"""What the tangents along a direction go by."""

NO_DIRECTION: Mapping[str, Numeric] = MappingProxyType({})


# Written out, for to have the methods of a dataclass generated takes longer than to load all of this file.
class Run:
    """What a run found.

    `values` and `adjoints` have an entry a node, in the graph's order: a number or an array; a value that is not known
    is None, an adjoint that is not known is a formula. `seeds` are the adjoints that the sweep began with. `tangents`
    has such a list a name of `wrt` in forward mode, with None for what has no formula, else it is empty; along a
    direction one list, the change of every node, by the name ALONG. `output` is the name of the output, of a loss
    outside the graph LOSS, "" where forward mode has none. Of an output that is an array an adjoint is a Jacobian, its
    shape followed by the node's; where these are large, `kept` are the nodes that have one.
    """

    FIELDS: ClassVar[tuple[str, ...]] = (
        *("graph", "output", "mode", "wrt", "point", "linear", "seeds", "adjoints", "tangents", "along", "kept"),
    )

    def __init__(
        self,
        graph: Dag,
        output: str,
        mode: Mode,
        wrt: tuple[str, ...],
        point: Point,
        linear: Linearization,
        seeds: Mapping[int, Any],
        adjoints: Sequence[Value | None],
        tangents: Mapping[str, Sequence[Value | None]],
        *,
        along: Mapping[str, Numeric] = NO_DIRECTION,
        kept: Collection[int] | None = None,
    ) -> None:
        self.graph, self.output, self.mode, self.wrt, self.point = graph, output, mode, wrt, point
        self.linear, self.seeds, self.adjoints, self.tangents = linear, seeds, adjoints, tangents
        self.along, self.kept = along, kept

    def _asdict(self) -> dict[str, Any]:
        """What the run found, by name, without what follows of it."""
        return {name: getattr(self, name) for name in self.FIELDS}

    def _replace(self, **changes: Any) -> Self:
        """The run with these in place of what it found; nothing that followed of this one is that one's."""
        return type(self)(**self._asdict() | changes)

    @cached_property
    def values(self) -> list[Numeric | None]:
        """The value of every node, None where it is not known."""
        return self.linear.evaluation.values

    @cached_property
    def shapes(self) -> list[Shape]:
        """The shape of every node."""
        return [self.linear.evaluation.shapes[slot] for slot in self.linear.tape.slot]

    def shape(self, name: str) -> Shape:
        """The shape of a node; () of a loss outside the graph."""
        return self.shapes[self.graph.index[name]] if name in self.graph.index else ()

    @cached_property
    def leading(self) -> set[int]:
        """The nodes from which a path leads to the output, or to a seed; these among them."""
        nodes, index = self.graph.nodes, self.graph.index
        found = set(self.seeds)
        # Arguments stand before their users: once from the end is enough.
        for i in range(max(self.seeds), -1, -1):
            if i in found:
                found.update(index[arg] for arg in nodes[i].args)
        return found

    @property
    def value(self) -> Numeric | None:
        """The output's value; None where it is not known."""
        place = None if self.is_outside else self.graph.index.get(self.output)
        return None if place is None else self.values[place]

    @property
    def is_outside(self) -> bool:
        """Whether the derivatives are those of a loss outside the graph."""
        return bool(self.graph.seeds)

    @cached_property  # Asked for again by whoever shows it, and of a million inputs as long.
    def gradient(self) -> dict[str, Value | None]:
        """∂output/∂name for each name of `wrt`."""
        if self.mode == "forward":
            place = self.graph.index.get(self.output)
            # Along a direction the output has one change, and no gradient by names.
            if place is None or self.along:
                return {}
            return {name: tangent[place] for name, tangent in self.tangents.items()}
        return {name: self.adjoints[self.graph.index[name]] for name in self.wrt}

    @cached_property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the build and the run have noticed, in that order."""
        noticed = tuple(self.linear.warnings)
        # No result may be nan or inf without a word, whatever operations have noticed of themselves.
        if any(map(is_lost, chain(self.values, self.adjoints, *self.tangents.values()))):
            from backcalc.calculus.lost import first_lost

            noticed += tuple(first_lost(self))
        return self.graph.warnings + doubts(self.linear.evaluation, self.point) + noticed + self._left_out

    @property
    def is_finite(self) -> bool:
        """Whether the output and every derivative asked for, as far as they are known, are finite numbers."""
        asked = [self.value, *self.gradient.values()]
        if self.mode == "forward" and (self.along or not self.output):  # Then a change of any node may be meant.
            asked += [value for tangent in self.tangents.values() for value in tangent]
        return not any(map(is_lost, asked))

    @property
    def _left_out(self) -> tuple[Diagnostic, ...]:
        """That some Jacobians are too large to be shown, or have more axes than a formula."""
        nodes = enumerate(self.graph.nodes)
        lost = [node.name for i, node in nodes if self.kept is not None and i not in self.kept and not node.is_fixed]
        unknown = [] if self.linear.evaluation.is_known or not any(self.shapes) else self._unknown
        if not lost and not unknown:
            return ()
        from backcalc.calculus.jacobians import beyond_formulas, left_out

        of = "change" if self.along else "tangent" if self.mode == "forward" else "adjoint"
        beyond = beyond_formulas(self.graph, unknown, self.shapes, of)
        return (*(left_out(self.graph, self.output, names) for names in [lost] if names), *beyond)

    @property
    def _unknown(self) -> list[tuple[str, str]]:
        """The derivatives that are asked for and not known, each by what of what: of a vector, say, by a matrix."""
        if self.is_outside:
            return []
        if self.mode == "reverse":
            return [(self.output, name) for name, value in self.gradient.items() if value is None]
        nodes = self.graph.nodes
        # A change along several is one column; it has no formula where that by one of them has none.
        columns = (
            [(by, next(iter(self.tangents.values()))) for by in self.along] if self.along else self.tangents.items()
        )
        swept = ((name, zip(nodes, values, strict=True)) for name, values in columns)
        return [(node.name, by) for by, each in swept for node, value in each if value is None and not node.is_fixed]

    def partials(self, node: int) -> dict[str, Numeric | None]:
        """∂node/∂arg by argument: parallel edges added up, 0 for an argument without influence, None where unknown."""
        sums: dict[str, Any] = {}
        for tail, partial in self.linear.node_edges(node):
            name = self.graph.nodes[tail].name
            # One parallel edge that is not known makes the whole sum unknown, whatever the others are.
            known = partial is not None and sums.get(name, 0.0) is not None
            sums[name] = (sums[name] + partial if name in sums else partial) if known else None
        shapes, index = self.shapes, self.graph.index
        return {
            arg: sums[arg] if arg in sums else 0.0 * ones((*shapes[node], *shapes[index[arg]]))
            for arg in self.graph.nodes[node].args
            if not self.graph.node(arg).is_fixed
        }

    @property
    def objects(self) -> Run:
        """The run itself."""
        return self

    def columns(self, part: slice) -> ObjectColumns:
        """Some nodes, an attribute a column."""
        from backcalc.calculus.columns import ObjectColumns  # A table does without.

        swept = [self.adjoints] if self.mode == "reverse" else list(self.tangents.values())
        return ObjectColumns(self.graph, part, self.values, swept, self.shapes)

    @cached_property
    def incoming(self) -> ObjectPartials:
        """The local partials by the node that they lead to."""
        self.linear.edges  # noqa: B018  All at once, in a stage of their own.
        from backcalc.calculus.columns import ObjectPartials

        return ObjectPartials(self.partials, self.graph.index)

    def contributions(self) -> list[list[AdjointTerm]]:
        """For each node the (user, ∂user/∂node, contribution) triples of its adjoint; a seed has no user."""
        from backcalc.calculus.contributions import contributions  # Few formats show them.

        return contributions(self)

    @property
    def jacobian_shape(self) -> Shape:
        """The shape of an output whose derivatives are Jacobians; () of a number, and of a loss outside the graph."""
        shape, place = self.shape(self.output), self.graph.index.get(self.output, -1)
        # Of one element of the output the sweep begins with a cotangent in its shape.
        is_whole = place in self.seeds and shape_of(self.seeds[place]) != shape
        return shape if is_whole else ()

    def pairs(self) -> Sequence[tuple[str, str, Value | None]]:
        """(head, tail, ∂head/∂tail) for every pair of nodes with a path from tail to head."""
        return self._every_pair

    @cached_property
    def _every_pair(self) -> list[tuple[str, str, Value | None]]:
        from backcalc.calculus.pairs import pairs

        with quietly(self.linear.evaluation.has_arrays):
            return list(pairs(self.linear, self.upstream))

    def upstream(self, head: int) -> set[int]:
        """The nodes from which a path leads to `head`."""
        # Not kept: of all heads together it would be as large as the square of the graph.
        found: set[int] = set()
        stack = [head]  # Of its own, for a chain may be longer than Python recurses.
        while stack:
            tails = {self.graph.index[arg] for arg in self.graph.nodes[stack.pop()].args} - found
            found |= tails
            stack.extend(tails)
        return found


def run(
    graph: Dag,
    at: Point,
    of: str | None = None,
    wrt: Sequence[str] = (),
    mode: Mode = "reverse",
    *,
    along: Mapping[str, Numeric] | None = None,
    engine: Engine | None = None,
) -> Run:
    """`graph` run at `at`: values, local partials, and adjoints of `of` or tangents with respect to `wrt`.

    `along` is a direction: the change of each node that moves, in place of `wrt`, in forward mode. `engine` gives the
    Jacobians of a wide output. Raises UsageError where an option does not fit the graph, or a Jacobian would have too
    many numbers, BuildError where shapes do not fit.
    """
    # What is wrong with the question is told before anything is worked out, which may take a while.
    graph, point = settle(graph, at)
    output = chosen_output(graph, of, mode, is_along=along is not None, point=point)
    wrt = choose_wrt(graph, wrt)
    evaluation = Evaluation(tape_of(graph), point)
    with quietly(evaluation.has_arrays):  # What is not finite has a warning of its own, which says where.
        if mode == "forward":
            # A tangent is by an input, so that an output of any shape will do.
            return _run_forward(graph, output, wrt, point, evaluation, along, engine)
        return _run_reverse(graph, output, wrt, point, evaluation, engine)


def _run_reverse(
    graph: Dag,
    output: str,
    wrt: tuple[str, ...],
    point: Point,
    evaluation: Evaluation,
    engine: Engine | None,
) -> Run:
    """A run in reverse mode, from the output or from stated adjoints."""
    if graph.seeds:
        # Shapes of stated adjoints are told of before the partials are worked out.
        from backcalc.calculus.stated import stated_seeds  # Most losses are a node.

        seeds = stated_seeds(graph, evaluation)
        linear = Linearization(evaluation)
        return Run(graph, output, "reverse", wrt, point, linear, seeds, adjoints(linear, seeds), {})
    place = graph.index[output]
    shape = evaluation.shapes[evaluation.tape.slot[place]]
    if not shape:
        linear = Linearization(evaluation)
        return Run(graph, output, "reverse", wrt, point, linear, {place: 1.0}, adjoints(linear, place), {})
    from backcalc.calculus.jacobians import derivatives, kept_nodes, seed_of  # Most outputs are numbers.

    # Refused, or narrowed down, before the partials are worked out.
    kept = kept_nodes(graph, evaluation, output, wrt)
    linear = Linearization(evaluation)
    found = derivatives(linear, place, engine, kept)
    return Run(graph, output, "reverse", wrt, point, linear, {place: seed_of(shape)}, found, {}, kept=kept)


def _run_forward(
    graph: Dag,
    output: str,
    wrt: tuple[str, ...],
    point: Point,
    evaluation: Evaluation,
    along: Mapping[str, Numeric] | None,
    engine: Engine | None,
) -> Run:
    """A run in forward mode, by each of `wrt` or along a direction."""
    if along is None:
        from backcalc.calculus.along import by_input  # Reverse mode does without.
        from backcalc.calculus.tangents import require_few_tangents

        if evaluation.has_arrays:
            require_few_tangents(evaluation, wrt)
        linear = Linearization(evaluation)
        tangents = {name: by_input(linear, graph.index[name], engine, len(wrt)) for name in wrt}
        return Run(graph, output, "forward", wrt, point, linear, {}, [], tangents)
    from backcalc.calculus.along import changes

    require_direction(graph, along, evaluation.known_shapes.names)
    linear = Linearization(evaluation)
    found = changes(linear, {graph.index[name]: change for name, change in along.items()})
    return Run(graph, output, "forward", (), point, linear, {}, [], {ALONG: found}, along=along)


def evaluated(graph: Dag, at: Point) -> Run:
    """`graph` at a point without a question: its values, and by `derivatives` those of any node; there is no output.

    Raises UsageError where the point does not fit the graph, BuildError where shapes do not fit.
    """
    graph, point = settle(graph, at)
    return Run(graph, "", "forward", (), point, Linearization(Evaluation(tape_of(graph), point)), {}, [], {})
