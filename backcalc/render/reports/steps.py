"""A derivation: a section a phase, an equation a step, under each the local partials that it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from backcalc.analysis.explain import Equation as Found
from backcalc.analysis.explain import Note, Step
from backcalc.analysis.longhand import plain
from backcalc.language.unparse import unparse
from backcalc.render.document import (
    Block,
    Cell,
    Document,
    Equation,
    Formula,
    Name,
    Phrase,
    Rounding,
    Section,
    Value,
)
from backcalc.render.formats.json import dump, enclosed
from backcalc.render.values import exact
from backcalc.text.numerals import DIGITS


@dataclass(frozen=True)
class StepsReport:
    """The derivation of ∂output/∂ all nodes; its steps come one by one, and can be asked for once."""

    steps: Iterable[Step]
    output: str
    digits: int = DIGITS

    def document(self) -> Document:
        """A page of equations."""
        return Document(derivation(self.steps, self.output), self.digits, kind="page")

    def json(self) -> Iterator[str]:
        """The steps, their formulas in the language."""
        return render_steps_json(self.steps, self.output)


def derivation(steps: Iterable[Step], output: str) -> Iterator[Block]:
    """A section a phase, and at last whether numbers are rounded, however long the derivation is."""
    # Lazily: a derivation may be longer than memory should hold.
    for phase, found in groupby(steps, key=lambda step: step.phase):  # A phase without steps has no heading.
        yield Section(phase_title(phase, output), (equation for step in found for equation in _equations(step, output)))
    yield Rounding()


def phase_title(phase: str, output: str) -> Cell:
    """The heading of a phase of the derivation."""
    if phase == "forward":
        return "Forward pass: values"
    return Phrase(("Reverse pass: derivatives of ", Name(output), ", by the chain rule"))


def _equations(step: Step, output: str) -> Iterator[Equation]:
    """A step and the local partials that it speaks of."""
    # A step has a value even where nobody knows it: then it says so.
    yield Equation((*_sides(step), Value(step.value)), remark(step.note, step.node, output))
    for partial in step.partials:
        # A local partial that is not known is told by its formula alone.
        value = [] if partial.value is None else [Value(partial.value)]
        yield Equation((*_sides(partial), *value), remark(partial.note, step.node, output), is_inner=True)


def _sides(found: Found) -> Iterator[Formula]:
    yield Formula(found.symbol)
    yield from (Formula(part) for part in (found.formula, found.substituted) if part is not None)


def remark(note: Note, node: str, output: str) -> Cell:
    """Why a value is what it is, where no formula says so."""
    match note:
        case "given":
            return " (given)"
        case "no-path":
            return Phrase((" (no path leads from ", Name(node), " to ", Name(output), ")"))
        case "no-slope":
            return " (no slope here)"
        case "":
            return ""


def render_steps_json(steps: Iterable[Step], output: str) -> Iterator[str]:
    """The derivation in the shape that the language's contract fixes, formulas in the language and numbers exact."""
    yield "{"
    yield f'  "output": {dump(output)},'
    yield from enclosed('  "steps": [', map(_step, steps), "  ]")
    yield "}"


_STEP = """\
    {
      "node": %s,
      "phase": %s,
      "formula": %s,
      "substituted": %s,
      "value": %s
    }"""


def _step(step: Step) -> str:
    texts = (None if formula is None else unparse(plain(formula)) for formula in (step.formula, step.substituted))
    return _STEP % tuple(map(dump, (step.node, step.phase, *texts, exact(step.value))))
