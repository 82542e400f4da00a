"""Convolution and pooling in exported programs: Python that NumPy, JAX and PyTorch read alike, but for two words."""

from __future__ import annotations

# By slices, one an element of w: NumPy's own convolution turns w round, PyTorch's wants channels.
_CONV = """def conv(x, w, stride=1, pad=0):
    x = {padded}
    if w.ndim == 1:
        n = (x.shape[0] - w.shape[0])//stride + 1
        return sum(w[i]*x[i:i + stride*(n - 1) + 1:stride] for i in range(w.shape[0]))
    m, n = [(a - b)//stride + 1 for a, b in zip(x.shape, w.shape)]
    return sum(
        w[i, j]*x[i:i + stride*(m - 1) + 1:stride, j:j + stride*(n - 1) + 1:stride]
        for i in range(w.shape[0])
        for j in range(w.shape[1])
    )"""

# What is left over at the end and fills no window is left out.
_POOL = """def {name}(x, n):
    if x.ndim == 1:
        return x[:x.shape[0]//n*n].reshape(-1, n).{method}(1)
    r, c = [k//n for k in x.shape]
    return x[:r*n, :c*n].reshape(r, n, c, n).{method}((1, 3))"""


def window_helpers(padded: str, largest: str) -> dict[str, str]:
    """The functions by name, where `padded` is x with zeros around it, and `largest` the method for a maximum."""
    return {
        "conv": _CONV.format(padded=padded),
        "maxpool": _POOL.format(name="maxpool", method=largest),
        "avgpool": _POOL.format(name="avgpool", method="mean"),
    }
