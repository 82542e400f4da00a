"""A graph written out as one primitive operation a slot, in an order in which each slot needs only earlier ones.

The tape depends on the graph alone, so it is made once and run at any number of points.
"""

# Annotations are no text here: to compile that of each field of a record takes as long as to make the record.

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from backcalc import progress
from backcalc.graph.model import Dag, Node
from backcalc.language.expr import INDEX, Call, Expr, Name, Number, is_operation, postorder
from backcalc.rules.against import HELD_AGAINST, against
from backcalc.rules.indices import Place, places
from backcalc.rules.primitives import CONSTANTS, PRIMITIVES, Primitive, lookup
from backcalc.rules.terms import Shape
from backcalc.text.source import Span

_SAME = PRIMITIVES["="][0]


def tape_of(graph: Dag) -> "Tape":
    """The tape of `graph`, written at first use and kept with it."""
    return graph.once(Tape)


# At the next point of a file the shapes are the same, and need not be inferred again.
class Shaped(NamedTuple):
    """A tape whose nodes and adjoints have `known` shapes: the shape of every slot, and the row that serves it."""

    known: tuple[dict[int, Shape], dict[int, Shape]]
    shapes: list[Shape]
    rows: list[Primitive | None]


class Tape:
    """The slots of a graph; slot i holds a literal, an input, or `rows[i]` applied to the slots `args[i]`.

    literals   the value of a slot that is a number, else None
    spelling   how the file writes these, by slot
    constant   whether a slot is made of literals alone; a node's own slot only by `const`, for it has an adjoint
    slot       the slot of each node's value, in the graph's order
    node_of    the place in the graph of the node whose value a slot holds
    declared   the shapes that the file declares, by slot
    given      the values that the file states, by the node's place
    incoming   `partials` by the slot of the head
    shaped     the shapes and rows that it was run with last, for the next point of the same shapes
    begin      the first slot that belongs to each node's formula; it ends with the node's own slot
    indices    which elements of another each slot has that is a part of it
    has_arrays whether an operation or an input is one of vectors or matrices
    partials   for each edge-annotated node, its (tail's place in the graph, slot of the partial) pairs
    """

    def __init__(self, graph: Dag) -> None:
        self.graph = graph
        self.rows: list[Primitive | None] = []
        self.args: list[tuple[int, ...]] = []
        self.literals: list[float | None] = []
        self.constant: list[bool] = []
        self.spans: list[Span | None] = []
        self.indices: dict[int, tuple[Place, ...]] = {}
        self.slot: list[int] = []
        self.begin: list[int] = []
        self.partials: dict[int, tuple[tuple[int, int], ...]] = {}
        self._numbers: dict[float | str, int] = {}  # Slots of literals, by how these are written.
        # The slots asked for last, and what depends on them.
        self._downstream: tuple[frozenset[int] | None, Sequence[bool]] = None, ()  # Of no slots none, but as many.
        self.spelling: dict[int, Expr] = {}
        for node in progress.through("listing operations", graph.nodes):
            self._write_node(node)
        # An edge's partial may speak of any node's value, its head's included, so all of them come last.
        for i, node in enumerate(graph.nodes):
            if node.incoming:
                self.partials[i] = tuple((graph.index[e.tail], self._write(e.partial)) for e in node.incoming)
        self.node_of = {slot: i for i, slot in enumerate(self.slot)}
        self.declared = {self.slot[i]: node.shape for i, node in enumerate(graph.nodes) if node.shape is not None}
        self.incoming = {self.slot[node]: pairs for node, pairs in self.partials.items()}
        self.given = {i: node.given for i, node in enumerate(graph.nodes) if node.given is not None}
        self.shaped: Shaped | None = None
        # Most graphs have none, and are spared all that is done for shapes.
        self.has_arrays = any(row is not None and row.shape != "elementwise" for row in self.rows) or any(
            node.shape for node in graph.nodes
        )

    @cached_property
    def owner(self) -> list[int | None]:
        """The place in the graph of the node to whose formula each slot belongs; None for the partials of edges."""
        found: list[int | None] = [None] * len(self.rows)
        # A node's operations stand side by side, its own slot last.
        for node, (first, last) in enumerate(zip(self.begin, self.slot, strict=True)):
            found[first : last + 1] = [node] * (last + 1 - first)
        return found

    def downstream(self, slots: Iterable[int]) -> Sequence[bool]:
        """Which slots depend on one of `slots`, themselves among them."""
        key = frozenset(slots)
        if self._downstream[0] != key:  # Many points ask the same some at a time.
            self._downstream = key, self._found_downstream(key)
        return self._downstream[1]

    def _found_downstream(self, slots: Iterable[int]) -> list[bool]:
        found = [False] * len(self.rows)
        for slot in slots:
            found[slot] = True
        for slot, args in enumerate(self.args):  # Arguments come first, so once through is enough.
            tails = (self.slot[tail] for tail, _ in self.incoming.get(slot, ()))
            found[slot] = found[slot] or any(found[arg] for arg in (*args, *tails))
        return found

    def _write_node(self, node: Node) -> None:
        self.begin.append(len(self.rows))
        if node.expr is None:
            self.slot.append(self._new(None, ()))
            return
        last = self._write(node.expr)
        # `y = x` or `y = 2` would share a slot with what it copies; an adjoint of its own needs a slot of its own.
        owns_last = last == len(self.rows) - 1 and last >= self.begin[-1] and self.rows[last] is not None
        self.slot.append(last if owns_last else self._new(_SAME, (last,)))
        self.constant[-1] = node.is_fixed  # Not of `y = 2*3`: ∂L/∂y is asked for all the same.

    def _write(self, expr: Expr) -> int:
        """The slot that holds `expr`; a part shared inside `expr` has one slot."""
        # By identity: to compare two formulas takes as long as they are, and equal ones need not be one.
        place: dict[int, int] = {}
        for part in postorder(expr):
            if isinstance(part, Call):
                if is_operation(part):  # Ends of slices have no slots.
                    place[id(part)] = self._operation(part, place)
            elif isinstance(part, Number):
                place[id(part)] = self._number(part.value, part)
            elif part.id in self.graph.index:  # First, for a node may be called `e`.
                place[id(part)] = self.slot[self.graph.index[part.id]]
            else:
                place[id(part)] = self._number(CONSTANTS[part.id], part)
        return place[id(expr)]

    def _operation(self, part: Call, place: dict[int, int]) -> int:
        # An index is no argument but a number of the text: it has neither a slot nor an adjoint.
        if part.fn != INDEX:
            args = tuple([place[id(arg)] for arg in part.args])
            row = lookup(part.fn, len(args), part.options)
            # A constant takes no share of the slope where both are equal.
            if part.fn in HELD_AGAINST:
                row = against(row, [self.constant[arg] for arg in args])
            return self._new(row, args, part.span)
        slot = self._new(lookup(INDEX), (place[id(part.args[0])],), part.span)
        self.indices[slot] = places(part.args[1:])
        return slot

    def _number(self, value: float, spelling: Number | Name) -> int:
        # A number has no adjoint, so one slot serves every place where it stands so written.
        # By the text: of 2 and 2.0 each is shown as it is written.
        key = (spelling.text or value) if isinstance(spelling, Number) else spelling.id
        if key not in self._numbers:
            self._numbers[key] = self._new(None, ())
            self.literals[-1], self.constant[-1] = value, True
            self.spelling[self._numbers[key]] = spelling
        return self._numbers[key]

    def _new(self, row: Primitive | None, args: tuple[int, ...], span: Span | None = None) -> int:
        self.rows.append(row)
        self.args.append(args)
        self.literals.append(None)
        self.constant.append(row is not None and all(map(self.constant.__getitem__, args)))  # An input may be anything.
        self.spans.append(span)
        return len(self.rows) - 1
