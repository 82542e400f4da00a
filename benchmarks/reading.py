"""Reading a text: microseconds a line by the parser and by arrays, against Python's own parser; medians and ratios.

`ast.parse` reads a text of as many lines with the same names and operators, each line an expression or assignment.

Usage: python benchmarks/reading.py [LINES [RUNS]]
"""

from __future__ import annotations

import ast
import gc
import random
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from backcalc.bulk.graph.reader import read_lines
from backcalc.language.parser import parse, parser
from backcalc.text.source import Source

RANDOM = random.Random(0)
FUNCTIONS = ("sin", "cos", "exp", "log", "tanh")


def _mixed(i: int) -> str:
    """One of 300 forms."""
    fn, op, sign = RANDOM.choice(FUNCTIONS), RANDOM.choice("+-*/"), RANDOM.choice("+-*")
    return f"v{i} = {fn}(v{i - 3} {op} v{i // 2}) {sign} {RANDOM.choice(('3', 'v2', '2*v3', 'v2*v4', 'sin(v2)'))}"


# A name, what writes a line for a number, and what Python reads in its place.
CASES: tuple[tuple[str, Callable[[int], str], Callable[[str], str]], ...] = (
    ("arrow", lambda i: f"n{i} -> n{RANDOM.randrange(i)} : 0.{i % 1000:03}", lambda line: line.replace(" -> ", " : ")),
    ("comma", lambda i: f"{i},{RANDOM.randrange(i)},0.5", lambda line: line),
    ("quotient", lambda i: f"d(v{i})/d(v{i // 2}) = 3", lambda line: line.replace("= 3", "- 3")),
    ("call", lambda i: f"n{i} = sin(n{i - 3} + n{i // 2})", lambda line: line),
    ("comment", lambda i: f"v{i} = 2.5*v{i - 3} - v{i // 2}^2 # {i}", lambda line: line.replace("^", "**")),
    ("300 forms", _mixed, lambda line: line),
)


def texts(count: int) -> list[tuple[str, str, str]]:
    """Each case's name, text, and text for Python."""
    found = []
    for name, write, as_python in CASES:
        lines = [write(i) for i in range(5, 5 + count)]
        python = [as_python(line) for line in lines]
        if name == "arrow":  # `n1 : n2 : 0.5` is no Python; `n1 : n2 = 0.5` is, of the same words.
            python = [line[::-1].replace(":", "=", 1)[::-1] for line in python]
        found.append((name, "".join(f"{line}\n" for line in lines), "".join(f"{line}\n" for line in python)))
    return found


def microseconds(function: Callable[[], Any], count: int) -> float:
    """The processor time of one call, a line."""
    gc.collect()
    begin = time.process_time()
    function()
    return 1e6 * (time.process_time() - begin) / count


def main() -> None:
    """Print a line a case."""
    count, runs = [int(argument) for argument in sys.argv[1:]] + [100_000, 5][len(sys.argv) - 1 :]
    parser()
    print(f"{'case':12}{'parse µs':>10}{'arrays µs':>11}{'ast µs':>9}{'parse/ast':>11}{'arrays/ast':>12}")
    for name, text, python in texts(count):
        source = Source(name, text)
        ways: tuple[Callable[[], Any], ...] = (
            lambda source=source: parse(source),
            lambda source=source: read_lines(source),
            lambda python=python: ast.parse(python),
        )
        times: list[list[float]] = [[], [], []]
        for _ in range(runs):  # In turn, so that a drift of the machine's speed touches all.
            for way, found in zip(ways, times, strict=True):
                found.append(microseconds(way, count))
        a, b, c = (median(found) for found in times)
        print(f"{name:12}{a:10.2f}{b:11.2f}{c:9.2f}{a / c:11.2f}{b / c:12.3f}")


main()
