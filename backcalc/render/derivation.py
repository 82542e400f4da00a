"""What a derivation says beside its equations: the heading of each phase, and why a value is what it is."""

from __future__ import annotations

from backcalc.analysis.explain import StepNote
from backcalc.render.cells import Cell, NodeName, Phrase


def phase_title(phase: str, output: str) -> Cell:
    """The heading of a phase of the derivation."""
    # The forward pass has one heading, whatever the output: values are of all nodes.
    if phase == "forward":
        return "Forward pass: values"
    return Phrase(("Reverse pass: derivatives of ", NodeName(output), ", by the chain rule"))


def remark(note: StepNote, node: str, output: str) -> Cell:
    """Why a value is what it is, where no formula says so."""
    # In parentheses, for it stands behind an equation and is none.
    match note:
        case "given":
            return " (given)"
        case "no-path":
            return Phrase((" (no path leads from ", NodeName(node), " to ", NodeName(output), ")"))
        case "no-slope":
            return " (no slope here)"
        case "":
            return ""
