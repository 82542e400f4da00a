"""Random claims of three kinds more: identities, some a little off, joined comparisons, and operations on arrays.

A side is a text in which numbers stand that may be changed a little; what it says of a point is worked out
by mpmath from the same text for numbers, and by a function of its own for arrays.
"""

from __future__ import annotations

import random as random_
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import mpmath
from attacked_arrays import RANGES
from attacked_claims import (
    ENDS,
    ERROR,
    HOLDS,
    ONE,
    TWO,
    Attacked,
    Formula,
    Point,
    UndefinedError,
    drawn,
    exact,
    exact_float,
    points,
    real,
)

# Of A and B, any two formulas. Where one has a hole the claim is none; all others hold wherever there are both.
IDENTITIES = (
    ("(A + B)^2", "A^2 + 2*A*B + B^2"), ("(A + B)*(A - B)", "A^2 - B^2"), ("exp(A)*exp(B)", "exp(A + B)"),
    ("sin(A)^2 + cos(A)^2", "1"), ("sin(2*A)", "2*sin(A)*cos(A)"), ("log(exp(A))", "A"),
    ("sigmoid(A)", "1 - sigmoid(-A)"),
    ("softplus(A)", "A + softplus(-A)"), ("tanh(A)", "2*sigmoid(2*A) - 1"), ("abs(A)", "max(A, -A)"),
    ("max(A, B) + min(A, B)", "A + B"), ("sqrt(A^2)", "abs(A)"), ("relu(A)", "A + relu(-A)"),
    ("cosh(A)^2", "1 + sinh(A)^2"), ("A/B*B", "A"),
    ("(A - 1)/(A - 1)", "1"), ("A^3 - B^3", "(A - B)*(A^2 + A*B + B^2)"),
    ("erf(A)", "1 - erfc(A)"), ("expm1(A)", "exp(A) - 1"), ("log1p(A)", "log(1 + A)"), ("cbrt(A)^3", "A"),
    ("sqrt(A)^2", "A"), ("sign(A)*abs(A)", "A"), ("floor(A)", "-ceil(-A)"), ("1/(1/A)", "A"),
    ("log(A^2)", "2*log(abs(A))"),
    ("exp(log(A))", "A"), ("atan2(A, 1)", "atan(A)"), ("asin(A) + acos(A)", "asin(1)"),
    ("0*A", "0"), ("A^0", "1"),
    ("step(A)*A", "relu(A)"), ("abs(A)*abs(B)", "abs(A*B)"), ("gelu(A)", "A*normcdf(A)"),
    ("silu(A)", "A*sigmoid(A)"),
    ("log_sigmoid(A)", "-softplus(-A)"), ("mse(A, B)", "(A - B)^2"), ("A - A", "0"),
    ("A*(1 - A)", "1/4 - (A - 1/2)^2"),
)  # fmt: skip
MORE = 150  # Digits of both sides of an identity.
SLIPS = ("1e-9", "1e-17", "1e-25", "1e-3")
FUNCTIONS: Mapping[str, Callable[..., Any]] = {**ONE, **{name: fn for name, fn in TWO.items() if name != "elu"}}


Holds = Callable[[Point, bool], "bool | None"]
"""Whether a condition holds at a point, and whether what it stands in is turned round by `not`."""


@dataclass(frozen=True)
class Told(Attacked):
    """A claim of which it is known whether it holds at a point; None where that is too near to tell."""

    holds: Callable[[Point], bool | None] = field(default=lambda _: None)

    def margin(self, point: Point) -> tuple[Any, Any]:
        """Above 0 where the claim holds, below where not, and 0 where nobody can tell."""
        found = self.holds(point)
        return mpmath.mpf(0 if found is None else 1 if found else -1), mpmath.mpf(1)


def compared(a: Any, b: Any, relation: str) -> bool | None:
    """Whether two numbers, or all elements of two lists, stand in a relation."""
    pairs = list(zip(a, b, strict=True)) if isinstance(a, list) else [(a, b)]
    found = [_compared(x, y, relation) for x, y in pairs]
    return False if False in found else None if None in found else True


def _compared(a: Any, b: Any, relation: str) -> bool | None:
    a, b = real(a), real(b)
    return None if abs(a - b) <= ERROR * (1e-300 + abs(a) + abs(b)) else HOLDS[relation](b - a)


def _declared(inputs: dict[str, tuple[str, str]], sizes: Mapping[str, str] = {}) -> str:
    return "; ".join(f"input {n}{sizes.get(n, '')} in [{low}, {high}]" for n, (low, high) in inputs.items())


def _range(random: random_.Random, ends: tuple[str, ...]) -> tuple[str, str]:
    low, high = sorted(random.sample(ends, 2), key=exact)
    return low, high


def _slipped(random: random_.Random, text: str) -> str:
    """A text with one of its numbers a little off, or as it is; exponents stay whole at times."""
    places = list(re.finditer(r"(?<![\w.])\d+(?![\w.])", text))
    if not places or random.random() < 0.5:
        return text
    found = random.choice(places)
    off = random.choice(("{} + {}", "{} - {}")).format(found.group(), random.choice(SLIPS))
    return f"{text[: found.start()]}({off}){text[found.end() :]}"


def _said(text: str, of: dict[str, Formula]) -> Callable[[Point], Any]:
    """What a text of the language says, its numbers exact."""
    made = re.sub(r"(?<![\w.])\d+(\.\d+)?(e-?\d+)?", lambda found: f"exact('{found.group()}')", text.replace("^", "**"))
    code = compile(made, "identity", "eval")

    def _at(point: Point) -> Any:
        names = {name: formula.at(point) for name, formula in of.items() if name in code.co_names}
        return eval(code, {"exact": exact, "abs": abs, **FUNCTIONS, **names})

    return _at


def identity(random: random_.Random) -> Attacked:
    """An identity of two drawn formulas, at times a little off, as an equality or a bound."""
    inputs = {name: _range(random, ENDS) for name in "xy"[: random.choice((1, 1, 2))]}
    of = {name: drawn(random, "".join(inputs), random.choice((0, 0, 1, 1, 2))) for name in "AB"}
    left, right = (_slipped(random, side) for side in random.choice(IDENTITIES))
    relation = random.choice(("==", "==", "<=", ">=", "<", "!="))
    says = [_said(side, of) for side in (left, right)]
    written = [re.sub(r"\b[AB]\b", lambda found: f"({of[found.group()].text})", side) for side in (left, right)]
    text = f"{_declared(inputs)}; claim {written[0]} {relation} {written[1]}"
    none = Formula("", lambda _: None)

    def _holds(point: Point) -> bool | None:
        with mpmath.mp.workdps(MORE):  # For 1 - erfc(A) loses all that A is below 1.
            a, b = (real(side(point)) for side in says)
            return None if abs(a - b) <= ERROR * (1 + abs(a) + abs(b)) else HOLDS[relation](b - a)

    return Told(text, inputs, (none, none), "<", {}, _holds)


def joined(random: random_.Random) -> Attacked:
    """Comparisons joined by `and`, `or` and `not`, whose bounds are near to what their left sides are at points."""
    inputs = {name: _range(random, ENDS) for name in "xy"[: random.choice((1, 1, 2))]}
    text, holds = _condition(random, inputs, random.choice((1, 2, 2)))
    none = Formula("", lambda _: None)
    return Told(f"{_declared(inputs)}; claim {text}", inputs, (none, none), "<", {}, lambda point: holds(point, False))


def _condition(random: random_.Random, inputs: dict[str, tuple[str, str]], depth: int) -> tuple[str, Holds]:
    kind = random.random()
    if depth and kind < 0.2:
        text, holds = _condition(random, inputs, depth - 1)
        return f"(not {text})", lambda point, is_not: _opposite(holds(point, not is_not))
    if depth and kind < 0.85:
        word = random.choice(("and", "or"))
        (first, one), (second, other) = (_condition(random, inputs, depth - 1) for _ in range(2))
        return f"({first} {word} {second})", lambda point, is_not: _both(word == "or", (one, other), point, is_not)
    left = drawn(random, "".join(inputs), random.choice((0, 1, 1, 2)))
    relation = random.choice(tuple(HOLDS))
    bound = Formula("0", lambda _: mpmath.mpf(0))
    for point in points(random, inputs, 5):
        try:
            value = float(mpmath.mpf(left.at(point)))
        except Exception:  # noqa: BLE001  A hole, or what is too large: another point will do.
            continue
        bound = _constant(repr(value)) if abs(value) < 1e300 else bound
    if random.random() < 0.3:
        bound = drawn(random, "".join(inputs), 0)
    return f"{left.text} {relation} {bound.text}", lambda point, _: compared(left.at(point), bound.at(point), relation)


def _opposite(found: bool | None) -> bool | None:
    return None if found is None else not found


def _both(settles: bool, parts: tuple[Holds, Holds], point: Point, is_not: bool) -> bool | None:
    """Whether one of two holds, where that settles it, or both do. Raises UndefinedError."""
    found: list[bool | None] = []
    lost = False
    for part in parts:
        try:
            found.append(part(point, is_not))
        except (UndefinedError, ZeroDivisionError):
            lost = True
    # What is false beside what has no value fails all the same; what holds beside that is not proved.
    if lost and None not in found and not (settles in found and settles == is_not):
        raise UndefinedError
    return settles if settles in found else None if None in found else not settles


def _constant(text: str) -> Formula:
    return Formula(f"({text})", lambda _: exact_float(text))


def _rows(p: Point) -> list[list[Any]]:
    return [p["A"][:2], p["A"][2:]]


def _softmax(x: list[Any]) -> list[Any]:
    powers = [mpmath.exp(item - max(x)) for item in x]
    return [power / mpmath.fsum(powers) for power in powers]


# Of v[3], w[3] and A[2, 2], with a number K; what they are at a point.
ARRAYS: tuple[tuple[str, Callable[[Point, Any], Any]], ...] = (
    ("sum(A, axis=0)[1]*K", lambda p, k: (p["A"][1] + p["A"][3]) * k),
    ("max(A, axis=1)[0] - K", lambda p, k: max(_rows(p)[0]) - k),
    ("mean(A, axis=1)[1]^2 + K", lambda p, k: ((p["A"][2] + p["A"][3]) / 2) ** 2 + k),
    ("softmax(K*A, axis=1)[0, 1]", lambda p, k: _softmax([k * x for x in _rows(p)[0]])[1]),
    ("softmax(A, axis=0)[1, 0]*K", lambda p, k: _softmax([p["A"][0], p["A"][2]])[1] * k),
    ("norm(A, axis=0)[0]*K", lambda p, k: mpmath.sqrt(p["A"][0] ** 2 + p["A"][2] ** 2) * k),
    ("prod(A, axis=1)[0] + K", lambda p, k: p["A"][0] * p["A"][1] + k),
    ("conv(v, [K, 0.3])[1]", lambda p, k: k * p["v"][1] + exact("0.3") * p["v"][2]),
    ("conv(v, w, pad=1)[0]*K", lambda p, k: (p["v"][0] * p["w"][1] + p["v"][1] * p["w"][2]) * k),
    ("maxpool(K*v, 2)[0]", lambda p, k: max(k * p["v"][0], k * p["v"][1])),
    ("avgpool(v, 3)[0]*K", lambda p, k: mpmath.fsum(p["v"]) / 3 * k),
    ("jacobian(K*v^3, v)[1, 1]", lambda p, k: 3 * k * p["v"][1] ** 2),
    ("jacobian(sin(K*v)*w, v)[2, 2]", lambda p, k: k * mpmath.cos(k * p["v"][2]) * p["w"][2]),
    ("hessian(dot(v, w)^2*K, v)[0, 1]", lambda p, k: 2 * k * p["w"][0] * p["w"][1]),
    ("hessian(sum(exp(K*v)), v)[1, 1]", lambda p, k: k**2 * mpmath.exp(k * p["v"][1])),
    ("grad(sum(v*w)^2*K, v)[0]", lambda p, k: 2 * k * p["w"][0] * _dot(p)),
    ("(A @ A)[0, 1]*K", lambda p, k: (p["A"][0] * p["A"][1] + p["A"][1] * p["A"][3]) * k),
    ("(A*[K, 2])[1, 0]", lambda p, k: p["A"][2] * k),
    ("trace(A*K)", lambda p, k: (p["A"][0] + p["A"][3]) * k),
    ("outer(v, w)[1, 2] - K", lambda p, k: p["v"][1] * p["w"][2] - k),
    ("var(v)*K", lambda p, k: mpmath.fsum([(x - mpmath.fsum(p["v"]) / 3) ** 2 for x in p["v"]]) / 3 * k),
    ("logsumexp(K*v)", lambda p, k: mpmath.log(mpmath.fsum([mpmath.exp(k * x) for x in p["v"]]))),
    ("log_softmax(v)[0] + K", lambda p, k: mpmath.log(_softmax(p["v"])[0]) + k),
    ("clip(v, -K, K)[0]", lambda p, k: min(max(p["v"][0], -k), k)),
    ("norm(v) - K*norm(w)", lambda p, k: mpmath.norm(p["v"]) - k * mpmath.norm(p["w"])),
    ("flatten(A)[2]*K", lambda p, k: p["A"][2] * k),
    ("A.T[0, 1]*K", lambda p, k: p["A"][2] * k),
)


def _dot(p: Point) -> Any:
    return mpmath.fsum([a * b for a, b in zip(p["v"], p["w"], strict=True)])


def of_arrays(random: random_.Random) -> Attacked:
    """Two operations on arrays, put against each other or a bound that a few points show."""
    inputs = {name: _range(random, RANGES) for name in "vwA"}
    sizes = {"v": 3, "w": 3, "A": 4}
    sides = [_of_array(random) for _ in range(random.choice((1, 2)))]
    text = f" {random.choice('+-*')} ".join(f"({side.text})" for side in sides)
    operator = text[len(sides[0].text) + 3] if len(sides) > 1 else "+"

    def _left(p: Point) -> Any:
        values = [side.at(p) for side in sides]
        first, second = (*values, mpmath.mpf(0))[:2]
        return {"+": first + second, "-": first - second, "*": first * second}[operator]

    values = [float(_left(point)) for point in points(random, inputs, 12, sizes)]
    relation = random.choice(("<=", "<", ">=", ">", "=="))
    bound = max(values) if relation in ("<", "<=") else min(values)
    right = _constant(repr(random.choice((bound, bound, float(f"{bound:.2g}"), bound * 1.01))))
    none = Formula("", lambda _: None)
    claim = f"{_declared(inputs, {'v': '[3]', 'w': '[3]', 'A': '[2,2]'})}; claim {text} {relation} {right.text}"
    return Told(
        claim, inputs, (none, none), "<", sizes, lambda point: compared(_left(point), right.at(point), relation)
    )


def _of_array(random: random_.Random) -> Formula:
    text, at = random.choice(ARRAYS)
    number = random.choice(("0.1", "2", "1/3", "0.7", "1", "3", "0.30000000000000004"))
    return Formula(text.replace("K", f"({number})"), lambda p: at(p, exact(number)))


KINDS = (identity, joined, of_arrays)


def attacked_kind(random: random_.Random) -> Attacked | None:
    """A random claim of one of these kinds."""
    return random.choice(KINDS)(random)
