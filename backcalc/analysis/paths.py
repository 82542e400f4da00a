"""Path aggregation: a derivative as the sum over all paths of the product of the local partials along each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from math import fsum, isclose, isnan
from typing import TYPE_CHECKING, Any, cast

from backcalc import progress
from backcalc.analysis.path_edges import ObjectEdges, PathEdges
from backcalc.analysis.path_ranks import Paths
from backcalc.calculus.run import Run
from backcalc.rules.values import add, is_known, shape_of
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source
from backcalc.text.wording import shorten

if TYPE_CHECKING:
    from backcalc.calculus.result import AnyRun

MOST_LISTED = 100_000  # Paths; beyond that a list serves nobody, and memory counts.
SAME = 1e-9  # Of the sum of the products' sizes: what rounding may make of the same sum, in another order.


@dataclass(frozen=True)
class PathProduct:
    """A path by its nodes, its factors ∂next/∂node in the same order, and its product.

    A factor is a number, an array of at most two axes, a formula, or None where it is none of these.
    """

    nodes: tuple[str, ...]
    factors: tuple[Any, ...]
    product: Any


@dataclass(frozen=True)
class PathSum:
    """The paths from `source` to the output.

    `count` is how many there are, `paths` are those that are listed: the largest product in absolute value first where
    `is_ranked`, else in the order of the graph. `sum` is that of their products where all are listed and can be added
    up, else the adjoint, which the reverse sweep gives.
    """

    source: str
    count: int
    paths: Sequence[PathProduct]
    is_ranked: bool
    sum: Any
    adjoint: Any

    @property
    def is_whole(self) -> bool:
        """Whether all paths are listed."""
        return len(self.paths) == self.count

    @property
    def agrees(self) -> bool:
        """Whether the sum is the adjoint, but for rounding."""
        return self.sum is self.adjoint or _are_equal(self.sum, self.adjoint, [path.product for path in self.paths])


class Aggregation:
    """The paths of a run to its output; with `adjoint` statements they end at the loss, by the adjoint as a factor."""

    def __init__(self, run: AnyRun, edges: PathEdges | None = None) -> None:
        """`edges` are those of `run`, which is one of objects where they are not given."""
        progress.at("counting paths")
        # Given are those of a run by arrays; any other is one of objects.
        self.run, self.edges = run, edges or ObjectEdges(cast("Run", run))
        self.paths = Paths(self.edges.partials, self.edges.target)
        self.is_ranked = self.edges.are_numbers(self.paths.partials)

    def multiplications(self, sources: Sequence[str]) -> tuple[int, int]:
        """How many it takes path by path, and how many in one reverse sweep, for the derivatives by all `sources`."""
        places = [self.run.graph.index[name] for name in sources]
        # Each source by itself against one sweep for all: its work is shared.
        return sum(map(self.paths.multiplications, places)), self.paths.swept(places)

    def sums(self, sources: Sequence[str], limit: int) -> Iterator[PathSum]:
        """For each of `sources` its paths, at most `limit` of them listed, 0 being no limit.

        Raises UsageError where that would be too many.
        """
        # Before anything is printed: an error after half a table would leave it standing.
        for source in sources:
            self._require_few(source, limit)
        return (self._sum(source, limit) for source in sources)

    def _sum(self, source: str, limit: int) -> PathSum:
        place = self.run.graph.index[source]
        count, adjoint = self.paths.count(place), self.run.adjoints[place]
        # By size only where all factors are numbers: formulas and matrices have no order.
        trails = (self.paths.largest if self.is_ranked else self.paths.in_order)(place)
        # Lazily: of 2^1000 paths only those that are listed are worked out.
        paths = [self._path(trail) for trail in islice(trails, min(count, limit or count))]
        products = [path.product for path in paths]
        # Of no paths at all the sum is the adjoint, 0.
        is_sum = len(paths) == count > 0 and all(each is not None and is_known(each) for each in products)
        total = _total(products) if is_sum else adjoint
        return PathSum(source, count, paths, self.is_ranked, total, adjoint)

    def _path(self, trail: Sequence[int]) -> PathProduct:
        return PathProduct(tuple(map(self.edges.name, trail)), *self.edges.along(trail, self.paths.partials))

    def _require_few(self, source: str, limit: int) -> None:
        count = self.paths.count(self.run.graph.index[source])
        if min(count, limit or count) > MOST_LISTED:
            ends = f"`{shorten(source)}` to `{shorten(self.run.output)}`"
            message = f"there are more than {MOST_LISTED} paths from {ends}, too many to list"
            hint = "--limit 1000 lists 1000 of them; their number and the sum of all need no list"
            raise UsageError(Source("--limit", ""), [Diagnostic(Code.TOO_MANY_PATHS, message, hints=(hint,))])


def _total(products: Sequence[Any]) -> Any:
    """The sum of numbers, rounded once, or of arrays."""
    if any(map(shape_of, products)):
        return reduce(add, products)
    try:
        return fsum(products)
    except (OverflowError, ValueError):  # What is not finite, in part or as a whole.
        return sum(products)


def _are_equal(left: Any, right: Any, products: Sequence[Any]) -> bool:
    """Whether two sums are the same but for rounding, nan and infinite where the other is; of arrays each element."""
    if shape_of(left):
        elements = zip(left.flat, right.flat, *(each.flat for each in products), strict=True)
        return all(_are_equal(float(one), float(other), terms) for one, other, *terms in elements)
    if left == right or (isnan(left) and isnan(right)):
        return True
    # Relative to the terms rather than to the sum, which may be small because they cancel.
    return isclose(left, right, rel_tol=0.0, abs_tol=SAME * sum(map(abs, products)))
