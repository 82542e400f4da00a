"""What a proof needs to know of derivatives: their numbers as letters, and what they are the derivatives of.

Formulas are simplified by floats, in which 0.1·0.1 is not 0.01, and lose what cancels: the derivative of √x² is 1, and
there is none at −1.
"""

from __future__ import annotations

from collections.abc import Sequence

from backcalc.graph.functions import DERIVATIVES
from backcalc.graph.model import Dag, Node
from backcalc.language.expr import INDEX, NEGATE, Call, Expr, Name, Number, fold, names, postorder, with_args

_SUMS = ("+", "-", "*", "/", NEGATE)  # Their numbers are worked out as a formula is simplified.
_EXACT = 2.0**20  # Whole numbers up to there have exact sums and products, and a few of these too.


def differentiated(graph: Dag, wanted: Sequence[str]) -> list[Expr]:
    """What the nodes `wanted`, and those that they depend on, take derivatives of, each once."""
    needed = graph.upstream(wanted)
    formulas = (node.expr for node in graph.nodes if node.name in needed and node.expr is not None)
    calls = (part for formula in formulas for part in postorder(formula) if isinstance(part, Call))
    return list(dict.fromkeys(call.args[0] for call in calls if call.fn in DERIVATIVES))


def lettered(graph: Dag) -> Dag:
    """The graph with a constant of its own for each number of a sum, product or quotient that floats may not keep."""
    constants: dict[str, Node] = {}

    def _named(number: Number) -> Name:
        # By its text: of two that are one float each has its own.
        name = f"the number {number.text or repr(number.value)}"
        constants.setdefault(name, Node(name, "constant", number.span, (), number, number, is_fixed=True))
        return Name(name, number.span)

    def _both(call: Call, args: tuple[tuple[Expr, Expr], ...]) -> tuple[Expr, Expr]:
        """A call with letters, and as it stands: an exponent or an index is a number that rules look at."""
        plain = [each[1] for each in args]
        if call.fn in ("^", INDEX):
            return with_args(call, (args[0][0], *plain[1:])), call
        if call.fn not in _SUMS:
            return with_args(call, tuple(each[0] for each in args)), call
        found = tuple(
            _named(part)
            if isinstance(part, Number) and not _is_kept(part.value, is_divisor=call.fn == "/" and k == 1)
            else each[0]
            for k, (part, each) in enumerate(zip(plain, args, strict=True))
        )
        return with_args(call, found), call

    nodes = []
    for node in graph.nodes:
        if node.kind != "expression" or node.expr is None:
            nodes.append(node)
            continue
        expr = fold(node.expr, lambda leaf: (leaf, leaf), _both)[0]
        args = tuple(name for name in names(expr) if name in graph.index or name in constants)
        nodes.append(node._replace(expr=expr, args=args))
    return graph._replace(nodes=(*constants.values(), *nodes)) if constants else graph


def _is_kept(value: float, *, is_divisor: bool) -> bool:
    """Whether floats work out exactly what a formula has of such a number."""
    # By halves and whole numbers; a third is none, so of divisors only powers of two.
    numerator, denominator = value.as_integer_ratio() if abs(value) <= _EXACT else (0, 0)
    return 0 < denominator <= 64 and (not is_divisor or abs(numerator) & (abs(numerator) - 1) == 0)
