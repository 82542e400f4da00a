"""What the table's texts say of windows, written in the language itself, for arrays of known shapes.

The cotangent of an image under a convolution is a convolution too: of the cotangent, with zeros between its elements
where the stride skipped some, by the window turned round. Dumoulin and Visin 2016, section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backcalc.calculus.placing import placed_formula
from backcalc.graph.shapes import KnownShapes
from backcalc.language.expr import INDEX, PICK, Call, Expr, Number
from backcalc.rules.indices import parts
from backcalc.rules.simplify import make

Lengths = tuple[int, ...]


def _lengths(expr: Expr, shapes: KnownShapes) -> Lengths:
    return tuple(n or 0 for n in shapes.of(expr))


def _whole(expr: Expr) -> int:
    assert isinstance(expr, Number)  # In a row's text, or in the number's own place.
    return int(expr.value)


def _conv(x: Expr, w: Expr, stride: int, pad: int) -> Expr:
    # Defaults are left out, as one writes it.
    chosen = tuple((name, n) for name, n, default in (("stride", stride, 1), ("pad", pad, 0)) if n != default)
    return make("conv", x, w, options=chosen)


def _cotangent_of_image(args: tuple[Expr, ...], shapes: KnownShapes) -> Expr:
    x, w, ct, *numbers = args
    stride, pad = map(_whole, numbers[:2])
    lengths, window = _lengths(x, shapes), _lengths(w, shapes)
    # A window turned round reaches so much further on each side, less what was padded.
    around = max(0, *(k - 1 - pad for k in window))
    found = _conv(_spaced(ct, lengths, window, stride, pad), _turned(w, window), 1, around)
    starts = [pad - (k - 1) + around for k in window]
    if not any(starts) and all(pad <= k - 1 for k in window):
        return found  # As large as the image: nothing to cut off.
    kept = tuple(slice(start, start + n) for start, n in zip(starts, lengths, strict=True))
    return Call(INDEX, (found, *parts(kept)))


def _cotangent_of_window(args: tuple[Expr, ...], shapes: KnownShapes) -> Expr:
    x, w, ct, *numbers = args
    stride, pad = map(_whole, numbers[:2])
    return _conv(x, _spaced(ct, _lengths(x, shapes), _lengths(w, shapes), stride, pad), 1, pad)


def _spaced(ct: Expr, lengths: Lengths, window: Lengths, stride: int, pad: int) -> Expr:
    """A cotangent with zeros for the places that the stride skips: one for each place of the window."""
    # What the value would be with the stride 1.
    full = tuple(n + 2 * pad - k + 1 for n, k in zip(lengths, window, strict=True))
    if stride == 1:
        return ct
    taken = tuple(tuple(range(0, n, stride)) for n in full)
    return placed_formula(ct, taken, full)


def _turned(w: Expr, window: Lengths) -> Expr:
    """A window from its end to its beginning, along each axis."""
    for axis, k in enumerate(window):
        if k > 1:
            # By a list of indices, for the language has no steps.
            w = _taken(w, axis, tuple(range(k - 1, -1, -1)))
    return w


def _taken(x: Expr, axis: int, at: Lengths) -> Expr:
    before = parts((slice(None),) * axis)
    return Call(INDEX, (x, *before, Call(PICK, tuple([Number(float(i), str(i)) for i in at]))))


def _unpooled(args: tuple[Expr, ...], shapes: KnownShapes) -> Expr:
    """Each element in all of its window, of which the list of indices has it as often as that is long."""
    y, x, n, _ = args
    lengths, window = _lengths(x, shapes), _whole(n)
    for axis, length in enumerate(lengths):
        y = _taken(y, axis, tuple(i // window for i in range(length - length % window))) if window > 1 else y
    if not any(length % window for length in lengths):
        return y
    # Beyond the last whole window nothing was pooled: 0.
    covered = tuple(slice(0, length - length % window) for length in lengths)
    return placed_formula(y, covered, lengths)


def _pooled(args: tuple[Expr, ...], shapes: KnownShapes) -> Expr:  # noqa: ARG001  As of the others.
    x, n, axes = args
    window = _whole(n)
    # A window's sum is its mean times its elements, and a mean is what the language has.
    return make("*", Number(float(window ** _whole(axes))), make("avgpool", x, options=(("n", window),)))


def _alike(args: tuple[Expr, ...], shapes: KnownShapes) -> Expr:
    y, x = args
    lengths = _lengths(x, shapes)
    if len(lengths) == 1:
        return make("flatten", y)
    m, n = lengths
    return make("reshape", y, options=(("m", m), ("n", n)))


WINDOW_FORMULAS: Mapping[str, Callable[[tuple[Expr, ...], KnownShapes], Expr]] = {
    "correlate_x": _cotangent_of_image,
    "correlate_w": _cotangent_of_window,
    "unpool": _unpooled,
    "pool_sum": _pooled,
    "like": _alike,
}
"""By what the table's texts call."""
