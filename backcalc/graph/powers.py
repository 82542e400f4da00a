"""Powers of arrays that could mean two things: the inverse A^-1, and the transpose A^T where T is a node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backcalc.graph.one_name import TRANSPOSE
from backcalc.graph.tape import Tape
from backcalc.language.expr import NEGATE
from backcalc.rules.terms import Shape
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.wording import shorten

_CAPITAL = "T"
_MATRIX = 2  # Axes.


def doubtful_powers(tape: Tape, shapes: Sequence[Shape]) -> Iterator[Diagnostic]:
    """The powers of the text that are refused; those of formulas that were worked out have no place in it."""
    nodes = {slot: node.name for slot, node in zip(tape.slot, tape.graph.nodes, strict=True)}
    for slot, row in enumerate(tape.rows):
        span = tape.spans[slot]
        if row is None or row.symbol != "^" or span is None or span.start == span.end:
            continue
        base, exponent = tape.args[slot]
        name = shorten(nodes.get(base, "A"))  # What goes by no name is A in the words.
        if len(shapes[base]) == _MATRIX and _is_minus_one(tape, exponent):
            message = f"`{name}^-1` of a matrix could mean two things"
            hints = (f"the inverse is inv({name}), by elements it is 1/{name}",)
            yield Diagnostic(Code.AMBIGUOUS, message, span, hints=hints)
        if shapes[base] and nodes.get(exponent) == _CAPITAL:
            message = f"`{name}^T` of an array could mean two things"
            hints = (f"the transpose is {name}.T; where T is a power, give it another name",)
            yield Diagnostic(Code.POWER_OF_T, message, span, hints=hints)


def raised_to(tape: Tape, exponent: int) -> tuple[str, ...]:
    """What is to be written where a base raised to this slot is meant to be transposed: a hint for each such base."""
    nodes = {slot: node.name for slot, node in zip(tape.slot, tape.graph.nodes, strict=True)}
    operations = zip(tape.rows, tape.args, strict=True)
    bases = [args[0] for row, args in operations if row is not None and row.symbol == "^" and args[1] == exponent]
    names = dict.fromkeys(shorten(nodes.get(base, "A")) for base in bases)
    return tuple(f"the transpose is written {name}.T" for name in names)


def powers_in(tape: Tape, slot: int) -> tuple[str, ...]:
    """A hint for each factor of a product that is raised to an undeclared t, and is to be transposed."""
    found: tuple[str, ...] = ()
    for arg in tape.args[slot]:
        row, args = tape.rows[arg], tape.args[arg]
        if row is not None and row.symbol == "^" and args[1] in tape.slot:
            node = tape.graph.nodes[tape.slot.index(args[1])]
            found += raised_to(tape, args[1]) if node.is_implicit and node.name == TRANSPOSE else ()
    return found


def _is_minus_one(tape: Tape, slot: int) -> bool:
    row = tape.rows[slot]
    # A number of the text has no sign: -1 is the negative of 1.
    return row is not None and row.symbol == NEGATE and tape.literals[tape.args[slot][0]] == 1.0
