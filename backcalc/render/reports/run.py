"""A run: its nodes, how their derivatives add up where that is asked for, and the gradient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from backcalc.calculus.run import Run
from backcalc.graph.model import Node
from backcalc.graph.shapes import shape_text
from backcalc.render.cells import NONE, Cell, CellValue, Derivative, Formula, NodeName
from backcalc.render.document import Document, Grid, Sentence, cut
from backcalc.render.reports.limit import most, size, telling_nodes
from backcalc.render.values import is_number
from backcalc.rules.values import multiply
from backcalc.text.numerals import DIGITS
from backcalc.text.wording import shorten

if TYPE_CHECKING:
    from backcalc.calculus.result import AnyRun


class RunReport(NamedTuple):
    """A run as it is shown: `partials` and `pairs` are further tables, or further members of what programs read."""

    run: AnyRun
    digits: int = DIGITS
    limit: int = 0
    partials: bool = False
    pairs: bool = False

    def document(self) -> Document:
        """The nodes, what else was asked for, and the gradient, a table each."""
        return Document(run_tables(self.run, self.digits, partials=self.partials, pairs=self.pairs, limit=self.limit))

    def json(self) -> Iterator[str]:
        """A line a node."""
        from backcalc.render.reports.run_json import render_json

        return render_json(self.run, pairs=self.pairs)

    def csv(self) -> Iterator[str]:
        """A line a node; or a local partial, or a pair."""
        from backcalc.render.reports.run_csv import render_csv

        return render_csv(self.run, partials=self.partials, pairs=self.pairs)


def run_tables(
    run: AnyRun, digits: int = DIGITS, *, partials: bool = False, pairs: bool = False, limit: int = 0
) -> list[Grid | Sentence]:
    """The adjoint (or tangent) table, the local partials or pairs where asked for, and the gradient, set apart.

    A table of more than `limit` rows shows the ones that tell most, and how many are left out; 0 is no limit.
    """
    grids = _nodes(run, digits, limit)
    if partials:
        told = _contributions(run.objects, digits) if run.mode == "reverse" else _pushes(run.objects, digits)
        grids += _beginning(told, limit)
    if pairs:
        grids += _beginning(_pairs(run.objects, digits), limit)
    # An output without inputs has none.
    if run.gradient:
        grids += _gradient(run, digits, limit)
    return grids


def _beginning(grid: Grid, limit: int) -> list[Grid | Sentence]:
    """The first `limit` rows of `grid`."""
    return cut(grid._replace(rows=grid.rows[: limit or None]), len(grid.rows))


def _formula(node: Node) -> Cell:
    """What the formula column says of `node`."""
    if node.kind == "input":
        return "input"
    return "edges" if node.formula is None else Formula(node.formula)  # A node of edges alone has no formula to show.


def _nodes(run: AnyRun, digits: int, limit: int) -> list[Grid | Sentence]:
    header: list[Cell]
    if run.mode == "reverse":
        header, columns = [Derivative(shorten(run.output), "node")], [run.adjoints]
    else:
        header, columns = _tangent_headings(run), list(run.tangents.values())
    has_shapes = any(run.shapes)
    # Chosen before they are written: a row is dear, and there may be a million.
    places = telling_nodes(run, limit)
    rows = [
        (
            NodeName(node.name),
            *([shape_text(run.shapes[i])] if has_shapes else []),
            _formula(node),
            CellValue(run.values[i], digits),
            *(NONE if node.is_fixed else CellValue(column[i], digits) for column in columns),
        )
        for i, node in ((i, run.graph.nodes[i]) for i in places)
    ]
    # By place among the rows that are shown.
    output = frozenset(row for row, i in enumerate(places) if run.graph.index.get(run.output) == i)
    names = ("node", *(["shape"] if has_shapes else []), "formula")
    found: Grid = Grid((*names, "value", *header), rows, frozenset(), yields=len(names) - 1, strong=output)
    # A column with one formula or vector in it has no decimal point to line up at.
    found = _sorted_columns(found, range(len(names), len(names) + 1 + len(columns)))
    return cut(found, len(run.graph.nodes))


def _tangent_headings(run: AnyRun) -> list[Cell]:
    """The headings of the tangents; along a direction that is no derivative by one node, but a change."""
    return ["change"] if run.along else [Derivative("node", shorten(name)) for name in run.tangents]


def _sorted_columns(grid: Grid, columns: Iterable[int]) -> Grid:
    """`grid` with those of `columns` that hold nothing but numbers as `numbers`, the others as `whole`."""
    plain = frozenset(i for i in columns if all(_holds_number(row[i]) for row in grid.rows))
    return grid._replace(numbers=plain, whole=frozenset(columns) - plain)


def _holds_number(cell: Cell) -> bool:
    return is_number(cell.value) if isinstance(cell, CellValue) else cell == NONE


def _gradient(run: AnyRun, digits: int, limit: int) -> list[Grid | Sentence]:
    output, gradient = shorten(run.output), list(run.gradient.items())
    # Of many inputs those that matter most to the output; a value that is not known may matter more than any.
    shown = most(gradient, limit, lambda item: -size(item[1]))
    rows = [(Derivative(output, name), CellValue(value, digits)) for name, value in shown]
    grid = _sorted_columns(Grid(("gradient", "value"), rows, frozenset()), [1])
    return cut(grid, len(gradient))


def _contributions(run: Run, digits: int) -> Grid:
    """How each adjoint adds up: a row a user of the node, then the sum."""
    rows: list[tuple[Cell, ...]] = []
    users = run.contributions()
    for tail, node in enumerate(run.graph.nodes):
        if node.is_fixed:
            continue  # Nothing is derived by a constant.
        for head, partial, contribution in users[tail]:
            if head is None:  # ∂L/∂L = 1, or what an `adjoint` statement gives.
                rows.append((NodeName(node.name), "seed", NONE, NONE, CellValue(contribution, digits)))
                continue
            numbers = (partial, run.adjoints[head], contribution)
            user = NodeName(run.graph.nodes[head].name)
            rows.append((NodeName(node.name), user, *(CellValue(number, digits) for number in numbers)))
        rows.append((NodeName(node.name), "sum", NONE, NONE, CellValue(run.adjoints[tail], digits)))
    header = ("node", "user", Derivative("user", "node"), Derivative(shorten(run.output), "user"), "contribution")
    title = "How each adjoint adds up: ∂user/∂node times the user's adjoint"
    return _sorted_columns(Grid(header, rows, frozenset(), title=title), [2, 3, 4])


def _pushes(run: Run, digits: int) -> Grid:
    """How each tangent adds up: a row an argument of the node, then the sum."""
    rows: list[tuple[Cell, ...]] = []
    for wrt, tangent in run.tangents.items():
        for head, node in enumerate(run.graph.nodes):
            label = Derivative(node.name, wrt)  # With several inputs the node's name alone would stand several times.
            if node.name == wrt:
                rows.append((label, "seed", NONE, NONE, CellValue(1.0, digits)))
            for tail, partial, pushed in _pushed(run, head, tangent) if node.name != wrt else ():
                numbers = (partial, tangent[tail], pushed)
                argument = NodeName(run.graph.nodes[tail].name)
                rows.append((label, argument, *(CellValue(number, digits) for number in numbers)))
            # A tangent without contributions is 0, and says so.
            rows.append((label, "sum", NONE, NONE, CellValue(tangent[head], digits)))
    header = ("tangent", "argument", Derivative("node", "argument"), "its tangent", "contribution")
    title = "How each tangent adds up: ∂node/∂argument times the argument's tangent"
    return _sorted_columns(Grid(header, rows, frozenset(), title=title), [2, 3, 4])


def _pushed(run: Run, head: int, tangent: Sequence[Any]) -> Iterator[tuple[int, Any, Any]]:
    """(tail, ∂head/∂tail, contribution) for each edge into `head`; a contribution of arrays is None."""
    if run.shapes[head]:  # Its partials are Jacobians, whose products with tangents would not fit a cell.
        yield from ((tail, partial, None) for tail, partial in run.linear.edges[head])
        return
    for tail, partial, form in run.linear.contributions(head, 1.0):  # At the adjoint 1, what flows is the partial.
        # A product with what is not known is none; with an array it would fill the cell.
        is_open = run.shapes[tail] or tangent[tail] is None
        yield tail, partial, None if is_open else multiply(form, tangent[tail])


def _pairs(run: Run, digits: int) -> Grid:
    rows = [(Derivative(of, wrt), CellValue(value, digits)) for of, wrt, value in run.pairs()]
    # As many as there are pairs: a chain of a thousand nodes has half a million.
    title = "Every pair of nodes with a path between them"
    return _sorted_columns(Grid(("derivative", "value"), rows, frozenset(), title=title), [1])
