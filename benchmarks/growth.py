"""How time and memory grow with the size, and the factor that a doubling costs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from math import log2
from pathlib import Path

from cases import Case
from processes import Measured, run

NOTHING = 10  # What takes no time beside the start of the process.
SIZES = (1_000, 10_000, 100_000, 1_000_000)
FULL = 10_000_000
HEADER = ("case", "size", "", "least s", "MB", "time per doubling", "without start", "memory per doubling")


def growth_rows(cases: Iterable[Case], folder: Path, runs: int, *, full: bool) -> list[tuple[str, ...]]:
    """A row for each size of each input; edges go on to ten million where `full`.

    At small sizes nearly all time is Python's start; so what a doubling costs is told without it as well.
    """
    rows = [HEADER]
    for case in {case.name: case for case in cases if case.input and " " not in case.input}.values():
        case.prepare(folder, NOTHING)
        start = min(run(case.ours, folder).seconds for _ in range(runs))
        before: tuple[int, Measured] | None = None
        for size in (*SIZES, FULL) if full and case.input == "edges" else SIZES:
            print(f"{case.name} {size:,} …", file=sys.stderr)
            case.prepare(folder, size)
            found = min(run(case.ours, folder) for _ in range(runs if size < SIZES[-1] else 1))
            factors = _factors(before, size, found, start)
            rows.append((case.name, f"{size:,}", "", f"{found.seconds:.3f}", f"{found.peak >> 20}", *factors))
            before = size, found
    return rows


def _factors(before: tuple[int, Measured] | None, size: int, found: Measured, start: float) -> tuple[str, ...]:
    """What a doubling costs from the size before to this one: in time, in time after the `start`, and in memory."""
    if before is None:
        return "", "", ""
    doublings = log2(size / before[0])
    work = found.seconds - start, before[1].seconds - start
    pairs = (found.seconds, before[1].seconds), work, (found.peak, before[1].peak)
    return tuple(f"{(now / then) ** (1 / doublings):.2f}" if min(now, then) > 0 else "" for now, then in pairs)
