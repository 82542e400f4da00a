"""`backcalc report`."""

from __future__ import annotations

import click

from backcalc.calculus.point import read_point
from backcalc.cli.input import read_text
from backcalc.cli.options import Asked, Shown, as_command, asks, force_option, shows
from backcalc.cli.output import print_warnings, require_ours, write_ours
from backcalc.cli.pictures import MOST, ending_of, page_of, too_large
from backcalc.cli.process import kept
from backcalc.render.page.page import lines
from backcalc.render.pictures.targets import TARGETS

EXAMPLES = """\b
Examples:
  backcalc report lattice.bg --at x=1 -o lattice.html
  backcalc report network-a.bg -o exercise.html --no-answers
"""
MARK = TARGETS[".html"].mark


@as_command("report", EXAMPLES)
@asks("graph", "at", "of")
@click.option("-o", "--output", "path", metavar="page.html", required=True, help="The file to write.")
@click.option("--no-answers", is_flag=True, help="Leave the key's numbers out of the file.")
@force_option()
@shows(formats=False)
def command(asked: Asked, shown: Shown, path: str, no_answers: bool, force: bool) -> int:
    """The page stands alone: it needs no network, and steps through the graph forwards and backwards, node by node.

    An answer that is typed there is marked as `check` marks one by itself. With --no-answers the page has formulas and
    what the file states, and gathers answers for `check`.
    """
    # What cannot be written is told before the work.
    ending_of(path, [".html"], "page")
    require_ours(path, MARK, force=force)
    text = read_text(asked)
    if len(text.graph.nodes) > MOST:  # A page draws each node, and its steps.
        raise too_large(text, "draw a part of it: backcalc draw --node NODE --radius 2")
    # By objects, for a page shows every partial.
    run = kept(text.run_objects(read_point(asked.at), asked.of))
    print_warnings(text.source, run.warnings)
    # Without answers the key is not in the file, where a reader of its source would find it.
    write_ours(path, MARK, lines(page_of(run, asked, shown, has_answers=not no_answers)))
    return 0 if run.is_finite else 1
