"""What is said of an operation that does not take arguments of some shapes, and how to say what it may mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from backcalc.language.expr import VECTOR
from backcalc.language.statements import written_name
from backcalc.rules.row import AXIS, Primitive
from backcalc.rules.terms import Shape, shape_words

BY_ELEMENTS = "a number combines with anything, a vector with the rows of a matrix; otherwise shapes must be the same"

# What the operations of a rule take; of the others the shapes must be the same, or fit as rows and columns do.
TAKES = {
    "vector": "a vector",
    "logits": "a vector",
    "dot": "two vectors of one length",
    "outer": "two vectors",
    "flatten": "a vector or a matrix",
    "pair": "two arrays of one shape",
    "diag": "a vector or a square matrix",
    "spread": "a vector or a matrix",
    "square": "a square matrix",
    "trace": "a square matrix",
    "inverse": "a square matrix",
    "stack": "numbers, or vectors of one length",
    "concat": "numbers and vectors",
    "along": "a matrix",
    "rows": "a matrix",
    "pair along": "two matrices of one shape",
}


def _of_conv(row: Primitive, name: str, shapes: Sequence[Shape | None], words: Sequence[str]) -> str:
    x, w = shapes
    if not x or not w or len(x) != len(w):
        return f"`{name}` takes an image and a window, two vectors or two matrices, not {words[0]} and {words[1]}"
    pad = row.settings["pad"]
    around = f" with {pad} around" if pad else ""
    return f"the window of `{name}`, {words[1]}, is larger than its image, {words[0]}{around}"


def _of_pool(row: Primitive, name: str, shapes: Sequence[Shape | None], words: Sequence[str]) -> str:
    if not shapes[0]:
        return f"`{name}` takes a vector or a matrix, not {words[0]}"
    return f"the window of `{name}`, of {row.settings['n']}, is larger than its image, {words[0]}"


def _of_reshape(row: Primitive, name: str, shapes: Sequence[Shape | None], words: Sequence[str]) -> str:
    m, n = row.settings["m"] or 0, row.settings["n"] or 0
    if not shapes[0]:
        return f"`{name}` takes a vector or a matrix, not {words[0]}"
    return f"a {m}×{n} matrix has {m * n} elements, and {words[0]} has {prod(k or 0 for k in shapes[0])}"


_WINDOWED = {"conv": _of_conv, "pool": _of_pool, "reshape": _of_reshape}

# What goes by no name in the text.
_NAMES = {VECTOR: "a list"}


def refusal(row: Primitive, rule: str, shapes: Sequence[Shape | None], symbol: str = "") -> str:
    """That an operation does not take arguments of these shapes; `symbol` is what it goes by, if not by its own."""
    words = [shape_words(shape) for shape in shapes]
    # As a list in a sentence: a, b and c.
    found = " and ".join([", ".join(words[:-1])] * (len(words) > 1) + words[-1:])
    name = symbol or written_name(row.symbol)
    # Of these the sizes say more than the kinds.
    if rule in _WINDOWED:
        return _WINDOWED[rule](row, name, shapes, words)
    if rule in TAKES:
        return f"{_NAMES.get(name, f'`{name}`')} takes {TAKES[rule]}, not {found}"
    return f"the shapes do not fit `{name}`: {found}"


def axis_hints(row: Primitive, shapes: Sequence[Shape]) -> Iterator[str]:
    """What is to be said of an axis: of a matrix it must be told along which, and a vector has but one."""
    name, params = written_name(row.symbol), ", ".join(row.params)
    ranks = {len(shape) for shape in shapes}
    if row.settings[AXIS] is None and ranks == {2}:
        yield f"along the rows of a matrix it is {name}({params}, axis=1), down its columns {name}({params}, axis=0)"
    elif row.settings[AXIS] is not None and ranks == {1}:
        yield f"a vector has no axis to choose: {name}({params})"


def concat_hints(texts: Sequence[str], shapes: Sequence[Shape | None]) -> Iterator[str]:
    """How matrices, written as `texts`, are put side by side or one under the other: row by row, column by column."""
    known = [shape for shape in shapes if shape]
    if len(known) == len(shapes) and {len(shape) for shape in known} == {2}:
        # Where both lengths agree both may be meant.
        for axis, part, end, where in ((0, "{}[k]", "", "side by side"), (1, "{}[:, k]", ".T", "one under the other")):
            lengths = {shape[axis] for shape in known}
            if len(lengths) == 1 and None not in lengths:
                parts = ", ".join(part.format(text) for text in texts)
                yield f"{where} they are written [concat({parts}) for k in 0..{(lengths.pop() or 1) - 1}]{end}"
    elif matrix := next((text for text, shape in zip(texts, shapes, strict=True) if shape and len(shape) > 1), None):
        yield f"the elements of a matrix are a vector: flatten({matrix})"
