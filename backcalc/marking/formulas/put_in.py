"""Numbers put in for nodes: `5*y` where b is 5 at the point asked, and the derivative is `b*y`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice

from backcalc.calculus.run import Run
from backcalc.language.expr import INDEX, Call, Expr, Name, Number, fold, postorder, with_args
from backcalc.marking.formulas.judge import FormulaAnswer, NoSoundPointError
from backcalc.marking.formulas.terms import FormulaShapeError, NoValueError

MOST_TRIED = 20
"""Nodes in place of numbers that are tried; of a small number many nodes have it by chance."""


def put_in(run: Run, formula: FormulaAnswer, holds: Callable[[FormulaAnswer], bool]) -> tuple[str, str] | None:
    """A number in a formula and the node for whose value it stands, which in its place makes the formula hold."""
    numbers = [it for it in postorder(formula.expr) if isinstance(it, Number)]
    # A place in an array is a number whatever the nodes are worth.
    placed = {
        id(it) for call in postorder(formula.expr) if isinstance(call, Call) and call.fn == INDEX
        for place in call.args[1:] for it in postorder(place)
    }  # fmt: skip
    numbers = list({id(it): it for it in numbers if id(it) not in placed}.values())
    nodes = list(zip(run.graph.nodes, run.values, strict=True))
    # An input first: its value is what one is given to put in.
    nodes.sort(key=lambda pair: pair[0].kind != "input")
    pairs = (
        (it, node.name) for it in numbers for node, value in nodes if isinstance(value, float) and value == it.value
    )
    for it, name in islice(pairs, MOST_TRIED):
        try:
            if holds(replace(formula, expr=_replaced(formula.expr, {id(it): Name(name, it.span)}))):
                return it.text, name
        except (FormulaShapeError, NoValueError, NoSoundPointError):
            continue
    return None


def _replaced(expr: Expr, names: Mapping[int, Name]) -> Expr:
    def _leaf(part: Number | Name) -> Expr:
        return names.get(id(part), part)

    return fold(expr, _leaf, with_args)
