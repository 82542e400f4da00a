"""Texts of the table as formulas of a graph: their names replaced by what stands for them there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from itertools import product
from math import isfinite

from backcalc.graph.shapes import KnownShapes, Shape
from backcalc.language.expr import INDEX, VECTOR, Call, Expr, Name, Number, fold
from backcalc.rules.exactly import LONG
from backcalc.rules.lower import expression, names_in
from backcalc.rules.primitives import lookup
from backcalc.rules.row import AXIS, KEEPDIMS, KEPT, Primitive
from backcalc.rules.simplify import COMPARISONS, make, remade
from backcalc.rules.values import Spelt, Value, is_array, is_known, literal, speaks_of_constant, spelt
from backcalc.rules.window_rows import INNER
from backcalc.rules.written import written

OTHERS, IDENTITY = (
    "others",
    "identity",
)  # What only the table's texts call, and the language can write out for an array of a known size.
MOST_OTHERS = 16  # Elements; what is written out grows as their square.


def substituted(text: Expr, scope: Mapping[str, Value], shape: Shape = (), shapes: KnownShapes | None = None) -> Expr:
    """A text of the table with its names replaced by values and formulas, simplified; `others` is of this shape.

    `shapes` are those of the nodes, which a value along an axis goes by.
    """

    def _leaf(part: Number | Name) -> Expr:
        return literal(scope[part.id]) if isinstance(part, Name) and part.id in scope else part

    def _call(part: Call, args: tuple[Expr, ...]) -> Expr:
        name, options = part.fn, dict(part.options)
        if name == OTHERS:
            return _others(args[0], shape, options.get(AXIS))
        if name in INNER:
            from backcalc.calculus.window_formulas import WINDOW_FORMULAS  # Loads NumPy.

            return WINDOW_FORMULAS[name](args, shapes or KnownShapes({}))
        if name == "sum" and KEEPDIMS in options:
            known = scope.get(part.args[0].id) if isinstance(part.args[0], Name) else None
            return _same_sum(known, options[AXIS]) or remade(part, args)
        if name == KEPT:
            return _kept(args[0], options[AXIS], shapes or KnownShapes({}))
        if name == IDENTITY:
            return _identity(shape[0] or 0)
        return _short_number(part, scope) or remade(part, args)

    return fold(text, _leaf, _call)


def _short_number(part: Call, scope: Mapping[str, Value]) -> Expr | None:
    """The number that a function of spelt numbers is, where it is short: 1 for log(e), but not for log(2)."""
    row = lookup(part.fn, len(part.args), part.options)
    if row is None or row.shape != "elementwise" or not (part.is_named or part.fn in COMPARISONS):
        return None
    # That `e` is Euler's number only its value tells: a file may call a node so.
    args = [scope.get(arg.id, arg) if isinstance(arg, Name) else arg for arg in part.args]
    numbers = [arg.value if isinstance(arg, Number) else arg for arg in args if isinstance(arg, Number | Spelt)]
    if len(numbers) < len(args) or not any(isinstance(arg, Spelt) for arg in args):
        return None
    value = row.evaluate(*map(float, numbers))
    return written(value) if isfinite(value) and len(repr(value)) <= LONG else None


def element(array: Value, *indices: int, shapes: KnownShapes | None = None) -> Expr:
    """An element or row of an array, read off where the array is written out.

    `shapes` are those of the nodes, which tell a number before a written array from an array.
    """
    found, rest = literal(array), list(indices)
    shapes = shapes or KnownShapes({})
    # An element of 3*[a, b] is 3*a, which is shorter to read and can be differentiated without the vector.
    if isinstance(found, Call) and found.fn == "*" and not shapes.of(found.args[0]):
        inner = found.args[1]
        return (
            make("*", found.args[0], element(inner, *indices, shapes=shapes))
            if _is_written(inner)
            else _at(found, rest)
        )
    # One index after the other, as far as rows are written out; the rest stays an index.
    while rest and _is_written(found):
        found = found.args[rest.pop(0)]  # type: ignore[union-attr]
    return _at(found, rest) if rest else found


def _is_written(array: Expr) -> bool:
    return isinstance(array, Call) and array.fn == VECTOR


def _at(array: Expr, indices: list[int]) -> Expr:
    return Call(INDEX, (array, *(Number(float(i)) for i in indices)))


def _identity(order: int) -> Expr:
    rows = [Call(VECTOR, tuple(Number(float(i == j)) for j in range(order))) for i in range(order)]
    return Call(VECTOR, tuple(rows))


def _same_sum(array: Value | None, axis: int) -> Expr | None:
    """The sum of each row, or column, of a known matrix, where all have one: of one-hot targets it is 1."""
    if array is None or not is_known(array) or not is_array(array):
        return None
    sums = set(array.sum(axis).tolist())
    total = sums.pop()
    return None if sums or len(repr(total)) > LONG else written(total)  # A long decimal reads worse than the sum.


def _kept(value: Expr, axis: int, shapes: KnownShapes) -> Expr:
    """A vector along an axis as it goes with the elements of a matrix: with its rows as it stands, else as a column."""
    if isinstance(value, Call) and value.fn == VECTOR and len(set(value.args)) == 1:
        return value.args[0]  # The same for all rows, or columns.
    if axis == 0 or not shapes.of(value):
        return value
    return make("outer", value, Call(VECTOR, (Number(1.0),)))  # As one column, which goes with every column.


def _others(array: Expr, shape: Shape, axis: int | None = None) -> Expr:
    """For each element the product of all others along an axis, written out: a quotient would be nan where one is 0."""
    places = list(product(*(range(n or 0) for n in shape)))
    # Simplified as it is put together: of two elements what is left is [b, a].
    items = {place: element(array, *place) for place in places}

    def _without(place: tuple[int, ...]) -> Expr:
        one: Expr = Number(1.0)
        # Along an axis the others are those of the same column, or row.
        fellows = (p for p in places if p != place and (axis is None or p[1 - axis] == place[1 - axis]))
        return reduce(lambda x, y: make("*", x, y), (items[p] for p in fellows), one)

    if len(shape) == 1:
        return Call(VECTOR, tuple(map(_without, places)))
    rows = [Call(VECTOR, tuple(_without(p) for p in places if p[0] == i)) for i in range(shape[0] or 0)]
    return Call(VECTOR, tuple(rows))


def spelt_partial(found: Value, text: str, scope: Mapping[str, Value]) -> Value:
    """A partial that is a number, as the file would write it where it writes all that the number comes from."""
    # All of them: else a rounded decimal would stand in an exact spelling.
    names = [name for name in names_in(text) if name in scope]
    if not isinstance(found, float) or not names or not all(isinstance(scope[name], Spelt) for name in names):
        return found
    is_named = speaks_of_constant(*(scope[name] for name in names))
    return spelt(found, substituted(expression(text), scope), is_named=is_named)


def scope_of(row: Primitive, operands: list[Value]) -> dict[str, Value]:
    """The operands by the names that a row's texts give them."""
    return dict(zip((*row.params, "out"), operands, strict=True))
