"""The samples as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backcalc.analysis.samples import Sample
from backcalc.render.document import Document, Grid


@dataclass(frozen=True)
class SamplesReport:
    """The samples that there are."""

    samples: Sequence[Sample]

    def document(self) -> Document:
        """A row a sample: its name, and what it is."""
        # Titles are words of ours, and need no typed cell.
        rows = [(each.name, each.title) for each in self.samples]
        # The name is what the next command takes: it stays whole.
        return Document([Grid(("sample", "what it is"), rows, frozenset(), yields=1)])
