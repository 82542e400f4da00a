"""Lines of one form as columns, and the operations that each of these lines stands for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from backcalc.bulk.arrays.sorting import Indices
from backcalc.bulk.graph.blocks import LineBlock
from backcalc.graph.functions import DERIVATIVES, Functions
from backcalc.graph.model import Dag, Node
from backcalc.graph.tape import Tape
from backcalc.language.expr import NEGATE, NOWHERE, Call, Expr, Name, Number, fold, postorder, with_args
from backcalc.language.forms import leaves_of
from backcalc.language.statements import Definition, Edge
from backcalc.rules.functions.arrays import Array
from backcalc.rules.row import Primitive
from backcalc.text.errors import Diagnostic
from backcalc.text.source import Source


class UnfitError(Exception):
    """A file holds what arrays of numbers cannot express, or what wants an error: then the plain way serves."""


class Operation(NamedTuple):
    """An operation of a template: a row of the table, and for each argument what it is and which one.

    An argument is ("name", i) or ("number", i), a column of the lines, ("literal", x), or ("op", i), an earlier one.
    """

    row: Primitive
    args: tuple[tuple[str, float], ...]


class Template:
    """The lines of one block.

    starts   where each line's statement begins
    ends     for each end of an edge (tail, head), or for the target of a definition, the id of its name on each line
    reads    the same for each name in the formula or partial, from left to right
    numbers  the numbers in the formula or partial, a column each
    """

    def __init__(self, block: LineBlock) -> None:
        statement = block.statement
        assert isinstance(statement, Edge | Definition)
        self.statement, self.is_edge = statement, isinstance(statement, Edge)
        self.expr: Expr = statement.partial if isinstance(statement, Edge) else statement.formula
        ends = [statement.tail, statement.head] if isinstance(statement, Edge) else [statement.target]
        leaves = leaves_of(statement)
        names = [leaf for leaf in leaves if isinstance(leaf, Name)]
        # By identity, for the same name may stand on a line's both sides, with a column for each place.
        column = {id(leaf): block.names[i] for i, leaf in enumerate(names)}
        self._names = [leaf for leaf in names if not any(leaf is end for end in ends)]
        self._numbers = [leaf for leaf in leaves if isinstance(leaf, Number)]
        self.starts: Indices = block.starts
        self.ends = [column[id(end)] for end in ends]
        self.reads = [column[id(leaf)] for leaf in self._names]
        self.numbers: Array = block.numbers

    def release(self) -> None:
        """Let go of what edges and numbers there are, once they are in a graph: they take as much as it does."""
        self.numbers = self.numbers[:, :0]
        if self.is_edge:
            self.ends, self.reads = [], []

    @property
    def partials(self) -> Array | None:
        """The partials of edges that have plain numbers for them, else None."""
        expr, sign = signed(self.expr)
        if not self.is_edge or not isinstance(expr, Number):
            return None
        partials: Array = self.numbers[0]
        return partials if sign == 1 else -partials

    @cached_property
    def operations(self) -> list[Operation]:
        """What the formula or partial does, the last operation giving its value. Raises UnfitError."""
        # No name of the language has a space in it, so a blank is never taken for a name of the file.
        blanks = {id(leaf): Name(f"name {i}") for i, leaf in enumerate(self._names)}
        blanks |= {id(leaf): Name(f"number {i}") for i, leaf in enumerate(self._numbers)}
        errors: list[Diagnostic] = []

        def leaf(part: Number | Name) -> Expr:
            """The blank in the place of a leaf, which is another on each line."""
            return blanks[id(part)]

        blanked = fold(self.expr, leaf, with_args)
        expr = Functions((), errors).expand(blanked)  # With no functions of a file: its call would be an error here.
        if errors or any(isinstance(part, Call) and part.fn in DERIVATIVES for part in postorder(expr)):
            raise UnfitError
        # A graph of one line, whose blanks are inputs: so the ordinary tape says what each line of the form does.
        inputs = [Node(blank.id, "input", NOWHERE) for blank in blanks.values()]
        tape = Tape(Dag(Source("", ""), (*inputs, Node("", "expression", NOWHERE, expr=expr))))
        # An operation on arrays as wholes has no column of numbers.
        if tape.has_arrays:
            raise UnfitError
        return list(_operations(tape))


def signed(expr: Expr) -> tuple[Expr, float]:
    """The expression without a minus in front, and the sign: -3 is no number of the grammar, but minus a number."""
    return (expr.args[0], -1.0) if isinstance(expr, Call) and expr.fn == NEGATE else (expr, 1.0)


def joined(columns: Sequence[Indices], kind: type[np.generic]) -> Indices:
    """The columns one behind the other, without a copy where there is one."""
    # Of one form alone, as most files are, nothing is copied.
    return columns[0] if len(columns) == 1 else np.concatenate([np.zeros(0, kind), *columns])


def _operations(tape: Tape) -> list[Operation]:
    """The operations of a tape whose inputs are columns."""
    place: dict[int, tuple[str, float]] = {}
    # All nodes but the last are blanks, called by their kind and column.
    for node, slot in zip(tape.graph.nodes[:-1], tape.slot, strict=False):
        kind, column = node.name.split()
        place[slot] = kind, int(column)
    found: list[Operation] = []
    for slot, row in enumerate(tape.rows):
        literal = tape.literals[slot]
        if literal is not None:
            place[slot] = "literal", literal
        elif row is not None:
            place[slot] = "op", len(found)
            found.append(Operation(row, tuple(place[arg] for arg in tape.args[slot])))
    return found
