"""A run as CSV: exact numbers, shortest round trip."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from backcalc.run import Run
from backcalc.unparse import number_text


def render_csv(run: Run, *, partials: bool = False, pairs: bool = False) -> Iterator[str]:
    """The lines `node,value,adjoint` (in forward mode a column a tangent); `of,wrt,value` for partials or all pairs."""
    if partials or pairs:
        triples = run.pairs() if pairs else _local_partials(run)
        yield from _lines([("of", "wrt", "value"), *((of, wrt, number_text(value)) for of, wrt, value in triples)])
        return
    columns = [run.adjoints] if run.mode == "reverse" else list(run.tangents.values())
    one = len(columns) == 1
    header = (
        ["adjoint"] if run.mode == "reverse" else ["tangent"] if one else [f"tangent {name}" for name in run.tangents]
    )
    numbers = zip(run.values, *columns, strict=True)
    rows = (
        (node.name, *("" if value is None else number_text(value) for value in row))
        for node, row in zip(run.graph.nodes, numbers, strict=True)
    )
    yield from _lines([("node", "value", *header), *rows])


def _local_partials(run: Run) -> Iterator[tuple[str, str, float]]:
    for i, node in enumerate(run.graph.nodes):
        yield from ((node.name, arg, value) for arg, value in run.partials(i).items())


def _lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    yield text.getvalue().rstrip("\n")
