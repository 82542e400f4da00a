"""Formulas made shorter by the table of rewrites, as they are put together."""

from __future__ import annotations

from functools import cache

from backcalc.expr import NEGATE, Call, Expr, Name, Number, fold, with_args
from backcalc.primitive import expression
from backcalc.primitives import lookup
from backcalc.rewrites import REWRITES

_NUMBERS, _NO_NUMBER = ("m", "n"), "p"
MOST_STEPS = 200  # Every row makes a formula shorter or more regular, so this only guards against a row that does not.


def make(fn: str, *args: Expr) -> Expr:
    """`fn` of simple arguments, simplified."""
    for _ in range(MOST_STEPS):
        call = Call(fn, args)
        found = _computed(call) or _rewritten(call)
        if found is None:
            return call
        if not isinstance(found, Call):
            return found
        fn, args = found.fn, found.args
    return Call(fn, args)


def simplify(expr: Expr) -> Expr:
    """`expr` simplified from the leaves up."""
    return fold(expr, lambda leaf: leaf, lambda call, args: make(call.fn, *args))


def tidy(expr: Expr) -> Expr:
    """`expr` as one writes it: 2*x*y, not 2*(x*y), and -1/x, not -(1/x)."""

    def call(part: Call, args: tuple[Expr, ...]) -> Expr:
        if part.fn == "*" and isinstance(args[1], Call) and args[1].fn == "*":
            factors = [args[1].args[1]]
            left = args[1].args[0]
            while isinstance(left, Call) and left.fn == "*":
                factors.append(left.args[1])
                left = left.args[0]
            product = Call("*", (args[0], left))
            for factor in reversed(factors):
                product = Call("*", (product, factor))
            return product
        if part.fn == NEGATE and isinstance(args[0], Call) and args[0].fn in ("*", "/"):
            return _negated(args[0])
        return with_args(part, args)

    return fold(expr, lambda leaf: leaf, call)


def _negated(term: Expr) -> Expr:
    """A product or quotient with a minus before its first factor."""
    rest: list[Call] = []
    while isinstance(term, Call) and term.fn in ("*", "/"):
        rest.append(term)
        term = term.args[0]
    found: Expr = Call(NEGATE, (term,))
    for call in reversed(rest):
        found = Call(call.fn, (found, call.args[1]))
    return found


def _computed(call: Call) -> Expr | None:
    """The number that an operation on numbers is; a fraction stays one where it is not a short decimal."""
    numbers = [arg.value for arg in call.args if isinstance(arg, Number)]
    row = lookup(call.fn, len(call.args))
    if len(numbers) != len(call.args) or row is None or row.shape != "elementwise" or call.fn == NEGATE:
        return None
    value = row.evaluate(*numbers)
    if value < 0:
        return Call(NEGATE, (Number(-value),))
    return Number(value)


def _rewritten(call: Call) -> Expr | None:
    for pattern, result in _rows().get((call.fn, len(call.args)), ()):
        binding: dict[str, Expr] = {}
        if _matches(pattern, call, binding):
            return _built(result, binding)
    return None


def _built(result: Expr, binding: dict[str, Expr]) -> Expr:
    """The right side of a row, its inner calls simplified."""
    if not isinstance(result, Call):
        return binding[result.id] if isinstance(result, Name) else result
    return make(result.fn, *(_built(arg, binding) for arg in result.args))


def _matches(pattern: Expr, expr: Expr, binding: dict[str, Expr]) -> bool:
    """Whether `expr` has the form of `pattern`; patterns are a few calls deep."""
    if isinstance(pattern, Number):
        return isinstance(expr, Number) and expr.value == pattern.value
    if isinstance(pattern, Name):
        if pattern.id in _NUMBERS and not isinstance(expr, Number):
            return False
        if pattern.id == _NO_NUMBER and isinstance(expr, Number):
            return False
        known = binding.setdefault(pattern.id, expr)
        return known is expr or known == expr
    if not isinstance(expr, Call) or expr.fn != pattern.fn or len(expr.args) != len(pattern.args):
        return False
    return all(_matches(p, e, binding) for p, e in zip(pattern.args, expr.args, strict=True))


@cache
def _rows() -> dict[tuple[str, int], list[tuple[Expr, Expr]]]:
    """The rewrites by the operation that they begin with."""
    rows: dict[tuple[str, int], list[tuple[Expr, Expr]]] = {}
    for left, right in REWRITES:
        pattern = expression(left)
        assert isinstance(pattern, Call)
        rows.setdefault((pattern.fn, len(pattern.args)), []).append((pattern, expression(right)))
    return rows
