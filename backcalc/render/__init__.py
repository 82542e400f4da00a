"""What is shown (`reports`) and how (`formats`). No arithmetic happens here.

Doors: document, formats/html, formats/terminal, page/page, pictures/drawing, pictures/mermaid, pictures/plot_svg,
pictures/scene, pictures/targets, pictures/terminal, programs/program, programs/targets, reports/descend,
reports/exercise, reports/grades, reports/gradescope, reports/marks, reports/paths, reports/points, reports/run,
reports/samples, reports/scan, reports/steps, reports/taylor, reports/verify, values, warnings, writer.
"""

# Annotations are no text here: to compile that of each field of a record takes as long as to make the record.

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from backcalc.render.document import Display


class Format(NamedTuple):
    """How a report is written: what it `takes` of it, a method of the report, and the file in `formats` that writes it.

    One that is not offered to `--format` is for callers of the library.
    """

    takes: str
    module: str
    is_offered: bool = True

    def lines(self, report: object, display: "Display") -> Iterator[str]:
        """The lines of `report`, as `display` takes them; only what they need is loaded, and worked out."""
        # By name, so that the table loads no format: one run shows in one of them.
        writer = import_module(f"{__name__}.formats.{self.module}")
        found: Iterator[str] = writer.write(getattr(report, self.takes)(), display)
        return found


# A report has a document for people, and for programs what the contract fixes, each as a method of that name.
FORMATS = {
    "table": Format("document", "table"),
    "json": Format("json", "lines"),
    "csv": Format("csv", "lines"),
    "markdown": Format("document", "markdown"),
    "latex": Format("document", "latex"),
    "notebook": Format("document", "html", is_offered=False),
    "gradescope": Format("gradescope", "lines"),
    "graph": Format("graph", "lines"),
    "html": Format("page", "lines"),
}


def offered(*takes: str) -> list[str]:
    """The names of the formats for what a report has; the first, the default, is one of the first of `takes`."""
    # In the order of the table, but that the first is what the command shows unasked.
    names = [name for name, each in FORMATS.items() if each.is_offered and each.takes in takes]
    default = next(name for name in names if FORMATS[name].takes == takes[0])
    return [default, *(name for name in names if name != default)]
