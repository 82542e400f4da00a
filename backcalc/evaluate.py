"""Values: the forward pass over a tape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from backcalc.errors import MAX_ERRORS, Diagnostic, EvaluateError, Note, Source, Span, plural, shorten
from backcalc.expr import Call, Expr, Name, Number, fold, names, postorder
from backcalc.functions import Functions
from backcalc.graph import Graph, Node
from backcalc.primitives import CONSTANTS, lookup
from backcalc.suggest import did_you_mean
from backcalc.tape import Tape

PLACES_SHOWN = 3
NAMES_SHOWN = 8


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
        message = "`{}` cannot stand here: only numbers can, pi, e, tau, inf, and functions of them"
        found = [Diagnostic("not-constant", message.format(shorten(n.id)), n.span) for n in unknown]
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
        errors = [_missing(graph, node) for node in needed[: MAX_ERRORS + 1]]
        last = min(len(errors), MAX_ERRORS) - 1  # One remedy for all, under the last that is shown.
        errors[last] = replace(errors[last], hints=(*errors[last].hints, *_remedies(needed)))
        raise EvaluateError(graph.source, errors)


def _remedies(needed: Sequence[Node]) -> tuple[str, ...]:
    """The `--at` that gives a value to every node that needs one, and the statement that does it for one."""
    names = [shorten(node.name) for node in needed[:NAMES_SHOWN]]
    statement = f"`input {names[0]} = 1`" if needed[0].kind == "input" else f"`{names[0]} = 1`"
    what, more = "it" if len(needed) == 1 else "them", len(needed) > NAMES_SHOWN
    option = ",".join(f"{name}=1" for name in names) + ",…" * more
    hint = f"give {what} by --at {option}, or in the file by {statement}"
    in_file = f'many are easier in a file: --at @point.json, which holds {{"{names[0]}": 1, …}}'
    return (hint, in_file) if more else (hint,)


def _missing(graph: Graph, node: Node) -> Diagnostic:
    """What needs `node`."""
    name = shorten(node.name)
    uses = _uses(graph, node.name)
    notes = [Note(f"`{name}` is used here too", use) for use in uses[1:PLACES_SHOWN]]
    if len(uses) > PLACES_SHOWN:
        last = notes[-1]
        notes[-1] = last._replace(message=f"{last.message}, and in {plural(len(uses) - PLACES_SHOWN, 'more place')}")
    defined = [other for other in graph.index if other != node.name and graph.node(other).kind != "input"]
    likely = did_you_mean(node.name, defined) if node.kind == "input" and len(node.name) > 1 else ()
    message = f"the input `{name}` has no value" if node.kind == "input" else f"the activation of `{name}` is not known"
    return Diagnostic("missing-value", message, uses[0], tuple(notes), likely)


def _uses(graph: Graph, name: str) -> list[Span]:
    """The first place on each line that reads the node `name`."""
    exprs = [node.expr for node in graph.nodes if node.expr is not None]
    exprs += [edge.partial for node in graph.nodes for edge in node.incoming]
    parts = (part for expr in exprs for part in postorder(expr))
    places = sorted({part.span for part in parts if isinstance(part, Name) and part.id == name})
    first: dict[int, Span] = {}
    for place in places:
        first.setdefault(graph.source.line_number(place.start), place)
    return list(first.values())
