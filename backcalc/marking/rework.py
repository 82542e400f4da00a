"""The two passes done again as somebody may have done them: rounded on the way, or on from numbers of their own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import MAX_EMAX, MIN_EMIN, ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from math import isfinite
from typing import Any, Literal, NamedTuple

from backcalc.calculus.adjoints import as_read
from backcalc.calculus.constant import apply
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.pullbacks import pull
from backcalc.calculus.sweep import Settle
from backcalc.rules.row import Primitive
from backcalc.rules.values import is_array, is_known, shape_of

HAND = 14  # Significant digits of a float that are no error of its own, after the few steps of an exercise.
# Digits for any float64 in full, so that quantize never fails.
_ANY_SIZE = Context(prec=400, Emin=MIN_EMIN, Emax=MAX_EMAX)


def reworked(linear: Linearization, settle: Settle[Any], rows: Mapping[int, Primitive] | None = None) -> Linearization:
    """`linear` with every value that its formula gives passed through `settle`, and some slots served by other rows.

    What is given stays, and so does what is not known; local partials are those of the textbook, at the new values.
    Raises ValueError where another row would give another shape.
    """
    old = linear.evaluation
    # Most runs change no row.
    served = [rows.get(slot, row) for slot, row in enumerate(old.rows)] if rows else old.rows

    def _term(new: Evaluation, slot: int) -> Any:
        row = served[slot]
        is_worked_out = all(
            is_known(term) for term in (old.terms[slot], *(new.terms[arg] for arg in old.tape.args[slot]))
        )
        # A given value stays given, a formula one; and what is known though an argument is not, as 0 times a formula.
        if row is None or slot in old.replaced or not is_worked_out:
            return old.terms[slot]
        value = _applied(new, slot, row)
        if shape_of(value) != shape_of(old.terms[slot]):
            raise ValueError  # Another shape does not fit the rest of the graph.
        return settle(slot, value)

    return Linearization(old.redone(served, _term), textbook=True)


def _applied(evaluation: Evaluation, slot: int, row: Primitive) -> Any:
    tape = evaluation.tape
    return apply(row, [evaluation.terms[arg] for arg in tape.args[slot]], tape.indices.get(slot, ()))


# ---- Rounded on the way ----------------------------------------------------------------------------------------------


class Rounding(NamedTuple):
    """How every intermediate result is rounded, or cut off: to so many decimals or significant digits."""

    digits: int
    unit: Literal["decimals", "significant digits"]
    throughout: bool
    """Whether every product and sum is rounded, or only values and adjoints of nodes."""
    is_cut: bool = False

    def __str__(self) -> str:
        return f"{'cut off after' if self.is_cut else 'rounded to'} {self.digits} {self.unit}"

    def __call__(self, value: Any) -> Any:
        """`value` rounded, halves away from zero as by hand, or cut off; what is not known stays."""
        if not is_known(value):
            return value
        if is_array(value):
            from backcalc.rules.ndarray import each

            return each(self._rounded, value)
        return self._rounded(value)

    def _rounded(self, value: float) -> float:
        if not isfinite(value) or value == 0:  # No last digit to round to.
            return value
        exact = Decimal(repr(float(value)))  # As it is written: 0.125 rounds up, 0.15 too, whatever its binary value.
        # Of significant digits the place depends on the number.
        place = -self.digits if self.unit == "decimals" else exact.adjusted() + 1 - self.digits
        if self.is_cut:  # By hand 0.57·100 is 57; the float is a bit less, which would cost a whole unit.
            exact = Decimal(f"{value:.{HAND}g}")
        way = ROUND_DOWN if self.is_cut else ROUND_HALF_UP
        return float(exact.quantize(Decimal((0, (1,), place)), way, _ANY_SIZE))


ROUNDINGS = tuple(
    Rounding(digits, unit, throughout, is_cut)
    for is_cut in (False, True)
    for unit in ("decimals", "significant digits")
    for digits in (4, 3, 2)
    for throughout in (False, True)
)  # Some round each product, others only what they write down.
"""Those that are tried, the finest first; to cut off is the rarer habit."""


# ---- On from numbers of one's own ------------------------------------------------------------------------------------


class OwnWork:
    """What correct work gives that goes on from somebody's own numbers, every intermediate result rounded if need be.

    `values` has the value of a node, `derivatives` the derivatives of an output, both by the node's place.
    """

    def __init__(
        self,
        linear: Linearization,
        values: Mapping[int, Any] | None = None,
        derivatives: Mapping[str, Mapping[int, Any]] | None = None,
        rounding: Rounding | None = None,
    ) -> None:
        self._values, self._own, self._rounding = values or {}, derivatives or {}, rounding
        self._adjoints: dict[str, dict[int, Any]] = {}
        self._node_of, self._throughout = linear.tape.node_of, rounding is not None and rounding.throughout
        # Nothing of one's own and nothing rounded: the graph's own passes serve.
        self.linear = linear if not values and rounding is None else reworked(linear, self._value)
        # Values are rounded as they come; what edges hand on only here.
        if rounding is not None and rounding.throughout:
            self.linear = _with_rounded_products(self.linear, rounding)

    @property
    def values(self) -> Mapping[int, Any]:
        """The values of nodes that are somebody's own."""
        return self._values

    def written(self, of: str) -> Mapping[int, Any]:
        """The derivatives of an output that are somebody's own."""
        return self._own.get(of, {})

    def value(self, node: int) -> Any:
        """What the formula of a node gives, by the values that its arguments were taken for; None where it has none."""
        slot = self.linear.tape.slot[node]
        row = self.linear.evaluation.rows[slot]
        terms = self.linear.evaluation.terms
        # A given value is known where its arguments need not be.
        if row is None or not all(is_known(terms[at]) for at in (slot, *self.linear.tape.args[slot])):
            return None
        return self._settled(_applied(self.linear.evaluation, slot, row))

    def adjoints(self, of: str, seeds: Mapping[int, Any]) -> dict[int, Any]:
        """What each node's derivative comes to by the numbers that those of its users were taken for."""
        if of not in self._adjoints:
            found = self._adjoints[of] = {}
            own, slot = self._own.get(of, {}), self.linear.tape.slot

            def _settle(at: int, adjoint: Any) -> Any:
                node = self._node_of.get(at)
                if node is None:
                    return adjoint
                found[node] = self._settled(as_read(self.linear, at, adjoint))
                return own.get(node, found[node])  # Kept is what comes out, handed on what the student wrote.

            self.linear.sweep({slot[node]: seed for node, seed in seeds.items()}, settle=_settle)
        return self._adjoints[of]

    def _value(self, slot: int, value: Any) -> Any:
        node = self._node_of.get(slot)
        if node is None:
            # Without `throughout` only what a node has was written down, so only that was rounded.
            return self._settled(value) if self._throughout else value
        return self._values[node] if node in self._values else self._settled(value)

    def _settled(self, value: Any) -> Any:
        return value if self._rounding is None else self._rounding(value)


def _with_rounded_products(linear: Linearization, rounding: Rounding) -> Linearization:
    """`linear` with every local partial rounded, and what each edge hands on."""

    def rounded(partial: Any) -> Any:
        """What an edge with this partial hands on, both rounded."""
        # A pullback of arrays has no partial to round.
        known = rounding(partial) if isinstance(partial, float) else partial
        return lambda ct: rounding(pull(known, ct))

    return linear.by_edges(rounded)
