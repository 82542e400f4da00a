"""The adjoints that a file states of a loss outside its graph."""

from __future__ import annotations

from backcalc.calculus.constant import constant
from backcalc.calculus.evaluate import Evaluation
from backcalc.graph.model import Dag
from backcalc.graph.shapes import shape_words
from backcalc.rules.values import Numeric, shape_of
from backcalc.text.errors import BuildError, Code, Diagnostic
from backcalc.text.wording import shorten


def stated_seeds(graph: Dag, evaluation: Evaluation) -> dict[int, Numeric]:
    """The adjoints that the file states. Raises BuildError where a shape is not that of its node."""
    seeds, errors = {}, []
    for name, known in graph.seeds:
        node = graph.index[name]
        value, shape = constant(known.value, graph.source), evaluation.shapes[evaluation.tape.slot[node]]
        if shape_of(value) != shape:
            message = (
                f"the adjoint of `{shorten(name)}` is {shape_words(shape_of(value))}, the node {shape_words(shape)}"
            )
            errors.append(Diagnostic(Code.SHAPE_MISMATCH, message, known.span))
        seeds[node] = value
    if errors:
        raise BuildError(graph.source, errors)
    return seeds
