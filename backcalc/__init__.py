"""A backprop calculator for arbitrary DAGs: expressions or annotated edges in, values and adjoints out.

>>> import backcalc
>>> backcalc.parse("y = x^2").run(at={"x": 3}).gradient
{'x': 6.0}

The names below are loaded at first use, so that the command line starts before it needs them.
"""

from __future__ import annotations

TYPE_CHECKING = False  # Type checkers take it for true; `typing` would take as long to load as Python itself.
if TYPE_CHECKING:
    from typing import Any

    from backcalc.api import Graph, NodeResult, PointsResult, Result, load, parse
    from backcalc.text.errors import (
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
    "PointsResult",
    "ReadError",
    "Result",
    "UsageError",
    "__version__",
    "load",
    "parse",
]

_HOMES = {  # Errors alone are not here: most names are theirs.
    **dict.fromkeys(("Graph", "NodeResult", "PointsResult", "Result", "load", "parse"), "backcalc.api"),
    "__version__": "backcalc.version",
}


def __getattr__(name: str) -> Any:
    """A public name, from the module that it is defined in."""
    if name not in __all__:
        raise AttributeError(f"module 'backcalc' has no attribute {name!r}")
    from importlib import import_module  # The program, which answers Ctrl-C once its own module is there, needs none.

    # Not kept here: a module that is loaded is found at once.
    return getattr(import_module(_HOMES.get(name, "backcalc.text.errors")), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})  # For completion, which would not know of what is not loaded.
