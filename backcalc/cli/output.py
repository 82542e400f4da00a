"""Where output goes: tables, lines and warnings, on a terminal or in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import cast

import click

from backcalc.cli.options import Shown
from backcalc.cli.progress_bar import make_way
from backcalc.cli.streams import paint, say
from backcalc.render import FORMATS
from backcalc.render.document import Display
from backcalc.render.warnings import render_warnings
from backcalc.text.errors import BackcalcError, Diagnostic
from backcalc.text.source import Source
from backcalc.text.wording import shorten
from backcalc.text.written import write_whole

USUAL, LINES = 80, 24  # Columns and lines, where no terminal says how many it has.
BEGINNING = 100  # Bytes of a file in which it says whose it is.
AT_ONCE = 1 << 16  # Characters that are written together.
NO_NAME = "-o needs a file name"


def print_report(report: object, shown: Shown) -> None:
    """`report` in the format that is asked for; what that needs is loaded, and worked out, only now."""
    chosen = FORMATS[shown.format]
    is_for_people = chosen.takes == "document" and goes_to_terminal(shown.color)
    if shown.format == "table" and is_for_people:
        # Line by line, by way of click, which knows the consoles of Windows.
        for line in chosen.lines(report, display(shown.color)):
            click.echo(line, sys.stdout, color=has_color(shown.color))
    else:
        print_lines(chosen.lines(report, Display()))


def display(color: str) -> Display:
    """The terminal as something to write on."""
    from shutil import get_terminal_size  # With it come all kinds of compression.

    size = get_terminal_size((USUAL, LINES))
    return Display(columns(), size.lines, has_color(color))


def columns() -> int:
    """The width of the terminal; the variable COLUMNS goes before what it says of itself."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    # With the output in a pager, the input or the errors still have the terminal.
    for stream in (sys.__stdout__, sys.__stdin__, sys.__stderr__):
        try:
            if stream is not None and (found := os.get_terminal_size(stream.fileno()).columns):
                return found
        except (OSError, ValueError):
            pass
    return USUAL


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


def require_ours(path: str | None, mark: str, *, force: bool) -> None:
    """Raise a usage error where no file can be written at `path`, or one is there that has no `mark` at its beginning.

    Somebody else has written that one. Called before the work, lest hours of it are lost.
    """
    if path is None:
        if force:
            tell("warning: --force does nothing here: it is of the file that -o writes", end="\n\n")
        return
    folder, name = os.path.split(path)
    if not path:
        raise click.UsageError(NO_NAME)
    if folder and not os.path.isdir(folder):  # noqa: PTH112  pathlib takes a while to load.
        raise click.UsageError(f"there is no folder {shorten(folder)} to write {shorten(name)} into")
    # A folder is replaced by no force: to open it tells what it is.
    if not os.path.lexists(path) or (force and not os.path.isdir(path)):  # noqa: PTH112
        return
    with open(path, "rb") as file:  # noqa: PTH123  pathlib takes a while to load.
        # Of a picture of pixels the size comes first.
        if mark.encode() not in file.read(BEGINNING):
            raise click.UsageError(f"{shorten(path)} is there already, and not from this command: --force replaces it")


def write_ours(path: str, mark: str, lines: Iterable[str]) -> None:
    """Write a file that begins with `mark`, which says whose it is: the same command may write it again."""
    # What is stopped before all of it is there leaves the file as it was.
    text = "".join(f"{line}\n" for line in (mark, *lines))
    write_whole(path, text.encode())


Untold = list[tuple[Source, Callable[[], Sequence[Diagnostic]]]]
"""Texts that have been read, each with what was noticed of it and nobody has been told yet."""


def untold() -> Untold:
    """What this command has noticed and not told: it is told with the results, or before an error in their place."""
    context = click.get_current_context(silent=True)
    return [] if context is None else cast("Untold", context.meta.setdefault(__name__, []))


def tell_untold(error: Exception) -> None:
    """What was noticed before an `error`, which it may explain, on stderr."""
    if isinstance(error, BackcalcError) and error.warnings:
        print_warnings(error.source, error.warnings)
    for source, warnings in [*untold()]:  # Each is taken from the list as it is told.
        print_warnings(source, warnings())


def tell_error(error: BackcalcError) -> None:
    """`error` on stderr where others may follow it, behind all that was noticed before."""
    tell_untold(error)
    tell(error.shown(paint), end="\n\n")


def print_warnings(source: Source, warnings: Sequence[Diagnostic]) -> None:
    """`warnings` on stderr, each with an empty line after it, which sets it apart from the table too."""
    waiting = untold()
    waiting[:] = [each for each in waiting if each[0] is not source]
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
