"""A graph as a JAX program: its gradient is JAX's own, its rows are mapped over, or laid over a mesh of devices."""

from __future__ import annotations

from collections.abc import Iterator

from backcalc.language.expr import IF, VECTOR
from backcalc.render.programs.program import ExportedProgram
from backcalc.render.programs.python import ProgramTarget
from backcalc.render.programs.windows import window_helpers

# Those whose name JAX's NumPy has too.
_PLAIN = (
    *("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "expm1", "log"),
    *("log2", "log10", "log1p", "sqrt", "cbrt", "abs", "sign", "floor", "ceil"),
    *("sum", "mean", "prod", "diag", "dot", "outer", "transpose"),
)
_ACTIVATIONS = (*("sigmoid", "softplus", "relu", "elu", "selu", "silu", "softmax", "log_softmax", "leaky_relu"),)

TARGET = ProgramTarget(
    module="jnp",
    names={
        **{name: f"jnp.{name}" for name in _PLAIN},
        # `arcsin` for asin, as NumPy says.
        **{name: f"jnp.arc{name[1:]}" for name in ("asin", "acos", "atan", "atan2", "asinh", "acosh", "atanh")},
        **{name: f"jax.nn.{name}" for name in _ACTIVATIONS},
        "round": "jnp.round",
        "stop_gradient": "jax.lax.stop_gradient",
        "erf": "jax.scipy.special.erf",
        "erfc": "jax.scipy.special.erfc",
        "logsumexp": "jax.nn.logsumexp",
        # Of two arguments place by place; of one its largest element, so the names are two.
        "max": "jnp.maximum",
        "min": "jnp.minimum",
        "max of one": "jnp.max",
        "min of one": "jnp.min",
        **{name: f"jnp.linalg.{name}" for name in ("norm", "det", "inv")},
        "^": "jnp.power",
        "and": "jnp.logical_and",
        "or": "jnp.logical_or",
        "not": "jnp.logical_not",
        "where": "jnp.where",
        IF: "jnp.where",
        VECTOR: "vector",
        "concat": "concat",
    },
    along={
        **{name: f"jnp.{name}" for name in ("sum", "mean", "prod", "max", "min", "var", "std")},
        # Along an axis the table's `max` of an array is called `largest`.
        "largest": "jnp.max",
        "smallest": "jnp.min",
        "norm": "jnp.linalg.norm",
        **{name: f"jax.nn.{name}" for name in ("softmax", "log_softmax", "logsumexp")},
        "cross_entropy": "cross_entropy_along",
    },
    # Written into a program only where a formula takes them.
    helpers={
        "cross_entropy_along": (
            "def cross_entropy_along(p, t, **options):\n"  # A target of whole numbers has no slope.
            "    return -jnp.sum(jax.scipy.special.xlogy(1.0*t, p), **options)"
        ),
        **window_helpers("jnp.pad(x, pad)", "max"),
        # By what is made for it t·log(p) has its slope log(p) at t = 0 too.
        "cross_entropy": (
            # A target of the text may be a whole number, by which JAX derives nothing.
            "def cross_entropy(p, t):\n    t = 1.0*t\n"
            "    return -jax.scipy.special.xlogy(t, p) - jax.scipy.special.xlog1py(1 - t, -p)"
        ),
        "cross_entropy_of_vectors": (
            "def cross_entropy_of_vectors(p, t):\n    return -jnp.sum(jax.scipy.special.xlogy(1.0*t, p))"
        ),
    },
    held="jax.lax.stop_gradient",  # By which edges that are given let their partial through.
    indices="jnp.array({})",  # An index that is a list of Python's is refused.
)

# JAX reckons in single precision unless told before its first array; whoever wants that changes this one line.
_PRELUDE = """import argparse
import csv
import json

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)


def vector(items):
    return jnp.stack([jnp.asarray(item, dtype=float) for item in items])


def concat(parts):
    return jnp.concatenate([jnp.atleast_1d(part) for part in parts])
"""

# An input from which only edges lead has no value that matters: 0 stands for it.
_GRADIENT = '''@jax.jit
def value_and_gradient(inputs):
    """The value, and its derivatives by name."""
    rest = {name: each for name, each in inputs.items() if name not in WRT}

    def of(parameters):
        return value({**rest, **parameters})

    return jax.value_and_grad(of)({name: inputs.get(name, 0.0) for name in WRT})


@jax.jit
def batch(fixed, columns):
    """The value and the gradient at each row of columns, all at once."""
    return jax.vmap(lambda row: value_and_gradient({**fixed, **row}))(columns)
'''

# Rows are parted evenly or not at all: a mesh has no place for a rest.
_SHARDED = '''

def shard(columns):
    """The rows laid over all devices: each works out its own, and sums are made between them."""
    from jax.sharding import Mesh, NamedSharding, PartitionSpec

    devices = np.array(jax.devices())
    rows = len(next(iter(columns.values())))
    if rows % len(devices):
        more = f"leave out {rows % len(devices)} of them, or take a number of devices that divides {rows}"
        raise SystemExit(f"{rows} rows cannot be laid evenly over {len(devices)} devices: {more}")
    sharding = NamedSharding(Mesh(devices, ("rows",)), PartitionSpec("rows"))
    return {name: jax.device_put(column, sharding) for name, column in columns.items()}
'''


def program(found: ExportedProgram) -> Iterator[str]:
    """The lines of the program."""
    yield from found.head(_PRELUDE)
    yield from found.value_function()
    yield from _GRADIENT.split("\n")
    if found.shard:
        yield from _SHARDED.removeprefix("\n").split("\n")
    yield from found.main("jnp.asarray(value, dtype=float)")
