"""Statements to a graph: names, kinds and order, with every mistake that can be told before a number is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from backcalc import progress
from backcalc.graph.declarations import Declarations, args_of
from backcalc.graph.functions import Differentiate, Functions
from backcalc.graph.model import Dag, Node
from backcalc.graph.order import levels, topological
from backcalc.graph.whole_numbers import constants_of, each
from backcalc.language.expr import Expr, names
from backcalc.language.statements import (
    Function,
    Program,
    Statement,
)
from backcalc.text.errors import MAX_ERRORS, BuildError, Code, Diagnostic, Note
from backcalc.text.source import Span
from backcalc.text.wording import shorten

CYCLE_SHOWN = 8


def build(program: Program, differentiate: Differentiate | None = None) -> Dag:
    """The graph that `program` describes; `differentiate` finds the functions f'. Raises BuildError.

    With every mistake found, up to twenty.
    """
    errors: list[Diagnostic] = []
    # Loops and templates have braces, comprehensions dots; a long file without any is not gone through for them.
    has_loops = "{" in program.source.text or ".." in program.source.text
    flat = _written_out(program, errors) if has_loops else list(each(program.statements))
    is_whole = not errors  # Of loops: what they would have defined is not to be missed below.
    # Before all else, for a formula may call what is defined further down.
    constants = constants_of(program.statements)
    own = [s for s in flat if isinstance(s, Function)]
    functions = Functions(own, errors, differentiate, constants)
    declared = Declarations(functions, errors)
    for statement in progress.through("building the graph", flat):
        declared.add(statement)
    progress.at("ordering the nodes")
    declared.settle(is_whole=is_whole)
    # Order comes last: a cycle is worth telling only of a graph that is otherwise sound.
    nodes = _ordered(declared, errors)
    # With errors there are no nodes either, but then they say why.
    if not nodes and not errors:
        errors.append(_empty())
    warnings = (*program.warnings, *declared.warnings)
    if errors:
        error = BuildError(program.source, _sorted(errors))
        error.warnings = warnings
        raise error
    return Dag(
        program.source,
        tuple(nodes),
        declared.output_name,
        warnings,
        tuple(declared.adjoints.items()),
        tuple(declared.claims),
        frozenset(function.name for function in own),
    )


def _written_out(program: Program, errors: list[Diagnostic]) -> list[Statement]:
    from backcalc.graph.loops import write_out  # Most files have no loops.

    return list(write_out(program.statements, errors))


def with_inputs(graph: Dag, constants: Iterable[str]) -> Dag:
    """`graph` with names that it reads as constants (`e`, `pi`) turned into inputs."""
    wanted = set(constants)
    found: dict[str, Span] = {}
    for node in graph.nodes:
        for expr in _exprs(node):
            for name, place in names(expr).items():
                if name in wanted:
                    # Where it is read first, for it has no statement to stand at.
                    found.setdefault(name, place.span)
    known = {*graph.index, *found}
    # Inputs come first: nothing feeds them, so the order stays topological.
    inputs = [Node(name, "input", span) for name, span in found.items()]
    return graph._replace(nodes=(*inputs, *(_with_args(node, known) for node in graph.nodes)))


def _with_args(node: Node, known: Collection[str]) -> Node:
    """`node` where the nodes are `known`: a constant that reads one is an expression."""
    args = args_of(node.incoming, () if node.expr is None else names(node.expr), known)
    is_read = args and node.kind == "constant" and not node.is_fixed
    return node._replace(args=args, kind="expression" if is_read else node.kind)


def _exprs(node: Node) -> list[Expr]:
    """Every expression that a node's value or partials come from."""
    own = [] if node.expr is None else [node.expr]
    return own + [edge.partial for edge in node.incoming]


def _ordered(declared: Declarations, errors: list[Diagnostic]) -> list[Node]:
    """The nodes in topological order: the file's own where it is one, else by level."""
    nodes = {name: declared.node(name) for name in declared.entries}

    def needs(name: str) -> Sequence[str]:
        """The nodes that `name` depends on."""
        return nodes[name].args

    # A reader finds a node where the file has it; levels are for a file that defines nodes after their use.
    place = {name: i for i, name in enumerate(nodes)}
    if all(place[arg] < i for i, node in enumerate(nodes.values()) for arg in node.args):  # Then there is no cycle.
        return [] if errors else list(nodes.values())
    order, cycles = topological(nodes, needs)
    errors += [_cycle(cycle, nodes) for cycle in cycles]
    if errors:
        return []
    level = levels(order, needs)
    # Stable, so nodes of one level keep the order of the file.
    return sorted(nodes.values(), key=lambda node: level[node.name])


def _cycle(cycle: list[str], nodes: dict[str, Node]) -> Diagnostic:
    """`cycle` lists each node before the one it needs; it is told in the direction in which values flow."""
    # From the node that stands first in the file, so that the same file always has the same message.
    first = min(range(len(cycle)), key=lambda i: nodes[cycle[i]].span)
    cycle = cycle[first:] + cycle[:first]
    flow = [cycle[0], *reversed(cycle)]
    shown = flow if len(flow) <= CYCLE_SHOWN + 1 else [*flow[: CYCLE_SHOWN - 1], "…", flow[-1]]
    arrows = " → ".join(shorten(name) for name in shown)
    if shown is not flow:
        arrows += f" ({len(cycle)} nodes)"
    notes = tuple(_feeding(tail, nodes[head]) for tail, head in pairwise(flow[:CYCLE_SHOWN]))
    hint = ("a graph must run one way; give one of these another name, or drop an edge",)
    return Diagnostic(Code.CYCLE, f"the graph has a cycle: {arrows}", nodes[cycle[0]].span, notes, hint)


def _feeding(tail: str, head: Node) -> Note:
    """Where `tail` goes into `head`."""
    message = f"{shorten(tail)} → {shorten(head.name)}"
    for edge in head.incoming:
        if edge.tail == tail:
            return Note(message, edge.span)
    assert head.formula is not None
    written = names(head.formula).get(tail)
    return Note(message, written.span if written else head.span)


def _empty() -> Diagnostic:
    hint = ("define a node (y = 2*x) or an edge (u -> v : 3)",)
    return Diagnostic(Code.EMPTY, "the graph has no nodes", hints=hint)


def _sorted(errors: list[Diagnostic]) -> list[Diagnostic]:
    """The errors in the order of the text, each once, up to one more than is shown, which tells that there are more."""
    unique = dict.fromkeys(errors)  # A loop repeats its statements, and so what is wrong with them.
    return sorted(unique, key=lambda error: error.span or Span(0, 0))[: MAX_ERRORS + 1]
