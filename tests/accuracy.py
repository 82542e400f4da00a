"""How exact each function is: `python tests/accuracy.py` prints the table of docs/numbers.md, of 2,000 points each.

Values and slopes are held against mpmath's: no more than 4 units in the last place off, or 4e-16 times the condition
number; what a subnormal intermediate result loses is allowed for, as `references` says. A few points are 0, poles, and
numbers a hair beside them, a quarter of any size down to subnormal numbers; the rest are drawn. With `--points 200` it
takes a minute.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from multiprocessing import get_context

from references import Finding, candidates, examine_at, of_any_size
from rows import title

from backcalc.rules.primitives import ROWS, Primitive

POINTS = 2_000


@dataclass
class Accuracy:
    """The worst of a function: in units in the last place of its value, of its slopes, and as a share of the bound."""

    name: str
    points: int = 0
    value: float = 0.0
    slope: float = 0.0
    worst: Finding | None = None

    def add(self, found: Finding) -> None:
        """Count a number in."""
        if found.what == "value":
            self.points += 1
            self.value = max(self.value, found.ulps)
        else:
            self.slope = max(self.slope, found.ulps)
        if self.worst is None or found.ratio > self.worst.ratio:
            self.worst = found

    def line(self) -> str:
        """A row of the table."""
        share = self.worst.ratio if self.worst else 0.0
        name = f"`{self.name}`".replace("|", r"\|")
        return f"| {name} | {self.points:,} | {_units(self.value)} | {_units(self.slope)} | {share:.2f} |"


def accuracy(task: tuple[int, int]) -> Accuracy:
    """The accuracy of a row at so many points."""
    place, points = task
    row = rows()[place]
    found = Accuracy(title(row))
    hard, far = candidates(row, 0), of_any_size(row, points // 4)
    drawn = candidates(row, max(0, points - len(hard) - len(far)) // 2)
    for each in examine_at(row, row, [*drawn, *far]):
        found.add(each)
    return found


def rows() -> list[Primitive]:
    """The functions of numbers; of `stop_gradient` the slope is not the value's, by intent."""
    return [row for row in ROWS if row.shape == "elementwise" and row.symbol != "stop_gradient"]


def _units(ulps: float) -> str:
    return f"{ulps:.2g}" if ulps < 100 else f"{ulps:.0e}"


def main() -> int:
    """The exit status: 1 where a function is less exact than it is to be."""
    parser = argparse.ArgumentParser(prog="python tests/accuracy.py", description=__doc__)
    parser.add_argument("--points", type=int, default=POINTS)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    tasks = [(place, options.points) for place in range(len(rows()))]
    failed = 0
    print("| function | points | value, ulp | slopes, ulp | of what is allowed |\n| --- | --- | --- | --- | --- |")
    with get_context("spawn").Pool(options.jobs) as pool:
        for found in pool.imap(accuracy, tasks):
            print(found.line(), flush=True)
            if found.worst is not None and found.worst.ratio > 1:
                failed += 1
                print(found.worst, file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
