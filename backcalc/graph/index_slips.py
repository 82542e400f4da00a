"""Indices that are none: of what is written between brackets, what no list or vector has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from backcalc.language.expr import IF, PICK, SLICES, Call, Expr, Name, Number, is_operation
from backcalc.language.unparse import unparse
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.wording import shorten

_NO_INDEX = "an index is a whole number"
# As MATLAB calls the last one, and NumPy an axis that is new.
_PLACES = {"end": "the last element is x[-1]", "None": "a row is reshape(x, 1, 3), a column reshape(x, 3, 1)"}


def wrong_indices(call: Call, indices: Sequence[Expr], known: Callable[[str], bool]) -> Iterator[Diagnostic]:
    """What is wrong with the indices of `call`, an element or a part of something; `known` tells functions."""
    if (hints := _as_a_call(call, indices, known)) and not all(map(_is_place, indices)):
        # One slip, however many arguments it has.
        yield Diagnostic(Code.BAD_INDEX, _NO_INDEX, indices[0].span, hints=hints)
        return
    for index in indices:
        for part in _parts(index):
            if not _is_whole(part):
                hint = _PLACES.get(part.id if isinstance(part, Name) else "", "the first element is x[0]")
                yield Diagnostic(Code.BAD_INDEX, _NO_INDEX, part.span, hints=(hint,))
    lists = [index for index in indices if isinstance(index, Call) and index.fn == PICK]
    if len(lists) > 1:  # NumPy takes pairs, MATLAB and pandas rows and columns.
        name, (rows, columns) = shorten(unparse(call.args[0])), [shorten(unparse(each)) for each in lists[:2]]
        rows_first = f"rows, and of these columns: {name}[{rows}][:, {columns}]"
        # Two of them show the way; lists may be long.
        pairs = list(zip(*(each.args for each in lists[:2]), strict=False))[:2]
        elements = ", ".join(f"{name}[{unparse(i)}, {unparse(j)}]" for i, j in pairs)
        hints = (rows_first, f"single elements: [{elements}{', …' * (len(lists[0].args) > len(pairs))}]")
        yield Diagnostic(Code.AMBIGUOUS, "two lists of indices could mean two things", call.span, hints=hints)


def _as_a_call(call: Call, indices: Sequence[Expr], known: Callable[[str], bool]) -> tuple[str, ...]:
    """What to write in place of Sin[x], which is how Mathematica writes a call; nothing where it is none."""
    name = call.args[0].id if isinstance(call.args[0], Name) else ""
    # Mathematica's If[c, x, y]: `if` is no function here, but a choice of its own.
    is_choice = name.casefold() == IF
    from backcalc.language.habits import hint_for, logarithm  # What other tools call it is of use to who slips.

    if name == "ArcTan" and len(indices) == 2:
        return (f"the angle of a point is atan2({shorten(unparse(indices[1]))}, {shorten(unparse(indices[0]))})",)
    if name == "Log" and len(indices) == 2:
        return (logarithm(indices),)
    if known(name.rstrip("'").casefold()) and not is_choice:
        args = ", ".join(shorten(unparse(index)) for index in indices)
        return (f"an argument stands in parentheses: {name.casefold()}({args})",)
    return hint_for("piecewise" if is_choice else name)


def _parts(index: Expr) -> tuple[Expr, ...]:
    """The ends of a slice, the items of a list, or the index itself."""
    return index.args if isinstance(index, Call) and not is_operation(index) else (index,)


def _is_whole(part: Expr) -> bool:
    return isinstance(part, Number) and part.value.is_integer()


def _is_place(index: Expr) -> bool:
    """Whether `index` is one of an array: a whole number, a slice or a list."""
    return (isinstance(index, Call) and index.fn in (*SLICES, PICK)) or _is_whole(index)
