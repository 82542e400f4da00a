"""The lines of a form, as they are found piece by piece, and all together as a block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from backcalc.bulk.arrays.words import AnyArray
from backcalc.language.statements import Definition, Edge, Input

_MORE = 1.05  # Lines are not all of one length.


class LineBlock(NamedTuple):
    """The lines of one form, in the order of the text."""

    statement: Edge | Definition | Input  # What the grammar reads in one of them. Its names and numbers are the blanks.
    starts: AnyArray  # int32, int64 beyond 2 GB: where in the source's text each line's statement begins.
    names: AnyArray  # int32 (names, lines): their numbers, in text order; a whole number that is a node is a name.
    numbers: AnyArray  # float64 (numbers, lines): what float() gives for them, in text order.


@dataclass(slots=True)
class OpenBlock:
    """A block to which lines are still added, piece by piece."""

    statement: Edge | Definition | Input
    names: AnyArray  # Which of a line's tokens have names, …
    numbers: AnyArray  # … and which have numbers.
    word: bytes = b""  # Of the language, with which each of its lines begins.
    _columns: list[AnyArray] = field(default_factory=list)  # With room for more behind `_count` lines.
    _count: int = 0

    def add(self, columns: tuple[AnyArray, ...], share: float) -> None:
        """Take in the places, names and numbers of lines; with them this `share` of the text has been read."""
        begin, self._count = self._count, self._count + len(columns[0])
        if not self._columns:
            self._columns = [column[..., :0] for column in columns]
        if self._count > len(self._columns[0]):
            # As many lines as there are if the text goes on like this, and some more. Room that is not used is not
            # memory yet; a list of pieces to be put together in the end would be held twice.
            room = int(_MORE * self._count / share)
            self._columns = [_with_room(column[..., :begin], room) for column in self._columns]
        for column, more in zip(self._columns, columns, strict=True):
            column[..., begin : self._count] = more

    def block(self, phantoms: int) -> LineBlock | None:
        """All its lines; the numbers of names go down by `phantoms`."""
        if not self._count:
            return None
        starts, names, values = (column[..., : self._count] for column in self._columns)
        names -= np.int32(phantoms)
        return LineBlock(self.statement, starts, names, values)


def _with_room(column: AnyArray, lines: int) -> AnyArray:
    """The column, or columns, with room for so many lines."""
    grown = np.empty((*column.shape[:-1], lines), column.dtype)
    grown[..., : column.shape[-1]] = column
    return grown


def without(block: LineBlock, taken: list[tuple[int, int]]) -> LineBlock:
    """The block without the lines that the ordinary reader took as part of a statement begun before."""
    if not taken:
        return block
    places = np.searchsorted(block.starts, np.array(taken))
    is_left = np.ones(len(block.starts), bool)
    for start, end in places.tolist():
        is_left[start:end] = False
    return LineBlock(block.statement, block.starts[is_left], block.names[:, is_left], block.numbers[:, is_left])
