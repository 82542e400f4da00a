"""What commands that write a picture or a page share: the file that it goes into, and how large a graph may be."""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING

import click

from backcalc.analysis.run import Text
from backcalc.calculus.point import read_point
from backcalc.calculus.run import Run
from backcalc.cli.options import Asked, Shown
from backcalc.cli.output import NO_NAME
from backcalc.render.values import value_text
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source
from backcalc.text.wording import shorten

if TYPE_CHECKING:
    from backcalc.render.page.page import Page

MOST = 2_000
"""Nodes that are drawn: more are no picture for an eye."""


def ending_of(path: str, known: Collection[str], what: str = "picture") -> str:
    """The ending of a file, which says what it is to be. Raises UsageError where it is none of those that are known."""
    name = os.path.basename(path)  # noqa: PTH119  pathlib takes a while to load.
    if not name:
        raise click.UsageError(NO_NAME)
    ending = os.path.splitext(name)[1].lower()  # noqa: PTH122
    if ending not in known:
        are = "are" if len(known) > 1 else "is"
        raise click.UsageError(f"{shorten(name)} has no ending of a {what}: {', '.join(known)} {are} known")
    return ending


def too_large(text: Text, hint: str, part: int | None = None) -> UsageError:
    """That a graph, or a `part` of it of so many nodes, has more than a picture has room for."""
    found = f"there are {len(text.graph.nodes):,}" if part is None else f"this part has {part:,}"
    message = f"a picture has room for {MOST:,} nodes; {found}"
    return UsageError(Source(text.source.name, ""), [Diagnostic(Code.TOO_MANY_NODES, message, hints=(hint,))])


def page_of(run: Run, asked: Asked, shown: Shown, *, has_answers: bool = True) -> Page:
    """The page of a run, called by the graph's file, without its folders; where it has none, by what is worked out."""
    from backcalc.render.page.page import Page  # Most pictures are none.

    title = f"Computational graph of {run.output}"
    if asked.graph is not None and not asked.is_piped:
        title = asked.graph.replace("\\", "/").rpartition("/")[2]
    # What --at says; what the file says of inputs stands in the picture.
    given = read_point(asked.at)
    point = ", ".join(f"{name} = {value_text(run.point[name], shown.digits)}" for name in given if name in run.point)
    return Page(run, title, [f"at {point}"] if point else [], shown.digits, has_answers)
