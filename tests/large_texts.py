"""Long texts of few forms with a few tokens changed, read by arrays and as objects: both say the same of them.

`python tests/large_texts.py --inputs 5000 --seed 1` tries so many; a test tries some hundred. A text has a hundred
lines, and the thresholds from which on arrays serve are lowered to that: a text as long as these say takes a second to
read as objects.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest import mock

import numpy as np
from fuzz import texts

from backcalc.analysis.run import Text
from backcalc.bulk.graph import reader
from backcalc.calculus.point import read_point
from backcalc.language import scanner
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source

Said = tuple[Any, ...]
"""The errors of a text; else its warnings, what was run, and the numbers that came out."""


def long_text(rng: Random) -> tuple[str, str]:
    """A text of about a hundred lines, and its last node: edges in one of their spellings, formulas of a few forms."""
    count, kind = rng.randint(30, 120), rng.random()
    edge, forms = rng.choice(_EDGES), [rng.choice(_FORMS) for _ in range(3)]
    lines, last = ["input x0 = 0.5", "x1 = x0*2"] if kind > 0.4 else [], ""
    if kind > 0.9:
        inputs = [f"z{i}{rng.choice((' = 2', ' = 0.5', ' = -1', ''))}" for i in range(rng.randint(20, 60))]
        are_listed = rng.random() < 0.5
        # One default behind a name without is refused, so the bare ones come last but sometimes.
        listed = [f"input {', '.join(sorted(inputs, key=lambda item: '=' not in item))}"]
        lines += listed if are_listed else [f"input {item}" for item in inputs]
    for i in range(count):
        is_edge = kind < 0.4 or (kind > 0.8 and rng.random() < 0.5)
        number = rng.choice(("0.5", "2", "-1", "1e-3", "1/3", ".25"))
        made = edge.format(max(0, i - rng.randint(0, 3)), i + 1, number)
        lines.append(made if is_edge else rng.choice(forms).format(i + 2, i + 1, max(0, i - 1), number))
        last = f"{'u' * ('u' in edge)}{i + 1}" if is_edge else f"x{i + 2}"
    if rng.random() < 0.2:
        odd = rng.choice(("# a comment", "", "output x1", "input z = 2", "claim x1 > 0"))
        lines.insert(rng.randrange(len(lines)), odd)
    end = rng.choice(("\n",) * 4 + ("; ",))  # All on one line.
    return end.join(lines) + "\n" * rng.choice((0, 1)), last


_EDGES = ("u{0} -> u{1} : {2}", "u{0} u{1} {2}", "u{0},u{1},{2}", "d(u{1})/d(u{0}) = {2}", "{0}\t{1}\t{2}")
_FORMS = (
    "x{0} = sin(x{1})*{3}",
    "x{0} = x{1} + x{2}",
    "x{0} = sigmoid(x{1}*{3} + x{2})",
    "x{0} = x{1}^2/(1 + x{2}^2)",
    "x{0} = max(x{1}, x{2})",
    "x{0} = if x{1} > 0 then x{2} else -x{1}",
)


def changed(rng: Random, text: str) -> str:
    """The text with up to four tokens or lines changed."""
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        text = texts.mutated(rng, text)
    return text


@contextmanager
def reading(*, by_arrays: bool, fewest: int) -> Iterator[None]:
    """Texts read by arrays, lines of a form being a block from so many on, or as objects."""
    large = 0 if by_arrays else sys.maxsize
    with (
        mock.patch("backcalc.analysis.run.LARGE", large),
        mock.patch.object(reader, "FEWEST", fewest),
        mock.patch.object(scanner, "LONG_LIST", 20),
    ):
        yield


def said(text: str, at: tuple[str, ...], of: str | None = None) -> Said:
    """What a run of the text says."""
    try:
        found = Text(Source("g.bg", text))
        run = found.run(read_point(at), of)
    except BackcalcError as error:
        return ("refused", error.source.name, *error.diagnostics)
    numbers = [None if value is None else float(value) for value in (*run.values, *run.adjoints) if _is_number(value)]
    return ("run", run.output, tuple(run.graph.index), numbers, *run.warnings)


def _is_number(value: Any) -> bool:
    return value is None or isinstance(value, float)


def is_same(one: Said, other: Said) -> bool:
    """Whether two runs say the same, numbers to twelve digits."""
    if one[0] != "run" or other[0] != "run":
        return one == other
    first, second = (np.array([np.nan if n is None else n for n in each[3]]) for each in (one, other))
    is_near = first.shape == second.shape and bool(np.allclose(first, second, rtol=1e-12, equal_nan=True))
    return is_near and one[:3] == other[:3] and one[4:] == other[4:]


def disagreement(seed: object, i: int) -> tuple[str, str]:
    """How text `i` of a seed ended as objects, and what is not the same by arrays; empty where nothing is."""
    rng = Random(f"{seed} {i}")
    text, last = long_text(rng)
    text, of = changed(rng, text), rng.choice((None, last, last, last))
    at: tuple[str, ...] = rng.choice(((), (), ("x0=2",), ("x0=2,nope=1",), ("u0=1",)))
    with reading(by_arrays=False, fewest=1):
        plain = said(text, at, of)
    for fewest in (1, 8):
        with reading(by_arrays=True, fewest=fewest):
            large = said(text, at, of)
        if not is_same(plain, large):
            return str(plain[0]), f"{i}: {at} {of}\n{text}\n--- as objects\n{plain}\n--- by arrays\n{large}"
    return str(plain[0]), ""


def main() -> int:
    """The exit status: 1 where a text is read in two ways."""
    parser = argparse.ArgumentParser(prog="python tests/large_texts.py", description=__doc__)
    parser.add_argument("--inputs", type=int, default=5_000)
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    ends: Counter[str] = Counter()
    failed = 0
    for i in range(options.inputs):
        end, found = disagreement(options.seed, i)
        ends[end] += 1
        failed += bool(found)
        if found:
            print(found, flush=True)
    print(
        f"{options.inputs:,} texts, {ends['run']:,} ran, {ends['refused']:,} were refused; {failed:,} read in two ways"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
