"""Functions along an axis of a matrix, for number systems that have them of vectors: a vector after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

KEEPING = ("softmax", "log_softmax", "complement", "from_top", "others")
"""What makes of a vector one as long, of a matrix along an axis one as large."""


class MatrixLayout(NamedTuple):
    """How a number system keeps matrices and vectors.

    rows       the rows of a matrix, each as a vector
    stacked    numbers as a vector, or vectors as the rows of a matrix
    transpose  rows and columns exchanged
    column     a vector as a matrix of one column
    length     the length of an axis of a matrix, as a number of the system
    """

    rows: Callable[[Any], list[Any]]
    stacked: Callable[[list[Any]], Any]
    transpose: Callable[[Any], Any]
    column: Callable[[Any], Any]
    length: Callable[[Any, int], Any]

    def along_axis(self, fn: Callable[..., Any] | None, name: str, axis: int, keepdims: int) -> Callable[..., Any]:
        """The function `name` along an axis, `fn` of a vector."""
        # Not of a vector: the shape tells it.
        if name == "size":
            return lambda x: self.length(x, axis)
        # With the rows a vector goes as it is; with the columns as one of these.
        if name == "kept":
            return self.column if axis else lambda x: x
        assert fn is not None

        def _function(*matrices: Any) -> Any:
            # Along axis 0 the vectors are the columns.
            rows = [self.rows(each if axis else self.transpose(each)) for each in matrices]
            found = self.stacked([fn(*vectors) for vectors in zip(*rows, strict=True)])
            if name in KEEPING:
                # What came of columns is put together as rows.
                return found if axis else self.transpose(found)
            if not keepdims:
                return found
            # A row of numbers, one a column: the column turned.
            return self.column(found) if axis else self.transpose(self.column(found))

        return _function
