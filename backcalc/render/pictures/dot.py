"""A graph in Graphviz's DOT, which `backcalc run` reads back: the label of an edge is its local partial."""

from __future__ import annotations

from collections.abc import Iterator

from backcalc.render.pictures.scene import Card, Scene, texts

NOTHING = 'weight="0", style=dotted'  # Along an edge from a constant, or through `stop_gradient`, no derivative flows.


def lines(found: Scene, *, top_down: bool = False) -> Iterator[str]:
    """The lines of the graph."""
    yield f"// {found.title}"
    yield "digraph {"
    yield f"  rankdir={'TB' if top_down else 'LR'}"
    yield '  node [shape=box, style=rounded, fontname="monospace"]'
    yield '  edge [fontname="monospace"]'
    if found.drawn_output:  # Read back, the graph may have several sinks.
        yield f"  output={_quoted(found.drawn_output)}"
    for card in found.cards:
        yield f"  {_quoted(card.name)} [{_attributes(card, found.output)}];"
    for arrow in found.arrows:
        ends = f"{_quoted(found.cards[arrow.tail].name)} -> {_quoted(found.cards[arrow.head].name)}"
        label = f"label={_quoted(arrow.label)}" if arrow.label else "" if arrow.flows else NOTHING
        attributes = ", ".join(filter(None, (label, "penwidth=2.5" * arrow.is_lit)))
        yield f"  {ends}{f' [{attributes}]' if attributes else ''};"
    # A loss outside the graph is a node there, with an edge from each adjoint that is stated: so it is read back.
    if found.seeds:
        yield f"  {_quoted(found.output)} [style=dashed];"
    for seed in found.seeds:
        ends = f"{_quoted(found.cards[seed.card].name)} -> {_quoted(found.output)}"
        yield f"  {ends} [label={_quoted(seed.label)}, style=dashed];"
    yield "}"


def _attributes(card: Card, output: str) -> str:
    """What a node says, a text a line, to the left; bold where it is lit or the output."""
    label = "".join(_escaped(text) + r"\l" for text in texts(card, output))  # `\l` ends a line and sets it to the left.
    return f'label="{label}"' + (", penwidth=2.5" if card.is_lit or card.is_active or card.is_output else "")


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
