"""Jacobians: the derivative of an output of any shape by every node has the output's shape followed by the node's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TypeAlias

from backcalc.calculus.adjoints import adjoints
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.rows import MOST_NUMBERS, MOST_SWEEPS, elements, joined
from backcalc.graph.model import Dag
from backcalc.graph.shapes import MOST_AXES, Shape, shape_words
from backcalc.rules.gates import only
from backcalc.rules.values import Numeric, Value, all_known
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source
from backcalc.text.wording import option, quoted, shorten

MOST_TOGETHER = 20_000_000  # Numbers of the Jacobians by all nodes.
WIDE = 32  # Elements from which on one sweep over a stack of them is faster than a sweep each.

Engine: TypeAlias = "Callable[[Evaluation, str, Sequence[str]], Sequence[Value | None]]"
"""What gives ∂output/∂name for each of some nodes where all values are known: by arrays, whatever the output's size."""


def derivatives(
    linear: Linearization, head: int, engine: Engine | None = None, wanted: Collection[int] | None = None
) -> Sequence[Value | None]:
    """∂head/∂node for every node of the graph, or for those of `wanted`; None for others, and where it has no formula.

    An element of the head takes a sweep, but where all is known and `engine` is given, and the head wide.
    """
    graph, shape = linear.tape.graph, linear.evaluation.shapes[linear.tape.slot[head]]
    if not shape:
        return adjoints(linear, head)
    places = [i for i in range(len(graph.nodes)) if wanted is None or i in wanted]
    places = [i for i in places if not graph.nodes[i].is_fixed]
    found: list[Value | None] = [None] * len(graph.nodes)
    if engine and linear.evaluation.is_known and elements(shape) >= WIDE:
        every = engine(linear.evaluation, graph.nodes[head].name, [graph.nodes[i].name for i in places])
    elif linear.evaluation.is_known or len(shape) > 1:
        every = list(_by_element(linear, head, shape, places))
    else:
        from backcalc.calculus.matrix_forms import jacobian_formulas  # Of what is known, numbers are enough.

        slots = linear.tape.slot
        every = jacobian_formulas(linear, slots[head], [slots[i] for i in places])
    for i, jacobian in zip(places, every, strict=True):
        found[i] = jacobian
    return found


def _by_element(linear: Linearization, head: int, shape: Shape, places: Sequence[int]) -> Iterator[Value | None]:
    """The Jacobians by the nodes at `places`, an array of numbers each, or a formula."""
    if not linear.evaluation.is_known and elements(shape) > MOST_SWEEPS:
        yield from (None for _ in places)
        return
    from backcalc.rules.ndarray import units

    # Row i of the Jacobian is what the i-th unit cotangent pulls back.
    sweeps = []
    for unit in units(shape):
        # Only this element's gate is open: of others a slope may be infinite, and 0·inf is nan.
        swept = adjoints(linear, {head: only(unit)})
        sweeps.append([swept[i] for i in places])
    for i, rows in zip(places, map(list, zip(*sweeps, strict=True)), strict=True):
        axes = len(shape) + len(linear.evaluation.shapes[linear.tape.slot[i]])
        # Numbers may have any axes; a formula has those that the language can write.
        yield joined(rows, shape) if all_known(rows) or axes <= MOST_AXES else None


def kept_nodes(graph: Dag, evaluation: Evaluation, output: str, wrt: Sequence[str]) -> set[int]:
    """The places of the nodes whose Jacobians are worked out: those of `wrt`, and others that are not too large.

    Raises UsageError where one of `wrt` is too large.
    """
    shapes = [evaluation.shapes[slot] for slot in evaluation.tape.slot]
    count = elements(shapes[graph.index[output]])
    require_few(graph, output, wrt, shapes)
    last = graph.index[output]
    # Those of `wrt` are asked for, and take no room from the others.
    kept, room = {graph.index[name] for name in wrt}, MOST_TOGETHER
    # From the output back, as a derivation goes: what has no room is left out rather than the whole refused.
    for i in (*range(last, -1, -1), *range(last + 1, len(shapes))):
        numbers = count * elements(shapes[i])
        if i not in kept and numbers <= min(MOST_NUMBERS, room):
            kept.add(i)
            room -= numbers
    return kept


def require_few(graph: Dag, output: str, wrt: Sequence[str], shapes: Sequence[Shape]) -> None:
    """Raise UsageError where a Jacobian that is asked for has more than MOST_NUMBERS numbers.

    `shapes` are those of the nodes.
    """
    count = elements(shapes[graph.index[output]])
    counts = {name: count * elements(shapes[graph.index[name]]) for name in wrt}
    large = next((name for name, count in counts.items() if count > MOST_NUMBERS), None)
    if large is None:
        return
    of, by = shorten(output), shorten(large)
    what = f"`{of}` is {shape_words(shapes[graph.index[output]])}, `{by}` {shape_words(shapes[graph.index[large]])}"
    message = f"{what}: ∂{of}/∂{by} has {counts[large]:,} numbers, a Jacobian at most {MOST_NUMBERS:,}"
    # Only what would still be an answer is offered.
    others = [name for name, count in counts.items() if count <= MOST_NUMBERS]
    hints = [f"along one direction d of `{of}` it is the gradient of a number: s = sum({of}*d)"]
    hints += [f"leave it out: {option('wrt', ','.join(others[:3]))}"] if others else []
    place = ",".join("0" for _ in shapes[graph.index[output]])
    hints.append(f"one row of it: {option('get', f'd{of}[{place}]/d{by}')}")
    raise UsageError(Source(graph.source.name, ""), [Diagnostic(Code.JACOBIAN_TOO_LARGE, message, hints=tuple(hints))])


def seed_of(shape: Shape) -> Numeric | None:
    """∂output/∂output: the number 1, or an identity, None where that would have too many numbers."""
    if not shape:
        return 1.0
    from backcalc.rules.ndarray import identity

    return identity(shape) if elements(shape) ** 2 <= MOST_NUMBERS else None  # The output's shape, twice.


def left_out(graph: Dag, output: str, names: Sequence[str]) -> Diagnostic:
    """The warning that the Jacobians by these nodes, which nobody has asked for, are left out."""
    of, first = shorten(output), shorten(names[0])
    message = f"∂{of}/∂node by {quoted(names)} is left out, for it has too many numbers"
    hint = f"along one direction d of `{of}` it is ∂s/∂{first} of a number: s = sum({of}*d)"
    return Diagnostic(Code.JACOBIAN_LEFT_OUT, message, graph.node(names[0]).span, hints=(hint,))


def beyond_formulas(
    graph: Dag, unknown: Iterable[tuple[str, str]], shapes: Sequence[Shape], kind: str
) -> Iterator[Diagnostic]:
    """The warning that of these derivatives some have more axes than a formula; none where all could have one.

    `unknown` are the nodes and what they are differentiated by; `shapes` are those of the nodes; `kind` says what is
    shown of each node: its adjoint, its tangent, or its change along a direction.
    """
    rank = {name: len(shapes[place]) for name, place in graph.index.items()}
    beyond = [(of, by) for of, by in unknown if rank[of] + rank[by] > MOST_AXES]
    if not beyond:
        return
    # A sweep has one end: in forward mode what is differentiated by, else the output.
    of, by = map(shorten, beyond[0])
    names = list(dict.fromkeys(pair[1 if kind == "adjoint" else 0] for pair in beyond))
    what = f"∂{of}/∂node by {quoted(names)}" if kind == "adjoint" else f"∂node/∂{by} of {quoted(names)}"
    axes = rank[beyond[0][0]] + rank[beyond[0][1]]
    count = f"{axes} axes" if len(names) == 1 else f"more than {MOST_AXES} axes"
    message = f"{what} has {count}, and an array in a formula has at most {MOST_AXES}: `?` stands for "
    message += "the change" if kind == "change" else "it"
    place = ",".join("0" for _ in range(rank[beyond[0][0]]))
    hints = [f"that of one element of `{of}` has one: {option('get', f'd{of}[{place}]/d{by}')}"]
    if kind == "change":
        hints = [f"that of a number has a formula: make one element a node, s = {of}[{place}]"]
    hints.append("where every input has a value it is an array of numbers")
    yield Diagnostic(Code.JACOBIAN_LEFT_OUT, message, graph.node(beyond[0][1]).span, hints=tuple(hints))
