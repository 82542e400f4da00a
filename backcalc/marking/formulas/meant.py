"""What a name in an answer that the graph does not have may be meant as: `W^T` a transpose, `wx` a product.

A graph's file takes such names in, with a note, as inputs; an answer can speak of what there is alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterator

from backcalc.calculus.question import loss_hints
from backcalc.calculus.run import Run
from backcalc.graph.functions import BUILT_IN
from backcalc.graph.one_name import ELSEWHERE_CONSTANTS
from backcalc.language.expr import VECTOR, Call, Expr, Name, postorder
from backcalc.language.lexis import NOTHING
from backcalc.language.unparse import unparse
from backcalc.marking.formulas.reading import Symbol
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.suggest import did_you_mean
from backcalc.text.wording import quoted, shorten

TRANSPOSE = "T"
"""The name that an exponent has in a transpose of print."""
_SHORTEST = 2  # Letters of a name that may be several.


def transposes(run: Run, expr: Expr) -> Iterator[Diagnostic]:
    """Each `A^T` of a formula whose T is nothing of the graph's, as the error that says how to write it.

    `A^T (…)` reads as a power with a call for an exponent.
    """
    for part in postorder(expr):
        if isinstance(part, Call) and part.fn == "^" and TRANSPOSE not in run.graph.index:
            base, power = part.args
            if _is_transpose(power) or (isinstance(power, Name) and power.id == TRANSPOSE):
                # A long base is told by a letter, as in the words of a file's error.
                name = shorten(base.id) if isinstance(base, Name) else f"({shorten(unparse(base))})"
                message = f"`^{TRANSPOSE}` could mean two things, for nothing here is named {TRANSPOSE}"
                hint = f"the transpose is written {name}.T"
                # A vector is no row and no column: of `(1, 2)^T` nothing is to be turned.
                if isinstance(base, Call) and (base.fn == VECTOR or _is_transpose(base)):
                    hint = "a vector stands without ^T: [1, 2]"
                yield Diagnostic(Code.POWER_OF_T, message, power.span, hints=(hint,))


def _is_transpose(expr: Expr) -> bool:
    """Whether it reads as a call of T: `A^T (1, 2)` has one for an exponent."""
    return isinstance(expr, Call) and expr.fn == TRANSPOSE and expr.is_named


def hints_for(run: Run, name: str, derivative: Symbol | None) -> tuple[str, ...]:
    """What to write in place of a name that is no node, in a formula by itself or as an end of a derivative."""
    index = run.graph.index
    found = loss_hints(run.graph, name) if derivative is not None and name == derivative.of else ()
    if not found and derivative is None:
        found = _as_word(run, name)
    return found or did_you_mean(name, index) or (f"the nodes are {quoted(list(index))}",)


def is_near(run: Run, name: str) -> bool:
    """Whether a name that is no node may be one that is misspelt, or several without the signs of a product."""
    index = run.graph.index
    # Of one letter any other is near: beside a node v the V of `75 V` is a unit.
    return bool(_as_word(run, name) or (len(name) > 1 and did_you_mean(name, index)))


def _as_word(run: Run, name: str) -> tuple[str, ...]:
    """What a name by itself stands for elsewhere: a function, a number, a transpose, a product."""
    index = run.graph.index
    if name in BUILT_IN:  # `sin x`, whose blank reads as a product.
        return (f"an argument stands in parentheses: {name}(…)",)
    if number := ELSEWHERE_CONSTANTS.get(name):
        return (f"the number is written {number}",)
    if name in NOTHING:
        return ("what is not known is left blank",)
    # ŷ, which NFKC leaves one letter, is a `y` with a mark on it.
    bare = "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign))
    if bare != name and bare in index:
        return (f"did you mean `{shorten(bare)}`?",)
    base = name.removesuffix("'")
    if base != name and base in index:
        return (f"the transpose is written {shorten(base)}.T",)
    factors = _factors(name, index)
    sign = " @ " if any(map(run.shape, factors)) else "*"
    return (f"a product needs its sign: {sign.join(factors)}",) if factors else ()


def _factors(name: str, index: Container[str]) -> list[str]:
    """The nodes that a name is made of, the longest first; none where it is not made of nodes alone."""
    found: list[str] = []
    rest = name
    while rest:
        head = next((rest[:n] for n in range(len(rest), 0, -1) if rest[:n] in index), None)
        if head is None:
            return []
        found.append(head)
        rest = rest[len(head) :]
    return found if len(name) >= _SHORTEST and len(found) > 1 else []
