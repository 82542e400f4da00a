"""One run of a large graph of numbers: the work of `run`, done by arrays, where that comes to the same.

What arrays cannot say (formulas, vectors, an error, a warning at a point) is left to the plain way: then there is no
large run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isnan
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from backcalc import progress
from backcalc.bulk.arrays.background import meanwhile
from backcalc.bulk.arrays.memory import WORTH, give_back_freed, keep_freed
from backcalc.bulk.arrays.sorting import Flags, Indices
from backcalc.bulk.graph.columns import UnfitError
from backcalc.bulk.graph.evaluate import LocalPartials
from backcalc.bulk.graph.model import CONSTANT, EDGES, INPUT, ArrayGraph
from backcalc.bulk.graph.partials import NodePartials
from backcalc.bulk.graph.reader import read_lines
from backcalc.bulk.graph.results import ArrayColumns, LazyNumbers
from backcalc.bulk.graph.sweep import SweepPlan
from backcalc.bulk.graph.tape import ArrayTape
from backcalc.bulk.graph.warnings import remarks
from backcalc.calculus.constant import constant
from backcalc.calculus.load import load
from backcalc.calculus.lost import TELLING, UserTerm, of_adjoint, of_value
from backcalc.calculus.question import Mode, choose_output, choose_wrt
from backcalc.calculus.run import Run, run
from backcalc.graph.model import Node
from backcalc.graph.shapes import Shape
from backcalc.language.expr import Name
from backcalc.language.foreign.translate import as_language
from backcalc.language.forms import leaves_of
from backcalc.language.parser import Reading
from backcalc.rules.functions.arrays import Array
from backcalc.rules.ndarray import is_finite
from backcalc.text.errors import Diagnostic, ParseError
from backcalc.text.source import Source

if TYPE_CHECKING:
    from backcalc.bulk.graph.formulas import Formulas

HUGE = 1 << 26  # Characters from which on memory counts.


@dataclass(frozen=True)
class LargeRun:
    """What a run found, an entry a node; `value_array` is nan where a value is not `known`.

    `point` has the value of each input that has one. `wrt_places` are the nodes whose derivatives are asked for,
    `remarkable` those that a warning may speak of. `edge_partials` has an entry an annotated edge; `local` is of the
    operations of the `tape`, where there are any.
    """

    tape: ArrayTape
    output: str
    point: Mapping[str, float]
    wrt_places: Indices
    value_array: Array
    known: Flags
    adjoint_array: Array
    remarkable: Indices
    edge_partials: Array
    local: LocalPartials | None
    mode: Mode = "reverse"
    tangents: Mapping[str, Sequence[float]] = field(default_factory=dict)
    shapes: Sequence[Shape] = ()
    is_outside = False  # Of `adjoint` statements arrays know nothing,
    along: ClassVar[Mapping[str, Any]] = {}  # nor of directions,
    jacobian_shape: ClassVar[Shape] = ()  # and their outputs are numbers.

    @property
    def graph(self) -> ArrayGraph:
        """The graph that was run."""
        return self.tape.graph

    def shape(self, _name: str) -> Shape:
        """The shape of a node, which is a number."""
        return ()

    @property
    def wrt(self) -> tuple[str, ...]:
        """The names of the nodes whose derivatives are asked for."""
        return tuple(self.graph.names.at(self.wrt_places))

    @property
    def values(self) -> Sequence[float | None]:
        """The value of every node, None where it is not known."""
        return LazyNumbers(self.value_array, self.known)

    @property
    def adjoints(self) -> Sequence[float | None]:
        """∂output/∂node for every node."""
        return LazyNumbers(self.adjoint_array)

    @property
    def value(self) -> float | None:
        """The output's value; None where it is not known."""
        return self.values[self.graph.index[self.output]]

    @property
    def gradient(self) -> dict[str, float]:
        """∂output/∂name for each name of `wrt`."""
        names, adjoints = self.graph.names.at(self.wrt_places), self.adjoint_array[self.wrt_places]
        return dict(zip(names, adjoints.tolist(), strict=True))

    @property
    def is_finite(self) -> bool:
        """Whether the output, where it is known, and every derivative asked for are finite numbers."""
        asked = self.adjoint_array[self.wrt_places]
        output = self.graph.index[self.output]
        return is_finite(asked) and bool(not self.known[output] or is_finite(self.value_array[output]))

    @cached_property
    def objects(self) -> Run:
        """The run as one of objects, which has every detail."""
        of = None if self.is_outside else self.output
        # Once more from the text: arrays have thrown away what objects need.
        return run(load(self.graph.source), dict(self.point), of, self.wrt)

    def columns(self, part: slice) -> ArrayColumns:
        """Some nodes, an attribute a column."""
        values = LazyNumbers(self.value_array[part], self.known[part])
        return ArrayColumns(self.graph, part, values, [LazyNumbers(self.adjoint_array[part])], lambda: self.formulas)

    @cached_property
    def leading(self) -> Flags:
        """From which nodes a path leads to the output, whatever the partials along it are."""
        plan = self._structure
        # With 1 on every edge a sum is a count of paths, and never 0, however large.
        return np.asarray(plan.reverse(np.ones(len(plan.tails)), self.graph.index[self.output]) > 0)

    @cached_property
    def below(self) -> Flags:
        """To which nodes a path leads from what is asked for; these among them."""
        plan = self._structure
        # Counts again, which are never 0 where a path is.
        return np.asarray(plan.forward(np.ones(len(plan.tails)), self.wrt_places) > 0)

    @cached_property
    def _structure(self) -> SweepPlan:
        """The sweeps from node to node, whatever the operations between them are."""
        return SweepPlan(len(self.graph), *self.graph.dependencies, self.graph.levels)

    @cached_property
    def incoming(self) -> NodePartials:
        """The local partials by the node that they lead to."""
        progress.at("local partials")
        return NodePartials(self.graph, self.edge_partials, self.local, self.tape.slot)

    def derivatives(self, name: str) -> Array:
        """∂name/∂node for every node, by a sweep of its own where `name` is not the output."""
        if name == self.output:
            return self.adjoint_array
        seed = int(self.tape.slot[self.graph.index[name]])
        return np.asarray(_swept(self.tape, self.edge_partials, self.local, seed)[self.tape.slot])

    @cached_property
    def formulas(self) -> Formulas:
        """The formulas as text."""
        from backcalc.bulk.graph.formulas import Formulas  # Few formats show them.

        return Formulas(self.graph)

    @cached_property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What reading the graph and the run have noticed, in that order."""
        # Before adjoints: what a value has lost, these lose too.
        return self.warnings_of_values if len(self._lost_values) else (*self.warnings_of_values, *self._lost_adjoint())

    @cached_property
    def warnings_of_values(self) -> tuple[Diagnostic, ...]:
        """The warnings for who asks for no derivative, or for one that is finite."""
        noticed = remarks(self.graph, self.value_array, self.remarkable.tolist())
        first = self._lost_values[:1]
        untold = [] if self._is_told(first) else [of_value(self._placed(int(place))) for place in first]
        return (*self.graph.warnings, *noticed, *untold)

    @cached_property
    def _lost_values(self) -> Indices:
        """The nodes whose values are known and not finite."""
        return np.flatnonzero(self.known & ~np.isfinite(self.value_array))

    def _lost_adjoint(self) -> Iterator[Diagnostic]:
        """A warning of the first derivative that is not finite, as `calculus.lost` has it."""
        lost = np.flatnonzero(~np.isfinite(self.adjoint_array))
        if not len(lost):
            return
        # Those by a constant are told of where nothing else is lost.
        asked = lost[self.graph.kinds[lost] != CONSTANT]
        place = int((asked if len(asked) else lost)[-1])  # From the output back the first.
        tails, heads = self.graph.dependencies
        users = np.unique(heads[tails == place])
        if not self._is_told(users):
            terms = [term for user in users.tolist() for term in self._terms(place, user)]
            yield of_adjoint(self.output, self._placed(place), terms)

    def _placed(self, place: int) -> Node:
        """A node with the place of its name, as objects have it; arrays keep where its statement begins."""
        node = self.graph.nodes[place]
        # The statement is read again for the place of the name in it.
        statement = self.graph.statement_at(node.span.start, Reading(self.graph.source))
        spans = [leaf.span for leaf in leaves_of(statement) if isinstance(leaf, Name) and leaf.id == node.name]
        return node._replace(span=min(spans, default=node.span))

    def _is_told(self, places: Indices) -> bool:
        """Whether an operation of these nodes has a warning that says why a number is not finite."""
        found = remarks(self.graph, self.value_array, np.intersect1d(places, self.remarkable).tolist())
        return any(warning.code in TELLING for warning in found)

    def _terms(self, node: int, user: int) -> Iterator[UserTerm]:
        """What a user of a node adds to its adjoint, each of parallel edges by itself."""
        graph = self.graph
        if graph.kinds[user] == EDGES:  # `incoming` has parallel edges added up, and a sum may be what is too large.
            partials = self.edge_partials[(graph.tails == node) & (graph.heads == user)]
        else:
            _, tails, partials = self.incoming.of(slice(user, user + 1))
            partials = partials[tails == node]
        for partial in partials.tolist():
            yield self._placed(user), partial, partial * float(self.adjoint_array[user])


def read_large(source: Source) -> ArrayTape | None:
    """The tape of the graph in `source`; None where the plain way is needed, which also tells of every mistake."""
    try:
        # With its operations, so that an unknown function is told before what is wrong with a point or an option.
        graph = _read(as_language(source))
        return None if graph is None else ArrayTape(graph)
    except (UnfitError, ParseError):  # Beside the mistakes found here there may be some that only building shows.
        return None


def run_large(tape: ArrayTape, at: Mapping[str, Any], of: str | None, wrt: Sequence[str]) -> LargeRun | None:
    """The run of `tape` at `at`; None where the plain way is needed. Raises UsageError for options that do not fit."""
    graph = tape.graph
    try:
        if len(graph.source.text) > HUGE:
            return _run(tape, at, of, wrt)
        noticed = meanwhile(lambda: graph.warnings)  # The graph keeps them; to look for them takes as long as a pass.
        found = _run(tape, at, of, wrt)
        noticed()
    except UnfitError:  # Only the plain way has the words for it.
        return None
    return found


def _read(source: Source) -> ArrayGraph | None:
    """The graph, of which the lines are no longer needed. Raises UnfitError."""
    if len(source.text) >= WORTH:  # It may have come through a pipe, of an unknown size.
        keep_freed()
    lines = read_lines(source)
    progress.at("building the graph")
    graph = None if lines is None else ArrayGraph(lines)
    del lines  # Before memory is given back: lines are as large as the graph.
    if len(source.text) > HUGE:
        give_back_freed()
    return graph


def _run(tape: ArrayTape, at: Mapping[str, Any], of: str | None, wrt: Sequence[str]) -> LargeRun:
    graph = tape.graph
    point = _point(graph, at)
    values = _placed(graph, tape, point)
    output = choose_output(graph, of)
    places = np.array([graph.index[name] for name in choose_wrt(graph, wrt)]) if wrt else graph.input_places
    remarkable, local = np.zeros(0, np.int64), None
    if tape.rows:
        _require_known(tape, values)  # Before the pass, for nan would go through it and look like 0/0.
        progress.at("forward pass")
        values = tape.operations.evaluate(values)
        local = tape.operations.linearize(values)
        remarkable = _remarkable(tape, local.remarkable)
    progress.at("reverse pass")
    partials = tape.partials(values)
    adjoints = _swept(tape, partials, local, int(tape.slot[graph.index[output]]))
    # What is computed is known even where it is nan; what is given is nan where it is not.
    is_computed = tape.operations.ops[tape.slot] >= 0 if tape.rows else False  # An activation, too: `o = inf - inf`.
    known = ~np.isnan(values[tape.slot]) | is_computed
    columns = values[tape.slot], known, adjoints[tape.slot]
    return LargeRun(tape, output, point, places, *columns, remarkable, partials, local)


def _require_known(tape: ArrayTape, values: Array) -> None:
    """Raise UnfitError where an operation reads what has no value: that calls for formulas."""
    read = tape.operations.args[tape.operations.args >= 0]
    if np.isnan(values[read[tape.operations.ops[read] < 0]]).any():
        raise UnfitError


def _remarkable(tape: ArrayTape, slots: Indices) -> Indices:
    """The nodes whose operations these slots are. Raises UnfitError for those of edges' partials and activations."""
    nodes = np.unique(np.searchsorted(tape.slot, slots))
    if len(nodes) and int(nodes[-1]) >= len(tape.slot):  # Behind all nodes: of the partial of an edge.
        raise UnfitError
    if (tape.graph.kinds[nodes] == EDGES).any():  # Its formula is no node's: `o = 0/0` beside edges into o.
        raise UnfitError
    return nodes


def _swept(tape: ArrayTape, partials: Array, local: LocalPartials | None, seed: int) -> Array:
    """The adjoint of every slot, from the edges of the operations and those that the text annotates."""
    # Without operations, nodes are slots, and their levels those of the graph.
    if local is None:
        return SweepPlan(tape.size, tape.tails, tape.heads, tape.graph.levels).reverse(partials, seed)
    if not len(tape.graph.tails):
        return local.reverse(seed)
    ends = zip(local.edges, (tape.tails, tape.heads, partials), strict=True)
    tails, heads, slopes = (np.concatenate(pair) for pair in ends)
    return SweepPlan(tape.size, tails, heads).reverse(slopes, seed)


def _point(graph: ArrayGraph, at: Mapping[str, Any]) -> dict[str, float]:
    """The value of each input that is given one: by `at`, or by default. Raises UnfitError."""
    defaults = {
        name: each.default for name, each in graph.declared.items() if each.default is not None and name not in at
    }
    stated = {name: constant(default, graph.source) for name, default in defaults.items()} | dict(at)
    places = {name: graph.index.get(name) for name in stated}
    for name, place in places.items():
        if place is None or graph.kinds[place] not in (INPUT, EDGES) or not isinstance(stated[name], float):
            raise UnfitError
        if isnan(stated[name]):  # In an array that is a value which is not there.
            raise UnfitError
    # In the order of the graph, as a report shows them.
    return {name: stated[name] for name in sorted(stated, key=graph.index.__getitem__)}


def _placed(graph: ArrayGraph, tape: ArrayTape, point: Mapping[str, float]) -> Array:
    """The values of all slots that are given: by `point`, and in the text. Raises UnfitError."""
    values = tape.values.copy()  # The tape's own are for the next run.
    for name, value in point.items():
        slot = tape.slot[graph.index[name]]
        if tape.rows and tape.operations.ops[slot] >= 0:  # A known activation is given another value.
            raise UnfitError
        values[slot] = value
    return values
