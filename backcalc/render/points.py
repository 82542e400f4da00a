"""A run at many points: a row of output and gradient a point."""

from __future__ import annotations

from collections.abc import Iterator

from backcalc.data import DataRun
from backcalc.errors import shorten
from backcalc.render.json import dump
from backcalc.render.numbers import DIGITS, exact, rounded
from backcalc.render.report import Grid, cut, derivative
from backcalc.unparse import number_text


def points_report(run: DataRun, digits: int = DIGITS, limit: int = 0) -> list[Grid]:
    """A table with a row a point, of the first `limit` points; 0 is no limit."""
    columns = dict(run.columns())
    header = ("point", shorten(run.output), *(derivative(shorten(run.output), name) for name in columns))
    numbers = zip(*(found[: limit or None] for found in (run.value, *columns.values())), strict=True)
    rows = [(str(i), *(rounded(float(n), digits) for n in row)) for i, row in enumerate(numbers, 1)]
    return cut(Grid(header, rows, frozenset(range(len(header)))), len(run.value), "the first")


def render_points_csv(run: DataRun) -> Iterator[str]:
    """The lines `J,dJ/dx,…`."""
    columns = dict(run.columns())
    names = [run.output, *(f"d{run.output}/d{name}" for name in columns)]
    yield ",".join(f'"{name}"' if "," in name else name for name in names)
    for row in zip(run.value.tolist(), *(column.tolist() for column in columns.values()), strict=True):
        yield ",".join(map(number_text, row))


def render_points_json(run: DataRun) -> str:
    """The points in their order, each with its value and gradient."""
    points = []
    for i, value in enumerate(run.value.tolist()):
        gradient = {
            name: exact(found[i] if found.ndim > 1 else float(found[i])) for name, found in run.gradient.items()
        }
        points.append({"value": exact(value), "gradient": gradient})
    return dump({"output": run.output, "points": points})
