"""Path aggregation as a report, CSV and JSON: a row a path, then the sum, and what it has cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeVar

from backcalc.analysis.paths import Aggregation, Path, PathSum
from backcalc.language.expr import Call
from backcalc.language.unparse import number_text
from backcalc.render.document import ARROW, Grid
from backcalc.render.formats.csv import csv_lines
from backcalc.render.formats.json import dump, enclosed
from backcalc.render.values import TOO_LONG, exact, formulas_of, is_plain, value_text
from backcalc.rules.values import is_known, shape_of
from backcalc.text.numerals import DIGITS, DOT, by_hand, derivative, factor
from backcalc.text.wording import shorten

LONGEST, ENDS = 16, 3  # Factors of a path that is shown whole, and those shown at either end of a longer one.
T = TypeVar("T")
WHOLE = 10**15  # From here on a count is rounded for people, as numbers are.


def paths_report(found: Aggregation, sources: Sequence[str], limit: int, digits: int = DIGITS) -> Iterator[Grid]:
    """A table of paths for each source, then the number of multiplications that either method takes."""
    output = shorten(found.run.output)
    # One table at a time is printed, and let go of.
    for each in found.sums(sources, limit):
        yield _table(each, output, digits)
    by_path, by_sweep = found.multiplications(sources)
    if by_path:
        rows = [
            ("path aggregation", count_text(by_path, digits), "of each path one fewer than its factors"),
            ("backpropagation", count_text(by_sweep, digits), f"one an edge of these paths, into {output} none"),
        ]
        what = "products of Jacobians" if any(found.run.shapes) else "multiplications"
        yield Grid(("method", what, "counted"), rows, frozenset([1]))


def render_paths_csv(sums: Iterable[PathSum]) -> Iterator[str]:
    """The lines `from,path,factors,product`, a path listed each; nodes and factors are separated by spaces."""
    yield from csv_lines([("from", "path", "factors", "product")])
    yield from csv_lines(_csv_row(found.source, path) for found in sums for path in found.paths)


def _csv_row(source: str, path: Path) -> tuple[str, ...]:
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
    has_matrices = not found.is_ranked and any(map(_has_matrices, found.paths))
    rows = [
        (_path_text(path), _factors_text(path, digits, backward=has_matrices), value_text(path.product, digits))
        for path in found.paths
    ]
    slope = f"{derivative(output, shorten(found.source))} by backpropagation"
    # The sum beside the adjoint is the aggregation lemma, shown; of a part of the paths it would be something else.
    if found.is_whole and rows and is_known(found.adjoint):
        rows.append(("sum", "", value_text(found.sum, digits)))
        rows.append((f"{'=' if found.agrees else '≠'} {slope}", "", value_text(found.adjoint, digits)))
    else:
        rows.append((f"sum = {slope}", "", value_text(found.adjoint, digits)))
    numbers = frozenset([2] if all(is_plain(product) for *_, product in rows) else [])
    strong = frozenset(range(len(found.paths), len(rows)))
    title = _title(found, output, digits) + ("; factors in the order of the matrix product" if has_matrices else "")
    return Grid(
        ("path", "factors", "product"), rows, numbers, title=title, strong=strong, whole=frozenset(range(3)) - numbers
    )


def _title(found: PathSum, output: str, digits: int) -> str:
    source = shorten(found.source)
    slope = derivative(output, source)
    if not found.count:
        return f"{slope}: no path leads from {source} to {output}"
    paths = f"{_many(found.count, digits)} {'path' if found.count == 1 else 'paths'}"
    return f"{slope}: {paths} from {source} to {output}" + ("" if found.is_whole else f", {_shown(found)}")


def _shown(found: PathSum) -> str:
    """Which paths are listed where not all are."""
    few = f"{len(found.paths):,} " if len(found.paths) > 1 else ""
    return f"the {few}{'largest in absolute value' if found.is_ranked else 'first in the order of the graph'}"


def _many(count: int, digits: int) -> str:
    return f"{count:,}" if count < WHOLE else count_text(count, digits)


def _path_text(path: Path) -> str:
    return ARROW.join(_ends(path.nodes, LONGEST + 1, shorten))


def _factors_text(path: Path, digits: int, *, backward: bool) -> str:
    """The factors as a product; with matrices among them `backward`, from the output on, as they are multiplied."""
    # Matrices are multiplied from the output on, and do not commute; numbers follow the path.
    edges = list(zip(path.factors, pairwise(path.nodes), strict=True))

    def text(edge: tuple[Any, tuple[str, str]]) -> str:
        return _factor_text(edge[0], *edge[1], digits, alone=len(edges) == 1)

    return DOT.join(_ends(edges[::-1] if backward else edges, LONGEST, text)) or "-"


def _factor_text(value: Any, tail: str, head: str, digits: int, *, alone: bool) -> str:
    """A factor as a hand writes it, in parentheses where a sign or an operation asks for them."""
    if value is None:
        return derivative(shorten(head), shorten(tail))
    if is_known(value) and not shape_of(value):
        return (by_hand if alone else factor)(value, digits)
    text = value_text(value, digits)
    return f"({text})" if isinstance(value, Call) and not (alone or value.is_named or text == TOO_LONG) else text


def _has_matrices(path: Path) -> bool:
    return any(value is None or (is_known(value) and shape_of(value)) for value in path.factors)


def _ends(items: Sequence[T], most: int, text: Callable[[T], str]) -> list[str]:
    """The texts of `items`; of more than `most` those of the first and last, and how many stand between them."""
    if len(items) <= most:
        return list(map(text, items))
    return [*map(text, items[:ENDS]), f"… {len(items) - 2 * ENDS} more …", *map(text, items[-ENDS:])]


def left_out_text(found: PathSum, digits: int = DIGITS) -> str:
    """The words for paths that are not listed, as a format without a title needs them; empty where all are."""
    return "" if found.is_whole else f"{shorten(found.source)}: {_shown(found)} of {_many(found.count, digits)} paths"


def _source_json(found: PathSum) -> str:
    """The lines of a source."""
    return "\n".join(["    {", *_members_json(found), "    }"])


def _members_json(found: PathSum) -> Iterator[str]:
    yield f'      "from": {dump(found.source)},'
    yield f'      "count": {count_text(found.count)},'
    yield f'      "sum": {dump(exact(found.sum))},'
    yield f'      "adjoint": {dump(exact(found.adjoint))},'
    # Only where it is one: the contract has no such member for numbers.
    (symbolic,) = formulas_of([found.adjoint])
    if symbolic is not None:
        yield f'      "symbolic": {dump(symbolic)},'
    yield from enclosed('      "paths": [', (f"        {dump(_path_json(path))}" for path in found.paths), "      ]")


def _path_json(path: Path) -> dict[str, Any]:
    members = {"nodes": path.nodes, "factors": list(map(exact, path.factors)), "product": exact(path.product)}
    *factors, whole = formulas_of([*path.factors, path.product])
    return members | ({"symbolic": {"factors": factors, "product": whole}} if any((*factors, whole)) else {})


def _csv_number(value: Any) -> str:
    """A number as CSV has it, an array as JSON does, without spaces; empty where it is not known."""
    if value is None or not is_known(value):
        return ""
    return dump(exact(value)).replace(" ", "") if shape_of(value) else number_text(value)
