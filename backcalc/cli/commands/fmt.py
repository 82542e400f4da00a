"""`backcalc fmt`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from backcalc.cli.input import read_source
from backcalc.cli.options import Asked, as_command, asks
from backcalc.cli.process import kept
from backcalc.cli.progress_bar import make_way
from backcalc.cli.streams import say
from backcalc.language.format import format_program
from backcalc.language.parser import parse
from backcalc.text.wording import without_controls

EXAMPLES = """\b
Examples:
  backcalc fmt graph.bg
  backcalc fmt --check graph.bg
"""


@as_command("fmt", EXAMPLES)
@asks("graph")
@click.option("--check", is_flag=True, help="Print nothing; the exit status is 1 if the file is not formatted.")
@click.option("--write", is_flag=True, help="Change the file in place.")
def command(asked: Asked, check: bool, write: bool) -> int:
    """Each thing has one spelling; comments are kept."""
    graph = asked.graph
    if check and write:
        raise click.UsageError("--check or --write, not both")
    if write and graph in (None, "-"):
        raise click.UsageError("--write needs a file")
    program = kept(parse(read_source(graph)))
    text = format_program(program)
    if check:
        changed = text != program.source.text
        if changed:
            say(f"{program.source.name}: not formatted; `backcalc fmt --write` does it")
        return int(changed)
    if write:
        assert graph is not None
        Path(graph).write_text(text, encoding="utf-8")
    else:
        make_way(sys.stdout)
        sys.stdout.write(without_controls(text))  # A comment may hold anything; in a file it stays as it is.
    return 0
