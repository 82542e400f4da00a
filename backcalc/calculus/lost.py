"""Where a number that is not finite arises: the first node of a pass that has one.

Values are looked at from the inputs on, tangents too, adjoints from the output back: what comes of a number that is nan
or infinite is no news. Nothing is said where a warning of an operation says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

from backcalc.calculus.linearize import Linearization
from backcalc.calculus.swept import Swept
from backcalc.graph.model import Dag, Node
from backcalc.rules.values import Numeric, Value, is_lost
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.source import Span
from backcalc.text.wording import shorten

TELLING = (Code.DOMAIN, Code.SLOPE)
"""The warnings of an operation that say why a number is not finite."""

UserTerm: TypeAlias = "tuple[Node, Numeric | None, Value | None]"
"""A user of a node, ∂user/∂node where it is a number, and what the user adds to the node's adjoint."""


class SweptObjects(Swept, Protocol):
    """What is looked at of a run of objects."""

    @property
    def graph(self) -> Dag:
        """The graph."""
        ...

    @property
    def along(self) -> Mapping[str, Numeric]:
        """The direction of a run along one; else nothing."""
        ...

    @property
    def linear(self) -> Linearization:
        """Its local partials, and what was noticed of them."""
        ...

    def partials(self, node: int) -> Mapping[str, Numeric | None]:
        """∂node/∂arg by argument."""
        ...

    def pairs(self) -> Iterable[tuple[str, str, Value | None]]:
        """The derivatives of all pairs of nodes."""
        ...


def first_lost(run: SweptObjects) -> Iterator[Diagnostic]:
    """A warning of the first number that is not finite, where none of its operations has one; else nothing."""
    nodes, noticed = run.graph.nodes, run.linear.remarks.found
    told = {
        node
        for node, found in noticed.items()
        if any(warning.code in TELLING for warning in found.values())
    }  # fmt: skip
    # Values first: what is swept over them is lost with them.
    place = _first(run.values)
    if place is not None:
        yield from [of_value(nodes[place])] * (place not in told)
        return
    for name, tangent in run.tangents.items():
        if (place := _first(tangent)) is not None:
            yield from [of_tangent(nodes[place], "" if run.along else name)] * (place not in told)
            return
    if run.mode != "reverse" or (place := _last([is_lost(found) for found in run.adjoints], nodes)) is None:
        return
    users = [i for i, user in enumerate(nodes) if nodes[place].name in user.args]
    # A user that has warned has said where its slope is lost.
    if told.isdisjoint(users):
        yield of_adjoint(run.output, nodes[place], list(_terms(run, place, users)))


def lost_pairs(run: SweptObjects) -> list[Diagnostic]:
    """A warning of the first of a run's pairs whose derivative is not finite, where the run itself has none."""
    graph = run.graph
    pair = next(((head, tail) for head, tail, value in run.pairs() if is_lost(value)), None)
    # One warning of many pairs, and none where the run has told what they come of.
    if pair is None or any(warning.code in (*TELLING, Code.NOT_FINITE) for warning in run.warnings):
        return []
    return [of_derivative(f"∂{shorten(pair[0])}/∂{shorten(pair[1])}", graph.node(pair[0]).span)]


def lost_partials(run: SweptObjects) -> list[Diagnostic]:
    """A warning of the first local partial by a constant that is not finite, where the run itself has none.

    By other nodes each has been told of where it was worked out.
    """
    if any(warning.code in (*TELLING, Code.NOT_FINITE) for warning in run.warnings):
        return []
    nodes = run.graph.nodes
    constants = {node.name for node in nodes if node.kind == "constant" and not node.is_fixed}
    # Few graphs have such a node, and of an array a partial is a Jacobian.
    heads = [i for i, node in enumerate(nodes) if not constants.isdisjoint(node.args)]
    lost = ((i, tail) for i in heads for tail, value in run.partials(i).items() if tail in constants and is_lost(value))
    return [of_derivative(f"∂{shorten(nodes[i].name)}/∂{shorten(tail)}", nodes[i].span) for i, tail in lost][:1]


def _first(values: Iterable[Value | None]) -> int | None:
    return next((i for i, value in enumerate(values) if is_lost(value)), None)


def _last(lost: Sequence[bool], nodes: Sequence[Node]) -> int | None:
    """The first of the lost adjoints, from the output back."""
    places = [place for place, each in enumerate(lost) if each]
    # Nobody asks for the slope by a constant, as by the n of x^n, but it is shown: told where nothing else is.
    return max(places, key=lambda place: (nodes[place].kind != "constant", place), default=None)


def _terms(run: SweptObjects, node: int, users: Sequence[int]) -> Iterator[UserTerm]:
    """What the users of a node add to its adjoint."""
    for user in users:
        if run.linear.evaluation.has_arrays:  # Their partials would be Jacobians, made for the words alone.
            yield run.graph.nodes[user], None, float("nan")
            continue
        for tail, partial, contribution in run.linear.contributions(user, run.adjoints[user]):
            if tail == node:
                yield run.graph.nodes[user], partial, contribution


def of_value(node: Node) -> Diagnostic:
    """That a value is not finite."""
    return Diagnostic(Code.NOT_FINITE, f"the value of `{shorten(node.name)}` is not finite", node.span)


def of_tangent(node: Node, wrt: str) -> Diagnostic:
    """That a tangent is not finite; without a `wrt` that in a direction, which is a change."""
    of = shorten(node.name)
    message = f"the slope of `{of}` by `{shorten(wrt)}` is not finite" if wrt else f"the change of `{of}` is not finite"
    return Diagnostic(Code.NOT_FINITE, message, node.span)


def of_derivative(what: str, span: Span) -> Diagnostic:
    """That a derivative is not finite."""
    return Diagnostic(Code.NOT_FINITE, f"{what} is not finite", span)


def of_adjoint(output: str, node: Node, terms: Sequence[UserTerm]) -> Diagnostic:
    """That an adjoint is not finite, and which of its terms are to blame."""
    name, of = shorten(node.name), shorten(output)
    what = f"∂{of}/∂{name} is not finite"
    if not terms:
        return Diagnostic(Code.NOT_FINITE, f"{what}, as it is stated", node.span)
    user, partial = next(((user, partial) for user, partial, term in terms if is_lost(term)), (None, None))
    if user is None:
        return Diagnostic(Code.NOT_FINITE, f"{what}: the sum of its terms is too large", node.span)
    slope = f"the slope of `{shorten(user.name)}` by it"
    if partial is None or is_lost(partial):
        return Diagnostic(Code.NOT_FINITE, f"{what}: {slope} is not, or 0 times one that is not", user.span)
    return Diagnostic(Code.NOT_FINITE, f"{what}: {slope}, times ∂{of}/∂{shorten(user.name)}, is too large", user.span)
