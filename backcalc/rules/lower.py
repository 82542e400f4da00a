"""Texts of the table as expressions, and as Python functions over a namespace: floats, arrays, other libraries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from math import isfinite
from typing import Any

from backcalc.language.expr import (
    IF,
    NEGATE,
    TRANSPOSE,
    Call,
    Expr,
    Name,
    Number,
    Options,
    fold,
    keyword_of,
    names,
    postorder,
    with_args,
)
from backcalc.language.parser import parse_expression
from backcalc.rules.functions import floats
from backcalc.text.source import Source

# What is not a function's own name goes by these in a namespace.
FUNCTION_NAMES = {
    "/": "divide",
    "^": "power",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    "==": "equal",
    "!=": "not_equal",
    "and": "both",
    "or": "either",
    "not": "negation",
    IF: "where",
    TRANSPOSE: "transpose",
    "@": "matmul",
}
_INLINE = ("+", "-", "*")  # Python's own operators on floats, arrays and tensors alike.
# What conditions are made of; IEEE 754 leaves no choice what comes out.
_EXACT = ("+", "-", "abs", "<", "<=", ">", ">=", "==", "!=", "and", "or")

RowFunction = Callable[..., Any]
"""A text of the table as a function of the arguments that it names, in a namespace."""


def lower(
    expr: Expr,
    params: Sequence[str],
    resolve: Callable[[str, Options], Any],
    constants: Mapping[str, Any],
    number: Callable[[float], Any] | None = None,
) -> RowFunction:
    """The function of `params` that computes `expr`; `resolve` finds its functions, `constants` has its other names.

    `number` makes of a float what a number is where floats are none. Meant for the short texts of the primitive table;
    a graph is evaluated by its tape.
    """
    namespace: dict[str, Any] = {"__builtins__": {}}
    shared: dict[str, str] = {}

    def _leaf(part: Number | Name) -> tuple[str, str]:
        if isinstance(part, Number):
            text = repr(part.value) if number is None else _made(f"_{len(namespace)}", part.value)
        else:
            text = part.id if part.id in params else _made(part.id, constants[part.id])
        return text, text

    def _made(name: str, value: float) -> str:
        namespace[name] = value if number is None else number(value)
        return name

    def _call(part: Call, args: tuple[tuple[str, str], ...]) -> tuple[str, str]:
        # What stands in a text twice, as exp(-abs(x)) in that of σ, is worked out where it stands first.
        same = _operation(part, [name for name, _ in args])
        if same in shared:
            return shared[same], shared[same]
        shared[same] = f"__{len(shared)}_"
        return shared[same], f"({shared[same]} := {_operation(part, [text for _, text in args])})"

    def _operation(part: Call, args: Sequence[str]) -> str:
        # In parentheses always: Python's precedence need not be the language's, -x^2 among others.
        if part.fn in _INLINE:
            return f"({args[0]} {part.fn} {args[1]})"
        if part.fn == NEGATE:
            return f"(-{args[0]})"
        name = FUNCTION_NAMES.get(part.fn, part.fn)
        # With other options it is another function of the text.
        key = "_".join(["", name, *(f"{option}_{value}" for option, value in part.options)])
        namespace[key] = resolve(name, part.options)
        return f"{key}({', '.join(args)})"

    # A text, not a tree of closures: called millions of times, it runs at the speed of Python's own code.
    body = _unnamed(fold(expr, _leaf, _call)[1], shared.values())
    # The text is our own: numbers, parameters and names that `resolve` knows; never a user's.
    return eval(f"lambda {', '.join(params)}: {body}", namespace)  # type: ignore[no-any-return]  # noqa: S307


def _unnamed(body: str, names: Iterable[str]) -> str:
    """`body` without those of the names in it that are not used a second time."""
    for name in names:
        if body.count(name) == 1:  # Kept under no name, an array's memory serves the next one.
            body = body.replace(f"{name} := ", "")
    return body


def decided(expr: Expr, known: Mapping[str, float]) -> Expr:
    """`expr` with numbers for the names `known`, without the choices that these make; its value is the same."""

    def _leaf(part: Number | Name) -> Expr:
        return Number(known[part.id]) if isinstance(part, Name) and part.id in known else part

    return fold(expr, _leaf, _decide)


def _decide(part: Call, args: tuple[Expr, ...]) -> Expr:
    # Only what is certain: a choice whose condition is a number, a connective that one side settles.
    numbers = [arg.value for arg in args if isinstance(arg, Number)]
    if part.fn in ("where", IF) and isinstance(args[0], Number):
        return args[1] if args[0].value else args[2]
    if part.fn == "or" and any(numbers):
        return Number(1.0)
    if part.fn == "and" and not all(numbers):
        return Number(0.0)
    found = with_args(part, args)
    if part.fn not in _EXACT or len(numbers) < len(args):
        return found
    value = lower(found, (), lambda name, _: getattr(floats, name), {})()
    return Number(value) if isfinite(value) else found  # `lower` writes finite numbers.


@cache
def expression(text: str) -> Expr:
    """A text of the table as an expression."""
    found = parse_expression(Source("primitives", text))
    has_options = "=" in text and any(map(keyword_of, postorder(found)))
    return fold(found, lambda leaf: leaf, _optioned) if has_options else found


def _optioned(call: Call, args: tuple[Expr, ...]) -> Call:
    """A call whose options are those that stand among its arguments."""
    options = tuple((name, int(arg.args[0].value)) for arg in args if (name := keyword_of(arg)))  # type: ignore[union-attr]
    # What is given by its name is itself a call, which keeps it for the call around it.
    return Call(call.fn, args[: len(args) - len(options)], call.span, options) if options else with_args(call, args)


@cache
def names_in(text: str) -> tuple[str, ...]:
    """The names that a text of the table speaks of."""
    return tuple(names(expression(text)))
