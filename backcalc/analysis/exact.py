"""A run on fractions: values, local partials and adjoints without any rounding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.exact import exact_adjoints, exact_constant, exact_values
from backcalc.calculus.missing import require_known
from backcalc.calculus.point import AT, Point, read_point
from backcalc.calculus.run import Run, run
from backcalc.graph.model import Graph, Node
from backcalc.graph.tape import tape_of
from backcalc.language.expr import Expr, names
from backcalc.language.parser import parse_point
from backcalc.rules.functions import exact
from backcalc.rules.functions.exact import Irrational
from backcalc.text.errors import Code, Diagnostic, EvaluateError, UsageError
from backcalc.text.files import clean
from backcalc.text.wording import option, shorten

UNKNOWN = "what is not known"
MOST_ROWS = 64  # Elements of a node whose Jacobian is worked out.


@dataclass(frozen=True, eq=False)
class ExactRun(Run):
    """A run whose numbers are fractions; `whole` has the exact value of each node, None where there is none.

    `slots` has that of every slot of the tape. `irrational` are the remarks on values that are no fractions, though
    every derivative is one.
    """

    whole: Mapping[str, Any]
    slots: Sequence[Any]
    irrational: tuple[Diagnostic, ...]

    @cached_property
    def values(self) -> list[Any]:
        """The value of every node, None where it is not known."""
        return [self.whole[node.name] for node in self.graph.nodes]

    @cached_property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the build has noticed, and which values are no fractions."""
        return self.graph.warnings + self.irrational

    @property
    def is_finite(self) -> bool:
        """Fractions are."""
        return True

    def partials(self, node: int) -> dict[str, Any]:
        """∂node/∂arg by argument, exact."""
        found = self.graph.nodes[node]
        if found.incoming:
            return _edge_partials(self.graph, found, self.whole)
        shape = tuple(n or 0 for n in self.shapes[node])
        places = list(np.ndindex(*shape))
        if len(places) > MOST_ROWS:
            return dict.fromkeys(found.args)
        tape, evaluation = self.linear.tape, self.linear.evaluation
        rows = []
        for place in places:
            seed = {tape.slot[node]: _unit(shape, place)}
            swept = exact_adjoints(evaluation, self.slots, seed, tape.begin[node])
            rows.append([swept.get(tape.slot[self.graph.index[arg]]) for arg in found.args])
        columns = zip(*rows, strict=True)
        return {arg: self._partial(arg, column, shape) for arg, column in zip(found.args, columns, strict=True)}

    def _partial(self, arg: str, column: Sequence[Any], shape: tuple[int, ...]) -> Any:
        """A local partial of the derivatives of each element; None where one is no fraction."""
        zero = _zeros(tuple(n or 0 for n in self.shapes[self.graph.index[arg]]))
        items = [zero if item is None else item for item in column]
        if any(_lost(item) for item in items):
            return None
        return _stacked(items, shape) if shape else items[0]

    def contributions(self) -> list[list[tuple[int | None, Any, Any]]]:
        """For each node the (user, ∂user/∂node, contribution) triples of its adjoint; a seed has no user."""
        found: list[list[tuple[int | None, Any, Any]]] = [[] for _ in self.graph.nodes]
        found[self.graph.index[self.output]].append((None, None, Fraction(1)))
        for head in range(len(self.graph.nodes)):
            for arg, partial in self.partials(head).items():
                adjoint = self.adjoints[head]
                rank = np.ndim(adjoint)
                whole = (
                    None if partial is None else partial * adjoint if not rank else np.tensordot(adjoint, partial, rank)
                )
                found[self.graph.index[arg]].append((head, partial, whole))
        return found


def _stacked(items: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Numbers or arrays, one an element of a shape, as one array."""
    found = np.empty((len(items), *np.shape(items[0])), object)
    for i, item in enumerate(items):
        found[i] = item
    return found.reshape(*shape, *np.shape(items[0]))


def run_exactly(graph: Graph, options: Iterable[str], of: str | None = None, wrt: Sequence[str] = ()) -> ExactRun:
    """`graph` on fractions, in reverse mode, at the point of `--at` options: 1/3 is one third, 0.1 one tenth.

    Raises EvaluateError for the first node that has no fraction, or for a value that is missing, and UsageError as
    `run` does.
    """
    options = list(options)
    plain = run(graph, read_point(options), of, wrt)
    require_known(plain.linear.evaluation)
    if plain.is_outside:
        message = f"{option('exact')} needs an output in the graph; `adjoint` statements speak of a loss outside it"
        hint = f"write that loss as a node: L = sum({shorten(graph.seeds[0][0])} * …)"
        raise UsageError(graph.source, [Diagnostic(Code.TWO_OUTPUTS, message, graph.seeds[0][1].span, hints=(hint,))])
    graph, point = plain.graph, _exact_point(plain.graph, options, plain.point)
    evaluation = plain.linear.evaluation
    found = exact_values(evaluation, point)
    values = {node.name: found[slot] for node, slot in zip(graph.nodes, evaluation.tape.slot, strict=True)}
    known = {name: None if _lost(value) else value for name, value in values.items()}
    output = evaluation.tape.slot[graph.index[plain.output]]
    swept = exact_adjoints(evaluation, found, {output: Fraction(1)})
    shapes = [tuple(n or 0 for n in evaluation.shapes[slot]) for slot in evaluation.tape.slot]
    pairs = zip(evaluation.tape.slot, shapes, strict=True)
    adjoints = [swept[slot] if slot in swept else _zeros(shape) for slot, shape in pairs]
    reasons = [(node, _lost(values[node.name])) for node in graph.nodes]
    lost = [_remark(node, why) for node, why in reasons if why and why != UNKNOWN]
    why = next((why for adjoint in adjoints if (why := _lost(adjoint))), None)
    if why:
        # The first value that is no fraction is what makes the derivatives none.
        node = next(node for node, adjoint in zip(graph.nodes, adjoints, strict=True) if _lost(adjoint))
        refusal = lost[0] if lost else _remark(node, why, f"∂{plain.output}/∂{node.name}")
        raise EvaluateError(graph.source, [refusal])
    parts = {field.name: getattr(plain, field.name) for field in fields(plain)}
    shown = {name: plain.point[name] if _lost(value) else value for name, value in point.items()}  # Such as inf.
    return ExactRun(**{**parts, "adjoints": adjoints, "point": shown}, whole=known, slots=found, irrational=tuple(lost))


def _exact_point(graph: Graph, options: Sequence[str], settled: Point) -> Point:
    """The point as fractions: of what was typed, of a file's numbers, and of the graph's defaults."""
    typed = {
        name.id: exact_constant(value)
        for text in options
        if not text.startswith("@")
        for name, value in parse_point(clean(AT, text))
    }
    given = read_point(options)
    found: Point = {}
    for name, value in settled.items():
        default = graph.node(name).default
        if name in typed:
            found[name] = typed[name]
        elif name in given or default is None:
            found[name] = exact.array(value)
        else:
            found[name] = exact_constant(default)
        if np.shape(found[name]) != np.shape(value):  # A number that fills a shape.
            filled = np.empty(np.shape(value), object)
            filled[...] = found[name]
            found[name] = filled
    return found


def _zeros(shape: tuple[int, ...]) -> Any:
    return exact.array(np.zeros(shape).tolist())


def _unit(shape: tuple[int, ...], place: tuple[int, ...]) -> Any:
    """1 at one place of a shape, and 0 elsewhere; 1 for a number."""
    if not shape:
        return Fraction(1)
    found = _zeros(shape)
    found[place] = Fraction(1)
    return found


def _float(value: Any) -> Any:
    return value.astype(float) if isinstance(value, np.ndarray) else float(value)


def _edge_partials(graph: Graph, node: Node, known: Mapping[str, Any]) -> dict[str, Any]:
    """The partials of annotated edges, parallel ones added up; None for what is not known."""
    found: dict[str, Any] = {}
    for edge in node.incoming:
        value = _evaluated(graph, edge.partial, known)
        before = found.get(edge.tail)
        found[edge.tail] = value if edge.tail not in found else None if None in (before, value) else before + value
    return found


def _evaluated(graph: Graph, expr: Expr, known: Mapping[str, Any]) -> Any:
    """An expression in nodes whose exact values are known; None where one is not."""
    spoken = [name for name in names(expr) if name in graph.index]
    if any(known[name] is None for name in spoken):
        return None
    inputs = tuple(Node(name, "input", graph.node(name).span) for name in spoken)
    node = Node("a partial", "expression" if spoken else "constant", graph.nodes[0].span, tuple(spoken), expr, expr)
    alone = replace(graph, nodes=(*inputs, node), output=node.name, seeds=(), claims=(), warnings=())
    evaluation = Evaluation(tape_of(alone), {name: _float(known[name]) for name in spoken})
    found = exact_values(evaluation, {name: known[name] for name in spoken})[evaluation.tape.slot[-1]]
    return None if _lost(found) else found


def _lost(value: Any) -> str | None:
    """Why a value is no fraction; None where it is one."""
    parts = value.ravel() if isinstance(value, np.ndarray) else [value]
    return next((part.why for part in parts if isinstance(part, Irrational)), None)


def _remark(node: Node, why: str, what: str = "") -> Diagnostic:
    message = f"{what or f'`{shorten(node.name)}`'} has no fraction, for {why} has none here"
    hint = f"leave out {option('exact')}; {option('digits', '17')} shows all that a float64 has"
    return Diagnostic(Code.NO_FRACTION, message, node.span, hints=(hint,))
