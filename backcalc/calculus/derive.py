"""The gradient as a graph in the same language: the reverse sweep on formulas, each adjoint a node of its own."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple

from backcalc.calculus.constant import defaults
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.matrix_forms import Diagonal, MatrixSweep
from backcalc.calculus.pullbacks import Cotangent
from backcalc.calculus.rows import elements
from backcalc.graph.expand import expand_long
from backcalc.graph.model import Dag, Node
from backcalc.graph.shapes import Shape, shape_words
from backcalc.graph.tape import tape_of
from backcalc.language.expr import NOWHERE, VECTOR, WITHIN, Call, Expr, Name, Number, fold, names, postorder, with_args
from backcalc.language.statements import Const, Definition, Edge, Function, Given, Input, Output, OwnSymbol, Statement
from backcalc.rules.values import is_known, literal
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source
from backcalc.text.wording import shorten

PRIME = "'"
LONGEST_FORMULA = 8  # Operations; longer formulas are taken apart, so that no part of an adjoint is written twice.
MOST_ROWS = 64  # Of a Jacobian, each of which takes nodes as many as the graph has.


class DerivedFile(NamedTuple):
    """The statements of a graph with those of its derivatives, and which nodes these derivatives are."""

    statements: list[Statement]
    answers: list[str]
    """The node that is ∂output/∂name, for each name that was asked for, output by output."""
    adjoints: dict[str, tuple[str, str]]
    """The output and the node that an added node is the derivative of, and by."""


def derive(graph: Dag, outputs: Sequence[str], wrt: Sequence[str], shown: str | None = None) -> DerivedFile:
    """The statements of `graph`, then those of each ∂output/∂name; their number grows with the size of the graph.

    The nodes are called d<output>_d<name>, with as many `_` more as keep the name free. That of a vector of n is the
    Jacobian: n × m for a vector of m, a vector of n for a number; it takes a sweep an element. Declared as the output
    is the derivative where it is one number, else `shown`, or the first of `outputs`. Raises UsageError where a
    derivative would have more than two axes, or more than MOST_ROWS rows.
    """
    # With a node for each part, a part of a formula is a name in every adjoint that needs it: linear, not quadratic.
    graph = expand_long(_bare(graph), LONGEST_FORMULA)
    linear = Linearization(Evaluation(tape_of(graph), defaults(graph), formulas=True))
    _require_rows(graph, linear, outputs, wrt)
    taken = set(graph.index)
    found: list[Definition] = []
    answers: list[str] = []
    adjoints: dict[str, tuple[str, str]] = {}
    for output in outputs:
        sweep = _sweep_of(graph, linear, output, taken)
        definitions, names_ = by_rows(graph, linear, output, wrt, taken) if sweep is None else sweep.answer(wrt)
        found += definitions
        answers += names_
        adjoints |= {} if sweep is None else sweep.adjoints
    # An adjoint is the derivative of a number, so the graph is of most use with one as its output.
    is_one_number = len(answers) == 1 and not linear.shape(outputs[0]) and not linear.shape(wrt[0])
    declared = answers[0] if is_one_number else shown or outputs[0]
    return DerivedFile([*_originals(graph, linear), *found, Output(Name(declared), NOWHERE)], answers, adjoints)


def _sweep_of(graph: Dag, linear: Linearization, output: str, taken: set[str]) -> Sweep | None:
    """The one sweep that gives the derivatives of `output`; None where it takes one an element."""
    if not linear.shape(output):
        return Sweep(graph, linear, output, taken)
    # Of so many rows only products of matrices are few enough statements.
    return ProductSweep(graph, linear, output, taken) if (linear.shape(output)[0] or 0) > MOST_ROWS else None


def by_rows(
    graph: Dag, linear: Linearization, output: str, wrt: Sequence[str], taken: set[str]
) -> tuple[list[Definition], list[str]]:
    """The definitions of the derivatives of a vector, a sweep an element, and the nodes that are these derivatives."""
    from backcalc.rules.ndarray import units

    found: list[Definition] = []
    rows: list[list[str]] = []
    for row in enumerate(units(linear.shape(output))):
        definitions, parts = Sweep(graph, linear, output, taken, row).answer(wrt)
        found += definitions
        rows.append(parts)
    answers = []
    for name, column in zip(wrt, zip(*rows, strict=True), strict=True):
        # Rows have names of their own, so that the Jacobian can be written as a vector of them.
        answers.append(free_name(derivative_name(output, name), taken))
        taken.add(answers[-1])
        found.append(Definition(Name(answers[-1]), Call(VECTOR, tuple(map(Name, column))), NOWHERE))
    return found, answers


def _require_rows(graph: Dag, linear: Linearization, outputs: Iterable[str], wrt: Iterable[str]) -> None:
    """Raise UsageError where a derivative is no number, vector or matrix of at most MOST_ROWS rows."""
    matrix = next((name for name in wrt if len(linear.shape(name)) > 1), None)
    found = []
    # All that is wrong in one go; each has a remedy that keeps the rest of the question.
    for output in outputs:
        of, shape = shorten(output), linear.shape(output)
        hints = [f"take it along a direction d, as the gradient of a number: s = sum({of}*d)"]
        what = f"`{of}` is {shape_words(shape)}"
        if len(shape) > 1:
            message = f"{what}; `derive` takes the derivative of a number or a vector"
            hints.append("or choose another node by --of")
            found.append(Diagnostic(Code.DERIVATIVE_AXES, message, hints=tuple(hints)))
        elif shape and matrix is not None:
            by = shorten(matrix)
            message = f"{what}, `{by}` {shape_words(linear.shape(matrix))}; their derivative would have three axes"
            hints.append(f"or leave `{by}` out: name the others by --wrt")
            found.append(Diagnostic(Code.DERIVATIVE_AXES, message, hints=tuple(hints)))
        elif shape and (shape[0] or 0) > MOST_ROWS and not ProductSweep(graph, linear, output, set()).has(wrt):
            message = f"{what}; its derivative, no product of matrices, takes a sweep an element, {MOST_ROWS} at most"
            found.append(Diagnostic(Code.DERIVATIVE_ROWS, message, hints=tuple(hints)))
    if found:
        raise UsageError(Source(graph.source.name, ""), found)


def gradient_nodes(graph: Dag, output: str) -> list[str]:
    """The nodes that already are derivatives of `output` with respect to inputs, as `derive` names them."""
    return [name for wrt in graph.inputs if (name := derivative_name(output, wrt)) in graph.index]


def highest_derivatives(graph: Dag, output: str) -> list[str]:
    """The derivatives of `output` of the highest order that the file has; none where it has none."""
    # By names, for a derived graph is an ordinary file: nothing else tells what its nodes are derivatives of.
    # Those that `grad(y, x)` in a formula has made have no statement in it.
    text = graph.source.text
    found = [name for name in gradient_nodes(graph, output) if text.startswith(name, graph.node(name).span.start)]
    while higher := [name for each in found for name in gradient_nodes(graph, each)]:
        found = higher
    return found


def derivative_name(of: str, wrt: str, row: int | None = None) -> str:
    """`dJ_dw`, and `dy_0_dw` for the first row of a Jacobian; primes only ever end a name."""
    return f"d{of.rstrip(PRIME)}{'' if row is None else f'_{row}'}_d{wrt}" + PRIME * of.count(PRIME)


def _readable(leaf: Number | Name) -> Expr:
    """A leaf as the language has it, in which `nan` is no number."""
    return Call("/", (Number(0.0), Number(0.0))) if isinstance(leaf, Number) and isnan(leaf.value) else leaf


def free_name(name: str, taken: Container[str]) -> str:
    """`name`, with as many `_` more as keep it free."""
    stem, primes = name.rstrip(PRIME), PRIME * name.count(PRIME)
    while stem + primes in taken:
        stem += "_"
    return stem + primes


class Sweep:
    """One reverse sweep that names each node's adjoint where it is more than a name or a number.

    Of an output that is a vector, `row` is the place of an element and the seed that has 1 there.
    """

    def __init__(
        self,
        graph: Dag,
        linear: Linearization,
        output: str,
        taken: set[str],
        row: tuple[int | None, Cotangent] = (None, 1.0),
    ) -> None:
        self.graph, self.linear, self.output, self.taken = graph, linear, output, taken
        self.row, seed = row
        self.shape: Shape = ()  # Of the part of the output that the derivatives are of.
        self.node_at = {slot: node.name for slot, node in zip(linear.tape.slot, graph.nodes, strict=True)}
        self._found: dict[str, Expr] = {}  # Each with its name, in the order of the sweep.
        self._adjoint: dict[str, str] = {}  # By node, the name of its adjoint.
        self._given: set[str] = set()  # Names whose definitions are handed out: each stands once.
        self._swept = self._sweep(linear.tape.slot[graph.index[output]], seed)

    def _sweep(self, slot: int, seed: Cotangent) -> Mapping[int, Any]:
        return self.linear.sweep({slot: seed}, settle=self._settle)

    @property
    def adjoints(self) -> dict[str, tuple[str, str]]:
        """The output and the node that each named adjoint is the derivative of, and by."""
        return {name: (self.output, node) for node, name in self._adjoint.items()}

    def answer(self, wrt: Iterable[str]) -> tuple[list[Definition], list[str]]:
        """The definitions that ∂output/∂name needs for each name of `wrt`, and the nodes that are these derivatives.

        The definitions come in the order of the sweep, each once, however often one asks.
        """
        # First, for a node that the sweep did not reach gets its definition, a 0, here.
        answers = [self._answer(name) for name in wrt]
        # The sweep has gone through all that L depends on; what no answer needs is left out, from the last one back.
        needed = set(answers)
        for name in reversed(self._found):
            if name in needed:
                needed.update(names(self._found[name]))
        needed -= self._given
        new = [name for name in self._found if name in needed]
        self._given.update(new)
        return [Definition(Name(name), fold(self._found[name], _readable, with_args), NOWHERE) for name in new], answers

    def _answer(self, wrt: str) -> str:
        """The node that is ∂output/∂wrt, where that may be a number or the name of another."""
        if wrt not in self._adjoint:
            slot = self.linear.tape.slot[self.graph.index[wrt]]
            shape = self.linear.evaluation.shapes[slot]
            value = self._swept.get(slot, 0.0)  # 0 where no path leads there.
            full = self.linear.full(value, (*self.shape, *shape))
            self._define(wrt, self.linear.evaluation.written(literal(full)))
        return self._adjoint[wrt]

    def _settle(self, slot: int, value: Any) -> Any:
        """The name of a node's adjoint, once it is complete; other operations, names and numbers stay as they are."""
        name = self.node_at.get(slot)
        if name is None or is_known(value) or isinstance(value, Name | Number):
            return value
        full = self.linear.full(value, self.linear.evaluation.shapes[slot])
        found = self.linear.evaluation.written(literal(full))
        return _guarded(found, self._define(name, found))

    def _define(self, node: str, expr: Expr) -> Name:
        # An adjoint has the shape of its node, which formulas with its name in them must know.
        shape = (*self.shape, *self.linear.known_shapes.names.get(node, ()))
        found = self._name(derivative_name(self.output, node, self.row), expr, shape)
        self._adjoint[node] = found.id
        return found

    def _name(self, name: str, expr: Expr, shape: Shape) -> Name:
        """A node that is `expr`, of this shape, by this name or one like it."""
        name = free_name(name, self.taken)
        self.taken.add(name)
        self._found[name], self.linear.known_shapes.names[name] = expr, shape
        # Textbook's forms may speak of it from now on, or write it out where that is shorter.
        self.linear.forms.name(Name(name), expr)
        return Name(name)


class ProductSweep(Sweep):
    """A sweep from a vector that names each node's Jacobian, or what stands on its diagonal, where it is no name."""

    def has(self, wrt: Iterable[str]) -> bool:
        """Whether products of matrices say the derivatives by all of these nodes."""
        slots = (self.linear.tape.slot[self.graph.index[name]] for name in wrt)
        return all(self._swept.get(slot, 0.0) is not None for slot in slots)

    def _sweep(self, slot: int, seed: Cotangent) -> Mapping[int, Any]:  # noqa: ARG002  It is the identity.
        self.shape = (elements(self.linear.evaluation.shapes[slot]),)
        return dict(MatrixSweep(self.linear, slot).run(settle=self._settle))

    def _settle(self, slot: int, value: Any) -> Any:
        """The name of a node's Jacobian, once it is complete; a diagonal stays one, by the name of its vector."""
        name = self.node_at.get(slot)
        # An input hands nothing on, so that its Jacobian need not be named before it is asked for.
        if name is None or name == self.output or not self.graph.node(name).args:
            return value
        if isinstance(value, Call):
            return self._define(name, self.linear.evaluation.written(value))
        if isinstance(value, Diagonal) and isinstance(value.entries, Call):
            entries = self.linear.evaluation.written(value.entries)
            diagonal = derivative_name(f"diagonal_{self.output}", name)
            return Diagonal(self._name(diagonal, entries, self.linear.known_shapes.of(entries)))
        return value


def _guarded(expr: Expr, name: Name) -> Expr:
    """`name`, which stands for `expr`; a choice of nothing stays one, so that no infinite slope below makes it nan."""
    if not isinstance(expr, Call) or expr.fn != "where" or Number(0.0) not in expr.args[1:]:
        return name
    chosen = (arg if arg == Number(0.0) else name for arg in expr.args[1:])
    return Call("where", (expr.args[0], *chosen))


def _bare(graph: Dag) -> Dag:
    """The graph with derivatives as the formulas that they are shown as."""

    def _call(call: Call, args: tuple[Expr, ...]) -> Expr:
        return args[0] if call.fn == WITHIN else with_args(call, args)

    # Most files have none of them.
    exprs = (node.expr for node in graph.nodes if node.expr is not None)
    if not any(isinstance(part, Call) and part.fn == WITHIN for expr in exprs for part in postorder(expr)):
        return graph
    nodes = (
        node if node.expr is None else _of(node, fold(node.expr, lambda leaf: leaf, _call)) for node in graph.nodes
    )
    return graph._replace(nodes=tuple(nodes))


def _of(node: Node, expr: Expr) -> Node:
    """A node with another formula, of some of the same nodes."""
    spoken = names(expr)
    return node._replace(expr=expr, args=tuple(arg for arg in node.args if arg in spoken))


def _originals(graph: Dag, linear: Linearization) -> Iterator[Statement]:
    """The nodes of `graph` as statements, functions and loops written out, shapes declared where they are inferred."""
    yield from _definitions(graph)
    used = {arg for node in graph.nodes for arg in node.args}
    for node, slot in zip(graph.nodes, linear.tape.slot, strict=True):
        shape = linear.evaluation.shapes[slot]
        # An implicit number needs no statement: it comes into being where it is used.
        is_told = node.default is not None or node.bounds is not None or node.name not in used
        if node.kind == "input" and (is_told or shape):
            yield _declaration(node, shape)
        for edge in node.incoming:
            yield Edge(Name(edge.tail), Name(node.name), edge.partial, "->", NOWHERE)
        if node.expr is not None:
            yield (Const if node.is_fixed else Definition)(Name(node.name), node.expr, NOWHERE)
        if node.given is not None:
            yield Given(Name(node.name), node.given.value, NOWHERE)


def _definitions(graph: Dag) -> list[Function]:
    """The file's functions that are not written out, for they have partials of their own."""
    exprs = [node.expr for node in graph.nodes if node.expr is not None]
    exprs += [edge.partial for node in graph.nodes for edge in node.incoming]
    calls = (part.fn for expr in exprs for part in postorder(expr) if isinstance(part, Call))
    # In any order, for none of them calls another: `wrong_partials` refuses that.
    return [fn.definition for fn in dict.fromkeys(calls) if isinstance(fn, OwnSymbol)]


def _declaration(node: Node, shape: Shape) -> Input:
    sizes: Iterable[int] = [n for n in shape if n is not None]
    # A default tells its own shape, so both stand only where the file has both.
    declared = tuple(Number(float(n)) for n in sizes) if shape and (node.default is None or node.shape) else None
    return Input(Name(node.name), declared, node.default, node.bounds, NOWHERE)
