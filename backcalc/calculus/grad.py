"""`grad`, `jacobian` and `hessian` in formulas: each derivative becomes a node, by the same sweeps as `derive`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from backcalc.calculus.constant import defaults
from backcalc.calculus.derive import MOST_ROWS, ProductSweep, Sweep, by_rows, free_name
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.existence import existence
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.rows import elements
from backcalc.graph.functions import DERIVATIVES, GRAD, HESSIAN, JACOBIAN
from backcalc.graph.model import Dag, Node
from backcalc.graph.order import topological
from backcalc.graph.shapes import shape_words
from backcalc.graph.tape import tape_of
from backcalc.graph.written_out import all_written_out
from backcalc.language.expr import IF, INDEX, VECTOR, WITHIN, Call, Expr, Name, Number, names, postorder, rewrite_calls
from backcalc.language.statements import Definition
from backcalc.language.unparse import unparse
from backcalc.text.errors import BuildError, Code, Diagnostic
from backcalc.text.source import Span
from backcalc.text.wording import shorten

MOST_OPERATIONS = 10_000
"""Each derivative of a derivative has about five times the operations; of so many the next takes 5 seconds."""
GROWTH = 20
"""Times what the file has from which on it is derivatives that have made them: a file may be as large by itself."""


def resolve(graph: Dag, *, is_within: bool = True) -> Dag:
    """`graph` with every `grad(y, x)` replaced by the name of a node that is ∂y/∂x; derivatives of derivatives too.

    So are `jacobian(y, x)`, ∂y/∂x as a matrix of a row an element of y and a column an element of x, and `hessian(y,
    x)`, the Jacobian of the gradient. Each derivative is one node, however often it is written. Raises BuildError where
    y is no number, of a Jacobian no vector, or where a list of nodes to differentiate by has a matrix in it.

    A gradient is nan where its function has no value; not so without `is_within`, for those who see to that.
    """
    # A graph without any is the same object then.
    if not any(_innermost(expr) for node in graph.nodes for expr in _exprs(node)):
        return graph
    resolved = tuple(_Resolution(graph, is_within=is_within).run())
    output = graph.output or (graph.sinks[0] if len(graph.sinks) == 1 else None)  # What `grad` speaks of is used.
    return graph._replace(nodes=resolved, output=output)


_KINDS = {GRAD: "gradient", JACOBIAN: "Jacobian", HESSIAN: "Hessian"}


def _exprs(node: Node) -> Iterator[Expr]:
    """The formula of a node, and the partials of the edges that come in."""
    if node.expr is not None:
        yield node.expr
    for edge in node.incoming:
        yield edge.partial


def _innermost(expr: Expr) -> Call | None:
    """The first derivative whose arguments hold no other."""
    return next((part for part in postorder(expr) if isinstance(part, Call) and part.fn in DERIVATIVES), None)


def _wanted(call: Call) -> list[Name]:
    """The nodes that a derivative is by."""
    places = call.args[1].args if isinstance(call.args[1], Call) else call.args[1:]  # A list, or one node.
    return [place for place in places if isinstance(place, Name)]


def _in_order(graph: Dag) -> Sequence[Node]:
    """The nodes, what partials speak of before the head of their edge; as they stand where that is so, or cannot be."""

    def _needs(name: str) -> list[str]:
        node = graph.node(name)
        spoken = (each for edge in node.incoming for each in names(edge.partial))
        return [*node.args, *(each for each in spoken if each in graph.index and each != name)]

    if all(graph.index[need] < i for i, node in enumerate(graph.nodes) for need in _needs(node.name)):
        return graph.nodes
    order, cycles = topological(graph.index, _needs)
    # A circle through partials is told later, at the `grad` that meets it.
    return graph.nodes if cycles else [graph.node(name) for name in order]


class _Resolution:
    """The nodes of a graph as they are resolved, in order, and the sweeps that derivatives were read from."""

    def __init__(self, graph: Dag, *, is_within: bool) -> None:
        self.graph, self.is_within = graph, is_within
        self.conditions: dict[str, Expr | None] = {}  # Under which what is differentiated has a value.
        self.within: set[str] = set()  # The derivatives that are nan elsewhere.
        self.nodes: list[Node] = []
        self.known: set[str] = set()
        self.taken = set(graph.index)  # Nodes that come later keep their names, too.
        self.sweeps: dict[str, Sweep] = {}
        self.targets: dict[Expr, str] = {}  # The nodes of what stood as a formula in a `grad`.

    def run(self) -> list[Node]:
        """All nodes, what a derivative needs before its user."""
        for node in _in_order(self.graph):
            expr = None if node.expr is None else self._resolved(node.expr, node)
            edges = [edge._replace(partial=self._resolved(edge.partial, node)) for edge in node.incoming]
            found = node._replace(expr=expr, incoming=tuple(edges)) if edges or expr is not node.expr else node
            if expr is not node.expr and expr is not None:
                # `grad(y, x)` names y and x, but what stands for it reads the derivative's node alone.
                found = found._replace(args=tuple(name for name in names(expr) if name in self.known))
            self._add(found)
        return self.nodes

    def _resolved(self, expr: Expr, user: Node) -> Expr:
        """`expr` with the names of derivatives for each `grad`; the same object where it has none."""
        # From the inside: an inner derivative is a node by the time the outer one is taken.
        while (call := _innermost(expr)) is not None:
            self._require_known(call, user)
            expr = rewrite_calls(expr, {id(call): self._derivative(call, user)})
        return expr

    def _require_known(self, call: Call, user: Node) -> None:
        """Raise BuildError for a derivative by a constant, and, of a partial, for one that depends on its own edge."""
        for name, place in names(call).items():
            if name in self.graph.index and name not in self.known:
                raise self._circle(user, name, place.span)
        for wanted in _wanted(call):
            if wanted.id not in self.known or self.graph.is_fixed(wanted.id):
                message = f"a derivative is taken with respect to a node; `{shorten(wanted.id)}` is a constant"
                raise BuildError(self.graph.source, [Diagnostic(Code.GRAD_BY_CONSTANT, message, wanted.span)])

    def _require_partials(self) -> None:
        """Raise BuildError where the partial of an edge that there is speaks of a node that there is not yet."""
        for node in self.nodes:
            for edge in node.incoming:
                for name, place in names(edge.partial).items():
                    if name in self.graph.index and name not in self.known:
                        raise self._circle(node, name, place.span)

    def _circle(self, head: Node, name: str, place: Span) -> BuildError:
        message = f"an edge to `{shorten(head.name)}` has a partial that depends on `{shorten(name)}`, and so on itself"
        return BuildError(self.graph.source, [Diagnostic(Code.GRAD_OF_ITSELF, message, place)])

    def _add(self, node: Node) -> None:
        self.nodes.append(node)
        self.known.add(node.name)

    def _derivative(self, call: Call, user: Node) -> Expr:
        """The expression that stands for a derivative, once the nodes that it needs are there."""
        if call.fn == GRAD:
            return self._gradient(call, user)
        # The Hessian is the Jacobian of the gradient, which becomes a node like any formula.
        of = call.args[0] if call.fn == JACOBIAN else self._gradient(call, user)
        return self._jacobian(self._target(of, user), call, user)

    def _jacobian(self, output: str, call: Call, user: Node) -> Expr:
        """The matrix ∂output/∂x, x being what `call` differentiates by; a number counts as a vector of one."""
        wanted = [place.id for place in _wanted(call)]
        graph, linear = self._linear(call)
        self._require_vectors(linear, wanted, call)
        if not linear.shape(output):
            return _matrix(self._of_number(output, wanted, call, user), linear, wanted, rows=1)
        if len(linear.shape(output)) > 1:
            raise self._axes(linear, output, call)
        sweep = ProductSweep(graph, linear, output, self.taken)
        # A product of matrices is one node a step; rows take a sweep each.
        if sweep.has(wanted):
            definitions, found = sweep.answer(wanted)
        else:
            self._require_rows(linear, output, call)
            definitions, found = by_rows(graph, linear, output, wanted, self.taken)
        condition = existence(linear.evaluation, output) if self.is_within else None
        by = dict(zip(found, wanted, strict=True))
        for node in self._nodes(definitions, user):
            is_whole = node.name in by  # Else a part of one.
            self._add(self._rows_within(node, condition, linear, by[node.name]) if is_whole else node)
        return _matrix(list(map(Name, found)), linear, wanted, elements(linear.shape(output)))

    def _of_number(self, output: str, wanted: list[str], call: Call, user: Node) -> list[Expr]:
        """The gradients of a number, as rows of one."""
        definitions, found = self._sweep(output, wanted, call).answer(wanted)
        self._define(definitions, user, output)
        return [Call(VECTOR, (Name(name),)) for name in found]

    def _define(self, definitions: Iterable[Definition], user: Node, of: str) -> None:
        """Add the nodes that a derivative of a number, `of`, needs; it is there where this has a value."""
        condition = self._condition(of)
        for node in self._nodes(definitions, user):
            self._add(node if condition is None else self._within(node, condition))

    def _nodes(self, definitions: Iterable[Definition], user: Node) -> Iterator[Node]:
        for definition in definitions:
            assert isinstance(definition.target, Name)
            yield self._node(definition.target.id, definition.formula, user)

    def _rows_within(self, node: Node, condition: Expr | None, linear: Linearization, by: str) -> Node:
        """A Jacobian each of whose rows is there where its element of the output is."""
        if condition is None:
            return node
        is_matrix = linear.shape(by) and linear.known_shapes.of(condition)
        return self._within(node, Call("outer", (condition, Call(VECTOR, (Number(1.0),)))) if is_matrix else condition)

    def _condition(self, of: str) -> Expr | None:
        """Where a number that is differentiated has a value; None for everywhere."""
        if of not in self.conditions:
            linear = self.sweeps[of].linear
            self.conditions[of] = existence(linear.evaluation, of) if self.is_within else None
        return self.conditions[of]

    def _within(self, node: Node, condition: Expr) -> Node:
        """A derivative as one that is nan where the condition does not hold; it is shown as it was."""
        assert node.expr is not None
        parts = names(node.expr)
        # What is made of such a one is nan with it, but where a choice leaves it out.
        is_choice = any(isinstance(part, Call) and part.fn in ("where", IF) for part in postorder(node.expr))
        self.within.add(node.name)
        if not is_choice and not self.within.isdisjoint(set(parts) - {node.name}):
            return node
        expr = Call(WITHIN, (node.expr, condition))
        args = tuple(arg for arg in names(expr) if arg in self.known)
        return node._replace(kind="expression" if args else "constant", args=args, expr=expr)

    def _gradient(self, call: Call, user: Node) -> Expr:
        """The expression that stands for `grad(y, x)`, once the nodes that it needs are there."""
        wanted = [place.id for place in _wanted(call)]
        sweep = self._sweep(self._target(call.args[0], user), wanted, call)
        if isinstance(call.args[1], Call):
            self._require_vectors(sweep.linear, wanted, call)
        definitions, found = sweep.answer(wanted)
        self._define(definitions, user, sweep.output)
        answers = tuple(Name(name, call.span) for name in found)
        if not isinstance(call.args[1], Call):
            return answers[0]
        # One vector of all, whether or not their shapes are the same.
        return Call("concat" if any(map(sweep.linear.shape, wanted)) else VECTOR, answers, call.span)

    def _target(self, target: Expr, user: Node) -> str:
        """The node to be differentiated; a formula becomes one."""
        if isinstance(target, Name) and target.id in self.known:
            return target.id
        # One node for one formula, however often its gradient is written.
        if target not in self.targets:
            self.targets[target] = name = free_name(f"of_{user.name}", self.taken)
            self.taken.add(name)
            self._add(self._node(name, target, user))
        return self.targets[target]

    def _sweep(self, output: str, wanted: Iterable[str], call: Call) -> Sweep:
        """The sweep of `output`: the one that there is, if it knows all that is wanted."""
        sweep = self.sweeps.get(output)
        # A sweep of the graph as it was knows nothing of nodes that came later.
        if sweep is not None and all(name in sweep.graph.index for name in wanted):
            return sweep
        graph, linear = self._linear(call)
        shape = linear.shape(output)
        if shape:
            of, by = (shorten(unparse(arg)) for arg in call.args)
            hint: tuple[str, ...] = (f"make a number of it: {call.fn}(sum({of}), {by})",)
            if call.fn == GRAD:
                hint = (*hint, f"its Jacobian is jacobian({of}, {by})")
            message = f"`{of}` is {shape_words(shape)}; a {_KINDS[call.fn]} is that of a number"
            raise BuildError(graph.source, [Diagnostic(Code.GRAD_OF_VECTOR, message, call.span, hints=hint)])
        self.sweeps[output] = Sweep(graph, linear, output, self.taken)
        return self.sweeps[output]

    def _linear(self, call: Call) -> tuple[Dag, Linearization]:
        """The graph so far, each node a name, and what its operations do to cotangents."""
        # Only as far as it has been resolved: what comes later cannot be what this derivative is of.
        self._require_partials()
        graph = self.graph._replace(nodes=tuple(self.nodes))
        tape = tape_of(graph)
        self._require_few(len(tape.rows), call)
        return graph, Linearization(Evaluation(tape, defaults(graph), formulas=True))

    def _axes(self, linear: Linearization, output: str, call: Call) -> BuildError:
        of, by = (shorten(unparse(arg)) for arg in call.args)
        message = f"`{of}` is {shape_words(linear.shape(output))}; a Jacobian is that of a vector"
        hint = (f"of one row of it: jacobian({of}[0], {by})",)
        return BuildError(self.graph.source, [Diagnostic(Code.GRAD_OF_VECTOR, message, call.span, hints=hint)])

    def _require_rows(self, linear: Linearization, output: str, call: Call) -> None:
        """Raise BuildError for a vector too long for a sweep an element."""
        if elements(linear.shape(output)) <= MOST_ROWS:
            return
        of, by = (shorten(unparse(arg)) for arg in call.args)
        message = f"`{of}` is {shape_words(linear.shape(output))}; its Jacobian is no product of matrices, and takes a "
        message += f"sweep an element, {MOST_ROWS} at most"
        hint = (f"take it along a direction d, as the gradient of a number: grad(sum({of}*d), {by})",)
        raise BuildError(self.graph.source, [Diagnostic(Code.DERIVATIVE_ROWS, message, call.span, hints=hint)])

    @cached_property
    def _written(self) -> int:
        """The names, numbers and operations that the file itself has."""
        return sum(1 for node in self.graph.nodes for expr in _exprs(node) for _ in postorder(expr))

    def _require_few(self, count: int, call: Call) -> None:
        """Raise BuildError where derivatives of derivatives have made too many operations of those at first."""
        if count > MOST_OPERATIONS and count > GROWTH * self._written:
            what = f"derivatives of derivatives have become {count:,} operations"
            message = f"{what}; of more than {MOST_OPERATIONS:,} no further one is taken"
            hint = ("of a number by a number, `backcalc taylor --order N` gives derivatives of any order",)
            raise BuildError(self.graph.source, [Diagnostic(Code.GRAD_TOO_LARGE, message, call.span, hints=hint)])

    def _require_vectors(self, linear: Linearization, wanted: list[str], call: Call) -> None:
        """Raise BuildError where one of several nodes is a matrix, of which no vector can be made."""
        matrix = next((name for name in wanted if len(linear.shape(name)) > 1), None)
        if matrix is not None:
            name, of = shorten(matrix), shorten(unparse(call.args[0]))
            what = "a list in `grad` is of" if call.fn == GRAD else f"a {_KINDS[call.fn]} is by"
            message = f"`{name}` is {shape_words(linear.shape(matrix))}; {what} numbers and vectors"
            hint = (f"take its derivative by itself: grad({of}, {name})",)
            if call.fn != GRAD:
                hint = (f"make `{name}` of vectors, {name} = [r, s], and take {call.fn}({of}, [r, s])",)
            raise BuildError(
                self.graph.source, [Diagnostic(Code.GRAD_BY_MATRIX, message, call.args[1].span, hints=hint)]
            )

    def _node(self, name: str, expr: Expr, user: Node) -> Node:
        """A node that a derivative needs; in errors it stands where it is used."""
        # Of constants alone it depends on nothing: the derivative of 3*x.
        args = tuple(arg for arg in names(expr) if arg in self.known)
        # As the file spells arrays: `onehot(1, 3)` is shown, the array itself is what engines know.
        written = all_written_out(expr)
        return Node(name, "expression" if args else "constant", user.span, args, expr, written)


def _matrix(parts: list[Expr], linear: Linearization, wanted: list[str], rows: int) -> Expr:
    """The derivatives by each of `wanted`, matrices or columns of so many rows, as one matrix side by side."""
    # By a number a derivative is a vector of the rows; of a number by a number it is [d] already.
    is_column = [not linear.shape(name) for name in wanted]
    if len(parts) == 1:
        is_vector = is_column[0]
        return Call("outer", (parts[0], Call(VECTOR, (Number(1.0),)))) if is_vector else parts[0]
    # Row i of the whole is the i-th row of each, side by side.
    every = [[Call(INDEX, (part, Number(float(i)))) for part in parts] for i in range(rows)]
    return Call(VECTOR, tuple(Call(VECTOR if all(is_column) else "concat", tuple(row)) for row in every))
