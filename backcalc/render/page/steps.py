"""The derivation on the page: an item a step, which the script shows one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from backcalc.analysis.explain import Step, StepEquation, explain
from backcalc.calculus.run import Run
from backcalc.render.derivation import phase_title, remark
from backcalc.render.document import Derivative, Equation, Formula, NodeName, Value
from backcalc.render.mathml import MathmlHand
from backcalc.render.writer import PLAIN


def step_items(run: Run, hand: MathmlHand, *, has_answers: bool) -> Iterator[str]:
    """The HTML of a list a phase; numbers that are worked out only where it `has_answers`."""
    start = 1  # Steps are numbered through both phases.
    for phase, found in groupby(explain(run), key=lambda step: step.phase):
        items = [_item(run, hand, step, has_answers=has_answers) for step in found]
        yield f'<div class="pass"><h2>{escape(PLAIN.cell(phase_title(phase, run.output)))}</h2>\n<ol start="{start}">\n'
        yield from items
        yield "</ol></div>\n"
        start += len(items)


def _item(run: Run, hand: MathmlHand, step: Step, *, has_answers: bool) -> str:
    """A step, and below it the local partials that it speaks of."""
    is_forward = step.phase == "forward"
    kind, name = ("value", NodeName(step.node)) if is_forward else ("adjoint", Derivative(run.output, step.node))
    # What the file states is no answer, and stays on a page without answers.
    is_stated = is_forward and (step.note == "given" or run.graph.node(step.node).kind in ("input", "constant"))
    told = _equation(hand, step, has_numbers=has_answers or is_stated)
    told += escape(PLAIN.cell(remark(step.note, step.node, run.output)))
    inner = "".join(
        f'<p class="inner">{_equation(hand, partial, has_numbers=has_answers)}</p>' for partial in step.partials
    )
    data = f'data-node="{run.graph.index[step.node]}" data-pass="{kind}" data-name="{escape(PLAIN.cell(name))}"'
    return f"<li {data}><p>{told}</p>{inner}</li>\n"


def _equation(hand: MathmlHand, found: StepEquation, *, has_numbers: bool) -> str:
    """An equation, its numbers marked: these may be hidden, or are not there at all."""
    symbols = [Formula(part) for part in (found.symbol, found.formula) if part is not None]
    numbers: list[Formula | Value] = [] if found.substituted is None else [Formula(found.substituted)]
    # Of a local partial that is not known its formula says all.
    numbers += [] if found.value is None and not isinstance(found, Step) else [Value(found.value)]
    sides = hand.sides(Equation((*symbols, *(numbers if has_numbers else ()))))
    # A side that repeats the one before it is empty, and left out.
    marked = (f'<span class="number">{side}</span>' for side in sides[len(symbols) :] if side)
    return " ".join([*filter(None, sides[: len(symbols)]), *marked])
