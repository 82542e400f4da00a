"""A file with the ASCII spelling of what has one: sigmoid for σ, pi for π, 1/2 for ½, d(v)/d(u) for ∂v/∂u.

Names that are not ASCII stay: a node is called what its author calls it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from backcalc.language.expr import Call, Expr, Name, Number, fold
from backcalc.language.statements import Edge, Function, Inputs, Loop, Partial, Program
from backcalc.text.source import Span

FRACTIONS = {"¼": (1, 4), "½": (1, 2), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3), "⅛": (1, 8)}
CONSTANTS = {"π": "pi", "∞": "inf"}


def in_ascii(program: Program, functions: Mapping[str, str]) -> Program:
    """`program` in ASCII, as far as it goes; `functions` has the other name of each function that is not ASCII.

    What the file itself defines keeps its name, and so does what would then be called as something in the file is.
    """
    taken = {name for statement in program.statements for name in _names(statement)}
    free = {old: new for old, new in {**functions, **CONSTANTS}.items() if not {old, new} & taken}
    return program._replace(statements=tuple(_mapped(statement, free) for statement in program.statements))


def _names(part: Any) -> Iterable[str]:
    """The names that a statement defines or declares, those of what stands in a loop among them."""
    if isinstance(part, Loop):
        for statement in part.body:
            yield from _names(statement)
    elif isinstance(part, Function):
        yield from (part.name, *part.params)
    elif isinstance(part, tuple):
        for field in ("target", "head", "tail"):
            target = getattr(part, field, None)
            if isinstance(target, Name):
                yield target.id
    if isinstance(part, Inputs):
        yield from (name for item in part.items for name in _names(item))


def _mapped(value: Any, names: Mapping[str, str]) -> Any:
    """A statement, or a part of one, in ASCII."""
    if isinstance(value, Number | Name | Call):
        return _expression(value, names)
    if isinstance(value, Span) or not isinstance(value, tuple):
        return value
    parts = map(partial(_mapped, names=names), value)
    found = value._make(parts) if hasattr(value, "_make") else tuple(parts)
    if isinstance(found, Edge | Partial) and found.spelling.startswith("∂"):
        return found._replace(spelling="d()")
    return found


def _expression(expr: Expr, names: Mapping[str, str]) -> Expr:
    """`expr` in ASCII, with the places that it has."""

    def leaf(part: Number | Name) -> Expr:
        if isinstance(part, Name):
            return Name(names.get(part.id, part.id), part.span)
        if part.text not in FRACTIONS:
            return part
        top, bottom = (Number(float(n), str(n), part.span) for n in FRACTIONS[part.text])
        return Call("/", (top, bottom), part.span)

    return fold(expr, leaf, lambda call, args: Call(names.get(call.fn, call.fn), args, call.span))
