"""Where the graph comes from: a file, or a pipe."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import click

from backcalc.analysis.run import Text
from backcalc.bulk.arrays.memory import WORTH, keep_freed
from backcalc.calculus.load import load
from backcalc.cli.process import kept
from backcalc.graph.model import Graph
from backcalc.text.errors import ReadError
from backcalc.text.files import read
from backcalc.text.source import Source


def read_source(graph: str | None) -> Source:
    """The text of the GRAPH argument. Raises BackcalcError; a missing argument with no pipe is a usage error."""
    if graph is None and sys.stdin.isatty():
        raise click.UsageError("no graph: name a file, or pipe one in (`backcalc samples` lists some)")
    path = "-" if graph is None else graph
    with suppress(OSError, ValueError):  # `read` has the words for what is wrong with it.
        if os.path.getsize(path) >= WORTH:  # noqa: PTH202  pathlib takes a while to load.
            keep_freed()  # This process is ours; as a library backcalc leaves such things alone.
    try:
        return read(path)
    except ReadError as error:
        raise _with_sample_hint(error, path) from None


def read_text(graph: str | None) -> Text:
    """What the GRAPH argument names, as the engine that serves has read it. Raises BackcalcError."""
    return kept(Text(read_source(graph)))


def read_graph(graph: str | None) -> Graph:
    """The graph that the GRAPH argument names. Raises BackcalcError."""
    return kept(load(read_source(graph)))


def _with_sample_hint(error: ReadError, path: str) -> ReadError:
    """`error` with the command that makes the file, where a sample has the name of a file that is not there."""
    from backcalc.analysis.samples import samples

    name = os.path.basename(path).removesuffix(".bg")  # noqa: PTH119
    # `os.path.exists` does not raise, however long the name.
    if os.path.exists(path) or name not in (sample.name for sample in samples()):  # noqa: PTH110
        return error
    hint = f"there is a sample of this name: backcalc samples {name} > {name}.bg"
    found = error.diagnostics[0]
    return ReadError(error.source, [found._replace(hints=(hint, *found.hints))])
