"""Random programs of vectors and matrices as text, each with a point; and the truth about them by NumPy.

A drawn formula is Python as well as the language: the truth is Python's own `eval` over NumPy, and central differences.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

import backcalc

UNARY = (
    *("-({u})", "({u})**2", "exp(sin({u}))", "log(2 + sin({u}))", "sqrt(1.5 + cos({u}))", "sin({u})", "cos({u})"),
    *(
        "tanh({u})",
        "sigmoid({u})",
        "softplus({u})",
        "atan({u})",
        "erf({u})",
        "silu({u})",
        "gelu({u})",
        "cbrt(2 + sin({u}))",
    ),
    *("relu({u})", "leaky_relu({u})", "elu({u})", "abs({u})", "log1p(0.9*sin({u}))", "asinh({u})", "1.5*({u})"),
)
BINARY = (
    *("{u} + {v}", "{u} - {v}", "({u})*({v})", "({u})/(2 + sin({v}))", "max({u}, {v})", "min({u}, {v})"),
    *("(1.5 + sin({u}))**cos({v})", "atan2({u}, 2 + sin({v}))", "where({u} > {v}, {u}, sin({v}))"),
)
# In the rows below: what the formula is, and the shapes of u and v, a letter a length; `.` is a number.
TO_NUMBER = (
    *(("sum({u})", "n"), ("mean({u})", "n"), ("prod(1.5 + sin({u}))", "n"), ("norm({u} + 3)", "n"), ("max({u})", "n")),
    *(
        ("dot({u}, {v})", "n n"),
        ("({u}) @ ({v})", "n n"),
        ("logsumexp({u})", "n"),
        ("min({u})", "n"),
        ("({u})[0]", "n"),
    ),
    *(("softmax_cross_entropy({u}, {v})", "n n"), ("mse({u}, {v})", "n n"), ("mse({u}, {v})", "mn mn")),
    *(("cross_entropy(sigmoid({u}), sigmoid({v}))", "n n"), ("cross_entropy(sigmoid({u}), sigmoid({v}))", ". .")),
    *(("sum({u})", "mn"), ("norm({u} + 3)", "mn"), ("mean({u})", "mn"), ("({u})[0, 0]", "mn"), ("max({u})", "mn")),
)
TO_VECTOR = (
    *(("({u}) @ ({v})", "nk k"), ("({u}) @ ({v})", "k kn"), ("softmax({u})", "n"), ("log_softmax({u})", "n")),
    *(("({u})[0]", "kn"), ("diag({u})", "nn"), ("({u}).T @ ({v})", "kn k")),
)
TO_MATRIX = (
    *(("({u}) @ ({v})", "mk kn"), ("({u}).T", "nm"), ("transpose({u})", "nm"), ("outer({u}, {v})", "m n")),
    *(("({u}) @ ({v}).T", "mk nk"),),
)
NAMES = ("x", "W", "b'", "σ1", "h_2", "q")
MOST_INPUTS = len(NAMES)


def close(found, expected, slack=0.0):
    """Whether an array has that shape, and is that but for rounding and `slack`."""
    return np.shape(found) == np.shape(expected) and np.all(
        np.abs(np.subtract(found, expected)) <= slack + 1e-9 * (1 + np.max(np.abs(expected)))
    )


def _by_element(fn):
    return np.vectorize(fn, otypes=[float])


def _softmax(x):
    return np.exp(x) / np.sum(np.exp(x))


def _cross_entropy(p, t):
    return -np.sum(t * np.log(p)) if np.ndim(p) else -t * np.log(p) - (1 - t) * np.log(1 - p)


def _conv(x, w, pad=0):
    x = np.pad(x, pad)
    places = [range(n - k + 1) for n, k in zip(x.shape, w.shape, strict=True)]
    return sum(
        w[i] * x[tuple(slice(a, a + len(p)) for a, p in zip(i, places, strict=True))] for i in np.ndindex(w.shape)
    )


_erf = _by_element(math.erf)
TRUE = {
    **{name: getattr(np, name) for name in ("sin", "cos", "tanh", "exp", "log", "log1p", "sqrt", "cbrt", "abs")},
    **{name: getattr(np, name) for name in ("sum", "mean", "prod", "dot", "outer", "diag", "transpose", "where")},
    "atan": np.arctan,
    "atan2": np.arctan2,
    "asinh": np.arcsinh,
    "erf": _erf,
    "softmax": _softmax,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x * (1 + _erf(x / math.sqrt(2))) / 2,
    "relu": lambda x: np.where(x > 0, x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "max": lambda *args: np.maximum(*args) if len(args) > 1 else np.max(args[0]),
    "min": lambda *args: np.minimum(*args) if len(args) > 1 else np.min(args[0]),
    "norm": lambda x: np.sqrt(np.sum(x * x)),
    "logsumexp": lambda x: np.log(np.sum(np.exp(x))),
    "log_softmax": lambda x: np.log(_softmax(x)),
    "cross_entropy": _cross_entropy,
    "softmax_cross_entropy": lambda a, t: -np.sum(t * np.log(_softmax(a))),
    "mse": lambda y, t: np.mean((y - t) ** 2),
    "concat": lambda *args: np.concatenate([np.atleast_1d(arg) for arg in args]),
    "conv": _conv,
    "array": np.array,
}


@dataclass(frozen=True)
class Drawn:
    """A program: shapes and values of its inputs, and formulas by node, of which the last is a number."""

    point: dict[str, np.ndarray]
    formulas: dict[str, str]

    @property
    def text(self):
        inputs = [f"input {name}{_size(value.shape)}" for name, value in self.point.items()]
        nodes = [f"{name} = {_language(formula)}" for name, formula in self.formulas.items()]
        return "\n".join([*inputs, *nodes, f"output {self.output}"])

    @property
    def output(self):
        return list(self.formulas)[-1]

    def at(self, wanted=None):
        return {name: value.tolist() for name, value in self.point.items() if wanted is None or name in wanted}

    def run(self, **options):
        """The whole program run at its point."""
        return backcalc.parse(self.text).run(self.at(), **options).run

    def values(self, point=None):
        """The value of every node, by NumPy."""
        names = dict(self.point if point is None else point)
        for name, formula in self.formulas.items():
            names[_python(name)] = eval(_python(formula), dict(TRUE), {_python(k): v for k, v in names.items()})
        return {name: names[_python(name)] for name in self.formulas}

    def differences(self, wrt, step=1e-5, of=None):
        """∂of/∂wrt by central differences; `of` is the output where it is not given, and its axes come first."""
        value, of = self.point[wrt], of or self.output
        found = np.zeros((*np.shape(self.values()[of]), *value.shape))
        for place in np.ndindex(*value.shape):
            up, down = (self.values(self.point | {wrt: _moved(value, place, by)})[of] for by in (step, -step))
            found[(..., *place)] = (up - down) / (2 * step)
        return found


def _moved(value, place, by):
    found = np.array(value, dtype=float)
    found[place] += by
    return found


def _size(shape):
    return f"[{','.join(map(str, shape))}]" if shape else ""


def _language(formula):
    return formula.replace("⟦", "[").replace("⟧", "]")


def _python(formula):
    return formula.replace("⟦", "array([").replace("⟧", "])").replace("'", "_prime")


class _Writer:
    def __init__(self, draw, longest):
        self.draw, self.longest = draw, longest
        self.inputs, self.nodes = {}, {}

    def pick(self, items):
        return self.draw(st.sampled_from(list(items)))

    def size(self):
        return self.draw(st.integers(1, self.longest))

    def shape(self, letters, sizes):
        return tuple(sizes.setdefault(letter, self.size()) for letter in letters if letter != ".")

    def atom(self, shape):
        known = [name for name, found in (self.inputs | self.nodes).items() if found == shape]
        if len(self.inputs) < MOST_INPUTS and (not known or self.draw(st.booleans())):
            name = NAMES[len(self.inputs)]
            self.inputs[name] = shape
            return name
        return self.pick(known) if known else self.literal(shape)

    def literal(self, shape):
        if not shape:
            return self.pick(("0.5", "2", "1.25", "(-0.75)"))
        return "⟦" + ", ".join(self.literal(shape[1:]) for _ in range(shape[0])) + "⟧"

    def formula(self, shape, depth):
        if depth <= 0:
            return self.atom(shape)
        kind = self.pick(("unary", "binary", "own", "own", "own"))
        if kind == "unary":
            return self.pick(UNARY).format(u=self.formula(shape, depth - 1))
        if kind == "binary":
            left, right = shape, shape
            if shape and self.draw(st.booleans()):
                left, right = self.draw(st.permutations([(), shape]))
            return (
                "(" + self.pick(BINARY).format(u=self.formula(left, depth - 1), v=self.formula(right, depth - 1)) + ")"
            )
        return self.own(shape, depth)

    def own(self, shape, depth):
        if shape and self.draw(st.integers(0, 3)) == 0:
            return self.pick((self.built, self.part, self.part, self.windows))(shape, depth)
        template, args = self.pick((TO_NUMBER, TO_VECTOR, TO_MATRIX)[len(shape)])
        sizes = dict(zip(("", "n", "mn")[len(shape)], shape, strict=True))
        wanted = [self.shape(letters, sizes) for letters in args.split()]
        inner = [self.formula(found, depth - 1) for found in wanted]
        text = template.format(u=inner[0], v=inner[-1])
        if "[0" in template:
            last = wanted[0] if "[0, 0]" in template else wanted[0][:1]
            places = ", ".join(str(self.draw(st.integers(-n, n - 1))) for n in last)
            text = text[: text.rindex("[")] + f"[{places}]"
        return f"({text})"

    def part(self, shape, depth):
        """A part of a larger array: a slice, which may count from the end, or a list of indices, repeated ones too."""
        whole = tuple(n + self.draw(st.integers(0, 2)) for n in shape)
        places = [self.place(n, of) for n, of in zip(shape, whole, strict=True)]
        inner = f"({self.formula(whole, depth - 1)})"
        if len(places) > 1 and all(place.startswith("[") for place in places):
            return f"{inner}[{places[0]}][:, {places[1]}]"
        return f"{inner}[{', '.join(places)}]"

    def place(self, count, length):
        if self.draw(st.booleans()):
            return str([self.draw(st.integers(-length, length - 1)) for _ in range(count)])
        start = self.draw(st.integers(0, length - count))
        end = self.pick((start + count, start + count - length)) if start + count < length else self.pick(("", length))
        return f"{self.pick((start, start - length))}:{end}"

    def windows(self, shape, depth):
        """A convolution with a small window."""
        window = tuple(self.draw(st.integers(1, 2)) for _ in shape)
        image = tuple(n + k - 1 for n, k in zip(shape, window, strict=True))
        return f"conv({self.formula(image, depth - 1)}, {self.formula(window, depth - 1)})"

    def built(self, shape, depth):
        """A vector or matrix put together from parts."""
        if len(shape) == 1 and shape[0] > 1 and self.draw(st.booleans()):
            first = self.draw(st.integers(1, shape[0] - 1))
            rest = () if shape[0] - first == 1 else (shape[0] - first,)
            return f"concat({self.formula((first,), depth - 1)}, {self.formula(rest, depth - 1)})"
        if len(shape) == 2 and shape[0] == shape[1] and self.draw(st.booleans()):
            return f"diag({self.formula(shape[:1], depth - 1)})"
        return "⟦" + ", ".join(self.formula(shape[1:], depth - 1) for _ in range(shape[0])) + "⟧"


@st.composite
def programs(draw, longest=4, shapes=((), (1,), (2, 2))):
    """Programs of two to four nodes over vectors and matrices, whose last node is a number."""
    writer = _Writer(draw, longest)
    formulas = {}
    for name in ("a", "g2", "z'")[: draw(st.integers(1, 3))]:
        shape = tuple(writer.size() for _ in draw(st.sampled_from(shapes)))
        formulas[name] = writer.formula(shape, 2)
        writer.nodes[name] = shape
    formulas["L"] = "+".join(["0.5", *(_total(name, shape) for name, shape in writer.nodes.items())])
    formulas["L"] += "+" + writer.formula((), 2)
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    point = {name: np.asarray(random.normal(size=shape)) for name, shape in writer.inputs.items()}
    return Drawn(point, formulas)


def _total(name, shape):
    return f"sum(sin({name}))" if shape else f"sin({name})"


@st.composite
def outputs(draw):
    """A program, and the name of a node of it, which may be a vector or a matrix."""
    drawn = draw(programs())
    return drawn, draw(st.sampled_from(list(drawn.formulas)))
