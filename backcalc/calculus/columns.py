"""A run in columns, what programs read of it: some nodes at a time, an attribute a column, numbers as exact text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any, Protocol

from backcalc.graph.model import Dag, Node
from backcalc.graph.shapes import Shape
from backcalc.language.unparse import number_text, number_texts, unparse
from backcalc.rules.values import Value, is_array, is_known
from backcalc.text.numerals import is_exact, is_whole


class Column(Protocol):
    """The values of some nodes, or of some edges: numbers, arrays, formulas, None where nothing is known."""

    @property
    def has_formulas(self) -> bool:
        """Whether a value may be a formula."""
        ...

    def __iter__(self) -> Iterator[Value | None]:
        """The values."""
        ...

    def members(self) -> Sequence[str]:
        """Each as JSON has it: numbers that read back, strings where not finite, nested lists, null where not known."""
        ...


class Partials(Protocol):
    """The local partials by the node that they lead to."""

    def rows(self, part: slice) -> tuple[Sequence[int], Sequence[int], Column]:
        """How many lead to each of some nodes; and of these, node by node, the places of the tails, and the values."""
        ...


class Columns(Protocol):
    """Some nodes of a run, in the order of the graph."""

    @property
    def names(self) -> Sequence[str]:
        """Their names."""
        ...

    @property
    def kinds(self) -> Sequence[str]:
        """What each is."""
        ...

    @property
    def formulas(self) -> Iterable[str | None]:
        """What the file says of each, in the language."""
        ...

    @property
    def lines(self) -> Iterable[int]:
        """The line on which each stands first."""
        ...

    @property
    def shapes(self) -> Iterable[Shape]:
        """The shape of each."""
        ...

    @property
    def values(self) -> Column:
        """The value of each."""
        ...

    @property
    def derivatives(self) -> Sequence[Column]:
        """The adjoint of each; in forward mode its tangents, a column an input."""
        ...

    def csv(self) -> str:
        """The lines of CSV: name, value and derivatives of each; of numbers alone, no name needs quotes."""
        ...


def member(value: Value | None) -> str:
    """A value as JSON has it."""
    if not is_known(value):
        return "null"
    if is_array(value):
        # Python writes a list of finite floats as JSON; a number at a time takes six times as long.
        if value.dtype == float and isfinite(value.min()) and isfinite(value.max()):
            return repr(value.tolist())
        return f"[{', '.join(map(member, value))}]"
    # JSON has whole numbers of any length, but no fractions: these are text.
    if is_exact(value):
        return str(value) if is_whole(value) else f'"{value}"'
    # Nor has it nan or infinities.
    number = float(value)
    return repr(number) if isfinite(number) else f'"{number_text(number)}"'


def csv_cell(value: Value | None) -> str:
    """A number as CSV has it; nothing where it is not known."""
    if not is_known(value):
        return ""
    return str(value) if is_exact(value) else number_text(float(value))


class Values:
    """A column of values of any kind."""

    has_formulas = True

    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values

    def __iter__(self) -> Iterator[Value | None]:
        return iter(self._values)

    def members(self) -> list[str]:
        """Each as JSON has it."""
        # Most columns are of numbers, which C code writes.
        if self._are_floats and all(map(isfinite, self._values)):
            return list(map(repr, self._values))
        return list(map(member, self._values))

    def cells(self) -> list[str]:
        """Each as CSV has it."""
        # All at one go where all are numbers, which takes a tenth of the time.
        return number_texts(list(self._values)) if self._are_floats else list(map(csv_cell, self._values))

    @cached_property
    def _are_floats(self) -> bool:
        # Of no other type: a NumPy number is a float too, and its `repr` is no JSON.
        return {*map(type, self._values)} == {float}


@dataclass(frozen=True)
class ObjectColumns:
    """Some nodes of a graph of objects; `all_values`, `swept` and `all_shapes` have an entry a node of the graph."""

    graph: Dag
    part: slice
    all_values: Sequence[Value | None]
    swept: Sequence[Sequence[Value | None]]
    all_shapes: Sequence[Shape]

    @cached_property
    def _nodes(self) -> Sequence[Node]:
        return self.graph.nodes[self.part]

    @property
    def names(self) -> list[str]:
        """Their names."""
        return [node.name for node in self._nodes]

    @property
    def kinds(self) -> list[str]:
        """What each is."""
        return [node.kind for node in self._nodes]

    @property
    def formulas(self) -> Iterable[str | None]:
        """What the file says of each."""
        # Lazily: who writes no formulas does not unparse them.
        return (None if node.formula is None else unparse(node.formula) for node in self._nodes)

    @property
    def lines(self) -> Iterable[int]:
        """The line on which each stands first."""
        return map(self.graph.line, self._nodes)

    @property
    def shapes(self) -> Sequence[Shape]:
        """The shape of each."""
        return self.all_shapes[self.part]

    @property
    def values(self) -> Values:
        """The value of each."""
        return Values(self.all_values[self.part])

    @property
    def derivatives(self) -> list[Values]:
        """The adjoint of each, or its tangents."""
        return [Values(column[self.part]) for column in self.swept]

    def csv(self) -> str:
        """The lines of CSV."""
        columns = [self.names, self.values.cells(), *(column.cells() for column in self.derivatives)]
        # No quotes: names have no commas, and formulas are empty cells.
        return "\n".join(map(",".join, zip(*columns, strict=True)))


@dataclass(frozen=True)
class ObjectPartials:
    """The local partials of a graph of objects: `of` gives those of a node, by argument."""

    of: Callable[[int], Mapping[str, Value | None]]
    index: Mapping[str, int]

    def rows(self, part: slice) -> tuple[list[int], list[int], Values]:
        """How many lead to each node, their tails and values."""
        found = list(map(self.of, range(part.start, part.stop)))
        # By places, so that who writes many may look up texts that are made once.
        tails = [self.index[name] for partials in found for name in partials]
        return list(map(len, found)), tails, Values([value for partials in found for value in partials.values()])
