"""One run of a graph at a point: forward pass, local partials, and the sweep that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from backcalc.errors import Diagnostic, Source, UsageError, plural, quoted, shorten
from backcalc.evaluate import evaluate
from backcalc.forward import tangents
from backcalc.graph import Graph
from backcalc.linearize import Linearization, linearize
from backcalc.point import Point, settle
from backcalc.reverse import adjoints
from backcalc.suggest import did_you_mean
from backcalc.sweep import reverse
from backcalc.tape import Tape

Mode = Literal["reverse", "forward"]


@dataclass(frozen=True)
class Run:
    """What a run found.

    `values` and `adjoints` have a number a node, in the graph's order (a value is None where only edges lead to the
    node and nothing says its activation); `tangents` has such a list a name of `wrt` in forward mode, else it is empty.
    """

    graph: Graph
    output: str
    mode: Mode
    wrt: tuple[str, ...]
    point: Point
    values: list[float | None]
    linear: Linearization
    adjoints: list[float]
    tangents: dict[str, list[float]]

    @property
    def value(self) -> float | None:
        """The output's value."""
        return self.values[self.graph.index[self.output]]

    @property
    def gradient(self) -> dict[str, float]:
        """∂output/∂name for each name of `wrt`."""
        if self.mode == "forward":
            output = self.graph.index[self.output]
            return {name: tangent[output] for name, tangent in self.tangents.items()}
        return {name: self.adjoints[self.graph.index[name]] for name in self.wrt}

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the build and the run have noticed, in that order."""
        return self.graph.warnings + self.linear.warnings

    @property
    def is_finite(self) -> bool:
        """Whether the output, where it is known, and every derivative asked for are finite numbers."""
        asked = list(self.gradient.values())
        return all(map(isfinite, asked if self.value is None else [self.value, *asked]))

    def partials(self, node: int) -> dict[str, float]:
        """∂node/∂arg by argument: parallel edges added up, 0 for an argument without influence."""
        sums = dict.fromkeys(self.graph.nodes[node].args, 0.0)
        for tail, partial in self.linear.edges[node]:
            sums[self.graph.nodes[tail].name] += partial
        return sums

    def pairs(self) -> Iterator[tuple[str, str, float]]:
        """(head, tail, ∂head/∂tail) for every pair of nodes with a path from tail to head, one reverse sweep a head."""
        nodes = self.graph.nodes
        for head in range(len(nodes)):
            tails = sorted(self._upstream(head))
            adjoint = reverse((head, *reversed(tails)), self.linear.edges.__getitem__, {head: 1.0})
            for tail in tails:
                yield nodes[head].name, nodes[tail].name, adjoint.get(tail, 0.0)

    def _upstream(self, head: int) -> set[int]:
        """The nodes from which a path leads to `head`."""
        found: set[int] = set()
        stack = [head]
        while stack:
            tails = {self.graph.index[arg] for arg in self.graph.nodes[stack.pop()].args} - found
            found |= tails
            stack.extend(tails)
        return found


def run(graph: Graph, at: Point, of: str | None = None, wrt: Sequence[str] = (), mode: Mode = "reverse") -> Run:
    """`graph` run at `at`: values, local partials, and adjoints of `of` or tangents with respect to `wrt`.

    Raises UsageError where an option does not fit the graph, EvaluateError where an input has no value.
    """
    graph, point = settle(graph, at)
    output = choose_output(graph, of)
    wrt = _choose_wrt(graph, wrt)
    tape = Tape(graph)
    values = evaluate(tape, point)
    linear = linearize(tape, values)
    forward = {name: tangents(linear, graph.index[name]) for name in wrt} if mode == "forward" else {}
    backward = adjoints(linear, graph.index[output]) if mode == "reverse" else []
    return Run(graph, output, mode, wrt, point, [values[slot] for slot in tape.slot], linear, backward, forward)


def choose_output(graph: Graph, of: str | None = None) -> str:
    """The output: `of`, else the one that the file declares, else the only sink. Raises UsageError."""
    if of is not None:
        require_node(graph, of, "--of")
        return of
    if graph.output is not None:
        return graph.output
    if len(graph.sinks) == 1:
        return graph.sinks[0]
    sinks = plural(len(graph.sinks), "sink")
    message = f"the output is not clear, for the graph has {sinks}, nodes that no other uses: {quoted(graph.sinks)}"
    hint = f"choose one by --of {shorten(graph.sinks[-1])}, or in the file by `output {shorten(graph.sinks[-1])}`"
    raise UsageError(Source(graph.source.name, ""), [Diagnostic("no-output", message, hints=(hint,))])


def require_node(graph: Graph, name: str, option: str) -> None:
    """Raise UsageError where the graph has no node `name`."""
    if name not in graph.index:
        hints = did_you_mean(name, graph.index) or (f"the nodes are {quoted(list(graph.index))}",)
        found = Diagnostic("unknown-node", f"the graph has no node `{shorten(name)}`", hints=hints)
        raise UsageError(Source(option, ""), [found])


def _choose_wrt(graph: Graph, wrt: Sequence[str]) -> tuple[str, ...]:
    for name in wrt:
        require_node(graph, name, "--wrt")
    return tuple(dict.fromkeys(wrt)) or graph.inputs
