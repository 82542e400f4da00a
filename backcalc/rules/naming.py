"""Products in terms of a node that has some of their factors: alpha*Q/K, and y*(1 - y) behind y = 1/(1 + exp(-x))."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from backcalc.language.expr import Call, Expr, Name
from backcalc.rules.open_powers import Exact, Powers, absolute, is_open_power, is_zero_at_zero
from backcalc.rules.placeholders import is_never_zero
from backcalc.rules.quotients import HALF, Reader
from backcalc.rules.summands import Sum, Term, exact, term_of


class NamingReader(Reader):
    """Formulas as sums of terms, which may speak of a node by its name."""

    def in_terms_of(self, total: Sum, name: Name, product: Sum) -> Iterator[Sum]:
        """`total` with the name of a node where a term has all factors of the product that the node is."""
        if len(product) != 1:
            return
        known = next(iter(product.values()))
        if not known.powers:
            return
        terms = list(total.values())
        complemented = [self._complemented(term, name, known) for term in terms]
        rooted = [self._over_root(term, name, known) for term in terms]
        for some in (terms, complemented, rooted):
            found = [self._named(term, name, known) for term in some]
            if (some is not terms and not _differ(some, terms)) or not _differ(found, terms):
                continue
            named = self._added(*(term_of(*term) for term in found))
            # First, for of equally long forms the first is taken: y*(1 - y), not y - y^2.
            if all(name in term.powers for term in named.values()):
                yield self._as_factor(named)
            yield named

    def _named(self, term: Term, name: Name, known: Term) -> Term:
        """A term with `name` in place of these factors; itself where it has not all of them."""
        times = self._times_reciprocal(term.powers, known.powers) or _times_in(term.powers, known.powers)
        if not times:
            return term
        rest = self._merged(term.powers, {base: -exponent * times for base, exponent in known.powers.items()})
        if _adds_bar(rest, term.powers):
            return term
        # Names come before what is more: alpha*Q/K, p*(x - mu)/s^2.
        names, others = _parted(rest)
        powers = self._merged(self._merged(names, {name: times}), others)
        return Term(exact(Fraction(term.number) / Fraction(known.number) ** times), powers)

    def _times_reciprocal(self, term: Powers, node: Powers) -> int:
        """How often a node that is 1 through a sum of quotients is in a term: f^2/u^2 of f = 1/(1/u + 1/v)."""
        # Of other sums the name says less than the sum: 1/(1 + x)^2.
        if any(exponent >= 0 for exponent in node.values()):  # It would come below the bar.
            return 0
        through = (base for base, by in node.items() if by == -1)
        times = [-term.get(base, 0) for base in through if self._has_quotients(base) or self._has_ratio(base)]
        return times[0] if len(times) == 1 and isinstance(times[0], int) and times[0] > 0 else 0

    def _has_ratio(self, base: Expr) -> bool:
        """Whether a factor is a sum in which a quotient is to a power that is no number: 1 + (f/fc)^(2*n)."""
        parts = (part for term in self._inner.get(base, {}).values() for part in term.powers)
        return any(is_open_power(part) and isinstance(part.args[0], Call) and part.args[0].fn == "/" for part in parts)

    def _over_root(self, term: Term, name: Name, node: Term) -> Term:
        """A term through a node v that is the root of a product, as a multiple of v: M/(2*v*r) is v/(2*G)."""
        (base, exponent), *others = node.powers.items()
        inner = list(self._inner.get(base, {}).values())
        if others or exponent != HALF or len(inner) != 1 or term.powers.get(name, 0) > -1:
            return term
        # Where a factor under the root is 0, so is v, which the term goes through already.
        inverse = {each: -by for each, by in inner[0].powers.items()}
        powers = self._merged(self._merged(term.powers, inverse), {name: 2})
        return Term(exact(Fraction(term.number) / (Fraction(node.number) ** 2 * inner[0].number)), powers)

    # ---- What a quotient leaves of 1 ---------------------------------------------------------------------------------

    def _complemented(self, term: Term, name: Name, node: Term) -> Term:
        """A term with 1 - f in place of A/(A + B), where the node f is B/(A + B); itself where it has no such."""
        for base, exponent in node.powers.items():
            parts = list(self._inner.get(base, {}).values())
            if exponent != -1 or len(parts) != 2 or term.powers.get(base, 0) > -1:
                continue
            for part, other in (parts, parts[::-1]):
                # Of A = 1 every term has a factor: 1/(1 + K) stays.
                if not part.powers or not _has(term.powers, part.powers):
                    continue
                above = {each: by for each, by in node.powers.items() if each != base}
                times = self._merged(other.powers, {each: -by for each, by in above.items()})
                # 1 - f/L would have no value where L is 0.
                if all(by > 0 or is_never_zero(base) for base, by in times.items()):
                    taken = self._without(term, part, base)
                    if _adds_bar(taken.powers, term.powers):
                        continue
                    return self._with_complement(taken, name, Term(exact(Fraction(other.number) / node.number), times))
        return term

    def _without(self, term: Term, part: Term, base: Expr) -> Term:
        """A term without A/(A + B)."""
        inverse = {each: -by for each, by in part.powers.items()}
        powers = self._merged(self._merged(term.powers, inverse), {base: 1})
        return Term(exact(Fraction(term.number) / part.number), powers)

    def _with_complement(self, term: Term, name: Name, times: Term) -> Term:
        """A term times 1 - f·`times`."""
        one, rest = term_of(1, {}), term_of(-times.number, self._merged({name: 1}, times.powers))
        found = next(iter(self._as_factor(self._added(one, rest)).values()))
        names, others = _parted(term.powers)
        # As one writes it: k*y*(1 - y).
        own: Powers = {name: names.pop(name)} if name in names else {}
        powers = self._merged(self._merged(self._merged(names, own), found.powers), others)
        return Term(exact(term.number * found.number), powers)


def _differ(new: list[Term], old: list[Term]) -> bool:
    return any(one is not other for one, other in zip(new, old, strict=True))


def _adds_bar(rest: Powers, term: Powers) -> bool:
    """Whether a factor comes below the bar by which a term does not divide: n*Q/w of A*n*w^(n - 1) where n is 2."""
    return any(by < 0 and is_zero_at_zero(base, term) for base, by in rest.items())


def _has(term: Powers, powers: Powers) -> bool:
    """Whether a term has all these factors, as often, on the same side of the bar."""
    return all(by * term.get(base, 0) > 0 and absolute(term[base]) >= absolute(by) for base, by in powers.items())


def _parted(powers: Powers) -> tuple[Powers, Powers]:
    """Names, and what is more than a name."""
    names: Powers = {base: by for base, by in powers.items() if not isinstance(base, Call)}
    return names, {base: by for base, by in powers.items() if base not in names}


def _times_in(term: Powers, powers: Powers) -> int:
    """How often the factors of a node are in a term, such that no new one comes into its denominator."""
    if len(powers) == 1:
        # Of one factor only a root says more than the factor: u^(-3/2) is γ^3 where γ is u^(-1/2).
        base, exponent = next(iter(powers.items()))
        times = exact(Fraction(term.get(base, 0)) / exponent)
        return times if exponent.denominator > 1 and isinstance(times, int) and times > 0 else 0
    if not all(is_open_power(base) for base in powers if isinstance(base, Call) and base.fn == "^"):
        return 0
    raised = {base.args[0] for base in term if is_open_power(base)}
    for base, exponent in powers.items():
        has: Exact = term.get(base, 0)
        if base in raised:  # K^a/K is below 0 already where K is.
            continue
        if not has or (has > 0) != (exponent > 0) or absolute(has) < absolute(exponent):
            return 0
    return 1
