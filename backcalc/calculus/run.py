"""One run of a graph at a point: forward pass, local partials, and the sweep that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import isfinite, prod
from typing import TYPE_CHECKING, Any

from backcalc.calculus.adjoints import adjoints
from backcalc.calculus.constant import constant
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.point import Point, settle
from backcalc.calculus.question import Mode, choose_wrt, chosen_output, require_scalar
from backcalc.calculus.sweep import reverse
from backcalc.graph.model import Graph
from backcalc.graph.shapes import Shape, shape_words
from backcalc.graph.taken import taken_for_numbers
from backcalc.graph.tape import tape_of
from backcalc.rules.gates import only
from backcalc.rules.values import all_known, is_known, ones, reshaped, shape_of
from backcalc.text.errors import BuildError, Code, Diagnostic, UsageError
from backcalc.text.source import Source
from backcalc.text.wording import option, shorten

if TYPE_CHECKING:
    from backcalc.calculus.columns import ObjectColumns, ObjectPartials

MOST_SWEPT = 300  # Nodes, where each one's tangent is a sweep of its own: the time grows as the square.
MOST_NUMBERS = 1_000_000  # Of all derivatives of all pairs.


@dataclass(frozen=True, eq=False)
class Run:
    """What a run found.

    `values` and `adjoints` have an entry a node, in the graph's order: a number or an array; a value that is not known
    is None, an adjoint that is not known is a formula. `seeds` are the adjoints that the sweep began with. `tangents`
    has such a list a name of `wrt` in forward mode, with None for what has no formula, else it is empty. `output` is
    the name of the output, of a loss outside the graph LOSS.
    """

    graph: Graph
    output: str
    mode: Mode
    wrt: tuple[str, ...]
    point: Point
    linear: Linearization
    seeds: dict[int, Any]
    adjoints: list[Any]
    tangents: dict[str, list[Any]]

    @cached_property
    def values(self) -> list[Any]:
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
        for i in range(max(self.seeds), -1, -1):
            if i in found:
                found.update(index[arg] for arg in nodes[i].args)
        return found

    @property
    def value(self) -> Any:
        """The output's value; None where it is not known."""
        place = None if self.is_outside else self.graph.index.get(self.output)
        return None if place is None else self.values[place]

    @property
    def is_outside(self) -> bool:
        """Whether the derivatives are those of a loss outside the graph."""
        return bool(self.graph.seeds)

    @property
    def gradient(self) -> dict[str, Any]:
        """∂output/∂name for each name of `wrt`."""
        if self.mode == "forward":
            return {name: tangent[self.graph.index[self.output]] for name, tangent in self.tangents.items()}
        return {name: self.adjoints[self.graph.index[name]] for name in self.wrt}

    @cached_property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the build and the run have noticed, in that order."""
        noticed = tuple(self.linear.warnings)
        # Of arrays the elements are not looked at one by one: no result may be nan or inf without a word, all the same.
        if not noticed and self.linear.evaluation.has_arrays and not self.is_finite:
            noticed = tuple(islice(not_finite(self), 1))
        taken = tuple(taken_for_numbers(self.linear.tape, self.point))
        return self.graph.warnings + taken + noticed

    @property
    def is_finite(self) -> bool:
        """Whether the output and every derivative asked for, as far as they are known, are finite numbers."""
        asked = [self.value, *self.gradient.values()]
        return all(_is_finite(value) for value in asked if value is not None and is_known(value))

    def partials(self, node: int) -> dict[str, Any]:
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

    def contributions(self) -> list[list[tuple[int | None, Any, Any]]]:
        """For each node the (user, ∂user/∂node, contribution) triples of its adjoint; a seed has no user."""
        found: list[list[tuple[int | None, Any, Any]]] = [[] for _ in self.graph.nodes]
        for node, seed in self.seeds.items():
            found[node].append((None, None, seed))
        last = max(self.seeds, default=-1)  # No contribution comes from behind the last seed.
        for head in range(last + 1):
            for tail, partial, contribution in self.linear.contributions(head, self.adjoints[head]):
                found[tail].append((head, partial, contribution))
        return found

    def pairs(self) -> Iterator[tuple[str, str, Any]]:
        """(head, tail, ∂head/∂tail) for every pair of nodes with a path from tail to head, one reverse sweep a head."""
        nodes = self.graph.nodes
        is_plain = not any(self.shapes) and all_known(self.linear.evaluation.terms)
        for head in range(len(nodes)):
            tails = sorted(tail for tail in self.upstream(head) if not nodes[tail].is_fixed)
            # Over the nodes' own edges, which are found once, a sweep visits no more than what lies upstream.
            if is_plain:
                found = reverse((head, *reversed(tails)), self.linear.edges.__getitem__, {head: 1.0})
            else:
                found = dict(enumerate(derivatives(self.linear, head)))
            for tail in tails:
                yield nodes[head].name, nodes[tail].name, found.get(tail, 0.0)

    def require_few_pairs(self) -> None:
        """Raise UsageError where the derivatives of all `pairs` have more than MOST_NUMBERS numbers."""
        sizes = [prod(n or 0 for n in shape) for shape in self.shapes]
        count = 0
        for head in range(len(sizes)):
            count += sizes[head] * sum(sizes[tail] for tail in self.upstream(head))
            if count > MOST_NUMBERS:
                message = f"all pairs of nodes have more than {MOST_NUMBERS:,} derivatives"
                hints = ("ask for those of one node: --of NODE, or by one: --mode forward --wrt NODE",)
                name = Source(self.graph.source.name, "")
                raise UsageError(name, [Diagnostic(Code.TOO_MANY_PAIRS, message, hints=hints)])

    def upstream(self, head: int) -> set[int]:
        """The nodes from which a path leads to `head`."""
        found: set[int] = set()
        stack = [head]  # Of its own, for a chain may be longer than Python recurses.
        while stack:
            tails = {self.graph.index[arg] for arg in self.graph.nodes[stack.pop()].args} - found
            found |= tails
            stack.extend(tails)
        return found


def derivatives(linear: Linearization, head: int) -> list[Any]:
    """∂head/∂node for every node; for an array one sweep an element, its shape followed by the node's."""
    shape = linear.evaluation.shapes[linear.tape.slot[head]]
    if not shape:
        return adjoints(linear, head)
    from backcalc.rules.ndarray import units

    # Row i of the Jacobian is what the i-th unit cotangent pulls back.
    sweeps = [adjoints(linear, {head: only(unit)}) for unit in units(shape)]
    return [reshaped(rows, shape) if all_known(rows) else None for rows in map(list, zip(*sweeps, strict=True))]


def run(graph: Graph, at: Point, of: str | None = None, wrt: Sequence[str] = (), mode: Mode = "reverse") -> Run:
    """`graph` run at `at`: values, local partials, and adjoints of `of` or tangents with respect to `wrt`.

    Raises UsageError where an option does not fit the graph, BuildError where shapes do not fit.
    """
    # What is wrong with the question is told before anything is worked out, which may take a while.
    graph, point = settle(graph, at)
    output = chosen_output(graph, of, mode)
    wrt = choose_wrt(graph, wrt)
    evaluation = Evaluation(tape_of(graph), point)
    linear = Linearization(evaluation)
    # A tangent is by an input, so that an output of any shape will do; an adjoint is of one number.
    if mode == "forward":
        forward = {name: _tangents(linear, graph.index[name]) for name in wrt}
        return Run(graph, output, mode, wrt, point, linear, {}, [], forward)
    require_scalar(graph, evaluation, output)
    seeds = _seeds(graph, evaluation) if graph.seeds else {graph.index[output]: 1.0}
    return Run(graph, output, mode, wrt, point, linear, seeds, adjoints(linear, seeds), {})


def evaluated(graph: Graph, at: Point) -> Run:
    """`graph` at a point without a question: its values, and by `derivatives` those of any node; there is no output.

    Raises UsageError where the point does not fit the graph, BuildError where shapes do not fit.
    """
    graph, point = settle(graph, at)
    return Run(graph, "", "forward", (), point, Linearization(Evaluation(tape_of(graph), point)), {}, [], {})


def _tangents(linear: Linearization, wrt: int) -> list[Any]:
    """∂node/∂wrt for every node. Raises UsageError where that takes too many sweeps."""
    from backcalc.calculus.tangents import formula_tangents, tangents  # Reverse mode does without.

    # With every local partial at hand one forward sweep is enough.
    if all(partial is not None for edges in linear.edges for _, partial in edges):
        return tangents(linear, wrt)
    count = len(linear.edges)
    if any(linear.evaluation.shapes) and count > MOST_SWEPT:
        message = f"tangents as formulas of vectors take a sweep a node, {MOST_SWEPT} at most; the graph has {count}"
        hints = (f"give every value by {option('at')}, or leave {option('mode')} out",)
        raise UsageError(
            Source(linear.tape.graph.source.name, ""), [Diagnostic(Code.UNKNOWN_VALUES, message, hints=hints)]
        )
    return formula_tangents(linear, wrt)


def _seeds(graph: Graph, evaluation: Evaluation) -> dict[int, Any]:
    """The adjoints that the file states. Raises BuildError where a shape is not that of its node."""
    seeds, errors = {}, []
    for name, known in graph.seeds:
        node = graph.index[name]
        value, shape = constant(known.value, graph.source), evaluation.shapes[evaluation.tape.slot[node]]
        if shape_of(value) != shape:
            message = (
                f"the adjoint of `{shorten(name)}` is {shape_words(shape_of(value))}, the node {shape_words(shape)}"
            )
            errors.append(Diagnostic(Code.SHAPE_MISMATCH, message, known.span))
        seeds[node] = value
    if errors:
        raise BuildError(graph.source, errors)
    return seeds


def not_finite(run: Run) -> Iterator[Diagnostic]:
    """The numbers that are not finite, those first that others may come from: values, then derivatives."""
    nodes = run.graph.nodes
    for node, value in zip(nodes, run.values, strict=True):
        if _is_lost(value):
            yield Diagnostic(Code.NOT_FINITE, f"the value of `{shorten(node.name)}` is not finite", node.span)
    for name, tangent in run.tangents.items():
        for node, value in zip(nodes, tangent, strict=True):
            if _is_lost(value):
                message = f"the slope of `{shorten(node.name)}` by `{shorten(name)}` is not finite"
                yield Diagnostic(Code.NOT_FINITE, message, node.span)
    swept = run.adjoints if run.mode == "reverse" else [None] * len(nodes)
    for node, value in zip(reversed(nodes), reversed(swept), strict=True):
        if _is_lost(value):
            users = [user for user in nodes if node.name in user.args]
            slope = f"the slope of `{shorten(users[0].name)}` by it" if users else "the derivative"
            what = f"∂{shorten(run.output)}/∂{shorten(node.name)}"
            message = f"{what} is not finite: {slope} is not, or 0 times one that is not"
            yield Diagnostic(Code.NOT_FINITE, message, (users or [node])[0].span)


def _is_lost(value: Any) -> bool:
    return value is not None and is_known(value) and not _is_finite(value)


def _is_finite(value: Any) -> bool:
    if not shape_of(value):
        return isfinite(value)
    from backcalc.rules.ndarray import is_finite

    return is_finite(value)
