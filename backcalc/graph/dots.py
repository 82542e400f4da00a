"""Products by elements that are written with the dot of a textbook, where `w · x` is more often the dot product."""

from __future__ import annotations

from collections.abc import Iterator

from backcalc.graph.tape import Tape
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.wording import shorten

DOTS = "·⋅"
_REMEDY = "the dot product is written `w @ x`, that of a matrix `W @ x`, and by elements beyond doubt `w*x`"
_PRODUCTS = DOTS + "*×∗⊙/÷∕@"


def dotted_arrays(tape: Tape) -> Iterator[Diagnostic]:
    """A warning for each product of two arrays by elements whose sign is a dot, but where its elements are added up."""
    text = tape.graph.source.text
    # A search of the text, which spares nearly all graphs the rest.
    if tape.shaped is None or not any(dot in text for dot in DOTS):
        return
    shapes, rows = tape.shaped.shapes, tape.shaped.rows
    # Who adds the elements up writes a dot product out.
    summed = {arg for row, args in zip(rows, tape.args, strict=True) if row and row.shape == "reduce" for arg in args}
    for slot, (row, args, span) in enumerate(zip(rows, tape.args, tape.spans, strict=True)):
        # With a number there is nothing to doubt: only of two arrays are there two products.
        if row is None or row.symbol != "*" or span is None or slot in summed or not all(shapes[arg] for arg in args):
            continue
        written = text[slice(*span)]
        sign = _last_product(written)
        if sign in DOTS:
            message = f"`{shorten(written)}` goes by elements, as `{sign}` does between any two arrays"
            yield Diagnostic(Code.DOT_BY_ELEMENTS, message, span, hints=(_REMEDY,))


def _last_product(text: str) -> str:
    """The sign of the operation that a product is: the last one, as products go from the left, in no inner brackets."""
    depth, signs = 0, {0: " "}
    for char in text:
        depth += (char in "([") - (char in ")]")
        if char in _PRODUCTS:
            signs[depth] = char
    # All of it in parentheses, (w · x): the outermost that has a sign.
    return signs[min(signs.keys() - {0}, default=0)] if signs[0] == " " else signs[0]
