"""Where output goes: tables, lines and warnings, on a terminal or in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

from backcalc.cli.options import Shown
from backcalc.cli.progress_bar import make_way
from backcalc.cli.streams import paint, say
from backcalc.render.document import Grid
from backcalc.render.warnings import render_warnings
from backcalc.text.errors import Diagnostic
from backcalc.text.source import Source

AT_ONCE = 1 << 16  # Characters that are written together.


def print_report(report: Iterable[Grid], shown: Shown) -> None:
    """`report` in a format of grids: a table on a terminal, plain text in a pipe; or Markdown, or LaTeX.

    `--color always` makes any place a terminal.
    """
    if shown.format == "markdown":
        from backcalc.render.formats.markdown import render_markdown

        print_lines(render_markdown(report))
    elif shown.format == "latex":
        from backcalc.render.formats.latex import render_latex

        print_lines(render_latex(report))
    elif goes_to_terminal(shown.color):
        from backcalc.render.formats.terminal import print_table

        print_table(report, color=has_color(shown.color))
    else:
        from backcalc.render.formats.plain import render_plain

        print_lines(render_plain(report))


def goes_to_terminal(color: str) -> bool:
    """Whether results are for a terminal, from which a bar then makes way."""
    is_forced = color == "always" or (color == "auto" and bool(os.environ.get("FORCE_COLOR")) and has_color(color))
    is_terminal = sys.stdout.isatty() or is_forced
    if is_terminal:
        make_way(sys.stdout)
    return is_terminal


def has_color(color: str) -> bool:
    """Whether what goes to a terminal has colour."""
    is_dumb = os.environ.get("TERM") in ("dumb", "unknown") and not os.environ.get("FORCE_COLOR")
    is_plain = os.environ.get("NO_COLOR") or is_dumb
    return color == "always" or (color == "auto" and not is_plain)


def print_warnings(source: Source, warnings: Sequence[Diagnostic]) -> None:
    """`warnings` on stderr, each with an empty line after it, which sets it apart from the table too."""
    for block in render_warnings(source, warnings, paint):
        tell(block, end="\n\n")


def tell(text: object, end: str = "\n") -> None:
    """`text` on stderr, where a bar makes way for it."""
    make_way(sys.stderr)
    say(text, end)


def print_lines(lines: Iterable[str]) -> None:
    """`lines` on stdout, or pieces of several, short ones together: a write takes longer than a line does."""
    several: list[str] = []
    size = 0
    for line in lines:  # Lazily: what is computed row by row is printed long before the last row is there.
        several.append(line)
        size += len(line) + 1
        if size >= AT_ONCE:
            _print("\n".join([*several, ""]))
            several, size = [], 0
    _print("\n".join([*several, ""]))


def _print(text: str) -> None:
    if text:
        make_way(sys.stdout)
        sys.stdout.write(text)
