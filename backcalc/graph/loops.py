"""Loops and name templates written out: statements in, the statements they stand for out.

`{…}` in a name is integer arithmetic in the loop variables; elsewhere in a loop's body its variable is a number.
A comprehension, `sum(x{k} for k in 1..3)`, is a loop inside a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from backcalc.graph.resolve import resolve
from backcalc.graph.whole_numbers import Environment, LoopError, Written, constants_of, each, turns
from backcalc.language.expr import (
    Expr,
    Name,
)
from backcalc.language.statements import Function, Loop, Partial, Statement
from backcalc.text.errors import Code, Diagnostic

MAX_STATEMENTS = 1_000_000

_LARGE = ("a larger graph is better piped in as an edge list",)


_Body = Iterator[tuple[Statement, Environment]]


def write_out(statements: Sequence[Statement], errors: list[Diagnostic]) -> Iterator[Statement]:
    """The statements with every loop replaced by its iterations; what cannot be is told in `errors` and left out."""
    outside = Environment(constants=constants_of(statements), written=Written())
    # Iterators on a stack, one a loop around the place: nothing is written out before it is asked for.
    stack: list[_Body] = [((statement, outside) for statement in _countable(each(statements), outside, errors))]
    while stack:
        item = next(stack[-1], None)
        if item is None:
            stack.pop()
            continue
        statement, environment = item
        try:
            if not isinstance(statement, Loop):
                yield _resolved(statement, environment)
                continue
            # A tuple, for each turn goes through it.
            stack.append(_iterations(statement, environment, tuple(each(statement.body))))
        except LoopError as error:
            errors.append(error.diagnostic)
            del stack[1:]  # One report a loop: the next iterations would repeat it.


def _countable(statements: Iterable[Statement], outside: Environment, errors: list[Diagnostic]) -> list[Statement]:
    """The statements; without the loops where one stands for too much, which is told before anything is written out."""
    # The limit is of all loops together: a thousand loops of a thousand are as much as one of a million.
    kept: list[Statement] = []
    count = 0
    for statement in statements:
        try:
            count = _counted(statement, outside, count) if isinstance(statement, Loop) else count
            kept.append(statement)
        except LoopError as error:
            errors.append(error.diagnostic)
    is_too_long = any(error.code == Code.LOOP_TOO_LONG for error in errors)
    # All of them, for the limit is of all together.
    return [statement for statement in kept if not (is_too_long and isinstance(statement, Loop))]


def _counted(loop: Loop, outside: Environment, count: int) -> int:
    """`count` and the statements that `loop` stands for, inner loops being statements too. Raises LoopError."""
    stack: list[_Body] = [iter([(loop, outside)])]
    while stack:
        item = next(stack[-1], None)
        if item is None:
            stack.pop()
            continue
        inner, environment = item
        assert isinstance(inner, Loop)
        # An empty loop counts too: a billion turns of nothing take as long as of something.
        count += len(_numbers(inner, environment)) * max(1, len(inner.body))
        if count > MAX_STATEMENTS:
            message = f"with this the file's loops stand for more than {MAX_STATEMENTS:,} statements, the limit"
            raise LoopError(Diagnostic(Code.LOOP_TOO_LONG, message, loop.span, hints=_LARGE))
        # Plain statements are counted by their number, only loops gone through.
        loops = [statement for statement in inner.body if isinstance(statement, Loop)]
        if loops:
            stack.append(_iterations(inner, environment, loops))
    return count


def _iterations(loop: Loop, environment: Environment, body: Sequence[Statement]) -> _Body:
    """The statements of `body` for each number of `loop`, each with the loop variables that it is in."""
    # Lazily: the statements of a million turns are made as they are asked for.
    numbers = _numbers(loop, environment)
    return ((statement, environment.within(loop.variable, k)) for k in numbers for statement in body)


def _numbers(loop: Loop, environment: Environment) -> range:
    found = turns(loop.variable, (loop.first, loop.last), loop.span, environment)
    count = found.stop - found.start  # Which may be more than a length can be.
    if count > MAX_STATEMENTS:
        message = f"this loop stands for {count:,} iterations; the limit is {MAX_STATEMENTS:,}"
        raise LoopError(Diagnostic(Code.LOOP_TOO_LONG, message, loop.span, hints=_LARGE))
    return found


def _resolved(statement: Statement, environment: Environment) -> Statement:
    """`statement` with its templates named and its loop variables as numbers."""
    if isinstance(statement, Function):
        if environment.variables:
            hint = ("move it out of the loop",)
            raise LoopError(
                Diagnostic(Code.DEF_IN_LOOP, "a function cannot be defined in a loop", statement.span, hints=hint)
            )
        # A parameter hides a constant of its name.
        outside = {name: value for name, value in environment.constants.items() if name not in statement.params}
        environment = environment._replace(constants=outside)
    _require_names(statement, environment)
    values = statement._asdict()
    resolved = {name: _mapped(value, environment) for name, value in values.items()}
    # What is not changed stays one object, so that a million statements without loops cost nothing.
    changed = {name: value for name, value in resolved.items() if value is not values[name]}
    return statement._replace(**changed) if changed else statement


def _require_names(statement: Statement, environment: Environment) -> None:
    """Raise LoopError where a loop's variable, which is a number, stands for a node."""
    for part in ("target", "tail", "head"):
        target = getattr(statement, part, None)
        if isinstance(target, Name) and target.id in environment.variables:
            message = f"`{target.id}` is a number in this loop, not a node"
            hint = (f"a node for each {target.id} has it in braces: x{{{target.id}}}",)
            raise LoopError(Diagnostic(Code.LOOP_VARIABLE, message, target.span, hints=hint))


def _mapped(value: Any, environment: Environment) -> Any:
    """A field of a statement, with every expression in it resolved."""
    if isinstance(value, Expr):
        return resolve(value, environment)
    if isinstance(value, Partial):
        return value._replace(formula=resolve(value.formula, environment))
    # Not its subclasses: a span is a tuple, too.
    if type(value) is tuple:
        return tuple(_mapped(item, environment) for item in value)
    return value
