"""Tangents of the nodes: the derivative of every node with respect to one input."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

from backcalc.calculus.adjoints import as_read
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.jacobians import MOST_TOGETHER, WIDE, Engine
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.rows import MOST_SWEEPS, elements, joined
from backcalc.calculus.sweep import Edges, forward
from backcalc.graph.shapes import MOST_AXES, shape_words
from backcalc.language.expr import Expr, Folded
from backcalc.rules.gates import Gated, only
from backcalc.rules.values import Numeric, Value, add, all_known, is_array, is_known, multiply, ones, shape_of
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source
from backcalc.text.wording import option, point_option, shorten

MOST_SWEPT = 300  # Nodes, where the tangent of a wide one is a sweep of its own: the time grows as the square.
MOST_STEPS = 20_000  # Of sweeps over formulas of arrays, a few thousand of them a second.


def require_few_tangents(evaluation: Evaluation, wrt: Sequence[str]) -> None:
    """Raise UsageError where the tangents of all nodes by the nodes of `wrt` have more than MOST_TOGETHER numbers."""
    tape, sizes = evaluation.tape, [elements(evaluation.shapes[slot]) for slot in evaluation.tape.slot]
    for name in wrt:
        at = tape.graph.index[name]
        # Of what depends on values that are not known there are formulas, which are no longer for being of arrays.
        numbers = sum(size for i, size in enumerate(sizes) if i < at or is_known(evaluation.terms[tape.slot[i]]))
        if numbers * sizes[at] > MOST_TOGETHER:
            of = shape_words(evaluation.shapes[tape.slot[at]])
            message = f"`{shorten(name)}` is {of}: the tangents of all nodes by it have {numbers * sizes[at]:,} numbers"
            hints = (
                f"in one direction there is one change a node: {point_option([(shorten(name), '…')], name='along')}",
                f"reverse mode, without {option('mode')}, gives the derivatives of a number by it",
            )
            found = Diagnostic(Code.JACOBIAN_TOO_LARGE, f"{message}, at most {MOST_TOGETHER:,}", hints=hints)
            raise UsageError(Source(tape.graph.source.name, ""), [found])


def every_tangent(linear: Linearization, wrt: int, engine: Engine | None = None, inputs: int = 1) -> list[Value | None]:
    """∂node/∂wrt for every node, by the way that serves; of wide nodes by `engine`, where it is given.

    Raises UsageError where that takes too many sweeps, being asked for as many `inputs`.
    """
    shapes = [linear.evaluation.shapes[slot] for slot in linear.tape.slot]
    # The engine sweeps once a node: only a graph of few is worth it.
    is_wide = max(map(elements, shapes), default=0) >= WIDE and len(shapes) <= MOST_SWEPT
    if engine is not None and is_wide and linear.evaluation.is_known:
        return _by_engine(linear, wrt, engine)
    # With every local partial at hand one forward sweep is enough.
    if all(partial is not None for edges in linear.edges for _, partial in edges):
        return tangents(linear, wrt)
    if any(shapes):
        require_few_sweeps(linear, inputs, "mode")
    return formula_tangents(linear, wrt)


def require_few_sweeps(linear: Linearization, inputs: int, asked_by: str) -> None:
    """Raise UsageError where an option asks for formulas by so many inputs that take more than MOST_STEPS of sweeps."""
    if inputs * _sweep_steps(linear) > MOST_STEPS:
        what = f"tangents of {len(linear.tape.slot):,} nodes as formulas of vectors"
        message = f"{what}, a sweep for each element, take more than {MOST_STEPS:,} steps"
        hints = (f"give every value by {option('at')}, or leave {option(asked_by)} out",)
        name = Source(linear.tape.graph.source.name, "")
        raise UsageError(name, [Diagnostic(Code.UNKNOWN_VALUES, message, hints=hints)])


def _sweep_steps(linear: Linearization) -> int:
    """The steps of a reverse sweep for each element of each node, counted up to where they are too many."""
    shapes, nodes = linear.evaluation.shapes, {*linear.tape.slot}
    needed: list[int] = []  # By slot, those that it depends on and itself: a bit each, as their number is all we want.
    steps = 0
    for slot, shape in enumerate(shapes):
        if max(slot, steps) > MOST_STEPS:  # Also for the bits' sake, which are as many as the slots' square.
            return MOST_STEPS + 1
        bits = 1 << slot
        for arg, _ in linear.slot_edges[slot]:
            bits |= needed[arg]
        needed.append(bits)
        # Of wider nodes no formula is made.
        if slot in nodes and elements(shape) <= MOST_SWEEPS:
            steps += elements(shape) * bits.bit_count()
    return steps


def _by_engine(linear: Linearization, wrt: int, engine: Engine) -> list[Value | None]:
    """∂node/∂wrt for every node, the Jacobians of wide ones by arrays: no local Jacobian by other nodes is made."""
    tape, shapes = linear.tape, linear.evaluation.shapes
    nodes, (name, moved) = tape.graph.nodes, (tape.graph.nodes[wrt].name, tape.downstream([tape.slot[wrt]]))
    from backcalc.rules.ndarray import filled

    found: list[Value | None] = []
    for node, slot in zip(nodes, tape.slot, strict=True):
        if not moved[slot]:  # No path leads here from `wrt`, so no sweep is needed.
            shape = (*shapes[slot], *shapes[tape.slot[wrt]])
            found.append(filled(shape, 0.0) if shape else 0.0)
            continue
        (value,) = engine(linear.evaluation, node.name, [name])
        found.append(value if not is_known(value) or is_array(value) else float(value))
    return found


def tangents(linear: Linearization, wrt: int) -> list[Value | None]:
    """∂node/∂wrt for every node of the graph, 0 where no path leads from `wrt`.

    With arrays the derivative has the node's shape followed by that of `wrt`.
    """
    count, shapes = len(linear.edges), [linear.evaluation.shapes[slot] for slot in linear.tape.slot]
    if not linear.evaluation.has_arrays:
        plain = forward(range(wrt + 1, count), linear.edges.__getitem__, {wrt: 1.0})
        return [plain.get(node, 0.0) for node in range(count)]
    from backcalc.rules.ndarray import contract, identity, is_finite, quiet

    # Written out, a Jacobian no longer tells 0 from nothing, and 0·inf would be nan: a reverse sweep knows. So it is
    # of numbers where a formula goes through vectors, as max(x, y, z) does.
    if not all(is_finite(partial) for edges in linear.edges for _, partial in edges):
        return [by_reverse(linear, node, wrt, most=inf) for node in range(count)]

    def _chained(partial: Any, tangent: Any, /) -> Any:
        # A number on an edge between arrays is the same for each element, as it is in the reverse sweep.
        return contract(partial, tangent, len(shapes[wrt])) if shape_of(partial) else partial * tangent

    # The identity: each element of `wrt` moves by itself, and its directions are the tangent's last axes.
    seeds: dict[int, Numeric] = {wrt: identity(shapes[wrt])}
    with quiet():
        found = forward(range(wrt + 1, count), linear.edges.__getitem__, seeds, multiply=_chained)
    every = (found.get(node, 0.0 * ones((*shapes[node], *shapes[wrt]))) for node in range(count))
    return [value if shape_of(value) else float(value) for value in every]


def formula_tangents(linear: Linearization, wrt: int) -> list[Value | None]:
    """∂node/∂wrt for every node where not every value is known; None for what no formula here can be.

    A formula's array has two axes at most: of a vector by a vector, it is the list of its rows.
    """
    slot, shapes = linear.tape.slot, linear.evaluation.shapes
    if any(shapes):
        return [by_reverse(linear, node, wrt) for node in range(len(slot))]
    tidied: Folded[Expr] = Folded()
    # Over slots, for the edges between nodes have no formulas.
    order = range(slot[wrt] + 1, len(shapes))
    begin: dict[int, Value] = {slot[wrt]: 1.0}
    edges: Edges[Any] = linear.slot_edges.__getitem__  # Numbers and formulas: pullbacks are of arrays.
    found = forward(order, edges, begin, multiply=multiply, accumulate=add)
    return [_read(linear, found.get(at, 0.0), tidied) for at in slot]


def by_reverse(linear: Linearization, node: int, wrt: int, most: float = MOST_SWEEPS) -> Value | None:
    """∂node/∂wrt by a reverse sweep an element of the node: the pullbacks of arrays have formulas, pushforwards not."""
    at, tail = linear.tape.slot[node], linear.tape.slot[wrt]
    shape, wanted = linear.evaluation.shapes[at], linear.evaluation.shapes[tail]
    if not shape:
        return _read(linear, _pulled(linear, at, 1.0, tail))
    if tail > at:  # Nothing depends on a later slot.
        return 0.0 * ones((*shape, *wanted))
    if elements(shape) > most:
        return None
    from backcalc.rules.ndarray import units

    # A unit with a gate: a plain one would ask of the other elements too, and make 0·inf of them.
    rows = [_pulled(linear, at, only(unit), tail) for unit in units(shape)]
    if not all_known(rows) and len(shape) + len(wanted) > MOST_AXES:
        return None
    return _read(linear, joined(rows, shape))


def _pulled(linear: Linearization, head: int, seed: Value | Gated, tail: int) -> Value:
    """The adjoint of the slot `tail` for a seed at the slot `head`."""
    return as_read(linear, tail, linear.sweep({head: seed}, tail).get(tail, 0.0))


def _read(linear: Linearization, value: Value, tidied: Folded[Expr] | None = None) -> Value:
    return value if is_known(value) else linear.evaluation.written(value, tidied)
