"""`python tests/fuzz --inputs N --seed S --jobs J`: feed the program with N inputs; failures shrunk, figures last."""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.cases import GRAPH, Case, case
from fuzz.judge import clear, judged
from fuzz.shrink import shrunk

BATCH = 500
MEMORY = 3 << 30  # Bytes of address space: what asks for more is to be told, and not to take the machine.


@dataclass
class Figures:
    """What inputs came to: how many, how they ended, what failed, a first example of each kind, the slowest."""

    inputs: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    examples: dict[str, tuple[int, Case, str]] = field(default_factory=dict)
    slowest: tuple[float, int] = (0.0, -1)

    def add(self, other: Figures) -> None:
        """Take in what another batch came to."""
        self.inputs += other.inputs
        self.statuses += other.statuses
        self.failures += other.failures
        self.examples = other.examples | self.examples
        self.slowest = max(self.slowest, other.slowest)


def batch(task: tuple[int, int, int]) -> Figures:
    """The figures of the inputs `first` to `last` of a seed; an input is the same whatever batch it stands in."""
    seed, first, last = task
    found = Figures()
    with _folder():
        for i in range(first, last):
            _add(found, seed, i)
    return found


@contextmanager
def _folder() -> Iterator[None]:
    """A folder of its own as the current one, in memory where there is such a place."""
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112
    with tempfile.TemporaryDirectory(dir=memory) as folder, chdir(folder):
        yield


def _add(found: Figures, seed: int, i: int) -> None:
    tried = case(Random(f"{seed} {i}"))
    begin = time.process_time()
    outcome = judged(tried)
    found.slowest = max(found.slowest, (time.process_time() - begin, i))
    found.inputs += 1
    found.statuses[outcome.status] += 1
    if outcome.failure:
        found.failures[outcome.failure] += 1
        found.examples.setdefault(outcome.failure, (i, tried, outcome.detail))
    if len(os.listdir()) > 12:  # noqa: PTH208
        clear()


def main() -> int:
    """The exit status: 1 where an input failed."""
    options = _options()
    ends = range(options.start, options.start + options.inputs, BATCH)
    tasks = [(options.seed, first, min(first + BATCH, options.start + options.inputs)) for first in ends]
    total, begin = Figures(), time.monotonic()
    for each in _batches(tasks, options.jobs):
        for kind in each.failures.keys() - total.failures.keys():
            print(f"input {each.examples[kind][0]}: {kind}", flush=True)
        total.add(each)
        if options.verbose:
            print(f"{total.inputs} inputs, {total.failures.total()} failures", file=sys.stderr, flush=True)
    _show(total)
    print(_last_line(total, options.seed, time.monotonic() - begin))
    return 1 if total.failures else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="the number of the first input")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def _batches(tasks: list[tuple[int, int, int]], jobs: int) -> Iterator[Figures]:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
    if jobs == 1:
        yield from map(batch, tasks)
        return
    # A process that is new now and then gives back what the caches of the last hold.
    with get_context("spawn").Pool(jobs, _begin, maxtasksperchild=20) as pool:
        yield from pool.imap_unordered(batch, tasks)


def _begin() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))


def _show(total: Figures) -> None:
    """The failures, each kind with a least case."""
    for kind, count in total.failures.most_common():
        i, found, detail = total.examples[kind]
        with _folder():
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
