"""A graph as a TikZ picture on a page of its own size, for pdfLaTeX; the picture may be taken out of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from backcalc.render.mathematics import LAST_LATIN, NEEDS, words_latex
from backcalc.render.pictures.measures import FONT, LINE, PAD, SMALL
from backcalc.render.pictures.picture import Box, DrawnArrow, Picture, Position
from backcalc.render.pictures.placed import placed
from backcalc.render.pictures.scene import Scene

POINT = 0.75  # Of a pixel: 96 of these are an inch, and 72 big points.
COLOURS = {"input": "E4F0FD", "adjoint": "A13D00", "lit": "0969DA", "line": "6E7781"}


def lines(found: Scene, *, top_down: bool = False) -> Iterator[str]:
    """The lines of the document; first a comment, where it takes XeLaTeX."""
    every = list(_document(placed(found, top_down=top_down)))
    if any(char > LAST_LATIN for line in every for char in line):
        yield NEEDS
    yield from every


def _document(picture: Picture) -> Iterator[str]:
    # A little more than the picture, else a line of text would not have its room.
    width, height = (f"{side * POINT + 2:.1f}bp" for side in (picture.width, picture.height))
    yield r"\documentclass{article}"
    yield r"\usepackage{amsmath,amssymb,tikz}"
    yield rf"\usepackage[paperwidth={width},paperheight={height},margin=0pt]{{geometry}}"
    yield r"\pagestyle{empty}\setlength{\parindent}{0pt}\setlength{\topskip}{0pt}"
    yield from (rf"\definecolor{{{name}}}{{HTML}}{{{colour}}}" for name, colour in COLOURS.items())
    yield r"\begin{document}"
    yield from _picture(picture)
    yield r"\end{document}"


def _picture(picture: Picture) -> Iterator[str]:
    """The picture, its y downwards as in the layout."""
    # TikZ counts upwards, SVG and the layout downwards.
    yield r"\begin{tikzpicture}[x=0.75bp, y=-0.75bp, inner sep=0pt, every node/.style={anchor=base west}]"
    # Else the thickness of lines at the rim would move the picture on its page.
    yield rf"\useasboundingbox (0,0) rectangle {_at(Position(picture.width, picture.height))};"
    yield from (_link(link, top_down=picture.top_down) for link in picture.links)
    for box in picture.boxes:
        yield from _box(box)
    yield r"\end{tikzpicture}"


def _box(box: Box) -> Iterator[str]:
    """A box with its texts, one below the other."""
    card = box.card
    rim = "lit, very thick" if card.is_lit or card.is_active else "black, thick" if card.is_output else "line"
    fill = "input" if card.kind in ("input", "constant") else "white"
    corner, other = Position(box.x, box.y), Position(box.x + box.width, box.y + box.height)
    yield rf"\draw[draw={rim}, fill={fill}, rounded corners=4pt] {_at(corner)} rectangle {_at(other)};"
    top = box.y + (box.height - LINE * len(box.lines)) / 2
    for i, line in enumerate(box.lines):
        place = Position(box.x + PAD, top + LINE * (i + 0.5) + FONT * 0.35)  # As in the SVG picture.
        colour = "adjoint" if line.kind == "adjoint" else "black"
        yield rf"\node[text={colour}] at {_at(place)} {{{_text(line.text, FONT)}}};"


def _link(link: DrawnArrow, *, top_down: bool) -> str:
    """A link with its arrowhead and its label."""
    style = "lit, very thick" if link.arrow.is_lit else "line"
    parts = [_at(link.points[0])]
    for start, end in pairwise(link.points):
        is_straight = start.x == end.x if top_down else start.y == end.y
        middle = Position((start.x + end.x) / 2, (start.y + end.y) / 2)
        # As in SVG: control points half way.
        bends = [Position(p.x, middle.y) if top_down else Position(middle.x, p.y) for p in (start, end)]
        parts.append(f"-- {_at(end)}" if is_straight else f".. controls {' and '.join(map(_at, bends))} .. {_at(end)}")
    at = Position(link.label_at.x, link.label_at.y + SMALL * 0.35)
    label = rf"\node[anchor=base] at {_at(at)} {{{_text(link.arrow.label, SMALL)}}};" if link.arrow.label else ""
    return rf"\draw[-latex, {style}] {' '.join(parts)};{label}"


def _text(text: str, size: float) -> str:
    """A text in a size of so many pixels, all letters as wide."""
    # Sizes in big points as the boxes are, for a letter must fit its box.
    return rf"\fontsize{{{size * POINT:.4g}bp}}{{{size:g}bp}}\ttfamily {words_latex(text)}"


def _at(point: Position) -> str:
    return f"({point.x:.1f},{point.y:.1f})"
