"""A Taylor expansion as a table with its polynomial, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import floor, inf, isfinite
from typing import Any

from backcalc.analysis.taylor import Behaviour, Expansion, Quadratic
from backcalc.language.parser import parse_expression
from backcalc.render.document import Cell, Formula, Grid, cut
from backcalc.render.formats.csv import csv_lines
from backcalc.render.formats.json import dump
from backcalc.render.values import exact, value_text
from backcalc.text.numerals import DIGITS, derivative, rounded
from backcalc.text.source import Source
from backcalc.text.wording import shorten

LIKELY = 4e-15  # Relative: the rounding of some thirty operations.
SIMPLE = 10**9  # Numerator times denominator, so that a number near a fraction by chance is one in a million.
PLAIN = 1000  # A denominator up to which a fraction says more than a short decimal.


def taylor_report(found: Expansion | Quadratic, digits: int = DIGITS, limit: int = 0) -> list[Grid]:
    """The coefficients with the polynomial, or both sides of a kink; of several inputs the gradient and the Hessian."""
    if isinstance(found, Quadratic):
        return _quadratic(found, digits)
    output = found.output
    grids = [_coefficients(found, digits)] if output.is_smooth else [_sides(found, digits)]
    grids += _formulas(found, digits)
    grids.append(Grid((), (), frozenset(), title=_verdict(found, output.word, digits)))
    others = [node for node in found.nodes if node.name != output.name]
    return grids + (_nodes(found, digits, limit) if others else [])


def fraction(value: float) -> Fraction | None:
    """The simple fraction that a number is, up to rounding; None where there is none.

    By continued fractions, whose convergents are the best approximations of their size.
    """
    if not isfinite(value):
        return None
    rest, (p, q), (p_before, q_before) = value, (1, 0), (0, 1)
    for _ in range(20):
        whole = floor(rest)
        (p, q), (p_before, q_before) = (whole * p + p_before, whole * q + q_before), (p, q)
        if abs(p) * q > SIMPLE:
            return None
        if abs(p / q - value) <= LIKELY * abs(value):
            return Fraction(p, q)
        if not isfinite(1 / max(abs(rest - whole), 5e-324)):  # What is left is nothing, or subnormal.
            return None
        rest = 1 / (rest - whole)
    return None


def number(value: float, digits: int) -> str:
    """A coefficient as its fraction, where it is one that says more than its decimals, else rounded."""
    found = fraction(value)
    text = rounded(value, digits)
    is_short = float(text) == value and found is not None and found.denominator > PLAIN
    return text if found is None or is_short else str(found)


def polynomial(terms: Sequence[float], base: str, digits: int = DIGITS) -> str:
    """Σ c_k·base^k in the language, terms of 0 left out."""
    text = ""
    for k, value in enumerate(terms):
        if value == 0:
            continue
        sign = "-" if value < 0 else "+"
        term = _term(number(abs(value), digits), k, base)
        text += f" {sign} {term}" if text else ("-" * (value < 0) + term)
    return text or "0"


def _term(coefficient: str, power: int, base: str) -> str:
    """`x^3/48` for 1/48 and 3."""
    if power == 0:
        return coefficient
    variable = base if power == 1 else f"{base}^{power}"
    above, slash, below = coefficient.partition("/")
    return ("" if above == "1" else f"{above}*") + variable + slash + below


def base_of(found: Expansion) -> str:
    """What is raised to powers: `x`, `(x - 1)`, `(x + 1)`."""
    if found.at == 0:
        return found.wrt
    return f"({found.wrt} {'-' if found.at > 0 else '+'} {number(abs(found.at), DIGITS)})"


def _coefficients(found: Expansion, digits: int) -> Grid:
    base = base_of(found)
    rows = [
        (str(k), rounded(value, digits), str(fraction(value) or "") if value else "0", _power(base, k))
        for k, value in enumerate(found.output.coefficients)
        if value is not None
    ]
    return Grid(("k", "coefficient", "exact", "of"), rows, frozenset({0, 1}), title=_title(found))


def _power(base: str, k: int) -> str:
    return ("1", base)[k] if k < 2 else f"{base}^{k}"


def _sides(found: Expansion, digits: int) -> Grid:
    output, base = found.output, base_of(found)
    rows = [
        (side, _limit(terms, digits), rounded(slope, digits), _known_polynomial(terms, output.order, base, digits))
        for side, terms, slope in zip(("left", "right"), (output.left, output.right), output.slopes, strict=True)
    ]
    header = ("side", "value", "slope", "polynomial")
    return Grid(header, rows, frozenset({1, 2}), title=_title(found), whole=frozenset({3}))


def _limit(terms: Any, digits: int) -> str:
    return rounded(float(terms[0]), digits)


def _known_polynomial(terms: Any, order: int, base: str, digits: int) -> str:
    """The polynomial of a side; `-` where it has none."""
    wanted = [float(term) for term in terms[: order + 1]]
    return polynomial(wanted, base, digits) if all(map(isfinite, wanted)) else "-"


def _title(found: Expansion) -> str:
    return f"{shorten(found.output.name)} near {_place(found)}, to order {found.output.order}"


def _place(found: Expansion) -> str:
    return f"{shorten(found.wrt)} = {rounded(found.at)}"


def _formula(text: str) -> Formula:
    return Formula(parse_expression(Source("polynomial", text)))


def _formulas(found: Expansion, digits: int) -> Iterator[Grid]:
    """The polynomial, the next term and the radius, where both sides have the same."""
    output, base = found.output, base_of(found)
    wanted = output.right[: output.order + 1]
    if not output.is_smooth or not all(map(isfinite, wanted)):
        return
    rows: list[tuple[str, Cell]] = [("polynomial", _formula(polynomial(wanted.tolist(), base, digits)))]
    if output.next_term:
        k, value = output.next_term
        rows.append(("next term", _formula(polynomial([0.0] * k + [value], base, digits))))
    elif output.radius == inf:
        rows.append(("next term", "0"))
    if output.next_term and output.radius is not None:
        rows.append(("radius of convergence", "inf" if output.radius == inf else f"{rounded(output.radius, 3)}"))
    yield Grid((shorten(output.name), "about"), rows, frozenset(), whole=frozenset({1}))


def _verdict(found: Expansion, word: str, digits: int) -> str:
    output, place = found.output, _place(found)
    name, (left, right) = shorten(output.name), (rounded(slope, digits) for slope in output.slopes)
    limits = {rounded(float(side[0]), digits) for side in (output.left, output.right)}
    if word == "kink":
        return f"{name} is not differentiable at {place}: slope {left} from the left, {right} from the right"
    if word == "jump":
        return f"{name} is not differentiable at {place}: it jumps"
    if word == "pole":
        return f"{name} has a pole at {place}"
    if word == "undefined":
        same = limits.pop() if len(limits) == 1 else "nan"
        return f"{name} has no value at {place}" + ("" if same == "nan" else f"; its limit there is {same}")
    if word == "curved" and not output.is_smooth:
        at = output.coefficients.index(None)
        return f"{name} is {'' if at > 2 else 'once '}differentiable at {place}; the coefficients of order {at} differ"
    return f"{name} is {word} near {place}"


def _nodes(found: Expansion, digits: int, limit: int) -> list[Grid]:
    """Each node that depends on the input, and in a sentence which are linear, affine or neither."""
    base = base_of(found)
    rows = []
    for node in found.nodes[: limit or None]:
        left, right = (rounded(slope, digits) for slope in node.slopes)
        text = (
            _known_polynomial(node.right, node.order, base, digits)
            if node.is_smooth
            else f"slope {left} from the left, {right} from the right"
        )
        rows.append((node.name, rounded(node.value, digits), node.word, text))
    title = f"Every node near {_place(found)}"
    grid: Grid = Grid(("node", "value", "behaves", "as"), rows, frozenset({1}), title=title, whole=frozenset({3}))
    return [*cut(grid, len(found.nodes)), Grid((), (), frozenset(), title=_summary(found))]


def _summary(found: Expansion) -> str:
    kinds = {"linear": [], "affine": [], "neither": []}  # type: dict[str, list[str]]
    for node in found.nodes:
        kinds.get(node.word, kinds["neither"]).append(shorten(node.name))
    told = [f"{kind}: {', '.join(names) or 'none'}" for kind, names in kinds.items()]
    return f"Near {_place(found)}, {'; '.join(told)}."


def _quadratic(found: Quadratic, digits: int) -> list[Grid]:
    output = shorten(found.output)
    first = [(output, value_text(found.value, digits))]
    first += [(derivative(output, shorten(name)), value_text(slope, digits)) for name, slope in found.gradient.items()]
    names = list(found.hessian)
    rows = [(a, *(value_text(found.hessian[a][b], digits) for b in names)) for a in names]
    grids: list[Grid] = [
        Grid(("", "value"), first, frozenset(), title=f"{output}, its gradient and its Hessian", whole=frozenset({1})),
        Grid(("Hessian", *names), rows, frozenset(), whole=frozenset(range(1, len(names) + 1))),
    ]
    if found.kinks:
        words = f"not differentiable along {', '.join(map(shorten, found.kinks))}: the two sides differ"
        grids.append(Grid((), (), frozenset(), title=words))
    return grids


def render_taylor_json(found: Expansion | Quadratic) -> Iterator[str]:
    """The object that the contract fixes."""
    at = {name: exact(value) for name, value in found.point.items()}
    if isinstance(found, Quadratic):
        gradient = {name: exact(slope) for name, slope in found.gradient.items()}
        hessian = {a: {b: exact(value) for b, value in row.items()} for a, row in found.hessian.items()}
        value = exact(found.value)
        told = {"output": found.output, "at": at, "value": value, "gradient": gradient, "hessian": hessian}
    else:
        left, right = found.output.slopes
        told = {
            "output": found.output.name,
            "at": at,
            "coefficients": [exact(value) for value in found.output.coefficients],
            "left": exact(left),
            "right": exact(right),
        }
    yield dump(told, indented=True)


def render_taylor_csv(found: Expansion) -> Iterator[str]:
    """The lines `k,coefficient,left,right`; the coefficient is empty where the sides differ."""
    output: Behaviour = found.output
    yield from csv_lines([("k", "coefficient", "left", "right")])
    for k, value in enumerate(output.coefficients):
        sides = (rounded(float(side[k]), 17) for side in (output.left, output.right))
        yield from csv_lines([(str(k), "" if value is None else repr(value), *sides)])
