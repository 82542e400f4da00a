"""Exact arithmetic of whole numbers: of bounds, of indices and of the braces in a name."""

# Annotations are no text here: to compile that of each field of a record takes as long as to make the record.

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from backcalc.language.expr import (
    NEGATE,
    PICK,
    SLICES,
    Call,
    Expr,
    Name,
    Number,
    fold,
    with_args,
)
from backcalc.language.statements import Const, Inputs, Statement
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.source import Span
from backcalc.text.suggest import did_you_mean
from backcalc.text.wording import shorten

_MAX_INTEGER = 2**63 - 1


_WHOLE = (
    "a loop's bounds and the {…} in a name are made of whole numbers, loop variables and constants (const n = 5)",
)


class Written:
    """How much the comprehensions of a file have been written out to, in operations, and how deep one is in them."""

    def __init__(self) -> None:
        self.count, self.depth = 0, 0


class Environment(NamedTuple):
    """What whole numbers are made of: loop variables, and the file's constants, None where one is not whole."""

    variables: Mapping[str, int] = MappingProxyType({})
    constants: Mapping[str, int | None] = MappingProxyType({})
    written: Written | None = None

    def of(self, name: str) -> int | None:
        """The whole number that `name` is. Raises KeyError."""
        # A loop's variable hides a constant.
        return self.variables[name] if name in self.variables else self.constants[name]

    def within(self, variable: str, number: int) -> "Environment":
        """What holds inside a loop whose variable is this number."""
        return self._replace(variables={**self.variables, variable: number})

    def known(self) -> list[str]:
        """All names that are whole numbers here."""
        return [*self.variables, *(name for name, value in self.constants.items() if value is not None)]


class LoopError(Exception):
    """A loop or name template that cannot be written out."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


def each(statements: Iterable[Statement]) -> Iterator[Statement]:
    """The statements, those that declare several inputs one by one."""
    for statement in statements:
        if isinstance(statement, Inputs):
            yield from statement.items
        else:
            yield statement


def constants_of(statements: Iterable[Statement]) -> dict[str, int | None]:
    """The constants that are declared outside of loops, as whole numbers; None for one that is none."""
    found: dict[str, int | None] = {}
    for statement in each(statements):
        if isinstance(statement, Const) and isinstance(statement.target, Name):
            try:
                # In order: a constant may be made of those above it.
                found[statement.target.id] = integer(statement.value, Environment(constants=found))
            except (LoopError, KeyError):  # Of an operation that is none of whole numbers: sqrt(2), [1, 2].
                found[statement.target.id] = None
    return found


def whole(index: Expr, environment: Environment) -> Expr:
    """An index as a number, a slice or a list of numbers, where it is made of whole ones; else as it stands."""
    if isinstance(index, Call) and index.fn in (*SLICES, PICK):
        return with_args(index, tuple([_number(each, environment) for each in index.args]))
    return _number(index, environment)


def _number(index: Expr, environment: Environment) -> Expr:
    if isinstance(index, Number):
        return index
    try:
        found = integer(index, environment)
    except (LoopError, KeyError):  # KeyError: a function that whole numbers do not have.
        return index
    return Number(float(found), str(found), index.span)


def turns(variable: str, bounds: tuple[Expr, Expr], span: Span, environment: Environment) -> range:
    """The numbers that a loop's variable goes through. Raises LoopError."""
    first, last = (integer(bound, environment) for bound in bounds)
    if variable in environment.variables:
        message = f"the loop variable `{variable}` is in use by a loop around this one"
        raise LoopError(Diagnostic(Code.LOOP_VARIABLE, message, span, hints=("give it another name",)))
    return range(first, last + 1)  # Both bounds belong to it: 1..3 is 1, 2, 3.


def integer(expr: Expr, environment: Environment) -> int:
    """The whole number that `expr` is, by exact arithmetic in the loop variables. Raises LoopError."""

    def leaf(part: Number | Name) -> int:
        """The whole number that a literal or a loop variable is. Raises LoopError."""
        if isinstance(part, Number):
            # By its text where it is plain digits: beyond 2^53 a float would be another number.
            if part.value.is_integer():
                return int(part.text) if part.text.isdecimal() else int(part.value)
            raise LoopError(Diagnostic(Code.NOT_WHOLE, f"{part.text} is not a whole number", part.span, hints=_WHOLE))
        try:
            value = environment.of(part.id)
        except KeyError:
            message = f"`{shorten(part.id)}` is not the variable of a loop around this place"
            hints = did_you_mean(part.id, environment.known()) or _WHOLE
            raise LoopError(Diagnostic(Code.NOT_LOOP_VARIABLE, message, part.span, hints=hints)) from None
        if value is None:
            message = f"the constant `{shorten(part.id)}` is not a whole number"
            raise LoopError(Diagnostic(Code.NOT_WHOLE, message, part.span, hints=_WHOLE))
        return value

    def call(part: Call, args: tuple[int, ...]) -> int:
        """The result of an operation on whole numbers. Raises LoopError where it is none, or too large."""
        # KeyError of any other: only a constant or an index has one, for the grammar keeps it out of bounds and braces.
        result = _INTEGER_OPERATIONS[part.fn](part, *args)
        if abs(result) > _MAX_INTEGER:
            message = f"this whole number is too large: the limit is {_MAX_INTEGER:,}"
            raise LoopError(Diagnostic(Code.INTEGER_TOO_LARGE, message, part.span))
        return result

    return fold(expr, leaf, call)


def _quotient(part: Call, x: int, y: int) -> int:
    # Exactly: 7/2 rounded would be an index that nobody wrote.
    if y == 0 or x % y:
        raise LoopError(Diagnostic(Code.NOT_WHOLE, f"{x}/{y} is not a whole number", part.span, hints=_WHOLE))
    return x // y


def _power(part: Call, x: int, y: int) -> int:
    if y < 0:
        raise LoopError(Diagnostic(Code.NOT_WHOLE, f"{x}^{y} is not a whole number", part.span, hints=_WHOLE))
    # Refused before it is computed: 10^10^10 would not fit in memory.
    return _MAX_INTEGER + 1 if abs(x) > 1 and y > 63 else x**y


_INTEGER_OPERATIONS: dict[str, Callable[..., int]] = {
    "+": lambda _, x, y: x + y,
    "-": lambda _, x, y: x - y,
    "*": lambda _, x, y: x * y,
    "/": _quotient,
    "^": _power,
    NEGATE: lambda _, x: -x,
}
