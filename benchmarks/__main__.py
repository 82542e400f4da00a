"""All benchmarks in one table: backcalc beside its peers, whole processes, on this machine.

Usage: python benchmarks [NAME...] [--runs N] [--quick] [--check] [--growth] [--full]

A case is a row of `cases.CASES`. Its processes start in turn (ours, the peer's, ours, …), so that a drift of the
machine's speed touches both. Peers that are not installed are passed over: pip install -e '.[bench]'.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from agreement import disagreement
from cases import CASES, Case
from growth import growth_rows
from processes import Measured, run

HEADER = ("case", "size", "peer", "ours s", "least", "MB", "peer s", "least", "MB", "ratio", "least", "aim")
QUICK = 100  # Sizes are divided by this.
SMALL = 200  # The size at which numbers are compared.


def main() -> int:
    """Exit with 1 where numbers differ from a peer's."""
    options = _options()
    chosen = [case for case in CASES if not options.names or case.name in options.names]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.check:
            return _check(chosen, folder)
        if options.growth or options.full:
            _print(growth_rows(chosen, folder, options.runs, full=options.full))
        else:
            rows = [_row(case, _sized(case, options.quick), folder, options.runs) for case in chosen]
            inside = [] if options.names else _inside(folder, options.runs)
            _print([HEADER, *(row for row in rows if row), *inside])
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.split("\n\n", maxsplit=1)[0])
    names = sorted({case.name for case in CASES})
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"cases (default: all): {', '.join(names)}")
    parser.add_argument("--runs", type=int, default=7, help="how often each process runs (default: 7)")
    parser.add_argument("--quick", action="store_true", help=f"inputs of 1/{QUICK} of the size")
    parser.add_argument("--check", action="store_true", help="compare the numbers with the peers', at a small size")
    parser.add_argument("--growth", action="store_true", help="time and memory of ours from 1,000 to 1,000,000")
    parser.add_argument("--full", action="store_true", help="the same, to 10,000,000 edges")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names):
        parser.error(f"no case {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return options


def _sized(case: Case, quick: bool) -> int:
    return case.size // QUICK if quick else case.size


def _row(case: Case, size: int, folder: Path, runs: int) -> tuple[str, ...] | None:
    """A line of the table; None, and a word on stderr, where the peer is not installed."""
    if absent := [module for module in case.needs if not find_spec(module)]:
        print(f"{case.name} against {case.peer}: passed over, {', '.join(absent)} not installed", file=sys.stderr)
        return None
    print(f"{case.name} against {case.peer} …", file=sys.stderr)
    case.prepare(folder, size)
    ours, peer = [], []
    for _ in range(runs):
        ours.append(run(case.ours, folder, terminal=case.terminal))
        peer.append(run(case.theirs, folder))
    a, b = [median(times(found)) for found in (ours, peer)], [min(times(found)) for found in (ours, peer)]
    ratios = (f"{a[0] / a[1]:.3f}", f"{b[0] / b[1]:.3f}")
    cells = (f"{a[0]:.3f}", f"{b[0]:.3f}", memory(ours), f"{a[1]:.3f}", f"{b[1]:.3f}", memory(peer))
    return (case.name, f"{size:,}" if size else "", case.peer, *cells, *ratios, case.aim)


def _inside(folder: Path, runs: int) -> list[tuple[str, ...]]:
    """The cases of vectors.py, which compare passes inside one process: no memory, and no start of Python."""
    print("vectors against NumPy …", file=sys.stderr)
    script = str(Path(__file__).with_name("vectors.py"))
    lines = run([sys.executable, script, str(runs)], folder, keep=True).output.splitlines()[1:]
    rows = []
    for name, *numbers in map(str.split, lines):
        a, b, c, d = (f"{float(number) / 1000:.3f}" for number in numbers[:4])
        rows.append((name, "", "numpy, inside", a, b, "", c, d, "", *numbers[4:], ""))
    return rows


def times(found: Iterable[Measured]) -> list[float]:
    """The seconds of each run."""
    return [each.seconds for each in found]


def memory(found: Iterable[Measured]) -> str:
    """The most that a run needed, in MB."""
    return f"{max(each.peak for each in found) / 2**20:.0f}"


def _check(cases: Iterable[Case], folder: Path) -> int:
    wrong = 0
    for case in cases:
        if not case.size or case.script.startswith("run ") or any(not find_spec(module) for module in case.needs):
            continue
        case.prepare(folder, SMALL)
        found = disagreement(run(case.ours, folder, keep=True).output, run(case.theirs, folder, keep=True).output)
        print(f"{case.name} against {case.peer}: {found or 'the same numbers'}")
        wrong += bool(found)
    return int(wrong > 0)


def _print(rows: Iterable[tuple[str, ...]]) -> None:
    """Rows as columns, words to the left and numbers to the right."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (
            cell.ljust(w) if i in (0, 2) else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(cells).rstrip())


if __name__ == "__main__":
    sys.exit(main())
