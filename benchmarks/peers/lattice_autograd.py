"""The lattice of samples/lattice.bg in HIPS autograd."""

import autograd.numpy as np
from autograd import grad


def lattice(x):
    t, b = np.sin(x), np.cos(x)
    for _ in range(4):
        t, b = np.sin(t + b), np.cos(t + b)
    return t * b


print(lattice(1.0), grad(lattice)(1.0))
