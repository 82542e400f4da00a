"""`backcalc fmt`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from backcalc.cli.input import read_source
from backcalc.cli.options import graph_argument
from backcalc.cli.output import hold
from backcalc.cli.progress_bar import make_way
from backcalc.language.format import format_program
from backcalc.language.parser import parse

EXAMPLES = """\b
Examples:
  backcalc fmt graph.bg
  backcalc fmt --check graph.bg
"""


@click.command("fmt", epilog=EXAMPLES)
@graph_argument
@click.option("--check", is_flag=True, help="Print nothing; the exit status is 1 if the file is not formatted.")
@click.option("--write", is_flag=True, help="Change the file in place.")
def command(graph: str | None, check: bool, write: bool) -> int:
    """Print the file, formatted: one spelling, comments kept."""
    if check and write:
        raise click.UsageError("--check or --write, not both")
    if write and graph in (None, "-"):
        raise click.UsageError("--write needs a file")
    program = parse(read_source(graph))
    hold(program)
    text = format_program(program)
    if check:
        changed = text != program.source.text
        if changed:
            print(f"{program.source.name}: not formatted; `backcalc fmt --write` does it", file=sys.stderr)
        return int(changed)
    if write:
        assert graph is not None
        Path(graph).write_text(text, encoding="utf-8")
    else:
        make_way(sys.stdout)
        sys.stdout.write(text)
    return 0
