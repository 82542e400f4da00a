"""Expressions in a loop: its variables as numbers, names with braces as names, comprehensions written out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from backcalc.graph.whole_numbers import Environment, LoopError, Written, integer, turns, whole
from backcalc.language.expr import (
    FOR,
    INDEX,
    PICK,
    TEMPLATE,
    VECTOR,
    Call,
    Expr,
    Folded,
    Name,
    Number,
    fold,
    size,
    with_args,
)
from backcalc.language.unparse import unparse
from backcalc.rules.primitives import lookup
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.wording import shorten

MOST_WRITTEN = 2_000_000
"""Operations and operands that the comprehensions of a file may stand for together."""

DEEPEST = 50  # Each is a call of Python's inside another.

_AS_ARRAYS = ("sums over arrays need no loop: sum(x*y), x @ y, conv(x, w)",)
_FOLDS = {"sum": ("+", 0.0), "prod": ("*", 1.0)}  # By what they join items, and what they are of none.


def resolve(expr: Expr, environment: Environment) -> Expr:
    """`expr` with its templates named and the variables of `environment` as numbers. Raises LoopError."""

    def leaf(part: Number | Name) -> Expr:
        """A loop variable as a number; other leaves as they stand."""
        if isinstance(part, Name) and part.id in environment.variables:
            return Number(float(environment.variables[part.id]), span=part.span)
        return part

    def call(part: Call, args: tuple[Expr, ...]) -> Expr:
        """The name that a template stands for; other calls on the resolved arguments, indices as numbers."""
        if part.fn == TEMPLATE:
            return _named(part, environment)
        if args and isinstance(args[0], Call) and args[0].fn == FOR:
            return _gathered(part, args[0])
        return with_args(part, (args[0], *(whole(i, environment) for i in args[1:])) if part.fn == INDEX else args)

    return fold(expr, leaf, call, _comprehensions(expr, environment))


def _comprehensions(expr: Expr, environment: Environment) -> Folded[Expr] | None:
    """What the outermost comprehensions of `expr` stand for: calls of `for` on their items. Raises LoopError."""
    # From the outside in, unlike all else: what a comprehension repeats has no value before its variable has one.
    found: Folded[Expr] = Folded()
    stack = [expr]
    while stack:
        part = stack.pop()
        if isinstance(part, Call) and part.fn == FOR:
            found[id(part)] = Call(FOR, tuple(_items(part, environment)), part.span)
        elif isinstance(part, Call):
            stack += part.args[::-1]  # What stands first in the text comes off first.
    return found or None


def _items(part: Call, environment: Environment) -> Iterator[Expr]:
    """What is repeated, once for each number of the variable. Raises LoopError, before anything is written out."""
    body, variable, first, last = part.args
    assert isinstance(variable, Name)
    # An expression by itself, as of `--at`, has a count of its own.
    written = environment.written or Written()
    numbers = turns(variable.id, (first, last), part.span, environment)
    written.count += max(0, numbers.stop - numbers.start) * size(body, MOST_WRITTEN)
    if written.count > MOST_WRITTEN:
        message = f"with this the file's comprehensions stand for {written.count:,} operations and operands; "
        message += f"the limit is {MOST_WRITTEN:,}"
        raise LoopError(Diagnostic(Code.LOOP_TOO_LONG, message, part.span, hints=_AS_ARRAYS))
    if written.depth == DEEPEST:
        message = f"comprehensions stand in each other {DEEPEST} deep at most"
        raise LoopError(Diagnostic(Code.LOOP_TOO_LONG, message, part.span))
    written.depth += 1
    for number in numbers:
        yield resolve(body, environment.within(variable.id, number)._replace(written=written))
    written.depth -= 1


def _gathered(call: Call, items: Call) -> Expr:
    """A list, sum, product, mean, maximum or minimum of items. Raises LoopError where it is none, or has none."""
    args = items.args
    if call.fn in (VECTOR, PICK) and args:
        return Call(call.fn, args, call.span)
    if call.fn in _FOLDS:
        operator, nothing = _FOLDS[call.fn]
        if not args:
            return Number(nothing, span=call.span)
        return reduce(lambda total, item: Call(operator, (total, item), call.span), args)
    if call.fn == "mean" and args:
        total = reduce(lambda total, item: Call("+", (total, item), call.span), args)
        return Call("/", (total, Number(float(len(args)))), call.span)
    if call.fn in ("max", "min") and args:
        # Of one item that item, for max(v) is the greatest element of a vector v.
        return args[0] if len(args) == 1 else Call(call.fn, args, call.span)
    if call.fn in (VECTOR, PICK, "mean", "max", "min"):
        message, hints = "this comprehension has no items", ("its second bound is less than its first",)
    else:
        message = f"`{shorten(call.fn)}` takes no comprehension: sum, prod, mean, max and min do"
        hints = (f"a vector stands in brackets: {shorten(call.fn)}([… for k in 1..3])",)
    raise LoopError(Diagnostic(Code.COMPREHENSION, message, items.span, hints=hints))


def _named(template: Call, environment: Environment) -> Name:
    """The name that a template stands for; its texts and indices take turns."""
    try:
        parts = [
            str(integer(part, environment)) if i % 2 else part.id  # type: ignore[union-attr]
            for i, part in enumerate(template.args)
        ]
    except LoopError as error:
        raise _as_a_call(template, error) from None
    if any(part.startswith("-") for part in parts[1::2]):
        where = ", ".join(f"{name} = {value}" for name, value in environment.variables.items())
        message = f"`{unparse(template)}` is no name where {where}: it would be `{shorten(''.join(parts))}`"
        hint = ("let the loop begin later, and define its first step before it",)
        raise LoopError(Diagnostic(Code.NEGATIVE_INDEX, message, template.span, hints=hint))
    return Name("".join(parts), template.span)


def _as_a_call(template: Call, error: LoopError) -> LoopError:
    """`error`, which says how a call is written where the template is exp{x}, as LaTeX has one."""
    name = template.args[0].id if isinstance(template.args[0], Name) else ""
    if not lookup(name):
        return error
    argument = ", ".join(shorten(unparse(part)) for part in template.args[1::2])
    hint = (f"an argument stands in parentheses: {name}({argument})",)
    return LoopError(error.diagnostic._replace(hints=hint))
