"""Random boxes: ranges of any size, points among them."""

from __future__ import annotations

import math
from random import Random

ENDS = (0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 3.0, 1e-9, -1e-9, 30.0, -30.0, 700.0, -750.0, 1e8, math.pi, -math.pi / 2)


def box(random: Random) -> tuple[float, float]:
    """A range: of any size, a point among them."""
    if random.random() < 0.3:
        return _of_any_size(random)
    middle = random.choice(ENDS) if random.random() < 0.5 else random.gauss(0, 3)
    width = random.choice((0.0, 1e-12, 1e-3, 1.0, 10.0))
    return (middle, middle) if not width else (middle - width * random.random(), middle + width * random.random())


def magnitude(random: Random) -> float:
    """A number of either sign, from the least floats, which have few digits, to large ones."""
    return random.choice((1.0, -1.0)) * 10.0 ** random.uniform(-320, 300)


def _of_any_size(random: Random) -> tuple[float, float]:
    # Products and powers of these underflow and overflow, where rounding is no part of the number.
    end = magnitude(random)
    other = random.choice((end, end * (1 + 1e-9), 2 * end, 1e10 * end, 0.0, magnitude(random)))
    return min(end, other), max(end, other)


def point(random: Random, boxes: list[tuple[float, float]]) -> list[float]:
    """A point of boxes, at an end of each or between, also of a size between those of the ends."""
    return [min(max(random.choice((a, b, random.uniform(a, b), _between(a, b))), a), b) for a, b in boxes]


def _between(a: float, b: float) -> float:
    return math.copysign(math.sqrt(abs(a)) * math.sqrt(abs(b)), a)
