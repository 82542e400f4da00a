"""Random `#=` lines, right ones and such as are a little off, and each verdict held against what mpmath has.

Usage: python tests/attacked_lines.py [SECONDS] [SEED]

A line states a value, a first or second derivative, an array or a formula of a small graph. What is true is worked out
by mpmath, derivatives by differences of 150 digits; what a number claims, by the rules of the contract, here again in
fractions. Nothing here uses backcalc but for the marks.
"""

from __future__ import annotations

import random as random_
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
from attacked_claims import Point, UndefinedError, drawn, exact, real, told

from backcalc.calculus.load import finish, load_program
from backcalc.calculus.run import run
from backcalc.marking.key import Key
from backcalc.marking.mark import Mark
from backcalc.marking.sheet import read_stated
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source

DIGITS = 150
STEP = mpmath.mpf(10) ** -30
SAME = mpmath.mpf(10) ** -9  # Between the slopes of both sides, and between what floats give and what is true.
SHARE, OF_EXPRESSIONS = Fraction(1, 20), Fraction(1, 100)  # The most that a number may be off, and an expression claim.
VALUES = ("0.7", "-1.3", "2", "0.25", "3.1", "-0.4", "1.5", "11", "0.03", "-2")
# Of x and z with a number K: what is true of the derivative by x is worked out, and not taken from the second text.
RULES = (
    ("sin(K*x)*z", "K*cos(K*x)*z"), ("x^3*z + K", "3*x^2*z"), ("exp(-x^2/K)", "-2*x/K*exp(-x^2/K)"),
    ("sigmoid(K*x + z)", "K*sigmoid(K*x + z)*(1 - sigmoid(K*x + z))"), ("tanh(x)/K", "(1 - tanh(x)^2)/K"),
    ("log(x^2 + K)*z", "2*x*z/(x^2 + K)"), ("K*x/(z^2 + 1)", "K/(z^2 + 1)"), ("(x - z)^2/K", "2*(x - z)/K"),
    ("x/(x^2 + K)", "(K - x^2)/(x^2 + K)^2"), ("sqrt(x^2 + K)", "x/sqrt(x^2 + K)"), ("softplus(K*x)", "K*sigmoid(K*x)"),
    ("atan(x*z)", "z/(1 + (x*z)^2)"), ("x*exp(z*x)", "exp(x*z) + x*z*exp(x*z)"), ("cos(x)^2", "-2*sin(x)*cos(x)"),
)  # fmt: skip
SLIPS = (("+", "-"), ("cos", "sin"), ("2*", "3*"), ("*z", ""), ("exp(-x", "exp(x"), ("x^2", "x^3"), ("K", "(K + 1)"))
# By element, with the derivative of the sum by the vector.
BY_ELEMENT = (
    ("K*v^2", lambda x, k: k * x**2), ("sin(K*v)", lambda x, k: mpmath.sin(k * x)), ("v/K", lambda x, k: x / k),
    ("exp(v) - K*v", lambda x, k: mpmath.exp(x) - k * x), ("tanh(v)*K", lambda x, k: mpmath.tanh(x) * k),
)  # fmt: skip


@dataclass(frozen=True)
class Stated:
    """A file with one such line, whether the line is right, and what is true, where that is a number."""

    text: str
    is_right: bool
    truth: Any = None


@dataclass(frozen=True)
class Written:
    """A number as it is written, what that is, and how far around it claims to hold."""

    text: str
    value: Fraction
    claim: Fraction


def _fraction(x: Any) -> Fraction:
    return Fraction(mpmath.nstr(x, 60))


def holds(given: Written, truth: Any, largest: Any = None) -> bool | None:
    """Whether a number is right; None where that is too near to tell."""
    if not truth:
        return given.value == 0
    apart = abs(given.value - _fraction(truth))
    bounds = given.claim, SHARE * abs(_fraction(truth if largest is None else largest))
    if any(abs(apart - bound) <= Fraction(1, 10**7) * bound for bound in bounds):
        return None
    return all(apart <= bound for bound in bounds)


def written(random: random_.Random, value: Any) -> Written:
    """A value, rounded to a few digits or a few units off, in one of the ways in which people write numbers."""
    digits = random.choice((2, 3, 3, 4, 5, 7))
    off = random.choice((0, 0, 0, 1, -1, 2, -3, 30))
    place = int(mpmath.floor(mpmath.log10(abs(value)))) + 1 - digits if value else -digits
    units = round(_fraction(value) / Fraction(10) ** place) + off
    found = Fraction(10) ** place * units
    whole = Decimal(units).scaleb(place)
    way = random.random()
    if way < 0.6 and -9 < place <= 0:
        text = f"{whole:f}"
    elif way < 0.7 and -7 < place <= -2:
        text = f"{Decimal(units).scaleb(place + 2):f} %"
    elif way < 0.8 and -9 < place < 0:
        text = f"{whole:f}".replace(".", ",")
        if len(text.partition(",")[2]) == 3 and not text.lstrip("-").startswith("0"):
            text = f"{whole:f}"  # What might be thousands is refused.
    else:
        sign = random.choice(("e{}", "*10^{}", "·10^{}", "*10^({})"))
        text = f"{Decimal(units).scaleb(1 - digits):f}{sign.format(place + digits - 1)}"
    return Written(text, found, Fraction(10) ** place / 2)


def expressed(random: random_.Random, value: Any) -> Written:
    """A value as an expression of a whole number and a decimal, which claims what its decimal does, within bounds."""
    number = random.choice((2, 3, 7, 10))
    kind = random.choice("*/+")
    part = {"*": value / number, "/": value * number, "+": value - number}[kind]
    inner = _plain(random, part)
    # A decimal that is the value of an input is exact, and one without a point claims nothing.
    is_exact = "." not in inner.text or inner.text.lstrip("-") in {text.lstrip("-") for text in VALUES}
    claim = Fraction(0) if is_exact else inner.claim
    found = {"*": inner.value * number, "/": inner.value / number, "+": inner.value + number}[kind]
    claim = {"*": claim * number, "/": claim / number, "+": claim}[kind]
    text = f"{number}{kind}({inner.text})" if kind != "/" else f"({inner.text})/{number}"
    return Written(text, found, min(claim, OF_EXPRESSIONS * abs(found)))


def _slope(fn: Callable[[Any], Any], at: Any) -> Any:
    """The derivative where both sides have one. Raises UndefinedError."""
    left, right = ((fn(at + way * STEP) - fn(at)) / (way * STEP) for way in (-1, 1))
    if abs(left - right) > SAME * (1e-9 + abs(left) + abs(right)):
        raise UndefinedError
    return (fn(at + STEP) - fn(at - STEP)) / (2 * STEP)


def of_numbers(random: random_.Random) -> Stated | None:
    """A value or a derivative of formulas of numbers."""
    names = random.choice(("x", "xz"))
    texts = {name: random.choice(VALUES) for name in names}
    inner, outer = drawn(random, names, random.choice((0, 1, 1))), drawn(random, names + "u", random.choice((1, 1, 2)))
    place = {name: exact(text) for name, text in texts.items()}
    by = random.choice(names)

    def _inner(p: Point) -> Any:
        return real(inner.at(p))

    def _outer(p: Point) -> Any:
        return real(outer.at({"u": _inner(p), **p}))

    def _along(fn: Callable[[Point], Any]) -> Callable[[Any], Any]:
        return lambda moved: fn({**place, by: moved})

    slope = random.choice((f"dy/d{by}", f"∂y/∂{by}", f"d(y)/d({by})", f"{by}.grad"))
    subjects: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("y", lambda: _outer(place)),
        ("u", lambda: _inner(place)),
        (
            slope,
            lambda: _slope(_along(_outer), place[by]),
        ),
        ("dy/du", lambda: _slope(lambda u: _outer({**place, "u": u}), _inner(place))),
        (f"d²y/d{by}²", lambda: _slope(lambda x: _slope(_along(_outer), x), place[by])),
    )
    subject, true = random.choice(subjects)
    if "u" in subject and "u" not in outer.text:
        return None
    truth = mpmath.mpf(mpmath.nstr(true(), 40))
    if not 1e-12 < abs(truth) < 1e12:
        return None
    given = random.choice((written, written, expressed))(random, truth)
    found = holds(given, truth)
    sign = random.choice(("=", "=", ":", "≈"))
    inputs = "; ".join(f"input {name} = {text}" for name, text in texts.items())
    text = f"{inputs}\nu = {inner.text}\ny = {outer.text}\noutput y\n#= {subject} {sign} {given.text}"
    return None if found is None else Stated(text, found, truth)


def of_formulas(random: random_.Random) -> Stated | None:
    """A formula for a derivative, or such with a mistake in it, which may happen to be none."""
    value, slope = random.choice(RULES)
    if random.random() < 0.6:
        before, after = random.choice(SLIPS)
        slope = slope.replace(before, after, 1)
    number = random.choice(("2", "3", "5"))
    value, slope = (text.replace("K", number) for text in (value, slope))
    says, states = (_said(text) for text in (value, slope))
    apart = []
    for _ in range(4):
        at, z = mpmath.mpf(random.uniform(0.1, 2)), mpmath.mpf(random.uniform(0.1, 2))
        true = _slope(lambda x, z=z: says(x, z), at)
        apart.append(abs(states(at, z) - true) / (1e-3 + abs(true)))
    is_right = max(apart) < SAME
    if not is_right and max(apart) < 1e-3:
        return None
    return Stated(f"input x in [0.1, 2]; input z in [0.1, 2]\ny = {value} + 0*z\n#= dy/dx = {slope}", is_right)


def _said(text: str) -> Callable[[Any, Any], Any]:
    names = {name: getattr(mpmath, name) for name in ("sin", "cos", "exp", "log", "sqrt", "tanh", "atan")}
    names["sigmoid"] = lambda x: 1 / (1 + mpmath.exp(-x))
    names["softplus"] = lambda x: mpmath.log1p(mpmath.exp(x))
    code = compile(text.replace("^", "**"), "formula", "eval")
    return lambda x, z: eval(code, {**names, "x": x, "z": z})


def of_arrays(random: random_.Random) -> Stated | None:
    """An array of values or of derivatives, an element of it at times a little off."""
    value, says = random.choice(BY_ELEMENT)
    number = random.choice(("2", "3", "0.5"))
    texts = random.sample([text for text in VALUES if text != "11"], 3)
    k, at = exact(number), [exact(text) for text in texts]
    is_slope = random.random() < 0.6
    true = [_slope(lambda x: says(x, k), x) if is_slope else says(x, k) for x in at]
    if min(map(abs, true)) < 1e-2 * max(map(abs, true)):
        return None  # Of an element that is small beside the others the contract asks for less.
    parts = [_plain(random, x) for x in true]
    found = [holds(part, x, max(true, key=abs)) for part, x in zip(parts, true, strict=True)]
    if None in found:
        return None
    subject = "dL/dv" if is_slope else "y"
    given = "[" + random.choice((", ", "; ")).join(part.text for part in parts) + "]"
    text = f"input v = [{', '.join(texts)}]\ny = {value.replace('K', number)}\nL = sum(y)\n#= {subject} = {given}"
    return Stated(text, all(found))


def _plain(random: random_.Random, value: Any) -> Written:
    """A value in plain decimals. Raises UndefinedError where it has none that are short."""
    for _ in range(50):
        found = written(random, value)
        if not any(sign in found.text for sign in "e^%,·"):
            return found
    raise UndefinedError


KINDS = (of_numbers, of_numbers, of_formulas, of_arrays)


def marked(stated: Stated) -> Mark | None:
    """The mark of the line; None where there is none."""
    program = load_program(Source("attacked", stated.text))
    graph = finish(program)
    answers, _ = read_stated(program.source, program.comments)
    marks, _ = Key(run(graph, {})).mark(program.source, answers)
    return marks[0] if marks else None


def verdicts(seed: int) -> Iterator[tuple[Stated, Mark, str]]:
    """Lines without end, each with its mark and why that is wrong, empty where it is not."""
    random = random_.Random(seed)
    while True:
        try:
            with mpmath.mp.workdps(DIGITS):
                stated = random.choice(KINDS)(random)
            mark = stated and marked(stated)
        except (BackcalcError, UndefinedError, OverflowError, ZeroDivisionError, ValueError):
            continue
        if stated is not None and mark is not None and not _is_lost(stated, mark):
            yield stated, mark, why_wrong(stated, mark)


def _is_lost(stated: Stated, mark: Mark) -> bool:
    """Whether floats have another value: what cancels is no matter of the marks."""
    if stated.truth is None or not isinstance(mark.expected, float):
        return False
    return abs(mark.expected - stated.truth) > SAME * abs(stated.truth)


def why_wrong(stated: Stated, mark: Mark) -> str:
    if (mark.verdict == "right") == stated.is_right:
        return ""
    return f"{mark.verdict}, and it is {'right' if stated.is_right else 'not'}; expected {mark.expected}"


def main(seconds: float = 60.0, seed: int = 0) -> int:
    """Print each wrong verdict, and how many there were of each kind; 1 where one was wrong."""
    return told(verdicts(seed), seconds)


if __name__ == "__main__":
    sys.exit(main(*(kind(word) for kind, word in zip((float, int), sys.argv[1:], strict=False))))
