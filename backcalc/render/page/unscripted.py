"""What the page shows where no script runs, beside its picture: a table of the nodes, and the derivation as text."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from backcalc.analysis.explain import explain
from backcalc.calculus.run import Run
from backcalc.render.blocks import Equation
from backcalc.render.cells import CellValue, Derivative
from backcalc.render.derivation import phase_title
from backcalc.render.hand import Hand
from backcalc.render.matrices import is_matrix, matrix_text
from backcalc.render.page.steps import cut_equation, is_stated, step_remark
from backcalc.render.writer import PLAIN


def unscripted(run: Run, digits: int, *, has_answers: bool) -> Iterator[str]:
    """The lines of a `noscript` element; numbers that are worked out only where it `has_answers`.

    As text rather than MathML, which would take as much room as all else on the page.
    """
    hand = Hand(digits)
    yield "<noscript><p>Stepping and marking need JavaScript; without it this is all that the page tells.</p>"
    yield from _table(run, hand, has_answers=has_answers)
    yield "<pre>"
    yield from map(escape, _derivation(run, hand, has_answers=has_answers))
    yield "</pre></noscript>"


def _table(run: Run, hand: Hand, *, has_answers: bool) -> Iterator[str]:
    """A row a node: its value, and its derivative."""
    symbol = PLAIN.cell(Derivative(run.output, "node"))
    heads = ["node", "value", *([symbol] if has_answers else [])]
    yield "<table><tr>" + "".join(f"<th>{escape(head)}" for head in heads)
    for i, node in enumerate(run.graph.nodes):
        cells = [node.name, _number(hand, run.values[i]) if has_answers or is_stated(run, node.name) else ""]
        if has_answers:
            cells.append("" if node.is_fixed else _number(hand, run.adjoints[i]))
        # A line break of HTML: one of the text would part the row where it is read.
        yield "<tr>" + "".join(f"<td>{escape(cell).replace(chr(10), '<br>')}" for cell in cells)
    yield "</table>"


def _number(hand: Hand, value: object) -> str:
    """A value as it stands in a cell, of a matrix the rows under each other."""
    if is_matrix(value):
        return matrix_text(value, hand.digits).replace("-", "−")  # As the hand writes it elsewhere on the page.
    return hand.line(Equation((CellValue(value),)))


def _derivation(run: Run, hand: Hand, *, has_answers: bool) -> Iterator[str]:
    """The steps, a line each, below each the local partials that it speaks of."""
    for phase, steps in groupby(explain(run), key=lambda step: step.phase):
        yield ("\n" if phase != "forward" else "") + PLAIN.cell(phase_title(phase, run.output))
        for step in steps:
            has_numbers = has_answers or (phase == "forward" and is_stated(run, step.node, step.note))
            told = Equation(cut_equation(step, has_numbers=has_numbers))
            yield hand.line(told, step_remark(run, step, has_answers=has_answers))
            for partial in step.partials:
                yield "  " + hand.line(Equation(cut_equation(partial, has_numbers=has_answers)))
