"""A graph as an SVG picture that stands alone: light and dark, its texts as text, told in words for who hears it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from html import escape

from backcalc.render.pictures.measures import FONT, LINE, PAD, SMALL
from backcalc.render.pictures.picture import Box, DrawnArrow, Picture, Position
from backcalc.render.pictures.placed import placed
from backcalc.render.pictures.scene import Scene

TEXT = f'text {{ font: {FONT}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace }}'
SHAPE = f"""\
{TEXT}
.name {{ font-weight: bold }}
.constant rect {{ stroke-dasharray: 4 3 }}
.output rect {{ stroke-width: 2 }}
.edge path {{ fill: none; stroke-width: 1.3 }}
.edge text {{ font-size: {SMALL}px; text-anchor: middle }}
.active rect, .lit rect, .lit path {{ stroke-width: 2.5 }}
.faint rect, .faint path, .faint polygon {{ opacity: 0.4 }}"""
# The colours by their names: the light one, and the dark one. Contrasts of texts are above 4.5 : 1.
PALETTE = {
    "paper": ("#ffffff", "#0d1117"),
    "ink": ("#1b1f24", "#e6edf3"),
    "soft": ("#57606a", "#9da7b3"),
    "line": ("#6e7781", "#8b949e"),
    "rim": ("#8c959f", "#6e7681"),
    "box": ("#f6f8fa", "#1a212a"),
    "input": ("#e4f0fd", "#15283f"),
    "adjoint": ("#a13d00", "#ffa657"),
    "lit": ("#0757ba", "#6cb6ff"),
}
# What has a colour, by selector and property.
# In this order: of two rules that are as strong CSS takes the later one, so that what is lit keeps its colour.
PAINTED = (
    (".paper", "fill", "paper"),
    ("text", "fill", "ink"),
    (".adjoint", "fill", "adjoint"),
    (".node rect", "fill", "box"),
    (".node rect", "stroke", "rim"),
    (".input rect, .constant rect", "fill", "input"),
    (".output rect", "stroke", "ink"),
    (".edge path", "stroke", "line"),
    (".edge polygon", "fill", "line"),
    (".active rect, .lit rect, .lit path", "stroke", "lit"),
    (".lit polygon, .edge.lit text", "fill", "lit"),
    (".faint text, .faint .adjoint", "fill", "soft"),
)
# Written out rather than as variables of CSS, which programs that make PNG of SVG do not know.
Colour = tuple[str, str, str, str]
COLOURS: tuple[Colour, ...] = tuple((selector, what, *PALETTE[name]) for selector, what, name in PAINTED)
PAPER, INK = COLOURS[:2]
TIP, WING = 8.0, 3.6  # Of an arrowhead: its length, and half its width.


def lines(found: Scene, *, top_down: bool = False) -> Iterator[str]:
    """The lines of the picture."""
    return svg(placed(found, top_down=top_down))


def svg(picture: Picture) -> Iterator[str]:
    """The lines of a picture that has its places."""
    yield from opening((picture.width, picture.height), picture.scene.title, picture.scene.description, style())
    yield from shapes(picture)
    yield "</svg>"


def opening(size: tuple[float, float], title: str, description: str, sheet: str) -> Iterator[str]:
    """What any picture begins with: its size, what it is in words, its style, and the paper that it is on."""
    # As large as it is drawn where nobody asks for another size; by the viewBox it can be scaled.
    width, height = map(number, size)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-labelledby="title desc">'
    )
    yield f'<title id="title">{escape(title)}</title>'
    yield f'<desc id="desc">{escape(description)}</desc>'
    yield f"<style>{sheet}</style>"
    yield f'<rect class="paper" width="{width}" height="{height}"/>'


def shapes(picture: Picture) -> Iterator[str]:
    """The links of a picture, and above them its boxes."""
    for link in picture.links:  # First, so that boxes lie over them.
        yield _edge(picture, link)
    for i, box in enumerate(picture.boxes):
        yield from _node(picture, i, box)


def style(shape: str = SHAPE, colours: Sequence[Colour] = COLOURS) -> str:
    """The rules of CSS: shapes, the light colours, and the dark ones for who prefers them."""
    # On screens alone: on white paper light letters could not be read.
    light = "\n".join(f"{selector} {{ {what}: {colour} }}" for selector, what, colour, _ in colours)
    dark = "\n".join(f"{selector} {{ {what}: {colour} }}" for selector, what, _, colour in colours)
    return f"{shape}\n{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}"


def _node(picture: Picture, place: int, box: Box) -> Iterator[str]:
    """A box with its texts, one below the other."""
    card = box.card
    states = {"output": card.is_output, "active": card.is_active}
    classes = ["node", card.kind, *(name for name, holds in states.items() if holds)]
    classes += _light(picture, is_lit=card.is_lit)
    yield f'<g class="{" ".join(classes)}" data-node="{place}">'
    yield (
        f'<rect x="{number(box.x)}" y="{number(box.y)}" width="{number(box.width)}" height="{number(box.height)}" '
        'rx="6"/>'
    )
    # Amid the box, whose depth is that of its layer.
    top = box.y + (box.height - LINE * len(box.lines)) / 2
    for i, line in enumerate(box.lines):
        y = top + LINE * (i + 0.5) + FONT * 0.35  # The baseline is about a third of a letter below its middle.
        # Values and adjoints are what a page hides until their step; formulas are there from the beginning.
        kind = "" if line.kind == "formula" else f' class="{line.kind}"'
        name = f'<tspan class="name">{escape(line.name)}</tspan>' if line.name else ""
        yield f'<text{kind} x="{number(box.x + PAD)}" y="{number(y)}">{name}{escape(line.rest)}</text>'
    yield "</g>"


def _edge(picture: Picture, link: DrawnArrow) -> str:
    """A link: its line, the head of the arrow, and its label."""
    classes = ["edge", *_light(picture, is_lit=link.arrow.is_lit)]
    label = (
        f'<text x="{number(link.label_at.x)}" y="{number(link.label_at.y + SMALL * 0.35)}">'
        f"{escape(link.arrow.label)}</text>"
        if link.arrow.label
        else ""
    )
    return (
        f'<g class="{" ".join(classes)}" data-tail="{link.arrow.tail}" data-head="{link.arrow.head}">'
        f'<path d="{path(link.points, top_down=picture.top_down)}"/>'
        f'<polygon points="{_tip(link.points[-1], top_down=picture.top_down)}"/>{label}</g>'
    )


def _light(picture: Picture, *, is_lit: bool) -> list[str]:
    # `faint` only where paths are lit: else all would be.
    return ["lit"] if is_lit else ["faint"] if picture.scene.has_paths else []


def path(points: tuple[Position, ...], *, top_down: bool) -> str:
    """A link as the path of SVG: curves that leave and arrive in the direction of the picture."""
    found = f"M{number(points[0].x)} {number(points[0].y)}"
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if (x0 == x1) if top_down else (y0 == y1):  # A curve between them would be a line all the same, and longer.
            found += f"V{number(y1)}" if top_down else f"H{number(x1)}"
            continue
        # Bézier points half way, level with their ends: so a curve leaves and arrives level.
        xm, ym = number((x0 + x1) / 2), number((y0 + y1) / 2)
        ends = f"{number(x1)} {number(y1)}"
        found += (
            f"C{number(x0)} {ym} {number(x1)} {ym} {ends}"
            if top_down
            else f"C{xm} {number(y0)} {xm} {number(y1)} {ends}"
        )
    return found


def _tip(end: Position, *, top_down: bool) -> str:
    """The three corners of an arrowhead that ends here."""
    x, y = end
    corners = (
        [(x, y), (x - WING, y - TIP), (x + WING, y - TIP)]
        if top_down
        else [(x, y), (x - TIP, y - WING), (x - TIP, y + WING)]
    )
    return " ".join(f"{number(a)},{number(b)}" for a, b in corners)


def number(value: float) -> str:
    """A length with as many decimals as an eye can tell apart."""
    return f"{value:.1f}".removesuffix(".0")
