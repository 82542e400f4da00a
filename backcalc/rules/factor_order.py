"""The factors of a derivative in the order in which the formula that they come from has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

from backcalc.language.expr import NEGATE, Call, Expr, Name, names
from backcalc.rules.row import CONSTANTS
from backcalc.rules.simplify import make, remade

_SUMS = ("+", "-", NEGATE)


class FactorOrder:
    """The order of the factors of a node's formula, term by term."""

    def __init__(self, formula: Expr) -> None:
        self._terms = [_factors(term) for term in _terms(formula)]
        # Names of each factor, worked out once for many slopes.
        self._spoken = [[{*names(factor)} for factor in factors] for factors in self._terms]

    @property
    def has_order(self) -> bool:
        """Whether there is something to put in order: a product, or a function of one."""
        return any(len(factors) > 1 or any(isinstance(each, Call) for each in factors) for factors in self._terms)

    def places(self, factors: Sequence[Expr]) -> list[tuple[int, int]]:
        """Of the last factors those that come from one term, as sort keys: most of any term."""
        found = (self._places(*term, factors) for term in zip(self._terms, self._spoken, strict=True))
        return max(found, key=len, default=[])

    @staticmethod
    def _places(own: list[Expr], spoken: list[set[str]], factors: Sequence[Expr]) -> list[tuple[int, int]]:
        keys: list[tuple[int, int]] = []
        for factor in reversed(factors):
            said = {*names(factor)}
            place = next((i for i, each in enumerate(own) if each == factor), None)  # The factor itself, as it stands.
            if place is not None and isinstance(factor, Name) and factor.id in CONSTANTS:
                place = -1  # 2*pi*x, wherever the file has them.
            if place is None:
                # Else one that speaks of no other names: 2*x comes of x^2.
                place = next((i for i, each in enumerate(spoken) if said and said <= each), None)
            if place is None:
                break  # In front of it there may be numbers, or what the chain rule brought.
            # A name before the function that it comes out of: w*sin(w*t), 2*x*exp(x^2).
            keys.append((place, int(isinstance(factor, Call) and factor.is_named)))
        return keys[::-1]


def in_file_order(expr: Expr, orders: Sequence[FactorOrder]) -> Expr:
    """A short formula with the last factors of its products as the formulas have them that they come from."""
    if not isinstance(expr, Call) or not orders:
        return expr
    if expr.fn in (*_SUMS, "/"):
        # Below the bar they stand in the order in which the chain rule brought them there.
        done = expr.args if expr.fn in _SUMS else expr.args[:1]
        args = (*(in_file_order(arg, orders) for arg in done), *expr.args[len(done) :])
        # As it was, where nothing has moved: callers compare by identity.
        same = all(new is old for new, old in zip(args, expr.args, strict=True))
        return expr if same else remade(expr, args)
    if expr.fn != "*":
        return expr
    factors = _factors(expr)
    keys = max((order.places(factors) for order in orders), key=len)
    if keys == sorted(keys):
        return expr
    start = len(factors) - len(keys)  # Those before are not of this node.
    last = sorted(zip(keys, factors[start:], strict=True), key=lambda pair: pair[0])
    return reduce(_times, [*factors[:start], *(factor for _, factor in last)])


def _times(left: Expr, right: Expr) -> Expr:
    return make("*", left, right)


def _terms(formula: Expr) -> Iterable[Expr]:
    """The terms of a sum, from left to right."""
    found, waiting = [], [formula]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Call) and part.fn in _SUMS:
            waiting += part.args
        else:
            found.append(part)
    return found


def _factors(term: Expr) -> list[Expr]:
    """The factors of a product from left to right, those below the bar last; numbers stand first anyway."""
    found: list[Expr] = []
    waiting = [term]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Call) and part.fn in ("*", "/", NEGATE):
            waiting += reversed(part.args)  # Reversed, for a stack gives back the last first.
        else:
            found.append(part)
    return found
