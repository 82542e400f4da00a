"""Truncated power series against mpmath's Taylor coefficients, for every row of the table."""

import mpmath
import numpy as np
import pytest
from references import moderate, precise
from rows import TABLE, title

from backcalc.analysis.taylor import taylor
from backcalc.calculus.load import load
from backcalc.rules.functions import floats, series
from backcalc.rules.functions.power_series import Series, variable
from backcalc.rules.primitives import ROWS
from backcalc.rules.row import Bound
from backcalc.text.source import Source

mp = mpmath.mp
ORDER = 10
# What stops the gradient has no series of its own but the first term.
ELEMENTWISE = [row for row in ROWS if row.shape == "elementwise" and row.partials and row.symbol != "stop_gradient"]
# Of a vector function, the same in numbers that mpmath can expand; `x` is the vector [t, t^2, 1/3].
VECTORS = {
    "sum": ("sum(x)", mp.fsum),
    "mean": ("mean(x)", lambda x: mp.fsum(x) / len(x)),
    "prod": ("prod(x)", mp.fprod),
    "norm": ("norm(x)", lambda x: mp.sqrt(mp.fsum(e * e for e in x))),
    "max 1": ("max(x)", lambda x: x[2]),
    "min 1": ("min(x)", lambda x: x[1]),
    "logsumexp": ("logsumexp(x)", lambda x: mp.log(mp.fsum(map(mp.exp, x)))),
    "softmax": ("softmax(x)[1]", lambda x: mp.exp(x[1]) / mp.fsum(map(mp.exp, x))),
    "log_softmax": ("log_softmax(x)[0]", lambda x: x[0] - mp.log(mp.fsum(map(mp.exp, x)))),
    "dot": ("dot(x, sin(x))", lambda x: mp.fsum(e * mp.sin(e) for e in x)),
    "outer": ("sum(outer(x, x))", lambda x: mp.fsum(x) ** 2),
    "diag": ("sum(diag(x) @ x)", lambda x: mp.fsum(e * e for e in x)),
    "transpose": ("sum([x, x].T @ [1, 2])", lambda x: 3 * mp.fsum(x)),
    "concat": ("sum(concat(x, x)^2)", lambda x: 2 * mp.fsum(e * e for e in x)),
    "softmax_cross_entropy": (
        "softmax_cross_entropy(x, [0, 1, 0])",
        lambda x: mp.log(mp.fsum(map(mp.exp, x))) - x[1],
    ),
    "cross_entropy 11": ("cross_entropy(x, [0, 1, 0])", lambda x: -mp.log(x[1])),
    "var": ("var(x)", lambda x: mp.fsum(e * e for e in x) / 3 - mp.fsum(x) ** 2 / 9),
    "std": ("std(x)", lambda x: mp.sqrt(mp.fsum(e * e for e in x) / 3 - mp.fsum(x) ** 2 / 9)),
    "trace": ("trace(outer(x, x))", lambda x: mp.fsum(e * e for e in x)),
    "det": ("det([x, [1, 0, 2], sin(x)])", lambda x: mp.det(mp.matrix([x, [1, 0, 2], list(map(mp.sin, x))]))),
    "inv": (
        "inv([x, [1, 0, 2], sin(x)])[0, 2]",
        lambda x: mp.inverse(mp.matrix([x, [1, 0, 2], list(map(mp.sin, x))]))[0, 2],
    ),
    "conv": ("conv(x, [1, 2])[1]", lambda x: x[1] + 2 * x[2]),
    "conv 22": (
        "conv([x, sin(x)], [[1, 2], [0, 1]])[0, 1]",
        lambda x: x[1] + 2 * x[2] + mp.sin(x[2]),
    ),
    "maxpool": ("maxpool(x, 3)[0]", lambda x: x[2]),
    "maxpool 2": ("maxpool([x, [0, 0, 0], sin(x)], 3)[0, 0]", lambda x: x[2]),
    "avgpool": ("avgpool(x, 3)[0]", lambda x: mp.fsum(x) / 3),
    "avgpool 2": ("avgpool([x, x, sin(x)], 3)[0, 0]", lambda x: (2 * mp.fsum(x) + mp.fsum(map(mp.sin, x))) / 9),
    "flatten": ("sum(flatten([x, sin(x)])^2)", lambda x: mp.fsum(e * e + mp.sin(e) ** 2 for e in x)),
    "reshape": ("reshape(x, 1, 3)[0, 1]", lambda x: x[1]),
    "mse 11": ("mse(x, [0, 1, 0])", lambda x: (x[0] ** 2 + (x[1] - 1) ** 2 + x[2] ** 2) / 3),
}
AT = 0.3


def close(got, truth):
    assert len(got) == len(truth)
    # Where a coefficient happens to vanish, its digits are those of its neighbours.
    sizes = [abs(float(each)) for each in truth]
    for k, (value, exact) in enumerate(zip(got, truth, strict=True)):
        scale = max(sizes[max(0, k - 2) : k + 3])
        assert abs(float(value) - float(exact)) <= 1e-12 * max(scale, 1e-300), k


@pytest.mark.parametrize("row", ELEMENTWISE, ids=title)
def test_every_function_of_numbers_agrees_with_mpmath(row):
    points = moderate(row, 4)
    assert points
    for point in points:
        for i in range(1 if row.selects else 0, len(row.params)):
            args = [variable(x, float(j == i), ORDER) for j, x in enumerate(point)]
            with np.errstate(all="ignore"):
                found = Bound(row, series).evaluate(*args)
            with mp.workdps(60):
                exact = [mp.mpf(x) for x in point]
                function = precise(row.value, row.params)
                truth = mp.taylor(
                    lambda t, i=i, exact=exact, function=function: mp.mpf(function(*exact[:i], t, *exact[i + 1 :])),
                    exact[i],
                    ORDER,
                )
            close(found.terms if isinstance(found, Series) else [found] + [0.0] * ORDER, truth)


@pytest.mark.parametrize(("text", "function"), VECTORS.values(), ids=VECTORS)
def test_every_function_of_vectors_agrees_with_mpmath(text, function):
    graph = load(Source("test", f"x = [t, t^2, 1/3]\ny = {text}"))
    found = taylor(graph, {"t": AT}, ORDER, "y").output
    with mp.workdps(60):
        truth = mp.taylor(lambda t: function([t, t * t, mp.mpf(1) / 3]), mp.mpf(AT), ORDER)
    close(found.coefficients, truth)


def test_every_row_is_in_one_of_the_tables():
    syntax = {"[]", "[i]", "@ 22", "@ 21", "@ 12", "@ 11"}  # Those that VECTORS are written with.
    assert set(TABLE) - {"stop_gradient"} == {title(row) for row in ELEMENTWISE} | set(VECTORS) | syntax


def test_every_base_function_of_floats_is_one_of_series():
    names = [name for name, value in vars(floats).items() if callable(value) and not name.startswith("_")]
    others = {"Any", "Callable", "Unary", "copysign", "isnan", "annotations"}
    others |= {"guarded"}  # Of edges; the slopes of a series are its own coefficients.
    assert [name for name in names if name not in others and not hasattr(series, name)] == []


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        ("abs(x)", [0, -1, 0], [0, 1, 0]),
        ("max(x, 2*x)", [0, 1, 0], [0, 2, 0]),
        ("min(x, 2*x)", [0, 2, 0], [0, 1, 0]),
        ("sqrt(x^2)", [0, -1, 0], [0, 1, 0]),
        ("step(x)", [0, 0, 0], [1, 0, 0]),
        ("floor(x)", [-1, 0, 0], [0, 0, 0]),
        ("ceil(x)", [0, 0, 0], [1, 0, 0]),
        ("round(x + 1/2)", [0, 0, 0], [1, 0, 0]),
        ("if x < 0 then sin(x) else x^2", [0, 1, 0], [0, 0, 1]),
        ("if x == 0 then 5 else 1 + x", [1, 1, 0], [1, 1, 0]),
        ("sin(x)/x", [1, 0, -1 / 6], [1, 0, -1 / 6]),
        ("(1 - cos(x))/x^2", [0.5, 0, -1 / 24], [0.5, 0, -1 / 24]),
        ("max([x, -x])", [0, -1, 0], [0, 1, 0]),
        ("norm([x, 0])", [0, -1, 0], [0, 1, 0]),
        ("atan2(x, -1)", [-np.pi, -1, 0], [np.pi, -1, 0]),
        # There is no such power below 0, however far on its first term stands.
        ("x^1.5", [0, np.nan, np.nan], [0, 0, np.inf]),
        ("x^2.5", [0, np.nan, np.nan], [0, 0, 0]),
        ("x^e", [0, np.nan, np.nan], [0, 0, 0]),
        ("(-x)^7.5", [0, 0, 0], [0, np.nan, np.nan]),
    ],
)
def test_both_sides_at_a_kink(text, left, right):
    found = taylor(load(Source("test", f"y = {text}")), {"x": 0.0}, 2).output
    assert found.left[:3] == pytest.approx(left, abs=1e-15, nan_ok=True)
    assert found.right[:3] == pytest.approx(right, abs=1e-15, nan_ok=True)


@pytest.mark.parametrize("size", [2, 3, 12, 13, 40])
@pytest.mark.parametrize("scale", [0, 100])
def test_determinants_keep_their_digits_at_any_size_and_scale(size, scale):
    numbers = np.random.default_rng(size)
    # Rows of sizes as different as that; what a determinant is made of is near 1 all the same.
    rows = np.ldexp(1.0, numbers.permutation(np.linspace(-scale, scale, size).astype(int)))[:, None]
    terms = [np.eye(size) + numbers.normal(size=(size, size)) / size for _ in range(4)]
    found = series.det(Series(np.array([rows * each for each in terms]))).terms
    with mp.workdps(60):
        exact = [mp.matrix((rows * each).tolist()) for each in terms]
        truth = mp.taylor(lambda t: mp.det(sum((each * t**k for k, each in enumerate(exact)), mp.zeros(size))), 0, 3)
    close(found, truth)
