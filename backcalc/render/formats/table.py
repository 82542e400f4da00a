"""Documents for people at a command line: fitted to a terminal, in its styles, or as plain text in a pipe."""

from __future__ import annotations

from collections.abc import Iterator

from backcalc.render.document import Display, Document
from backcalc.render.writer import Writer


def write(document: Document, display: Display) -> Iterator[str]:
    """The lines of a document as the display takes them."""
    if display.columns is None:
        return Writer(document.digits).document(document)
    from backcalc.render.formats.terminal import Terminal  # With it the styles of Rich are loaded.

    return Terminal(document.digits, display).document(document)
