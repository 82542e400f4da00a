"""Warnings for stderr."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backcalc.text.errors import MAX_ERRORS, Diagnostic, Paint, render
from backcalc.text.source import Source


def render_warnings(source: Source, warnings: Sequence[Diagnostic], paint: Paint | None = None) -> Iterator[str]:
    """The blocks of `warnings`, each with its place, up to the most that are shown."""
    for warning in warnings[:MAX_ERRORS]:
        yield render(source, warning, "warning", paint) if paint else render(source, warning, "warning")
    if len(warnings) > MAX_ERRORS:
        yield f"… and {len(warnings) - MAX_ERRORS} more warnings"
