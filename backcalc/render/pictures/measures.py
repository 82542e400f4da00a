"""How large things are in a picture, in pixels; texts are set in a font whose letters are all as wide."""

from __future__ import annotations

from backcalc.render.pictures.scene import Card
from backcalc.text.wording import display_width

FONT, SMALL = 13, 11  # Pixels, of the texts in boxes, and of labels.
WIDE = 0.61  # Of a letter, in its font's size: the widest of the usual fonts.
LINE = 18  # From one line of a box to the next.
PAD = 10  # Between the texts and the rim of a box.
LONGEST = 34  # Letters of a line in a box,
LONGEST_LABEL = 22  # and of a label, where it is a formula.


def box_lines(card: Card, output: str) -> tuple[str, ...]:
    """What stands in the box of a card, a line each."""
    head = f"{card.name} = {card.formula}" if card.formula else card.name
    first = f"{card.name} = {card.value}" if card.value and not card.formula else head
    found = [cut(first, LONGEST)]
    if card.value and card.formula:
        found.append(card.value if card.value_is_number else cut(card.value, LONGEST))
    if card.adjoint:
        name = f"∂{output}/∂{card.name} = "
        room = max(LONGEST - len(name), 8)
        found.append(name + (card.adjoint if card.adjoint_is_number else cut(card.adjoint, room)))
    return tuple(found)


def cut(text: str, room: int) -> str:
    """`text` in so many letters, its end left out where it is longer."""
    return text if len(text) <= room else f"{text[: room - 1]}…"


def text_width(text: str, size: float = FONT) -> float:
    """How wide a text is."""
    return display_width(text) * size * WIDE
