"""Shapes by unification, in both directions: from arguments to values, and from values back to arguments.

A shape is (), (n,) or (m, n); a length that nothing settles is None. `inference` finds them, `shape_errors` words what
does not fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backcalc.graph.tape import Shaped, Tape
from backcalc.graph.written_out import WRITTEN, shape_of_written
from backcalc.language.expr import INDEX, VECTOR, Call, Expr, Folded, Name, Number, fold
from backcalc.rules.indices import places
from backcalc.rules.primitives import lookup
from backcalc.rules.row import Primitive
from backcalc.rules.shapes import rule_called, value_shape
from backcalc.rules.terms import MOST_AXES, Shape, shape_text, shape_words
from backcalc.text.errors import BuildError, Diagnostic

__all__ = ["MOST_AXES", "KnownShapes", "Shape", "infer", "prepare", "shape_text", "shape_words", "specialize"]


def prepare(
    tape: Tape, stated: dict[int, Shape], seeds: dict[int, Shape]
) -> tuple[list[Shape], list[Primitive | None]]:
    """The shape of every slot and the row that serves it.

    Raises BuildError as `infer` does.
    """
    # The values of a point change nothing here: at the next point of a file of points the shapes are the same.
    if tape.shaped is None or tape.shaped.known != (stated, seeds):
        shapes = infer(tape, stated, seeds)
        tape.shaped = Shaped((stated, seeds), shapes, specialize(tape, shapes))
    return tape.shaped.shapes, tape.shaped.rows


def infer(tape: Tape, stated: Mapping[int, Shape], seeds: Mapping[int, Shape] | None = None) -> list[Shape]:
    """The shape of every slot, from what is stated of nodes and of adjoints, which have their node's shape.

    Raises BuildError with both shapes, and what they follow from, where two do not fit.
    """
    seeds = seeds or {}
    # Nothing in the text or at the point is an array, so nothing can be one: no rule need be applied.
    if not tape.has_arrays and not any(stated.values()) and not any(seeds.values()):
        return [()] * len(tape.rows)
    from backcalc.graph.inference import Inference, MisfitError, OpenShapeError
    from backcalc.graph.powers import doubtful_powers

    _require_adjoints(tape, stated, seeds)
    try:
        shapes = Inference(tape, {**seeds, **stated}).run()
    except (MisfitError, OpenShapeError):
        raise BuildError(tape.graph.source, [_explanation(tape, stated, seeds)]) from None
    # Only now, for only of arrays could they mean two things.
    if refused := list(doubtful_powers(tape, shapes)):
        raise BuildError(tape.graph.source, refused)
    return shapes


def _require_adjoints(tape: Tape, stated: Mapping[int, Shape], seeds: Mapping[int, Shape]) -> None:
    """Raise BuildError for every adjoint whose shape is not the one stated of its node."""
    # Before the inference, where what is stated of a node takes the place of what its adjoint says.
    graph = tape.graph
    places = [
        (graph.node(name), tape.slot[graph.index[name]], known.span)
        for name, known in graph.seeds
        if name in graph.index
    ]
    wrong = [place for place in places if place[1] in stated and stated[place[1]] != seeds[place[1]]]
    if wrong:
        from backcalc.graph.shape_errors import explain_adjoint

        errors = [explain_adjoint(tape, node, seeds[slot], stated, span) for node, slot, span in wrong]
        raise BuildError(graph.source, errors)


def _explanation(tape: Tape, stated: Mapping[int, Shape], seeds: Mapping[int, Shape]) -> Diagnostic:
    """The error of shapes that cannot be inferred, by doing it once more and keeping what settles what."""
    from backcalc.graph.inference import Inference, MisfitError, OpenShapeError
    from backcalc.graph.shape_errors import explain_misfit, explain_open  # Words are loaded where something is wrong.

    inference = Inference(tape, {**seeds, **stated}, traced=True)
    try:
        inference.run()
    except MisfitError as error:
        return explain_misfit(tape, inference, error, stated, seeds)
    except OpenShapeError as error:
        return explain_open(tape, inference, error)
    raise AssertionError  # What fails once fails twice.


def specialize(tape: Tape, shapes: Sequence[Shape]) -> list[Primitive | None]:
    """The row of each slot that serves the ranks of its arguments."""
    if not tape.has_arrays and not any(shapes):
        return tape.rows
    return [
        None if row is None else row.serving(tuple(len(shapes[arg]) for arg in args))
        for row, args in zip(tape.rows, tape.args, strict=True)
    ]


class KnownShapes:
    """The shapes of formulas in nodes whose shapes are known; what formulas share is looked at once."""

    def __init__(self, names: Mapping[str, Shape]) -> None:
        # Its own: who names adjoints adds theirs.
        self.names = dict(names)
        self._found: Folded[Shape] = Folded()

    def of(self, expr: Expr) -> Shape:
        """The shape of `expr`; names that are no nodes are numbers."""
        return fold(expr, self._leaf, _call_shape, self._found)

    def _leaf(self, leaf: Number | Name) -> Shape:
        return self.names.get(leaf.id, ()) if isinstance(leaf, Name) else ()


def _call_shape(part: Call, args: tuple[Shape, ...]) -> Shape:
    if not any(args):  # Nearly all formulas are of numbers alone; only a list makes an array of these.
        if part.fn in WRITTEN:  # Of a formula as it is shown, where these stand as the file has them.
            return shape_of_written(part)
        return (len(args),) if part.fn in (VECTOR, "concat") else ()
    row = lookup(part.fn, len(args), part.options)
    if row is None:
        return _widest(args)
    is_index = part.fn == INDEX
    indices = places(part.args[1:]) if is_index else ()
    found = value_shape(rule_called(row.general_shape, indices, row.settings), args[:1] if is_index else args)
    return _widest(args) if found is None else found


def _widest(args: tuple[Shape, ...]) -> Shape:
    return max(args, key=len, default=())
