"""Mistakes in the forward pass: values worked out again with one step wrong."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple

from backcalc.calculus.linearize import Linearization
from backcalc.calculus.run import Run
from backcalc.marking.diagnosis.counted import rows_of
from backcalc.marking.diagnosis.mistakes import Mistake
from backcalc.marking.rework import reworked
from backcalc.rules.row import Primitive

MOST_WORK = 100_000
"""Operations done again for mistakes in the forward pass; in larger graphs those made everywhere, in huge ones none."""

FORMULA = 10
"""What an operation counts for where not all values are known: it takes some times as long on formulas."""


class Redone(NamedTuple):
    """A mistake in the forward pass, the slot where it was made or None for all, and the passes done with it.

    `slots` are those that went wrong.
    """

    mistake: Mistake
    slot: int | None
    linear: Linearization
    slots: frozenset[int]


def redone(run: Run) -> list[Redone]:
    """The passes done again with each wrong value that the operations of a graph offer."""
    linear, tape = run.linear, run.linear.tape
    single, at_once = _wrong_rows(linear)
    # Each takes a pass of its own, so the work grows as the square of the graph.
    work = len(tape.rows) if linear.evaluation.is_known else len(tape.rows) * FORMULA
    if len(single) * work > MOST_WORK:
        single = []
    if len(at_once) * work > MOST_WORK:
        at_once = {}
    changed: list[tuple[Mistake, int | None, dict[int, Primitive]]]
    changed = [(mistake, None, rows) for mistake, rows in at_once.values()]
    changed += [(mistake, slot, {slot: row}) for mistake, slot, row in single]
    found = []
    for mistake, slot, rows in changed:
        with suppress(ValueError):  # Another shape: nobody can have done that.
            # `reworked` may round each value, or take another; here it stays as it comes.
            found.append(Redone(mistake, slot, reworked(linear, _keep, rows), frozenset(rows)))
    return found


def _wrong_rows(
    linear: Linearization,
) -> tuple[list[tuple[Mistake, int, Primitive]], dict[str, tuple[Mistake, dict[int, Primitive]]]]:
    """The wrong rows for single slots, and those that go wrong together."""
    single: list[tuple[Mistake, int, Primitive]] = []
    at_once: dict[str, tuple[Mistake, dict[int, Primitive]]] = {}
    for slot, row in enumerate(linear.evaluation.rows):
        # What is given or constant nobody has worked out, so nobody has got it wrong.
        if row is None or linear.tape.constant[slot] or slot in linear.evaluation.replaced:
            continue
        for mistake in rows_of(linear, slot, of_values=True):
            if mistake.at_once:
                at_once.setdefault(mistake.at_once, (mistake, {}))[1][slot] = wrong_row(mistake, row)
            else:
                single.append((mistake, slot, wrong_row(mistake, row)))
    return single, at_once


def _keep(_slot: int, value: Any) -> Any:
    return value


@cache  # Kept, for a row compiles its texts when they are first used.
def wrong_row(mistake: Mistake, row: Primitive) -> Primitive:
    """`row` with the wrong value, and the partials that are wrong with it."""
    texts = mistake.changes
    partials = tuple(texts[k] if k < len(texts) and texts[k] else partial for k, partial in enumerate(row.partials))
    # With partials of its own the wrong function has none of the true one's other forms, nor its domain.
    kept = {} if not mistake.change else {"stable": (), "from_output": (), "domain": ""}
    return row._replace(value=mistake.value, partials=partials, **kept)  # type: ignore[arg-type]
