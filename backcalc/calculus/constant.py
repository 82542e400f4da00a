"""The values of expressions without nodes, and of single operations."""

from __future__ import annotations

from typing import Any

from backcalc.graph.functions import Functions
from backcalc.graph.model import Dag, Node
from backcalc.graph.written_out import WRITTEN, written_out
from backcalc.language.expr import (
    FOR,
    INDEX,
    NEGATE,
    VECTOR,
    Call,
    Expr,
    Name,
    Number,
    fold,
    is_operation,
    names,
    postorder,
)
from backcalc.rules.indices import Place, places
from backcalc.rules.primitives import CONSTANTS, lookup
from backcalc.rules.row import Primitive
from backcalc.rules.values import Numeric, is_array, ones, quietly, shape_of
from backcalc.text.errors import Code, Diagnostic, EvaluateError
from backcalc.text.source import Source
from backcalc.text.wording import shorten


def apply(row: Primitive, args: list[Any], indices: tuple[Place, ...] = ()) -> Numeric:
    """The value of a primitive at numbers and arrays; of arrays in a context `quietly`."""
    # Of any number of arguments, which no text of a row can say.
    if row.symbol in (VECTOR, "concat"):
        from backcalc.rules.ndarray import stack

        return stack(args, join=row.symbol == "concat")
    if row.symbol == INDEX:
        found = args[0][indices]
        # Floats, not NumPy's numbers: these are slower, and warn where IEEE 754 has a result.
        return float(found) if found.ndim == 0 else found
    if any(map(shape_of, args)):  # A number does not load NumPy.
        found = row.array.evaluate(*args)
        return found if is_array(found) else float(found)
    value: float = row.scalar.evaluate(*args)
    return value


def applied(call: Call, args: tuple[Any, ...]) -> Any:
    """The value of `call`, of a primitive, where its arguments have these values; None of an index, which has none."""
    if not is_operation(call):
        return None
    if call.fn in WRITTEN:  # In a formula as it is shown.
        return fold(written_out(call), lambda leaf: leaf.value, applied)  # type: ignore[arg-type, union-attr]
    operands = _operands(call, args)
    row = lookup(call.fn, len(args), call.options)
    assert row is not None
    indices = places(call.args[1:]) if call.fn == INDEX else ()
    shapes = [shape_of(arg) for arg in operands]
    with quietly(any(shapes)):
        return apply(row.serving(tuple(map(len, shapes))), operands, indices)


def _operands(call: Call, args: tuple[Any, ...]) -> list[Any]:
    """The values that `call` is applied to: of an element or row only the array."""
    return list(args[:1] if call.fn == INDEX else args)


def default_of(node: Node, source: Source) -> Numeric:
    """The default of an input; a number fills the shape that is declared. Raises EvaluateError."""
    assert node.default is not None
    found: Numeric = constant(node.default, source)
    return found * ones(node.shape) if node.shape and not shape_of(found) else found


def _written_out(expr: Expr, source: Source) -> Expr:
    """`expr` without comprehensions. Raises EvaluateError."""
    from backcalc.graph.resolve import resolve
    from backcalc.graph.whole_numbers import Environment, LoopError

    try:
        return resolve(expr, Environment())
    except LoopError as error:
        raise EvaluateError(source, [error.diagnostic]) from None


def spelled_out(expr: Expr, source: Source) -> Expr:
    """An expression without nodes by functions of the table alone. Raises EvaluateError where it has some."""
    # Rare, so what writes them out is loaded for them alone.
    if any(part.fn == FOR for part in postorder(expr) if isinstance(part, Call)):
        expr = _written_out(expr, source)
    unknown = [name for name in names(expr).values() if name.id not in CONSTANTS]
    if unknown:
        message = "`{}` cannot stand here: only numbers can, pi, e, tau, inf, and functions of them"
        found = [Diagnostic(Code.NOT_CONSTANT, message.format(shorten(n.id)), n.span) for n in unknown]
        raise EvaluateError(source, found)

    # Names and arities are told by the same words as in a graph.
    errors: list[Diagnostic] = []
    expr = Functions((), errors).expand(expr)
    if errors:
        raise EvaluateError(source, errors)
    return expr


def constant(expr: Expr, source: Source) -> Numeric:
    """The value of an expression without nodes. Raises EvaluateError where it has some."""
    # The commonest by far: a class of students writes hundreds of thousands of them.
    if isinstance(expr, Number):
        return expr.value
    if isinstance(expr, Call) and expr.fn == NEGATE and isinstance(expr.args[0], Number):
        return -expr.args[0].value
    expr = spelled_out(expr, source)

    def _leaf(part: Number | Name) -> float:
        return part.value if isinstance(part, Number) else CONSTANTS[part.id]

    def _call(part: Call, args: tuple[Any, ...]) -> Any:
        try:
            return applied(part, args)
        except (ValueError, IndexError, KeyError, TypeError):
            from backcalc.graph.refusals import refusal

            row, shapes = lookup(part.fn, len(args), part.options), [shape_of(arg) for arg in _operands(part, args)]
            assert row is not None  # `expand` has told what is not there.
            message = refusal(row, row.shape, shapes)
            raise EvaluateError(source, [Diagnostic(Code.SHAPE_MISMATCH, message, part.span)]) from None

    # Only a written vector makes an array here, so that `--at x=1` need not load NumPy.
    with quietly(any(part.fn == VECTOR for part in postorder(expr) if isinstance(part, Call))):
        found: Numeric = fold(expr, _leaf, _call)
        return found


def defaults(graph: Dag) -> dict[str, Numeric]:
    """The values that the file gives its inputs, whose shapes they tell."""
    return {node.name: default_of(node, graph.source) for node in graph.nodes if node.default is not None}
