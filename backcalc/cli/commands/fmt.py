"""`backcalc fmt`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import click

from backcalc.cli.input import read_source
from backcalc.cli.options import Asked, as_command, asks
from backcalc.cli.output import print_warnings, tell_error
from backcalc.cli.process import kept
from backcalc.cli.progress_bar import make_way
from backcalc.cli.streams import say
from backcalc.language.foreign.translated import Translated
from backcalc.language.format import format_program
from backcalc.language.parser import parse
from backcalc.language.spelling import in_ascii, in_signs
from backcalc.language.statements import Program
from backcalc.rules.primitives import ALIASES
from backcalc.text.errors import BackcalcError
from backcalc.text.wording import typed_file, visible, without_controls
from backcalc.text.written import write_whole

EXAMPLES = """\b
Examples:
  backcalc fmt graph.bg
  backcalc fmt --check *.bg
  backcalc fmt graph.dot > graph.bg
"""


@as_command("fmt", EXAMPLES)
@click.argument("graphs", nargs=-1, type=click.Path(allow_dash=True), metavar="[GRAPH]...")
@asks("exprs")
@click.option("--check", is_flag=True, help="Print nothing; the exit status is 1 if a file is not formatted.")
@click.option("--write", is_flag=True, help="Change the files in place.")
@click.option("--ascii", "plain", is_flag=True, help="Write sigmoid for σ, pi for π, 1/2 for ½, d(v)/d(u) for ∂v/∂u.")
@click.option("--unicode", "signs", is_flag=True, help="The way back: write σ for sigmoid, π for pi, ½ for 1/2, ∂v/∂u.")
def command(graphs: tuple[str, ...], asked: Asked, check: bool, write: bool, plain: bool, signs: bool) -> int:
    """Each line is written in one way; comments, and σ or sigmoid, stay. Several files are checked or changed each."""
    if check and write:
        raise click.UsageError("--check or --write, not both")
    if plain and signs:
        raise click.UsageError("--ascii or --unicode, not both")
    if write and (not graphs or "-" in graphs):  # Stdin has no name to write to.
        raise click.UsageError("--write needs a file")
    if len(graphs) > 1 and not (check or write):
        raise click.UsageError("several files are formatted by --write, or --check: printed, they would be one")
    all_asked = [asked._replace(graph=graph) for graph in graphs] or [asked]
    # The worst of them counts.
    return max(_all(all_asked, _Task(check, write, in_ascii if plain else in_signs if signs else None)))


class _Task(NamedTuple):
    """What is done with each file: it is checked, written, or else printed; `respelt` first, where that is asked."""

    check: bool
    write: bool
    respelt: Callable[[Program, Mapping[str, str]], Program] | None


def _all(graphs: list[Asked], task: _Task) -> Iterable[int]:
    """Format each of these graphs; the exit status of each. A file that cannot be read stops no other."""
    for asked in graphs:
        try:
            yield _format(asked, task)
        except BackcalcError as error:
            if len(graphs) == 1:
                raise
            # One is the error of the command; of several each is told where it is met.
            tell_error(error)
            yield error.exit_code


def _format(asked: Asked, task: _Task) -> int:
    program = kept(parse(read_source(asked)))
    print_warnings(program.source, program.warnings)
    # Only of signs there is another spelling: `ln` for log is ASCII already, and stays.
    others = {other: name for other, name in ALIASES.items() if not other.isascii()}
    text = format_program(task.respelt(program, others) if task.respelt else program)
    name = visible(program.source.name)
    # A table or a drawing would be no longer what its name says, and lose what is no edge.
    other = program.source if isinstance(program.source, Translated) else None
    if other and (task.check or task.write) and text != other.original.text:
        say(f"{name}: not in the language itself; `backcalc fmt{_typed(asked)} > graph.bg` makes a file that is")
        return 1
    if task.check:
        # As `--write` sees it: newlines of Windows, a byte order mark and loose accents are written in one way too.
        file = Path(program.source.name)  # What comes by a pipe cannot be read again.
        changed = file.read_bytes() != text.encode() if file.is_file() else text != program.source.text
        if changed:
            say(f"{name}: not formatted; `backcalc fmt{_typed(asked, ' --write')}` does it")
        return int(changed)
    if task.write:
        _replace(Path(program.source.name), text.encode())
    else:
        make_way(sys.stdout)  # Else the text would run into the bar.
        sys.stdout.write(without_controls(text))  # A comment may hold anything; in a file it stays as it is.
    return 0


def _typed(asked: Asked, option: str = "") -> str:
    """An option of a file, and the file, as they are typed; nothing of what is typed in place, or piped."""
    return "" if asked.graph is None or asked.graph == "-" else f"{option} {typed_file(asked.graph)}"


def _replace(file: Path, new: bytes) -> None:
    """Write a file anew where it changes, so that its time tells when it did."""
    if file.read_bytes() != new:  # A file that stays as it was wakes no `make`.
        write_whole(str(file), new)
