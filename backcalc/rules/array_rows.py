"""The rows of the table of primitives that are of vectors and matrices as wholes; `primitives` tells their columns."""

from __future__ import annotations

from backcalc.language.expr import INDEX, VECTOR
from backcalc.rules.table import row as _row

_ARRAY, _ALIKE = ((1,), (2,)), ((1, 1), (2, 2))  # Ranks of one array, of two.
_ALONG, _AXIS, _SPREAD = "axis", "axis keepdims=0", "axis keepdims=0 ddof=0"

ARRAY_ROWS = (
    # Vectors and matrices
    # Where a cotangent goes depends on the items and the indices, which no text can name: the engine places it.
    _row(VECTOR, "x", "x", shape="stack", pullbacks="ct"),
    _row(INDEX, "x", "x", shape="index", pullbacks="ct"),
    _row("concat", "x", "x", shape="concat", pullbacks="ct", latex="[<x>]"),
    _row("transpose", "x", "", pullbacks="ct.T", shape="transpose", ranks=((2,),), below="=", latex=r"{<x>}^\top"),
    _row("diag", "x", "", pullbacks="diag(ct)", shape="diag", latex=r"\operatorname{diag}(<x>)"),
    _row("outer", "x y", "", pullbacks="ct @ y; ct.T @ x", shape="outer", latex=r"<x> <y>^\top"),
    # A row for each pair of ranks: what the cotangent becomes has another shape in each.
    _row("@", "x y", "x @ y", pullbacks="ct @ y.T; x.T @ ct", shape="matmul", ranks=((2, 2),), latex="<x> <y>"),
    _row("@", "x y", "x @ y", pullbacks="outer(ct, y); x.T @ ct", shape="matmul", ranks=((2, 1),), latex="<x> <y>"),
    _row("@", "x y", "y.T @ x", pullbacks="y @ ct; outer(x, ct)", shape="matmul", ranks=((1, 2),), latex="<x> <y>"),
    _row("@", "x y", "dot(x, y)", pullbacks="ct*y; ct*x", shape="matmul", ranks=((1, 1),), latex=r"<x>^\top <y>"),
    _row("dot", "x y", "", pullbacks="ct*y; ct*x", shape="dot", latex=r"<x>^\top <y>"),
    _row("trace", "x", "sum(diag(x))", pullbacks="ct*identity(x)", shape="trace", latex=r"\operatorname{tr} <x>"),
    # Cofactors are there where the matrix has no inverse, too.
    _row(
        "det", "x", "", pullbacks="ct*out*inv(x).T", stable="ct*cofactors(x)", shape="square", latex=r"\det <x>",
    ),
    _row("inv", "x", "", pullbacks="-out.T @ ct @ out.T", shape="inverse", latex="{<x>}^{-1}"),
    _row(
        "sum", "x", "", pullbacks="ct", shape="reduce", ranks=_ARRAY, below="=", options=_AXIS,
        latex=r"{\textstyle\sum} <x>",
    ),
    _row(
        "mean", "x", "", pullbacks="ct/n", shape="reduce", ranks=_ARRAY, below="=", options=_AXIS,
        latex=r"\overline{<x>}",
    ),
    # By the mean nothing more comes: the deviations from it add up to 0.
    _row(
        "var", "x", "mean((x - mean(x))^2)", pullbacks="2*ct*(x - mean(x))/n", shape="spread", range="out >= 0",
        options=_SPREAD,
        latex=r"\operatorname{var}(<x>)",
    ),
    # Where all are equal the root has a kink, of which the slope 0 is a subgradient.
    _row(
        "std", "x", "sqrt(mean((x - mean(x))^2))", pullbacks="ct*(x - mean(x))/(n*out)",
        stable="ct*where(out == 0, 0, (x - mean(x))/out/n)",  # Unlike n*out no step overflows.
        derived="ct*where(out == 0, 0, (x - mean(x))/(n*out))", kinks="out == 0", shape="spread",
        options=_SPREAD, range="out >= 0", homogeneous=True, latex=r"\operatorname{std}(<x>)",
    ),
    # ct*out/x is 0/0 where one of them is 0; the product of the others is not.
    _row(
        "prod", "x", "", pullbacks="ct*out/x", stable="ct*others(x)", derived="stable", shape="reduce",
        ranks=_ARRAY, below="=", options=_AXIS, latex=r"{\textstyle\prod} <x>",
    ),
    # At 0 the norm has a kink, as |x| has, with 0 among its subgradients.
    _row(
        "norm", "x", "", pullbacks="ct*x/out", stable="ct*where(out == 0, 0, x/out)", derived="stable",
        kinks="out == 0", shape="reduce", ranks=_ARRAY, below="abs", options=_AXIS, range="out >= 0",
        homogeneous=True, latex=r"\lVert <x> \rVert",
    ),
    # A nan equals nothing: where(x == x, …) hands it on, so that the slope is nan beside it.
    _row(
        "max", "x", "largest(x)", pullbacks="ct*(x == out)/sum(x == out)",
        stable="where(x == out, ct/sum(x == out), where(x == x, 0, ct*x))", kinks="sum(x == out) > 1", shape="reduce",
        ranks=_ARRAY, below="=", options=_AXIS, selects="out", latex=r"\max <x>",
    ),
    _row(
        "min", "x", "smallest(x)", pullbacks="ct*(x == out)/sum(x == out)",
        stable="where(x == out, ct/sum(x == out), where(x == x, 0, ct*x))", kinks="sum(x == out) > 1", shape="reduce",
        ranks=_ARRAY, below="=", options=_AXIS, selects="out", latex=r"\min <x>",
    ),
    _row(
        "logsumexp", "x", "", pullbacks="ct*softmax(x)", shape="logits", options=_AXIS,
        latex=r"\operatorname{lse}(<x>)",
    ),
    # Σ out is 1: from ct may be taken what is the same for all, here before it costs digits.
    _row(
        "softmax", "x", "", pullbacks="out*(ct - dot(ct, out))",
        stable="out*(from_top(ct, out) - dot(from_top(ct, out), out))", shape="vector", options=_ALONG,
        jacobian="diag(out) - outer(out, out)",
        range="out >= 0 and out <= 1", latex=r"\operatorname{softmax}(<x>)",
    ),
    # complement is 1 - softmax(x) with all its digits where one element is far ahead.
    _row(
        "log_softmax", "x", "", pullbacks="ct - softmax(x)*sum(ct)",
        stable="ct*complement(x) - softmax(x)*(sum(ct) - ct)", shape="vector", options=_ALONG,
        range="out <= 0", latex=r"\ln\operatorname{softmax}(<x>)",
    ),
    _row(
        "softmax_cross_entropy", "a t", "-dot(t, log_softmax(a))",
        pullbacks="ct*(softmax(a)*sum(t) - t); -ct*log_softmax(a)",
        stable="ct*(softmax(a)*(sum(t) - t) - t*complement(a)); -ct*log_softmax(a)", shape="dot", options=_AXIS,
        latex=r"H(<t>, \operatorname{softmax}(<a>))",
    ),
    # A class with t = 0 has no part in the loss, even where p is 0: 0·log(0) is 0.
    _row(
        "cross_entropy", "p t", "-sum(where(t == 0, 0, t*log(p)))", pullbacks="-ct*t/p; -ct*log(p)",
        stable="-ct*where(t == 0, 0, t/p); -ct*log(p)", derived="stable", shape="pair", ranks=_ALIKE,
        domain="t == 0 or p >= 0", poles="p == 0 and t != 0",
        options=_AXIS, latex=r"H(<t>, <p>)",
    ),
    _row(
        "mse", "y t", "mean((y - t)^2)", pullbacks="2*ct*(y - t)/n; 2*ct*(t - y)/n", shape="pair",
        ranks=_ALIKE, latex=r"\overline{(<y> - <t>)^2}",
    ),
)  # fmt: skip
