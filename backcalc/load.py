"""Statements to a graph that can be run: built, and its gradients worked out."""

from __future__ import annotations

from backcalc.build import build
from backcalc.errors import Source
from backcalc.gradients import resolve
from backcalc.graph import Graph
from backcalc.parser import parse
from backcalc.statements import Program


def finish(program: Program) -> Graph:
    """The graph that `program` describes. Raises BuildError."""
    return resolve(build(program))


def load(source: Source) -> Graph:
    """The graph that `source` describes. Raises BackcalcError."""
    return finish(parse(source))
