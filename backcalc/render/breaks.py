"""Text that knows where it may be broken: words and signs, and gaps between them, each as good a place as it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum

from backcalc.text.wording import display_width

INDENT = 4  # What goes on below the line that it belongs to is set in by so much,
DEEPER = 2  # and what goes on in the midst of a side of an equation by so much more.


class Gap(IntEnum):
    """A blank, by what is parted there: a line is broken at the least that makes it fit, never within a number."""

    SIDE = 0  # The sides of an equation,
    TERM = 1  # the terms of a sum,
    INNER = 2  # those of one in parentheses, and factors of a product by elements,
    FACTOR = 3  # factors side by side, where one of them ends in a bracket,
    WORD = 4  # words and all else outside of an array,
    ROW = 5  # the rows of a matrix,
    ELEMENT = 6  # the elements of an array,
    WITHIN = 7  # and the formula that is an element.


Pieces = Sequence[str | Gap]


class Composer:
    """A text that is put together word by word; it says of every blank what it parts."""

    def __init__(self) -> None:
        self.pieces: list[str | Gap] = []
        self._open = {"(": 0, "[": 0}

    def add(self, piece: str) -> None:
        """Add a bracket, a name, a number, or a sign with the blanks around it."""
        for i, word in enumerate(piece.split(" ")):
            if i:
                self.pieces.append(self._gap(word))
            if word:
                self._count(word)
                self.pieces.append(word)

    def _count(self, word: str) -> None:
        # A bracket that parts something is always a piece of its own; one within a piece, `[1,2]`, has no blanks in it.
        if word in self._open:
            self._open[word] += 1
        elif word in _OPENING:
            self._open[_OPENING[word]] -= 1

    def _gap(self, word: str) -> Gap:
        """What a blank before `word` parts; it is empty where the blank ends a piece."""
        last = self.pieces[-1] if self.pieces else ""
        last = last if isinstance(last, str) else ""
        # Within an array the least bad places come last: a row or an element is better kept whole.
        if self._open["["]:
            if not last.endswith(","):
                return Gap.WITHIN
            return Gap.ROW if self.pieces[-2] == "]" else Gap.ELEMENT
        # A sum is broken before its sign, as on paper.
        if word in _SUM_SIGNS:
            return Gap.INNER if self._open["("] else Gap.TERM
        if word == _BY_ELEMENTS:
            return Gap.INNER
        if word == _MATRIX_PRODUCT:
            return Gap.FACTOR
        return Gap.FACTOR if last[-1:] in _ENDS else Gap.WORD


_OPENING = {")": "(", "]": "["}
_SUM_SIGNS, _BY_ELEMENTS, _MATRIX_PRODUCT = ("+", "−"), "⊙", "@"
_ENDS = ("]", "ᵀ", ")")


def sentence(text: str) -> Pieces:
    """Words in the order in which they stand."""
    composer = Composer()
    composer.add(text)
    return composer.pieces


def whole(pieces: Pieces) -> str:
    """The pieces as text on one line."""
    return "".join(piece if isinstance(piece, str) else " " for piece in pieces)


def broken(pieces: Pieces, width: int, left: str = "") -> Iterator[str]:
    """The text in lines of at most `width` columns, as far as it has gaps; `left` of the first, the others set in."""
    found, room = left, width - len(left) - INDENT - DEEPER
    for side, text in enumerate(_parted(pieces, Gap.SIDE)):
        parts = _fitting(text, room)
        for i, part in enumerate(parts):
            # A side that takes several lines begins on one of its own, but for the first after the symbol.
            begins = side > 1 and not i and len(parts) > 1
            if found == left:
                found += part
            elif not begins and display_width(found) + 1 + display_width(part) <= width:
                found += f" {part}"
            else:
                yield found
                found = f"{left}{' ' * (INDENT + DEEPER * (i > 0))}{part}"
    yield found


def _fitting(pieces: Pieces, room: int) -> list[str]:
    """The text in parts that fit, as far as it has gaps."""
    # Only what is too long is parted further, so that each line ends at the best place that makes it fit.
    found = [(pieces, whole(pieces))]
    for gap in Gap:
        if all(display_width(text) <= room for _, text in found):
            break
        found = [
            (part, whole(part))
            for pieces, text in found
            for part in (_parted(pieces, gap) if display_width(text) > room else [pieces])
        ]
    return [text for _, text in found]


def _parted(pieces: Pieces, gap: Gap) -> Iterator[Pieces]:
    """The text parted at every such gap."""
    start = 0
    for i, piece in enumerate(pieces):
        # `is`, for a word is never a gap, and two gaps of a kind are the same.
        if piece is gap:
            yield pieces[start:i]
            start = i + 1
    yield pieces[start:]
