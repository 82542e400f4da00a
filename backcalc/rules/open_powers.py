"""Powers whose exponent is no number, as x^n: with other powers of their base they are one power, written x^(n - 1).

Such a power is read as x^n times x^-1, so that its parts may cancel. Written so it would have no value where x is 0,
although x^(n - 1) may have one: nothing that is written may keep them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from backcalc.language.expr import Call, Expr, Number, names
from backcalc.rules.placeholders import value_of
from backcalc.rules.row import CONSTANTS
from backcalc.rules.simplify import make

if TYPE_CHECKING:
    from typing_extensions import TypeIs

Exact: TypeAlias = "int | Fraction"
"""A number; a whole one is an int, which is faster by far."""

Powers: TypeAlias = "dict[Expr, Exact]"
"""Factors with their exponents, in the order in which they came."""


def absolute(value: Exact) -> Exact:
    """A number without its sign."""
    return value if value > 0 else -value


def is_open_power(base: Expr) -> TypeIs[Call]:
    """Whether a factor is a power whose exponent is no number: e*x^(e - 1) is what one writes, but alpha*Q/K."""
    return isinstance(base, Call) and base.fn == "^" and any(name not in CONSTANTS for name in names(base.args[1]))


def raised_in(base: Expr, powers: Iterable[Expr]) -> list[tuple[Call, int]]:
    """The open powers that have `base` above the bar of what is raised, with 1, or below it, with -1."""
    return [(power, sign) for power in powers if is_open_power(power) for part, sign in _sides(power) if part == base]


def _sides(power: Call) -> Iterator[tuple[Expr, int]]:
    """What a power raises: a factor, or the two sides of a quotient."""
    raised = power.args[0]
    yield raised, 1
    if isinstance(raised, Call) and raised.fn == "/":
        yield raised.args[0], 1
        yield raised.args[1], -1


def is_zero_at_zero(base: Expr, powers: Powers) -> bool:
    """Whether a product is known not to go through its factor `base`: x^n/x where the constant n is 2."""
    raised = raised_in(base, powers)
    values = [value_of(power.args[1]) for power, _ in raised]
    total = float(powers.get(base, 0))
    for (power, sign), value in zip(raised, values, strict=True):
        if value is None:  # Of an unknown exponent alpha*Q/K is what one writes.
            return False
        total += sign * float(powers[power]) * value
    return total >= 0


def together(terms: Iterable[Powers]) -> set[Expr]:
    """The factors of terms that belong together with one on the other side of the bar: x^n and x of x^n/x."""
    found: set[Expr] = set()
    for powers in terms:
        for power in filter(is_open_power, powers):
            for base, sign in _sides(power):
                if powers.get(base, 0) * powers[power] * sign < 0:
                    found |= {base, power}
    return found


def joined(powers: Powers, written: Callable[[Exact], Expr]) -> Powers:
    """Powers with those of one base and a symbol together with those of a number: r^(n + 1), r^(n - 1)."""
    if not any(map(is_open_power, powers)):
        return powers
    found = dict(powers)
    for power in filter(is_open_power, powers):
        raised = power.args[0]
        if isinstance(raised, Call) and raised.fn == "/":
            _take_quotient(found, power, raised)
    for base in dict.fromkeys(power.args[0] for power in powers if is_open_power(power)):
        found = _as_one(found, base, written)
    return found


def _take_quotient(powers: Powers, power: Call, raised: Call) -> None:
    """Make (f/g)^n/f one of f/g and g, so that f/g is a factor that (f/g)^n can be put together with."""
    above, below = raised.args
    times = powers[power]
    for base, other, sign in ((above, below, 1), (below, above, -1)):
        by = powers.get(base, 0)
        if by * times * sign < 0:
            del powers[base]
            _add(powers, raised, sign * by)
            _add(powers, other, by)


def _add(powers: Powers, base: Expr, by: Exact) -> None:
    total = powers.pop(base, 0) + by
    if total:
        powers[base] = total.numerator if total.denominator == 1 else total


def _as_one(powers: Powers, base: Expr, written: Callable[[Exact], Expr]) -> Powers:
    """Powers with all of one base put together where they stand on both sides of the bar, or as r^(n + 1)."""
    by = powers.get(base, 0)
    own = {power: times for power, times in powers.items() if is_open_power(power) and power.args[0] == base}
    signs = {times > 0 for times in (*own.values(), by) if times}
    is_short = by and len(own) == 1 and absolute(next(iter(own.values()))) == 1
    if len(signs) < 2 and not is_short:
        return powers
    is_above = next(iter(own.values())) > 0 or len(signs) > 1
    # The symbol before the number, as in n - 1; but 1 - n where only that is above the bar.
    terms: list[tuple[Exact, Expr]] = [(own[power], power.args[1]) for power in filter(is_open_power, own)]
    terms = sorted([*terms, (by, Number(1.0))] if by else terms, key=lambda term: (term[0] < 0) == is_above)
    exponent: Expr = Number(0.0)
    for times, part in terms:
        sign = "+" if (times > 0) == is_above else "-"
        exponent = make(sign, exponent, make("*", written(absolute(times)), part))
    first, *others = own
    found: Powers = {}
    for each, n in powers.items():  # Where the first of them stood.
        if each == first:
            found[make("^", base, exponent)] = 1 if is_above else -1
        elif each != base and each not in others:
            found[each] = n
    return found
