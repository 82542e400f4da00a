"""`python tests/fuzz --inputs N --seed S --jobs J`: feed the program with N inputs; failures shrunk, figures last.

A failure is shown as it was met at once, and as small as it goes at the end. What an input is hangs on the samples of
the checkout too: at another commit the same number is another input, so it is the row shown that is kept.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.batches import Figures, batch, confine, scratch
from fuzz.cases import Case
from fuzz.draws import GRAPH
from fuzz.judge import judged
from fuzz.shrink import shrunk

BATCH = 500


def main() -> int:
    """The exit status: 1 where an input failed."""
    options = _options()
    ends = range(options.start, options.start + options.inputs, BATCH)
    tasks = [(options.seed, first, min(first + BATCH, options.start + options.inputs)) for first in ends]
    total, begin = Figures(), time.monotonic()
    for each in _batches(tasks, options.jobs):
        for kind in each.failures.keys() - total.failures.keys():
            print(_at_once(kind, *each.examples[kind]), flush=True)
        total.add(each)
        if options.verbose:
            print(f"{total.inputs} inputs, {total.failures.total()} failures", file=sys.stderr, flush=True)
    _show(total)
    print(_last_line(total, options.seed, time.monotonic() - begin))
    return 1 if total.failures else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="the number of the first input")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def _batches(tasks: list[tuple[int, int, int]], jobs: int) -> Iterator[Figures]:
    confine()
    if jobs == 1:
        yield from map(batch, tasks)
        return
    # A process that is new now and then gives back what the caches of the last hold.
    with get_context("spawn").Pool(jobs, confine, maxtasksperchild=20) as pool:
        yield from pool.imap_unordered(batch, tasks)


def _at_once(kind: str, i: int, found: Case, detail: str) -> str:
    """A failure as it was met, which may not come back: its number, a row as those of found.jsonl, and the detail."""
    row = {"args": found.args, "files": found.files} | ({"stdin": found.stdin} if found.stdin else {})
    return f"input {i}: {kind}\n{json.dumps(row, ensure_ascii=False)}\n{detail.rstrip()}".rstrip()


def _show(total: Figures) -> None:
    """The failures, each kind with a least case."""
    for kind, count in total.failures.most_common():
        i, found, detail = total.examples[kind]
        with scratch():
            small = shrunk(found, lambda each, kind=kind: judged(each).failure == kind)
            detail = judged(small).detail or detail
        print(f"\n=== {kind}: {count} inputs, the first is number {i}\n{' '.join(map(repr, small.args))}")
        for name, text in small.files.items():
            if text or name == GRAPH:
                print(f"--- {name}\n{text!r}")
        if small.stdin:
            print(f"--- stdin\n{small.stdin!r}")
        print("\n".join(detail.rstrip().split("\n")[-14:]))


def _last_line(total: Figures, seed: int, seconds: float) -> str:
    def share(*statuses: int) -> str:
        return f"{sum(total.statuses[each] for each in statuses) / max(1, total.inputs):.0%}"

    slow, which = total.slowest
    return (
        f"{total.inputs:,} inputs of seed {seed}, {total.failures.total():,} failures of {len(total.failures)} kinds; "
        f"{share(0, 1)} ran, {share(2)} were refused; {total.inputs / seconds:.0f} inputs a second; "
        f"the slowest took {slow:.1f} s (number {which})"
    )


if __name__ == "__main__":
    sys.exit(main())
