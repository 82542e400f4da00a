"""Questions one after the other in one process, and each in a process that has answered none: both say the same.

`python tests/one_process.py --inputs 3000 --seed 1` asks so many; a test asks a handful. The questions are those of the
fuzzer, and what is compared is the status and both streams, byte by byte. A process is fresh by being a fork of one
that has loaded the program and run nothing. What two fresh ones answer otherwise hangs on the clock, or is drawn.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import pkgutil
import sys
from multiprocessing import get_context
from random import Random

from fuzz.batches import scratch
from fuzz.cases import case
from fuzz.judge import Outcome, exact_outcome

import backcalc

TOO_SLOW = "takes longer"
"""What a failure begins with that a busy machine may be to blame for."""


def answered(question: tuple[str, int]) -> Outcome:
    """How question `i` of a seed ends, in a folder of its own; a traceback is left out, which has no place in it."""
    seed, i = question
    with scratch():
        return exact_outcome(case(Random(f"{seed} {i}")))._replace(detail="")


def main() -> int:
    """The exit status: 1 where an answer hangs on those before it."""
    parser = argparse.ArgumentParser(prog="python tests/one_process.py", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--start", type=int, default=0)
    options = parser.parse_args()
    questions = [(options.seed, i) for i in range(options.start, options.start + options.inputs)]
    for module in pkgutil.walk_packages(backcalc.__path__, "backcalc."):
        if not module.name.endswith("__main__"):  # Which takes Ctrl-C for the program's.
            importlib.import_module(module.name)  # Once, not in each fork.
    gc.collect()
    gc.freeze()  # Else a fork copies what the collector goes through.
    fork = get_context("fork")
    told = drawn = 0
    statuses = set()
    with fork.Pool(1) as one, fork.Pool(1, maxtasksperchild=1) as fresh:
        both = zip(one.imap(answered, questions), fresh.imap(answered, questions), strict=True)
        for question, (found, alone) in zip(questions, both, strict=True):
            statuses.add(found.status)
            if found == alone or TOO_SLOW in found.failure + alone.failure:
                continue
            if fresh.apply(answered, (question,)) != alone:
                drawn += 1
                continue
            told += 1
            tried = case(Random(f"{question[0]} {question[1]}"))
            print(question, " ".join(tried.args), tried.files, tried.stdin, flush=True)
            print(f"--- after others\n{found}\n--- alone\n{alone}", flush=True)
    print(
        f"{len(questions):,} questions with the statuses {sorted(statuses)}; {drawn:,} hang on the clock or are drawn, "
        f"{told:,} on those before them"
    )
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
