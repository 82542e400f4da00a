"""Where the work stands, for whoever watches: the stage, and how much of it is done. Telling costs next to nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Stage:
    """A stage of the work by its name, and the share of it that is done; None where that is not known."""

    name: str = ""
    done: float | None = None


NOW = Stage()
"""The stage of this process's work."""


def at(name: str, done: float | None = None) -> None:
    """Say which stage the work is in."""
    NOW.name, NOW.done = name, done
