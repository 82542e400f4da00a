"""What to read of a wrong answer: the command that shows the derivation of where it went wrong."""

from __future__ import annotations

from collections.abc import Iterable

from backcalc.calculus.result import AnyRun
from backcalc.cli.options import Asked
from backcalc.marking.mark import Mark
from backcalc.text.wording import typed


def pointers(marked: Iterable[Mark], found: AnyRun, asked: Asked) -> list[str]:
    """What to read of each wrong answer: the derivation of the node where it went wrong; empty of the others."""
    import shlex  # Right answers take none of it.

    # Quoted, for the line is to be copied into a shell.
    point = "".join(f" --at {shlex.quote(at)}" for at in asked.at)
    exprs = "".join(f" -e {shlex.quote(line)}" for line in asked.exprs).lstrip()
    about = f"{exprs or shlex.quote(asked.graph or '-')}{point}" + (
        f" --of {shlex.quote(asked.of)}" if asked.of else ""
    )
    return [
        f"backcalc explain {about} --node {typed(_node(mark, found))}" if mark.verdict == "wrong" else ""
        for mark in marked
    ]


def _node(mark: Mark, found: AnyRun) -> str:
    # Where the mistake was made, which may be before the node that was asked for.
    where = mark.diagnosis.where if mark.diagnosis else ""
    if where in found.graph.index:
        return where
    about = mark.about
    assert about is not None  # Whoever has marked an answer has said so.
    return about.wrt if about.wrt is not None and about.wrt in found.graph.index else about.of
