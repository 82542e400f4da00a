"""The table of primitives tests itself: a row added to it brings these tests along."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from references import (
    CONSTANTS,
    Finding,
    Point,
    Real,
    at_kink,
    candidates,
    examine,
    inside,
    moderate,
    mp,
    one_sided,
    resolve,
    true_slope,
    true_value,
)

from backcalc import primitives, scalar
from backcalc.expr import Call, Expr, names, postorder
from backcalc.lower import lower
from backcalc.primitives import ALIASES, PRIMITIVES, Primitive, expression, lookup

COUNT = 150  # Random points a row, of any size and of moderate size each.

every_row = pytest.mark.parametrize("row", PRIMITIVES.values(), ids=PRIMITIVES)
LANGUAGE: str = """
    sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp expm1 log ln log2 log10 log1p sqrt cbrt
    abs sign step floor ceil round erf sigmoid σ softplus relu leaky_relu elu selu gelu silu max min where if
    or and not < <= > >= == != + - * / -x ^
"""


def some_rows(column: str) -> pytest.MarkDecorator:
    """The rows that have something in `column`."""
    rows = [row for row in PRIMITIVES.values() if getattr(row, column)]
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


# ---- Accuracy --------------------------------------------------------------------------------------------------------


def worst(row: Primitive, truth: Primitive, count: int = COUNT) -> Finding:
    """Where `row` is furthest from the truth."""
    return max(examine(row, truth, count), key=lambda finding: (finding.ratio, finding.ulps))


@every_row
def test_numbers_are_accurate(row: Primitive, worst_cases: list[Finding]) -> None:
    case = worst(row, row)
    worst_cases.append(case)
    assert case.ratio <= 1, case


@every_row
def test_points_are_many(row: Primitive) -> None:
    points = [point for point in candidates(row, COUNT) if inside(row, point) and not at_kink(row, point)]
    assert len(set(points)) >= COUNT / 2


def scaled(texts: tuple[str, ...], index: int) -> tuple[str, ...]:
    """`texts` with the one at `index` wrong by 0.1 %, or by 0.001 where it is 0."""
    wrong = {i: f"1.001*({text}) + {0.001 * (text == '0')}" for i, text in enumerate(texts) if i == index}
    return tuple(wrong.get(i, text) for i, text in enumerate(texts))


@every_row
def test_a_wrong_slope_is_caught(row: Primitive) -> None:
    for index in range(len(row.params)):
        wrong = replace(row, partials=scaled(row.partials, index), stable=scaled(row.stable, index))
        what = f"∂{row.params[index]}"
        assert any(case.what == what and case.ratio > 1 for case in examine(wrong, row, 10))


@every_row
def test_a_wrong_value_is_caught(row: Primitive) -> None:
    wrong = replace(row, value=f"({row.value})*(1 + 1e-13)")
    assert any(case.what == "value" and case.ratio > 1 for case in examine(wrong, row, 10))


# ---- Values from the papers ------------------------------------------------------------------------------------------


def selu_constants() -> tuple[Real, Real]:
    """λ and α of Klambauer et al. 2017, eq. 14, that keep mean 0 and variance 1."""
    e, pi, root = mp.e, mp.pi, mp.sqrt
    once, twice = mp.erfc(1 / root(2)), mp.erfc(root(2))
    alpha = -root(2 / pi) / (once * mp.exp(0.5) - 1)
    spread = 2 * twice * e**2 + pi * once**2 * e - 2 * (2 + pi) * once * root(e) + pi + 2
    return (1 - once * root(e)) * root(2 * pi) / root(spread), alpha


def selu(x: Real) -> Real:
    scale, alpha = selu_constants()
    return scale * x if x > 0 else scale * alpha * (mp.exp(x) - 1)


PAPERS: Mapping[str, Callable[[Real], Real]] = {
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),  # Dugas et al. 2001
    "relu": lambda x: max(mp.mpf(0), x),  # Nair and Hinton 2010
    "leaky_relu": lambda x: x if x > 0 else x / 100,  # Maas et al. 2013
    "elu": lambda x: x if x > 0 else mp.exp(x) - 1,  # Clevert et al. 2016, α = 1
    "selu": selu,
    "gelu": lambda x: x * (1 + mp.erf(x / mp.sqrt(2))) / 2,  # Hendrycks and Gimpel 2016, not its approximation by tanh
    "silu": lambda x: x / (1 + mp.exp(-x)),  # Elfwing et al. 2018
}


@pytest.mark.parametrize("x", [-30, -5.5, -1, -0.1, -1e-8, 0, 1e-8, 0.1, 1, 5.5, 30])
@pytest.mark.parametrize("name", PAPERS)
def test_value_is_the_papers(name: str, x: float) -> None:
    with mp.workdps(400):
        truth = PAPERS[name](mp.mpf(x))
        assert abs(true_value(PRIMITIVES[name], [x]) - truth) <= 2e-16 * abs(truth)  # Constants are float64.


# ---- Forms of the partials -------------------------------------------------------------------------------------------

NAMESPACES: Mapping[str, tuple[Callable[[str], Any], Mapping[str, Any], float]] = {
    "floats": (lambda name: getattr(scalar, name, None) or PRIMITIVES[name].evaluate, primitives.CONSTANTS, 1e-9),
    "mpmath": (resolve, CONSTANTS, 1e-25),
}
in_both = pytest.mark.parametrize("namespace", NAMESPACES)


def wrong_forms(row: Primitive, namespace: str) -> Iterator[tuple[Expr, Point]]:
    """The forms of the row's partials that are not the slope of its value, each with a point."""
    functions, constants, tolerance = NAMESPACES[namespace]
    for index in range(len(row.params)):
        for form in row.forms(index):
            slope = lower(form, (*row.params, "out"), functions, constants)
            for point in moderate(row, 25):
                got, truth = at_point(slope, row, point, namespace), true_slope(row, index, point)
                both_nan = mp.isnan(got) and mp.isnan(truth)  # The slope of x^y along y where x < 0.
                if not (both_nan or abs(got - truth) <= tolerance * abs(truth)):
                    yield form, point


def at_point(slope: Callable[..., Any], row: Primitive, point: Point, namespace: str) -> Real:
    """A form's number at `point`, in floats or at 50 digits."""
    if namespace == "floats":
        return slope(*point, row.evaluate(*point))
    with mp.workdps(50):
        return slope(*map(mp.mpf, point), true_value(row, point))


@in_both
@every_row
def test_every_form_is_the_slope(row: Primitive, namespace: str) -> None:
    assert not next(wrong_forms(row, namespace), None)


@pytest.mark.parametrize("column", ["partials", "stable", "from_output"])
@every_row
def test_a_wrong_form_is_caught(row: Primitive, column: str) -> None:
    for index in range(len(getattr(row, column))):
        change: dict[str, Any] = {column: scaled(getattr(row, column), index)}
        wrong = replace(row, **change)
        assert any(wrong_forms(wrong, "floats"))
        assert any(wrong_forms(wrong, "mpmath"))


# ---- Domains and kinks -----------------------------------------------------------------------------------------------


@some_rows("domain")
def test_outside_the_domain_nothing_is_finite(row: Primitive) -> None:
    outside = [point for point in candidates(row, COUNT) if not inside(row, point)]
    assert outside
    for point in outside:
        value = row.evaluate(*point)
        slopes = [slope(*point, value) for slope in row.slopes]
        # IEEE 754 gives atan2(0, 0) a value all the same.
        assert not math.isfinite(value) or all(map(math.isnan, slopes)), point


@some_rows("kinks")
def test_subgradients_lie_between_the_slopes(row: Primitive) -> None:
    kinks = [point for point in candidates(row, COUNT) if inside(row, point) and at_kink(row, point)]
    assert kinks
    for point in kinks[:25]:
        for index, form in [(i, form) for i in range(len(row.params)) for form in row.forms(i)]:
            got = lower(form, (*row.params, "out"), resolve, CONSTANTS)(*point, row.evaluate(*point))
            low, high = sorted(one_sided(row, index, point))
            assert low - 1e-15 * abs(low) <= got <= high + 1e-15 * abs(high), (form, point)


@pytest.mark.parametrize(
    ("name", "point", "subgradient"),
    [
        ("relu", (0,), (0,)),
        ("abs", (0,), (0,)),
        ("max", (2, 2), (0.5, 0.5)),
        ("min", (-3, -3), (0.5, 0.5)),
        ("leaky_relu", (0,), (0.01,)),
        ("selu", (0,), (1.7580993408473769,)),
        ("sign", (0,), (0,)),
        ("step", (0,), (0,)),
        ("floor", (2,), (0,)),
        ("round", (2.5,), (0,)),
        ("<", (1, 1), (0, 0)),
        ("atan2", (0, -2), (-0.5, 0)),
    ],
)
def test_subgradient_at_a_kink(name: str, point: tuple[float, ...], subgradient: tuple[float, ...]) -> None:
    row = PRIMITIVES[name]
    assert at_kink(row, point)
    assert tuple(slope(*point, row.evaluate(*point)) for slope in row.slopes) == subgradient


@pytest.mark.parametrize(
    ("name", "point"),
    [("relu", (5e-324,)), ("round", (0.49999999999999994,)), ("round", (-0.49999999999999994,)), ("atan2", (0, 2))],
)
def test_no_kink_beside_a_kink(name: str, point: tuple[float, ...]) -> None:
    assert not at_kink(PRIMITIVES[name], point)


@every_row
def test_a_negative_zero_has_the_slopes_of_zero(row: Primitive) -> None:
    for rest in (0.0, 1.0, -1.0):
        point, twin = (0.0, rest, rest)[: len(row.params)], (-0.0, rest, rest)[: len(row.params)]
        if inside(row, point):
            slopes = [[slope(*at, row.evaluate(*at)) for slope in row.slopes] for at in (point, twin)]
            assert str(slopes[0]).replace("-0.0", "0.0") == str(slopes[1]).replace("-0.0", "0.0")


# ---- The table is closed ---------------------------------------------------------------------------------------------


def texts(row: Primitive) -> Iterator[tuple[str, set[str]]]:
    """Every text of the row with the names that it may use."""
    params = set(row.params)
    yield from ((text, params) for text in (row.value, row.domain, row.kinks) if text)
    yield from ((text, params | {"out"}) for text in row.partials + row.stable)
    yield from ((text, {"out"}) for text in row.from_output)


@every_row
def test_texts_use_what_the_table_has(row: Primitive) -> None:
    for text, known in texts(row):
        assert set(names(expression(text))) <= known | set(primitives.CONSTANTS)
        for call in (part for part in postorder(expression(text)) if isinstance(part, Call)):
            used = lookup(call.fn)
            assert used is not None, call.fn
            assert len(call.args) == len(used.params), text


@every_row
def test_each_form_has_a_text_for_each_parameter(row: Primitive) -> None:
    assert len(row.partials) == len(row.params)
    assert len(row.stable) in (0, len(row.params))
    assert len(row.from_output) in (0, len(row.params))


@every_row
def test_latex_shows_the_parameters(row: Primitive) -> None:
    assert set(re.findall(r"<(\w+)>", row.latex)) == set(row.params)
    depths = [row.latex[:end].count("{") - row.latex[:end].count("}") for end in range(len(row.latex) + 1)]
    assert min(depths) == depths[-1] == 0


@pytest.mark.parametrize("name", LANGUAGE.split())
def test_the_language_is_in_the_table(name: str) -> None:
    assert lookup(name) is not None


def test_no_name_is_taken_twice() -> None:
    assert len(primitives._ROWS) == len(PRIMITIVES)
    assert not ALIASES.keys() & PRIMITIVES.keys()
