"""What is true of a run, for any answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import isfinite
from typing import Any, NamedTuple

from backcalc.calculus.adjoints import adjoints
from backcalc.calculus.derive import derive
from backcalc.calculus.digits import NO_DIGITS, Known
from backcalc.calculus.jacobians import derivatives
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.load import load
from backcalc.calculus.run import Run, run
from backcalc.graph.model import Dag, Node
from backcalc.graph.shapes import Shape
from backcalc.language.expr import INDEX, Call, Expr, Name, Number, fold, names, size
from backcalc.language.statements import Answer
from backcalc.language.unparse import unparse_statement
from backcalc.marking.inexact_zeros import NEAR_ROOT, SUMS, cancelled, cleaned, size_of
from backcalc.marking.mark import Attempt, Mark
from backcalc.marking.notation import Subject
from backcalc.marking.rework import OwnWork
from backcalc.marking.subject import is_stated, part
from backcalc.rules.gates import only
from backcalc.rules.simplify import remade
from backcalc.rules.values import is_array, is_known, shape_of
from backcalc.text.errors import BackcalcError, Diagnostic
from backcalc.text.numerals import is_exact
from backcalc.text.source import Source

MOST_WRITTEN = 2000
"""Operations and operands of a formula that is written out; longer ones nobody reads."""


class GradientGraph(NamedTuple):
    """A graph with one of its gradients written out."""

    graph: Dag
    gradient: str
    """The node that is the gradient."""
    adjoints: Mapping[str, tuple[str, str]]
    """What each node that was added is the derivative of, and by what."""


class Truth:
    """The true values and derivatives of a run, each list of derivatives worked out when it is first asked for."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._adjoints: dict[str, Sequence[Any]] = {}
        self._terms: dict[str, list[list[Any]]] = {}
        self._clean: dict[str, Sequence[Any]] = {}
        self._elements: dict[str, tuple[str, tuple[int, ...]]] = {}  # The node and place of each that is `named`.
        self._seconds: dict[tuple[str, str, str], Any] = {}
        self._behind: tuple[str, set[int]] = "", set()

    def is_plain(self, given: Attempt) -> bool:
        """Whether one sweep gives what was asked for: a value, or a derivative of a number by a node."""
        index = self.run.graph.index
        # A second derivative, or that by a loss outside, takes more than one sweep.
        if given.is_second or (given.wrt is not None and given.wrt not in index):
            return False
        return given.wrt is None or given.of not in index or not self.run.shapes[index[given.of]]

    def reworked(self, work: OwnWork, given: Attempt) -> Any:
        """What is asked for, as it comes out of somebody's own work; None where it has no formula."""
        index = self.run.graph.index
        if given.wrt is None:
            found = work.value(index[given.of])
        else:
            found = work.adjoints(given.of, self.seeds(given.of)).get(index[given.wrt], 0.0)  # Nothing leads there: 0.
        return self._of_place(given.answer, found)

    def expected(self, answer: Answer) -> Any:
        """The true value; None or a formula where it is not known."""
        element = self.element(answer)
        if element is None or answer.wrt is None:
            return self._of_place(answer, self.whole(answer))
        # Of one element a sweep is enough, and a formula of it may have two axes more than one of the whole.
        found = self.derivatives(element)[self.run.graph.index[answer.wrt]]
        return self._of_place(answer._replace(of_place=()), found, rank=0)

    def element(self, answer: Answer) -> str | None:
        """The name of the one element of an array whose derivative is asked for, `p[0]`; None where it is none."""
        place, rank = answer.of_place, len(self.run.shape(answer.of))
        is_first = answer.wrt in self.run.graph.index and answer.then is None
        # `h[0]` of a matrix is a row, no element.
        is_one = rank > 0 and len(place) == rank and all(isinstance(i, int) for i in place)
        return self.named(answer.of, place) if is_first and is_one else None

    def named(self, node: str, place: tuple[int, ...]) -> str:
        """The name of one element of an array, by which its derivatives are asked for."""
        name = f"{node}[{','.join(map(str, place))}]"
        self._elements[name] = node, place
        return name

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the run that these are the truth of has noticed."""
        return self.run.warnings

    def shown(self, mark: Mark) -> Mark:
        """A mark as it is shown: here it shows what it was marked by."""
        return mark

    def whole(self, answer: Answer | Subject) -> Any:
        """The true value of the whole node, or of the whole derivative, that `answer` is about."""
        if answer.wrt is not None and not {answer.wrt, answer.then or answer.wrt} <= self.run.graph.index.keys():
            return 0.0 if answer.then else 1.0  # A loss outside the graph by itself; that slope is the same everywhere.
        if answer.wrt is not None and answer.then is not None:
            return self._second(answer.of, answer.wrt, answer.then)
        node = self.run.graph.index[answer.of if answer.wrt is None else answer.wrt]
        return self.run.values[node] if answer.wrt is None else self.derivatives(answer.of)[node]

    def _of_place(self, answer: Answer | Subject, value: Any, rank: int | None = None) -> Any:
        """The element or elements of `value` that `answer` is about; the output has this rank, or that of its node."""
        index = part(answer, len(self.run.shape(answer.of)) if rank is None else rank)
        if not index or value is None:
            return value
        if not is_known(value):
            is_element = all(isinstance(i, int) for i in index)
            # The formula of an element is an index on that of the whole.
            return Call(INDEX, (value, *(Number(float(i)) for i in index))) if is_element else value
        if not is_array(value):  # Such as the adjoint 0 of an array that has no influence.
            return value
        found = value[index]
        # Exact numbers are no floats, and are not to become any.
        return found if shape_of(found) or is_exact(found) else float(found)

    def _second(self, of: str, wrt: str, then: str) -> Any:
        """∂²of/∂wrt∂then: the derivative of the gradient written as a graph; None where there is no formula for it."""
        key = of, wrt, then
        # A second derivative takes a graph of its own, and a run of it.
        if key not in self._seconds:
            found = self._of_gradient(of, wrt, then)
            # By a matrix first there may be no graph where there is one by the vector first; the order is free.
            self._seconds[key] = self._turned(of, wrt, then) if found is None and wrt != then else found
        return self._seconds[key]

    def _turned(self, of: str, wrt: str, then: str) -> Any:
        """∂²of/∂wrt∂then by way of ∂of/∂then; None where that is no array."""
        found = self._of_gradient(of, then, wrt)
        first, middle, last = (len(self.run.shape(name)) for name in (of, then, wrt))
        axes = range(first + middle + last)
        return (
            found.transpose(*axes[:first], *axes[first + middle :], *axes[first:][:middle]) if is_array(found) else None
        )

    def _of_gradient(self, of: str, wrt: str, then: str) -> Any:
        if is_stated(self.run, of):
            return None
        try:
            derived, gradient, _ = self.derived(of, wrt)
            linear = run(derived, self.run.point, of).linear
            return self._in_own_nodes(derivatives(linear, derived.index[gradient])[derived.index[then]], derived)
        except BackcalcError:  # It has more axes than an array of the language.
            return None

    def _in_own_nodes(self, value: Any, derived: Dag) -> Any:
        """A formula of the `derived` graph by the nodes of the run's own: dJ_dy as what it is."""
        added = [node for node in derived.nodes if node.name not in self.run.graph.index and node.expr is not None]
        if is_known(value) or names(value).keys().isdisjoint(node.name for node in added):
            return value
        written: dict[str, Expr] = {}

        def _leaf(part: Number | Name) -> Expr:
            return written.get(part.id, part) if isinstance(part, Name) else part

        def _simple(expr: Expr) -> Expr:
            return fold(expr, _leaf, remade)

        for node in added:  # What a node needs stands before it.
            written[node.name] = _simple(node.expr)  # type: ignore[arg-type]
            if size(written[node.name], MOST_WRITTEN) > MOST_WRITTEN:  # Each may have the one before twice.
                return value
        return self.run.linear.evaluation.written(_simple(value))

    def derived(self, of: str, wrt: str) -> GradientGraph:
        """The graph with the gradient ∂of/∂wrt written out. Raises BackcalcError."""
        found = derive(self._shaped, [of], [wrt])
        # Read again as a file: `derive` gives statements.
        graph = load(Source("", "\n".join(map(unparse_statement, found.statements))))
        return GradientGraph(graph, found.answers[0], found.adjoints)

    @cached_property
    def _shaped(self) -> Dag:
        """The graph with the shapes that only the point settles, for `derive` looks at no point."""
        pairs = zip(self.run.graph.nodes, self.run.shapes, strict=True)
        return self.run.graph._replace(nodes=tuple(_with_shape(node, shape) for node, shape in pairs))

    def known(self, answer: Answer, expected: Any) -> Known:
        """What is known of an answer beside its true value."""
        # So small beside the largest number, it may be a 0 that came out inexact.
        if not shape_of(expected) and abs(expected) < NO_DIGITS * self._most:
            return Known(self.exact, self.scale(answer))
        return Known(self.exact)

    @cached_property
    def exact(self) -> frozenset[float]:
        """The sizes of the inputs and of what the file states: nobody has worked them out."""
        stated = (v for n, v in zip(self.run.graph.nodes, self.run.values, strict=True) if n.kind != "expression")
        return frozenset(abs(v) for v in stated if isinstance(v, float))

    @cached_property
    def _most(self) -> float:
        """The largest number of the run: what is far below it may be a zero."""
        numbers = (abs(v) for v in (*self.run.values, *self.run.adjoints) if isinstance(v, float) and isfinite(v))
        return max(numbers, default=1.0)

    def scale(self, answer: Answer) -> float:
        """The absolute sum of the terms of a derivative of a number, or of a value; of an inexact zero what cancelled.

        0 where there is nothing beside which a number may be a zero.
        """
        index, linear = self.run.graph.index, self.run.linear
        # Where formulas or arrays stand, the terms have no sizes to add up.
        if not linear.evaluation.is_known or linear.evaluation.has_arrays:
            return 0.0
        if answer.wrt is None:
            return self._scale_of_value(linear.tape.slot[index[answer.of]])
        if answer.wrt not in index or answer.then is not None:
            return 0.0
        terms = [c for _, _, c in self._contributions(answer.of)[index[answer.wrt]]]
        return max(size_of(terms), self._cancelled_behind(answer.of, index[answer.wrt]))

    def _scale_of_value(self, slot: int) -> float:
        """The absolute sum of the terms of a sum; of another operation what has cancelled in it."""
        evaluation = self.run.linear.evaluation
        row = evaluation.rows[slot]
        # The operands of a product are no terms: 1e10 times 1e-10 is no zero.
        if row is None or row.symbol not in SUMS:
            return self._zeros.get(slot, 0.0)
        return size_of([evaluation.terms[arg] for arg in evaluation.tape.args[slot]])

    def _cancelled_behind(self, output: str, node: int) -> float:
        """The size beside which a derivative is small that is 0 once inexact zeros are exact ones; else 0."""
        # As that of a square is where its operand is one: 2*(y - t) has one term.
        if output not in self.run.graph.index or self.derivatives(output)[node] == 0:
            return 0.0
        if output not in self._clean:
            self._clean[output] = derivatives(self._at_zeros, self.run.graph.index[output])
        return max([NEAR_ROOT, *self._zeros.values()]) if self._clean[output][node] == 0 else 0.0

    @cached_property
    def _zeros(self) -> dict[int, float]:
        """What has cancelled in each operation whose value is an inexact zero."""
        return cancelled(self.run.linear.evaluation)

    @cached_property
    def _at_zeros(self) -> Linearization:
        """The run made linear at exact zeros."""
        return cleaned(self.run.linear, self._zeros)

    def _contributions(self, output: str) -> list[list[Any]]:
        """What reaches each node along its edges in the sweep of an output."""
        if output not in self._terms:
            again = self.run._replace(seeds=self.seeds(output), adjoints=self.derivatives(output))
            self._terms[output] = again.contributions()
        return self._terms[output]

    def leads(self, tail: str, head: str) -> bool:
        """Whether a path leads from one node to another."""
        index = self.run.graph.index
        if index[tail] >= index[head]:  # Nodes stand in topological order.
            return False
        # Answers are mostly derivatives of one node: what leads to the last one is kept.
        if self._behind[0] != head:
            self._behind = head, self.run.upstream(index[head])
        return index[tail] in self._behind[1]

    def derivatives(self, output: str) -> Sequence[Any]:
        """∂output/∂node for every node; `output` may be an element that is `named`."""
        if output not in self._adjoints and output in self._elements:
            # The other elements are not asked for: their 0 is to meet no inf.
            seeds = {node: only(unit) for node, unit in self.seeds(output).items()}
            self._adjoints[output] = adjoints(self.run.linear, seeds)
        if output not in self._adjoints:
            is_loss = output not in self.run.graph.index or self._is_run(output)
            # The run has swept its own output already.
            self._adjoints[output] = (
                self.run.adjoints if is_loss else derivatives(self.run.linear, self.run.graph.index[output])
            )
        return self._adjoints[output]

    def seeds(self, output: str) -> Mapping[int, Any]:
        """The adjoints that a sweep for ∂output/∂node begins with."""
        if output in self._elements:
            name, place = self._elements[output]
            from backcalc.rules.ndarray import placed

            return {self.run.graph.index[name]: placed(1.0, place, self.run.shape(name))}
        return self.run.seeds if self._is_run(output) else {self.run.graph.index[output]: 1.0}

    def _is_run(self, output: str) -> bool:
        """Whether the derivatives of `output` are those of the run."""
        return output == self.run.output and self.run.mode == "reverse"


def _with_shape(node: Node, shape: Shape) -> Node:
    """An input that has no shape of its own with this one, where that is settled."""
    is_open = node.kind == "input" and node.shape is None and node.default is None
    settled = tuple(n for n in shape if n is not None)
    return node._replace(shape=settled) if is_open and settled and len(settled) == len(shape) else node
