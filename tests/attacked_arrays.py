"""Random claims of files: vectors, matrices, functions of the file's own, constants, loops, given values, derivatives.

What each says of a point is worked out by mpmath alone, derivatives by differences of 50 digits; where those of both
sides of a point differ, at a kink or a jump, nothing is said.
"""

from __future__ import annotations

import random as random_
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mpmath
from attacked_claims import (
    ENDS,
    ONE,
    OPERATORS,
    TWO,
    Attacked,
    Formula,
    Point,
    UndefinedError,
    bounded,
    exact,
    points,
)

NUMBERS = ("0.1", "0.3", "2", "0.7", "3", "1/2", "1/3", "1.1", "97", "1048575", "0.30000000000000004", "1e16")
RANGES = ("0", "1", "-1", "1/2", "0.1", "-0.1", "2", "-2", "3", "1e-8", "1/3", "-0.5", "1.5", "30", "1e-160", "1 - 0.9")
assert set(RANGES) <= set(ENDS)
# Those that are smooth nearly everywhere, and defined on wide ranges, so that most claims have a value.
INNER = (
    "sin",
    "cos",
    "exp",
    "tanh",
    "sigmoid",
    "abs",
    "relu",
    "softplus",
    "sqrt",
    "log",
    "atan",
    "gelu",
    "elu",
    "cbrt",
)
STEP = mpmath.mpf(10) ** -24  # Of differences, which at three times the digits are right to more than 50 of them.
NEAR = mpmath.mpf(10) ** -8  # Between the slopes on both sides of what has one.
Vector = list[Any]


def _sum(x: Vector) -> Any:
    return mpmath.fsum(x)


def _mean(x: Vector) -> Any:
    return _sum(x) / len(x)


def _norm(x: Vector) -> Any:
    return mpmath.sqrt(_sum([item**2 for item in x]))


def _prod(x: Vector) -> Any:
    return mpmath.fprod(x)


def _logsumexp(x: Vector) -> Any:
    top = max(x)
    return top + mpmath.log(_sum([mpmath.exp(item - top) for item in x]))


def _softmax(x: Vector) -> Vector:
    top = max(x)
    powers = [mpmath.exp(item - top) for item in x]
    return [power / _sum(powers) for power in powers]


def _var(x: Vector) -> Any:
    return _mean([(item - _mean(x)) ** 2 for item in x])


REDUCING: dict[str, Callable[[Vector], Any]] = {
    "sum": _sum, "mean": _mean, "norm": _norm, "prod": _prod, "max": max, "min": min, "logsumexp": _logsumexp,
    "var": _var, "std": lambda x: mpmath.sqrt(_var(x)),
}  # fmt: skip


@dataclass
class File:
    """The lines of a file so far, and what draws of its formulas may speak of."""

    random: random_.Random
    size: int
    inputs: dict[str, tuple[str, str]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    numbers: list[Formula] = field(default_factory=list)
    vectors: list[Formula] = field(default_factory=list)

    def constant(self) -> Formula:
        """A number as it is written."""
        text = self.random.choice(NUMBERS)
        return Formula(f"({text})", lambda _: exact(text))

    def number(self, depth: int) -> Formula:
        """A random formula that is a number."""
        random = self.random
        if depth == 0:
            return random.choice((*self.numbers, *self.numbers, self.constant()))
        kind = random.random()
        if kind < 0.35:
            return self._reduced(depth)
        if kind < 0.55:
            return _of(random.choice(INNER), self.number(depth - 1))
        if kind < 0.6:
            name, first, second = random.choice(("max", "min", "leaky_relu")), *self._pair(depth)
            return Formula(f"{name}({first.text}, {second.text})", lambda p: TWO[name](first.at(p), second.at(p)))
        name, first, second = random.choice(("+", "-", "*", "*", "/")), *self._pair(depth)
        return Formula(f"({first.text} {name} {second.text})", lambda p: OPERATORS[name](first.at(p), second.at(p)))

    def _pair(self, depth: int) -> tuple[Formula, Formula]:
        return self.number(depth - 1), self.number(self.random.randrange(depth))

    def _reduced(self, depth: int) -> Formula:
        random = self.random
        kind, inner = random.random(), self.vector(depth - 1)
        if kind < 0.6:
            name = random.choice(sorted(REDUCING))
            return Formula(f"{name}({inner.text})", lambda p: REDUCING[name](inner.at(p)))
        if kind < 0.8:
            other = self.vector(depth - 1)
            return Formula(
                f"dot({inner.text}, {other.text})",
                lambda p: _sum([a * b for a, b in zip(inner.at(p), other.at(p), strict=True)]),
            )
        place = random.randrange(self.size)
        return Formula(f"({inner.text})[{place}]", lambda p: inner.at(p)[place])

    def vector(self, depth: int) -> Formula:
        """A random formula that is a vector of the file's size."""
        random = self.random
        if depth <= 0:
            return random.choice(self.vectors)
        kind = random.random()
        if kind < 0.2:
            items = [self.number(depth - 1) for _ in range(self.size)]
            return Formula(f"[{', '.join(item.text for item in items)}]", lambda p: [item.at(p) for item in items])
        first = self.vector(depth - 1)
        if kind < 0.4:
            name = random.choice(INNER)
            return Formula(f"{name}({first.text})", lambda p: [ONE[name](item) for item in first.at(p)])
        if kind < 0.5:
            return Formula(f"softmax({first.text})", lambda p: _softmax(first.at(p)))
        if kind < 0.6:
            bound, other = self.number(0), self.vector(0)
            return Formula(
                f"where({first.text} > {bound.text}, {first.text}, {other.text})",
                lambda p: [a if a > bound.at(p) else b for a, b in zip(first.at(p), other.at(p), strict=True)],
            )
        name = random.choice(("+", "-", "*"))
        if kind < 0.8:
            number = self.number(depth - 1)
            return Formula(
                f"({number.text} {name} {first.text})",
                lambda p: [OPERATORS[name](number.at(p), item) for item in first.at(p)],
            )
        other = self.vector(depth - 1)
        return Formula(
            f"({first.text} {name} {other.text})",
            lambda p: [OPERATORS[name](a, b) for a, b in zip(first.at(p), other.at(p), strict=True)],
        )


def _of(name: str, inner: Formula) -> Formula:
    return Formula(f"{name}({inner.text})", lambda p: ONE[name](inner.at(p)))


def _slope(of: Callable[[Any], Any], at: Any) -> Any:
    """The derivative of a function. Raises OverflowError where its two sides differ, or where there is one alone."""
    with mpmath.mp.workdps(150):
        of(at)
        try:
            return _difference(of, at)
        except UndefinedError:
            raise OverflowError from None


def _difference(of: Callable[[Any], Any], at: Any) -> Any:
    left, right = ((of(at + way * STEP) - of(at)) / (way * STEP) for way in (-1, 1))
    middle = (of(at + STEP) - of(at - STEP)) / (2 * STEP)
    if abs(left - right) > NEAR * (1 + abs(middle)):
        raise OverflowError
    # Richardson's: what is left is of the fourth power of the step.
    half = (of(at + STEP / 2) - of(at - STEP / 2)) / STEP
    return (4 * half - middle) / 3


def _inputs(file: File) -> None:
    for name in file.random.choice(("x", "xy")):
        file.inputs[name] = _range(file.random)
        file.lines.append(f"input {name} in [{', '.join(file.inputs[name])}]")
        file.numbers.append(Formula(name, lambda p, name=name: p[name]))
    file.inputs["v"], file.sizes["v"] = _range(file.random), file.size
    file.lines.append(f"input v[{file.size}] in [{', '.join(file.inputs['v'])}]")
    file.vectors.append(Formula("v", lambda p: p["v"]))


def _range(random: random_.Random) -> tuple[str, str]:
    low, high = sorted(random.sample(RANGES, 2), key=exact)
    return low, high


def _constants(file: File) -> None:
    number, items = file.constant(), [file.constant() for _ in range(file.size)]
    file.lines.append(f"const c = {number.text}; const w = [{', '.join(item.text for item in items)}]")
    file.numbers.append(Formula("c", number.at))
    file.vectors.append(Formula("w", lambda p: [item.at(p) for item in items]))


def _function(file: File) -> None:
    """A function of the file's own, and one or two of its derivatives."""
    random = file.random
    inner = File(random, file.size, numbers=[Formula("t", lambda p: p["t"])] * 2)
    inner.vectors = [Formula("[" + ", ".join(["t"] * file.size) + "]", lambda p: [p["t"]] * file.size)]
    body, argument = inner.number(2), file.number(0)
    if "[" in body.text:  # f' is of functions of numbers.
        return
    file.lines.append(f"def f(t) = {body.text}")

    def _value(x: Any) -> Any:
        return body.at({"t": x})

    file.numbers.append(Formula(f"f({argument.text})", lambda p: _value(argument.at(p))))
    file.numbers.append(Formula(f"f'({argument.text})", lambda p: _slope(_value, argument.at(p))))


def _loop(file: File) -> None:
    factor, start = file.constant(), file.numbers[0]
    name = file.random.choice(("tanh", "sin", "relu", "abs"))
    step = f"t{{k}} = {name}({factor.text}*t{{k-1}}) + k*{factor.text}"
    file.lines.append(f"t0 = {start.text}; for k in 1..3 {{ {step} }}")

    def _value(p: Point) -> Any:
        found = start.at(p)
        for k in range(1, 4):
            found = ONE[name](factor.at(p) * found) + k * factor.at(p)
        return found

    file.numbers.append(Formula("t3", _value))


def _sums(file: File) -> None:
    factor, of = file.constant(), file.number(1)
    text = f"sum({factor.text}*k*{of.text} for k in 1..3)"
    file.numbers.append(Formula(text, lambda p: 6 * factor.at(p) * of.at(p)))


def _given(file: File) -> None:
    stated = file.random.choice(("0.1 + 0.2", "1/3", "1e16 + 1 - 1e16", "2", "0.30000000000000004", "sqrt(2)"))
    value = {"0.1 + 0.2": "0.3", "1e16 + 1 - 1e16": "1"}.get(stated, stated)
    file.lines.append(f"h = {file.number(1).text}; given h = {stated}")
    file.numbers.append(Formula("h", lambda _: mpmath.sqrt(2) if value == "sqrt(2)" else exact(value)))


def _derivative(file: File) -> None:
    of, name = file.number(2), file.random.choice("xv")
    file.lines.append(f"g = {of.text}")
    if name == "x":
        slope = Formula("grad(g, x)", lambda p: _slope(lambda x: of.at({**p, "x": x}), p["x"]))
        file.numbers += [slope, slope]
        return

    def _at(p: Point, place: int) -> Any:
        return _slope(lambda x: of.at({**p, "v": [*p["v"][:place], x, *p["v"][place + 1 :]]}), p["v"][place])

    file.vectors += [Formula("grad(g, v)", lambda p: [_at(p, place) for place in range(file.size)])] * 2


def _matrix(file: File) -> None:
    file.inputs["A"], file.sizes["A"] = _range(file.random), file.size**2
    file.lines.append(f"input A[{file.size}, {file.size}] in [{', '.join(file.inputs['A'])}]")
    n, of = file.size, file.vectors[0]

    def _rows(p: Point) -> list[Vector]:
        return [p["A"][n * i : n * i + n] for i in range(n)]

    def _times(p: Point) -> Vector:
        return [_sum([a * b for a, b in zip(row, of.at(p), strict=True)]) for row in _rows(p)]

    file.vectors.append(Formula(f"(A @ {of.text})", _times))
    file.numbers.append(Formula("det(A)", lambda p: _det(_rows(p))))
    file.numbers.append(Formula("norm(A)", lambda p: _norm(p["A"])))


def _det(rows: list[Vector]) -> Any:
    if not rows:
        return mpmath.mpf(1)
    first, *rest = rows
    minors = (_det([row[:k] + row[k + 1 :] for row in rest]) for k in range(len(first)))
    return _sum([(-1) ** k * item * minor for k, (item, minor) in enumerate(zip(first, minors, strict=True))])


# What is given comes last: slopes go through its formula, whatever it is given as.
PARTS = (_constants, _function, _loop, _sums, _matrix, _derivative, _given)


def attacked_file(random: random_.Random) -> Attacked | None:
    """A random claim of a file of several lines; none where it has no value at a few points."""
    file = File(random, random.choice((2, 2, 3)))
    _inputs(file)
    for part in sorted(random.sample(PARTS, random.choice((1, 2, 3))), key=PARTS.index):
        part(file)
    left = file.vector(1) if random.random() < 0.15 else file.number(random.choice((1, 2, 2, 3)))

    def _all(p: Point) -> Any:
        found = left.at(p)
        return found if isinstance(found, list) else [found]

    values: Vector = []
    for point in points(random, file.inputs, 25, file.sizes):
        try:
            values += _all(point)
        except (UndefinedError, OverflowError, ZeroDivisionError, ValueError):
            continue
    return bounded(random, Attacked("; ".join(file.lines), file.inputs, (left, left), "", file.sizes), values)
