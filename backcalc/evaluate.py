"""Values: the forward pass over a tape."""

from __future__ import annotations

from collections.abc import Mapping

from backcalc.errors import Diagnostic, EvaluateError, Note, Source, plural, shorten
from backcalc.expr import Call, Expr, Name, Number, fold, names
from backcalc.functions import Functions
from backcalc.graph import Graph, Node
from backcalc.primitives import CONSTANTS, lookup
from backcalc.suggest import did_you_mean
from backcalc.tape import Tape

PLACES_SHOWN = 3


def evaluate(tape: Tape, point: Mapping[str, float]) -> list[float | None]:
    """The value of every slot at `point`; None for an edge-annotated node whose activation is not known.

    Raises EvaluateError for every value that a formula needs and nothing gives.
    """
    values = list(tape.literals)
    for name, value in point.items():
        values[tape.slot[tape.graph.index[name]]] = value
    _require_known(tape, values)
    for slot, row in enumerate(tape.rows):
        if row is not None and values[slot] is None:
            values[slot] = row.evaluate(*[values[arg] for arg in tape.args[slot]])
    return values


def constant(expr: Expr, source: Source) -> float:
    """The value of an expression without nodes. Raises EvaluateError where it has some."""
    unknown = [name for name in names(expr).values() if name.id not in CONSTANTS]
    if unknown:
        hint = ("it is made of numbers, pi, e, tau, inf and functions of them",)
        found = [Diagnostic("not-constant", f"`{shorten(n.id)}` is not a number", n.span, hints=hint) for n in unknown]
        raise EvaluateError(source, found)

    errors: list[Diagnostic] = []
    Functions((), errors).expand(expr)
    if errors:
        raise EvaluateError(source, errors)

    def leaf(part: Number | Name) -> float:
        return part.value if isinstance(part, Number) else CONSTANTS[part.id]

    def call(part: Call, args: tuple[float, ...]) -> float:
        row = lookup(part.fn)
        assert row is not None  # `expand` has told what is not there.
        return row.evaluate(*args)

    return fold(expr, leaf, call)


def _require_known(tape: Tape, values: list[float | None]) -> None:
    """Every slot that an operation reads has a value or is computed by one."""
    graph = tape.graph
    missing = {slot: i for i, slot in enumerate(tape.slot) if tape.rows[slot] is None and values[slot] is None}
    if not missing:
        return
    read = {arg for args in tape.args for arg in args}
    read |= {slot for pairs in tape.partials.values() for _, slot in pairs}
    needed = [graph.nodes[i] for slot, i in missing.items() if slot in read]
    if needed:
        everything = ",".join(f"{node.name}=…" for node in needed)
        raise EvaluateError(graph.source, [_missing(graph, node, everything) for node in needed])


def _missing(graph: Graph, node: Node, everything: str) -> Diagnostic:
    """What needs `node`, and the `--at` that gives it."""
    name = shorten(node.name)
    uses = _uses(graph, node.name)
    notes = [Note(f"`{name}` is used here too", use.span) for use in uses[1:PLACES_SHOWN]]
    if len(uses) > PLACES_SHOWN:
        last = notes[-1]
        notes[-1] = last._replace(message=f"{last.message}, and in {plural(len(uses) - PLACES_SHOWN, 'more place')}")
    defined = [other for other in graph.index if other != node.name and graph.node(other).kind != "input"]
    likely = did_you_mean(node.name, defined) if node.kind == "input" and len(node.name) > 1 else ()
    what = "input" if node.kind == "input" else "activation"
    alternative = f"`input {name} = 1`" if node.kind == "input" else f"`{name} = 1`"
    hints = (f"give it by --at {shorten(everything)}, or in the file by {alternative}", *likely)
    return Diagnostic("missing-value", f"the {what} `{name}` has no value", uses[0].span, tuple(notes), hints)


def _uses(graph: Graph, name: str) -> list[Name]:
    """The first place in each formula or partial that reads the node `name`."""
    exprs = [node.formula for node in graph.nodes if node.formula is not None]
    exprs += [edge.partial for node in graph.nodes for edge in node.incoming]
    found = (names(expr).get(name) for expr in exprs)
    return sorted((use for use in found if use is not None), key=lambda use: use.span)
