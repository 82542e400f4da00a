"""A traced program for one point after the other: a function of floats, which has no arrays to set up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import hypot, inf, nan
from typing import Any

from backcalc.bulk.points.passes import traced
from backcalc.bulk.points.trace import Trace, Traced, TracedOperand
from backcalc.calculus.evaluate import Evaluation
from backcalc.rules.functions import floats

# Python's own operators, which take a third of the time of a call.
_INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
    "both": "and",
    "either": "or",
}
_FORMS = {
    "negative": "-{}",
    "negation": "not {}",
    "number": "1.0 if {} else 0.0",
    # An `if` of Python's takes one branch only, and both have been worked out before.
    "where": "{1} if {0} else {2}",
    # By 0 Python raises, where the function has the infinity of IEEE 754.
    "divide": "{0} / {1} if {1} else divide({0}, {1})",
}


def single(evaluation: Evaluation, output: str, wrt: Sequence[str]) -> Callable[..., tuple[float, ...]]:
    """A function of the inputs `wrt`, in their order, that gives `output` and its derivatives by these.

    As `compiled`, whose operations these are, on floats: of a single number NumPy takes ten times as long.
    """
    trace, results = traced(evaluation, wrt, output, wrt)
    return _function(trace, wrt, results, _tuple(results))


def stepping(
    evaluation: Evaluation, output: str, wrt: Sequence[str], rate: float
) -> Callable[..., tuple[float, float, tuple[float, ...]]]:
    """A function of the inputs `wrt`: `output`, the norm of its gradient, and the inputs `rate` times that further on.

    What is done with the slopes is one more step of the program, so that none of it is done by name.
    """
    trace, (value, *slopes) = traced(evaluation, wrt, output, wrt)
    after = [trace.input(name) + rate * slope for name, slope in zip(wrt, slopes, strict=True)]
    norm = f"hypot({', '.join(map(_operand, slopes))})"
    return _function(trace, wrt, [value, *slopes, *after], f"{_operand(value)}, {norm}, {_tuple(after)}")


def _function(
    trace: Trace, inputs: Sequence[str], results: Sequence[TracedOperand], returned: str
) -> Callable[..., Any]:
    """The steps that `results` need as a function of Python's, which returns the expression `returned` of them."""
    # Without builtins: the text may call no more than what stands here.
    namespace: dict[str, Any] = {"__builtins__": {}, "inf": inf, "nan": nan, "hypot": hypot}
    # The names of inputs need not be Python's, as `φ'`: each is its place.
    parameters = ", ".join(_operand(trace.input(name)) for name in inputs)
    lines = [f"def function({parameters}):"]
    steps = (step for step in trace.steps(results) if step.fn != "input")
    lines += [f"    {_operand(step)} = {_written(step, namespace)}" for step in steps]
    lines.append(f"    return {returned}")
    # The text is our own: numbers, places and base functions; never a user's.
    exec("\n".join(lines), namespace)  # noqa: S102
    return namespace["function"]  # type: ignore[no-any-return]


def _written(step: Traced, namespace: dict[str, Any]) -> str:
    args = list(map(_operand, step.args))
    if step.fn in _INFIX:
        return f"{args[0]} {_INFIX[step.fn]} {args[1]}"
    if step.fn not in _FORMS or step.fn == "divide":
        namespace[step.fn] = getattr(floats, step.fn)
    return _FORMS[step.fn].format(*args) if step.fn in _FORMS else f"{step.fn}({', '.join(args)})"


def _operand(operand: TracedOperand) -> str:
    return f"v{operand.place}" if isinstance(operand, Traced) else f"({float(operand)!r})"


def _tuple(operands: Sequence[TracedOperand]) -> str:
    return f"({''.join(f'{_operand(operand)}, ' for operand in operands)})"
