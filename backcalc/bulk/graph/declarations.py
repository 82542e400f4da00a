"""What large lines say, before they are a graph: names by their ids, declarations, and the order of the nodes.

Whatever calls for an error, or for more than arrays of numbers, is left to the plain way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import repeat
from typing import NamedTuple

import numpy as np

from backcalc.bulk.arrays.sorting import Indices, inverse, kept, stable_order
from backcalc.bulk.graph.blocks import LineBlock
from backcalc.bulk.graph.columns import Template, UnfitError, joined, signed
from backcalc.bulk.graph.order import peel
from backcalc.bulk.graph.reader import Lines
from backcalc.graph.functions import BUILT_IN
from backcalc.graph.one_name import BY_BLANKS, ELSEWHERE_CONSTANTS, factors
from backcalc.language.expr import Call, Expr, Name, Number, postorder
from backcalc.language.forms import leaves_of
from backcalc.language.lexis import NOTHING
from backcalc.language.statements import Definition, Edge, Header, Input, Output, Statement
from backcalc.rules.primitives import CONSTANTS, lookup
from backcalc.text.source import Source

MOST_REST = 5_000  # Statements that the grammar reads one by one.
MOST_NAMES = 64  # On a line: there is a place for so many on each.
BLOCK = 1 << 16  # Edges that are looked at together.


_NEAR_PI = re.compile(r"\w*π\w*")

# Whether these are nodes or slips depends on the whole text, and the ordinary build tells which.
_IN_DOUBT = NOTHING | {"T", *ELSEWHERE_CONSTANTS}


class DeclaredInput(NamedTuple):
    """What a declaration says of an input: where it begins, and the default and the ends of the range, if stated."""

    start: int
    default: Expr | None
    bounds: tuple[Expr, ...] = ()


class ArrayDeclarations:
    """What the lines say, names still by their ids: templates, declarations, and where each name comes first."""

    def __init__(self, lines: Lines) -> None:
        rest = lines.rest.statements
        if len(rest) > MOST_REST:
            raise UnfitError
        self._given, self._added = lines.names, list[str]()
        alone_names = {leaf.id for each in rest for leaf in leaves_of(each) if isinstance(leaf, Name)}
        # Of these alone: a dictionary of all names would be a second copy of them.
        self.ids = lines.names.places({*CONSTANTS, *BUILT_IN, *_IN_DOUBT, *alone_names})
        doubtful = not _IN_DOUBT.isdisjoint([*self.ids, *alone_names])
        if doubtful or any(map(factors, _NEAR_PI.findall(lines.source.text))):
            raise UnfitError
        self.inputs: dict[int, DeclaredInput] = {}
        self.output: str | None = None
        for block in lines.blocks:
            if isinstance(block.statement, Input):
                self._declare(block)
        alone = [block for statement in rest for block in self._take(statement)]
        formed = [block for block in lines.blocks if not isinstance(block.statement, Input)]
        self.templates = [Template(block) for block in (*formed, *alone)]
        self.edges = [template for template in self.templates if template.is_edge]
        self.definitions = [template for template in self.templates if not template.is_edge]
        self.names = lines.names.followed_by(self._added) if self._added else lines.names
        self.count = len(self.names)
        self.is_head = self._mark(template.ends[1] for template in self.edges)
        self.is_tail = self._mark(template.ends[0] for template in self.edges)
        self.is_defined = self._mark(template.ends[0] for template in self.definitions)
        self.hidden = self._constants()
        self._refuse_doubtful(lines.source)

    def _take(self, statement: Statement) -> Iterator[LineBlock]:
        """A statement that the grammar read by itself, as a block of one line; or what it declares."""
        # What no form fits may still be plain: then it goes the way of the rest, as a form of one line.
        if isinstance(statement, Definition | Edge):
            if any(isinstance(end, Call) for end in _ends(statement)):  # A name with braces, which only loops fill in.
                raise UnfitError
            yield self._alone(statement)
        elif isinstance(statement, Input) and isinstance(statement.target, Name) and statement.shape is None:
            name = self._id(statement.target.id)
            if name in self.inputs:
                raise UnfitError
            self.inputs[name] = DeclaredInput(statement.span.start, statement.default, statement.bounds or ())
        elif isinstance(statement, Output) and isinstance(statement.target, Name) and self.output is None:
            self.output = statement.target.id
        elif not isinstance(statement, Header):
            raise UnfitError

    def _declare(self, block: LineBlock) -> None:
        """Take in lines that declare an input each, with a number for its default or without. Raises UnfitError."""
        names, starts = block.names[0].tolist(), block.starts.tolist()
        assert isinstance(block.statement, Input)
        default = block.statement.default
        defaults: Iterable[Number | None] = repeat(None)
        if default is not None:
            defaults = map(Number, (block.numbers[0] * signed(default)[1]).tolist())
        before = len(self.inputs)
        self.inputs.update(zip(names, map(DeclaredInput, starts, defaults), strict=True))
        if len(self.inputs) != before + len(names):
            raise UnfitError

    def _alone(self, statement: Definition | Edge) -> LineBlock:
        """A block of one line."""
        leaves = leaves_of(statement)
        names = np.array([self._id(leaf.id) for leaf in leaves if isinstance(leaf, Name)], np.int32)
        numbers = np.array([leaf.value for leaf in leaves if isinstance(leaf, Number)], np.float64)
        return LineBlock(statement, np.array([statement.span.start]), names[:, None], numbers[:, None])

    def _id(self, name: str) -> int:
        if name not in self.ids:
            self.ids[name] = len(self._given) + len(self._added)
            self._added.append(name)
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

    def _refuse_doubtful(self, source: Source) -> None:
        """Leave to `build` whatever is an error there."""
        targets = sum(len(template.starts) for template in self.definitions)
        declared = np.array(list(self.inputs), np.int64)
        is_doubtful = (
            not self.count  # Nothing there,
            or targets != self.is_defined.sum()  # a node is defined twice,
            or (self.is_head | self.is_defined)[declared].any()  # or is declared an input, and is none,
            or (self.output is not None and not self._is_there(self.output))  # or the output is no node,
            or not all(map(self._is_stated, self.inputs.values()))  # or what is stated of it is no number,
            or any(template.reads and self.is_head[template.ends[0]].any() for template in self.definitions)
            or any(len(template.reads) + 2 > MOST_NAMES for template in self.templates)
        )
        # `y = sin + 1` would quietly have an input called sin; `build` says so.
        undefined = ~(self.is_head | self.is_tail | self.is_defined)
        undefined[declared] = False
        functions = (self.ids.get(name) for name in BUILT_IN)  # or a function stands without its argument.
        are_functions = any(i is not None and undefined[i] for i in functions)
        if is_doubtful or are_functions or self._are_relations(declared, source):
            raise UnfitError

    def _are_relations(self, declared: Indices, source: Source) -> bool:
        """Whether each line is an edge in columns by blanks whose partial is an open name: `build` notes it."""
        is_open = ~(self.is_head | self.is_defined)
        is_open[declared] = False
        return not self.definitions and all(
            isinstance(edge.expr, Name)
            and is_open[edge.reads[0]].all()
            and BY_BLANKS.match(source.line_text(int(edge.starts[0])))
            for edge in self.edges
        )

    def _is_there(self, name: str) -> bool:
        """Whether a node has this name; a name may also be a constant's, or one that only a comment has."""
        found = self.ids.get(name)
        return found is not None and found not in self.hidden

    def _is_stated(self, declared: DeclaredInput) -> bool:
        """Whether a declaration's default and range are made of numbers by functions that there are."""
        if isinstance(declared.default, Number | None) and not declared.bounds:  # As most are.
            return True
        stated = (declared.default, *declared.bounds)
        parts = [part for expr in stated if expr is not None for part in postorder(expr)]
        return all(
            lookup(part.fn, len(part.args), part.options) is not None
            if isinstance(part, Call)
            else isinstance(part, Number) or (part.id in CONSTANTS and self.ids.get(part.id) in {None, *self.hidden})
            for part in parts
        )

    @cached_property
    def starts(self) -> Indices:
        """Where each line begins, and each declaration of an input, in the order of the text."""
        begins = self._begins()
        return begins if (begins[1:] > begins[:-1]).all() else np.sort(begins, kind="stable")

    def _begins(self) -> Indices:
        """Where each line begins, template by template, then each declaration of an input."""
        declared = [np.array([each.start for each in self.inputs.values()])] if self.inputs else []
        return joined([template.starts for template in self.templates] + declared, np.int64)

    @cached_property
    def first(self) -> Indices:
        """For each name where it first stands, in the order in which `build` meets the names of a statement.

        That is `width` times the number of the line in `starts`, and a number below `width` within the line.
        """
        # What is to be sorted is a few runs in order, for which a stable sort takes little time.
        # Places in the text decide, whichever block a line is of.
        number = inverse(np.argsort(self._begins(), kind="stable"))
        last, at = len(number) * self.width, 0
        kind = np.int32 if last < 1 << 31 else np.int64  # As long as it fits: half the memory.
        found = np.full(self.count, last, kind)  # Of a name that stands nowhere: behind all.
        for template in self.templates:
            columns = (*template.ends, *template.reads) if template.is_edge else (*template.reads, *template.ends)
            line = number[at : at + len(template.starts)].astype(kind) * self.width
            at += len(line)
            for role, column in enumerate(columns):
                # Line and role in one number, so that the least of a name's is its first, within a line too.
                np.minimum.at(found, column, line + role)
        for name, declaration in zip(self.inputs, number[at:].tolist(), strict=True):
            found[name] = min(found[name], declaration * self.width)
        return found

    @cached_property
    def width(self) -> int:
        """The most names on a line."""
        return max((len(template.ends) + len(template.reads) for template in self.templates), default=1)

    def by_place(self) -> Indices:
        """The names in the order of their first places, behind the constants. Raises UnfitError."""
        # A place for each role on each line, and one behind.
        names = np.full(len(self.starts) * self.width + 1, -1, np.int32)
        names[self.first] = np.arange(self.count, dtype=np.int32)
        if names[-1] >= 0:  # Of a line that the grammar read in another way.
            raise UnfitError
        names[self.first[self.hidden]] = -1
        return np.concatenate([self.hidden.astype(np.int32), kept(names, names >= 0)])

    def dependencies(self) -> tuple[Indices, Indices]:
        """The (tails, heads) of the graph's nodes, by name; there may be constants among the tails."""
        pairs = [(template.ends[0], template.ends[1]) for template in self.edges]
        pairs += [(read, template.ends[0]) for template in self.definitions for read in template.reads]
        return joined([tail for tail, _ in pairs], np.int32), joined([head for _, head in pairs], np.int32)


def _ends(statement: Definition | Edge) -> tuple[Expr, ...]:
    """The nodes that a statement is about."""
    return (statement.tail, statement.head) if isinstance(statement, Edge) else (statement.target,)


def ordered(declared: ArrayDeclarations) -> tuple[Indices, Indices | None]:
    """The ids of the names in the order of the nodes: the file's own where it is topological, else by level.

    Constants come first; the levels, where they were needed, are those of the nodes in their order.
    """
    order, first = declared.by_place(), declared.first
    tails, heads = declared.dependencies()
    if len(declared.hidden):
        is_node = np.isin(tails, declared.hidden, invert=True)
        tails, heads = tails[is_node], heads[is_node]
    # A block at a time: in a file that is in no order the first shows that.
    blocks = (slice(begin, begin + BLOCK) for begin in range(0, len(tails), BLOCK))
    if all((first[tails[block]] < first[heads[block]]).all() for block in blocks):
        return order, None
    level = peel(declared.count, tails, heads)
    if int(level.min()) < 0:  # A cycle.
        raise UnfitError
    order = order[stable_order(level[order])]
    return order, level[order[len(declared.hidden) :]]
