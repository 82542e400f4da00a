"""An expression as a Python function over a namespace: the same text serves floats, arrays and other libraries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backcalc.expr import IF, NEGATE, TRANSPOSE, Call, Expr, Name, Number, fold

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


def lower(
    expr: Expr, params: Sequence[str], resolve: Callable[[str], Any], constants: Mapping[str, Any]
) -> Callable[..., Any]:
    """The function of `params` that computes `expr`; `resolve` finds its functions, `constants` has its other names.

    Meant for the short texts of the primitive table; a graph is evaluated by its tape.
    """
    namespace: dict[str, Any] = {"__builtins__": {}}

    def leaf(part: Number | Name) -> str:
        if isinstance(part, Number):
            return repr(part.value)
        if part.id not in params:
            namespace[part.id] = constants[part.id]
        return part.id

    def call(part: Call, args: tuple[str, ...]) -> str:
        if part.fn in _INLINE:
            return f"({args[0]} {part.fn} {args[1]})"
        if part.fn == NEGATE:
            return f"(-{args[0]})"
        name = FUNCTION_NAMES.get(part.fn, part.fn)
        namespace[f"_{name}"] = resolve(name)
        return f"_{name}({', '.join(args)})"

    body = fold(expr, leaf, call)
    # The text is our own: numbers, parameters and names that `resolve` knows; never a user's.
    return eval(f"lambda {', '.join(params)}: {body}", namespace)  # type: ignore[no-any-return]  # noqa: S307
