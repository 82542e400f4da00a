"""Batches of inputs, which may run in processes of their own, and the figures that they come to."""

from __future__ import annotations

import gc
import os
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from random import Random

from fuzz.cases import Case, case
from fuzz.judge import clear, judged

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
    with scratch():
        for i in range(first, last):
            _add(found, seed, i)
    gc.collect()  # Once for all of them: during a batch nothing is looked for.
    return found


@contextmanager
def scratch() -> Iterator[None]:
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


def confine() -> None:
    """Bound the memory of this process, and look for no circles in it but between batches: that took a seventh."""
    gc.disable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
