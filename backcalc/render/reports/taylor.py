"""A Taylor expansion as a table with its polynomial, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, inf, isfinite, isnan
from typing import Any

from backcalc.analysis.taylor import Behaviour, Expansion, Quadratic
from backcalc.language.expr import NEGATE, Call, Expr, Name, Number
from backcalc.render.cells import NONE, Cell, CellValue, CellWords, Derivative, Formula, NodeName, Phrase
from backcalc.render.document import Block, Document, Grid, Sentence, cut
from backcalc.render.formats.csv import csv_lines
from backcalc.render.formats.json import dump
from backcalc.render.values import exact
from backcalc.text.numerals import DIGITS, rounded
from backcalc.text.wording import shorten

LIKELY = 4e-15  # Relative: the rounding of some thirty operations.
SIMPLE = 10**9  # Numerator times denominator, so that a number near a fraction by chance is one in a million.
RADIUS_DIGITS = 3  # Of an estimate.
PLAIN = 1000  # A denominator up to which a fraction says more than a short decimal.


@dataclass(frozen=True)
class ExpansionReport:
    """An expansion by one input, from both sides."""

    found: Expansion
    digits: int = DIGITS
    limit: int = 0

    def document(self) -> Document:
        """The coefficients with the polynomial, or both sides of a kink; then every other node."""
        return Document(_expansion(self.found, self.digits, self.limit))

    def json(self) -> Iterator[str]:
        """The object that the contract fixes."""
        output = self.found.output
        left, right = output.slopes
        told = {"coefficients": [exact(value) for value in output.coefficients]}
        yield _json(output.name, self.found.point, told | {"left": exact(left), "right": exact(right)})

    def csv(self) -> Iterator[str]:
        """The lines `k,coefficient,left,right`; the coefficient is empty where the sides differ."""
        output: Behaviour = self.found.output
        yield from csv_lines([("k", "coefficient", "left", "right")])
        for k, value in enumerate(output.coefficients):
            # 17 digits: as they are, with no float64 lost.
            sides = (rounded(float(side[k]), 17) for side in (output.left, output.right))
            yield from csv_lines([(str(k), "" if value is None else repr(value), *sides)])


@dataclass(frozen=True)
class QuadraticReport:
    """An expansion to the second order by several inputs."""

    found: Quadratic
    digits: int = DIGITS
    limit: int = 0

    def document(self) -> Document:
        """The value, the gradient and the Hessian."""
        return Document(_quadratic(self.found, self.digits))

    def json(self) -> Iterator[str]:
        """The object that the contract fixes."""
        found = self.found
        gradient = {name: exact(slope) for name, slope in found.gradient.items()}
        hessian = {a: {b: exact(value) for b, value in row.items()} for a, row in found.hessian.items()}
        told = {"value": exact(found.value), "gradient": gradient, "hessian": hessian}
        yield _json(found.output, found.point, told)


def _json(output: str, point: Any, told: dict[str, Any]) -> str:
    at = {name: exact(value) for name, value in point.items()}
    return dump({"output": output, "at": at} | told, indented=True)


def _expansion(found: Expansion, digits: int, limit: int) -> Iterator[Block]:
    output = found.output
    # Across a kink there is no one polynomial: each side has its own.
    yield _coefficients(found, digits) if output.is_smooth else _sides(found, digits)
    yield from _formulas(found, digits)
    yield Sentence(_verdict(found, output.word, digits))
    # Of a graph of one formula the nodes would say the same once more.
    if any(node.name != output.name for node in found.nodes):
        yield from _nodes(found, digits, limit)


def fraction(value: float) -> Fraction | None:
    """The simple fraction that a number is, up to rounding; None where there is none.

    By continued fractions, whose convergents are the best approximations of their size.
    """
    if not isfinite(value):
        return None
    # Each convergent is the whole part times the last one, plus the one before that.
    rest, (p, q), (p_before, q_before) = value, (1, 0), (0, 1)
    for _ in range(20):
        whole = floor(rest)
        (p, q), (p_before, q_before) = (whole * p + p_before, whole * q + q_before), (p, q)
        # The next convergents are larger still.
        if abs(p) * q > SIMPLE:
            return None
        if abs(p / q - value) <= LIKELY * abs(value):
            return Fraction(p, q)
        if not isfinite(1 / max(abs(rest - whole), 5e-324)):  # What is left is nothing, or subnormal.
            return None
        rest = 1 / (rest - whole)
    return None


def number(value: float, digits: int) -> Expr:
    """A coefficient as its fraction, where that is one that says more than its decimals, else rounded."""
    found = fraction(value)
    text = rounded(value, digits)
    # 0.0001 reads better than 1/10000, and 1/3 better than 0.333333.
    is_short = float(text) == value and found is not None and found.denominator > PLAIN
    return Number(value, text) if found is None or is_short else _quotient(found)


def _quotient(value: Fraction) -> Expr:
    """A fraction as an expression."""
    # With its text, which a hand writes as it stands and does not round.
    above = Number(float(value.numerator), str(value.numerator))
    return above if value.denominator == 1 else Call("/", (above, Number(float(value.denominator))))


def polynomial(terms: Sequence[float], base: Expr, digits: int = DIGITS) -> Expr:
    """Σ c_k·base^k, terms of 0 left out."""
    total: Expr | None = None
    for k, value in enumerate(terms):
        # A term of 0 would have a sign and a power, and say nothing.
        if value == 0:
            continue
        if total is None:
            total = _term(number(value, digits), k, base)
        else:
            # A negative term is taken away: nobody writes a + −b.
            total = Call("-" if value < 0 else "+", (total, _term(number(abs(value), digits), k, base)))
    return total or Number(0.0)


def _term(coefficient: Expr, power: int, base: Expr) -> Expr:
    """`x^3/48` for 1/48 and 3."""
    if power == 0:
        return coefficient
    variable = _power(base, power)
    # The numerator stands in front of the power, the denominator below both.
    above, below = coefficient.args if isinstance(coefficient, Call) else (coefficient, None)
    factor = above.value if isinstance(above, Number) else None
    # The sign of the first term is the only one that stands by itself.
    if factor == -1:
        found: Expr = Call(NEGATE, (variable,))
    else:
        found = variable if factor == 1 else Call("*", (above, variable))
    return found if below is None else Call("/", (found, below))


def _power(base: Expr, k: int) -> Expr:
    return (Number(1.0), base)[k] if k < 2 else Call("^", (base, Number(float(k))))


def base_of(found: Expansion) -> Expr:
    """What is raised to powers: `x`, `x - 1`, `x + 1`."""
    variable = Name(found.wrt)
    return variable if found.at == 0 else Call("-" if found.at > 0 else "+", (variable, number(abs(found.at), DIGITS)))


def _coefficients(found: Expansion, digits: int) -> Grid:
    base = base_of(found)
    rows = [
        (str(k), CellValue(value, digits), _fraction(value), Formula(_power(base, k)))
        for k, value in enumerate(found.output.coefficients)
        if value is not None
    ]
    return Grid(("k", "coefficient", "exact", "of"), rows, frozenset({0, 1}), title=_title(found))


def _fraction(value: float) -> Cell:
    """The fraction that a coefficient is, nothing where it is none."""
    # Most coefficients of a table are fractions; of one that is none its decimals are all there is.
    exactly = fraction(value)
    return "" if exactly is None else Formula(_quotient(exactly))


def _sides(found: Expansion, digits: int) -> Grid:
    output, base = found.output, base_of(found)
    sides = zip(("left", "right"), (output.left, output.right), output.slopes, strict=True)
    rows = [
        # The value at the point from either side: they differ at a jump.
        (
            side,
            CellValue(float(terms[0]), digits),
            CellValue(slope, digits),
            _polynomial(terms, output.order, base, digits),
        )
        for side, terms, slope in sides
    ]
    header = ("side", "value", "slope", "polynomial")
    return Grid(header, rows, frozenset({1, 2}), title=_title(found), whole=frozenset({3}))


def _polynomial(terms: Any, order: int, base: Expr, digits: int) -> Cell:
    """The polynomial of a side, where it has one."""
    wanted = [float(term) for term in terms[: order + 1]]
    return Formula(polynomial(wanted, base, digits)) if all(map(isfinite, wanted)) else NONE


def _title(found: Expansion) -> Phrase:
    return Phrase((NodeName(shorten(found.output.name)), " near ", *_place(found), f", to order {found.output.order}"))


def _place(found: Expansion) -> tuple[CellWords | NodeName | CellValue, ...]:
    return NodeName(shorten(found.wrt)), " = ", CellValue(found.at)


def _formulas(found: Expansion, digits: int) -> Iterator[Grid]:
    """The polynomial, the next term and the radius, where both sides have the same."""
    output, base = found.output, base_of(found)
    wanted = output.right[: output.order + 1]
    if not output.is_smooth or not all(map(isfinite, wanted)):
        return
    rows: list[tuple[CellWords, Cell]] = [("polynomial", Formula(polynomial(wanted.tolist(), base, digits)))]
    # The next term says how far the polynomial can be trusted; an entire function may have none left.
    if output.next_term:
        k, value = output.next_term
        rows.append(("next term", Formula(polynomial([0.0] * k + [value], base, digits))))
    elif output.radius == inf:
        rows.append(("next term", CellValue(0.0)))
    # Without a next term it is a polynomial, which converges everywhere.
    if output.next_term and output.radius is not None:
        rows.append(("radius of convergence", CellValue(output.radius, RADIUS_DIGITS)))
    yield Grid((NodeName(shorten(output.name)), "about"), rows, frozenset(), whole=frozenset({1}))


def _verdict(found: Expansion, word: str, digits: int) -> Phrase:
    """How the output behaves, as a sentence."""
    output, name, place = found.output, NodeName(shorten(found.output.name)), _place(found)
    if word == "kink" and all(map(isnan, output.slopes)):  # It may have one all the same, as √x·√x has.
        return Phrase(("series tell no slope of ", name, " at ", *place))
    if word == "kink":
        return Phrase((name, " is not differentiable at ", *place, ": ", *_slopes(output, digits)))
    if word == "jump":
        return Phrase((name, " is not differentiable at ", *place, ": it jumps"))
    if word == "pole":
        return Phrase((name, " has a pole at ", *place))
    if word == "undefined":
        left, right = (float(side[0]) for side in (output.left, output.right))
        # What is shown alike is told as one limit: rounding parts it.
        has_limit = isfinite(right) and rounded(left, digits) == rounded(right, digits)
        limit = ("; its limit there is ", CellValue(right, digits)) if has_limit else ()
        return Phrase((name, " has no value at ", *place, *limit))
    if word == "curved" and not output.is_smooth:
        at = output.coefficients.index(None)
        how = f" is {'' if at > 2 else 'once '}differentiable at "
        return Phrase((name, how, *place, f"; the coefficients of order {at} differ"))
    return Phrase((name, f" is {word} near ", *place))


def _slopes(node: Behaviour, digits: int) -> tuple[Phrase, Phrase]:
    """The slopes from either side, which stay whole where there is little room."""
    left, right = (CellValue(slope, digits) for slope in node.slopes)
    return Phrase(("slope ", left, " from the left, ")), Phrase((right, " from the right"))


def _nodes(found: Expansion, digits: int, limit: int) -> Iterator[Block]:
    """Each node that depends on the input, and in a sentence which are linear, affine or neither."""
    base = base_of(found)
    rows = [
        (
            NodeName(node.name),
            CellValue(node.value, digits),
            node.word,
            _polynomial(node.right, node.order, base, digits) if node.is_smooth else Phrase(_slopes(node, digits)),
        )
        for node in found.nodes[: limit or None]
    ]
    title = Phrase(("Every node near ", *_place(found)))
    header = ("node", "value", "behaves", "as")
    yield from cut(Grid(header, rows, frozenset({1}), title=title, whole=frozenset({3})), len(found.nodes))
    yield Sentence(_summary(found))


def _summary(found: Expansion) -> Phrase:
    """Which nodes are linear, which affine, and which neither."""
    kinds: dict[str, list[NodeName]] = {"linear": [], "affine": [], "neither": []}
    for node in found.nodes:
        # What is constant, curved or broken at the point is neither.
        kinds.get(node.word, kinds["neither"]).append(NodeName(shorten(node.name)))
    told: list[CellWords | NodeName | CellValue] = ["Near ", *_place(found)]
    for i, (kind, names) in enumerate(kinds.items()):
        told.append(f"{'; ' if i else ', '}{kind}: ")
        told += listed(names) or ["none"]
    return Phrase((*told, "."))


def listed(names: Sequence[NodeName]) -> list[CellWords | NodeName]:
    """Names with commas between them."""
    return [part for name in names for part in (", ", name)][1:]


def _quadratic(found: Quadratic, digits: int) -> Iterator[Block]:
    output = NodeName(shorten(found.output))
    first: list[tuple[Cell, CellValue]] = [(output, CellValue(found.value, digits))]
    first += [
        (Derivative(output.name, shorten(name)), CellValue(slope, digits)) for name, slope in found.gradient.items()
    ]
    # Blocks by vectors are arrays, which no column of numbers has.
    names = [NodeName(name) for name in found.hessian]
    rows: list[tuple[Cell, ...]] = [
        (NodeName(a), *(CellValue(row[b.name], digits) for b in names)) for a, row in found.hessian.items()
    ]
    title = Phrase((output, ", its gradient and its Hessian"))
    yield Grid(("", "value"), first, frozenset(), title=title, whole=frozenset({1}))
    yield Grid(("Hessian", *names), rows, frozenset(), whole=frozenset(range(1, len(names) + 1)))
    if found.kinks:
        kinks = listed([NodeName(shorten(name)) for name in found.kinks])
        yield Sentence(Phrase(("not twice differentiable along ", *kinks, ": the two sides differ")))
