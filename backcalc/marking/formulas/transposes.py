"""Formulas whose shapes do not fit: which matrices, once transposed or multiplied as such, would make them right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

from backcalc.calculus.run import Run
from backcalc.language.expr import TRANSPOSE, Call, Expr, Name, Number, fold, names, with_args
from backcalc.marking.formulas.judge import FormulaAnswer, NoSoundPointError
from backcalc.marking.formulas.terms import FormulaShapeError, NoValueError

MOST_MATRICES = 3
"""Of which each may be transposed or not; a formula with more is not gone through."""


def to_be_transposed(run: Run, formula: FormulaAnswer, holds: Callable[[FormulaAnswer], bool]) -> tuple[str, ...]:
    """The fewest matrices that are to be transposed for the formula to hold; none where that does not mend it."""
    matrices = [name for name in names(formula.expr) if name in run.graph.index and len(run.shape(name)) == 2]
    if len(matrices) > MOST_MATRICES:  # 2ⁿ ways.
        return ()
    # The fewest first: one ᵀ forgotten is the likeliest.
    for count in range(1, len(matrices) + 1):
        for chosen in combinations(matrices, count):
            if _fits(replace(formula, expr=_transposed(formula.expr, chosen)), holds):
                return chosen
    return ()


def is_the_transpose(formula: FormulaAnswer, holds: Callable[[FormulaAnswer], bool]) -> bool:
    """Whether a formula, transposed as a whole, holds."""
    return _fits(replace(formula, expr=Call(TRANSPOSE, (formula.expr,))), holds)


def is_by_elements(run: Run, formula: FormulaAnswer, holds: Callable[[FormulaAnswer], bool]) -> bool:
    """Whether a formula holds once `*` beside a matrix is the product of matrices, as in a textbook's Wᵀ·d."""

    def _call(part: Call, args: tuple[Expr, ...]) -> Expr:
        found = with_args(part, args)
        return Call("@", args, part.span) if part.fn == "*" and any(_is_matrix(run, arg) for arg in args) else found

    expr = fold(formula.expr, lambda leaf: leaf, _call)
    return expr != formula.expr and _fits(replace(formula, expr=expr), holds)


def _is_matrix(run: Run, expr: Expr) -> bool:
    """Whether this is a matrix of the graph, or is transposed, which only such are by purpose."""
    if isinstance(expr, Name):
        return expr.id in run.graph.index and len(run.shape(expr.id)) == 2
    return isinstance(expr, Call) and expr.fn == TRANSPOSE


def _fits(formula: FormulaAnswer, holds: Callable[[FormulaAnswer], bool]) -> bool:
    try:
        return holds(formula)
    # Still no formula of one shape, or one of which nothing tells that it is mended.
    except (FormulaShapeError, NoValueError, NoSoundPointError):
        return False


def _transposed(expr: Expr, chosen: tuple[str, ...]) -> Expr:
    def _leaf(part: Number | Name) -> Expr:
        return Call(TRANSPOSE, (part,), part.span) if isinstance(part, Name) and part.id in chosen else part

    def _call(part: Call, args: tuple[Expr, ...]) -> Expr:
        (inner,) = args if part.fn == TRANSPOSE else (None,)
        # (Aᵀ)ᵀ as A, so that a ᵀ too many is found as well.
        is_twice = isinstance(inner, Call) and inner.fn == TRANSPOSE
        return inner.args[0] if is_twice else with_args(part, args)  # type: ignore[union-attr]

    return fold(expr, _leaf, _call)
