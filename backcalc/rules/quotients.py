"""Other forms of a formula: with common factors cancelled, and multiplied out over a common denominator.

A formula is read as a sum of terms, a term as a number times powers of factors. What is no sum, product, quotient,
power or root is a factor as it stands, and so is a sum that is multiplied. A form is equal to the formula wherever both
have a value: cancelling may add points where it has one, and takes none away.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import reduce
from itertools import chain
from math import isfinite

from backcalc.language.expr import NEGATE, Call, Expr, Folded, Name, Number, fold
from backcalc.rules.exactly import LONG, keeps_numbers, meant
from backcalc.rules.open_powers import Exact, Powers, absolute, together
from backcalc.rules.simplify import make
from backcalc.rules.summands import (
    Sum,
    Term,
    common_number,
    common_powers,
    exact,
    scaled,
    term_of,
    written_term,
)
from backcalc.rules.written import LARGEST_DENOMINATOR

HALF = Fraction(1, 2)
MOST_TERMS = 16  # Of what is multiplied out; beyond that nothing gets shorter by it.
HIGHEST_POWER = 3  # Of a sum that is multiplied out.


class ExpansionTooLongError(Exception):
    """What is multiplied out has more than MOST_TERMS terms, or a number that is beyond all floats."""


def constant_of(expr: Expr) -> Exact | None:
    """The number that a formula is, exactly as its decimals say; None of anything but a number."""
    if not isinstance(expr, Number) or not isfinite(expr.value):
        return None
    if expr.value.is_integer():
        return int(expr.value)
    if keeps_numbers():
        return meant(expr.value)
    # What is written as 2/15 is that, and not 16 decimals of it.
    short = Fraction(expr.value).limit_denominator(LARGEST_DENOMINATOR) if len(repr(expr.value)) > LONG else None
    return short if short and float(short) == expr.value else Fraction(repr(expr.value))


class Reader:
    """Formulas as sums of terms, in which a sum that is multiplied is a factor.

    `decimal` is whether numbers are written as decimals, where these are short. `has_met` is whether anything cancelled
    or came together since it was set to False; where not, a formula written again is as it was.
    """

    def __init__(self, *, decimal: bool = False) -> None:
        self.decimal = decimal
        self.has_met = False
        self._multiplies = False
        self._spelt: dict[object, Expr] = {}  # A sum that is a factor, as it was written first.
        self._inner: dict[Expr, Sum] = {}  # What a factor is made of: a sum, or a product under a root.

    def read(self, expr: Expr, factors: Iterable[Call]) -> Sum:
        """`expr` as a sum of terms; `factors` are the calls in it that are not read. Raises ExpansionTooLongError."""
        done: Folded[Sum] = Folded()
        done.update((id(call), term_of(1, {call: 1})) for call in factors)
        return fold(expr, self._leaf, self._call, done)

    def _leaf(self, leaf: Number | Name) -> Sum:
        # A number that the file spells in a way of its own, 0.10 or ½, stays as it is.
        spelt = isinstance(leaf, Number) and leaf.text and not _is_plain(leaf.text)
        value = None if spelt else constant_of(leaf)
        return term_of(1, {leaf: 1}) if value is None else term_of(value, {})

    def _call(self, part: Call, args: tuple[Sum, ...]) -> Sum:
        if part.fn == "+":
            return self._added(args[0], args[1])
        if part.fn in ("-", NEGATE):
            return self._added(*args[:-1], scaled(args[-1], -1))
        if part.fn == "*":
            return self._product(args[0], args[1])
        if part.fn == "/" and args[1]:
            return self._product(args[0], self._power(args[1], -1))
        if part.fn == "sqrt" and args[0]:
            return self._power(args[0], HALF)
        if part.fn == "^" and args[0]:
            return self._raised(part, args)
        return term_of(1, {part: 1})

    def _raised(self, part: Call, args: tuple[Sum, ...]) -> Sum:
        """A power: the number in its exponent told from the rest, x^(n - 1) as x^n·x^-1."""
        constant = args[1].get(frozenset(), Term(0, {})).number
        rest = {key: term for key, term in args[1].items() if key}
        if not rest:
            return self._power(args[0], constant)
        base = next(iter(self._as_factor(args[0]).values()))
        # (x·y)^n is not x^n·y^n where both are negative, and a number belongs to it; (f/g)^n has one base, f/g.
        is_one = list(base.powers.values()) in ([1], [1, -1])
        if base.number != 1 or not is_one:
            return term_of(1, {part: 1})
        sign = -1 if next(iter(rest.values())).number < 0 else 1
        under, exponent = self.written(args[0]), self.written(scaled(rest, sign))
        return self._product(term_of(1, {make("^", under, exponent): sign}), self._power(args[0], constant))

    # ---- Sums, products, powers --------------------------------------------------------------------------------------

    def _added(self, *sums: Sum) -> Sum:
        found: Sum = {}
        for key, term in chain.from_iterable(each.items() for each in sums):
            if key not in found:
                found[key] = term
                continue
            self.has_met = True
            total = exact(term.number + found[key].number)
            if total:
                found[key] = Term(total, term.powers)
            else:
                del found[key]
        if len(found) > MOST_TERMS:
            raise ExpansionTooLongError
        return found

    def _product(self, left: Sum, right: Sum) -> Sum:
        """The product: multiplied out, or of sums as factors."""
        if not self._multiplies:
            left, right = self._as_factor(left), self._as_factor(right)
        if len(left) * len(right) > MOST_TERMS:  # Before the work is done.
            raise ExpansionTooLongError
        products = [self._times(one, other) for one in left.values() for other in right.values()]
        return products[0] if len(products) == 1 else self._added(*products)

    def _times(self, left: Term, right: Term) -> Sum:
        """The product of two terms."""
        self.has_met |= abs(left.number) != 1 != abs(right.number)  # 2·3 is 6: two numbers have come together.
        return self._normal(Term(exact(left.number * right.number), self._merged(left.powers, right.powers)))

    def _merged(self, left: Powers, right: Powers) -> Powers:
        """The factors of both, what cancels left out."""
        found = dict(left)
        for base, exponent in right.items():
            if base not in found:
                found[base] = exponent
                continue
            self.has_met = True
            total = exact(found[base] + exponent)
            if total:
                found[base] = total
            else:
                del found[base]
        return found

    def _power(self, total: Sum, exponent: Exact) -> Sum:
        """A sum, which is not 0, to the power of a number."""
        if not exponent:
            return term_of(1, {})
        whole = isinstance(exponent, int)  # As `exact` leaves a whole number.
        if len(total) > 1:
            if self._multiplies and whole and 0 < exponent <= HIGHEST_POWER:
                return reduce(self._product, [total] * int(exponent))
            total = self._as_factor(total)
        base = next(iter(total.values()))
        if whole:
            self.has_met |= absolute(exponent) != 1 and any(by != 1 for by in base.powers.values())
            number = exact(Fraction(base.number) ** int(exponent))
            return self._normal(Term(number, {each: exact(by * exponent) for each, by in base.powers.items()}))
        if base.number == 1 and list(base.powers.values()) == [1]:
            return self._normal(Term(1, dict.fromkeys(base.powers, exponent)))
        # Under a root a product stays one: of two negative numbers it has a root, of each there is none.
        under = self.written(total)
        self._inner.setdefault(under, total)
        return self._normal(Term(1, {under: exponent}))

    def _as_factor(self, total: Sum) -> Sum:
        """A sum of several terms as one factor, without the number and the powers that all of them have."""
        if len(total) < 2:
            return total
        number, powers = common_number(total), common_powers(total)
        # x^n*(a/x + b) would have no value where x is 0: x^(n - 1) is taken.
        both = together(term.powers for term in total.values())
        common = {base: by for base, by in powers.items() if by > 0 or base in both}
        total = self._divided(total, Term(number, common)) if common or number != 1 else total
        # x - y and y - x are one factor: that which comes first.
        opposite = frozenset((each, -term.number) for each, term in total.items())
        if opposite in self._spelt:
            return term_of(-number, self._merged(common, {self._spelt[opposite]: 1}))
        key = frozenset((each, term.number) for each, term in total.items())
        if key not in self._spelt:
            self._spelt[key] = self.written(total)
            self._inner[self._spelt[key]] = total
        return term_of(number, self._merged(common, {self._spelt[key]: 1}))

    def _divided(self, total: Sum, by: Term) -> Sum:
        """A sum divided by one term."""
        inverse = {base: -exponent for base, exponent in by.powers.items()}
        terms = (Term(exact(Fraction(n) / by.number), self._merged(each, inverse)) for n, each in total.values())
        return {frozenset(term.powers.items()): term for term in terms}

    def _normal(self, term: Term) -> Sum:
        """A term; roots of products keep an exponent between 0 and 1, and sums to be multiplied out are."""
        opened: dict[Expr, int] = {}
        for base, exponent in term.powers.items():
            inner, whole = self._inner.get(base), exponent.numerator // exponent.denominator
            if inner and whole and (len(inner) == 1 or (self._multiplies and 0 < whole <= HIGHEST_POWER)):
                opened[base] = whole
        if not opened:
            return {frozenset(term.powers.items()): term} if term.number else {}
        rest = {base: exact(by - opened.get(base, 0)) for base, by in term.powers.items() if by != opened.get(base)}
        found = term_of(term.number, rest)
        for base, whole in opened.items():
            found = self._product(found, self._power(self._inner[base], whole))
        return found

    # ---- Over one denominator ----------------------------------------------------------------------------------------

    def multiplied(self, total: Sum) -> Sum | None:
        """A sum over its common denominator; None where that does nothing. Raises ExpansionTooLongError."""
        if len(total) < 2:
            return None
        # What all terms have stands apart, so that it is not multiplied out.
        common = common_powers(total)
        rest = self._divided(total, Term(1, common))
        self._multiplies = True
        try:
            above = self._added(*map(self._normal, rest.values()))
            return self._cancelled(above, common) if above else above
        finally:
            self._multiplies = False

    def opened(self, total: Sum) -> Sum:
        """A sum with the other factors of a term taken into a factor that is a sum of quotients."""
        found: list[Sum] = []
        for term in total.values():
            bases = [base for base, by in term.powers.items() if self._opens(base, by)]
            if not bases:
                found.append({frozenset(term.powers.items()): term})
                continue
            rest = Term(term.number, {base: by for base, by in term.powers.items() if base != bases[0]})
            inner, exponent = self._inner[bases[0]], term.powers[bases[0]]
            if exponent == 1:
                found.append(self.opened(self._added(*(self._times(rest, part) for part in inner.values()))))
                continue
            # Of 1 + S/N below the bar N comes above it: N/(N + S).
            common = common_powers(inner)
            below = self._product(term_of(1, common), self._as_factor(self._divided(inner, Term(1, common))))
            found.append(self.opened(self._product({frozenset(): rest}, self._power(below, exponent))))
        is_same = all(each.get(key) is term for each, (key, term) in zip(found, total.items(), strict=True))
        return total if is_same else self._added(*found)

    def _opens(self, base: Expr, by: Exact) -> bool:
        """Whether a factor is a sum of quotients to be opened; below the bar only where its own bar goes by that."""
        if not self._has_quotients(base):
            return False
        # Of 1 + x/x^n the x^n stays, and would for ever.
        return by == 1 or (by < 0 and any(each < 0 for each in common_powers(self._inner[base]).values()))

    def _has_quotients(self, base: Expr) -> bool:
        inner = self._inner.get(base, {})
        return len(inner) > 1 and any(exponent < 0 for term in inner.values() for exponent in term.powers.values())

    def _cancelled(self, above: Sum, outside: Powers) -> Sum:
        """A numerator times powers, its common factors and what divides it and a denominator taken out."""
        for base in list(outside):
            inner = self._inner.get(base, {})
            while len(inner) > 1 and outside.get(base, 0) < 0 and (found := self._quotient(above, inner)):
                above, outside = found, self._merged(outside, {base: 1})
        self._multiplies = False  # From here on a sum is a factor again.
        factor = next(iter(self._as_factor(above).values()))
        # Names before the sum: h*(a - b)/c.
        names: Powers = {base: by for base, by in outside.items() if by > 0 and not isinstance(base, Call)}
        rest = {base: by for base, by in outside.items() if base not in names}
        return term_of(factor.number, self._merged(names, self._merged(factor.powers, rest)))

    def _quotient(self, above: Sum, below: Sum) -> Sum | None:
        """`above` / `below` where that comes out even; None else."""
        names = list(dict.fromkeys(base for term in (*above.values(), *below.values()) for base in term.powers))

        def _rank(term: Term) -> list[Exact]:
            return [term.powers.get(base, 0) for base in names]

        lead = max(below.values(), key=_rank)
        found: Sum = {}
        # The leading term goes at each step, as in long division of polynomials.
        for _ in range(MOST_TERMS):
            if not above:
                return found
            step = next(iter(self._divided({frozenset(): max(above.values(), key=_rank)}, lead).values()))
            if any(exponent < 0 for exponent in step.powers.values()):  # The division has a remainder.
                return None
            found = self._added(found, term_of(*step))
            taken = (
                term_of(-term.number * step.number, self._merged(step.powers, term.powers)) for term in below.values()
            )
            above = self._added(above, *taken)
        return None

    # ---- Written again -----------------------------------------------------------------------------------------------

    def written(self, total: Sum) -> Expr:
        """A sum as a formula, a term that is added before those that are taken away. Raises ExpansionTooLongError."""
        terms = list(total.values())
        first = next((i for i, term in enumerate(terms) if term.number > 0), 0)
        found: Expr = Number(0.0)
        for term in (*terms[first : first + 1], *terms[:first], *terms[first + 1 :]):
            positive = Term(absolute(term.number), term.powers)
            try:
                written = written_term(*positive, decimal=self.decimal)
            except OverflowError:  # The square of 1e308 is a fraction like all others, but no number of a formula.
                raise ExpansionTooLongError from None
            found = make("+" if term.number > 0 else "-", found, written)
        return found


def _is_plain(text: str) -> bool:
    """Whether a number is written as its value is."""
    return text.isascii() and text.replace(".", "", 1).isdigit() and not (text.endswith("0") and "." in text)
