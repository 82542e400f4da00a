"""Names as columns of numbers, which become strings as they are looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import overload

import numpy as np

from backcalc.bulk.arrays.sorting import gathered
from backcalc.bulk.arrays.words import WIDTH, AnyArray, as_bytes, rows_of

_ROWS = 1 << 16  # Names that are made at a time.


class Names(Sequence[str]):
    """The names of many nodes, made as they are looked at: a string of each takes more memory than all else."""

    def __init__(self, text: str, columns: Sequence[AnyArray], others: Sequence[str] = ()) -> None:
        """The columns are the first eight bytes of each, where in `text` it starts, and its length.

        Those of `others` start at -1, -2, …, and have lengths of more than eight.
        """
        self._text, self._others = text, others
        self._heads, self._starts, self._lengths = columns

    def __len__(self) -> int:
        return len(self._heads)

    @overload
    def __getitem__(self, place: int, /) -> str: ...
    @overload
    def __getitem__(self, place: slice, /) -> list[str]: ...
    def __getitem__(self, place: int | slice, /) -> str | list[str]:
        return self.at(place) if isinstance(place, slice) else self._stands(self._starts[place], self._lengths[place])

    def __iter__(self) -> Iterator[str]:
        for begin in range(0, len(self), _ROWS):
            yield from self.at(slice(begin, begin + _ROWS))

    def at(self, places: slice | AnyArray) -> list[str]:
        """The names at these places."""
        starts, lengths = self._starts[places], self._lengths[places]
        names = rows_of([as_bytes(self._heads[places]), b"\n"]).split("\n")[:-1]
        # Of a longer one that is the beginning, which may end inside of a letter.
        for i in np.flatnonzero(lengths > WIDTH).tolist():
            names[i] = self._stands(starts[i], lengths[i])
        return names

    def columns(self, part: slice) -> AnyArray:
        """The names of a part as bytes, a row each, zeros behind it."""
        if (self._lengths[part] <= WIDTH).all():
            return as_bytes(self._heads[part])
        return as_bytes(np.array([name.encode() for name in self.at(part)]))

    def places(self, asked: Collection[str]) -> dict[str, int]:
        """Where those of the names `asked` for stand that there are."""
        heads = np.array(sorted({head(name) for name in asked}), np.uint64)
        alike = np.flatnonzero(heads[np.searchsorted(heads[:-1], self._heads)] == self._heads)
        return {name: i for name, i in zip(self.at(alike), alike.tolist(), strict=True) if name in asked}

    def chosen(self, places: AnyArray) -> Names:
        """The names at these places, and no others, in this order."""
        columns = [gathered(column, places) for column in (self._heads, self._starts, self._lengths)]
        return Names(self._text, columns, self._others)

    def followed_by(self, others: Sequence[str]) -> Names:
        """The names with others behind them that stand nowhere."""
        heads = np.array([head(name) for name in others], np.uint64)
        starts, lengths = ~np.arange(len(others), dtype=np.int32), np.full(len(others), WIDTH + 1, np.int16)
        pairs = ((self._heads, heads), (self._starts, starts), (self._lengths, lengths))
        return Names(self._text, [np.concatenate(pair) for pair in pairs], others)

    def _stands(self, start: int, length: int) -> str:
        return self._text[start : start + length] if start >= 0 else self._others[~start]


def head(name: str) -> int:
    """The first eight bytes of a name as one integer."""
    return int.from_bytes(name.encode()[:WIDTH], "little")
