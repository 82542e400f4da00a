"""How large things are in a picture, in pixels; texts are set in a font whose letters are all as wide."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backcalc.render.pictures.picture import BoxLine
from backcalc.render.pictures.scene import Card
from backcalc.text.wording import display_width, shorten

FONT, SMALL = 13, 11  # Pixels, of the texts in boxes, and of labels.
WIDE = 0.61  # Of a letter, in its font's size: the widest of the usual fonts.
LINE = 18  # From one line of a box to the next.
PAD = 10  # Between the texts and the rim of a box.
LONGEST = 34  # Letters of a line in a box,
SHORTEST = 12  # of a formula behind a long name, which goes on below it
MOST_LINES = 3  # in so many lines at most,
LONGEST_LABEL = 22  # and of a label, where it is a formula.


def box_lines(card: Card, output: str) -> tuple[BoxLine, ...]:
    """What stands in the box of a card, a line each."""
    name = shown_name(card)
    # Numbers are never cut, nor is a name: it is what the eye looks for.
    value = card.value if card.value_is_number else cut(card.value, LONGEST)
    if card.formula:
        first, *others = _folded(f" = {card.formula}", max(LONGEST - len(name), SHORTEST))
        found = [BoxLine(name, first), *(BoxLine("", line) for line in others)]
        found += [BoxLine("", value, "value")] if value else []
    else:
        found = [BoxLine(name, f" = {value}" if value else "")]
    if card.adjoint:
        what = f"∂{output}/∂{name} = "
        room = max(LONGEST - len(what), 8)
        adjoint = card.adjoint if card.adjoint_is_number else cut(card.adjoint, room)
        found.append(BoxLine("", what + adjoint, "adjoint"))
    return tuple(found)


def _folded(formula: str, room: int) -> Iterator[str]:
    """A formula in lines, the first of `room` letters, broken before a sign or behind a comma; its end may be cut."""
    for _ in range(MOST_LINES - 1):
        # Where it has none it goes below as a whole, behind the name and `=`.
        breaks = [each.start() for each in _BREAK.finditer(formula, 0, room + 2)] or [2] * formula.startswith(" = ")
        # One that fits, or that has no place for a break, is the last line.
        if len(formula) <= room or not breaks:
            break
        yield formula[: breaks[-1]]
        formula, room = formula[breaks[-1] + 1 :], LONGEST
    yield cut(formula, room)


# A blank that parts two terms: neither behind `=`, nor behind the sign that it stands before.
_BREAK = re.compile(r"(?<=[^\s=+\-*/@]) (?=[^=])")


def shown_name(card: Card) -> str:
    """The name of a card as its box has it."""
    return shorten(card.name, LONGEST)


def cut(text: str, room: int) -> str:
    """`text` in so many letters, its end left out where it is longer."""
    return text if len(text) <= room else f"{text[: room - 1]}…"


def text_width(text: str, size: float = FONT) -> float:
    """How wide a text is, in pixels, in a font of so many."""
    return display_width(text) * size * WIDE
