"""What is wrong in some elements of an array, while the others are right: one mistake, made there alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import Any

from backcalc.calculus.digits import Tolerance, wrong_places
from backcalc.marking.diagnosis.telling import Diagnosis, listed
from backcalc.marking.mark import Attempt
from backcalc.rules.values import is_array, shape_of

Diagnose = Callable[[Callable[[Any], bool]], Diagnosis | None]
"""The likeliest mistake among those whose array is accepted."""


def at_some_elements(given: Attempt, tolerance: Tolerance, diagnose: Diagnose) -> Diagnosis | None:
    """The mistake that gives every element that is wrong; None where one is, or all are, or none fits."""
    shape = shape_of(given.expected)
    if not shape or shape_of(given.value) != shape:
        return None
    # The empty place stands for an answer of another shape.
    every = wrong_places(given.answer.value, given.expected, given.source, tolerance, given.known)
    places = [place for place in every if place]
    # One number alone is looked at as an answer of its own, and met by chance sooner than several.
    if not 1 < len(places) < prod(shape):
        return None

    def _accepts(value: Any) -> bool:
        if value is None or not is_array(value) or shape_of(value) != shape:
            return False
        # Right where the answer is, and the mistake's where it is wrong: that has to be what was written.
        mixed = given.expected.copy()
        for place in places:
            mixed[place] = value[place]
        return given.matches(mixed)

    found = diagnose(_accepts)
    if found is None:
        return None
    where = listed([f"[{','.join(map(str, place))}]" for place in places])
    return replace(found, text=f"in {where} alone: {found.text}")
