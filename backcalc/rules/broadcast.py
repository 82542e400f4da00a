"""How shapes go together by elements: a vector goes with the rows of a matrix, a number with anything.

Of matrices one may have the length 1 along an axis, as what is reduced with `keepdims=1` has. The value always has the
shape of one of the arguments: (n) with (m, 1) is refused, which NumPy makes m × n, by mistake more often than not.
"""

from __future__ import annotations

from backcalc.rules.terms import Length, MismatchError, ShapeTerm, Unknown, find, unify

_MATRIX = 2  # Axes.
_Array = tuple[Length, ...]


def elementwise(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    """A number combines with anything, a vector with the rows of a matrix; otherwise shapes match exactly."""
    if len(operands) == 1:
        # With one operand the value tells its shape as well as the other way round.
        unify(out, operands[0])
        return True
    # Numbers say nothing: they go with every shape.
    arrays = [term for term in operands if isinstance(term, tuple) and term]
    unknown = [term for term in operands if isinstance(term, Unknown)]
    whole = _whole(arrays)
    if not unknown:
        if whole is None and arrays:
            return False
        unify(out, whole or ())
        return True
    # A length of 1 may yet be stretched by one that is not known.
    if whole is not None and len(whole) == _MATRIX and 1 not in whole:  # Whatever the others are, this is as large.
        unify(out, whole)
    if find(out) == () or (not arrays and len(unknown) == 1 and isinstance(find(out), tuple)):
        unify(unknown[0], find(out))  # Only numbers make a number, and of numbers and one array it is the array.
        return len(unknown) == 1  # Of two unknown ones neither is settled by the value.
    return False


def likely(operands: list[ShapeTerm], out: ShapeTerm) -> None:
    """Settle what is likeliest, where nothing settles it: the first operand that is not known is as large as the value.

    Where the value is not known either, it is as large as the operands that are.
    """
    arrays = [term for term in operands if isinstance(term, tuple) and term]
    unknown = next((term for term in operands if isinstance(term, Unknown)), None)
    value = find(out)
    if isinstance(value, tuple) and unknown is not None:
        # One as large as the value is there already: then the unknown may be anything smaller.
        if all(len(term) < len(value) for term in arrays):
            unify(unknown, value)
    elif arrays and isinstance(value, Unknown):
        for term in arrays:
            if len(term) == len(arrays[0]) and _whole([arrays[0], term]) is None:
                unify(arrays[0], term)  # A length that is not known, beside 1.
        unify(value, _whole(arrays) or arrays[0])


def _whole(arrays: list[_Array]) -> _Array | None:
    """The shape of the value of arrays; None without any, or where a length that is not known may be the longer one.

    Raises MismatchError where they do not go together, or none of them has that shape.
    """
    matrices = [term for term in arrays if len(term) == _MATRIX]
    if not matrices:
        # Vectors go with each other only where they are of one length: no row beside a column.
        for term in arrays[1:]:
            unify(arrays[0], term)
        return arrays[0] if arrays else None
    rows, columns = (_longest([find(term[axis]) for term in matrices]) for axis in range(_MATRIX))
    if rows is None or columns is None:
        return None
    for term in arrays:
        if len(term) < _MATRIX:  # A vector goes with the rows.
            unify(term[0], columns)
    # Each axis may have its longest in another matrix: (m, 1) with (1, n) is refused.
    if not any(find(term[0]) == rows and find(term[1]) == columns for term in matrices):
        raise MismatchError
    return rows, columns


def _longest(lengths: list[ShapeTerm]) -> Length | None:
    """The length of an axis whose lengths these are; None where one that is not known stands beside 1 alone."""
    known = {length for length in lengths if isinstance(length, int)} - {1}
    unknown = [length for length in lengths if isinstance(length, Unknown)]
    # Beside 1 an unknown length may be 1 or the longer one.
    if not known:
        if unknown and len(unknown) < len(lengths):
            return None
        for length in unknown[1:]:
            unify(unknown[0], length)
        return unknown[0] if unknown else 1
    if len(known) > 1:
        raise MismatchError
    (longest,) = known
    for length in unknown:
        unify(length, longest)
    return longest
