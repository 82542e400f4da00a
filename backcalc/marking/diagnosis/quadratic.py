"""Wrong derivatives of a quadratic form xᵀA x, which is written with x twice and derived as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backcalc.calculus.linearize import Linearization
from backcalc.marking.diagnosis.mistakes import QUADRATIC, Mistake, rows_at
from backcalc.rules.primitives import PRIMITIVES
from backcalc.rules.row import Primitive
from backcalc.rules.values import shape_of

# The texts of these rows speak of the form as a whole, not of its two products.
_FORM = Primitive(QUADRATIC, ("ct", "x", "A"), "", PRIMITIVES)
RIGHT = "ct*(A @ x + A.T @ x)"


def quadratic_form(linear: Linearization, slot: int) -> tuple[int, Any, Any] | None:
    """The slot of x, x and A where a slot is xᵀA x, however that is parted; None where it is none."""
    rows, args, terms = linear.evaluation.rows, linear.tape.args, linear.evaluation.terms
    row = rows[slot]
    if row is None or row.symbol not in ("@", "dot") or len(args[slot]) != 2:
        return None
    for product, x in (args[slot], args[slot][::-1]):  # The bracket may stand on either side: (xᵀA) x or xᵀ (A x).
        inner = rows[product]
        if inner is None or inner.symbol != "@" or len(shape_of(terms[x])) != 1 or x not in args[product]:
            continue
        left, right = args[product]
        a = right if left == x else left
        if len(shape_of(terms[a])) == 2:
            # xᵀA is (Aᵀx)ᵀ: either way the form is xᵀA x of the A that is written.
            return x, terms[x], terms[a]
    return None


def wrong_forms(linear: Linearization, slot: int, ct: Any) -> Iterator[tuple[Mistake, int, Any]]:
    """The mistakes in the derivative of a quadratic form, with the slot of x and what each adds to its adjoint."""
    found = quadratic_form(linear, slot)
    if found is None:
        return
    x, *known = found
    right = _FORM.array.form(RIGHT)(ct, *known, None)
    for mistake in rows_at(QUADRATIC):
        # x gets its adjoint along two edges: what is off is the difference of the wholes.
        yield mistake, x, _FORM.array.form(mistake.change)(ct, *known, None) - right
