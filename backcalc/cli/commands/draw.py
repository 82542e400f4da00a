"""`backcalc draw`."""

from __future__ import annotations

from bisect import bisect_right
from importlib.util import find_spec

import click

from backcalc.analysis.run import Text
from backcalc.calculus.point import read_point
from backcalc.calculus.question import chosen_output, require_node
from backcalc.calculus.run import Run
from backcalc.cli.input import read_text
from backcalc.cli.numbers import WholeRange
from backcalc.cli.options import Asked, Shown, as_command, asks, force_option, node_option, nodes_option, shows
from backcalc.cli.output import print_warnings, require_ours, tell, write_ours
from backcalc.cli.pictures import MOST, ending_of, page_of, too_large
from backcalc.cli.process import kept
from backcalc.render.pictures.scene import Scene, around, at_step, scene, steps, with_paths
from backcalc.render.pictures.targets import TARGETS, data_of, lines_of
from backcalc.text.written import write_whole

EXAMPLES = """\b
Examples:
  backcalc draw lattice.bg
  backcalc draw neuron.bg --at w=0.5,x=2,b=-1,z=1 --top-down
  backcalc draw lattice.bg --paths x --step 14
  backcalc draw network-b.bg -o network-b.svg
  backcalc draw rnn.bg --node h2 --radius 2
"""
PART = "draw the part around one of them: --node NODE --radius 2"
RADIUS = 1  # Where --node names the middle and nobody says how far it goes.


@as_command("draw", EXAMPLES)
@asks("graph", "at", "of")
@click.option("-o", "--output", "path", metavar="FILE", help=f"Write a picture: {', '.join(TARGETS)}.")
@click.option("--ascii", "is_ascii", is_flag=True, help="Draw with the characters of ASCII alone.")
@click.option("--top-down", is_flag=True, help="Let edges lead down rather than to the right.")
@node_option("--node", help="Draw the part around this node alone.")
@click.option("--radius", type=WholeRange(0), help=f"How many edges that part reaches.  [default: {RADIUS}]")
@nodes_option("--paths", metavar="x1", help="Light the paths from these nodes to the output")
@click.option("--step", type=WholeRange(0), help="Show the state after so many steps of both passes.")
@force_option()
@shows(formats=False)
def command(
    asked: Asked,
    shown: Shown,
    path: str | None,
    is_ascii: bool,
    top_down: bool,
    node: str | None,
    radius: int | None,
    paths: tuple[str, ...],
    step: int | None,
    force: bool,
) -> int:
    """A box a node, with its value and adjoint; an arrow an edge, with its local partial.

    What is not known is a formula. --step N goes through the passes as `explain` does: values in order, then adjoints
    backwards.
    """
    if radius is not None and node is None:
        raise click.UsageError("--radius goes around a node: --node NODE says which")
    if is_ascii and path is not None:
        raise click.UsageError("--ascii is for the picture in the terminal: drop it, or -o")
    ending = None if path is None else ending_of(path, TARGETS)
    # Options are refused before the graph is read, which may be large.
    if ending is not None:
        _require_possible(ending, node=node, paths=paths, step=step)
    require_ours(path, TARGETS[ending].mark if ending else "", force=force)
    text = read_text(asked)
    # Names are looked up before the run, which may take a while.
    for option, names in (("--node", [node] if node else []), ("--paths", paths)):
        for name in names:
            require_node(text.graph, name, option)
    if node is None and len(text.graph.nodes) > MOST:  # A part may be drawn of a graph of any size.
        raise too_large(text, PART)
    if ending == ".html":
        chosen_output(text.objects, asked.of, "reverse")  # A picture needs no output, but the passes of a page do.
    run = kept(text.run_drawn(read_point(asked.at), asked.of))
    print_warnings(text.source, run.warnings)
    if path is not None and ending == ".html":
        from backcalc.render.page.page import lines

        write_ours(path, TARGETS[ending].mark, lines(page_of(run, asked, shown)))
        return 0 if run.is_finite else 1  # The page is written all the same.
    found = _scene(run, shown, paths, step)
    if node is not None:
        found = _part(text, found, node, RADIUS if radius is None else radius)
    if path is None or ending is None:
        from backcalc.cli.window import show

        show(found, shown, node or run.output, is_ascii=is_ascii, top_down=top_down)
    else:
        _write(found, path, ending, top_down=top_down)
    return 0 if run.is_finite else 1


def _scene(run: Run, shown: Shown, paths: tuple[str, ...], step: int | None) -> Scene:
    """What is shown of a run: all, with paths lit, or as it is after some steps."""
    found = scene(run, shown.digits)
    if paths:  # Before the step, which lights the arrows that it is about.
        found = with_paths(found, paths)
    if step is None:
        return found
    last = len(steps(found))
    if step > last:
        tell(f"note: there are {last} steps; the picture is the one after the last", end="\n\n")
    return at_step(found, step)


def _part(text: Text, whole: Scene, node: str, radius: int) -> Scene:
    """What lies around a node. Raises UsageError where that is too large, as it may be where a node has many users."""
    found = around(whole, node, radius)
    if len(found.cards) > MOST:
        # With the radius a part only grows, up to as many edges as there are nodes. The node alone always fits.
        fit = (
            bisect_right(
                range(min(radius, len(whole.cards))), MOST, key=lambda each: len(around(whole, node, each).cards)
            )
            - 1
        )
        raise too_large(text, f"as much as fits is drawn by --radius {fit}", len(found.cards))
    return found


def _write(found: Scene, path: str, ending: str, *, top_down: bool) -> None:
    """Write the file."""
    if TARGETS[ending].is_text:
        write_ours(path, TARGETS[ending].mark, lines_of(ending, found, top_down=top_down))
        return
    write_whole(path, data_of(ending, found, top_down=top_down))


def _require_possible(ending: str, **of_a_scene: object) -> None:
    """Raise UsageError where what is asked for does not go with this kind of file, or it takes what is not there."""
    # Without loading it, which takes a while.
    if ending == ".png" and find_spec("resvg_py") is None:
        raise click.UsageError(".png comes from resvg-py: pip install 'backcalc[png]', or write .svg")
    # --step 0 is given, too: the picture before the first step.
    others = [f"--{name}" for name, given in of_a_scene.items() if given not in (None, ())]
    if TARGETS[ending].is_page and others:
        raise click.UsageError(f"a page has all of the graph and steps by itself: drop {others[0]}")
