"""What is wrong with indices that an array does not have, in words."""

from __future__ import annotations

from collections.abc import Sequence

from backcalc.rules.indices import OutOfRangeError, Place, count, text_of
from backcalc.rules.terms import Shape, shape_words

_AXES = ("rows", "columns")


def misplaced(name: str, shape: Shape, indices: Sequence[Place]) -> tuple[str, tuple[str, ...]]:
    """The message and the hints for `name`, of this shape, which has nothing at `indices`."""
    if all(isinstance(place, int) for place in indices):
        return _no_element(name, shape, indices)
    # First, for of an axis that is not there no index can be out of range.
    if len(indices) > len(shape):
        written = ", ".join(map(text_of, indices))
        return f"`{name}` is {shape_words(shape)}, which has no part [{written}]", _as_many(shape)
    for axis, (place, length) in enumerate(zip(indices, shape, strict=False)):
        try:
            count(place, length or 0)  # For what it raises.
        except OutOfRangeError as error:
            what = "elements" if len(shape) == 1 else _AXES[axis]
            last = f"its {what} are 0 to {(length or 0) - 1}; -1 is the last"
            if error.which is None:
                return f"the slice {text_of(place)} of `{name}` is empty: it has {length} {what}", (last,)
            one = what.removesuffix("s")
            return f"`{name}` is {shape_words(shape)}, which has no {one} {error.which}", (last,)
    raise AssertionError  # It is called where one of these is so.


def _no_element(name: str, shape: Shape, indices: Sequence[Place]) -> tuple[str, tuple[str, ...]]:
    # Too large an index, or too many of them: each has a hint of its own.
    part = "element" if len(indices) >= len(shape) else "row"
    message = f"`{name}` is {shape_words(shape)}, which has no {part} [{', '.join(map(text_of, indices))}]"
    if len(indices) > len(shape) or None in shape:
        return message, _as_many(shape)
    last = ", ".join(str((n or 0) - 1) for n in shape[: len(indices)])
    return message, (f"its {part}s are [{', '.join('0' * len(indices))}] to [{last}]",)


def _as_many(shape: Shape) -> tuple[str, ...]:
    if not shape:
        return ()
    return (f"an element of a {'matrix has two indices' if len(shape) > 1 else 'vector has one index'}",)
