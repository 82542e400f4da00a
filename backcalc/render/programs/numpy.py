"""A graph as a NumPy program, its gradient written by hand: the adjoints as `derive` has them."""

from __future__ import annotations

from collections.abc import Iterator

from backcalc.language.expr import IF, VECTOR
from backcalc.render.programs.program import ExportedProgram
from backcalc.render.programs.python import ProgramTarget
from backcalc.render.programs.windows import window_helpers

# Those whose name NumPy has too.
_PLAIN = (
    *("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "expm1", "log"),
    *("log2", "log10", "log1p", "sqrt", "cbrt", "abs", "sign", "floor", "ceil"),
    *("sum", "mean", "prod", "diag", "dot", "outer", "transpose"),
)

TARGET = ProgramTarget(
    module="np",
    names={
        **{name: f"np.{name}" for name in _PLAIN},
        **{name: f"np.arc{name[1:]}" for name in ("asin", "acos", "atan", "atan2", "asinh", "acosh", "atanh")},
        "round": "np.rint",
        "max": "np.maximum",
        "min": "np.minimum",
        "max of one": "np.max",
        "min of one": "np.min",
        **{name: f"np.linalg.{name}" for name in ("norm", "det", "inv")},
        "^": "np.float_power",  # `np.power` refuses a negative exponent of whole numbers: 2^(-1).
        "and": "np.logical_and",
        "or": "np.logical_or",
        "not": "np.logical_not",
        "where": "np.where",
        IF: "np.where",
        VECTOR: "vector",
        "concat": "concat",
    },
    along={
        **{name: f"np.{name}" for name in ("sum", "mean", "prod", "max", "min", "var", "std")},
        "largest": "np.max",
        "smallest": "np.min",
        "norm": "np.linalg.norm",
        **{name: name for name in ("softmax", "log_softmax", "logsumexp")},
    },
    # NumPy has none of these; as everywhere, exp is taken of what is at most 0, so that nothing overflows.
    helpers={
        **window_helpers("np.pad(x, pad)", "max"),  # Its arrays have `max` for a method.
        # With its type told, else an array without elements fails.
        "erf": "erf = np.vectorize(math.erf, otypes=[float])",
        "erfc": "erfc = np.vectorize(math.erfc, otypes=[float])",
        "sigmoid": "def sigmoid(x):\n    small = np.exp(-np.abs(x))\n    return np.where(x < 0, small, 1)/(1 + small)",
        # Without an axis they go over all elements.
        "softmax": (
            "def softmax(x, axis=None):\n    powers = np.exp(x - np.max(x, axis=axis, keepdims=True))\n"
            "    return powers/np.sum(powers, axis=axis, keepdims=True)"
        ),
        "log_softmax": (
            "def log_softmax(x, axis=None):\n    x = x - np.max(x, axis=axis, keepdims=True)\n"
            "    return x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True))"
        ),
        "logsumexp": (
            "def logsumexp(x, axis=None, keepdims=False):\n    top = np.max(x, axis=axis, keepdims=True)\n"
            "    return np.max(x, axis=axis, keepdims=keepdims) + np.log(\n"
            "        np.sum(np.exp(x - top), axis=axis, keepdims=keepdims)\n    )"
        ),
        # The slope of prod: products of all others, for a division by an element fails at 0.
        "others": (
            "def others(x):\n    flat = x.ravel()\n"
            "    return np.array([np.prod(np.delete(flat, i)) for i in range(len(flat))]).reshape(x.shape)"
        ),
    },
)

# Items may be numbers or arrays: a vector is made of either.
_PRELUDE = """import argparse
import csv
import json
import math

import numpy as np


def vector(items):
    return np.array(items, dtype=float)


def concat(parts):
    return np.concatenate([np.atleast_1d(part) for part in parts])
"""

# By a loop, for a formula along axes or with matrices does not take one axis more.
_BATCH = '''def batch(fixed, columns):
    """The value and the gradient at each row of columns, one after the other."""
    count = len(next(iter(columns.values())))
    values, gradients = zip(*(
        value_and_gradient({**fixed, **{name: column[i] for name, column in columns.items()}}) for i in range(count)
    ))
    return np.array(values), {name: np.array([gradient[name] for gradient in gradients]) for name in gradients[0]}
'''


def program(found: ExportedProgram) -> Iterator[str]:
    """The lines of the program."""
    yield from found.head(_PRELUDE)
    yield from found.value_function()
    yield from found.gradient_by_hand()
    yield from _BATCH.split("\n")
    yield from found.main("np.asarray(value, dtype=float)")
