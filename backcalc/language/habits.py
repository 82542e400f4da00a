"""What somebody meant who calls a function by another tool's name, or calls what is no function."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from backcalc.language.elsewhere import ELSEWHERE
from backcalc.language.expr import Call, Expr, Name, Number
from backcalc.language.unparse import unparse
from backcalc.text.wording import shorten

OTHERWISE = {
    # Torch's takes logits, ours takes probabilities.
    "f.crossentropy torch.crossentropy": "of logits it is softmax_cross_entropy(a, t), of rows "
    "mean(softmax_cross_entropy(A, T, axis=1))",
    # Torch divides by n - 1, NumPy by n.
    "torch.var": "it is var(x, ddof=1)",
    "torch.std": "it is std(x, ddof=1)",
    "np.diff numpy.diff jnp.diff jax.diff torch.diff": "it is x[1:] - x[:-1]",
    "jax.grad": "the derivative of a function f of your own is f'(x), of a node y grad(y, x)",
}
"""Functions of modules that go by a name of ours, or of another's, and are something else: what to write."""

# Words of this language that spreadsheets and Mathematica call as functions.
_AS_WORDS = {"if": "a choice is if c then a else b", "and": "write `and`", "or": "write `or`", "not": "write `not a`"}


def hint_for(name: str, module: str = "") -> tuple[str, ...]:
    """The hint for a function that is called `name` elsewhere, in `module`; none where nobody calls one so."""
    otherwise = _by_name().get(f"{module.casefold()}.{_plain(name)}") if module else None
    if otherwise is not None:
        return (otherwise,)
    hint = _by_name().get(name.casefold()) or _by_name().get(_plain(name))
    # Of a name that is ours already, `leaky_relu`, nothing is to be said.
    return () if hint is None or re.search(rf"\b{name}\(", hint) else (hint,)


def logarithm(args: Sequence[Expr]) -> str:
    """What to write for a logarithm with a base: log(x, 2), or log(2, x) as in Mathematica."""
    number, base = args[::-1] if isinstance(args[0], Number) and not isinstance(args[1], Number) else args
    x, b = (shorten(unparse(each)) for each in (number, base))
    return f"the logarithm of {x} to the base {b} is " + (f"log{b}({x})" if b in ("2", "10") else f"log({x})/log({b})")


@cache
def _by_name() -> dict[str, str]:
    rows = [(row.names, row.hint) for row in ELSEWHERE]
    return {name: hint for names, hint in (*rows, *OTHERWISE.items(), *_AS_WORDS.items()) for name in names.split()}


def _plain(name: str) -> str:
    """`name` as the rows have it: LeakyReLU, leaky_relu and leakyrelu are one."""
    return name.casefold().replace("_", "").replace(".", "")


def guesses(call: Call) -> tuple[str, ...]:
    """What `call` of an unknown function may have been meant as: a product where it has one argument, or a function."""
    params = ", ".join("xyzuvw"[: max(1, len(call.args))])
    own = f"a function of your own is defined by def {shorten(call.fn)}({params}) = …"
    if not call.args and call.fn.casefold() in ("pi", "e", "tau"):
        return (f"a constant stands without parentheses: {call.fn.casefold()}",)
    if len(call.args) != 1:
        return (own,)
    arg = shorten(unparse(call.args[0]))
    # k(x + 1) is k*(x + 1), k(x) is k*x.
    if isinstance(call.args[0], Name) and arg == "end":  # As MATLAB has elements.
        return (f"the last element is {shorten(call.fn)}[-1]",)
    element = (f"an element of an array is {shorten(call.fn)}[0], counted from 0",) * isinstance(call.args[0], Number)
    return f"a product needs its sign: {shorten(call.fn)}*{as_factor(call.args[0])}", *element, own


def as_factor(expr: Expr) -> str:
    """An argument as a factor: what is made by a sign in parentheses."""
    text = shorten(unparse(expr))
    return f"({text})" if isinstance(expr, Call) and not expr.is_named else text
