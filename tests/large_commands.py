"""Every command that reads large texts by arrays, of such a text and of it read as objects: both end alike.

`python tests/large_commands.py --inputs 3000 --seed 1` tries so many; a test tries some hundred. The texts are those of
large_texts.py, a hundred lines with a few tokens changed; what is compared is the status and both streams, numbers to
eleven digits.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from random import Random

from fuzz.batches import scratch
from fuzz.cases import Case
from fuzz.judge import Outcome, outcome
from large_texts import changed, long_text, reading

_COMMANDS = (  # {0} is the last node, {1} a number.
    "check g.bg d{0}/d{0}={1} --of {0}",
    "check g.bg {0}={1} d{0}/dx1={1}",
    "check g.bg d{0}/dx0={1} --format json",
    "check g.bg d{0}/du0=dx1/dx0",
    "check g.bg --answers a.txt --format csv",
    "check g.bg",
    "explain g.bg --node x2",
    "explain g.bg --node {0} --of {0}",
    "explain g.bg --format json --of {0}",
    "paths g.bg --of {0}",
    "paths g.bg --of {0} --format json --limit 3",
    "paths g.bg --wrt x0 --limit 2",
    "draw g.bg --node {0} --radius 2",
    "draw g.bg --of {0} -o a.dot --force",
    "verify g.bg --seconds 0.2 --samples 20",
    "descend g.bg --of {0} --steps 2 --every 2",
    "descend g.bg --of {0} --wrt x0 --steps 1 --format json",
    "sweep g.bg --at x0=0:1:3 --of {0}",
    "sweep g.bg --at x0=0:1:2 --format csv",
    "grade g.bg c.csv",
    "grade g.bg c.csv --format csv",
    "fmt g.bg",
    "derive g.bg --of {0}",
    "taylor g.bg --of {0} --at x0=0 --order 2",
    "export g.bg --to numpy --of {0}",
    "run g.bg --format json --of {0}",
    "run g.bg --format csv --of {0} --wrt x0",
    "run g.bg --mode forward --wrt x0 --limit 5",
    "run g.bg --along x0=1 --of {0}",
    "run g.bg --data p.csv --of {0}",
    "run g.bg --partials --limit 3 --of {0}",
    "run g.bg --get d{0}/dx0 --get {0}",
    "run g.bg --get x2 --at x0=1",
    "run g.bg --exact --of {0}",
    "run g.bg --certified --of {0} --limit 3",
    "run g.bg --at x0=( --of {0}",  # What is wrong beside the text.
    "check g.bg --at x0=1,x0=2 d{0}/dx0={1}",
    "explain g.bg --at x0=nope --node x2",
    "paths g.bg --at x0= --of {0}",
    "draw g.bg --at x0=2*nope --node {0}",
    "run g.bg --get {0} --at 3=x0",
    "check g.bg --answers missing.txt",
    "descend g.bg --at x0=( --of {0}",
)


def case(rng: Random) -> Case:
    """A command of a long text, and the files that it reads."""
    text, last = long_text(rng)
    number = rng.choice(("1", "0.5", "-2", "1/3", "sqrt(2)"))
    files = {
        "g.bg": (text if rng.random() < 0.5 else changed(rng, text))
        + rng.choice(("", "", f"\n#= d{last}/dx0 = {number}\n#= x1 = 1\n")),
        "a.txt": f"x1 = {number}\nd{last}/dx0 = {number}\n",
        "c.csv": f"name,x1,d{last}/dx0\nAda,1,{number}\nBob,{number},2\n",
        "p.csv": "x0\n1\n0.5\n",
    }
    return Case(tuple(rng.choice(_COMMANDS).format(last, number).split()), files)


def disagreement(seed: object, i: int) -> tuple[str, Outcome, str]:
    """The command of case `i` of a seed, how it ended as objects, and what is not the same by arrays."""
    tried = case(Random(f"{seed} {i}"))
    with reading(by_arrays=False, fewest=1):
        plain = outcome(tried)
    with reading(by_arrays=True, fewest=1):
        large = outcome(tried)
    command = tried.args[0]
    if plain == large:
        return command, plain, plain.failure
    ways = ("as objects", plain), ("by arrays", large)
    shown = (f"--- {way}\n{each.status}\n{each.out}{each.err}{each.detail}" for way, each in ways)
    return command, plain, f"{i}: {' '.join(tried.args)}\n{tried.files}\n" + "\n".join(shown)


def main() -> int:
    """The exit status: 1 where a command does not end alike."""
    parser = argparse.ArgumentParser(prog="python tests/large_commands.py", description=__doc__)
    parser.add_argument("--inputs", type=int, default=3_000)
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    ends: Counter[int] = Counter()
    failed = 0
    with scratch():
        for i in range(options.inputs):
            _, end, found = disagreement(options.seed, i)
            ends[end.status] += 1
            failed += bool(found)
            if found:
                print(found, flush=True)
    ran = ends[0] + ends[1]
    print(f"{options.inputs:,} commands, {ran:,} ran, {ends[2]:,} were refused; {failed:,} ended in two ways")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
