"""The cotangent of a part of an array as a formula: in its place, with 0 elsewhere; repeated elements add up."""

from __future__ import annotations

from backcalc.graph.shapes import Shape
from backcalc.language.expr import TRANSPOSE, Expr
from backcalc.rules.indices import Place, is_whole, positions
from backcalc.rules.ndarray import filled, placed
from backcalc.rules.simplify import make
from backcalc.rules.values import literal


def placed_formula(ct: Expr, indices: tuple[Place, ...], shape: Shape) -> Expr:
    """`ct`, of the part of an array of this shape that `indices` name, as an array of this shape."""
    if all(isinstance(place, int) for place in indices) and len(indices) == len(shape):
        return make("*", ct, literal(placed(1.0, indices, shape)))  # A unit vector or matrix, scaled.
    rows, *rest = indices
    if len(shape) == 1:
        return _placed_vector(ct, rows, shape[0] or 0)
    # `W[i]` is a row: all columns of it.
    columns: Place = rest[0] if rest else slice(None)
    m, n = (length or 0 for length in shape)
    # The outer product with a unit vector: one row, or one column, of zeros elsewhere.
    if isinstance(rows, int):
        return make("outer", _unit(rows, m), _placed_vector(ct, columns, n))
    if isinstance(columns, int):
        return make("outer", _placed_vector(ct, rows, m), _unit(columns, n))
    # Rows are placed from the left, columns from the right: S @ ct @ R.T.
    found = ct if _is_all(rows, m) else make("@", _selection(rows, m), ct)
    return found if _is_all(columns, n) else make("@", found, make(TRANSPOSE, _selection(columns, n)))


def _placed_vector(ct: Expr, place: Place, length: int) -> Expr:
    if _is_all(place, length):
        return ct
    if not isinstance(place, slice):
        # A list may name an element twice, and a product with the selection adds such parts up.
        return make("@", _selection(place, length), ct)
    start, stop, _ = place.indices(length)  # The language has no steps: one run of elements.
    ends = [literal(filled((count,), 0.0)) for count in (start, length - stop)]
    parts = [*ends[: start > 0], ct, *ends[1 : 1 + (stop < length)]]
    return make("concat", *parts)


def _is_all(place: Place, length: int) -> bool:
    return is_whole(place) or (isinstance(place, slice) and len(range(*place.indices(length))) == length)


def _unit(index: int, length: int) -> Expr:
    return literal(placed(1.0, (index,), (length,)))


def _selection(place: Place, length: int) -> Expr:
    """The matrix of 0 and 1 whose columns are the unit vectors of the elements that `place` names."""
    at = positions(place, length)
    found = filled((length, len(at)), 0.0)
    for column, row in enumerate(at):
        found[row, column] = 1.0
    return literal(found)
