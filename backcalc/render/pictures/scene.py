"""What a picture of a graph shows, before anybody says where: boxes with their texts, arrows with their local partials.

A scene is made of a run, and may be made smaller (`around`), lit (`with_paths`) or stepped back (`at_step`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from math import prod
from typing import Any, NamedTuple

from backcalc.calculus.run import Run
from backcalc.graph.model import Node, NodeKind
from backcalc.graph.shapes import shape_text
from backcalc.language.unparse import unparse
from backcalc.render.values import value_text
from backcalc.rules.values import add
from backcalc.text.numerals import DIGITS, UNKNOWN

NUMBERS_SHOWN = 4  # Of an array in a box; a larger one is told by its shape.
LABEL_NUMBERS = 3  # The same of a local partial.


class Card(NamedTuple):
    """What the box of a node says; a text is empty where there is nothing to say.

    `is_number` tells whether value and adjoint are numbers rather than formulas, which may be cut short.
    """

    name: str
    kind: NodeKind
    formula: str = ""
    value: str = ""
    adjoint: str = ""
    value_is_number: bool = True
    adjoint_is_number: bool = True
    is_output: bool = False
    is_lit: bool = False
    is_active: bool = False  # What the step shown has just worked out.


class Arrow(NamedTuple):
    """An edge from the card `tail` to the card `head`, by their places, with its local partial and the text of it.

    Along one that does not flow there is no derivative, for it comes from a constant or goes through
    `stop_gradient`; it has no text.
    """

    tail: int
    head: int
    label: str = ""
    partial: Any = None
    is_number: bool = True
    is_lit: bool = False
    flows: bool = True


class Seed(NamedTuple):
    """The derivative of a loss outside the graph by a card: its place, and what the file states it to be."""

    card: int
    label: str


class Scene(NamedTuple):
    """The boxes in topological order, and the arrows by their heads; `output` is what the adjoints are of, or empty.

    `has_paths` tells whether some of it is lit, `seeds` where an output outside the graph comes in.
    """

    cards: tuple[Card, ...]
    arrows: tuple[Arrow, ...]
    output: str = ""
    has_paths: bool = False
    seeds: tuple[Seed, ...] = ()

    @property
    def title(self) -> str:
        """What the picture is of."""
        return f"Computational graph of {self.output}" if self.output else "Computational graph"

    @property
    def drawn_output(self) -> str:
        """The output, where an arrow from or to it, or what leads to it, is in the scene; else empty."""
        if self.seeds:
            return self.output
        # Without an arrow it is no node to who reads the edges of the picture.
        ends = {place for arrow in self.arrows for place in (arrow.tail, arrow.head)}
        return next((self.cards[i].name for i in ends if self.cards[i].is_output), "")

    @property
    def description(self) -> str:
        """The picture in words: its nodes with their values and adjoints, and its edges."""
        nodes = "; ".join(", ".join(texts(card, self.output)) for card in self.cards)
        edges = "; ".join(
            f"{self.cards[arrow.tail].name} → {self.cards[arrow.head].name}"
            + (f": {arrow.label}" if arrow.label else "")
            for arrow in self.arrows
        )
        return f"Nodes: {nodes}." + (f" Edges with their local partials: {edges}." if edges else "")


def texts(card: Card, output: str) -> list[str]:
    """What a card says, a text a line: name with formula or value, value, adjoint."""
    found = [f"{card.name} = {card.formula}"] if card.formula else []
    if card.value or not found:
        found.append(f"{card.name} = {card.value}" if card.value else card.name)
    return [*found, f"∂{output}/∂{card.name} = {card.adjoint}"] if card.adjoint else found


# ---- From a run ------------------------------------------------------------------------------------------------------


def scene(run: Run, digits: int = DIGITS) -> Scene:
    """The scene of a run, with its values and, in reverse mode, adjoints; what is unknown is a formula, or empty."""
    nodes = run.graph.nodes
    # Forward mode has none; a picture of values is one all the same.
    adjoints: Sequence[Any] = run.adjoints or [None] * len(nodes)
    cards = [_card(run, i, adjoints[i], digits) for i in range(len(nodes))]
    arrows = [arrow for head in range(len(nodes)) for arrow in _arrows(run, head, digits)]
    # Without adjoints there is nothing to be `of`.
    if not run.adjoints:
        return Scene(tuple(cards), tuple(arrows))
    is_outside = run.output not in run.graph.index
    seeds = [
        Seed(place, _text(seed, run.shapes[place], digits, LABEL_NUMBERS)) for place, seed in run.seeds.items()
    ] * is_outside
    return Scene(tuple(cards), tuple(arrows), run.output, seeds=tuple(seeds))


def _card(run: Run, place: int, adjoint: Any, digits: int) -> Card:
    node, value = run.graph.nodes[place], run.values[place]
    shape = run.shapes[place]
    return Card(
        node.name,
        node.kind,
        _formula(node),
        _text(value, shape, digits),
        "" if node.is_fixed else _text(adjoint, shape, digits),  # Of a constant nobody asks for a derivative.
        value_is_number=not is_formula(value),
        adjoint_is_number=not is_formula(adjoint),
        is_output=node.name == run.output,
    )


def _formula(node: Node) -> str:
    # What says no more than the value does is not said twice.
    return "" if node.formula is None or node.kind in ("input", "constant", "edges") else unparse(node.formula)


def _text(value: Any, shape: Any, digits: int, most: int = NUMBERS_SHOWN) -> str:
    """A value for a box: of a large array its shape, nothing where it is not known."""
    if shape and prod(n or 0 for n in shape) > most:  # An unknown length counts as 0: such a value is a formula.
        return f"[{shape_text(shape)}]"
    text = value_text(value, digits)
    return "" if text == UNKNOWN else text


def is_formula(value: Any) -> bool:
    """Whether a value is a formula, as one is that is not known."""
    from backcalc.rules.values import is_known

    return value is not None and not is_known(value)


def _arrows(run: Run, head: int, digits: int) -> Iterable[Arrow]:
    """The edges into a node, each tail once: parallel ones are added up."""
    node, index = run.graph.nodes[head], run.graph.index
    partials = _partials(run, head)
    for name in node.args:
        partial = partials.get(index[name])
        # Of a Jacobian: those of the head, then those of the tail.
        shape = (*run.shapes[head], *run.shapes[index[name]])
        label = "" if run.graph.is_fixed(name) else _text(partial, shape, digits, LABEL_NUMBERS)
        yield Arrow(index[name], head, label, partial, is_number=not is_formula(partial), flows=bool(label))


def _partials(run: Run, head: int) -> dict[int, Any]:
    """∂head/∂tail by tail, where it is small enough to be shown; a formula where it is not known."""
    index, found = run.graph.index, dict[int, Any]()
    if not run.shapes[head]:
        # At the adjoint 1, what flows along an edge is its partial, as a formula too.
        for tail, partial, form in run.linear.contributions(head, 1.0):
            each = form if partial is None else partial
            # Parallel edges: as adjoints add up, so do their partials.
            found[tail] = add(found[tail], each) if tail in found else each
        return found
    sizes = [prod(n or 0 for n in run.shapes[index[arg]]) for arg in run.graph.nodes[head].args]
    # A Jacobian that nobody sees is not worked out.
    if prod(n or 0 for n in run.shapes[head]) * min(sizes, default=0) > LABEL_NUMBERS:
        return found
    return {index[name]: partial for name, partial in run.partials(head).items()}


# ---- Other scenes of it ----------------------------------------------------------------------------------------------


def around(found: Scene, name: str, radius: int) -> Scene:
    """The part of a scene that lies at most `radius` edges, along or against them, from a node."""
    beside: list[set[int]] = [set() for _ in found.cards]
    for arrow in found.arrows:
        beside[arrow.tail].add(arrow.head)
        beside[arrow.head].add(arrow.tail)
    reached = {next(i for i, card in enumerate(found.cards) if card.name == name)}
    border = set(reached)
    for _ in range(radius):
        border = {other for place in border for other in beside[place]} - reached
        if not border:  # The whole of what hangs together is reached.
            break
        reached |= border
    return _only(found, reached)


def _only(found: Scene, places: Collection[int]) -> Scene:
    """The scene of some cards, and of the arrows between them."""
    kept = sorted(places)  # In their order, which stays topological.
    new = {place: i for i, place in enumerate(kept)}
    arrows = [
        arrow._replace(tail=new[arrow.tail], head=new[arrow.head])
        for arrow in found.arrows
        if arrow.tail in new and arrow.head in new
    ]
    seeds = [seed._replace(card=new[seed.card]) for seed in found.seeds if seed.card in new]
    return found._replace(cards=tuple(found.cards[place] for place in kept), arrows=tuple(arrows), seeds=tuple(seeds))


def with_paths(found: Scene, names: Collection[str]) -> Scene:
    """The scene with every path lit that leads from one of these nodes to the output, or where none is, to any end."""
    places = range(len(found.cards))
    ends = {i for i in places if found.cards[i].is_output} or set(places)
    ahead = {i for i in places if found.cards[i].name in names}
    # The arrows stand in the order of their heads, which is topological.
    for arrow in found.arrows:
        if arrow.tail in ahead:
            ahead.add(arrow.head)
    # Backwards from the ends; what is both ahead of the names and behind the ends is on a path.
    behind = set(ends)
    for arrow in reversed(found.arrows):
        if arrow.head in behind:
            behind.add(arrow.tail)
    lit = ahead & behind
    return found._replace(
        cards=tuple(card._replace(is_lit=i in lit) for i, card in enumerate(found.cards)),
        arrows=tuple(arrow._replace(is_lit=arrow.tail in lit and arrow.head in lit) for arrow in found.arrows),
        has_paths=True,
    )


def steps(found: Scene) -> list[tuple[str, int]]:
    """The steps of both passes: each value in order, then each adjoint backwards, as (`value` or `adjoint`, card)."""
    forward = [("value", i) for i, card in enumerate(found.cards) if card.kind != "constant"]
    # Of a fixed node there is no adjoint to work out.
    backward = [("adjoint", i) for i, card in reversed([*enumerate(found.cards)]) if card.adjoint]
    return forward + backward


def at_step(found: Scene, count: int) -> Scene:
    """The scene after `count` steps of the passes: what comes later is not there yet, the last step is active."""
    passed = steps(found)[: max(count, 0)]
    # Beyond the last step the picture stays as that left it; a graph of constants has no step at all.
    done, last = set(passed), passed[-1] if passed else None
    is_forward = last is None or last[0] == "value"

    def _seen(i: int, card: Card) -> Card:
        return card._replace(
            value=card.value if ("value", i) in done or card.kind == "constant" else "",
            adjoint=card.adjoint if ("adjoint", i) in done else "",
            is_active=last is not None and last[1] == i,
        )

    cards = [_seen(i, card) for i, card in enumerate(found.cards)]
    # A local partial is known as soon as the value of its head is.
    known = {i for what, i in done if what == "value"}
    arrows = [arrow if arrow.head in known else arrow._replace(label="", partial=None) for arrow in found.arrows]
    if last is not None:
        i = last[1]
        # A forward step lights what leads into its node, a backward one what leads out: the terms of its sum.
        arrows = [arrow._replace(is_lit=i == (arrow.head if is_forward else arrow.tail)) for arrow in arrows]
    return found._replace(cards=tuple(cards), arrows=tuple(arrows))
