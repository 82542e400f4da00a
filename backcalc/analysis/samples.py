"""The samples that come with the package."""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source
from backcalc.text.suggest import did_you_mean
from backcalc.text.wording import shorten


class Sample(NamedTuple):
    """A sample's name, its text, and the point file that goes with it, if any."""

    name: str
    text: str
    point: str | None

    @property
    def title(self) -> str:
        """The first line of the file, which says what it is."""
        return self.text.split("\n", 1)[0].removeprefix("#").strip()


def samples() -> list[Sample]:
    """All samples, by name."""
    folder = files("backcalc.samples")
    names = sorted(entry.name.removesuffix(".bg") for entry in folder.iterdir() if entry.name.endswith(".bg"))
    return [_sample(name) for name in names]


def sample(name: str) -> Sample:
    """The sample called `name`, with or without `.bg`. Raises UsageError."""
    wanted = name.removesuffix(".bg")
    found = {entry.name: entry for entry in samples()}
    if wanted not in found:
        hints = did_you_mean(wanted, found) or ("`backcalc samples` lists them all",)
        raise UsageError(
            Source("samples", ""), [Diagnostic(Code.UNKNOWN_SAMPLE, f"no sample `{shorten(name)}`", hints=hints)]
        )
    return found[wanted]


def _sample(name: str) -> Sample:
    folder = files("backcalc.samples")
    point = folder.joinpath(f"{name}.json")
    text = folder.joinpath(f"{name}.bg").read_text(encoding="utf-8")
    return Sample(name, text, point.read_text(encoding="utf-8") if point.is_file() else None)
