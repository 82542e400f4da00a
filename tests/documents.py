"""Documents as text: what each format makes of blocks."""

from __future__ import annotations

from backcalc.render import FORMATS
from backcalc.render.document import Display, Document


class _Report:
    """A report that is these blocks."""

    def __init__(self, blocks, **more):
        self._blocks, self._more = blocks, more

    def document(self):
        return Document(self._blocks, **self._more)


def lines(name, blocks, display=Display(), **more):  # noqa: B008  It is immutable.
    """The lines of blocks in a format."""
    return list(FORMATS[name].lines(_Report(blocks, **more), display))


def plain(blocks, **more):
    return lines("table", blocks, **more)


def markdown(blocks, **more):
    return lines("markdown", blocks, **more)


def latex(blocks, **more):
    return lines("latex", blocks, **more)


def html(blocks, **more):
    return "".join(lines("notebook", blocks, **more))


def terminal(blocks, width, *, color=False, **more):
    """What a terminal of that width is sent."""
    return "".join(f"{line}\n" for line in lines("table", blocks, Display(width, color=color), **more))
