"""Runs in the numbers of `--exact` and `--certified`; what they need is loaded only where they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backcalc.graph.model import Dag

if TYPE_CHECKING:
    from backcalc.analysis.exact import ExactRun
    from backcalc.cli.options import Asked, Exactly


def in_exact_numbers(exactly: Exactly, graph: Dag, asked: Asked, digits: int) -> ExactRun:
    """`graph` run as `asked` in fractions, or with so many certified digits. Raises BackcalcError."""
    # Fractions have all their digits: there is no number of these to ask for.
    if exactly == "exact":
        from backcalc.analysis.exact import run_exactly

        return run_exactly(graph, asked.at, asked.of, asked.wrt)
    # Balls begin with as many digits as are asked for, and are made anew with more where that is not enough.
    from backcalc.analysis.certified import run_certified

    return run_certified(graph, asked.at, digits, asked.of, asked.wrt)
