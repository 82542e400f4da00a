"""A graph as a PyTorch program: its gradient is PyTorch's own, its rows are mapped over, or parted among processes."""

from __future__ import annotations

from collections.abc import Iterator

from backcalc.language.expr import IF, VECTOR
from backcalc.render.programs.program import ExportedProgram
from backcalc.render.programs.python import ProgramTarget
from backcalc.render.programs.windows import window_helpers

# Those whose name PyTorch has too; it has no cbrt, and its transpose wants axes.
_PLAIN = (
    *("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "expm1", "log"),
    *("log2", "log10", "log1p", "sqrt", "abs", "sign", "floor", "ceil", "round"),
    *("asin", "acos", "atan", "atan2", "asinh", "acosh", "atanh", "erf", "erfc"),
    *("sum", "mean", "prod", "diag", "dot", "outer"),
)
_ACTIVATIONS = (*("softplus", "relu", "elu", "selu", "silu", "gelu", "leaky_relu"),)

TARGET = ProgramTarget(
    module="torch",
    names={
        **{name: f"torch.{name}" for name in (*_PLAIN, "sigmoid")},
        **{name: f"F.{name}" for name in _ACTIVATIONS},
        "stop_gradient": "held",  # Ours, for a number has no `detach`.
        "max": "torch.maximum",
        "min": "torch.minimum",
        # These share the slope among equals, as `max` does here; torch.max along an axis would give places too.
        "max of one": "torch.amax",
        "min of one": "torch.amin",
        **{name: f"torch.linalg.{name}" for name in ("norm", "det", "inv")},
        "^": "torch.pow",
        "and": "torch.logical_and",
        "or": "torch.logical_or",
        "not": "torch.logical_not",
        "where": "where",  # Ours, for a condition may be a number: 0 or 1.
        IF: "where",
        VECTOR: "vector",
        "concat": "concat",
    },
    along={
        **{name: f"torch.{name}" for name in ("sum", "mean", "prod", "softmax", "log_softmax", "logsumexp")},
        "max": "torch.amax",
        "min": "torch.amin",
        "largest": "torch.amax",
        "smallest": "torch.amin",
        "norm": "torch.linalg.vector_norm",
        "cross_entropy": "cross_entropy_along",
    },
    axis=("dim", "keepdim=True"),  # NumPy says `axis` and `keepdims`.
    helpers={
        "cross_entropy_along": (
            "def cross_entropy_along(p, t, **options):\n    return -torch.sum(torch.xlogy(t, p), **options)"
        ),
        **window_helpers("torch.nn.functional.pad(x, [pad]*2*x.ndim)", "amax"),  # A pair of widths an axis.
        # By what is made for it t·log(p) has its slope log(p) at t = 0 too.
        "cross_entropy": "def cross_entropy(p, t):\n    return -torch.xlogy(t, p) - torch.special.xlog1py(1 - t, -p)",
        "cross_entropy_of_vectors": "def cross_entropy_of_vectors(p, t):\n    return -torch.sum(torch.xlogy(t, p))",
        # A third root, of a negative number too, where a power with a fraction would be nan.
        "cbrt": "def cbrt(x):\n    return torch.sign(x)*torch.abs(x)**(1/3)",
        "softmax": "def softmax(x):\n    return torch.softmax(x, 0)",
        "log_softmax": "def log_softmax(x):\n    return torch.log_softmax(x, 0)",
        "logsumexp": "def logsumexp(x):\n    return torch.logsumexp(x, 0)",
    },
    held="held",  # By which edges that are given let their partial through.
    number="tensor",  # torch.sin(2) is refused: its functions take no plain numbers.
)

# Double precision is the default here; whoever wants another changes this one line.
_PRELUDE = """import argparse
import csv
import json

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def tensor(x):
    return torch.as_tensor(x, dtype=torch.get_default_dtype())


def held(x):
    return tensor(x).detach()


def where(condition, x, y):
    return torch.where(torch.as_tensor(condition) != 0, tensor(x), tensor(y))


def vector(items):
    return torch.stack([tensor(item) for item in items])


def concat(parts):
    return torch.cat([torch.atleast_1d(tensor(part)) for part in parts])
"""

# An input from which only edges lead has no value that matters: 0 stands for it.
_GRADIENT = '''def value_and_gradient(inputs):
    """The value, and its derivatives by name."""
    rest = {name: each for name, each in inputs.items() if name not in WRT}

    def of(parameters):
        return tensor(value({**rest, **parameters}))

    parameters = {name: tensor(inputs.get(name, 0.0)) for name in WRT}
    gradient, found = torch.func.grad_and_value(of)(parameters)
    return found, gradient


def batch(fixed, columns):
    """The value and the gradient at each row of columns, all at once."""
    return torch.func.vmap(lambda row: value_and_gradient({**fixed, **row}))(columns)
'''

# Sums and counts are added up rather than means: processes may have one row more or less than others.
_SHARDED = '''

def shard(columns):
    """The rows of this process: torchrun --nproc-per-node 2 starts several, which add up by gloo."""
    import torch.distributed as distributed

    distributed.init_process_group("gloo")
    rank, count = distributed.get_rank(), distributed.get_world_size()
    rows = len(next(iter(columns.values())))
    if rows < count:  # A process without rows would have no mean.
        raise SystemExit(f"{rows} rows cannot be parted among {count} processes")
    return {name: column[rank::count] for name, column in columns.items()}


def mean_over_all(values):
    """The mean of the rows of all processes."""
    import torch.distributed as distributed

    total = torch.stack([values.sum(dim=0), torch.full_like(values[0], len(values))])
    distributed.all_reduce(total)
    return total[0]/total[1]


def from_all(rows):
    """The rows of all processes in the order of the file, for the first process; the others have none to print."""
    import torch.distributed as distributed

    parts = [None]*distributed.get_world_size()
    distributed.all_gather_object(parts, rows)
    count = sum(map(len, parts)) if distributed.get_rank() == 0 else 0
    return [parts[i % len(parts)][i // len(parts)] for i in range(count)]


def say(line):
    """Print what is the same in all processes once."""
    import os

    if os.environ.get("RANK", "0") == "0":  # As torchrun tells it; without --data the processes need not meet.
        print(line)
'''


def program(found: ExportedProgram) -> Iterator[str]:
    """The lines of the program."""
    yield from found.head(_PRELUDE)
    yield from found.value_function()
    yield from _GRADIENT.split("\n")
    if found.shard:
        yield from _SHARDED.removeprefix("\n").split("\n")
        yield from found.main("tensor(value)", "mean_over_all", "say", "from_all(rows)")
    else:
        yield from found.main("tensor(value)")
