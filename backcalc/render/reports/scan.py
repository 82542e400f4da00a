"""A sweep as a plot and a table, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backcalc.analysis.kinks import Singularity
from backcalc.analysis.scan import Scan, SweptNode
from backcalc.render.blocks import Curve, Plot
from backcalc.render.cells import Cell, CellValue, CellWords, Derivative, NodeName, Phrase
from backcalc.render.document import Block, Document, Grid, Sentence, cut
from backcalc.render.formats.csv import csv_lines
from backcalc.render.formats.json import dump
from backcalc.render.values import exact
from backcalc.text.numerals import DIGITS
from backcalc.text.wording import shorten

MARKS = 8  # Told at most.
MARK_DIGITS = 4


@dataclass(frozen=True)
class ScanReport:
    """Nodes over ranges of one or two inputs."""

    found: Scan
    digits: int = DIGITS
    limit: int = 0

    def document(self) -> Document:
        """A plot, and a row a point: the inputs that are swept, then each node and its derivatives by them."""
        return Document(self._blocks())

    def json(self) -> Iterator[str]:
        """The object that the contract fixes; of several nodes each point has a member `nodes`."""
        found = self.found
        names, columns = tuple(found.at), zip(*(column.tolist() for column in found.at.values()), strict=True)
        nodes = [zip(*_lists(swept), strict=True) for swept in found.nodes.values()]
        points = []
        for at, *numbers in zip(columns, *nodes, strict=True):
            each = {
                node: {"value": exact(value), "gradient": dict(zip(names, map(exact, slopes), strict=True))}
                for node, (value, *slopes) in zip(found.nodes, numbers, strict=True)
            }
            # The output's own value stands where it has no others beside it, as the contract has it.
            point: dict[str, Any] = {"at": dict(zip(names, at, strict=True)), **each[found.output]}
            points.append(point | ({"nodes": each} if len(each) > 1 else {}))
        yield dump({"output": found.output, "points": points}, indented=True)

    def csv(self) -> Iterator[str]:
        """The lines `x,y,dy/dx`; of several nodes one after the other."""
        names = list(self.found.at)
        for node, swept in self.found.nodes.items():
            names += [node, *(f"d{node}/d{name}" for name in swept.gradient)]
        # `repr` has every digit, and no more than are needed.
        yield from csv_lines([names, *(map(repr, row) for row in self._rows(None))])

    def _rows(self, limit: int | None) -> Iterator[tuple[float, ...]]:
        # Cut before they become Python's numbers: a sweep may have a million points.
        columns = [column[:limit].tolist() for column in self.found.at.values()]
        columns += [column[:limit] for swept in self.found.nodes.values() for column in _lists(swept)]
        return zip(*columns, strict=True)

    def _blocks(self) -> Iterator[Block]:
        # A grid of two ranges is a surface, of which there is no plot.
        if len(self.found.at) == 1:
            yield scan_plot(self.found)
        header: list[Cell] = [NodeName(shorten(name)) for name in self.found.at]
        for node, swept in self.found.nodes.items():
            output = shorten(node)
            header += [NodeName(output), *(Derivative(output, shorten(name)) for name in swept.gradient)]
        rows = [tuple(CellValue(number, self.digits) for number in row) for row in self._rows(self.limit or None)]
        count = len(next(iter(self.found.at.values())))
        yield from cut(Grid(tuple(header), rows, frozenset(range(len(header)))), count)
        for node, swept in self.found.nodes.items():
            if told := self._told(node, swept):
                yield Sentence(told)

    def _told(self, name: str, node: SweptNode) -> Phrase | None:
        """Where a node is not smooth."""
        if not node.marks:
            return None
        told: list[CellWords | NodeName | CellValue] = (
            [NodeName(shorten(name)), ": "] if len(self.found.nodes) > 1 else []
        )
        # First what is not joined, then what is.
        for i, mark in enumerate(sorted(node.marks, key=lambda mark: mark.kind == "kink")[:MARKS]):
            told += [", " if i else "", *self._mark(mark, is_first=not i)]
        return Phrase((*told, ", …" if len(node.marks) > MARKS else ""))

    def _mark(self, mark: Singularity, *, is_first: bool) -> tuple[CellWords | CellValue, ...]:
        ((_, x),) = self.found.at.items()
        if mark.kind == "kink":
            return "a kink at ", CellValue(mark.at)
        # The interval says where the curve is not joined, the number why.
        low, high = map(float, x[mark.place : mark.place + 2])
        # As many digits as tell them apart: of a million points neighbours share the first six.
        digits = next(count for count in range(MARK_DIGITS, 18) if f"{low:.{count}g}" != f"{high:.{count}g}")
        ends = CellValue(low, digits), CellValue(high, digits)
        about = "a jump or a pole, not joined: between " if is_first else "between "
        return (about, ends[0], " and ", ends[1], f" (a {mark.kind} at ", CellValue(mark.at), ")")


def scan_plot(found: Scan) -> Plot:
    """The nodes over the one range."""
    ((over, x),) = found.at.items()
    names = [NodeName(shorten(node)) for node in found.nodes]
    curves = [
        Curve(
            name,
            swept.values,
            [mark.place for mark in swept.marks if mark.kind != "kink"],
            [
                # A kink lies between two points of the grid: the sign stands at the nearer.
                mark.place + (abs(x[mark.place + 1] - mark.at) < abs(x[mark.place] - mark.at))
                for mark in swept.marks
                if mark.kind == "kink"
            ],
        )
        for name, swept in zip(names, found.nodes.values(), strict=True)
    ]
    # Several curves have one title, and are told apart where they end.
    listed = [part for name in names for part in (", ", name)][1:]
    return Plot(Phrase((*listed, " over ", NodeName(shorten(over)))), NodeName(shorten(over)), x, curves, found.is_log)


def _lists(swept: SweptNode) -> list[list[float]]:
    """The columns of a node: its values, and each derivative."""
    return [swept.values.tolist(), *(column.tolist() for column in swept.gradient.values())]
