"""A large run in columns, as `calculus.columns` has them: the same, written by array operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from backcalc.bulk.arrays.sorting import Flags
from backcalc.bulk.arrays.words import AnyArray, rows_of
from backcalc.bulk.graph.model import ArrayGraph
from backcalc.graph.shapes import Shape
from backcalc.rules.functions.arrays import Array

if TYPE_CHECKING:
    from backcalc.bulk.graph.formulas import Formulas  # Few formats show them.


class LazyNumbers(Sequence[float | None]):
    """An array as Python's numbers, made as they are looked at; None where one is not `known`."""

    has_formulas = False

    def __init__(self, array: Array, known: Flags | None = None) -> None:
        self._array, self._known = array, known

    def __len__(self) -> int:
        return len(self._array)

    @overload
    def __getitem__(self, place: int, /) -> float | None: ...
    @overload
    def __getitem__(self, place: slice, /) -> Sequence[float | None]: ...
    def __getitem__(self, place: int | slice, /) -> float | Sequence[float | None] | None:
        # Only the part that is looked at: a column of a million numbers is seldom looked at as a whole.
        part = self._array[place]
        # None in an array of objects, as it is no float.
        found: Any = part if self._known is None else np.where(self._known[place], part, np.array(None))
        return found.tolist()  # type: ignore[no-any-return]

    def members(self) -> list[str]:
        """Each as JSON has it."""
        from backcalc.bulk.arrays.decimals import members

        return members(self._array, self._known)

    def cells(self) -> AnyArray:
        """Each as CSV has it, in bytes."""
        from backcalc.bulk.arrays.decimals import cells

        return cells(self._array, self._known)


@dataclass(frozen=True)
class ArrayColumns:
    """Some nodes of a large run; its `all_formulas` are of all nodes."""

    graph: ArrayGraph
    part: slice
    values: LazyNumbers
    derivatives: Sequence[LazyNumbers]
    all_formulas: Callable[[], Formulas]

    @property
    def names(self) -> list[str]:
        """Their names."""
        return self.graph.names.at(self.part)

    @property
    def kinds(self) -> Sequence[str]:
        """What each is."""
        return self.graph.kind_names(self.part)

    @property
    def formulas(self) -> Iterable[str | None]:
        """What the file says of each."""
        return self.all_formulas().of(self.part)

    @property
    def lines(self) -> Iterable[int]:
        """The line on which each stands first."""
        found: list[int] = self.graph.lines[self.part].tolist()
        return found

    @property
    def shapes(self) -> Iterable[Shape]:
        """That of a number."""
        return repeat((), self.part.stop - self.part.start)

    def csv(self) -> str:
        """The lines of CSV, of which a string of each cell would take longer than all else."""
        # As bytes side by side: no cell becomes a string by itself.
        columns: list[AnyArray | bytes] = [self.graph.names.columns(self.part)]
        for column in (self.values, *self.derivatives):
            columns += [b",", column.cells()]
        return rows_of([*columns, b"\n"])[:-1]  # Without the last newline, which whoever writes lines adds.
