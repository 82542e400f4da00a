"""What helps with an exercise, step by step."""

from __future__ import annotations

from backcalc.calculus.run import Run
from backcalc.language.unparse import unparse
from backcalc.marking.notation import Subject
from backcalc.quiz.recipes import LOSS
from backcalc.text.numerals import DOT, by_hand, derivative


def hints(run: Run, asked: Subject) -> list[str]:
    """Hints to what is asked, from the rule to the numbers that are put in; never the result."""
    if asked.wrt is not None:
        return _derivative_hints(run, asked.wrt)
    node = run.graph.node(asked.of)
    assert node.formula is not None  # Only values that formulas give are asked.
    return [f"put the values into {unparse(node.formula)}"]


def _derivative_hints(run: Run, wrt: str) -> list[str]:
    """Hints to the loss's derivative by `wrt`: its sum in symbols, then in numbers."""
    tail = run.graph.index[wrt]
    terms = [(head, partial) for head, partial, _ in run.contributions()[tail] if head is not None]
    users = [run.graph.nodes[head] for head, _ in terms]
    names = [user.name for user in users]
    if names == [LOSS]:  # The chain rule would say that the derivative is itself.
        assert users[0].formula is not None  # A loss is an expression.
        return [f"derive {LOSS} = {unparse(users[0].formula)} by {wrt}"]
    # Of arrays the partials are Jacobians, which nobody writes down for a layer.
    if run.shapes[tail] or any(run.shapes[head] for head, _ in terms):
        return [f"add up what comes back by way of {', '.join(names)}"]
    rule = " + ".join(f"{derivative(LOSS, user)}{DOT}{derivative(user, wrt)}" for user in names)
    pairs = [(run.adjoints[head], partial) for head, partial in terms]
    known = [(ct, partial) for ct, partial in pairs if isinstance(ct, float) and isinstance(partial, float)]
    if len(known) < len(pairs):
        return [f"{derivative(LOSS, wrt)} = {rule}"]
    numbers = " + ".join(f"({by_hand(ct)})({by_hand(partial)})" for ct, partial in known)
    return [f"{derivative(LOSS, wrt)} = {text}" for text in (rule, numbers)]
