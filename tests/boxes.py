"""Random boxes: ranges of any size, points among them."""

from __future__ import annotations

import math
from random import Random

ENDS = (0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 3.0, 1e-9, -1e-9, 30.0, -30.0, 700.0, -750.0, 1e8, math.pi, -math.pi / 2)


def box(random: Random) -> tuple[float, float]:
    """A range: of any size, a point among them."""
    middle = random.choice(ENDS) if random.random() < 0.5 else random.gauss(0, 3)
    width = random.choice((0.0, 1e-12, 1e-3, 1.0, 10.0))
    return (middle, middle) if not width else (middle - width * random.random(), middle + width * random.random())


def point(random: Random, boxes: list[tuple[float, float]]) -> list[float]:
    """A point of boxes, at an end of each or between."""
    return [min(max(random.choice((a, b, random.uniform(a, b))), a), b) for a, b in boxes]
