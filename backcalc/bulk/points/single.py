"""A traced program for one point after the other: a function of floats, which has no arrays to set up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from backcalc.bulk.points.passes import traced
from backcalc.bulk.points.trace import Traced, TracedOperand
from backcalc.calculus.evaluate import Evaluation
from backcalc.rules.functions import floats

_INFIX = {"add": "+", "subtract": "-", "multiply": "*"}


def single(
    evaluation: Evaluation, data: Collection[str], output: str, wrt: Sequence[str]
) -> Callable[..., tuple[float, ...]]:
    """A function of the inputs `data`, in their order, that gives `output` and its derivatives by `wrt`.

    As `compiled`, whose operations these are, on floats: of a single number NumPy takes ten times as long.
    """
    trace, results = traced(evaluation, data, output, wrt)
    # Without builtins: the text may call no more than what stands here.
    namespace: dict[str, Any] = {"__builtins__": {}, "inf": float("inf"), "nan": float("nan")}
    parameters = {name: f"x{i}" for i, name in enumerate(data)}  # The names of inputs need not be Python's: `φ'`.
    lines = [f"def function({', '.join(parameters.values())}):"]
    for step in trace.steps(results):
        found = parameters[step.args[0]] if step.fn == "input" else _written(step, namespace)
        lines.append(f"    v{step.place} = {found}")
    lines.append(f"    return ({''.join(f'{_operand(result)}, ' for result in results)})")
    # The text is our own: numbers, places and base functions; never a user's.
    exec("\n".join(lines), namespace)  # noqa: S102
    return namespace["function"]  # type: ignore[no-any-return]


def _written(step: Traced, namespace: dict[str, Any]) -> str:
    args = list(map(_operand, step.args))
    if step.fn in _INFIX:
        return f"{args[0]} {_INFIX[step.fn]} {args[1]}"
    if step.fn in ("negative", "number"):
        return f"-{args[0]}" if step.fn == "negative" else args[0]
    if step.fn == "where":
        # An `if` of Python's takes one branch only, and both have been worked out before.
        return f"{args[1]} if {args[0]} else {args[2]}"
    namespace[step.fn] = getattr(floats, step.fn)
    return f"{step.fn}({', '.join(args)})"


def _operand(operand: TracedOperand) -> str:
    return f"v{operand.place}" if isinstance(operand, Traced) else f"({float(operand)!r})"
