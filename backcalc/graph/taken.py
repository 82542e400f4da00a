"""Names taken for numbers because nothing speaks of their shape, where arrays would fit as well: `W @ x + b`."""

from __future__ import annotations

from collections.abc import Container, Iterator

from backcalc.graph.inference import Inference, MisfitError, OpenShapeError
from backcalc.graph.one_name import TRANSPOSE, transposed
from backcalc.graph.powers import raised_to
from backcalc.graph.tape import Tape
from backcalc.rules.terms import Shape, shape_words
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.wording import shorten


def taken_for_numbers(tape: Tape, known: Container[str]) -> Iterator[Diagnostic]:
    """A note for each undeclared name, without a value among the `known`, that could as well be an array."""
    if tape.shaped is None or not any(tape.shaped.shapes):  # Among numbers alone nothing speaks for an array.
        return
    for node, slot in zip(tape.graph.nodes, tape.slot, strict=True):
        if node.is_implicit and node.name not in known and not tape.shaped.shapes[slot]:
            shape = next((shape for shape in _beside(tape, slot) if _fits(tape, slot, shape)), None)
            if shape is not None:
                name, sizes = shorten(node.name), ",".join(map(str, shape))
                message = f"`{name}` is taken for a number; {shape_words(shape)} would fit as well"
                hints: tuple[str, ...] = (f"declare it: input {name}[{sizes}], or input {name} for a number",)
                # A^t is how some write the transpose.
                if name == TRANSPOSE:
                    hints = (*raised_to(tape, slot), *hints)
                hints = (*transposed(tape, node.name), *hints)
                yield Diagnostic(Code.TAKEN_FOR_NUMBER, message, node.span, hints=hints)


def _beside(tape: Tape, slot: int) -> Iterator[Shape]:
    """The shapes of the arrays with which `slot` is combined element by element."""
    assert tape.shaped is not None
    for row, args in zip(tape.rows, tape.args, strict=True):
        if row is not None and row.shape == "elementwise" and slot in args:
            shapes = [shape for arg in args if (shape := tape.shaped.shapes[arg]) and None not in shape]
            if row.symbol == "+":  # A bias is nearly always one for all rows.
                yield from (shape[-1:] for shape in shapes if len(shape) > 1)
            yield from shapes


def _fits(tape: Tape, slot: int, shape: Shape) -> bool:
    """Whether all that is said of shapes holds where `slot` has this one."""
    assert tape.shaped is not None
    stated, seeds = tape.shaped.known
    try:
        # A whole inference, but few names stand undeclared beside an array.
        Inference(tape, {**seeds, **stated, slot: shape}).run()
    except (MisfitError, OpenShapeError):
        return False
    return True
