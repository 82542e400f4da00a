"""A sweep as a table, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Iterator

from backcalc.analysis.scan import Scan
from backcalc.render.document import Grid, cut
from backcalc.render.formats.csv import csv_lines
from backcalc.render.formats.json import dump
from backcalc.render.values import exact
from backcalc.rules.functions.arrays import Array
from backcalc.text.numerals import DIGITS, derivative, rounded
from backcalc.text.wording import shorten


def scan_report(found: Scan, digits: int = DIGITS, limit: int = 0) -> list[Grid]:
    """A row a point: the inputs that are swept, the output, its derivatives by them."""
    output = shorten(found.output)
    header = (*map(shorten, found.at), output, *(derivative(output, shorten(name)) for name in found.gradient))
    rows = [tuple(rounded(number, digits) for number in row) for row in _rows(found, limit or None)]
    return cut(Grid(header, rows, frozenset(range(len(header)))), len(found.value))


def render_scan_json(found: Scan) -> Iterator[str]:
    """The object that the contract fixes."""
    count = len(found.at)
    points = [
        {
            "at": dict(zip(found.at, row[:count], strict=True)),
            "value": exact(row[count]),
            "gradient": {n: exact(slope) for n, slope in zip(found.gradient, row[count + 1 :], strict=True)},
        }
        for row in _rows(found, None)
    ]
    yield dump({"output": found.output, "points": points}, indented=True)


def render_scan_csv(found: Scan) -> Iterator[str]:
    """The lines `x,y,dy/dx`."""
    names = (*found.at, found.output, *(f"d{found.output}/d{name}" for name in found.gradient))
    yield from csv_lines([names, *(map(repr, row) for row in _rows(found, None))])


def _rows(found: Scan, limit: int | None) -> Iterator[tuple[float, ...]]:
    columns: list[Array] = [*found.at.values(), found.value, *found.gradient.values()]
    return zip(*(column[:limit].tolist() for column in columns), strict=True)
