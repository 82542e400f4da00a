"""Formulas without the choices that only keep a quotient from 0/0, where the quotient cancels."""

from __future__ import annotations

from collections.abc import Container

from backcalc.language.expr import NEGATE, Call, Expr, Name, Number, fold, postorder
from backcalc.rules.simplify import remade

_READ = ("+", "-", "*", "/", "^", NEGATE)  # Through these a difference can be multiplied out.


def without_choices(expr: Expr, positive: Container[str]) -> Expr | None:
    """A formula with `otherwise` for each `if t == 0 then … else otherwise`; None where that is not equal.

    `positive` are the names of what is never below 0. The branch for t = 0 must be what the other one is there: by
    itself, or together with the factors that the choice has.
    """
    expr = _signed(expr, positive)  # Signs first: with |x| for x no quotient would cancel.
    choices = [part for part in postorder(expr) if isinstance(part, Call) and part.fn == "where"]
    if not all(map(_is_of_number, choices)):
        return None
    # All at once: of choices in each other the inner ones count too.
    plain = _replaced(expr, {id(choice): choice.args[2] for choice in choices})
    by_elements = {id(part) for part in _opened(expr)}
    for choice in choices:
        condition, chosen, otherwise = choice.args
        assert isinstance(condition, Call)
        # What a sum or a product of vectors adds up is not the choice of one element alone.
        if _are_equal(_at(chosen, condition), _at(_plain(otherwise), condition)):
            continue
        others = {id(each): each.args[2] for each in choices if each is not choice}
        # Only this choice keeps its first branch: each is tried by itself.
        other = _replaced(expr, {**others, id(choice): chosen})
        # By itself a branch may differ, where a factor beside it is 0.
        if id(choice) not in by_elements or not _are_equal(_at(other, condition), _at(plain, condition)):
            return None
    return plain


def _is_of_number(choice: Call) -> bool:
    """Whether a choice is made where a name is a number."""
    condition = choice.args[0]
    is_equality = isinstance(condition, Call) and condition.fn == "=="
    return is_equality and [type(arg) for arg in condition.args] == [Name, Number]  # type: ignore[union-attr]


def _plain(expr: Expr) -> Expr:
    """A formula with the last branch of each choice."""
    # By identity: the same text may stand in two places, with other factors beside it.
    return _replaced(expr, {id(p): p.args[2] for p in postorder(expr) if isinstance(p, Call) and p.fn == "where"})


def _opened(expr: Expr) -> list[Expr]:
    """The parts of a formula that are joined by elements."""
    found, waiting = [], [expr]
    while waiting:
        part = waiting.pop()
        found.append(part)
        if isinstance(part, Call) and part.fn in _READ:
            waiting += part.args
        elif isinstance(part, Call) and part.fn == "where":
            waiting += part.args[1:]
    return found


def _signed(expr: Expr, positive: Container[str]) -> Expr:
    """A formula in which what is positive is its own absolute value."""

    def _call(part: Call, args: tuple[Expr, ...]) -> Expr:
        # Of a name alone; a sum of positives would take a proof.
        is_positive = part.fn == "abs" and isinstance(args[0], Name) and args[0].id in positive
        return args[0] if is_positive else remade(part, args)

    return fold(expr, lambda leaf: leaf, _call)


def _replaced(expr: Expr, others: dict[int, Expr]) -> Expr:
    """A formula with others in place of parts; these may lie in each other."""

    def _call(part: Call, args: tuple[Expr, ...]) -> Expr:
        if id(part) not in others:
            return remade(part, args)
        # A choice's branches have been replaced by now: the one that stands for it is among its arguments.
        return args[next(i for i, arg in enumerate(part.args) if arg is others[id(part)])]

    return fold(expr, lambda leaf: leaf, _call)


def _at(expr: Expr, condition: Call) -> Expr:
    """A formula where an equality of a name and a number holds."""
    name, number = condition.args
    return fold(expr, lambda leaf: number if leaf == name else leaf, remade)


def _are_equal(left: Expr, right: Expr) -> bool:
    """Whether the difference of two formulas cancels."""
    from backcalc.rules.quotients import ExpansionTooLongError, Reader

    if left == right:
        return True
    # Here the difference of both must vanish as a quotient of polynomials.
    reader = Reader()
    difference = Call("-", (left, right))
    closed = [part for part in _opened(difference) if isinstance(part, Call) and part.fn not in _READ]
    try:
        total = reader.read(difference, closed)
        return not total or reader.multiplied(total) == {}  # {} is 0 over any denominator.
    except ExpansionTooLongError:
        return False  # Not found equal is not equal: the choice stays.
