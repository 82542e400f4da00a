"""Expressions in a loop: its variables as numbers, names with braces as names, comprehensions written out."""

from __future__ import annotations

from backcalc.graph.whole_numbers import Environment, LoopError, integer, whole
from backcalc.language.expr import INDEX, TEMPLATE, Call, Expr, Name, Number, fold, with_args
from backcalc.language.unparse import unparse
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.wording import shorten


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
        return with_args(part, (args[0], *(whole(i, environment) for i in args[1:])) if part.fn == INDEX else args)

    return fold(expr, leaf, call)


def _named(template: Call, environment: Environment) -> Name:
    """The name that a template stands for; its texts and indices take turns."""
    parts = [
        str(integer(part, environment)) if i % 2 else part.id  # type: ignore[union-attr]
        for i, part in enumerate(template.args)
    ]
    if any(part.startswith("-") for part in parts[1::2]):
        where = ", ".join(f"{name} = {value}" for name, value in environment.variables.items())
        message = f"`{unparse(template)}` is no name where {where}: it would be `{shorten(''.join(parts))}`"
        hint = ("let the loop begin later, and define its first step before it",)
        raise LoopError(Diagnostic(Code.NEGATIVE_INDEX, message, template.span, hints=hint))
    return Name("".join(parts), template.span)
