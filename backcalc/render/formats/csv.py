"""CSV as all reports have it: many lines at a time, and nothing in a cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from backcalc.text.wording import without_controls

ROWS = 10_000  # Lines that are put together at a time.


def csv_lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """`rows` as lines of CSV, many at a time, quoted where they must be."""
    left = iter(rows)
    # A list of paths may be longer than memory should hold as text, and a writer takes as long for one row as for ten.
    while part := list(islice(left, ROWS)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(map(_harmless, part))
        yield text.getvalue().removesuffix("\n")


# What a spreadsheet takes for a formula; numbers, and sums and products of them, do no harm when it does.
_RUN = re.compile(r"[=@\t\r]|[-+](?![-+*/^().\d\seE…]*\Z|inf\Z|nan\Z)")


def _harmless(row: Iterable[str]) -> list[str]:
    """A row in which no cell is a formula to a spreadsheet, by an apostrophe in front, or steers a terminal."""
    safe = (cell if cell.isprintable() else without_controls(cell) for cell in row)
    return [f"'{cell}" if _RUN.match(cell) else cell for cell in safe]
