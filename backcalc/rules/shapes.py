"""How the shapes of an operation's arguments and its value go together: one rule a kind of operation, by unification.

A rule takes the terms of the arguments and of the value, makes one what must be one, and tells whether that is all that
it has to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from types import MappingProxyType

from backcalc.rules.broadcast import elementwise
from backcalc.rules.indices import OutOfRangeError, Place, count, is_whole
from backcalc.rules.terms import (
    Length,
    MismatchError,
    Shape,
    ShapeRule,
    ShapeTerm,
    Unknown,
    find,
    fresh,
    settled,
    unify,
)
from backcalc.rules.window_shapes import WINDOWED, OptionValues

ALONG = ("along", "pair along")
"""The rules of what gives along an axis one number for all elements, of one matrix or of two."""
APART = ("transpose", "diag", "trace", "outer", "matmul", "reshape", "flatten", "conv", "pool")
"""The rules of what has in an element of the value some elements of an argument only."""
LEAVING = ("diag", "trace", "conv", "pool")
"""Of these, the rules of what may leave out elements of an argument altogether."""
ROWS = "rows"
"""The rule of what gives along an axis as many elements as it takes."""

NO_SETTINGS: Mapping[str, int | None] = MappingProxyType({})


def _matmul(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    x, y = operands  # (…, n) @ (n, …): the inner axis goes, the others stay.
    if isinstance(x, tuple) and isinstance(y, tuple):
        # Of a number there is no product: `*` is meant.
        if not x or not y:
            raise MismatchError
        unify(x[-1], y[0])
        unify(out, x[:-1] + y[1:])
        return True
    # Value and one factor known: what the value has beyond this factor's outer axes is the other's.
    if isinstance(out, tuple) and isinstance(y, tuple) and y and len(out) >= len(y) - 1:
        if len(out) - len(y) > 0:
            raise MismatchError  # The first would have three dimensions.
        unify(out, (*out[: len(out) - len(y) + 1], *y[1:]))
        unify(x, (*out[: len(out) - len(y) + 1], y[0]))
        return True
    if isinstance(out, tuple) and isinstance(x, tuple) and x and len(out) >= len(x) - 1:
        if len(out) - len(x) > 0:
            raise MismatchError
        unify(out, (*x[:-1], *out[len(x) - 1 :]))
        unify(y, (x[-1], *out[len(x) - 1 :]))
        return True
    return False


def _reduce(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    unify(out, ())
    return isinstance(operands[0], tuple)  # Of what the sum is taken it says nothing: not done before that is known.


def _spread(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    unify(out, ())
    # Unlike a sum, the spread of one number is a slip: it would be 0 whatever the number is.
    if operands[0] == ():
        raise MismatchError
    return isinstance(operands[0], tuple)


def _square(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    unify(out, ())  # First what is certain of the value, whatever comes of the argument.
    order = Unknown()
    unify(operands[0], (order, order))
    return True


def _inverse(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    # One unknown for both axes is all that it takes to say that a matrix is square.
    order = Unknown()
    unify(out, (order, order))
    unify(operands[0], out)
    return True


def _vector(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    unify(operands[0], (Unknown(),))  # Of a matrix softmax needs an axis to be told.
    unify(out, operands[0])
    return True


def _logits(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    unify(out, ())
    unify(operands[0], (Unknown(),))
    return True


def _dot(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    unify(out, ())
    unify(operands[0], operands[1])
    return _logits(operands, out)


def _pair(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    unify(out, ())
    unify(operands[0], operands[1])
    return _reduce(operands, out)


def _outer(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    m, n = Unknown(), Unknown()
    unify(operands[0], (m,))
    unify(operands[1], (n,))
    unify(out, (m, n))
    return True


def _transpose(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    # Either side tells the other: a transpose undoes itself.
    known = operands[0] if isinstance(operands[0], tuple) else out
    if not isinstance(known, tuple):
        return False
    unify(out if known is operands[0] else operands[0], known[::-1])
    return True


def _diag(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    x = operands[0]
    known = x if isinstance(x, tuple) else out
    if not isinstance(known, tuple):
        return False
    if len(known) == 0:  # A number has no diagonal.
        raise MismatchError
    unify(known[0], known[-1])  # A matrix must be square; of a vector this says nothing.
    unify(out if known is x else x, (known[0], known[0]) if len(known) == 1 else (known[0],))
    return True


def _stack(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    for other in operands[1:]:
        unify(operands[0], other)
    # The value's first axis counts the items, and the rest is what each of them is.
    if isinstance(out, tuple):
        if not out:
            raise MismatchError
        unify(out[0], len(operands))
        unify(operands[0], out[1:])
    item = find(operands[0])
    if not isinstance(item, tuple):
        return False
    if len(item) > 1:  # Items of matrices would make three axes.
        raise MismatchError
    unify(out, (len(operands), *item))
    return True


def _concat(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    if not all(isinstance(term, tuple) for term in operands):
        return False
    # A number joins as one element.
    lengths = [find(term[0]) if term else 1 for term in operands if isinstance(term, tuple)]
    if any(len(term) > 1 for term in operands if isinstance(term, tuple)):
        raise MismatchError
    # A sum of lengths tells nothing of its parts, so an unknown one must be settled from elsewhere.
    whole = [n for n in lengths if isinstance(n, int)]
    unify(out, (sum(whole) if len(whole) == len(lengths) else Unknown(),))
    return len(whole) == len(lengths)


def _index(operands: list[ShapeTerm], out: ShapeTerm, indices: tuple[Place, ...]) -> bool:
    # Only forwards: an element tells neither how many there are, nor of how many axes.
    operand = operands[0]
    if not isinstance(operand, tuple):
        return False
    if len(indices) > len(operand):
        raise MismatchError
    kept: list[Length] = []
    for place, length in zip(indices, operand, strict=False):  # A row of a matrix has fewer indices than axes.
        n = find(length)
        if is_whole(place):
            kept.append(length)
        elif isinstance(n, int):
            kept += _counted(place, n)
        elif isinstance(place, slice):
            return False  # How many it has depends on how many there are.
        elif isinstance(place, tuple):
            kept.append(len(place))
    unify(out, (*kept, *operand[len(indices) :]))
    return True


def _counted(place: Place, length: int) -> list[Length]:
    """The axis that a place leaves of one of this length; none where it is one element."""
    try:
        found = count(place, length)
    except OutOfRangeError:
        raise MismatchError from None  # To unification it is one more thing that does not fit.
    return [] if found is None else [found]


def settle_edge(partial: ShapeTerm, head: ShapeTerm, tail: ShapeTerm) -> bool:
    """Whether an annotated edge has said all it has to say: a number keeps the shape, an array is head × tail.

    Raises MismatchError.
    """
    if isinstance(partial, Unknown) and isinstance(head, tuple) and isinstance(tail, tuple) and head != tail:
        unify(partial, head + tail)  # Between nodes of one shape it may be a number.
        return True
    if not isinstance(partial, tuple):
        return isinstance(head, Unknown) and isinstance(tail, Unknown)
    if not partial:
        unify(head, tail)
    elif len(partial) == 2:
        unify(head, (partial[0],))
        unify(tail, (partial[1],))
    # A vector is the gradient of a number, or the slope of a vector by a number: one known end tells which.
    elif find(head) == () or (isinstance(tail, tuple) and tail):
        unify(head, ())
        unify(tail, partial)
    else:
        unify(head, partial)
        unify(tail, ())
    return True


def _along(operands: list[ShapeTerm], out: ShapeTerm, axis: int, *, keepdims: bool) -> bool:
    """What an axis of a matrix is reduced along; of two matrices, those of one shape."""
    shape: tuple[Length, ...] = (Unknown(), Unknown())  # Whatever the axis, what has one is a matrix.
    for term in operands:
        unify(term, shape)
    kept = tuple(length if i != axis else 1 for i, length in enumerate(shape))
    # What is left of a matrix without one of its two axes is the other.
    unify(out, kept if keepdims else (shape[1 - axis],))
    return True


def _rows(operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    unify(operands[0], (Unknown(), Unknown()))
    unify(out, operands[0])
    return True


RULES: dict[str, ShapeRule] = {
    "elementwise": elementwise,
    "matmul": _matmul,
    "reduce": _reduce,
    "spread": _spread,
    "square": _square,
    "trace": _square,
    "inverse": _inverse,
    "vector": _vector,
    "logits": _logits,
    "dot": _dot,
    "pair": _pair,
    "outer": _outer,
    "transpose": _transpose,
    "diag": _diag,
    "stack": _stack,
    "concat": _concat,
    ROWS: _rows,
}


def rule_called(name: str, indices: tuple[Place, ...] = (), settings: OptionValues = NO_SETTINGS) -> ShapeRule:
    """The rule that rows name in their column `shape`.

    Of an element or row it goes by the indices too, of what goes along an axis or by windows by the row's options.
    """
    if name in ALONG:
        return partial(_along, axis=settings["axis"] or 0, keepdims=bool(settings["keepdims"]))
    if name in WINDOWED:
        return lambda operands, out: WINDOWED[name](operands, out, settings)
    return partial(_index, indices=indices) if name == "index" else RULES[name]


def value_shape(rule: ShapeRule, shapes: Sequence[Shape]) -> Shape | None:
    """The shape of the value of arguments of these shapes; None where a rule does not tell, or they do not fit."""
    # In terms of its own, so that a mismatch half-way leaves nothing behind.
    out = Unknown()
    with suppress(MismatchError):  # What a rule says of its value alone it says first.
        rule([fresh(shape) for shape in shapes], out)
    return settled(out)
