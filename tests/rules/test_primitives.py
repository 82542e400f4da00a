"""The table of primitives tests itself: a row added to it brings these tests along."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from references import (
    CONSTANTS,
    Finding,
    Point,
    Real,
    at_kink,
    candidates,
    examine,
    examine_at,
    inside,
    moderate,
    mp,
    of_any_size,
    one_sided,
    resolve,
    true_slope,
    true_value,
)
from rows import TABLE, title

from backcalc.language.expr import INDEX, VECTOR, Call, Expr, Options, names, postorder
from backcalc.rules import primitives
from backcalc.rules.against import against
from backcalc.rules.functions import arrays as array
from backcalc.rules.functions import floats as scalar
from backcalc.rules.functions import stacks as stacked
from backcalc.rules.lower import lower
from backcalc.rules.ndarray import quiet
from backcalc.rules.primitives import ALIASES, PRIMITIVES, ROWS, Primitive, expression, lookup

COUNT = 150  # Random points a row, of any size and of moderate size each.

# Of `stop_gradient` the slope is not the value's, by intent; a test of its own is below.
SCALAR = [row for row in ROWS if row.shape == "elementwise" and row.symbol != "stop_gradient"]
every_row = pytest.mark.parametrize("row", SCALAR, ids=title)
any_row = pytest.mark.parametrize("row", ROWS, ids=title)
LANGUAGE: str = """
    sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh exp expm1 log ln log2 log10 log1p sqrt cbrt
    abs sign step floor ceil round erf erfc sigmoid σ softplus relu leaky_relu elu selu gelu silu max min where if
    or and not < <= > >= == != + - * / -x ^ @ .T [] [i] sum mean prod dot norm outer transpose diag concat softmax
    log_softmax logsumexp cross_entropy softmax_cross_entropy mse normcdf Φ normpdf φ log_sigmoid clip var std trace det
    inv stop_gradient detach
"""


def some_rows(column: str) -> pytest.MarkDecorator:
    """The rows that have something in `column`."""
    rows = [row for row in SCALAR if getattr(row, column)]
    return pytest.mark.parametrize("row", rows, ids=title)


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
def test_numbers_of_any_size_are_accurate(row: Primitive) -> None:
    """Subnormal and huge arguments too; `python tests/accuracy.py` looks at more."""
    points = of_any_size(row, 12)
    assert len(points) == 12
    for case in examine_at(row, row, points):
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
        wrong = row._replace(partials=scaled(row.partials, index), stable=scaled(row.stable, index))
        what = f"∂{row.params[index]}"
        assert any(case.what == what and case.ratio > 1 for case in examine(wrong, row, 10))


@every_row
def test_a_wrong_value_is_caught(row: Primitive) -> None:
    wrong = row._replace(value=f"({row.value})*(1 + 1e-13)")
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
    "log_sigmoid": lambda x: mp.log(1 / (1 + mp.exp(-x))),
    "normpdf": mp.npdf,
    "normcdf": mp.ncdf,  # Abramowitz and Stegun, 26.2.2
    "silu": lambda x: x / (1 + mp.exp(-x)),  # Elfwing et al. 2018
}


@pytest.mark.parametrize("x", [-30, -5.5, -1, -0.1, -1e-8, 0, 1e-8, 0.1, 1, 5.5, 30])
@pytest.mark.parametrize("name", PAPERS)
def test_value_is_the_papers(name: str, x: float) -> None:
    with mp.workdps(400):
        truth = PAPERS[name](mp.mpf(x))
        assert abs(true_value(TABLE[name], [x]) - truth) <= 2e-16 * abs(truth)  # Constants are float64.


# ---- Forms of the partials -------------------------------------------------------------------------------------------

NAMESPACES: Mapping[str, tuple[Callable[[str, Options], Any], Mapping[str, Any], float]] = {
    "floats": (lambda name, _: getattr(scalar, name, None) or TABLE[name].evaluate, primitives.CONSTANTS, 1e-9),
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


@pytest.mark.parametrize("column", ["partials", "stable", "derived", "from_output"])
@every_row
def test_a_wrong_form_is_caught(row: Primitive, column: str) -> None:
    for index in range(len(getattr(row, column))):
        change: dict[str, Any] = {column: scaled(getattr(row, column), index)}
        wrong = row._replace(**change)
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
        ("clip", (1, 1, 2), (0.5, 0.5, 0)),
        ("clip", (2, 1, 2), (0.5, 0, 0.5)),
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
    row = TABLE[name]
    assert at_kink(row, point)
    assert tuple(slope(*point, row.evaluate(*point)) for slope in row.slopes) == subgradient


@pytest.mark.parametrize("point", [(2.0, 2.0), (-0.0, 0.0), (1.0, 2.0), (2.0, 1.0), (-math.inf, 0.0), (1e308, -1e308)])
@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("constant", [0, 1])
def test_against_a_constant_the_subgradient_is_0(name: str, constant: int, point: tuple[float, ...]) -> None:
    row, plain = against(TABLE[name], [k == constant for k in range(2)]), TABLE[name]
    assert row is not None
    value = plain.evaluate(*point)
    expected = 0.0 if point[0] == point[1] else plain.slopes[1 - constant](*point, value)
    assert row.evaluate(*point) == value
    assert [slope(*point, value) for slope in row.slopes][constant] == 0
    for form in row.forms(1 - constant):
        assert lower(form, (*row.params, "out"), resolve, CONSTANTS)(*point, value) == expected, form


@pytest.mark.parametrize("constant", [(False, False), (True, True)])
def test_between_nodes_and_between_constants_a_row_is_as_it_stands(constant: tuple[bool, ...]) -> None:
    assert all(against(TABLE[name], constant) is TABLE[name] for name in ("max", "min", "+", "atan2"))
    assert against(TABLE["+"], (True, False)) is TABLE["+"]


@pytest.mark.parametrize(
    ("name", "point"),
    [("relu", (5e-324,)), ("round", (0.49999999999999994,)), ("round", (-0.49999999999999994,)), ("atan2", (0, 2))],
)
def test_no_kink_beside_a_kink(name: str, point: tuple[float, ...]) -> None:
    assert not at_kink(TABLE[name], point)


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
    yield from ((text, params) for text in (row.value, row.domain) if text)
    stable = tuple(dict.fromkeys(row.stable + row.derived))
    yield from ((text, params | {"out"}) for text in (*row.partials, *stable * (not row.pullbacks)))
    yield from ((text, params | ({"out"} if row.pullbacks else set())) for text in (row.kinks,) if text)
    yield from ((text, params | {"out", "ct", "n"}) for text in row.pullbacks + stable * bool(row.pullbacks))
    yield from ((text, {"out"}) for text in (*row.from_output, row.range) if text)


# What only the table's own texts call, by the number of arguments.
INTERNAL = {"largest": 1, "smallest": 1, "others": 1, "identity": 1, "cofactors": 1, "complement": 1, "from_top": 2}
INTERNAL |= {"correlate": 5, "correlate_x": 6, "correlate_w": 6, "pool_max": 3, "pool_sum": 3, "unpool": 4}
INTERNAL |= {"arranged": 3, "like": 2}


@any_row
def test_texts_use_what_the_table_has(row: Primitive) -> None:
    for text, known in texts(row):
        assert set(names(expression(text))) <= known | set(primitives.CONSTANTS)
        for call in (part for part in postorder(expression(text)) if isinstance(part, Call)):
            used = lookup(call.fn, len(call.args))
            arity = INTERNAL.get(call.fn) if used is None else len(used.params)
            assert len(call.args) == arity, text


@pytest.mark.parametrize("name", INTERNAL)
def test_internal_functions_are_in_both_namespaces_and_not_in_the_language(name: str) -> None:
    assert lookup(name) is None
    assert callable(getattr(array, name))
    assert callable(getattr(stacked, name))


@any_row
def test_each_form_has_a_text_for_each_parameter(row: Primitive) -> None:
    assert {len(row.partials), len(row.pullbacks)} == {0, len(row.params)}
    assert len(row.stable) in (0, len(row.params))
    assert len(row.derived) in (0, len(row.stable))
    assert len(row.plain) in (0, len(row.derived))
    assert len(row.from_output) in (0, len(row.params))


@pytest.mark.parametrize("name", [name for name in TABLE if name not in (VECTOR, INDEX)])  # These are brackets.
def test_latex_shows_the_parameters(name: str) -> None:
    row = TABLE[name]
    assert set(re.findall(r"<(\w+)>", row.latex)) == set(row.params)
    depths = [row.latex[:end].count("{") - row.latex[:end].count("}") for end in range(len(row.latex) + 1)]
    assert min(depths) == depths[-1] == 0


@pytest.mark.parametrize("name", LANGUAGE.split())
def test_the_language_is_in_the_table(name: str) -> None:
    assert lookup(name) is not None


@pytest.mark.parametrize("name", ["max", "min"])
def test_of_one_argument_it_is_another_row(name: str) -> None:
    assert lookup(name, 1) is TABLE[f"{name} 1"]
    assert lookup(name, 2) is TABLE[name]


def test_no_name_is_taken_twice() -> None:
    assert len(ROWS) == len(TABLE)
    assert not ALIASES.keys() & PRIMITIVES.keys()


# ---- Vectors and matrices --------------------------------------------------------------------------------------------

SHAPES: Mapping[str, tuple[tuple[tuple[int, ...], ...], ...]] = {
    "@ 22": (((2, 3), (3, 4)), ((1, 3), (3, 1)), ((3, 1), (1, 2)), ((1, 1), (1, 1))),
    "@ 21": (((2, 3), (3,)), ((1, 4), (4,)), ((4, 1), (1,))),
    "@ 12": (((2,), (2, 3)), ((1,), (1, 4)), ((4,), (4, 1))),
    "@ 11": (((1,), (1,)), ((3,), (3,))),
    "outer": (((2,), (3,)), ((1,), (4,)), ((4,), (1,))),
    "transpose": (((2, 3),), ((1, 4),), ((4, 1),), ((1, 1),)),
    "diag": (((1,),), ((3,),), ((1, 1),), ((3, 3),)),
    **dict.fromkeys(("dot", "vector", "logits"), (((1,),) * 2, ((4,),) * 2)),
    **dict.fromkeys(("square", "trace", "inverse"), (((1, 1),), ((2, 2),), ((3, 3),))),
    "conv": (((5,), (3,)), ((3,), (3,)), ((4,), (1,))),
    "conv 22": (((4, 5), (2, 3)), ((3, 3), (3, 3)), ((1, 4), (1, 2))),
    **dict.fromkeys(("maxpool", "avgpool"), (((2,),), ((7,),))),  # With the window that their plain rows have: 2.
    **dict.fromkeys(("maxpool 2", "avgpool 2"), (((2, 2),), ((4, 5),))),
    "reshape": (((6,),), ((3, 2),), ((1, 6),)),  # To 2×3.
    "flatten": (((4,),), ((2, 3),)),
    "spread": (((4,),), ((2, 3),), ((3, 1),)),  # Of one element, the spread is at its kink.
    **dict.fromkeys(("pair", "reduce"), (((1,),) * 2, ((4,),) * 2, ((2, 3),) * 2, ((3, 1),) * 2)),
}
PULLED = [row for row in ROWS if row.pullbacks and row.symbol not in (VECTOR, INDEX, "concat")]
CASES = [
    (row, shapes[: len(row.params)]) for row in PULLED for shapes in SHAPES.get(title(row)) or SHAPES.get(row.shape, ())
]
each_case = pytest.mark.parametrize(("row", "shapes"), CASES, ids=[f"{title(row)} {shapes}" for row, shapes in CASES])


def drawn(row: Primitive, shapes: tuple[tuple[int, ...], ...]) -> list[Any]:
    """Random arguments; of cross entropy, probabilities."""
    random = np.random.default_rng(len(title(row)))
    low, high = (0.1, 0.9) if row.symbol.startswith("cross_entropy") else (-2, 2)
    return [random.uniform(low, high, shape) for shape in shapes]


def quotients(fn: Callable[..., Any], args: list[Any], place: int, ct: Any) -> Any:
    """Central differences of the value contracted with the cotangent."""
    found, step = np.zeros_like(args[place]), 1e-5
    for index in np.ndindex(found.shape):
        ends = []
        for by in (step, -step):
            moved = args[place].copy()
            moved[index] += by
            ends.append(np.sum(ct * fn(*args[:place], moved, *args[place + 1 :])))
        found[index] = (ends[0] - ends[1]) / (2 * step)
    return found


def pulled_back(row: Primitive, args: list[Any], ct: Any) -> list[Any]:
    """What every pullback of the row makes of the cotangent."""
    out = row.array.evaluate(*args)
    return [back(*args, out, ct, float(args[0].size)) for back in row.array.pullbacks]


def test_every_pullback_has_a_case() -> None:
    assert {row for row, _ in CASES} == set(PULLED)


@pytest.mark.parametrize("column", ["textbook", "stable", "derived"])
@each_case
def test_pullbacks_are_the_slope(row: Primitive, shapes: tuple[tuple[int, ...], ...], column: str) -> None:
    form = row if column == "stable" else row._replace(stable=row.derived if column == "derived" else ())
    args = drawn(row, shapes)
    ct = np.random.default_rng(1).uniform(0.5, 2, np.shape(row.array.evaluate(*args)))
    for place, got in enumerate(pulled_back(form, args, ct)):
        full = np.broadcast_to(got, args[place].shape)  # That of `sum` is one number for all elements.
        np.testing.assert_allclose(full, quotients(row.array.evaluate, args, place, ct), rtol=1e-6, atol=1e-8)


def exps(x: Any) -> Any:
    return np.exp(x) / np.exp(x).sum()


VECTOR_VALUES: Mapping[str, Callable[..., Any]] = {
    "@ 22": lambda x, y: np.einsum("ij,jk->ik", x, y),
    "@ 21": lambda x, y: np.einsum("ij,j->i", x, y),
    "@ 12": lambda x, y: np.einsum("i,ij->j", x, y),
    "@ 11": lambda x, y: np.einsum("i,i->", x, y),
    "dot": lambda x, y: np.einsum("i,i->", x, y),
    "outer": lambda x, y: np.array([[a * b for b in y] for a in x]),
    "transpose": lambda x: np.array([x[:, j] for j in range(x.shape[1])]),
    "diag": lambda x: np.eye(len(x)) * x if x.ndim == 1 else np.einsum("ii->i", x),
    "conv": lambda x, w: np.array([sum(w[i] * x[a + i] for i in range(len(w))) for a in range(len(x) - len(w) + 1)]),
    "conv 22": lambda x, w: np.array(
        [
            [
                sum(w[i, j] * x[a + i, b + j] for i in range(len(w)) for j in range(len(w[0])))
                for b in range(len(x[0]) - len(w[0]) + 1)
            ]
            for a in range(len(x) - len(w) + 1)
        ]
    ),
    "maxpool": lambda x: np.array([max(x[i], x[i + 1]) for i in range(0, len(x) - 1, 2)]),
    "avgpool": lambda x: np.array([(x[i] + x[i + 1]) / 2 for i in range(0, len(x) - 1, 2)]),
    "maxpool 2": lambda x: np.array(
        [[max(x[i : i + 2, j : j + 2].flat) for j in range(0, len(x[0]) - 1, 2)] for i in range(0, len(x) - 1, 2)]
    ),
    "avgpool 2": lambda x: np.array(
        [
            [math.fsum(x[i : i + 2, j : j + 2].flat) / 4 for j in range(0, len(x[0]) - 1, 2)]
            for i in range(0, len(x) - 1, 2)
        ]
    ),
    "reshape": lambda x: np.array([[x.flat[3 * i + j] for j in range(3)] for i in range(2)]),
    "flatten": lambda x: np.array(list(x.flat)),
    "sum": lambda x: math.fsum(x.flat),
    "mean": lambda x: math.fsum(x.flat) / x.size,
    "prod": lambda x: math.prod(x.flat),
    "norm": lambda x: math.hypot(*x.flat),
    "var": lambda x: math.fsum((x.flat - np.mean(x)) ** 2) / x.size,
    "std": lambda x: math.sqrt(math.fsum((x.flat - np.mean(x)) ** 2) / x.size),
    "trace": lambda x: math.fsum(x[i, i] for i in range(len(x))),
    "det": lambda x: float(mp.det(mp.matrix(x.tolist()))),
    "inv": lambda x: np.array(mp.inverse(mp.matrix(x.tolist())).tolist(), float),
    "max 1": lambda x: max(x.flat),
    "min 1": lambda x: min(x.flat),
    "logsumexp": lambda x: np.log(np.exp(x).sum()),
    "softmax": exps,
    "log_softmax": lambda x: np.log(exps(x)),
    "softmax_cross_entropy": lambda a, t: -sum(t * np.log(exps(a))),
    "cross_entropy 11": lambda p, t: -(t * np.log(p)).sum(),
    "mse 11": lambda y, t: ((y - t) ** 2).sum() / y.size,
}


@each_case
def test_values_are_those_of_independent_formulas(row: Primitive, shapes: tuple[tuple[int, ...], ...]) -> None:
    args = drawn(row, shapes)
    got, expected = row.array.evaluate(*args), VECTOR_VALUES[title(row)](*args)
    assert np.shape(got) == np.shape(expected)
    np.testing.assert_allclose(got, expected, rtol=1e-13, atol=1e-15)


TINY = math.exp(-40)
HUGE = [1000.0, 1001.0, 1002.0]


@pytest.mark.parametrize(
    ("name", "args", "value"),
    [
        ("softmax", (HUGE,), [0.0900305732, 0.2447284711, 0.6652409558]),
        ("softmax", ([-1e4, 0.0, 1e4],), [0, 0, 1]),
        ("logsumexp", (HUGE,), 1002.4076059644443),
        ("logsumexp", ([0.0, -40.0],), TINY),
        ("logsumexp", ([-math.inf, -math.inf],), -math.inf),
        ("log_softmax", (HUGE,), [-2.4076059644, -1.4076059644, -0.4076059644]),
        ("log_softmax", ([40.0, 0.0],), [-TINY, -40]),
        ("softmax_cross_entropy", ([40.0, 0.0], [1.0, 0.0]), TINY),
        ("softmax_cross_entropy", ([1e4, -1e4], [0.0, 1.0]), 2e4),
        ("cross_entropy 11", ([1.0, 0.0], [1.0, 0.0]), 0),
        ("cross_entropy 11", ([0.25, 0.75], [1.0, 0.0]), math.log(4)),
        ("mse 11", ([1.0, 2.0], [0.0, 4.0]), 2.5),
        ("norm", ([0.0, 0.0],), 0),
        ("norm", ([3e-162, 4e-162],), 5e-162),
        ("norm", ([3e200, 4e200],), 5e200),
        ("norm", ([3e-320, 0.0],), 3e-320),
        ("norm", ([math.inf, 1.0],), math.inf),
        ("norm", ([math.nan, 1.0],), math.nan),
        ("prod", ([2.0, 0.0, 5.0],), 0),
        ("std", ([3.0, 3.0, 3.0],), 0),
        ("std", ([1e-170, 2e-170, 4e-170],), 1.2472191289246472e-170),
        ("std", ([1e170, 2e170, 4e170],), 1.2472191289246472e170),
        ("std", ([1e308, -1e308, 1e308],), 9.428090415820634e307),
        ("std", ([3e-320, 3e-320],), 0),
        ("var", ([1e8, 1e8 + 1, 1e8 + 2],), 2 / 3),
        ("det", ([[1.0, 2.0], [2.0, 4.0]],), 0),
        ("trace", ([[1.0, 2.0], [3.0, 5.0]],), 6),
        ("inv", ([[1.0, 1.0], [1.0, 1.0]],), [[math.nan] * 2] * 2),
    ],
)
def test_value_at_a_hard_point(name: str, args: tuple[list[float], ...], value: Any) -> None:
    with quiet():
        for got in (
            TABLE[name].array.evaluate(*map(np.array, args)),
            np.squeeze(TABLE[name].stacked.evaluate(*map(stacked.column, args))),
        ):
            np.testing.assert_allclose(got, value, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize(
    ("name", "args", "ct", "slopes"),
    [
        ("prod", ([2.0, 0.0, 5.0],), 3.0, [0, 30, 0]),
        ("prod", ([0.0, 0.0, 5.0],), 1.0, [0, 0, 0]),
        ("norm", ([0.0, 0.0],), 1.0, [0, 0]),
        ("std", ([1e-170, 2e-170, 4e-170],), 1.0, [-0.35634832254989923, -0.089087080637474808, 0.44543540318737396]),
        ("std", ([1e308, -1e308, 1e308],), 1.0, [0.23570226039551584, -0.47140452079103168, 0.23570226039551584]),
        ("max 1", ([3.0, 1.0, 3.0],), 2.0, [1, 0, 1]),
        ("min 1", ([3.0, 1.0, 3.0],), 2.0, [0, 2, 0]),
        ("softmax", ([40.0, 0.0],), [1.0, 0.0], [TINY, -TINY]),
        ("softmax", ([40.0, 0.0],), [3.0, 5.0], [-2 * TINY, 2 * TINY]),
        ("softmax", ([1e4, -1e4],), [1.0, 0.0], [0, 0]),
        ("log_softmax", ([40.0, 0.0],), [1.0, 0.0], [TINY, -TINY]),
        ("log_softmax", ([1e4, -1e4],), [0.0, 1.0], [-1, 1]),
        ("logsumexp", (HUGE,), 1.0, [0.0900305732, 0.2447284711, 0.6652409558]),
        ("softmax_cross_entropy", ([40.0, 0.0], [1.0, 0.0]), 1.0, [-TINY, TINY]),
        ("softmax_cross_entropy", ([1e4, -1e4], [0.0, 1.0]), 1.0, [1, -1]),
        ("cross_entropy 11", ([1.0, 0.0], [1.0, 0.0]), 1.0, [-1, 0]),
    ],
)
def test_pullback_at_a_hard_point(name: str, args: tuple[list[float], ...], ct: Any, slopes: list[float]) -> None:
    row = TABLE[name]
    with quiet():
        got = pulled_back(row, [np.array(arg) for arg in args], np.array(ct))[0]
        columns = [stacked.column(arg) for arg in args]
        out = row.stacked.evaluate(*columns)
        many = row.stacked.pullbacks[0](*columns, out, stacked.column(ct), float(len(slopes)))
    for found in (got, many[..., 0]):
        np.testing.assert_allclose(found, slopes, rtol=1e-9, atol=1e-300)


def as_stack(items: list[Any]) -> Any:
    """Points × rows × columns."""
    return np.array([stacked.column(item) for item in items])


@each_case
def test_many_points_are_each_point(row: Primitive, shapes: tuple[tuple[int, ...], ...]) -> None:
    points = [[arg * factor for arg in drawn(row, shapes)] for factor in (1.0, 0.7, 0.3)]
    outs = [row.array.evaluate(*point) for point in points]
    cts = [np.cos(out) for out in outs]
    n = float(points[0][0].size)
    many = [as_stack(list(args)) for args in zip(*points, strict=True)]
    out = row.stacked.evaluate(*many)
    np.testing.assert_allclose(out, as_stack(outs), rtol=1e-13, atol=1e-15)
    for place in range(len(row.params)):
        got = row.stacked.pullbacks[place](*many, out, as_stack(cts), n)
        each = [pulled_back(row, point, ct)[place] for point, ct in zip(points, cts, strict=True)]
        np.testing.assert_allclose(got, as_stack(each), rtol=1e-12, atol=1e-15)


def test_the_cofactors_of_a_singular_matrix_are_its_minors() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(3, 3))
    x[2] = x[0] - 2 * x[1]
    minors = [
        [(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(x, i, 0), j, 1)) for j in range(3)] for i in range(3)
    ]
    np.testing.assert_allclose(array.cofactors(x), minors, rtol=1e-12, atol=1e-13)
    many = stacked.cofactors(np.array([x, x + 1.0, np.full((3, 3), np.nan)]))
    np.testing.assert_allclose(many[0], minors, rtol=1e-12, atol=1e-13)
    assert np.isnan(many[2]).all()


def test_inverses_of_many_points_are_those_of_each() -> None:
    x = np.array([[[1.0, 2.0], [3.0, 5.0]], [[1.0, 1.0], [1.0, 1.0]]])
    np.testing.assert_allclose(stacked.inv(x), [[[-5, 2], [3, -1]], [[math.nan] * 2] * 2], rtol=1e-13)


def test_what_stops_the_gradient_has_its_value() -> None:
    row = lookup("detach")
    assert row is lookup("stop_gradient")
    assert row is not None
    assert (row.evaluate(2.5), row.slopes[0](2.5, 2.5)) == (2.5, 0)


def test_a_norm_of_many_points_is_that_of_each() -> None:
    sizes = (0.0, 5e-324, 1e-200, 1.0, 1e200, 1e308, math.inf, math.nan)
    points = [[0.6 * size, -0.8 * size] for size in sizes]
    row = TABLE["norm"]
    with quiet():
        many = row.stacked.evaluate(as_stack(points))[:, 0, 0]
        each = [row.array.evaluate(np.array(point)) for point in points]
    np.testing.assert_allclose(many, each, rtol=1e-15)
    np.testing.assert_allclose(many[2:6], sizes[2:6], rtol=1e-15)


@every_row
def test_arrays_and_stacks_are_the_floats(row: Primitive) -> None:
    points = moderate(row, 30)
    values = [row.evaluate(*point) for point in points]
    columns = [np.array(column) for column in zip(*points, strict=True)]
    with quiet():
        for bound, shape in ((row.array, (-1,)), (row.stacked, (-1, 1, 1))):
            args = [column.reshape(shape) for column in columns]
            out = bound.evaluate(*args)
            np.testing.assert_allclose(np.ravel(out), values, rtol=1e-13, atol=1e-300)
            for scalar_slope, slope in zip(row.slopes, bound.slopes, strict=True):
                expected = [scalar_slope(*point, value) for point, value in zip(points, values, strict=True)]
                found = np.broadcast_to(slope(*args, out), out.shape)
                np.testing.assert_allclose(found.ravel(), expected, rtol=1e-12, atol=1e-300)


# ---- Ranges ----------------------------------------------------------------------------------------------------------


@some_rows("range")
def test_values_lie_in_the_range(row: Primitive) -> None:
    for point in candidates(row, COUNT):
        value = row.evaluate(*point)
        assert math.isnan(value) or not inside(row, point) or row.scalar.in_range(value), point


@pytest.mark.parametrize(("row", "shapes"), [case for case in CASES if case[0].range])
def test_values_of_vectors_lie_in_the_range(row: Primitive, shapes: tuple[tuple[int, ...], ...]) -> None:
    for size in (0, 1e-9, 1, 100, 1e6):
        assert np.all(row.array.in_range(row.array.evaluate(*[size * arg for arg in drawn(row, shapes)])))


OUTSIDE = {"exp": -1e-9, "cosh": 0.5, "softplus": -1, "relu": -1, "sigmoid": 1.1, "acos": 3.2, "log_softmax": 0.1}


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_is_outside_the_range_is_told(name: str) -> None:
    assert not TABLE[name].array.in_range(np.float64(OUTSIDE[name]))


CHOOSING = [
    row for row in SCALAR if len(row.params) > 1 and any("where" in text for text in row.stable or row.partials)
]
LITERALS = (-1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 1e16, math.inf)
HARD = np.array([-math.inf, -2.0, -1.0, -0.0, 0.0, 0.25, 1.0, 2.0, 1e200, math.inf, math.nan])


@pytest.mark.parametrize("row", CHOOSING, ids=[title(row) for row in CHOOSING])
def test_a_literal_settles_choices_and_no_digit(row: Primitive) -> None:
    assert CHOOSING
    with quiet():
        for place, literal in itertools.product(range(len(row.params)), LITERALS):
            literals = tuple(literal if i == place else None for i in range(len(row.params)))
            args = [HARD if known is None else known for known in literals]
            out = row.array.evaluate(*args)
            for index, slope in enumerate(row.array.slopes):
                got = np.broadcast_to(row.array.slope(index, literals)(*args, out), HARD.shape)
                expected = np.broadcast_to(slope(*args, out), HARD.shape)
                np.testing.assert_array_equal(got, expected)
                there = ~np.isnan(expected)
                np.testing.assert_array_equal(np.signbit(got[there]), np.signbit(expected[there]))


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (700, 3), (40, 30)])
def test_an_outer_product_is_numpys(shape: tuple[int, int]) -> None:
    x, y = (np.resize(HARD, size) for size in shape)
    size = np.getbufsize()
    with quiet():
        got, expected = array.outer(x, y), np.outer(x, y)
    np.testing.assert_array_equal(got, expected)
    there = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(got[there]), np.signbit(expected[there]))
    assert np.getbufsize() == size


def test_numpys_buffer_is_as_it_was_after_an_error() -> None:
    size = np.getbufsize()
    with pytest.raises(TypeError):
        array.outer(np.array([object()]), np.array([1.0]))
    assert np.getbufsize() == size


def test_a_row_that_says_another_value_gives_that():
    """As a mistake's does: the namespace's own function serves the table's row alone."""
    row = lookup("sin", 1)._replace(value="cos(x)")
    assert (row.evaluate(0.7), lookup("sin", 1).evaluate(0.7)) == (math.cos(0.7), math.sin(0.7))


@any_row
def test_a_function_that_floats_lack_is_missed(row: Primitive) -> None:
    has_floats = row.shape == "elementwise" or row.symbol in (VECTOR, INDEX, "concat")
    if not has_floats:
        with pytest.raises(KeyError):
            _ = row.scalar.evaluate
    assert all(callable(bound.evaluate) for bound in (row.array, row.stacked, row.scalar)[: 2 + has_floats])


def test_a_form_may_call_its_own_row() -> None:
    row = TABLE["sigmoid"]
    y = row.evaluate(0.5)
    assert row.scalar.form("sigmoid(out)*(1 - sigmoid(out))")(0.5, y) == row.evaluate(y) * (1 - row.evaluate(y))
    assert row._replace(value="sigmoid(-x)").evaluate(0.5) == row.evaluate(-0.5)
