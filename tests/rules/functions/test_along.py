"""What goes along an axis, by NumPy's own loop and by one over the elements."""

import mpmath
import numpy as np
import pytest

from backcalc.rules.functions import along, stacks

RANDOM = np.random.default_rng(3)
SHAPES = [(100, 1), (100, 2, 1), (100, 3, 1), (40, 7, 1), (40, 8, 1), (40, 3, 4), (9, 2, 5), (3, 3, 1)]
INF, NAN = np.inf, np.nan
# Vectors: plain, with two that are the largest, with what is not finite, and such together in one stack.
VECTORS = [
    [1.0, 2.0, 0.5],
    [30.0, -10.0, 0.0],
    [2.0, 2.0, 1.0],
    [0.0, 0.0, 0.0],
    [NAN, 1.0, 2.0],
    [INF, 1.0, 2.0],
    [-INF, 1.0, 2.0],
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("fn", [np.add, np.maximum, np.minimum], ids=lambda fn: fn.__name__)
def test_few_elements_are_reduced_to_the_last_bit_as_by_numpy(fn, shape):
    x = RANDOM.normal(size=shape) * 10 ** RANDOM.uniform(-5, 5, shape)
    for axis in range(-len(shape), 0):
        assert (along.reduce(fn, x, axis) == fn.reduce(x, axis, keepdims=True)).all(), axis


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp", "complement"])
def test_a_vector_is_what_it_is_beside_others(name):
    fn, stack = getattr(stacks, name), np.array(VECTORS)[..., None]
    with np.errstate(all="ignore"):
        found = fn(stack)
        for vector, each in zip(stack, found, strict=True):
            assert np.array_equal(fn(vector[None])[0], each, equal_nan=True), vector.ravel()


@pytest.mark.parametrize("vector", VECTORS[:4], ids=str)
def test_what_is_far_ahead_loses_no_digits(vector):
    stack = np.array([vector] * 100)[..., None]
    with mpmath.workdps(50):
        powers = [mpmath.exp(x) for x in vector]
        total = sum(powers)
        rest = [float(1 - each / total) for each in powers]
        logs = [float(mpmath.log(each / total)) for each in powers]
    assert stacks.complement(stack)[7].ravel() == pytest.approx(rest, rel=1e-15)
    assert stacks.log_softmax(stack)[7].ravel() == pytest.approx(logs, rel=1e-15, abs=1e-300)
