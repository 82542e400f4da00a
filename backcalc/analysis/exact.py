"""A run on exact numbers: values, local partials and adjoints without any rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from math import prod
from types import ModuleType
from typing import Any, Final

import numpy as np

from backcalc.calculus.doubts import doubts
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.exact import exact_adjoints, exact_constant, exact_values
from backcalc.calculus.exact_warnings import ExactRemarks
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.missing import require_known
from backcalc.calculus.point import Point, read_exactly
from backcalc.calculus.run import Run, run
from backcalc.graph.model import Dag, Node
from backcalc.graph.tape import tape_of
from backcalc.language.expr import Expr, names
from backcalc.rules.functions import exact
from backcalc.rules.functions.objects import Lost, made, nearest
from backcalc.text.errors import Code, Diagnostic, EvaluateError, UsageError
from backcalc.text.source import Source
from backcalc.text.wording import option, shorten

UNKNOWN = "what is not known"
MOST_NUMBERS = 100_000  # Of all operations together, where some are of arrays, as often as they are swept.
MOST_ROWS = 64  # Elements of a node whose local Jacobian is worked out.


@dataclass(frozen=True)
class NumberSystem:
    """A number system as a run goes through it.

    system   its base functions
    name     the option that asks for it
    code     what its refusals go by, and `lacks` what they say of a node, and why
    within   a context in which its numbers are worked out
    shown    a number as the run shows it
    """

    system: ModuleType
    name: str
    code: Code
    lacks: str
    within: Callable[[], AbstractContextManager[Any]] = nullcontext
    shown: Callable[[Any], Any] = lambda number: number

    def remark(self, node: Node, why: str, what: str = "") -> Diagnostic:
        """That a value, or `what`, is no number of the system, and why."""
        message = f"{what or f'`{shorten(node.name)}`'} {self.lacks.format(why)}"
        hint = f"leave out {option(self.name)}; {option('digits', '17')} shows all that a float64 has"
        return Diagnostic(self.code, message, node.span, hints=(hint,))

    # Of arrays as deep as they are: each is made of the parts along its first axis.
    def as_shown(self, value: Any) -> Any:
        """A number or an array as the run shows it; None where it is lost."""
        if value is None or _lost(value):
            return None
        if isinstance(value, np.ndarray) and not value.ndim:  # What is summed up over all axes.
            value = value.item()
        with self.within():
            return made([self.as_shown(item) for item in value]) if isinstance(value, np.ndarray) else self.shown(value)


FRACTIONS = NumberSystem(exact, "exact", Code.NO_FRACTION, "has no fraction, for {} has none here")


class ExactRun(Run):
    """A run whose numbers are exact: fractions, or others of `numbers`.

    `whole` has the value of each node, None where there is none, `slots` that of every slot of the tape, and `swept`
    the adjoints. `lost` are the remarks on values that are no such numbers, though every derivative is one.
    """

    FIELDS = (*Run.FIELDS, "whole", "slots", "swept", "lost", "numbers")

    def __init__(
        self,
        *,
        whole: Mapping[str, Any],
        slots: Sequence[Any],
        swept: Sequence[Any],
        lost: tuple[Diagnostic, ...],
        numbers: NumberSystem,
        **found: Any,
    ) -> None:
        super().__init__(**found)
        self.whole: Final = whole
        self.slots: Final = slots
        self.swept: Final = swept
        self.lost: Final = lost
        self.numbers: Final = numbers

    @cached_property
    def values(self) -> list[Any]:
        """The value of every node, None where it is not known."""
        return [self.numbers.as_shown(self.whole[node.name]) for node in self.graph.nodes]

    @cached_property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the build has noticed, which values are no numbers of the system, and what else there is to say."""
        noticed = self.graph.warnings + doubts(self.linear.evaluation, self.point)
        with self.numbers.within():
            return noticed + self.lost + self._remarks

    @property
    def _remarks(self) -> tuple[Diagnostic, ...]:
        def _rounded(evaluation: Evaluation, slot: int) -> Any:
            # Which branch is taken is told by the exact number; what has none keeps its float.
            value = self.slots[slot]
            return evaluation.terms[slot] if _lost(value) else nearest(value)

        evaluation = self.linear.evaluation
        linear = Linearization(evaluation.redone(evaluation.rows, _rounded))
        return ExactRemarks(linear, self.slots, self.numbers.system).told

    @property
    def is_finite(self) -> bool:
        """Exact numbers are."""
        return True  # What overflows a float does not here, and what has no value is lost.

    def partials(self, node: int) -> dict[str, Any]:
        """∂node/∂arg by argument, exact."""
        found = self._partials(node)
        return {arg: self.numbers.as_shown(found[arg]) for arg in found if not self.graph.node(arg).is_fixed}

    def _partials(self, node: int) -> dict[str, Any]:
        found = self.graph.nodes[node]
        with self.numbers.within():
            if found.incoming:
                return self._of_edges(found)
            shape = tuple(n or 0 for n in self.shapes[node])
            places = list(np.ndindex(*shape))
            passed = sum(prod(n or 0 for n in self.shapes[self.graph.index[arg]]) for arg in found.args)
            # Each element of the node takes a sweep.
            if len(places) > MOST_ROWS or len(places) * passed > MOST_NUMBERS:
                return dict.fromkeys(found.args)
            tape, evaluation = self.linear.tape, self.linear.evaluation
            rows = []
            for place in places:
                seed = {tape.slot[node]: self._unit(shape, place)}
                # Over the node's own slots alone.
                swept = exact_adjoints(evaluation, self.slots, seed, tape.begin[node], self.numbers.system)
                rows.append([swept.get(tape.slot[self.graph.index[arg]]) for arg in found.args])
            columns = zip(*rows, strict=True)
            return {arg: self._partial(arg, column, shape) for arg, column in zip(found.args, columns, strict=True)}

    def _partial(self, arg: str, column: Sequence[Any], shape: tuple[int, ...]) -> Any:
        """A local partial of the derivatives of each element; None where one is no number of the system."""
        # An argument that an element does not depend on: its row is 0.
        zero = _zeros(tuple(n or 0 for n in self.shapes[self.graph.index[arg]]), self.numbers.system)
        items = [zero if item is None else item for item in column]
        if any(_lost(item) for item in items):
            return None
        return _stacked(items, shape) if shape else items[0]

    def _unit(self, shape: tuple[int, ...], place: tuple[int, ...]) -> Any:
        """1 at one place of a shape, and 0 elsewhere; 1 for a number."""
        one = self.numbers.system.number(1.0)
        if not shape:
            return one
        found = _zeros(shape, self.numbers.system)
        found[place] = one
        return found

    def _of_edges(self, node: Node) -> dict[str, Any]:
        """The partials of annotated edges, parallel ones added up; None for what is not known."""
        found: dict[str, Any] = {}
        for edge in node.incoming:
            value = self._evaluated(edge.partial)
            # Edges are added up in the system's numbers: as floats 0.1 + 0.2 is no 0.3.
            before = found.get(edge.tail)
            is_lost = edge.tail in found and (before is None or value is None)
            found[edge.tail] = None if is_lost else value if edge.tail not in found else before + value
        return found

    def _evaluated(self, expr: Expr) -> Any:
        """An expression in nodes whose exact values are known; None where one is not."""
        graph, known, system = self.graph, self.whole, self.numbers.system
        spoken = [name for name in names(expr) if name in graph.index]
        if any(known[name] is None for name in spoken):
            return None
        # The engine evaluates graphs: so the partial becomes the one node of a small graph of its own.
        inputs = tuple(Node(name, "input", graph.node(name).span) for name in spoken)
        node = Node("a partial", "expression" if spoken else "constant", graph.nodes[0].span, tuple(spoken), expr, expr)
        alone = graph._replace(nodes=(*inputs, node), output=node.name, seeds=(), claims=(), warnings=())
        evaluation = Evaluation(tape_of(alone), {name: nearest(known[name]) for name in spoken})
        found = exact_values(evaluation, {name: known[name] for name in spoken}, system)[evaluation.tape.slot[-1]]
        return None if _lost(found) else found

    def contributions(self) -> list[list[tuple[int | None, Any, Any]]]:
        """For each node the (user, ∂user/∂node, contribution) triples of its adjoint; a seed has no user."""
        found: list[list[tuple[int | None, Any, Any]]] = [[] for _ in self.graph.nodes]
        shown = self.numbers.as_shown
        with self.numbers.within():
            output = self.graph.index[self.output]
            found[output].append((None, None, shown(self.swept[output])))  # As seed: 1, or the identity of an array.
            for head in range(len(self.graph.nodes)):
                for arg, partial in self._partials(head).items():
                    whole = None if partial is None else _pulled(self.swept[head], partial, len(self.shapes[head]))
                    found[self.graph.index[arg]].append((head, shown(partial), shown(whole)))
        return found


def _pulled(adjoint: Any, partial: Any, rank: int) -> Any:
    """What the adjoint of a head of this rank hands back along a local partial."""
    # The axes of an output that is an array come first, and stay; a number on an edge scales whatever its ends are.
    is_contracted = np.ndim(adjoint) and np.ndim(partial)
    return np.tensordot(adjoint, partial, rank) if is_contracted else partial * adjoint


def _stacked(items: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Numbers or arrays, one an element of a shape, as one array."""
    return made(list(items)).reshape(*shape, *np.shape(items[0]))


def require_inside(graph: Dag, name: str) -> None:
    """Raise UsageError where the output is a loss outside the graph, of which the numbers of --`name` know nothing."""
    if graph.seeds:
        (node, stated), *_ = graph.seeds
        message = f"{option(name)} needs an output in the graph; `adjoint` statements speak of a loss outside it"
        hint = f"write that loss as a node: L = sum({shorten(node)} * …)"
        raise UsageError(graph.source, [Diagnostic(Code.TWO_OUTPUTS, message, stated.span, hints=(hint,))])


def _require_few(plain: Run, name: str) -> None:
    """Raise UsageError where arrays have more numbers than arithmetic is quick at that takes them one by one."""
    evaluation, output = plain.linear.evaluation, plain.output
    count = sum(prod(n or 0 for n in shape) for shape in evaluation.shapes) if evaluation.has_arrays else 0
    shape = plain.shapes[plain.graph.index[output]]
    sweeps = prod(n or 0 for n in shape)  # One an element of the output.
    if count * sweeps <= MOST_NUMBERS:
        return
    message = f"{option(name)} works on one number at a time: there are {count:,} of them"
    hint = f"leave {option(name)} out, or work with smaller arrays"
    if sweeps > 1:
        message += f", and as many in each of the {sweeps:,} sweeps of `{shorten(output)}`, one an element"
        hint += f"; of one element, s = {output}[{', '.join('0' for _ in shape)}], it is one sweep"
    message += f"; at most {MOST_NUMBERS:,}"
    source = Source(plain.graph.source.name, "")
    raise UsageError(source, [Diagnostic(Code.TOO_MANY_OPERATIONS, message, hints=(hint,))])


def run_exactly(
    graph: Dag,
    options: Iterable[str],
    of: str | None = None,
    wrt: Sequence[str] = (),
    numbers: NumberSystem = FRACTIONS,
) -> ExactRun:
    """`graph` on exact numbers, in reverse mode, at the point of `--at` options: 1/3 is one third, 0.1 one tenth.

    Raises EvaluateError for the first node that has no such number, or for a value that is missing, and UsageError as
    `run` does.
    """
    given, written = read_exactly(options)
    # In floats first: all that can be wrong with the options or the shapes is told by what tells it anyway.
    plain = run(graph, given, of, wrt)
    require_known(plain.linear.evaluation)
    require_inside(graph, numbers.name)
    _require_few(plain, numbers.name)
    graph, evaluation, system = plain.graph, plain.linear.evaluation, numbers.system
    point = _exact_point(graph, written, plain.point, system)
    slots = exact_values(evaluation, point, system)
    values = {node.name: slots[slot] for node, slot in zip(graph.nodes, evaluation.tape.slot, strict=True)}
    known = {name: None if _lost(value) else value for name, value in values.items()}
    output = evaluation.tape.slot[graph.index[plain.output]]
    adjoints = _adjoints(evaluation, slots, output, system)  # Even where values are lost: that of x + exp(1) is 1.
    reasons = [(node, _lost(values[node.name])) for node in graph.nodes]
    lost = [numbers.remark(node, why) for node, why in reasons if why and why != UNKNOWN]
    lost += _lost_slopes(plain, adjoints, lost, numbers)
    shown = {
        name: plain.point[name] if _lost(value) else numbers.as_shown(value) for name, value in point.items()
    }  # What is lost is one such as inf.
    # The plain run with the numbers exchanged: what is asked for, and what it is of, is the same.
    swept = zip(graph.nodes, adjoints, strict=True)
    shown_adjoints = [None if node.is_fixed else numbers.as_shown(adjoint) for node, adjoint in swept]
    found = plain._asdict() | {"adjoints": shown_adjoints, "point": shown}
    return ExactRun(**found, whole=known, slots=slots, swept=adjoints, lost=tuple(lost), numbers=numbers)


def _lost_slopes(
    plain: Run, adjoints: Sequence[Any], lost: Sequence[Diagnostic], numbers: NumberSystem
) -> list[Diagnostic]:
    """The remarks on derivatives by constants that are no such numbers. Raises EvaluateError for others."""
    undone = [(node, why) for node, each in zip(plain.graph.nodes, adjoints, strict=True) if (why := _lost(each))]
    remarks = [(node, numbers.remark(node, why, f"∂{plain.output}/∂{node.name}")) for node, why in undone]
    # Nobody asks for the slope by the n of x^n.
    asked = [remark for node, remark in remarks if node.kind != "constant"]
    # The first value that is no such number is what makes the derivatives none; else the derivative nearest the output.
    if asked:
        raise EvaluateError(plain.graph.source, [lost[0] if lost else asked[-1]])
    return [remark for _, remark in remarks]


def _adjoints(evaluation: Evaluation, slots: list[Any], output: int, system: ModuleType) -> list[Any]:
    """∂output/∂node for every node; of an output that is an array one sweep an element."""
    shape = tuple(n or 0 for n in evaluation.shapes[output])
    sweeps = []
    for index in np.ndindex(*shape):
        seed = _zeros(shape, system) if shape else system.number(1.0)
        if shape:
            seed[index] = system.number(1.0)
        # A seed that is an array of exact numbers, 1 in one place: the sweep knows no stack of cotangents.
        sweeps.append(exact_adjoints(evaluation, slots, {output: seed}, system=system))
    found = []
    for slot in evaluation.tape.slot:
        zeros = _zeros(tuple(n or 0 for n in evaluation.shapes[slot]), system)
        rows = [swept.get(slot, zeros) for swept in sweeps]
        found.append(_stacked(rows, shape) if shape else rows[0])
    return found


def _exact_point(graph: Dag, written: Mapping[str, Expr], settled: Point, system: ModuleType) -> Point:
    """The point in exact numbers: of what is written for `--at`, and of the graph's defaults."""
    found: Point = {}
    for name, value in settled.items():
        default = graph.node(name).default  # A default is an expression too, and is taken exactly as it stands.
        # As a float64 1/3 is no third, and digits beyond the 17th are gone.
        stated = written.get(name, default)
        found[name] = system.array(value) if stated is None else exact_constant(stated, system)
        if np.shape(found[name]) != np.shape(value):  # A number that fills a shape.
            filled = np.empty(np.shape(value), object)
            filled[...] = found[name]
            found[name] = filled
    return found


def _zeros(shape: tuple[int, ...], system: ModuleType) -> Any:
    return system.array(np.zeros(shape).tolist())


def _lost(value: Any) -> str | None:
    """Why a value is no number of the system; None where it is one."""
    # The first reason is told: those after it mostly come of it.
    parts = value.ravel() if isinstance(value, np.ndarray) else [value]
    return next((part.why for part in parts if isinstance(part, Lost)), None)
