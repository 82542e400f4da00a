"""The array form of `build` and `Tape`: lines of a few forms to a graph whose nodes, operations and edges are arrays.

It serves graphs of numbers, and has no errors of its own: where a file holds anything that wants a second look (a loop,
a vector, a node defined twice, a cycle), there is no array graph, and the plain way says what there is to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import overload

import numpy as np

from backcalc.errors import Diagnostic, Note, Source, Span, shorten
from backcalc.expr import Name, Number
from backcalc.forms import leaves_of
from backcalc.graph import Kind, Node
from backcalc.lines import Block, Lines
from backcalc.parser import parse
from backcalc.plan import Indices, Plan
from backcalc.primitives import CONSTANTS, PRIMITIVES
from backcalc.statements import Definition, Edge, Header, Input, Output, Statement
from backcalc.template import Template, UnfitError

KINDS: tuple[Kind, ...] = ("input", "edges", "expression", "constant")
INPUT, EDGES, EXPRESSION, CONSTANT = range(len(KINDS))
MOST_REST = 5_000  # Statements that the grammar reads one by one.
ROLES = 64  # Names on a line that are told apart.

_STATEMENT = re.compile(r"[^#;\n]*")


class _Draft:
    """What the lines say, names still by their ids: templates, declarations, and where each name comes first."""

    def __init__(self, lines: Lines) -> None:
        self.names = list(lines.names)
        self.ids = {name: i for i, name in enumerate(self.names)}
        self.inputs: dict[int, Input] = {}
        self.output: str | None = None
        if len(lines.rest.statements) > MOST_REST:
            raise UnfitError
        alone = [block for statement in lines.rest.statements for block in self._take(statement)]
        self.templates = [Template(block) for block in (*lines.blocks, *alone)]
        self.edges = [template for template in self.templates if template.is_edge]
        self.definitions = [template for template in self.templates if not template.is_edge]
        self.count = len(self.names)
        self.is_head = self._mark(template.ends[1] for template in self.edges)
        self.is_tail = self._mark(template.ends[0] for template in self.edges)
        self.is_defined = self._mark(template.ends[0] for template in self.definitions)
        self.hidden = self._constants()
        self._refuse_doubtful()

    def _take(self, statement: Statement) -> Iterator[Block]:
        """A statement that the grammar read by itself, as a block of one line; or what it declares."""
        if isinstance(statement, Definition | Edge):
            yield self._alone(statement)
        elif isinstance(statement, Input) and isinstance(statement.target, Name) and statement.shape is None:
            name = self._id(statement.target.id)
            if name in self.inputs:
                raise UnfitError
            self.inputs[name] = statement
        elif isinstance(statement, Output) and isinstance(statement.target, Name) and self.output is None:
            self.output = statement.target.id
        elif not isinstance(statement, Header):
            raise UnfitError

    def _alone(self, statement: Definition | Edge) -> Block:
        """A block of one line."""
        leaves = leaves_of(statement)
        names = [self._id(leaf.id) for leaf in leaves if isinstance(leaf, Name)]
        numbers = [leaf.value for leaf in leaves if isinstance(leaf, Number)]
        starts = np.array([statement.span.start])
        return Block(statement, starts, np.array([names], np.int32), np.array([numbers], np.float64))

    def _id(self, name: str) -> int:
        if name not in self.ids:
            self.ids[name] = len(self.names)
            self.names.append(name)
        return self.ids[name]

    def _mark(self, columns: Iterator[Indices]) -> Indices:
        """Which names stand in these columns."""
        found = np.zeros(self.count, np.bool_)
        for column in columns:
            found[column] = True
        return found

    def _constants(self) -> Indices:
        """The names that are no nodes but constants: pi, unless the file defines it."""
        ids = [self.ids.get(name) for name in CONSTANTS]
        is_node = self.is_head | self.is_tail | self.is_defined
        return np.array([i for i in ids if i is not None and not is_node[i] and i not in self.inputs], np.int64)

    def _refuse_doubtful(self) -> None:
        """Leave to `build` whatever is an error there."""
        targets = sum(len(template.starts) for template in self.definitions)
        declared = np.array(list(self.inputs), np.int64)
        is_doubtful = (
            not self.count  # Nothing there,
            or targets != self.is_defined.sum()  # a node is defined twice,
            or (self.is_head | self.is_defined)[declared].any()  # or is declared an input, and is none,
            or any(template.reads and self.is_head[template.ends[0]].any() for template in self.definitions)
            or any(len(template.reads) + 2 > ROLES for template in self.templates)
        )
        undefined = ~(self.is_head | self.is_tail | self.is_defined)
        undefined[declared] = False
        functions = (self.ids.get(name) for name in PRIMITIVES)  # or a function stands without its argument.
        if is_doubtful or any(i is not None and undefined[i] for i in functions):
            raise UnfitError

    @cached_property
    def first(self) -> Indices:
        """For each name where it first stands, in the order in which `build` meets the names of a statement."""
        found = np.full(self.count, np.iinfo(np.int64).max)
        for template in self.templates:
            columns = (*template.ends, *template.reads) if template.is_edge else (*template.reads, *template.ends)
            for role, column in enumerate(columns):
                np.minimum.at(found, column, template.starts * ROLES + role)
        for name, statement in self.inputs.items():
            found[name] = min(found[name], statement.span.start * ROLES)
        found[self.hidden] = -1  # Constants come before all nodes.
        return found

    def dependencies(self) -> tuple[Indices, Indices]:
        """The (tails, heads) of the graph's nodes, by name; there may be constants among the tails."""
        pairs = [(template.ends[0], template.ends[1]) for template in self.edges]
        pairs += [(read, template.ends[0]) for template in self.definitions for read in template.reads]
        tails, heads = (np.concatenate([pair[k] for pair in pairs] or [np.zeros(0, np.int32)]) for k in (0, 1))
        return tails, heads


class ArrayGraph:
    """A graph of numbers, its nodes in the order in which `build` has them.

    kinds      the kind of each node, a place in KINDS
    rank       the place of each name's node, by the name's id; constants have negative ones
    levels     the level of each node, where it had to be found out; else None
    tails, heads   the annotated edges, in the order of the file
    """

    def __init__(self, lines: Lines) -> None:
        """Raises UnfitError where the plain way is needed."""
        draft = _Draft(lines)
        self.source, self.output, self.templates = lines.source, draft.output, draft.templates
        order, self.levels = _order(draft)
        self.rank = np.empty(draft.count, np.int32)
        self.rank[order] = np.arange(draft.count, dtype=np.int32) - len(draft.hidden)
        self._ids = order[len(draft.hidden) :]
        self._texts, self._name_ids = draft.names, draft.ids
        self.constants = {int(self.rank[i]): CONSTANTS[draft.names[i]] for i in draft.hidden}
        self.kinds = self._kinds(draft)
        self.declared = {draft.names[i]: statement for i, statement in draft.inputs.items()}
        # Parallel edges add up in the order of the file, and a file may have its edges in several forms.
        self._edge_starts = np.concatenate([np.zeros(0, np.int64), *(template.starts for template in draft.edges)])
        self.edge_order = np.argsort(self._edge_starts, kind="stable") if len(draft.edges) > 1 else slice(None)
        tails, heads = (np.concatenate([np.zeros(0, np.int32), *(t.ends[k] for t in draft.edges)]) for k in (0, 1))
        self.tails, self.heads = self.rank[tails[self.edge_order]], self.rank[heads[self.edge_order]]
        self._starts = self._first_lines(draft)
        self._used, self._in_partials = self._readers(draft)

    def __len__(self) -> int:
        return len(self._ids)

    def _kinds(self, draft: _Draft) -> Indices:
        found = np.full(draft.count, INPUT, np.int8)
        for template in draft.definitions:
            reads = [self.rank[read] >= 0 for read in template.reads]
            found[template.ends[0]] = np.where(np.any(reads, axis=0), EXPRESSION, CONSTANT) if reads else CONSTANT
        found[draft.is_head] = EDGES
        return found[self._ids]

    def _first_lines(self, draft: _Draft) -> Indices:
        """Where the statement of each node begins: what defines or declares it, else the first with its name."""
        found = draft.first // ROLES
        for template in draft.definitions:
            found[template.ends[0]] = template.starts
        for name, statement in draft.inputs.items():
            found[name] = statement.span.start
        return found[self._ids]

    def _readers(self, draft: _Draft) -> tuple[Indices, Indices]:
        """Which nodes another depends on, and which only the partials of another's edges speak of."""
        used, spoken = np.zeros(draft.count, np.bool_), np.zeros(draft.count, np.bool_)
        used[draft.dependencies()[0]] = True
        for template in draft.edges:
            for read in template.reads:
                spoken[read[read != template.ends[1]]] = True
        return used[self._ids], spoken[self._ids]

    @cached_property
    def names(self) -> list[str]:
        """The name of every node."""
        texts = self._texts
        return [texts[i] for i in self._ids.tolist()]

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The place of each node, by name."""
        return _Index(self._name_ids, self.rank, lambda: self.names)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of the nodes with neither a formula nor incoming edges."""
        return tuple(self.names[i] for i in self.input_places.tolist())

    @property
    def input_places(self) -> Indices:
        """The places of `inputs`."""
        return np.flatnonzero(self.kinds == INPUT)

    @cached_property
    def nodes(self) -> Sequence[Node]:
        """The nodes as records, each made when it is looked at."""
        return _Nodes(self)

    def line(self, node: Node) -> int:
        """The line on which `node` first stands as itself."""
        return self.source.line_number(node.span.start)

    @cached_property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """A warning for each edge that stands twice, in the order of the file."""
        keys = self.tails.astype(np.int64) * len(self) + self.heads
        in_order = np.sort(keys)
        twice = in_order[1:][in_order[1:] == in_order[:-1]]
        if not len(twice):
            return ()
        starts = self._edge_starts[self.edge_order]
        first: dict[int, int] = {}
        found = []
        for place in np.flatnonzero(np.isin(keys, twice)).tolist():
            before = first.setdefault(int(keys[place]), place)
            if before != place:
                edge = f"{shorten(self.names[self.tails[place]])} -> {shorten(self.names[self.heads[place]])}"
                note = Note("it stands here first", self._statement(int(starts[before])))
                message = f"the edge {edge} stands twice; its partials add up"
                found.append(Diagnostic("duplicate-edge", message, self._statement(int(starts[place])), (note,)))
        return tuple(found)

    def statement_span(self, node: int) -> Span:
        """The place in the text of the statement that defines a node, else of the first that speaks of it."""
        return self._statement(int(self._starts[node]))

    def _statement(self, start: int) -> Span:
        """The place in the text of the statement that begins at a byte."""
        found = _STATEMENT.match(self.source.text, start)
        assert found is not None
        return Span(start, start + len(found.group().rstrip()))

    @cached_property
    def sinks(self) -> tuple[str, ...]:
        """As of `Graph`: the nodes that no other depends on; computed ones before others."""
        unused = ~self._used
        computed = unused & ((self.kinds == EDGES) | (self.kinds == EXPRESSION))
        found = next((each for each in (computed & ~self._in_partials, computed, unused) if each.any()), unused)
        return tuple(self.names[i] for i in np.flatnonzero(found).tolist())


def _order(draft: _Draft) -> tuple[Indices, Indices | None]:
    """The ids of the names in the order of the nodes: the file's own where it is topological, else by level.

    Constants come first; the levels, where they were needed, are those of the nodes in their order.
    """
    order = np.argsort(draft.first, kind="stable")
    rank = np.empty(draft.count, np.int32)
    rank[order] = np.arange(draft.count, dtype=np.int32)
    tails, heads = (rank[end] for end in draft.dependencies())
    is_node = tails >= len(draft.hidden)
    tails, heads = tails[is_node], heads[is_node]
    if (tails < heads).all():
        return order, None
    levels = Plan(draft.count, tails, heads).levels
    if int(levels.min()) < 0:  # A cycle.
        raise UnfitError
    by_level = np.argsort(levels, kind="stable")
    return order[by_level], levels[by_level][len(draft.hidden) :]


class _Index(Mapping[str, int]):
    """The place of each node by name: a second dictionary of a million names would cost more than all else."""

    def __init__(self, ids: dict[str, int], rank: Indices, in_order: Callable[[], list[str]]) -> None:
        self._ids, self._rank, self._in_order = ids, rank, in_order

    def __len__(self) -> int:
        return int((self._rank >= 0).sum())

    def __iter__(self) -> Iterator[str]:
        return iter(self._in_order())

    def __contains__(self, name: object) -> bool:
        return name in self._ids and bool(self._rank[self._ids[str(name)]] >= 0)

    def __getitem__(self, name: str) -> int:
        if name not in self:
            raise KeyError(name)
        return int(self._rank[self._ids[name]])


class _Nodes(Sequence[Node]):
    """The nodes of an array graph; a formula is read again from its line, for few of them are ever looked at."""

    def __init__(self, graph: ArrayGraph) -> None:
        self._graph = graph

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
            (statement,) = parse(Source(graph.source.name, graph.source.text[slice(*span)])).statements
            formula = statement.formula if isinstance(statement, Definition) else None
        return Node(graph.names[i], kind, span, formula=formula)
