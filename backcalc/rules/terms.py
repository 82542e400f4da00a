"""Shapes and lengths that are not known yet, and unification, which makes one what must be one.

A term is a shape, a length, or an `Unknown` that may turn out to be one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Unknown:
    """A shape or a length that is not known yet; `link` is what it turned out to be."""

    __slots__ = ("link",)

    def __init__(self) -> None:
        self.link: ShapeTerm | None = None  # None as long as it is unknown; links are never taken back.


Length = int | Unknown


ShapeTerm = Unknown | int | tuple[Length, ...]


MOST_AXES = 2
"""Of an array of the language, and so of a formula: a value is a number, a vector or a matrix."""

Shape = tuple[int | None, ...]
"""A length that nothing settles is None."""


ShapeRule = Callable[[list[ShapeTerm], ShapeTerm], bool]


class MismatchError(Exception):
    """Two shapes that should be one and are not."""


def find(term: ShapeTerm) -> ShapeTerm:
    """What `term` is known to be."""
    # Chains are as long as names stand for names, a few steps; to shorten them would cost more.
    while isinstance(term, Unknown) and term.link is not None:
        term = term.link
    return term


def unify(left: ShapeTerm, right: ShapeTerm) -> None:
    """Make `left` and `right` one. Raises MismatchError."""
    left, right = find(left), find(right)
    if left is right:  # An unknown linked to itself would be a loop, and `find` would not end.
        return
    if isinstance(left, Unknown):
        left.link = right
    elif isinstance(right, Unknown):
        right.link = left
    elif isinstance(left, tuple) and isinstance(right, tuple):
        if len(left) != len(right):
            raise MismatchError  # Ranks are known as soon as a shape is: only lengths stay open.
        for a, b in zip(left, right, strict=True):
            unify(a, b)
    elif left != right:
        raise MismatchError


def settled(term: ShapeTerm) -> Shape | None:
    """A term as a shape; None where nothing is known of it."""
    found = find(term)
    if not isinstance(found, tuple):
        return None
    return tuple(n if isinstance(n := find(length), int) else None for length in found)


def fresh(shape: Shape | None) -> ShapeTerm:
    """A shape as a term of its own, which binds no other."""
    # Each None is an unknown of its own: two of them need not be equal.
    return Unknown() if shape is None else tuple(Unknown() if n is None else n for n in shape)


def shape_text(shape: Sequence[int | None]) -> str:
    """`3×4`, `3`, or `number`."""
    return "×".join("?" if n is None else str(n) for n in shape) if shape else "number"


def shape_words(shape: Sequence[int | None] | None) -> str:
    """`a 3×4 matrix`, `a vector of 3`, or `a number`; `a vector` where its length is not known."""
    if shape is None:
        return "an unknown shape"
    if not shape:
        return "a number"
    if all(n is None for n in shape):
        return "a matrix" if len(shape) > 1 else "a vector"
    return f"a {shape_text(shape)} matrix" if len(shape) > 1 else f"a vector of {shape_text(shape)}"
