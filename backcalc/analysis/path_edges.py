"""The edges that paths go along: of a run of objects, whatever their partials are, and of a large edge list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

from backcalc.analysis.path_ranks import TailPartials, product
from backcalc.calculus.adjoints import as_read
from backcalc.calculus.question import LOSS
from backcalc.calculus.rows import elements, joined
from backcalc.calculus.run import Run
from backcalc.graph.shapes import MOST_AXES, Shape
from backcalc.rules.gates import Gated, only, value_of
from backcalc.rules.values import Value, all_known, is_known, ones, reshaped

if TYPE_CHECKING:
    from backcalc.bulk.graph.run import LargeRun

MOST_ELEMENTS = 64  # Of a vector whose Jacobian is worked out, a pullback an element.


class PathEdges(Protocol):
    """The edges of a run; a node is its place in the graph, `target` is where all paths end."""

    # With this alone Paths can go through a run by arrays without objects of its nodes.
    target: int

    def name(self, node: int, /) -> str:
        """The name of a node."""
        ...

    def partials(self, head: int, /) -> TailPartials:
        """The tails of a node with ∂head/∂tail; of a head that is a vector only the tails tell something."""
        ...

    def are_numbers(self, partials: Mapping[int, TailPartials], /) -> bool:
        """Whether all these partials are numbers."""
        ...

    def along(self, trail: Sequence[int], partials: Mapping[int, TailPartials], /) -> tuple[tuple[Any, ...], Any]:
        """The factors along a path as they are shown, and their product.

        A factor is a number, an array of at most two axes, a formula, or None where it is none of these.
        """
        ...


class ObjectEdges:
    """The edges of a run of objects; of one with a loss outside the graph, that is a node behind all others."""

    def __init__(self, run: Run) -> None:
        self._run, self._shape = run, run.jacobian_shape
        self._names = [*run.graph.index, LOSS]
        # The edges into a loss outside the graph are the adjoints that the file states.
        # A place that no node has: behind all of them, so that it comes first in the reverse order.
        self.target = len(run.graph.nodes) if run.is_outside else run.graph.index[run.output]

    def name(self, node: int) -> str:
        """The name of a node, or of the loss."""
        return self._names[node]

    def partials(self, head: int) -> TailPartials:
        """The tails of a node with ∂head/∂tail; of a head that is a vector only the tails tell something.

        An argument without influence, as the branch of an `if` that is not taken, is none.
        """
        if head == len(self._run.graph.nodes):
            return self._run.seeds
        # A sweep over the node alone, from 1 in each element.
        found = self._pulled(head, ones(self._run.shapes[head]))
        return {tail: self._read(each, tail) for tail, each in found.items()}

    def are_numbers(self, partials: Mapping[int, TailPartials]) -> bool:
        """Whether all these partials are numbers."""
        floats = (isinstance(partial, float) for tails in partials.values() for partial in tails.values())
        # Of a Jacobian the products are matrices even where each partial is a number.
        return not self._shape and all(floats)

    def along(self, trail: Sequence[int], partials: Mapping[int, TailPartials]) -> tuple[tuple[Any, ...], Any]:
        """The factors along a path as they are shown, and their product."""
        edges = list(pairwise(trail))
        # Shown in the order in which one goes along the path; multiplied, below, from the output back.
        factors = tuple(self._factor(tail, head, partials[head][tail]) for tail, head in edges)
        # By the same rule for all paths of a run, so that their products are comparable.
        if self._shape:
            return factors, self._jacobian_along(edges)
        return factors, _product(factors) if self.are_numbers(partials) else self._pulled_back(edges, 1.0)

    def _factor(self, tail: int, head: int, partial: Any) -> Any:
        """∂head/∂tail: of a loss outside the graph the adjoint that the file states."""
        if head < len(self._run.shapes) and self._run.shapes[head]:  # Not of the loss, which has no shape of its own.
            return self._jacobian(tail, head)
        return partial if is_known(partial) else self._run.linear.evaluation.written(partial)

    def _jacobian_along(self, edges: Sequence[tuple[int, int]]) -> Any:
        """The product along a path to an output that is an array: a row an element of the output, as of a Jacobian.

        None where it has too many rows, or is a formula of more than two axes.
        """
        from backcalc.rules.ndarray import units

        if elements(self._shape) > MOST_ELEMENTS:
            return None
        rows = [self._pulled_back(edges, only(unit)) for unit in units(self._shape)]
        # Known numbers make an array of any rank; a formula is written as a matrix at most.
        axes = len(self._shape) + len(self._run.shapes[edges[0][0]]) if edges else 0
        return joined(rows, self._shape) if all_known(rows) or axes <= MOST_AXES else None

    def _pulled_back(self, edges: Sequence[tuple[int, int]], ct: Any) -> Any:
        """The product along a path as the reverse sweep has it: a cotangent pulled back from the output to its begin.

        So vectors need no Jacobians, and what is unknown is a formula.
        """
        found: Any = ct
        for tail, head in reversed(edges):
            is_last = head == len(self._run.graph.nodes)
            # The last edge leads into the loss: its factor is what the file states.
            found = self._run.seeds[tail] if is_last else self._pulled(head, found)[tail]
        found = self._read(found, edges[0][0]) if edges else value_of(found)
        return found if is_known(found) else self._run.linear.evaluation.written(found)

    def _read(self, ct: Any, node: int) -> Value:
        """The cotangent of a node without its gate: a sweep may leave an array without axes for a number."""
        linear = self._run.linear
        return as_read(linear, linear.tape.slot[node], value_of(ct))

    def _jacobian(self, tail: int, head: int) -> Any:
        """∂head/∂tail of a vector; None where it is unknown, large or of more than two axes."""
        shape, axes = self._run.shapes[head], (*self._run.shapes[head], *self._run.shapes[tail])
        # None in `axes`: a length that nothing settles.
        if None in axes or len(axes) > MOST_AXES or elements(shape) > MOST_ELEMENTS:
            return None
        from backcalc.rules.ndarray import units

        rows = [value_of(self._pulled(head, only(unit))[tail]) for unit in units(shape)]
        return reshaped(rows, shape) if all_known(rows) else None

    def _pulled(self, head: int, ct: Any) -> dict[int, Any]:
        """The cotangents of the tails of a node, parallel edges added up, for the cotangent `ct` of the node."""
        tape, linear, index = self._run.linear.tape, self._run.linear, self._run.graph.index
        # With their gates: what one edge leaves out gets nothing from a slope behind it that is infinite.
        found = linear.cotangents({tape.slot[head]: ct}, tape.begin[head])
        tails = [index[name] for name in self._run.graph.nodes[head].args]
        return {
            # A number may stand for all elements of an array alike: spread, as products along a path take its shape.
            tail: self._full(found[tape.slot[tail]], self._run.shapes[tail])
            for tail in tails
            if tape.slot[tail] in found
        }

    def _full(self, ct: Any, shape: Shape) -> Any:
        full = self._run.linear.full
        return Gated(full(ct.value, shape), lambda: full(ct.open, shape)) if isinstance(ct, Gated) else full(ct, shape)


class NumberEdges:
    """The edges of a large edge list that lie behind what is asked for, each a number."""

    def __init__(self, run: LargeRun) -> None:
        self._names = run.graph.names
        # Lists of Python's numbers: a path takes them one by one, where arrays are slow.
        self._ends, self._tails, self._slopes = run.incoming.behind(run.below)
        self.target = run.graph.index[run.output]

    def name(self, node: int) -> str:
        """The name of a node."""
        return self._names[node]

    def partials(self, head: int) -> TailPartials:
        """The tails of a node with ∂head/∂tail."""
        edges = slice(self._ends[head], self._ends[head + 1])
        return dict(zip(self._tails[edges], self._slopes[edges], strict=True))

    def are_numbers(self, _partials: Mapping[int, TailPartials]) -> bool:
        """That they are."""
        return True  # An edge list has no arrays and no formulas.

    def along(self, trail: Sequence[int], partials: Mapping[int, TailPartials]) -> tuple[tuple[Any, ...], Any]:
        """The factors along a path, and their product."""
        factors = tuple(partials[head][tail] for tail, head in pairwise(trail))
        return factors, _product(factors)


def _product(factors: Sequence[float]) -> float:
    """The product of numbers, from the output back, as the ranks were taken that put the paths in order."""
    return product(reversed(factors))
