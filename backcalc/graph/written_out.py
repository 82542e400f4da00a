"""Functions of whole numbers alone, whose values are arrays that are written out where a formula calls them.

`eye(2)` is `[[1, 0], [0, 1]]` to all that comes behind: no engine need know it, and it has no derivative to speak of.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from backcalc.language.expr import VECTOR, Call, Expr, Number, fold, with_args
from backcalc.text.errors import Code, Diagnostic

MOST_WRITTEN = 10_000  # Elements, each of which is an operand of its own.

_LENGTHS = (("n",), ("m", "n"))  # Of a vector, of a matrix.
WRITTEN: dict[str, tuple[tuple[tuple[str, ...], ...], Callable[[tuple[int, ...], int], float]]] = {
    "ones": (_LENGTHS, lambda _shape, _i: 1.0),
    "zeros": (_LENGTHS, lambda _shape, _i: 0.0),
    "eye": ((("n",),), lambda shape, i: float(i // shape[1] == i % shape[1])),
    "onehot": ((("k", "n"),), lambda _shape, i: float(i == 0)),  # Counted from the one that is 1.
}
"""By name: the ways to call it, and the element at a place of its elements in a row."""


def written_out(call: Call) -> Expr | Diagnostic:
    """The array that a call of one of these is, or what is wrong with it."""
    ways, element = WRITTEN[call.fn]
    forms = {len(way): f"{call.fn}({', '.join(way)})" for way in ways}
    if len(call.args) not in forms:
        hint = (f"it is written {' or '.join(forms.values())}",)
        counts = " or ".join(map(str, forms))
        message = f"`{call.fn}` takes {counts} argument{'s' * (counts != '1')}, not {len(call.args)}"
        return Diagnostic(Code.ARITY, message, call.span, hints=hint)
    numbers = [_whole(arg) for arg in call.args]
    for arg, number in zip(call.args, numbers, strict=True):
        if number is None:
            message = f"what `{call.fn}` takes are whole numbers, 0 or more"
            return Diagnostic(Code.BAD_INDEX, message, arg.span, hints=(f"it is written {forms[len(call.args)]}",))
    return _array(call, [number or 0 for number in numbers], element)


def all_written_out(expr: Expr) -> Expr:
    """A formula in which every such call is the array that it is; one that is wrong stays as it stands."""

    def _call(part: Call, args: tuple[Expr, ...]) -> Expr:
        found = written_out(with_args(part, args)) if part.fn in WRITTEN else None
        return found if isinstance(found, Expr) else with_args(part, args)

    return fold(expr, lambda leaf: leaf, _call)


def shape_of_written(call: Call) -> tuple[int, ...]:
    """The shape of the array that a call of one of these is, with arguments that it takes."""
    one, *rest = (_whole(arg) or 0 for arg in call.args)
    # The numbers are lengths, but of `onehot` the first, which is a place.
    return (one, one) if call.fn == "eye" else (rest[0],) if call.fn == "onehot" else (one, *rest)


def _array(call: Call, numbers: list[int], element: Callable[[tuple[int, ...], int], float]) -> Expr | Diagnostic:
    one, shape = numbers[0], shape_of_written(call)
    if prod(shape) > MOST_WRITTEN:
        message = f"an array of {prod(shape):,} elements is not written out; {MOST_WRITTEN:,} are the most"
        hint = ("one number for all elements is declared: input X[1000,1000] = 0",)
        return Diagnostic(Code.TOO_MANY_OPERATIONS, message, call.span, hints=hint)
    # NumPy has arrays without elements; the language has none.
    if not prod(shape):
        return Diagnostic(Code.BAD_INDEX, f"`{call.fn}` has no elements here", call.span)
    if call.fn == "onehot" and one >= shape[0]:
        message = f"there is no element {one} among {shape[0]}"
        return Diagnostic(Code.BAD_INDEX, message, call.args[0].span, hints=("the first element is 0",))
    # So that one function of the place serves all four.
    start = one if call.fn == "onehot" else 0
    items = [Number(element(shape, i - start), span=call.span) for i in range(prod(shape))]
    if len(shape) == 1:
        return Call(VECTOR, tuple(items), call.span)
    rows = [items[i : i + shape[1]] for i in range(0, len(items), shape[1])]
    return Call(VECTOR, tuple(Call(VECTOR, tuple(row), call.span) for row in rows), call.span)


def _whole(arg: Expr) -> int | None:
    """A whole number of the text; None for anything else."""
    is_whole = isinstance(arg, Number) and arg.value.is_integer() and arg.value >= 0
    return int(arg.value) if is_whole and isinstance(arg, Number) else None
