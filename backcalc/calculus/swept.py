"""What a sweep has found, by whatever engine, for those who ask no more of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from backcalc.calculus.question import Mode
from backcalc.rules.values import Value
from backcalc.text.errors import Diagnostic


class Swept(Protocol):
    """A run after its sweep, whether of objects or of arrays."""

    @property
    def output(self) -> str:
        """The name of the output, which is differentiated."""
        ...

    @property
    def mode(self) -> Mode:
        """Which of the two sweeps it was."""
        ...

    @property
    def values(self) -> Sequence[Value | None]:
        """The value of every node, None where it is not known."""
        ...

    @property
    def adjoints(self) -> Sequence[Value | None]:
        """∂output/∂node for every node; empty in forward mode."""
        ...

    @property
    def tangents(self) -> Mapping[str, Sequence[Value | None]]:
        """In forward mode the tangents of every node, by name of `wrt`."""
        ...

    @property
    def warnings(self) -> Sequence[Diagnostic]:
        """What the build and the run have noticed."""
        ...
