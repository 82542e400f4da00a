"""What is missing for a value: which inputs, where they are used, and the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backcalc.calculus.evaluate import Evaluation
from backcalc.graph.model import Dag, Node
from backcalc.graph.shapes import Shape
from backcalc.language.expr import Name, postorder
from backcalc.rules.values import is_known
from backcalc.text.errors import MAX_ERRORS, Code, Diagnostic, EvaluateError, Note
from backcalc.text.source import Span
from backcalc.text.suggest import did_you_mean, is_of_series
from backcalc.text.wording import has_files, plural, point_option, shorten

PLACES_SHOWN = 3


NAMES_SHOWN = 8


ONES_SHOWN = 3  # Of an axis.


def require_known(evaluation: Evaluation) -> None:
    """Raise EvaluateError for every value that a formula needs and nothing gives."""
    graph, needed = evaluation.tape.graph, missing_nodes(evaluation)
    if needed:
        # One more than is shown, which tells that there are more.
        errors = [_missing(graph, node) for node in needed[: MAX_ERRORS + 1]]
        last = min(len(errors), MAX_ERRORS) - 1  # One remedy for all, under the last that is shown.
        errors[last] = errors[last]._replace(hints=(*errors[last].hints, *remedies(evaluation, needed)))
        raise EvaluateError(graph.source, errors)


def require_values(evaluation: Evaluation, asked: Iterable[str]) -> None:
    """Raise EvaluateError for nodes that are asked for and have no value, though no formula may read them."""
    graph, slots = evaluation.tape.graph, evaluation.tape.slot
    missing = [graph.node(name) for name in asked if not is_known(evaluation.terms[slots[graph.index[name]]])]
    if missing:
        # The first is pointed at, the remedy names them all.
        node = missing[0]
        found = Diagnostic(Code.MISSING_VALUE, _message(node), node.span, hints=remedies(evaluation, missing))
        raise EvaluateError(graph.source, [found])


def missing_nodes(evaluation: Evaluation) -> list[Node]:
    """The nodes whose value a formula needs and nothing gives."""
    tape, terms = evaluation.tape, evaluation.terms
    missing = {slot: i for i, slot in enumerate(tape.slot) if tape.rows[slot] is None and not is_known(terms[slot])}
    if not missing:
        return []
    # What nobody reads may stay unknown: the activations of an edge list usually are.
    read = {arg for args in tape.args for arg in args}
    read |= {slot for pairs in tape.partials.values() for _, slot in pairs}
    return [tape.graph.nodes[i] for slot, i in missing.items() if slot in read]


def remedies(evaluation: Evaluation, needed: Sequence[Node]) -> tuple[str, ...]:
    """The `--at` that gives a value to every node that needs one, and the statement that does it for one."""
    shown = [(shorten(node.name), evaluation.known_shapes.names[node.name]) for node in needed[:NAMES_SHOWN]]
    first, shape = shown[0]
    some = [(name, some_ones(shape, ",")) for name, shape in shown]
    statement = f", or in the file by `{'input ' * (needed[0].kind == 'input')}{first} = {some_ones(shape, ', ')}`"
    what, more = "it" if len(needed) == 1 else "them", len(needed) > NAMES_SHOWN
    # A node of an edge list may be called 3, of which no statement says more.
    hint = f"give {what} by {point_option(some, more=more)}{'' if first.isdecimal() else statement}"
    if not has_files() or not (more or any("…" in value for _, value in some)):
        return (hint,)
    return hint, f'many are easier in a file: --at @point.json, which holds {{"{first}": {some_ones(shape, ", ")}, …}}'


def some_ones(shape: Shape, comma: str) -> str:
    """A value of that shape as one writes it, what is long cut off."""
    text = "1"
    for n in reversed(shape):
        assert n is not None  # Where there is a point, all lengths are settled.
        text = f"[{comma.join([text] * min(n, ONES_SHOWN))}{f'{comma}…' * (n > ONES_SHOWN)}]"
    return text


def _missing(graph: Dag, node: Node) -> Diagnostic:
    """What needs `node`."""
    name = shorten(node.name)
    uses = _uses(graph, node.name)
    # The first of them is where the error itself points.
    notes = [Note(f"`{name}` is used here too", use) for use in uses[1:PLACES_SHOWN]]
    if len(uses) > PLACES_SHOWN:
        last = notes[-1]
        notes[-1] = last._replace(message=f"{last.message}, and in {plural(len(uses) - PLACES_SHOWN, 'more place')}")
    defined = [other for other in graph.index if other != node.name and graph.node(other).kind != "input"]
    # Of x1, x2, x4 the last is as likely meant as misspelt, and any letter is near to any other.
    is_typo = node.kind == "input" and len(node.name) > 1 and not is_of_series(node.name, graph.index)
    likely = did_you_mean(node.name, defined) if is_typo else ()
    return Diagnostic(Code.MISSING_VALUE, _message(node), uses[0], tuple(notes), likely)


def _message(node: Node) -> str:
    name = shorten(node.name)
    return f"the input `{name}` has no value" if node.kind == "input" else f"the activation of `{name}` is not known"


def _uses(graph: Dag, name: str) -> list[Span]:
    """The first place on each line that reads the node `name`."""
    exprs = [node.expr for node in graph.nodes if node.expr is not None]
    exprs += [edge.partial for node in graph.nodes for edge in node.incoming]
    parts = (part for expr in exprs for part in postorder(expr))
    # A set, for what functions expand to has one place of the text many times.
    places = sorted({part.span for part in parts if isinstance(part, Name) and part.id == name})
    first: dict[int, Span] = {}
    for place in places:
        first.setdefault(graph.source.line_number(place.start), place)
    return list(first.values())
