"""What in a graph could have been meant otherwise: told by every command that takes it as it stands."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from backcalc.calculus.evaluate import Evaluation

if TYPE_CHECKING:
    from backcalc.calculus.point import Point
    from backcalc.graph.model import Dag
    from backcalc.text.errors import Diagnostic


def doubts(evaluation: Evaluation, known: Collection[str]) -> tuple[Diagnostic, ...]:
    """Names that read as something else or could be arrays, but those whose value is `known`, and products by a dot."""
    graph, tape = evaluation.tape.graph, evaluation.tape
    found: tuple[Diagnostic, ...] = ()
    # What looks for them is loaded where there may be any.
    if any(node.is_implicit and node.name not in known for node in graph.nodes):
        from backcalc.graph.one_name import mistakable

        found = tuple(mistakable(graph, known))
    if not evaluation.has_arrays:
        return found
    from backcalc.graph.dots import dotted_arrays
    from backcalc.graph.taken import taken_for_numbers

    return (*found, *taken_for_numbers(tape, known), *dotted_arrays(tape))


def noticed(graph: Dag, known: Point) -> tuple[Diagnostic, ...]:
    """What the build has noticed, and the doubts, where the point is `known`. Raises BuildError where shapes misfit."""
    from backcalc.calculus.constant import defaults
    from backcalc.graph.tape import tape_of

    evaluation = Evaluation(tape_of(graph), defaults(graph) | known, formulas=True)
    return (*graph.warnings, *doubts(evaluation, known))
