"""An exercise as a sheet: the question alone, or with its key and the worked solution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backcalc.analysis.explain import explain
from backcalc.quiz.exercise import Exercise, exercise_lines
from backcalc.render.cells import Derivative, Formula, NodeName
from backcalc.render.document import Block, Document, Grid, Sentence
from backcalc.render.reports.marks import asked_cell
from backcalc.render.reports.steps import derivation
from backcalc.rules.values import literal

BLANK = "…"  # Where the answer is to be written.


@dataclass(frozen=True)
class ExerciseReport:
    """An exercise; with `key` its sheet has the answers and the solution."""

    exercise: Exercise
    key: bool = False

    def document(self) -> Document:
        """The sheet: what is given, what is asked, and with `key` the solution."""
        return Document(self._blocks(), kind="sheet", title="Exercise", made_by=self.exercise.command)

    def graph(self) -> Iterator[str]:
        """The graph's text, with its key."""
        return exercise_lines(self.exercise)

    def page(self) -> Iterator[str]:
        """A page that steps through the exercise and marks its answers."""
        from backcalc.render.page.page import Page, lines
        from backcalc.render.pictures.targets import TARGETS

        # With the mark of a page, so that `report` may replace the file.
        yield TARGETS[".html"].mark
        yield from lines(Page(self.exercise.run, "Exercise", [self.exercise.task], made_by=self.exercise.command))

    def _blocks(self) -> Iterator[Block]:
        yield Sentence(self.exercise.task)
        yield from _given(self.exercise)
        yield _asked(self.exercise, key=self.key)
        # The solution is what `explain` says of the same run: there is no second one to keep true.
        if self.key:
            yield from derivation(explain(self.exercise.run), self.exercise.run.output)


def _given(exercise: Exercise) -> list[Grid]:
    """What is known: numbers, then local partials, then formulas."""
    run = exercise.run
    nodes = run.graph.nodes
    # Inputs have values by their defaults, nodes with edges by their activation; all else is to be found.
    known = [
        (NodeName(node.name), Formula(literal(value)))
        for node, value in zip(nodes, run.values, strict=True)
        if value is not None
        and ((node.kind == "input" and node.default is not None) or (node.incoming and node.expr is not None))
    ]
    edges = [(Derivative(node.name, edge.tail), Formula(edge.partial)) for node in nodes for edge in node.incoming]
    formulas = [
        (NodeName(node.name), Formula(node.formula)) for node in nodes if node.kind == "expression" and node.formula
    ]
    grids: list[Grid] = [
        Grid(("local partial", "value"), edges, frozenset([1])),
        Grid(("what is known", "value"), known, frozenset(), whole=frozenset([1])),
        Grid(("node", "formula"), formulas, frozenset(), yields=1),
    ]
    return [grid for grid in grids if grid.rows]  # A heading without rows would look as if something were missing.


def _asked(exercise: Exercise, *, key: bool) -> Grid:
    """The table of answers, filled in with `key`."""
    # As a formula, for the key may be one.
    rows = [(asked_cell(asked), Formula(value) if key else BLANK) for asked, value in exercise.results]
    return Grid(("what is asked", "value"), rows, frozenset(), whole=frozenset([1]))
