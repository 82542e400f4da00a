"""The factors of a derivative in the order in which the formula that they come from has them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import reduce

from backcalc.language.expr import NEGATE, Call, Expr, Name, Number, names, postorder
from backcalc.rules.row import CONSTANTS
from backcalc.rules.simplify import make, remade

_SUMS = ("+", "-", NEGATE)


_FactorKey = tuple[int, int, int]
"""Which factor of a term another comes of, whether it has a function, and which of the factor's names it is."""


_LAST: _FactorKey = (sys.maxsize, 0, 0)


class FactorOrder:
    """The order of the factors of a node's formula, term by term."""

    def __init__(self, formula: Expr, name: Name | None = None) -> None:
        self._name = name
        self._terms = [_factors(term) for term in _terms(formula)]
        # Names of each factor in their order, worked out once for many slopes.
        names_of = ([{name: i for i, name in enumerate(names(each))} for each in term] for term in self._terms)
        self._spoken = list(names_of)

    @property
    def has_order(self) -> bool:
        """Whether there is something to put in order: a product, or a function of one."""
        return any(len(factors) > 1 or any(isinstance(each, Call) for each in factors) for factors in self._terms)

    def places(self, factors: Sequence[Expr]) -> list[_FactorKey]:
        """Of the last factors those that come from one term, as sort keys: most of any term."""
        # The node itself stays last, where it stands so: r*C of C = S0*exp(r*T).
        is_last = bool(factors) and factors[-1] == self._name
        before = factors[:-1] if is_last else factors
        found = (self._places(*term, before) for term in zip(self._terms, self._spoken, strict=True))
        longest = max(found, key=len, default=[])
        return [*longest, _LAST] if is_last and longest else longest

    @staticmethod
    def _places(own: list[Expr], spoken: list[dict[str, int]], factors: Sequence[Expr]) -> list[_FactorKey]:
        keys: list[tuple[int, int, int | None]] = []
        for factor in reversed(factors):
            said = {*names(factor)}
            place = next((i for i, each in enumerate(own) if each == factor), None)  # The factor itself, as it stands.
            if place is not None and isinstance(factor, Name) and factor.id in CONSTANTS:
                place = -1  # 2*pi*x, wherever the file has them.
            if place is None:
                # Else one that speaks of no other names: 2*x comes of x^2.
                place = next((i for i, each in enumerate(spoken) if said and said <= each.keys()), None)
            if place is None:
                break  # In front of it there may be numbers, or what the chain rule brought.
            # A name before the function that it comes out of: w*sin(w*t), 2*x*exp(x^2), a*(1 - exp(a*x)).
            # Of two names the one that the function has first: M*h*P/(R*T) of exp(-M*g*h/(R*T)).
            name = _name(factor)
            keys.append((place, int(_has_function(factor)), spoken[place].get(name, 0) if name else None))
        # Sums stay where they are, and names beside them.
        kept = {(place, kind) for place, kind, first in keys if first is None}
        return [(place, kind, 0 if (place, kind) in kept else first or 0) for place, kind, first in reversed(keys)]


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


def _name(factor: Expr) -> str | None:
    """The name that a factor is, or is a power of with a number; None of anything more."""
    is_power = isinstance(factor, Call) and factor.fn == "^" and isinstance(factor.args[1], Number)
    base = factor.args[0] if isinstance(factor, Call) and is_power else factor
    return base.id if isinstance(base, Name) else None


def _has_function(factor: Expr) -> bool:
    return any(isinstance(part, Call) and part.is_named for part in postorder(factor))


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
