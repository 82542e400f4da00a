"""The array form of `build`: lines of a few forms to a graph whose nodes and edges are arrays.

It serves graphs of numbers, and has no errors of its own: where a file holds anything that wants a second look (a loop,
a vector, a node defined twice, a cycle), there is no array graph, and the plain way says what there is to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from backcalc.bulk.arrays.sorting import Indices, gathered, repeated
from backcalc.bulk.graph.columns import joined
from backcalc.bulk.graph.declarations import ArrayDeclarations, ordered
from backcalc.bulk.graph.pieces import PIECE
from backcalc.bulk.graph.reader import Lines
from backcalc.bulk.graph.symbols import Names
from backcalc.graph.model import Node, NodeKind, StatedValue
from backcalc.language.foreign.translated import noted
from backcalc.language.parser import Reading, parse_items
from backcalc.language.statements import Definition, Statement
from backcalc.rules.functions.arrays import Array
from backcalc.rules.primitives import CONSTANTS
from backcalc.text.errors import Code, Diagnostic, Note
from backcalc.text.source import Span
from backcalc.text.wording import shorten

KINDS: tuple[NodeKind, ...] = ("input", "edges", "expression", "constant")
INPUT, EDGES, EXPRESSION, CONSTANT = range(len(KINDS))
FEW_LOOKUPS = 8  # Lookups until a dictionary of all names pays.

_STATEMENT = re.compile(r"[^#;\n]*")
_ITEM = re.compile(r"[^#;\n,]*")  # Of a list of inputs.


class ArrayGraph:
    """A graph of numbers, its nodes in the order in which `build` has them.

    names      the name of each node
    kinds      the kind of each node, a place in KINDS
    rank       the place of each name's node, by the name's id; constants have negative ones
    levels     the level of each node, where it had to be found out; else None
    tails, heads   the annotated edges, in the order of the file
    starts     where the statement of each node begins: the one that defines or declares it, else the first to name it
    """

    def __init__(self, lines: Lines) -> None:
        """Raises UnfitError where the plain way is needed."""
        declared = ArrayDeclarations(lines)
        self.source, self.output, self.templates = lines.source, declared.output, declared.templates
        self._lists = lines.lists
        # What the grammar read by itself may go on over several lines; a line of a block ends with the line.
        self._spans = {template.statement.span.start: template.statement.span for template in declared.templates}
        order, self.levels = ordered(declared)
        # Names have ids in any order, nodes places by topological order; `rank` leads from one to the other.
        self.rank = np.empty(declared.count, np.int32)  # Without constants, which come first in `order`.
        self.rank[order] = np.arange(declared.count, dtype=np.int32) - len(declared.hidden)
        self._ids = order[len(declared.hidden) :]
        self.names = declared.names.chosen(self._ids)
        hidden = zip(declared.hidden.tolist(), declared.names.at(declared.hidden), strict=True)
        # By rank, which is below 0: no place of a node.
        self.constants = {int(self.rank[i]): CONSTANTS[name] for i, name in hidden}
        self.kinds = self._kinds(declared)
        inputs = declared.names.at(np.array(list(declared.inputs), np.int64))
        self.declared = dict(zip(inputs, declared.inputs.values(), strict=True))
        # Parallel edges add up in the order of the file, and a file may have its edges in several forms.
        starts = [template.starts for template in declared.edges]
        in_order = np.argsort(joined(starts, np.int32), kind="stable") if len(starts) > 1 else None
        self._edge_order = None if in_order is None else in_order.astype(np.int32)
        self._edge_starts = self.in_order(starts, np.int32)
        self.tails, self.heads = (
            gathered(self.rank, self.in_order([template.ends[k] for template in declared.edges], np.int32))
            for k in (0, 1)
        )
        self.starts = self._first_lines(declared)
        self._used, self._in_partials = self._readers(declared)

    def __len__(self) -> int:
        return len(self._ids)

    def in_order(self, columns: Sequence[Indices | Array], kind: type[np.generic]) -> NDArray[Any]:
        """What is said of the edges of each form, as one column in the order of the file."""
        column = joined(columns, kind)
        return column if self._edge_order is None else gathered(column, self._edge_order)

    def _kinds(self, declared: ArrayDeclarations) -> Indices:
        # In this order: a node with edges may also have a number, which is its activation.
        found = np.full(declared.count, INPUT, np.int8)
        for template in declared.definitions:
            # A formula of constants alone, as 2*pi, is a constant.
            reads = [self.rank[read] >= 0 for read in template.reads]
            found[template.ends[0]] = np.where(np.any(reads, axis=0), EXPRESSION, CONSTANT) if reads else CONSTANT
        found[declared.is_head] = EDGES
        return found[self._ids]

    def _first_lines(self, declared: ArrayDeclarations) -> Indices:
        """Where the statement of each node begins: of its definition or declaration, else of the first to name it."""
        # What is weaker first: a definition overrides the line that only names a node.
        found = declared.starts[declared.first // declared.width]
        for template in declared.definitions:
            found[template.ends[0]] = template.starts
        for name, statement in declared.inputs.items():
            found[name] = statement.start
        return np.asarray(found[self._ids])

    def _readers(self, declared: ArrayDeclarations) -> tuple[Indices, Indices]:
        """Which nodes another depends on, and which only the partials of another's edges speak of."""
        used, spoken = declared.is_tail.copy(), np.zeros(declared.count, np.bool_)
        for template in declared.definitions:
            for read in template.reads:
                used[read] = True  # A scatter: to write True twice does no harm.
        for template in declared.edges:
            for read in template.reads:
                # What speaks of its own head does not make that another's.
                spoken[read[read != template.ends[1]]] = True
        return used[self._ids], spoken[self._ids]

    seeds: tuple[tuple[str, StatedValue], ...] = ()
    """The adjoints that the file states: none, for with `adjoint` statements the plain way serves."""

    @cached_property
    def dependencies(self) -> tuple[Indices, Indices]:
        """(tails, heads) of all that depends on something: the annotated edges, then the arguments of the formulas."""
        heads, tails = self.arguments
        return np.concatenate([self.tails, tails]), np.concatenate([self.heads, heads])

    @property
    def arguments(self) -> tuple[Indices, Indices]:
        """(node, argument) of each place in a formula, those of a node in its formula's order, some of them twice."""
        definitions = [template for template in self.templates if not template.is_edge]
        pairs = [(template.ends[0], read) for template in definitions for read in template.reads]
        heads, tails = (self.rank[joined(column, np.int32)] for column in ([pair[k] for pair in pairs] for k in (0, 1)))
        is_node = tails >= 0  # Not a constant such as pi.
        return heads[is_node], tails[is_node]

    @property
    def has_formulas(self) -> bool:
        """Whether a node is computed from others; what computes the partials of edges is no node's formula."""
        return bool((self.kinds == EXPRESSION).any())

    def statement_starts(self, nodes: Indices) -> list[int]:
        """Where the statements begin that say what these nodes are: definitions, declarations, edges into them."""
        are_meant = np.zeros(len(self), np.bool_)
        are_meant[nodes] = True
        edges = self._edge_starts[are_meant[self.heads]]  # An edge says what its head is, too.
        return np.unique(np.concatenate([self.starts[nodes], edges])).tolist()  # type: ignore[no-any-return]

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The place of each node, by name."""
        return _Index(self.names)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of the nodes with neither a formula nor incoming edges."""
        return tuple(self.names.at(self.input_places))

    @property
    def input_places(self) -> Indices:
        """The places of `inputs`."""
        return np.flatnonzero(self.kinds == INPUT)

    @cached_property
    def nodes(self) -> Sequence[Node]:
        """The nodes as records, each made when it is looked at."""
        return _Nodes(self)

    def kind_names(self, part: slice) -> list[NodeKind]:
        """The kinds of some nodes, by name."""
        return [KINDS[kind] for kind in self.kinds[part].tolist()]

    @cached_property
    def lines(self) -> Indices:
        """The line on which each node first stands as itself."""
        text = self.source.text
        # A piece at a time, for each of its characters is as wide as the widest that there are.
        pieces = (np.frombuffer(text[at : at + PIECE].encode("utf-32-le"), "<u4") for at in range(0, len(text), PIECE))
        newlines = [np.flatnonzero(piece == ord("\n")) + i * PIECE for i, piece in enumerate(pieces)]
        return np.asarray(np.searchsorted(np.concatenate(newlines), self.starts) + 1)

    def line(self, node: Node) -> int:
        """The line on which `node` first stands as itself."""
        return self.source.line_number(node.span.start)

    @cached_property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What was noticed of the file, and a warning for each edge that stands twice, in the order of the file."""
        # In 64 bits: of a million nodes there are 10^12 pairs.
        keys = self.tails.astype(np.uint64) * np.uint64(len(self))
        keys += self.heads.view(np.uint32)  # One number an edge.
        starts = self._edge_starts
        first: dict[int, int] = {}
        found = [*noted(self.source)]
        for place in repeated(keys).tolist():
            before = first.setdefault(int(keys[place]), place)  # Of three the first is told with each of the others.
            if before != place:
                edge = f"{shorten(self.names[self.tails[place]])} -> {shorten(self.names[self.heads[place]])}"
                note = Note("it stands here first", self._statement(int(starts[before])))
                message = f"the edge {edge} stands twice; its partials add up"
                found.append(Diagnostic(Code.DUPLICATE_EDGE, message, self._statement(int(starts[place])), (note,)))
        return tuple(found)

    def statement_span(self, node: int) -> Span:
        """The place in the text of the statement that defines a node, else of the first that speaks of it."""
        return self._statement(int(self.starts[node]))

    def _statement(self, start: int) -> Span:
        """The place in the text of the statement that begins at a byte."""
        if start in self._spans:
            return self._spans[start]
        found = (_ITEM if self._is_listed(start) else _STATEMENT).match(self.source.text, start)
        assert found is not None
        return Span(start, start + len(found.group().rstrip()))  # Up to a comment, or a semicolon.

    def _is_listed(self, start: int) -> bool:
        """Whether an item of a long list of inputs begins there."""
        return any(listed.start <= start < listed.end for listed in self._lists)

    def statement_at(self, start: int, reading: Reading) -> Statement:
        """The statement that begins at this place, read once more; of a list of inputs the one that does."""
        return (
            parse_items(self.source, self._statement(start))[0]
            if self._is_listed(start)
            else reading.statement_at(start)
        )

    @cached_property
    def sinks(self) -> tuple[str, ...]:
        """The names of the nodes that no other depends on: computed ones, or where there are none, any."""
        unused = ~self._used
        computed = unused & ((self.kinds == EDGES) | (self.kinds == EXPRESSION))
        # The same three steps as `Graph.sinks` takes; tests hold them equal.
        found = next((each for each in (computed & ~self._in_partials, computed, unused) if each.any()), unused)
        return tuple(self.names.at(np.flatnonzero(found)))


class _Index(Mapping[str, int]):
    """The place of each node by name; a dictionary once more than a few are looked up, for it takes much memory."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._found: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __getitem__(self, name: str) -> int:
        if name not in self._found and len(self._found) < FEW_LOOKUPS:
            self._found |= self._names.places([name])  # Each a pass over all names, without a dictionary.
            if name not in self._found:
                raise KeyError(name)
        return self._found[name] if name in self._found else self._places[name]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self._names)}


class _Nodes(Sequence[Node]):
    """The nodes of an array graph; a formula is read again from its line, for few of them are ever looked at."""

    def __init__(self, graph: ArrayGraph) -> None:
        self._graph, self._reading = graph, Reading(graph.source)

    def __len__(self) -> int:
        return len(self._graph)

    @overload
    def __getitem__(self, place: int, /) -> Node: ...
    @overload
    def __getitem__(self, place: slice, /) -> Sequence[Node]: ...
    def __getitem__(self, place: int | slice, /) -> Node | Sequence[Node]:
        if isinstance(place, slice):
            return [self._node(i) for i in range(*place.indices(len(self)))]
        return self._node(place)

    def _node(self, i: int) -> Node:
        graph = self._graph
        span = graph.statement_span(i)
        kind = KINDS[graph.kinds[i]]
        formula = None
        if kind in ("expression", "constant"):
            # One line, read again; to keep all formulas would take more than the file.
            statement = self._reading.statement(span)
            formula = statement.formula if isinstance(statement, Definition) else None
        return Node(graph.names[i], kind, span, formula=formula)
