"""A graph as a Mermaid flowchart, which `backcalc run` reads back: the label of an arrow is its local partial."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from backcalc.render.pictures.scene import Arrow, Scene, texts

# What Mermaid takes for a word of its own wherever it stands.
RESERVED = (
    *("end", "graph", "flowchart", "subgraph", "direction", "style", "class", "classDef", "click", "linkStyle"),
    *("interpolate", "href", "call", "_self", "_blank", "_parent", "_top"),
)
# Mermaid takes a word for its own up to the first sign that is none of ASCII letters, digits and `_`: end' too.
_STEM = re.compile(r"\w+", re.ASCII)
# Signs that Mermaid takes for the beginning or end of a shape, where a label has no quotes.
_SHAPES = frozenset("[](){}")
# Signs that would end a label, or that its HTML would read.
_CODES = str.maketrans({"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "|": "#124;"})


def lines(found: Scene, *, top_down: bool = False) -> Iterator[str]:
    """The lines of the flowchart."""
    names = ids(found)
    yield f"flowchart {'TB' if top_down else 'LR'}"
    for name, card in zip(names, found.cards, strict=True):
        label = "<br/>".join(text.translate(_CODES) for text in texts(card, found.output))
        yield f'  {name}["{label}"]'
    for arrow in found.arrows:
        yield f"  {names[arrow.tail]} {_link(arrow)} {names[arrow.head]}"
    # A loss outside the graph is a node there, with an arrow from each adjoint that is stated: so it is read back.
    for seed in found.seeds:
        yield f"  {names[seed.card]} {_link(Arrow(seed.card, -1, seed.label))} {found.output}"
    if found.drawn_output:
        output = next((name for name, card in zip(names, found.cards, strict=True) if card.is_output), found.output)
        yield "  classDef output stroke-width:2px"
        yield f"  class {output} output"
    # Nodes alone: a style of links would go by their number, and they have `==>`.
    lit = [name for name, card in zip(names, found.cards, strict=True) if card.is_lit or card.is_active]
    if lit:
        yield f"  style {','.join(lit)} stroke-width:3px"


def ids(found: Scene) -> list[str]:
    """The names of the nodes, but that what Mermaid would take for a word of its own has an underscore behind it."""
    taken = {card.name for card in found.cards}
    return [_id(card.name, taken) for card in found.cards]


def _id(name: str, taken: Collection[str]) -> str:
    """A name that Mermaid takes for one, and that no other node has."""
    stem = _STEM.match(name)
    if stem is None or stem[0] not in RESERVED:
        return name
    word, rest = stem[0] + "_", name[stem.end() :]
    # As often as it takes: `end_` may be a node's name as well.
    while word + rest in taken:
        word += "_"
    return word + rest


def _link(arrow: Arrow) -> str:
    """An arrow with its local partial; dotted where no derivative flows, as from a constant."""
    if not arrow.flows:
        return "-.->|0|"
    if not arrow.label:
        return "==>" if arrow.is_lit else "-->"
    is_plain = arrow.is_number and _SHAPES.isdisjoint(arrow.label)  # An array is known too: [1, 1].
    label = arrow.label if is_plain else f'"{arrow.label.translate(_CODES)}"'
    return f"{'==>' if arrow.is_lit else '-->'}|{label}|"
