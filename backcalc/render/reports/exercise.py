"""An exercise as a sheet: the question alone, or with its key and the worked solution; Markdown and LaTeX."""

from __future__ import annotations

from collections.abc import Iterator

from backcalc.analysis.explain import explain
from backcalc.marking.sheet import question
from backcalc.quiz.exercise import Exercise
from backcalc.render.document import Cell, Derivative, Formula, Grid, Name
from backcalc.render.formats.latex import render_latex
from backcalc.render.formats.markdown import render_markdown
from backcalc.render.hand import Hand
from backcalc.render.reports.steps import derivation, render_steps_markdown
from backcalc.render.reports.steps_latex import document_beginning, steps_latex
from backcalc.rules.values import literal
from backcalc.text.numerals import DIGITS

BLANK = "…"  # Where the answer is to be written.


def render_exercise_markdown(exercise: Exercise, *, key: bool) -> Iterator[str]:
    """The lines of the exercise: what is given, what is asked, and with `key` the solution."""
    yield "# Exercise"
    yield ""
    yield exercise.task
    yield ""
    yield from render_markdown(_given(exercise))
    yield ""
    yield from render_markdown([_asked(exercise, key=key)])
    yield ""
    # The solution is what `explain` says of the same run: there is no second one to keep true.
    if key:
        steps = derivation(explain(exercise.run), exercise.run.output, Hand())
        yield from render_steps_markdown(steps)
        yield ""
    yield f"<!-- {exercise.command} -->"  # Unseen in print, and enough to make the exercise again.


def render_exercise_latex(exercise: Exercise, *, key: bool) -> Iterator[str]:
    """The lines of the exercise as a whole LaTeX document."""
    yield f"% {exercise.command}"
    # Room between paragraphs sets the tables apart, room between rows is where a student writes.
    yield from document_beginning("2ex", r"\renewcommand{\arraystretch}{1.25}")
    yield r"\section*{Exercise}"
    yield exercise.task
    yield ""
    yield from render_latex(_given(exercise))
    yield ""
    yield from render_latex([_asked(exercise, key=key)])
    if key:
        yield from steps_latex(explain(exercise.run), exercise.run.output, DIGITS)
    yield r"\end{document}"


def _given(exercise: Exercise) -> list[Grid]:
    """What is known: numbers, then local partials, then formulas."""
    run = exercise.run
    nodes = run.graph.nodes
    # Inputs have values by their defaults, nodes with edges by their activation; all else is to be found.
    known = [
        (Name(node.name), Formula(literal(run.values[i])))
        for i, node in enumerate(nodes)
        if (node.kind == "input" and node.default is not None) or (node.incoming and node.expr is not None)
    ]
    edges = [(Derivative(node.name, edge.tail), Formula(edge.partial)) for node in nodes for edge in node.incoming]
    formulas = [
        (Name(node.name), Formula(node.formula)) for node in nodes if node.kind == "expression" and node.formula
    ]
    grids: list[Grid] = [
        Grid(("local partial", "value"), edges, frozenset([1])),
        Grid(("what is known", "value"), known, frozenset(), whole=frozenset([1])),
        Grid(("node", "formula"), formulas, frozenset(), yields=1),
    ]
    return [grid for grid in grids if grid.rows]


def _asked(exercise: Exercise, *, key: bool) -> Grid:
    """The table of answers, filled in with `key`."""
    rows = [(_symbol(name), Formula(value) if key else BLANK) for name, value in exercise.results]
    return Grid(("what is asked", "value"), rows, frozenset(), whole=frozenset([1]))


def _symbol(name: str) -> Cell:
    """What is asked, a value or a derivative."""
    asked = question(name)
    return Name(name) if asked.wrt is None else Derivative(asked.of, asked.wrt)
