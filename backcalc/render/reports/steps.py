"""A derivation: a section a phase, an equation a step, under each the local partials that it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from backcalc.analysis.explain import Step, StepEquation
from backcalc.analysis.longhand import plain
from backcalc.language.unparse import unparse
from backcalc.render.blocks import CodeBlock, Equation, RoundingNote, Section
from backcalc.render.cells import CellValue, Formula
from backcalc.render.derivation import phase_title, remark
from backcalc.render.document import Block, Document
from backcalc.render.formats.json import dump, enclosed
from backcalc.render.values import exact
from backcalc.text.numerals import DIGITS


@dataclass(frozen=True)
class StepsReport:
    """The derivation of ∂output/∂ all nodes; its steps come one by one, and can be asked for once.

    `picture` are the lines of one in Mermaid, `has_math` says whether Markdown has LaTeX in it.
    """

    steps: Iterable[Step]
    output: str
    digits: int = DIGITS
    picture: Sequence[str] = ()
    has_math: bool = False

    def document(self) -> Document:
        """A page of equations, below the picture if there is one."""
        picture = [CodeBlock("mermaid", self.picture)] if self.picture else []
        blocks = chain(picture, derivation(self.steps, self.output))
        return Document(blocks, self.digits, kind="page", has_math=self.has_math)

    def json(self) -> Iterator[str]:
        """The steps, their formulas in the language."""
        return render_steps_json(self.steps, self.output)


def derivation(steps: Iterable[Step], output: str) -> Iterator[Block]:
    """A section a phase, and at last whether numbers are rounded, however long the derivation is."""
    # Lazily: a derivation may be longer than memory should hold.
    for phase, found in groupby(steps, key=lambda step: step.phase):  # A phase without steps has no heading.
        yield Section(phase_title(phase, output), (equation for step in found for equation in _equations(step, output)))
    yield RoundingNote()


def _equations(step: Step, output: str) -> Iterator[Equation]:
    """A step and the local partials that it speaks of."""
    # A step has a value even where nobody knows it: then it says so.
    yield Equation((*_sides(step), CellValue(step.value)), remark(step.note, step.node, output))
    for partial in step.partials:
        # A local partial that is not known is told by its formula alone.
        value = [] if partial.value is None else [CellValue(partial.value)]
        yield Equation((*_sides(partial), *value), remark(partial.note, step.node, output), is_inner=True)


def _sides(found: StepEquation) -> Iterator[Formula]:
    yield Formula(found.symbol)
    yield from (Formula(part) for part in (found.formula, found.substituted) if part is not None)


def render_steps_json(steps: Iterable[Step], output: str) -> Iterator[str]:
    """The derivation in the shape that the language's contract fixes, formulas in the language and numbers exact."""
    yield "{"
    yield f'  "output": {dump(output)},'
    yield from enclosed('  "steps": [', map(_step, steps), "  ]")
    yield "}"


# Filled in as a text: an encoder with indents would give each number of an array a line.
_STEP = """\
    {
      "node": %s,
      "phase": %s,
      "formula": %s,
      "substituted": %s,
      "value": %s
    }"""


def _step(step: Step) -> str:
    # `plain`: products as by hand, ⊙ and ·, are none of the language.
    texts = (None if formula is None else unparse(plain(formula)) for formula in (step.formula, step.substituted))
    return _STEP % tuple(map(dump, (step.node, step.phase, *texts, exact(step.value))))
