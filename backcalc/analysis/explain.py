"""The derivation as one writes it by hand: forward values in order, then the chain rule node by node, backwards.

A step is data: what it is about, the formula in symbols, the same with the numbers put in, and the result, which is
that of the run. A derivative such as ∂L/∂v stands in a formula as a name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isclose, isnan
from typing import Any, Literal, NamedTuple

from backcalc.analysis.longhand import (
    CHAIN,
    HADAMARD,
    DerivativeName,
    exact_literal,
    is_nan,
    is_small,
    is_zero,
    matrix_product,
    shown,
    summed,
    told,
)
from backcalc.calculus.constant import applied
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.run import Run
from backcalc.graph.functions import DERIVATIVES
from backcalc.graph.model import Node
from backcalc.graph.shapes import KnownShapes
from backcalc.language.expr import Call, Expr, Name, Number, fold, postorder, with_args
from backcalc.rules.primitives import CONSTANTS
from backcalc.rules.simplify import simplify
from backcalc.rules.values import Spelt, is_known, literal, quietly, shape_of

TOLERANCE = 1e-6  # What a textbook's formula may lose against the stable one before its numbers are left out,
TINY = 1e-12  # and what rounding leaves of a 0.

StepNote = Literal["", "given", "no-path", "no-slope"]
"""Why a value is what it is where no formula says so: the file gives it, no path leads on, the slope does not exist."""


@dataclass(frozen=True)
class StepEquation:
    """`symbol` = `formula` = `substituted` = `value`.

    `formula` is None where nothing computes it, `substituted` where there are no numbers to put in. `value` is a
    number, an array, a formula where it is not known, or None where it cannot be expressed.
    """

    symbol: Name
    formula: Expr | None
    substituted: Expr | None
    value: Any
    note: StepNote = field(default="", kw_only=True)


@dataclass(frozen=True)
class Step(StepEquation):
    """One line of the derivation, about `node`; of the reverse phase with the local partials that it speaks of."""

    node: str
    phase: Literal["forward", "reverse"]
    partials: tuple[StepEquation, ...] = ()


def explain(run: Run, nodes: Collection[str] = (), wrt: Collection[str] = ()) -> Iterator[Step]:
    """The steps of a run in reverse mode: its values in order, then its adjoints in the order of the reverse pass.

    `nodes` limits them to the steps of these nodes, `wrt` to those that lead to the derivatives by these.
    """
    index, leading = run.graph.index, run.leading
    forward: Collection[int] = range(len(run.graph.nodes))
    reverse = forward
    # For ∂L/∂w one needs all values on the way to L, but only the adjoints of what lies between w and L.
    if wrt:
        wanted = {index[name] for name in wrt}
        forward, reverse = leading | wanted, (leading & _downstream(run, wanted)) | wanted
    if nodes:
        only = {index[name] for name in nodes}
        forward, reverse = only.intersection(forward), only.intersection(reverse)
    derivation = _Derivation(run)
    yield from derivation.forward(sorted(forward))
    yield from derivation.reverse(reverse)


def _downstream(run: Run, wanted: Iterable[int]) -> set[int]:
    """The nodes to which a path leads from one of `wanted`; these among them."""
    index, found = run.graph.index, set(wanted)
    for i, node in enumerate(run.graph.nodes):
        if any(index[arg] in found for arg in node.args):
            found.add(i)
    return found


class _Term(NamedTuple):
    """What comes along an edge: in symbols, with the numbers put in, and the local partial that it speaks of."""

    formula: Expr
    substituted: Expr
    partial: StepEquation | None = None


class _Derivation:
    """The steps of one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.nodes, self.index = run.graph.nodes, run.graph.index
        self.has_arrays = any(run.shapes)  # Without, no product need be told from another, nor NumPy loaded.
        self.shapes = KnownShapes(run.linear.evaluation.known_shapes.names)

    @cached_property
    def _formulas(self) -> Linearization:
        """The local partials as formulas in the nodes' names, as a textbook writes them."""
        # The same tape once more, each node a name: so formulas are those of the graph, not of this point.
        evaluation = Evaluation(self.run.linear.tape, self.run.point, formulas=True)
        return Linearization(evaluation, textbook=True)

    # ---- The forward pass --------------------------------------------------------------------------------------------

    def forward(self, places: Iterable[int]) -> Iterator[Step]:
        """A step a node that has a formula or a value."""
        for i in places:
            node, value, formula = self.nodes[i], self.run.values[i], _formula(self.nodes[i])
            if formula is None and value is None:
                continue
            # A stated value does not come of the formula: its numbers would be no derivation of it.
            is_stated = node.given is not None or node.kind in ("input", "edges")
            substituted = None if formula is None or is_stated else self._put_in(formula)
            substituted = None if substituted is formula else substituted
            note: StepNote = "given" if is_stated and node.kind != "input" else ""
            equation = Name(node.name), self._marked(formula), self._marked(substituted), value
            yield Step(*equation, node.name, "forward", note=note)

    # ---- The reverse pass --------------------------------------------------------------------------------------------

    def reverse(self, places: Collection[int]) -> Iterator[Step]:
        """A step a node, each node after its users."""
        # What reaches a node along its edges, its users in falling order: it is taken as soon as the node is reached.
        terms: dict[int, list[_Term]] = defaultdict(list)
        for i in range(len(self.nodes) - 1, -1, -1):
            if i in places and not self.nodes[i].is_fixed:
                yield self._adjoint_step(i, terms.pop(i, []))
            tails = {tail for arg in self.nodes[i].args if (tail := self.index[arg]) in places}
            tails -= {tail for tail in tails if self.nodes[tail].is_fixed}
            if tails and i in self.run.leading:
                for tail, term in self._terms(i, tails):
                    terms[tail].append(term)

    def _adjoint_step(self, i: int, terms: list[_Term]) -> Step:
        """∂L/∂node as the sum over the node's users of what comes along their edges, the seed first."""
        name, value, seed = self.nodes[i].name, self.run.adjoints[i], self.run.seeds.get(i)
        symbol = DerivativeName(self.run.output, name)
        if not terms:
            note: StepNote = "no-path" if seed is None else "given" if self.run.is_outside else ""
            return Step(symbol, None, None, value, name, "reverse", note=note)
        seeds = [] if seed is None else [exact_literal(seed)]
        # In the order of the file, as the sweep reaches users from the last; terms of 0 only take room.
        telling = [term for term in reversed(terms) if not is_zero(term.formula)]
        formula = summed([*seeds, *(term.formula for term in telling)])
        has_numbers = any(term.substituted is not term.formula for term in telling)
        substituted = summed([*seeds, *(term.substituted for term in telling)]) if has_numbers else formula
        partials = tuple(term.partial for term in telling if term.partial is not None)
        if not is_known(value) and value == formula and substituted is not formula:
            # 2·w·x = 2·5·x is not 2·w·x once more: what is left to do is to multiply the numbers.
            value = self.run.linear.evaluation.written(simplify(substituted))
            substituted = formula if value == substituted else substituted
        found = self._equation(symbol, formula, substituted, value)
        return Step(symbol, found.formula, found.substituted, value, name, "reverse", partials, note=found.note)

    def _terms(self, head: int, tails: Collection[int]) -> Iterator[tuple[int, _Term]]:
        """What `head` hands on to each of `tails`."""
        symbol = DerivativeName(self.run.output, self.nodes[head].name)
        if self.run.jacobian_shape:
            yield from self._matrix_terms(head, sorted(tails), symbol)
            return
        if self.run.shapes[head]:
            yield from self._pulled(head, tails, symbol)
            return
        flow, partials = self._flow(head, 1.0), self._partials(head)
        is_output = not self.run.is_outside and head in self.run.seeds
        adjoint = self._adjoint(head)
        for tail in tails:
            formula = self._filled(flow.get(tail, 0.0), tail)
            substituted, value = self._put_in(formula), partials.get(tail, 0.0)
            if is_output:  # Its adjoint is 1, and ∂L/∂v would be both the sum and the first term of it.
                yield tail, _Term(formula, substituted)
                continue
            local = DerivativeName(self.nodes[head].name, self.nodes[tail].name)
            found = self._equation(local, formula, substituted, value)
            # In symbols the chain rule as it is taught, in numbers what these are; the partial's own line says why.
            term = Call(CHAIN, (symbol, found.symbol))
            last = substituted if value is None else shown(value, found.symbol)
            # The partial that the file states on an edge needs no line that repeats it.
            is_told = self.nodes[head].incoming and isinstance(formula, Number)
            yield tail, _Term(term, Call(CHAIN, (adjoint, last)), None if is_told else found)

    def _pulled(self, head: int, tails: Collection[int], symbol: Name) -> Iterator[tuple[int, _Term]]:
        """For each of `tails` the term of an array: what its adjoint becomes, for its partials would be Jacobians."""
        # The adjoint is a name in formulas, whose shape both must know to tell products apart.
        for shapes in (self.shapes, self._formulas.known_shapes):
            shapes.names[symbol.id] = self.run.shapes[head]
        flow = self._flow(head, symbol)
        for tail in tails:
            formula = self._filled(flow.get(tail, 0.0), tail)
            yield tail, _Term(formula, self._put_in(formula))

    def _matrix_terms(self, head: int, tails: Sequence[int], symbol: Name) -> Iterator[tuple[int, _Term]]:
        """For each of `tails` the term of an output that is an array: a product of Jacobians, as matrices."""
        of, partials = self.run.shapes[head], self._partials(head)
        for tail, formula in zip(tails, self._local_jacobians(head, tails), strict=True):
            local = DerivativeName(self.nodes[head].name, self.nodes[tail].name)
            value = partials.get(tail)
            numbers = local if value is None else shown(value, local)
            if formula is None:
                found = StepEquation(local, None, None, value)
            else:
                found = self._equation(local, formula, self._put_in(formula), value)
            if head in self.run.seeds:  # Its Jacobian by itself is an identity, which nobody multiplies by.
                written = local if formula is None else formula
                yield tail, _Term(written, written if numbers is local else numbers)
                continue
            product = matrix_product(len(self.run.jacobian_shape), len(of), len(self.run.shapes[tail]))
            term = Call(product or CHAIN, (symbol, local))
            yield tail, _Term(term, Call(product, (self._adjoint(head), numbers)) if product else term, found)

    def _local_jacobians(self, head: int, tails: Sequence[int]) -> list[Expr | None]:
        """The formula of each local partial ∂head/∂tail; None where it has more axes than a formula."""
        shape, slot = self.run.shapes[head], self._formulas.tape.slot
        if not shape:
            flow = self._flow(head, 1.0)
            return [self._filled(flow.get(tail, 0.0), tail) for tail in tails]
        if len(shape) > 1:
            return [None for _ in tails]
        from backcalc.calculus.matrix_forms import jacobian_formulas

        begin = self._formulas.tape.begin[head]
        found = jacobian_formulas(self._formulas, slot[head], [slot[tail] for tail in tails], begin)
        return [None if each is None else told(each) for each in found]

    def _adjoint(self, node: int) -> Expr:
        """∂L/∂node as it stands in a formula: with its numbers, but for what is too large for that."""
        symbol = DerivativeName(self.run.output, self.nodes[node].name)
        return shown(self.run.adjoints[node], symbol)

    def _flow(self, head: int, seed: Any) -> dict[int, Any]:
        """What the adjoint `seed` of a node hands on to each node that its formula speaks of, as formulas."""
        tape = self._formulas.tape
        # Down to the node's own first slot: what it hands on to its arguments, not what they make of it.
        swept = self._formulas.sweep({tape.slot[head]: seed}, tape.begin[head])
        return {tape.node_of[slot]: found for slot, found in swept.items() if slot in tape.node_of}

    def _partials(self, head: int) -> dict[int, Any]:
        """The local partials of a node that is a number, by its tails; None where one is not known."""
        return {self.index[name]: partial for name, partial in self.run.partials(head).items()}

    # ---- Formulas ----------------------------------------------------------------------------------------------------

    def _equation(self, symbol: Name, formula: Expr, substituted: Expr, value: Any) -> StepEquation:
        """The derivative `symbol`, its formula without numbers where these do not give the value."""
        numbers = None if substituted is formula else self._marked(substituted)
        marked = self._marked(formula)
        if self._holds(substituted, value):
            return StepEquation(symbol, marked, numbers, value)
        kept = numbers and marked  # One of numbers alone is not true here.
        return StepEquation(symbol, kept, None, value, note="no-slope" if is_nan(value) else "")

    def _filled(self, found: Any, node: int) -> Expr:
        """A formula of `node`'s shape, as one writes it; a number stands for all elements of an array of many."""
        shape = self.run.shapes[node]
        # [2, 2, 2] rather than 2 where an array stands; of a large one the number says as much.
        if not shape_of(found) and is_small(shape):
            found = self._formulas.full(found, shape)
        if isinstance(found, Spelt) or not is_known(found):
            return self.run.linear.evaluation.written(literal(found))
        return exact_literal(found)

    def _put_in(self, formula: Expr) -> Expr:
        """`formula` with the numbers of nodes and adjoints in their places."""

        def leaf(part: Number | Name) -> Expr:
            """The value of a node, or the adjoint that a name stands for."""
            if isinstance(part, Number):
                return part
            if part.id in self.index:
                return shown(self.run.values[self.index[part.id]], part)
            return self._adjoint(self.index[part.wrt]) if isinstance(part, DerivativeName) else part

        return fold(formula, leaf, with_args)

    def _holds(self, formula: Expr, value: Any) -> bool:
        """Whether `formula` has this value, or nobody can tell; a textbook's has none at 0/0, where the slope may."""
        if value is None or not is_known(value):
            return True
        try:
            with quietly(self.has_arrays):
                found = fold(formula, _number, _product_or_other)
        except KeyError:  # A name: what is not known cannot be contradicted.
            return True
        if not shape_of(found) and not shape_of(value):
            return isclose(found, value, rel_tol=TOLERANCE, abs_tol=TINY) or (isnan(found) and isnan(value))
        from backcalc.rules.ndarray import are_close

        return are_close(found, value, TOLERANCE, TINY)

    def _marked(self, formula: Expr | None) -> Expr | None:
        """`formula` with the products by the elements of arrays told from others."""
        if formula is None or not self.has_arrays:
            return formula

        def call(part: Call, args: tuple[Expr, ...]) -> Expr:
            """A product of two arrays as one by the elements; other calls as they are."""
            if part.fn == "*" and all(map(self.shapes.of, part.args)):
                return Call(HADAMARD, args)
            return with_args(part, args)

        return fold(formula, lambda leaf: leaf, call)


def _formula(node: Node) -> Expr | None:
    """What the file says of a node; where that speaks of a derivative, with the name of the node that this is."""
    if node.formula is None or node.incoming:
        return None
    # `grad(J, w)` is computed by a node of its own, which the expanded expression names.
    speaks = any(isinstance(part, Call) and part.fn in DERIVATIVES for part in postorder(node.formula))
    return node.expr if speaks else node.formula


def _number(leaf: Number | Name) -> float:
    """The value of a number. Raises KeyError for the name of a node."""
    return leaf.value if isinstance(leaf, Number) else CONSTANTS[leaf.id]


def _product_or_other(call: Call, args: tuple[Any, ...]) -> Any:
    """The value of a call at numbers."""
    return args[0] * args[1] if call.fn == CHAIN else applied(call, args)
