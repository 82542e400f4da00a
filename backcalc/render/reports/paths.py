"""Path aggregation as a report, CSV and JSON: a row a path, then the sum, and what it has cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from backcalc.analysis.paths import Aggregation, PathProduct, PathSum
from backcalc.language.unparse import number_text
from backcalc.render.cells import Cell, CellValue, CellWords, Derivative, NodeName, Path, Phrase, Product
from backcalc.render.document import Document, Grid
from backcalc.render.formats.csv import csv_lines
from backcalc.render.formats.json import dump, enclosed
from backcalc.render.values import FormulaTexts, exact, is_number
from backcalc.rules.values import is_array, is_known, shape_of
from backcalc.text.numerals import DIGITS
from backcalc.text.wording import shorten

LONGEST, ENDS = 16, 3  # Factors of a path that is shown whole, and those shown at either end of a longer one.
T = TypeVar("T")
C = TypeVar("C")
WHOLE = 10**15  # From here on a count is rounded for people, as numbers are.


@dataclass(frozen=True)
class PathsReport:
    """The paths from each of `sources`, at most `limit` of each; what CSV leaves out is told to `notice`."""

    found: Aggregation
    sources: Sequence[str]
    limit: int
    digits: int = DIGITS
    notice: Callable[[str], None] = lambda _: None

    def document(self) -> Document:
        """A table a source, and what it has cost."""
        return Document(paths_tables(self.found, self.sources, self.limit, self.digits))

    def json(self) -> Iterator[str]:
        """The sources, a path a line."""
        return render_paths_json(self.found.sums(self.sources, self.limit), self.found.run.output)

    def csv(self) -> Iterator[str]:
        """A line a path."""
        return render_paths_csv(self._noticed())

    def _noticed(self) -> Iterator[PathSum]:
        for found in self.found.sums(self.sources, self.limit):
            # CSV has no place for a note, and who counts its lines must not take them for all the paths there are.
            if words := left_out_text(found):
                self.notice(words)
            yield found


def paths_tables(found: Aggregation, sources: Sequence[str], limit: int, digits: int = DIGITS) -> Iterator[Grid]:
    """A table of paths for each source, then the number of multiplications that either method takes."""
    output = shorten(found.run.output)
    # One table at a time is printed, and let go of.
    for each in found.sums(sources, limit):
        yield _table(each, output, digits)
    # Without a path there is nothing to multiply, and nothing to compare.
    by_path, by_sweep = found.multiplications(sources)
    if by_path:
        counted = Phrase(("one an edge of these paths, into ", NodeName(output), " none"))
        rows: list[tuple[Cell, ...]] = [
            ("path aggregation", count_text(by_path, digits), "of each path one fewer than its factors"),
            ("backpropagation", count_text(by_sweep, digits), counted),
        ]
        # Of arrays each counts as one, however large.
        what = "products of Jacobians" if any(found.run.shapes) else "multiplications"
        yield Grid(("method", what, "counted"), rows, frozenset([1]))


def render_paths_csv(sums: Iterable[PathSum]) -> Iterator[str]:
    """The lines `from,path,factors,product`, a path listed each; nodes and factors are separated by spaces."""
    yield from csv_lines([("from", "path", "factors", "product")])
    yield from csv_lines(_csv_row(found.source, path) for found in sums for path in found.paths)


def _csv_row(source: str, path: PathProduct) -> tuple[str, ...]:
    # Blanks part them, for a name has none, and commas part the fields.
    return source, " ".join(path.nodes), " ".join(map(_csv_number, path.factors)), _csv_number(path.product)


def render_paths_json(sums: Iterable[PathSum], output: str) -> Iterator[str]:
    """The sources with their paths, in the shape that the language's contract fixes, a path a line.

    What is a formula is null, with a member `symbolic` that has it.
    """
    yield "{"
    yield f'  "output": {dump(output)},'
    yield from enclosed('  "sources": [', map(_source_json, sums), "  ]")
    yield "}"


def count_text(count: int, digits: int | None = None) -> str:
    """A whole number of any size; to so many significant digits where it has more than one reads."""
    if count < WHOLE:
        return str(count)
    # Python refuses to write whole numbers of more than 4,300 digits, which a count of paths may have.
    from decimal import Context, Decimal  # Which have no bound to how many digits they write.

    if digits is None:
        return str(Decimal(count))
    return str(Context(prec=digits).create_decimal(count).normalize()).lower()


def _table(found: PathSum, output: str, digits: int) -> Grid:
    """The paths from one node: a row each, the sum, and the adjoint."""
    # Of ranked paths all factors are numbers: matrices have no order of size.
    has_matrices = not found.is_ranked and any(map(_has_matrices, found.paths))
    rows: list[tuple[Cell, Cell, CellValue]] = [
        (_path(path), _product(path, digits, backward=has_matrices), CellValue(path.product, digits))
        for path in found.paths
    ]
    slope, told = Derivative(output, shorten(found.source)), " by backpropagation"
    # The sum beside the adjoint is the aggregation lemma, shown; of a part of the paths it would be something else.
    if found.is_whole and rows and is_known(found.adjoint):
        rows.append(("sum", "", CellValue(found.sum, digits)))
        # The two may differ, as where a product overflows on the way: then it is said.
        sign = "= " if found.agrees else "≠ "
        rows.append((Phrase((sign, slope, told)), "", CellValue(found.adjoint, digits)))
    else:
        rows.append((Phrase(("sum = ", slope, told)), "", CellValue(found.adjoint, digits)))
    numbers = frozenset([2] if all(is_number(product.value) for *_, product in rows) else [])
    strong = frozenset(range(len(found.paths), len(rows)))
    title = _title(found, output, digits, "; factors in the order of the matrix product" if has_matrices else "")
    # A path is cut between its nodes, never within one.
    return Grid(
        ("path", "factors", "product"), rows, numbers, title=title, strong=strong, whole=frozenset(range(3)) - numbers
    )


def _title(found: PathSum, output: str, digits: int, more: str) -> Phrase:
    source = shorten(found.source)
    ends = f"{source} to {output}"
    if not found.count:
        return Phrase((Derivative(output, source), ": no path leads from ", ends))
    paths = f": {_many(found.count, digits)} {'path' if found.count == 1 else 'paths'} from "
    return Phrase((Derivative(output, source), paths, ends, *(() if found.is_whole else (f", {_shown(found)}",)), more))


def _shown(found: PathSum) -> str:
    """Which paths are listed where not all are."""
    few = f"{len(found.paths):,} " if len(found.paths) > 1 else ""
    return f"the {few}{'largest in absolute value' if found.is_ranked else 'first in the order of the graph'}"


def _many(count: int, digits: int) -> str:
    return f"{count:,}" if count < WHOLE else count_text(count, digits)


def _path(path: PathProduct) -> Path:
    return Path(_ends(path.nodes, LONGEST + 1, lambda node: NodeName(shorten(node))))


def _product(path: PathProduct, digits: int, *, backward: bool) -> Product:
    """The factors as a product; with matrices among them `backward`, from the output on, as they are multiplied."""
    # Matrices are multiplied from the output on, and do not commute; numbers follow the path.
    edges = list(zip(path.factors, pairwise(path.nodes), strict=True))

    def _factor(edge: tuple[Any, tuple[str, str]]) -> CellValue | Derivative:
        value, (tail, head) = edge
        return Derivative(shorten(head), shorten(tail)) if value is None else CellValue(value, digits)

    return Product(_ends(edges[::-1] if backward else edges, LONGEST, _factor))


def _has_matrices(path: PathProduct) -> bool:
    return any(value is None or (is_known(value) and shape_of(value)) for value in path.factors)


def _ends(items: Sequence[T], most: int, cell: Callable[[T], C]) -> list[C | CellWords]:
    """The cells of `items`; of more than `most` those of the first and last, and how many stand between them."""
    # The ends say where a path begins and arrives; amid a long one each factor is like another.
    if len(items) <= most:
        return list(map(cell, items))
    return [*map(cell, items[:ENDS]), f"… {len(items) - 2 * ENDS} more …", *map(cell, items[-ENDS:])]


def left_out_text(found: PathSum, digits: int = DIGITS) -> str:
    """The words for paths that are not listed, as a format without a title needs them; empty where all are."""
    return "" if found.is_whole else f"{shorten(found.source)}: {_shown(found)} of {_many(found.count, digits)} paths"


def _source_json(found: PathSum) -> str:
    """The lines of a source."""
    return "\n".join(["    {", *_members_json(found), "    }"])


def _members_json(found: PathSum) -> Iterator[str]:
    # By hand, for a path is to have a line of its own.
    yield f'      "from": {dump(found.source)},'
    yield f'      "count": {count_text(found.count)},'
    yield f'      "sum": {dump(exact(found.sum))},'
    yield f'      "adjoint": {dump(exact(found.adjoint))},'
    # Only where it is one: the contract has no such member for numbers.
    (symbolic,) = FormulaTexts().of([found.adjoint])
    if symbolic is not None:
        yield f'      "symbolic": {dump(symbolic)},'
    yield from enclosed('      "paths": [', (f"        {dump(_path_json(path))}" for path in found.paths), "      ]")


def _path_json(path: PathProduct) -> dict[str, Any]:
    members = {"nodes": path.nodes, "factors": list(map(exact, path.factors)), "product": exact(path.product)}
    *factors, whole = FormulaTexts().of([*path.factors, path.product])
    return members | ({"symbolic": {"factors": factors, "product": whole}} if any((*factors, whole)) else {})


def _csv_number(value: Any) -> str:
    """A number as CSV has it, an array as JSON does, without spaces; empty where it is not known."""
    if value is None or not is_known(value):
        return ""
    # Without blanks, which part the factors.
    return dump(exact(value)).replace(" ", "") if is_array(value) else number_text(value)
