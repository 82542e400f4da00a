"""What a file's own functions are made of, and those that state partials of their own: checked, and made rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backcalc.language.expr import NOWHERE, Call, Expr, Name, Number, fold, names, postorder, with_args
from backcalc.language.statements import Function, OwnSymbol, Partial
from backcalc.rules.own import own_symbol
from backcalc.rules.primitives import CONSTANTS, lookup
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.source import Span
from backcalc.text.wording import shorten


def inner_names(function: Function) -> list[str]:
    """The parameters under names that no node has: else one would capture a node that an inner function speaks of."""
    return [inner_name(function.name, param) for param in function.params]


def inner_name(function: str, param: str) -> str:
    """A parameter's name inside the body of its function, which no node has: names have no parentheses."""
    return f"{function}({param})"


def formulas(function: Function) -> list[Expr]:
    """The formula of a function, and those of its partials."""
    return [function.body, *(partial.formula for partial in function.partials)]


def calls(formula: Expr) -> Iterator[Call]:
    """Every operation of a formula, inner ones first."""
    return (part for part in postorder(formula) if isinstance(part, Call))


def is_of_arrays(call: Call) -> bool:
    """Whether `call` is no function of numbers, element by element."""
    row = lookup(call.fn, len(call.args), call.options)
    return row is None or row.shape != "elementwise"  # None: what nobody knows is told at its call.


def parameters(name: str) -> int:
    """How many arguments a function of the table has."""
    row = lookup(name, 1)
    return len(row.params) if row is not None else 0


def name_span(call: Call) -> Span:
    """The place of the name of a function that is called."""
    return Span(call.span.start, call.span.start + len(call.fn))


def wrong_partials(function: Function, expanded: list[Expr]) -> Iterator[Diagnostic]:
    """What is wrong with the partials that `function` states: its formula and theirs, written out, are `expanded`."""
    name, stated = shorten(function.name), [partial.wrt for partial in function.partials]
    form = "; ".join(f"d({name})/d({param}) = …" for param in function.params)
    hint = (f"a partial for each argument: def {name}({', '.join(function.params)}) = … {{ {form} }}",)
    for i, partial in enumerate(function.partials):
        is_wrong = partial.of != function.name or partial.wrt not in function.params
        if is_wrong or partial.wrt in stated[:i]:
            what = "stands twice" if not is_wrong else f"is no partial of `{name}` by an argument of it"
            message = f"d({shorten(partial.of)})/d({shorten(partial.wrt)}) {what}"
            yield Diagnostic(Code.OWN_PARTIALS, message, partial.span, hints=hint)
    for param in function.params:
        if param not in stated:
            message = f"the partial of `{name}` by its argument `{shorten(param)}` is missing"
            yield Diagnostic(Code.OWN_PARTIALS, message, function.span, hints=hint)
    inner = {*inner_names(function), *CONSTANTS}
    # As they are written, too: only there has a name its place.
    for formula, written in zip(expanded, formulas(function), strict=True):
        outside = [place for place in names(formula) if place not in inner]
        if outside:
            message = (
                f"a function with partials of its own is made of its arguments alone, not of `{shorten(outside[0])}`"
            )
            hints = (f"let it have `{shorten(outside[0])}` as an argument, too",)
            yield Diagnostic(Code.OWN_PARTIALS, message, names(written).get(outside[0], function).span, hints=hints)
        call = next((call for call in calls(formula) if is_of_arrays(call) or isinstance(call.fn, OwnSymbol)), None)
        if call is not None:
            message = "a function with partials of its own is made of functions of numbers of the language"
            yield Diagnostic(Code.OWN_PARTIALS, message, call.span or function.span)


def standing(function: Function, body: Expr, partials: Sequence[Expr]) -> Expr:
    """What stands for a function with partials of its own: a call of its row, not its `body`.

    `body` and `partials` are its formula and those of its partials, expanded, its parameters under their inner names.
    """
    # Back to the names of the file: a row is known by its text.
    by_inner = dict(zip(inner_names(function), map(Name, function.params), strict=True))

    def outer(part: Number | Name) -> Expr:
        """A parameter under the name that the file gives it."""
        return by_inner.get(part.id, part) if isinstance(part, Name) else part

    # One definition as a whole, so that its text says all that the row needs.
    value, *slopes = (fold(expr, outer, with_args) for expr in (body, *partials))
    stated = zip(function.partials, slopes, strict=True)
    own = tuple(Partial(function.name, each.wrt, slope, "d()", NOWHERE) for each, slope in stated)
    plain = Function(function.name, function.params, value, NOWHERE, own)
    return Call(own_symbol(plain), tuple(map(Name, inner_names(function))))
