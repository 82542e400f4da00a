"""Where the graph comes from: a file, a pipe, or the command line itself."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Container
from contextlib import suppress

import click

from backcalc.analysis.run import LARGE, Text, noticed
from backcalc.calculus.load import load
from backcalc.calculus.point import Point, read_point
from backcalc.cli.options import EXPR, Asked
from backcalc.cli.output import untold
from backcalc.cli.process import kept
from backcalc.graph.model import Dag
from backcalc.language.foreign.translate import as_language
from backcalc.text.errors import BackcalcError, ReadError
from backcalc.text.files import clean, read
from backcalc.text.source import Source
from backcalc.text.suggest import nearest
from backcalc.text.wording import shorten


def read_source(asked: Asked) -> Source:
    """The text that GRAPH, or `--expr`, gives, in the language. Raises BackcalcError, and UsageError without one."""
    if asked.exprs and asked.graph is not None:
        raise click.UsageError(f"the graph stands behind {EXPR}, or in {shorten(asked.graph)}: drop one of the two")
    require_one_pipe(asked)
    found = clean(EXPR, "\n".join(asked.exprs)) if asked.exprs else _read_file(asked.graph)
    return as_language(found, _Given(asked.at))


def require_one_pipe(asked: Asked, option: str = "", path: str | None = None) -> None:
    """Raise UsageError where two of the graph, `--at`, and the file of one more option come from stdin."""
    # Whichever came first would take all of it.
    takers = ["the graph"] * asked.is_piped + ["--at"] * ("@-" in asked.at) + [option] * (path == "-")
    if len(takers) > 1:
        first, second = takers[:2]
        raise click.UsageError(f"{first} and {second} cannot both come from stdin: name a file for one of them")


def _read_file(graph: str | None) -> Source:
    """The text of the GRAPH argument."""
    if graph is None and sys.stdin.isatty():
        raise click.UsageError("no graph: name a file, or pipe one in (`backcalc samples` lists some)")
    path = "-" if graph is None else graph
    with suppress(OSError, ValueError):  # `read` has the words for what is wrong with it.
        size = os.path.getsize(path)  # noqa: PTH202  pathlib takes a while to load.
        if size >= LARGE:
            from backcalc.bulk.arrays.memory import WORTH, keep_freed

            if size >= WORTH:
                keep_freed()  # This process is ours; as a library backcalc leaves such things alone.
    try:
        return read(path)
    except ReadError as error:
        raise _with_hint(error, path) from None


class _Given(Container[str]):
    """The names that `--at` gives a value, read when one is first asked for."""

    def __init__(self, at: tuple[str, ...]) -> None:
        self._at = at

    def __contains__(self, name: object) -> bool:
        try:
            return name in read_point(self._at)
        except BackcalcError:  # A range of `sweep` is no value, and what is none at all the command tells.
            return re.search(rf"(?:\A|,)\s*{re.escape(str(name))}\s*=", "\n".join(self._at), re.MULTILINE) is not None


def _point(at: tuple[str, ...]) -> Point:
    """The point that `--at` gives; empty where it cannot be read, as the error tells that follows."""
    try:
        return read_point(at)
    except BackcalcError:
        return {}


def read_text(asked: Asked) -> Text:
    """The graph that is asked about, as the engine that serves has read it. Raises BackcalcError."""
    return text_of(read_source(asked), asked.at)


def text_of(source: Source, at: tuple[str, ...]) -> Text:
    """A text as the engine that serves has read it; its warnings are told even where an error follows."""
    text = kept(Text(source))
    untold().append((text.source, lambda: text.noticed(_point(at))))
    return text


def read_graph(asked: Asked) -> Dag:
    """The graph that is asked about. Raises BackcalcError."""
    return graph_of(read_source(asked), asked.at)


def graph_of(source: Source, at: tuple[str, ...]) -> Dag:
    """The graph that a text describes; its warnings are told even where an error follows. Raises BackcalcError."""
    graph = kept(load(source))
    untold().append((graph.source, lambda: noticed(graph, _point(at))))
    return graph


def _with_hint(error: ReadError, path: str) -> ReadError:
    """`error` with what was likely meant by the name of a file that is not there: a graph in place, or a sample."""
    if os.path.exists(path):  # noqa: PTH110  It does not raise, however long the name.
        return error
    if re.search(r"\w\s*=|->|→", path):  # No file is likely to be called so.
        import shlex

        hint = f"a graph in place of a file stands behind -e: -e {shlex.quote(shorten(path))}"
    elif sample := _sample_of(path):
        hint = f"there is a sample of this name: backcalc samples {sample} > {sample}.bg"
    elif not error.diagnostics[0].hints and (sample := _near_sample(path)):  # A file that lies there is nearer.
        hint = f"there is a sample `{sample}`: backcalc samples {sample} > {sample}.bg"
    else:
        return error
    found = error.diagnostics[0]
    return ReadError(error.source, [found._replace(hints=(hint, *found.hints))])


def _sample_of(path: str) -> str | None:
    """The sample that has the name of a file."""
    from backcalc.analysis.samples import samples

    name = _stem(path)
    return next((sample.name for sample in samples() if sample.name == name), None)


def _near_sample(path: str) -> str | None:
    """The sample whose name is nearest to that of a graph's file."""
    from backcalc.analysis.samples import samples

    stem = _stem(path)
    return None if "." in stem else nearest(stem, [sample.name for sample in samples()])


def _stem(path: str) -> str:
    return os.path.basename(path).removesuffix(".bg")  # noqa: PTH119
