"""The functions f' and f'': a formula's derivative by a name in it, by the same sweep as everybody else's."""

from __future__ import annotations

from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.existence import existence
from backcalc.calculus.linearize import Linearization
from backcalc.graph.model import Dag, Node
from backcalc.graph.tape import tape_of
from backcalc.language.expr import NOWHERE, WITHIN, Call, Expr, Name, Number, fold, names, with_args
from backcalc.rules.primitives import CONSTANTS
from backcalc.rules.values import literal
from backcalc.text.source import Source

_VALUE = "the formula"  # No node's name, for it has a space.


def differentiated(formula: Expr, by: str, *, is_within: bool = False) -> Expr:
    """The derivative of a formula of numbers by one of its names, all its other names standing still.

    With `is_within` it is nan where the formula has no value, at whatever it may have one itself.
    """
    inputs = [name for name in names(formula) if name not in CONSTANTS]
    nodes = [Node(name, "input", NOWHERE) for name in inputs]
    whole = Node(_VALUE, "expression", NOWHERE, tuple(inputs), formula, formula)
    tape = tape_of(Dag(Source("", ""), (*nodes, whole)))
    # As formulas every input stays a name, so the derivative is one in these names.
    evaluation = Evaluation(tape, {}, formulas=True)
    swept = Linearization(evaluation).sweep({tape.slot[-1]: 1.0})
    found = literal(swept.get(tape.slot[inputs.index(by)], 0.0)) if by in inputs else literal(0.0)

    if is_within and (condition := existence(evaluation, _VALUE)) is not None:
        found = Call(WITHIN, (found, condition))

    def leaf(part: Number | Name) -> Expr:
        """The formula for the node that has its value: exp' is exp."""
        return formula if isinstance(part, Name) and part.id == _VALUE else part

    return fold(found, leaf, with_args)
