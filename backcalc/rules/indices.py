"""What stands between the brackets of `x[…]`: whole numbers, slices and lists of whole numbers, as NumPy takes them."""

from __future__ import annotations

from collections.abc import Sequence

from backcalc.language.expr import NEGATE, PICK, SLICES, VECTOR, Call, Expr, Number

Place = int | slice | tuple[int, ...]
"""Of one axis: an element, a range of them, or some in any order; a list is a tuple here, which has a hash."""


class OutOfRangeError(Exception):
    """A place that an axis does not have; `which` is the index, None where a slice is empty."""

    def __init__(self, which: int | None) -> None:
        self.which = which


def places(parts: Sequence[Expr]) -> tuple[Place, ...]:
    """The indices that a formula has behind its array."""
    return tuple([_place(part) for part in parts])


def _place(part: Expr) -> Place:
    if isinstance(part, Call) and part.fn in SLICES:
        ends = [_whole(end) for end in part.args]
        # By its name: `i:j`, `i:`, `:j` or `:`.
        return slice(ends[0] if part.fn[0] != ":" else None, ends[-1] if part.fn[-1] != ":" else None)
    if isinstance(part, Call) and part.fn in (PICK, VECTOR):
        return tuple([_whole(item) for item in part.args])
    return _whole(part)


def _whole(part: Expr) -> int:
    if isinstance(part, Call) and part.fn == NEGATE:
        return -_whole(part.args[0])
    assert isinstance(part, Number)  # The graph has looked at it.
    return int(part.value)


def parts(found: Sequence[Place]) -> tuple[Expr, ...]:
    """Places as the indices that a formula has."""
    return tuple([_part(place) for place in found])


def _part(place: Place) -> Expr:
    if isinstance(place, tuple):
        return Call(PICK, tuple(map(_number, place)))
    if isinstance(place, slice):
        fn = f"{'' if place.start is None else 'i'}:{'' if place.stop is None else 'j'}"
        return Call(fn, tuple([_number(end) for end in (place.start, place.stop) if end is not None]))
    return _number(place)


def _number(value: int) -> Number:
    return Number(float(value), str(value))


def text_of(place: Place) -> str:
    """A place as it is written."""
    if isinstance(place, slice):
        return f"{'' if place.start is None else place.start}:{'' if place.stop is None else place.stop}"
    return str(list(place) if isinstance(place, tuple) else place)


def is_whole(place: Place) -> bool:
    """Whether it is all of an axis, whatever its length."""
    # `0:n` is all too, but only of a known length.
    return isinstance(place, slice) and place.start is None and place.stop is None


def count(place: Place, length: int) -> int | None:
    """How many elements of an axis of this length it names; None for a single one, whose axis goes.

    Raises OutOfRangeError. A slice that goes beyond the end stops there, as in NumPy.
    """
    if isinstance(place, slice):
        found = len(range(*place.indices(length)))
        if not found:
            raise OutOfRangeError(None)
        return found
    for index in place if isinstance(place, tuple) else (place,):
        if not -length <= index < length:  # Negative ones count from the end.
            raise OutOfRangeError(index)
    return len(place) if isinstance(place, tuple) else None


def positions(place: Place, length: int) -> list[int]:
    """The elements that it names, counted from 0."""
    if isinstance(place, slice):
        return list(range(*place.indices(length)))
    return [index % length for index in (place if isinstance(place, tuple) else (place,))]  # Of −1 the last one.
