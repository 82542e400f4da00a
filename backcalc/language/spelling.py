"""A file in the other spelling of what has two: sigmoid or σ, pi or π, 1/2 or ½, d(v)/d(u) or ∂v/∂u.

Names of the file's own stay: a node is called what its author calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from backcalc.language.expr import FOR, Call, Expr, Name, Number, fold, postorder
from backcalc.language.statements import Edge, Function, Loop, Partial, Program
from backcalc.text.source import Span

FRACTIONS = {"¼": ("1", "4"), "½": ("1", "2"), "¾": ("3", "4"), "⅓": ("1", "3"), "⅔": ("2", "3"), "⅛": ("1", "8")}
CONSTANTS = {"π": "pi", "∞": "inf"}

_SIGNS = {quotient: sign for sign, quotient in FRACTIONS.items()}


class _Spelling(NamedTuple):
    """One of the two: its functions and constants by their other names, and how it writes the rest."""

    functions: Mapping[str, str]
    constants: Mapping[str, str]
    number: Callable[[Number], Expr]
    call: Callable[[Call], Expr]
    differential: Callable[[Edge | Partial], str]


def in_ascii(program: Program, functions: Mapping[str, str]) -> Program:
    """`program` in ASCII, as far as it goes; `functions` has the other name of each function that is not ASCII.

    What the file itself defines keeps its name, and so does what would then be called as something in the file is.
    """
    return _spelt(program, _Spelling(functions, CONSTANTS, _quotient, lambda call: call, _plain_differential))


def in_signs(program: Program, functions: Mapping[str, str]) -> Program:
    """`program` with the signs of print, the way back from `in_ascii`: σ, π, ½, ∂v/∂u; `functions` as there."""
    shown = {name: sign for sign, name in functions.items()}
    constants = {name: sign for sign, name in CONSTANTS.items()}
    return _spelt(program, _Spelling(shown, constants, lambda number: number, _fraction, _printed_differential))


def _quotient(number: Number) -> Expr:
    if number.text not in FRACTIONS:
        return number
    top, bottom = (Number(float(text), text, number.span) for text in FRACTIONS[number.text])
    return Call("/", (top, bottom), number.span)


def _fraction(call: Call) -> Expr:
    top, bottom = call.args if call.fn == "/" else (None, None)
    if not (isinstance(top, Number) and isinstance(bottom, Number)):
        return call
    # As it is written: 2/4 is no ½.
    sign = _SIGNS.get((top.text, bottom.text))
    return Number(top.value / bottom.value, sign, call.span) if sign else call


def _plain_differential(stated: Edge | Partial) -> str:
    return "d()" if stated.spelling.startswith("∂") else stated.spelling


def _printed_differential(stated: Edge | Partial) -> str:
    if stated.spelling != "d()" and not stated.spelling.startswith("∂"):  # dv/du is nobody's other spelling.
        return stated.spelling
    ends = (stated.head, stated.tail) if isinstance(stated, Edge) else (Name(stated.of), Name(stated.wrt))
    # A template or a whole number is easier to read in parentheses.
    return "∂" if all(isinstance(end, Name) and not end.id[:1].isdigit() for end in ends) else "∂()"


def _spelt(program: Program, spelling: _Spelling) -> Program:
    taken = {name for statement in program.statements for name in _names(statement)}

    def _free(names: Mapping[str, str]) -> dict[str, str]:
        return {old: new for old, new in names.items() if not {old, new} & taken}

    spelling = spelling._replace(functions=_free(spelling.functions), constants=_free(spelling.constants))
    return program._replace(statements=tuple(_mapped(statement, spelling) for statement in program.statements))


def _names(part: Any) -> Iterable[str]:
    """The names that a statement defines, declares or counts by, those of what stands in a loop among them."""
    if isinstance(part, Loop):
        yield part.variable
    elif isinstance(part, Function):
        yield from (part.name, *part.params)
    elif isinstance(part, tuple):
        for field in ("target", "head", "tail"):
            target = getattr(part, field, None)
            if isinstance(target, Name):
                yield target.id
    if isinstance(part, Number | Name | Call):
        turns = (call for call in postorder(part) if isinstance(call, Call) and call.fn == FOR)
        yield from (turn.args[1].id for turn in turns if isinstance(turn.args[1], Name))
    elif isinstance(part, tuple) and not isinstance(part, Span):  # A span is a tuple, but holds no names.
        yield from (name for item in part for name in _names(item))


def _mapped(value: Any, spelling: _Spelling) -> Any:
    """A statement, or a part of one, in that spelling."""
    if isinstance(value, Number | Name | Call):
        return _expression(value, spelling)
    if isinstance(value, Span) or not isinstance(value, tuple):  # A span is a tuple, but none with a spelling.
        return value
    parts = (_mapped(part, spelling) for part in value)
    # A record is made of its fields one by one, a plain tuple of one iterable.
    found = value._make(parts) if hasattr(value, "_make") else tuple(parts)
    if isinstance(found, Edge | Partial):
        return found._replace(spelling=spelling.differential(found))
    return found


def _expression(expr: Expr, spelling: _Spelling) -> Expr:
    """`expr` in that spelling, with the places that it has."""

    def _leaf(part: Number | Name) -> Expr:
        if isinstance(part, Number):
            return spelling.number(part)
        return Name(spelling.constants.get(part.id, part.id), part.span)

    def _call(part: Call, args: tuple[Expr, ...]) -> Expr:
        return spelling.call(Call(spelling.functions.get(part.fn, part.fn), args, part.span, part.options))

    return fold(expr, _leaf, _call)
