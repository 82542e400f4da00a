"""How time and memory grow with the size, and the factor that a doubling costs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from math import log2
from pathlib import Path

from cases import Case
from processes import Measured, run

SIZES = (1_000, 10_000, 100_000, 1_000_000)
FULL = 10_000_000
HEADER = ("case", "size", "", "least s", "MB", "time per doubling", "memory per doubling")


def growth_rows(cases: Iterable[Case], folder: Path, runs: int, *, full: bool) -> list[tuple[str, ...]]:
    """A row for each size of each input; edges go on to ten million where `full`."""
    rows = [HEADER]
    for case in {case.name: case for case in cases if case.input and " " not in case.input}.values():
        before: tuple[int, Measured] | None = None
        for size in (*SIZES, FULL) if full and case.input == "edges" else SIZES:
            print(f"{case.name} {size:,} …", file=sys.stderr)
            case.prepare(folder, size)
            found = min(run(case.ours, folder) for _ in range(runs if size < SIZES[-1] else 1))
            factors = _factors(before, size, found)
            rows.append((case.name, f"{size:,}", "", f"{found.seconds:.3f}", f"{found.peak >> 20}", *factors))
            before = size, found
    return rows


def _factors(before: tuple[int, Measured] | None, size: int, found: Measured) -> tuple[str, str]:
    """What a doubling costs in time and in memory, from the size before to this one."""
    if before is None:
        return "", ""
    doublings = log2(size / before[0])
    ratios = (found.seconds / before[1].seconds, found.peak / before[1].peak)
    time, memory = (f"{ratio ** (1 / doublings):.2f}" for ratio in ratios)
    return time, memory
