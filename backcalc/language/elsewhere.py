"""What functions of other languages are called in this one: ELSEWHERE, a row a function.

The names are those of NumPy, PyTorch, TensorFlow, MATLAB, Mathematica and LaTeX that are too far from ours for a guess.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from backcalc.language.expr import Call
from backcalc.language.unparse import unparse
from backcalc.text.wording import shorten


class Elsewhere(NamedTuple):
    """The names of a function, in small letters and without `_`; what it is here, and a formula that says so.

    names    parted by blanks
    hint     what somebody who wrote one of them is told
    formula  what to write, in x and y, lo and hi, a and b: the hint has it
    """

    names: str
    hint: str
    formula: str


ELSEWHERE = (
    # Arithmetic
    Elsewhere("pow power mpower", "a power is written x^y", "x^y"),
    Elsewhere("square sqr", "a square is written x^2", "x^2"),
    Elsewhere("cube", "a third power is written x^3", "x^3"),
    Elsewhere("add plus", "a sum is written x + y", "x + y"),
    Elsewhere("subtract sub minus", "a difference is written x - y", "x - y"),
    Elsewhere("multiply mul times", "a product is written x*y", "x*y"),
    Elsewhere("divide div rdivide truedivide", "a quotient is written x/y", "x/y"),
    Elsewhere("neg negative uminus", "a negative is written -x", "-x"),
    Elsewhere("reciprocal", "a reciprocal is written 1/x", "1/x"),
    Elsewhere("rsqrt", "it is written 1/sqrt(x)", "1/sqrt(x)"),
    Elsewhere("squareroot", "the root is sqrt(x)", "sqrt(x)"),
    Elsewhere("cubicroot cuberoot", "the third root is cbrt(x)", "cbrt(x)"),
    Elsewhere("root nthroot surd", "the n-th root of x is x^(1/n)", "x^(1/3)"),
    Elsewhere("mod modulo remainder rem fmod", "the remainder is x - y*floor(x/y)", "x - y*floor(x/y)"),
    Elsewhere("trunc fix truncate", "towards zero it is sign(x)*floor(abs(x))", "sign(x)*floor(abs(x))"),
    Elsewhere("rint nint around", "the nearest whole number is round(x)", "round(x)"),
    Elsewhere("absolute fabs modulus magnitude", "the absolute value is abs(x)", "abs(x)"),
    Elsewhere("sgn signum", "the sign is sign(x)", "sign(x)"),
    Elsewhere("factorial", "a factorial is written out: prod([1, 2, 3])", "prod([1, 2, 3])"),
    Elsewhere("hypot", "it is written sqrt(x^2 + y^2)", "sqrt(x^2 + y^2)"),
    # Exponentials, logarithms and circles
    Elsewhere("exp2", "it is written 2^x", "2^x"),
    Elsewhere("lg", "the logarithm to the base 10 is log10(x)", "log10(x)"),
    Elsewhere("ld lb", "the logarithm to the base 2 is log2(x)", "log2(x)"),
    Elsewhere("loge naturallog", "the natural logarithm is log(x), or ln(x)", "log(x) + ln(x)"),
    Elsewhere("logit", "it is written log(x/(1 - x))", "log(x/(1 - x))"),
    Elsewhere("arcsin", "the inverse of sin is asin(x)", "asin(x)"),
    Elsewhere("arccos", "the inverse of cos is acos(x)", "acos(x)"),
    Elsewhere("arctan", "the inverse of tan is atan(x)", "atan(x)"),
    Elsewhere("arctan2", "the angle of a point is atan2(y, x)", "atan2(y, x)"),
    Elsewhere("arcsinh arsinh", "the inverse of sinh is asinh(x)", "asinh(x)"),
    Elsewhere("arccosh arcosh", "the inverse of cosh is acosh(x)", "acosh(x)"),
    Elsewhere("arctanh artanh", "the inverse of tanh is atanh(x)", "atanh(x)"),
    Elsewhere("tg", "the tangent is tan(x)", "tan(x)"),
    Elsewhere("sh", "it is sinh(x)", "sinh(x)"),
    Elsewhere("ch", "it is cosh(x)", "cosh(x)"),
    Elsewhere("th", "it is tanh(x)", "tanh(x)"),
    Elsewhere("arctg", "the inverse of tan is atan(x)", "atan(x)"),
    Elsewhere("cot ctg cotg", "the cotangent is 1/tan(x)", "1/tan(x)"),
    Elsewhere("sec", "the secant is 1/cos(x)", "1/cos(x)"),
    Elsewhere("csc cosec", "the cosecant is 1/sin(x)", "1/sin(x)"),
    Elsewhere("coth", "it is written 1/tanh(x)", "1/tanh(x)"),
    Elsewhere("sech", "it is written 1/cosh(x)", "1/cosh(x)"),
    Elsewhere("sind", "angles are in radians: sin(x*pi/180)", "sin(x*pi/180)"),
    Elsewhere("cosd", "angles are in radians: cos(x*pi/180)", "cos(x*pi/180)"),
    Elsewhere("radians deg2rad degtorad", "a degree is pi/180: x*pi/180", "x*pi/180"),
    Elsewhere("degrees rad2deg radtodeg", "a radian is 180/pi degrees: x*180/pi", "x*180/pi"),
    # Activations
    Elsewhere("logistic expit sigm logsig", "the logistic function is sigmoid(x)", "sigmoid(x)"),
    Elsewhere("sigma", "the logistic function is σ(x), or sigmoid(x)", "σ(x)"),
    Elsewhere("hardsigmoid", "it is written min(max(x/6 + 1/2, 0), 1)", "min(max(x/6 + 1/2, 0), 1)"),
    Elsewhere("tansig", "it is tanh(x)", "tanh(x)"),
    Elsewhere("heaviside heavisidetheta unitstep unitbox", "the unit step is step(x)", "step(x)"),
    Elsewhere("swish", "it goes by silu(x)", "silu(x)"),
    Elsewhere("mish", "it is written x*tanh(softplus(x))", "x*tanh(softplus(x))"),
    Elsewhere("lrelu leakyrelu prelu", "it goes by leaky_relu(x)", "leaky_relu(x)"),
    Elsewhere("relu6", "it is written min(max(x, 0), 6)", "min(max(x, 0), 6)"),
    Elsewhere("hardtanh", "it is written min(max(x, -1), 1)", "min(max(x, -1), 1)"),
    Elsewhere("softsign", "it is written x/(1 + abs(x))", "x/(1 + abs(x))"),
    Elsewhere("rectifier ramp poslin positivepart", "it goes by relu(x)", "relu(x)"),
    Elsewhere("softargmax", "it goes by softmax(x)", "softmax([x, y])"),
    # Choices
    Elsewhere("maximum fmax amax nanmax", "the greater is max(x, y), of a vector max(x)", "max(x, y)"),
    Elsewhere("minimum fmin amin nanmin", "the lesser is min(x, y), of a vector min(x)", "min(x, y)"),
    Elsewhere("clamp saturate", "between two bounds it is min(max(x, lo), hi)", "min(max(x, lo), hi)"),
    Elsewhere("iif ifelse ite cond select", "a choice is if c then a else b", "if x > 0 then a else b"),
    Elsewhere("piecewise cases", "a choice is if c then a else b", "if x > 0 then a else b"),
    # What has no number of its own
    Elsewhere(
        "rand randn random normal uniform randint runif rnorm",
        "nothing is drawn in a formula; a range to sample from is input x in [0, 1]",
        "x",
    ),
    Elsewhere("dropout", "nothing is drawn in a formula; a mask of numbers is m in m*x", "x*y"),
    Elsewhere("input placeholder requiresgrad", "what is to be given is declared: input x", "x"),
    Elsewhere("print disp display show", "`backcalc run` prints every node", "x"),
    # Vectors and matrices
    Elsewhere("linear dense affine fc", "a layer is W @ x + b", "[x, y] @ [a, b] + 1"),
    Elsewhere("batchnorm batchnorm1d batchnorm2d", "it is written out in `backcalc samples batchnorm-layer`", "x"),
    Elsewhere("layernorm layernormalization", "it is written out in `backcalc samples layernorm`", "x"),
    Elsewhere("rmsnorm", "it is written out in `backcalc samples rmsnorm`", "x"),
    Elsewhere(
        "attention selfattention scaleddotproductattention", "it is written out in `backcalc samples attention`", "x"
    ),
    Elsewhere("linspace arange", "numbers in a row are [k for k in 1..5]", "sum([k for k in 1..5])"),
    Elsewhere("len length numel", "a length is a whole number; const n = 5 names one", "x"),
    Elsewhere("einsum tensordot", "a product of matrices is A @ B, a sum of products sum(A*B)", "sum([x, y]*[a, b])"),
    Elsewhere("kron", "of two vectors it is flatten(outer(x, y))", "sum(flatten(outer([x, y], [a, b])))"),
    Elsewhere(
        "cross",
        "of x and y it is [x[1]*y[2] - x[2]*y[1], x[2]*y[0] - x[0]*y[2], x[0]*y[1] - x[1]*y[0]]",
        "sum([x*y - a*b, a - b])",
    ),
    Elsewhere("matmul mm bmm mv mtimes", "a matrix product is written A @ B", "[[x, y]] @ [a, b]"),
    Elsewhere("inner vdot innerproduct dotproduct", "the product of two vectors is dot(x, y)", "dot([x, y], [a, b])"),
    Elsewhere("outerproduct tensorproduct ger", "it is outer(x, y)", "outer([x, y], [a, b])"),
    Elsewhere(
        "conv1d conv2d convolution convolve convolve2d correlate correlate2d",
        "a window that goes over an image without flip is conv(image, window)",
        "sum(conv([x, y, a], [a, b]))",
    ),
    Elsewhere("maxpool1d maxpool2d maxpooling maxpooling2d", "it is maxpool(X, 2)", "sum(maxpool([x, y], 2))"),
    Elsewhere("avgpool1d avgpool2d averagepooling2d meanpool", "it is avgpool(X, 2)", "sum(avgpool([x, y], 2))"),
    Elsewhere("ravel vec", "all elements as a vector are flatten(X)", "sum(flatten([[x, y]]))"),
    Elsewhere("embedding gather take indexselect", "the rows 2, 0, 2 of E are E[[2, 0, 2]]", "sum([x, y][[1, 0, 1]])"),
    Elsewhere("flip fliplr flipud reverse", "from the end to the beginning it is x[[2, 1, 0]]", "sum([x, y][[1, 0]])"),
    Elsewhere("ctranspose hermitian conjugatetranspose", "the transpose is written A.T", "[[x, y]].T @ [a]"),
    Elsewhere("expectation expectedvalue", "an expectation over elements is mean(x)", "mean([x, y])"),
    Elsewhere("average avg reducemean nanmean", "the mean is mean(x)", "mean([x, y])"),
    Elsewhere("total reducesum nansum", "the sum is sum(x)", "sum([x, y])"),
    Elsewhere("product reduceprod", "the product is prod(x)", "prod([x, y])"),
    Elsewhere("sumsq sumsqr sumofsquares", "it is written sum(x^2)", "sum([x, y]^2)"),
    Elsewhere("norm2 l2norm vecnorm", "the length of a vector is norm(x)", "norm([x, y])"),
    Elsewhere("l1norm norm1", "it is written sum(abs(x))", "sum(abs([x, y]))"),
    Elsewhere(
        "cat concatenate horzcat hstack vertcat vstack", "vectors end to end are concat(x, y)", "sum(concat(x, y))"
    ),
    Elsewhere("array tensor asarray matrix", "a vector is written [1, 2], a matrix [[1, 2], [3, 4]]", "sum([x, 2])"),
    Elsewhere("lse", "it goes by logsumexp(x)", "logsumexp([x, y])"),
    Elsewhere("logsoftmax", "it goes by log_softmax(x)", "sum(log_softmax([x, y]))"),
    # Losses
    Elsewhere("mseloss meansquarederror", "it goes by mse(y, t)", "mse(x, y)"),
    Elsewhere("mae l1loss meanabsoluteerror", "it is written mean(abs(y - t))", "mean(abs([x] - [y]))"),
    Elsewhere("hinge hingeloss", "it is written max(0, 1 - t*y)", "max(0, 1 - x*y)"),
    Elsewhere("bce bceloss binarycrossentropy", "it goes by cross_entropy(p, t)", "cross_entropy(x, 1)"),
    Elsewhere(
        "bcewithlogits bcewithlogitsloss sigmoidcrossentropy",
        "it is cross_entropy(sigmoid(a), t)",
        "cross_entropy(sigmoid(x), 1)",
    ),
    Elsewhere(
        "crossentropyloss nll nllloss softmaxcrossentropywithlogits categoricalcrossentropy",
        "of logits it is softmax_cross_entropy(a, t), of probabilities cross_entropy(p, t)",
        "softmax_cross_entropy([x, y], [1, 0])",
    ),
    # Derivatives
    Elsewhere(
        "d dx dt derivative differentiate diff pd backward autograd", "∂y/∂x of nodes is grad(y, x)", "grad(b, a)"
    ),
    Elsewhere("nabla gradient del", "the derivative by nodes is grad(y, [w, b])", "sum(grad(b, [a]))"),
)


def hint_for(name: str) -> tuple[str, ...]:
    """The hint for a function that is called `name` elsewhere; none where nobody calls one so."""
    hint = _by_name().get(_plain(name))
    return () if hint is None else (hint,)


@cache
def _by_name() -> dict[str, str]:
    return {name: row.hint for row in ELSEWHERE for name in row.names.split()}


def _plain(name: str) -> str:
    """`name` as the rows have it: LeakyReLU, leaky_relu and leakyrelu are one."""
    return name.casefold().replace("_", "")


def guesses(call: Call) -> tuple[str, ...]:
    """What `call` of an unknown function may have been meant as: a product where it has one argument, or a function."""
    params = ", ".join("xyzuvw"[: max(1, len(call.args))])
    own = f"a function of your own is defined by def {shorten(call.fn)}({params}) = …"
    if len(call.args) != 1:
        return (own,)
    arg = shorten(unparse(call.args[0]))
    # k(x + 1) is k*(x + 1), k(x) is k*x.
    factor = f"({arg})" if isinstance(call.args[0], Call) and not call.args[0].is_named else arg
    return f"a product needs its sign: {shorten(call.fn)}*{factor}", own
