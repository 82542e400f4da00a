"""A run on balls: every digit that it shows is certain, and a digit that is not is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import numpy as np

from backcalc.analysis.certain_digits import certain
from backcalc.analysis.exact import ExactRun, NumberSystem, run_exactly
from backcalc.graph.model import Dag
from backcalc.rules.functions import balls
from backcalc.rules.functions.ball import precision
from backcalc.text.errors import Code, EvaluateError
from backcalc.text.numerals import Certain

GUARD = 64  # Bits beyond the digits that are asked for,
DOUBLINGS = 6  # and how often they are doubled where digits are missing: what is not settled then hardly ever is.


def run_certified(
    graph: Dag, options: Iterable[str], digits: int, of: str | None = None, wrt: Sequence[str] = ()
) -> ExactRun:
    """`graph` in reverse mode with so many digits of each number, as far as they are certain.

    Raises EvaluateError for the first node that no precision certifies, or for a value that is missing, and UsageError
    as `run` does.
    """
    options = list(options)
    bits = GUARD + 4 * digits  # A decimal digit takes log₂ 10 ≈ 3.3 bits.
    for doubling in range(DOUBLINGS + 1):
        is_last = doubling == DOUBLINGS
        # From the start each time: to go on from balls that are too wide would keep them wide.
        numbers = _numbers(bits << doubling, digits)
        try:
            with numbers.within():
                found = run_exactly(graph, options, of, wrt, numbers)
        except EvaluateError as error:
            if is_last or error.diagnostics[0].code != Code.NOT_CERTAIN:  # A missing value is missing at any precision.
                raise
            continue
        # The digits that are there are shown even where some are still missing.
        if is_last or (not found.lost and all(number.is_full for number in _numbers_of(found))):
            break
    return found


def _numbers(bits: int, digits: int) -> NumberSystem:
    return NumberSystem(
        balls,
        "certified",
        Code.NOT_CERTAIN,
        "cannot be certified: {}",
        within=partial(precision, bits),
        shown=partial(certain, digits=digits),
    )


def _numbers_of(found: ExactRun) -> Iterator[Certain]:
    for value in (*found.values, *found.adjoints):
        if value is not None:
            yield from value.ravel() if isinstance(value, np.ndarray) else (value,)
