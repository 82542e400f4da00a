"""A descent as its update rule and a table of steps, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import indent

from backcalc.analysis.descend import Descent, Iteration, Settings, is_plain
from backcalc.analysis.objective import Objective, update_rules
from backcalc.language.expr import Call, Expr, Name, size
from backcalc.render.blocks import Curve, Plot
from backcalc.render.cells import Cell, CellValue, CellWords, Formula, NodeName, Norm, Phrase
from backcalc.render.document import Block, Document, Grid, Sentence, cut
from backcalc.render.formats.csv import csv_lines
from backcalc.render.formats.json import dump, enclosed
from backcalc.render.values import LONGEST, TOO_LONG, exact
from backcalc.rules.values import shape_of
from backcalc.text.numerals import DIGITS
from backcalc.text.wording import shorten

MOST_DRAWN = 1000  # Steps: more than a terminal has dots across.
RATE = Name("η")


@dataclass(frozen=True)
class DescendReport:
    """A descent of `objective`; each `every`th step is shown, and the last one."""

    found: Descent
    objective: Objective
    settings: Settings
    every: int = 1
    digits: int = DIGITS
    limit: int = 0

    def document(self) -> Document:
        """The update rule in symbols, then the steps, at most `limit` of them, and why it ended."""
        return Document(self._blocks(), self.digits)

    def json(self) -> Iterator[str]:
        """The object that the contract fixes."""
        texts = (indent(dump(_members(step), indented=True), "    ") for step in self._shown())
        # A step at a time: a million of them as one text would take gigabytes.
        yield from enclosed('{\n  "steps": [', texts, f'  ],\n  "status": {dump(self.found.status)}\n}}')

    def csv(self) -> Iterator[str]:
        """The lines `step,w,b,J,gradient_norm`, an array as JSON has it."""
        yield from csv_lines([("step", *self.found.wrt, self.found.output, "gradient_norm")])
        for step in self._shown():
            values = (*step.at.values(), step.value, step.gradient_norm)
            yield from csv_lines([(str(step.number), *(str(exact(value)) for value in values))])

    def _places(self) -> Sequence[int]:
        # The last step is where the parameters have arrived, whatever `every` is.
        last, places = len(self.found.steps) - 1, range(0, len(self.found.steps), self.every)
        return places if places[-1] == last else [*places, last]

    def _shown(self) -> Iterator[Iteration]:
        return map(self.found.steps.__getitem__, self._places())

    def _blocks(self) -> Iterator[Block]:
        if is_plain(self.settings) and (slopes := update_rules(self.objective)):
            yield self._updates(slopes)
        # One point is no curve.
        if len(self.found.steps) > 1:
            yield self.plot()
        yield from self._table()
        yield Sentence(ending(self.found, self.settings))

    def _updates(self, slopes: Mapping[str, Expr]) -> Grid:
        """What becomes of each parameter, in symbols."""
        sign, has_rows = "+" if self.settings.maximise else "-", bool(self.objective.data)
        rows = []
        for name, slope in slopes.items():
            rule = Formula(_updated(name, slope, sign, has_rows=has_rows), by_hand=True)
            # Written out, what forty nodes share twice each has 2^40 symbols.
            rows.append((NodeName(name), TOO_LONG if size(slope, LONGEST) > LONGEST else rule))
        more = "; the mean is over the rows of data" if has_rows else ""
        title = Phrase((NodeName(RATE.id), " = ", CellValue(self.settings.rate, self.digits), more))
        return Grid(("parameter", "becomes"), rows, frozenset(), title=title, whole=frozenset({1}))

    def plot(self) -> Plot:
        """The output over the steps, of many some, spread evenly."""
        import numpy as np

        steps, output = self.found.steps, NodeName(shorten(self.found.output))
        # As many as there are dots: a million steps would take longer to draw than to go.
        places = np.unique(np.linspace(0, len(steps) - 1, min(len(steps), MOST_DRAWN)).astype(int)).tolist()
        values = np.array([steps[i].value for i in places])
        numbers = np.array([float(steps[i].number) for i in places])
        return Plot(Phrase((output, " over the steps")), "step", numbers, [Curve(output, values)])

    def _table(self) -> Iterator[Block]:
        places, output = self._places(), shorten(self.found.output)
        # Of many steps the first and the last one, for these tell where it went.
        some = places if not self.limit or len(places) <= self.limit else [*places[: self.limit - 1], places[-1]]
        kept = [self.found.steps[place] for place in some]
        header: tuple[Cell, ...] = ("step", *map(NodeName, self.found.wrt), NodeName(output), Norm(output))
        # A parameter that is an array has no decimal point to line up at.
        arrays = frozenset(i for i, value in enumerate(kept[-1].at.values(), 1) if shape_of(value))
        grid = Grid(header, list(map(self._row, kept)), frozenset(range(len(header))) - arrays, whole=arrays)
        yield from cut(grid, len(places))

    def _row(self, step: Iteration) -> tuple[Cell, ...]:
        values = (*step.at.values(), step.value, step.gradient_norm)
        return str(step.number), *(CellValue(value, self.digits) for value in values)


def _members(step: Iteration) -> dict[str, object]:
    return {
        "step": step.number,
        "at": {name: exact(value) for name, value in step.at.items()},
        "value": exact(step.value),
        "gradient_norm": exact(step.gradient_norm),
    }


def ending(found: Descent, settings: Settings) -> Phrase:
    """Why the descent ended, as a sentence."""
    last, output = found.steps[-1], shorten(found.output)
    steps = f" after {last.number} steps"
    if found.status == "diverged":
        # The first in the order of the graph: all that come after it have it from there.
        culprit: Sequence[CellWords | NodeName] = ("`", NodeName(shorten(found.culprit)), "` went first.")
        return Phrase((f"Step {last.number} is no longer finite: ", *culprit, " A smaller --rate may help."))
    if found.status == "target":
        return Phrase((NodeName(output), " has reached ", CellValue(settings.until), f"{steps}."))
    if found.status == "converged":
        return Phrase((f"Converged{steps}: ", Norm(output), " is ", CellValue(last.gradient_norm), "."))
    return Phrase((f"Ended{steps}, at ", NodeName(output), " = ", CellValue(last.value), "."))


def _updated(name: str, slope: Expr, sign: str, *, has_rows: bool) -> Expr:
    """`w − η·(y − z)·y`, as one writes it."""
    return Call(sign, (Name(name), times(RATE, Call("mean", (slope,)) if has_rows else slope)))


def times(factor: Expr, product: Expr) -> Expr:
    """`factor` times a product, in front of its first factor, so that no parentheses set the product apart."""
    # A product leans to the left: its first factor is at the end of the chain of first arguments.
    spine: list[Call] = []
    while isinstance(product, Call) and product.fn in ("*", "/"):
        spine.append(product)
        product = product.args[0]
    found: Expr = Call("*", (factor, product))
    for call in reversed(spine):
        # Built again from the inside: what was the first factor is now the second.
        found = Call(call.fn, (found, call.args[1]))
    return found
