"""The derivation on the page: an item a step, which the script shows one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby

from backcalc.analysis.explain import Step, StepEquation, StepNote, explain
from backcalc.calculus.run import Run
from backcalc.language.expr import names
from backcalc.render.blocks import Equation
from backcalc.render.cells import CellValue, Derivative, Formula, NodeName
from backcalc.render.derivation import phase_title, remark
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
    is_known = has_answers or (is_forward and is_stated(run, step.node, step.note))
    told = _equation(hand, step, has_numbers=is_known)
    told += escape(step_remark(run, step, has_answers=has_answers))
    inner = "".join(
        f'<p class="inner">{_equation(hand, partial, has_numbers=has_answers)}</p>' for partial in step.partials
    )
    data = f'data-node="{run.graph.index[step.node]}" data-pass="{kind}" data-name="{escape(PLAIN.cell(name))}"'
    return f"<li {data}><p>{told}</p>{inner}</li>\n"


def step_remark(run: Run, step: Step, *, has_answers: bool) -> str:
    """Why a value is what it is; without answers only that it is given, for the other remarks tell that it is 0."""
    is_told = has_answers or step.note == "given"
    return PLAIN.cell(remark(step.note, step.node, run.output)) if is_told else ""


def _equation(hand: MathmlHand, found: StepEquation, *, has_numbers: bool) -> str:
    """An equation, its numbers marked: these may be hidden, or are not there at all."""
    sides, symbols = (
        hand.sides(Equation(cut_equation(found, has_numbers=has_numbers))),
        len(_symbols(found, has_numbers=has_numbers)),
    )
    # A side that repeats the one before it is empty, and left out.
    marked = (f'<span class="number">{side}</span>' for side in sides[symbols:] if side)
    return " ".join([*filter(None, sides[:symbols]), *marked])


def cut_equation(found: StepEquation, *, has_numbers: bool) -> tuple[Formula | CellValue, ...]:
    """The sides of an equation; without numbers only those that are formulas."""
    symbols = _symbols(found, has_numbers=has_numbers)
    if not has_numbers:
        return (*symbols,)
    numbers: list[Formula | CellValue] = [] if found.substituted is None else [Formula(found.substituted)]
    # Of a local partial that is not known its formula says all.
    numbers += [] if found.value is None and not isinstance(found, Step) else [CellValue(found.value)]
    return *symbols, *numbers


def _symbols(found: StepEquation, *, has_numbers: bool) -> list[Formula]:
    formula, is_forward = found.formula, isinstance(found, Step) and found.phase == "forward"
    # A derivative that is 1 wherever one is, ∂(a + b)/∂a, has its answer for a formula.
    if formula is not None and not (has_numbers or is_forward or names(formula)):
        formula = None
    return [Formula(part) for part in (found.symbol, formula) if part is not None]


def is_stated(run: Run, node: str, note: StepNote = "") -> bool:
    """Whether the file, or the point, says what the value of a node is: then it is no answer."""
    return note == "given" or run.graph.node(node).kind in ("input", "constant")
