"""A backprop calculator for arbitrary DAGs: expressions or annotated edges in, values and adjoints out.

>>> import backcalc
>>> backcalc.parse("y = x^2").run(at={"x": 3}).gradient
{'x': 6.0}
"""

from backcalc.api import Graph, NodeResult, Result, load, parse
from backcalc.errors import (
    BackcalcError,
    BuildError,
    Diagnostic,
    EvaluateError,
    ParseError,
    ReadError,
    UsageError,
)
from backcalc.version import __version__

__all__ = [
    "BackcalcError",
    "BuildError",
    "Diagnostic",
    "EvaluateError",
    "Graph",
    "NodeResult",
    "ParseError",
    "ReadError",
    "Result",
    "UsageError",
    "__version__",
    "load",
    "parse",
]
