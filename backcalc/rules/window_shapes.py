"""The shapes of what rearranges an array or goes over it window by window: forwards only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

from backcalc.rules.terms import MismatchError, ShapeTerm, find, unify

OptionValues = Mapping[str, int | None]


def _lengths(term: ShapeTerm) -> tuple[int, ...] | None:
    """The lengths of an array's axes; None while one is not known. Raises MismatchError for a number."""
    if not isinstance(term, tuple):
        return None
    if not term:
        raise MismatchError
    known = [n for length in term if isinstance(n := find(length), int)]
    return tuple(known) if len(known) == len(term) else None


def _flatten(operands: list[ShapeTerm], out: ShapeTerm, settings: OptionValues) -> bool:  # noqa: ARG001  As of the others.
    lengths = _lengths(operands[0])  # A length that is known later settles it then.
    if lengths is not None:
        unify(out, (prod(lengths),))
    return lengths is not None


def _reshape(operands: list[ShapeTerm], out: ShapeTerm, settings: OptionValues) -> bool:
    m, n = settings["m"] or 0, settings["n"] or 0
    unify(out, (m, n))  # Of the value all is known at once.
    lengths = _lengths(operands[0])
    if lengths is not None and prod(lengths) != m * n:
        raise MismatchError
    return lengths is not None


def _conv(operands: list[ShapeTerm], out: ShapeTerm, settings: OptionValues) -> bool:
    stride, pad = settings["stride"] or 1, settings["pad"] or 0
    x, w = map(_lengths, operands)
    if x is None or w is None:
        return False
    if len(x) != len(w):
        raise MismatchError
    # Zeros on both sides of each axis.
    unify(out, tuple([_places(n + 2 * pad, k, stride) for n, k in zip(x, w, strict=True)]))
    return True


def _pool(operands: list[ShapeTerm], out: ShapeTerm, settings: OptionValues) -> bool:
    window, x = settings["n"] or 1, _lengths(operands[0])
    if x is not None:
        unify(out, tuple([_places(n, window, window) for n in x]))  # Windows side by side: the stride is their length.
    return x is not None


def _places(length: int, window: int, stride: int) -> int:
    """In how many places a window fits. Raises MismatchError where it does not at all."""
    if window > length:
        raise MismatchError
    return (length - window) // stride + 1  # What is left at the end is in no window.


WINDOWED: dict[str, Callable[[list[ShapeTerm], ShapeTerm, OptionValues], bool]] = {
    "flatten": _flatten,
    "reshape": _reshape,
    "conv": _conv,
    "pool": _pool,
}
