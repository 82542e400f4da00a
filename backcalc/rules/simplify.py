"""Formulas made shorter by the table of rewrites, as they are put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial
from math import isfinite

from backcalc.language.expr import (
    INDEX,
    NEGATE,
    VECTOR,
    Call,
    Expr,
    Name,
    Number,
    Options,
    fold,
    names,
    postorder,
    with_args,
)
from backcalc.rules.exactly import LONG, keeps_numbers, loses
from backcalc.rules.lower import expression
from backcalc.rules.primitives import lookup
from backcalc.rules.rewrites import REWRITES
from backcalc.rules.row import Primitive
from backcalc.rules.written import LARGEST_DENOMINATOR, number_of, written, written_exactly

_NUMBERS, _NO_NUMBER = ("m", "n"), "p"
SUMS = ("+", "-")
LINEAR = ("sum", "mean")
REDUCTIONS = ("reduce", "dot")
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
MOST_TERMS = 16  # How far back in a sum a like term is looked for.
MOST_STEPS = 100_000  # Every row makes a formula shorter or more regular: this guards against a row that does not.


def make(fn: str, *args: Expr, options: Options = ()) -> Expr:
    """`fn` of simple arguments, simplified."""
    found: list[Expr] = list(args)
    waiting: list[_Pending] = [(fn, len(args), options)]
    steps = 0
    while waiting:
        step = waiting.pop()
        if not isinstance(step, tuple):
            found.append(step)
            continue
        # `found` has simple formulas, the latest last; what a row's result needs is put on `waiting`, not called for.
        call = Call(step[0], tuple(found[len(found) - step[1] :]), options=step[2])
        del found[len(found) - step[1] :]
        steps += 1
        # The call itself is put back as it is, where it is simple.
        waiting += (steps <= MOST_STEPS and _next(call)) or [call]
    return found.pop()


def remade(call: Call, args: Iterable[Expr]) -> Expr:
    """What `call` calls, with its options, of other simple arguments, simplified."""
    return make(call.fn, *args, options=call.options)


_Pending = Expr | tuple[str, int, Options]
"""A formula that is simple, or an operation on so many of the latest ones, with its options."""


def _next(call: Call) -> list[_Pending] | None:
    """What stands for a call of simple arguments, the last step first; None where it is simple itself."""
    computed = _computed(call)
    if isinstance(computed, Call):
        return [(computed.fn, len(computed.args), computed.options), *reversed(computed.args)]
    return [computed] if computed is not None else _rewritten(call) or _collected(call) or _gathered(call)


def _collected(call: Call) -> list[_Pending] | None:
    """A sum with its last term put to an earlier one that is like it, which no row of so many terms could say."""
    if call.fn not in SUMS:
        return None
    # x + y + x: the last term is compared with earlier ones, and brought next to its like, where a row says 2*x.
    body, rest = _term(call.args[1]), call.args[0]
    later: list[Call] = []
    # `not ==` of a name by its letters alone: a sum of a million names asks it sixteen million times.
    name = body.id if isinstance(body, Name) else None
    while isinstance(rest, Call) and rest.fn in SUMS and len(later) < MOST_TERMS:
        term = rest.args[1] if isinstance(rest.args[1], Name) else _term(rest.args[1])
        if term.id == name if isinstance(term, Name) else term == body:
            break
        later.append(rest)
        rest = rest.args[0]
    is_sum = isinstance(rest, Call) and rest.fn in SUMS
    # Where the two stand side by side already, the rows have had their say.
    is_like = later and _term(rest.args[1] if isinstance(rest, Call) and is_sum else rest) == body
    return [*_added(later), (call.fn, 2, ()), call.args[1], rest] if is_like else None


def _gathered(call: Call) -> list[_Pending] | None:
    """A product with the powers of a constant such as log(10) put together, behind its other factors."""
    if call.fn != "*":
        return None
    base, power = _power(call.args[1])
    # Of constants alone: the other factors of a derivative stand as the chain rule met them.
    if not isinstance(base, Call) or not base.is_named or not _is_of_numbers(base):
        return None
    rest = call.args[0]
    later: list[Call] = []
    while isinstance(rest, Call) and rest.fn == "*" and _power(rest.args[1])[0] != base and len(later) < MOST_TERMS:
        later.append(rest)
        rest = rest.args[0]
    is_inside = isinstance(rest, Call) and rest.fn == "*"
    same, count = _power(rest.args[1] if isinstance(rest, Call) and is_inside else rest)
    if same != base or not later:
        return None
    # Where the constant comes first, the factor behind it begins the product.
    begin = rest.args[0] if isinstance(rest, Call) and is_inside else later.pop().args[1]
    return [("*", 2, ()), Call("^", (base, Number(power + count))), *_added(later), begin]


def _power(expr: Expr) -> tuple[Expr, float]:
    """What a factor is a power of, and which, where this is a number."""
    if isinstance(expr, Call) and expr.fn == "^" and isinstance(expr.args[1], Number):
        return expr.args[0], expr.args[1].value
    return expr, 1.0


def _is_of_numbers(call: Call) -> bool:
    return all(isinstance(arg, Number) for arg in call.args)


def _added(later: list[Call]) -> Iterator[_Pending]:
    """The terms or factors of `later`, the last first, put one by one to what stands before."""
    for call in later:
        yield call.fn, 2, ()
        yield call.args[1]


def _term(expr: Expr) -> Expr:
    """A term without its number."""
    if isinstance(expr, Call) and expr.fn == NEGATE:
        expr = expr.args[0]
    return expr.args[1] if isinstance(expr, Call) and expr.fn == "*" and isinstance(expr.args[0], Number) else expr


def simplify(expr: Expr) -> Expr:
    """`expr` simplified from the leaves up."""
    return fold(expr, lambda leaf: leaf, remade)


def _computed(call: Call) -> Expr | None:
    """The number that an operation on numbers is; a fraction stays one where it is not a short decimal."""
    if call.fn in (INDEX, "@"):
        return _picked(call)  # Before the rows: their arguments are no numbers.
    row = lookup(call.fn, len(call.args), call.options)
    if row is None or call.fn == NEGATE:  # A negative number is written as a minus before a positive one.
        return None
    if row.shape != "elementwise":
        return _reduced(call, row)
    if any(isinstance(arg, Name) for arg in call.args):
        return None  # Said first, for most operations of a formula are on names.
    numbers = [arg.value for arg in call.args if isinstance(arg, Number)]
    if len(numbers) == len(call.args):
        value = row.evaluate(*numbers)
        # log(2) stays, so that a reader sees where it comes from.
        if _is_shorter(call, numbers, value) or loses(row, numbers, value):
            return None
        return Call(NEGATE, (Number(-value),)) if value < 0 else Number(value)
    return _exactly_computed(call, row) if call.fn in (*SUMS, *COMPARISONS) else None


def _picked(call: Call) -> Expr | None:
    """An element of an array that is written out, and what the unit matrix leaves of another."""
    array, *rest = call.args
    if call.fn == INDEX:
        # Indices are whole and inside the array, or a file would have been refused.
        is_written = isinstance(array, Call) and array.fn == VECTOR and isinstance(rest[0], Number)
        found = array.args[int(rest[0].value)] if is_written else None  # type: ignore[union-attr]
        return Call(INDEX, (found, *rest[1:])) if found is not None and rest[1:] else found
    # Either side may be the unit matrix, as the Jacobian of a node by itself is.
    return rest[0] if _is_unit(array) else array if _is_unit(rest[0]) else None


def _is_unit(matrix: Expr) -> bool:
    """Whether an expression is the unit matrix written out."""
    if not isinstance(matrix, Call) or matrix.fn != VECTOR:
        return False
    rows = [row.args if isinstance(row, Call) and row.fn == VECTOR else () for row in matrix.args]
    return all(len(row) == len(rows) for row in rows) and all(
        item == Number(float(i == j)) for i, row in enumerate(rows) for j, item in enumerate(row)
    )


def _is_shorter(call: Call, numbers: Iterable[float], value: float) -> bool:
    """Whether a function of numbers says more than its value: log(2), not 0.6931471805599453."""
    if call.fn != "^" and not call.is_named:
        return False
    return isfinite(value) and len(repr(value)) > LONG and all(len(repr(number)) <= LONG for number in numbers)


def _exactly_computed(call: Call, row: Primitive) -> Expr | None:
    """A sum or comparison of numbers of which some are calls, as -2 and 1/3 are; None where no short number is it."""
    parts = [part for arg in call.args if (part := number_of(arg)) is not None]
    if len(parts) < len(call.args):
        return None
    total = parts[0] + parts[1] if call.fn == "+" else parts[0] - parts[1]
    if call.fn in COMPARISONS:
        return Number(row.evaluate(*([float(total), 0.0] if keeps_numbers() else map(float, parts))))
    is_short = total.denominator <= LARGEST_DENOMINATOR or len(repr(float(total))) <= LONG
    return written_exactly(total) if is_short else None


def _reduced(call: Call, row: Primitive) -> Expr | None:
    """The number that `sum([1, 2])` and the like are, where it is short; numbers such as norm([1, 1]) stay exact."""
    # By floats: where numbers are to be kept they stay as they stand.
    if (
        keeps_numbers()
        or row.shape not in REDUCTIONS
        or not all(isinstance(arg, Call) and arg.fn == VECTOR for arg in call.args)
    ):
        return None
    values = [[number_of(item) for item in arg.args] for arg in call.args if isinstance(arg, Call)]
    if any(None in items for items in values) or len({len(items) for items in values}) > 1:
        return None
    from backcalc.rules.ndarray import stack

    found = float(row.array.evaluate(*(stack([float(item or 0) for item in items]) for items in values)))
    return written(found) if len(repr(abs(found))) <= LONG else None


def _rewritten(call: Call) -> list[_Pending] | None:
    """The right side of the first row whose left side `call` has the form of, as steps, the last first."""
    for pattern, result in _rows(call.fn, call.options, tuple(map(_head, call.args))):
        binding: dict[str, Expr] = {}
        if _matches(pattern, call, binding):  # The other rows would take numbers that stay apart to and fro.
            return list(_steps(result, binding)) if not keeps_numbers() or _keeps(result, binding) else None
    return None


def _keeps(result: Expr, binding: dict[str, Expr]) -> bool:
    """Whether the right side of a row takes no numbers together that floats lose."""
    for part in postorder(result):
        if isinstance(part, Call) and not {arg.id for arg in names(part).values()} - set(_NUMBERS):
            args = (binding[arg.id] if isinstance(arg, Name) else arg for arg in part.args)
            if _computed(Call(part.fn, tuple(args))) is None:
                return False
    return True


def _steps(result: Expr, binding: dict[str, Expr]) -> Iterator[_Pending]:
    """The right side of a row, which is a few calls deep; its inner calls are to be simplified too."""
    if not isinstance(result, Call):
        yield binding[result.id] if isinstance(result, Name) else result
        return
    yield result.fn, len(result.args), result.options
    for arg in reversed(result.args):
        yield from _steps(arg, binding)


def _matches(pattern: Expr, expr: Expr, binding: dict[str, Expr]) -> bool:
    """Whether `expr` has the form of `pattern`; patterns are a few calls deep."""
    if isinstance(pattern, Number):
        return isinstance(expr, Number) and expr.value == pattern.value
    if isinstance(pattern, Name):  # The letters say of which kind the part must be; the rest stand for anything.
        if pattern.id in _NUMBERS and not isinstance(expr, Number):
            return False
        if pattern.id == _NO_NUMBER and isinstance(expr, Number):
            return False
        # The same name twice asks for equal parts; to look whether they are one spares comparing deep ones.
        known = binding.setdefault(pattern.id, expr)
        return known is expr or known == expr
    if not isinstance(expr, Call) or expr.fn != pattern.fn or expr.options != pattern.options:
        return False
    if len(expr.args) != len(pattern.args):
        return False
    # Asked of every formula and row: a generator would take as long as what it asks.
    for part, found in zip(pattern.args, expr.args, strict=True):  # noqa: SIM110
        if not _matches(part, found, binding):
            return False
    return True


def _head(expr: Expr) -> str:
    """What an expression begins with: its operation, or which kind of leaf it is."""
    return expr.fn if isinstance(expr, Call) else type(expr).__name__


@cache  # Most rows are told apart by what their arguments begin with, and few beginnings are met.
def _rows(fn: str, options: Options, heads: tuple[str, ...]) -> list[tuple[Expr, Expr]]:
    """The rewrites of `fn` that arguments which begin so may have the form of."""
    rows = [(expression(left), expression(right)) for left, right in REWRITES]
    if options and fn in LINEAR:  # What is linear is so along an axis, too.
        along = partial(_along, fn, options)
        rows = [(fold(left, lambda leaf: leaf, along), fold(right, lambda leaf: leaf, along)) for left, right in rows]
    return [
        (left, right)
        for left, right in rows
        if isinstance(left, Call) and (left.fn, left.options) == (fn, options) and _may_fit(left.args, heads)
    ]


def _along(fn: str, options: Options, part: Call, args: tuple[Expr, ...]) -> Expr:
    return Call(fn, args, options=options) if part.fn == fn else with_args(part, args)


def _may_fit(patterns: tuple[Expr, ...], heads: tuple[str, ...]) -> bool:
    if len(patterns) != len(heads):
        return False
    known: dict[str, str] = {}
    return all(_may_be(part, head, known) for part, head in zip(patterns, heads, strict=True))


def _may_be(pattern: Expr, head: str, known: dict[str, str]) -> bool:
    """Whether what begins so may have the form of `pattern`, beside other arguments of which `known` tells letters."""
    if not isinstance(pattern, Name):
        return _head(pattern) == head
    if pattern.id in _NUMBERS or pattern.id == _NO_NUMBER:
        return (head == Number.__name__) == (pattern.id in _NUMBERS)
    return known.setdefault(pattern.id, head) == head  # Equal parts begin alike: x + x is no sum and a name.
