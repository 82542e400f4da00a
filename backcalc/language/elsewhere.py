"""What functions of other languages are called in this one: ELSEWHERE, a row a function.

The names are those of NumPy, PyTorch, TensorFlow, MATLAB, Mathematica and LaTeX that are too far from ours for a guess.
"""

from __future__ import annotations

from typing import NamedTuple


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
    Elsewhere("mod modulo remainder", "the remainder is x - y*floor(x/y)", "x - y*floor(x/y)"),
    Elsewhere(
        "rem fmod",  # These go towards zero.
        "the remainder with the sign of x is x - y*sign(x/y)*floor(abs(x/y))",
        "x - y*sign(x/y)*floor(abs(x/y))",
    ),
    Elsewhere("floordivide floordiv", "a whole quotient is floor(x/y)", "floor(x/y)"),
    Elsewhere("quotient idivide", "towards zero it is sign(x/y)*floor(abs(x/y))", "sign(x/y)*floor(abs(x/y))"),
    Elsewhere("int integer integerpart", "rounded down it is floor(x), towards zero sign(x)*floor(abs(x))", "floor(x)"),
    Elsewhere("roundup", "away from zero it is sign(x)*ceil(abs(x))", "sign(x)*ceil(abs(x))"),
    Elsewhere("trunc fix truncate rounddown", "towards zero it is sign(x)*floor(abs(x))", "sign(x)*floor(abs(x))"),
    Elsewhere("rint nint around", "the nearest whole number is round(x)", "round(x)"),
    Elsewhere("absolute fabs modulus magnitude", "the absolute value is abs(x)", "abs(x)"),
    Elsewhere("sgn signum", "the sign is sign(x)", "sign(x)"),
    Elsewhere("factorial fact", "a factorial is written out: prod([1, 2, 3])", "prod([1, 2, 3])"),
    Elsewhere(
        "ncr nchoosek binomial binom comb choose combin",
        "2 out of 5 are prod([4, 5])/prod([1, 2])",
        "prod([4, 5])/prod([1, 2])",
    ),
    Elsewhere("lerp", "it is written x + a*(y - x)", "x + a*(y - x)"),
    Elsewhere("greater gt", "a comparison is written x > y", "x > y"),
    Elsewhere("less lt", "a comparison is written x < y", "x < y"),
    Elsewhere("greaterequal ge geq", "a comparison is written x >= y", "x >= y"),
    Elsewhere("lessequal le leq", "a comparison is written x <= y", "x <= y"),
    Elsewhere("equal eq", "a comparison is written x == y", "x == y"),
    Elsewhere("notequal ne", "a comparison is written x != y", "x != y"),
    Elsewhere("logicaland", "it is written x > a and y > b", "x > a and y > b"),
    Elsewhere("logicalor", "it is written x > a or y > b", "x > a or y > b"),
    Elsewhere("logicalnot", "it is written not x > a", "not x > a"),
    Elsewhere("hypot", "it is written sqrt(x^2 + y^2)", "sqrt(x^2 + y^2)"),
    # Exponentials, logarithms and circles
    Elsewhere("exp2", "it is written 2^x", "2^x"),
    Elsewhere("lg", "the logarithm to the base 10 is log10(x)", "log10(x)"),
    Elsewhere("ld lb", "the logarithm to the base 2 is log2(x)", "log2(x)"),
    Elsewhere("loge naturallog", "the natural logarithm is log(x), or ln(x)", "log(x) + ln(x)"),
    Elsewhere("logb logn", "to another base it is log2(x), log10(x) or log(x)/log(3)", "log(x)/log(3)"),
    Elsewhere("logaddexp", "it is written logsumexp([x, y])", "logsumexp([x, y])"),
    Elsewhere("logaddexp2", "it is written log2(2^x + 2^y)", "log2(2^x + 2^y)"),
    Elsewhere("log1pexp log1exp", "log(1 + exp(x)) goes by softplus(x)", "softplus(x)"),
    Elsewhere("logcosh", "it is written log(cosh(x))", "log(cosh(x))"),
    Elsewhere("xlogy", "it is written x*log(y)", "x*log(y)"),
    Elsewhere("sinc", "it is written sin(x)/x, in NumPy of pi*x", "sin(x)/x"),
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
    Elsewhere("logistic expit sigm logsig logisticsigmoid", "the logistic function is sigmoid(x)", "sigmoid(x)"),
    Elsewhere("sigma", "the logistic function is σ(x), or sigmoid(x)", "σ(x)"),
    Elsewhere("hardsigmoid", "it is written min(max(x/6 + 1/2, 0), 1)", "min(max(x/6 + 1/2, 0), 1)"),
    Elsewhere("tansig", "it is tanh(x)", "tanh(x)"),
    Elsewhere("heaviside heavisidetheta unitstep unitbox", "the unit step is step(x)", "step(x)"),
    Elsewhere("swish", "it goes by silu(x)", "silu(x)"),
    Elsewhere("mish", "it is written x*tanh(softplus(x))", "x*tanh(softplus(x))"),
    Elsewhere(
        "lrelu leakyrelu prelu",
        "it goes by leaky_relu(x), with a slope of its own leaky_relu(x, slope=0.2)",
        "leaky_relu(x, slope=0.2)",
    ),
    Elsewhere("logsigmoid", "it goes by log_sigmoid(x)", "log_sigmoid(x)"),
    Elsewhere("tanhshrink", "it is written x - tanh(x)", "x - tanh(x)"),
    Elsewhere("relu6", "it is written min(max(x, 0), 6)", "min(max(x, 0), 6)"),
    Elsewhere("hardtanh", "it is written min(max(x, -1), 1)", "min(max(x, -1), 1)"),
    Elsewhere("softsign", "it is written x/(1 + abs(x))", "x/(1 + abs(x))"),
    Elsewhere("rectifier ramp poslin positivepart", "it goes by relu(x)", "relu(x)"),
    Elsewhere("softargmax", "it goes by softmax(x)", "softmax([x, y])"),
    # Choices
    Elsewhere("maximum fmax amax nanmax reducemax", "the greater is max(x, y), of a vector max(x)", "max(x, y)"),
    Elsewhere("minimum fmin amin nanmin reducemin", "the lesser is min(x, y), of a vector min(x)", "min(x, y)"),
    Elsewhere("clampmin", "from below it is max(x, lo)", "max(x, lo)"),
    Elsewhere("clampmax", "from above it is min(x, hi)", "min(x, hi)"),
    Elsewhere("clipbyvalue", "between two bounds it is clip(x, lo, hi)", "clip(x, lo, hi)"),
    Elsewhere("clamp saturate", "between two bounds it is min(max(x, lo), hi)", "min(max(x, lo), hi)"),
    Elsewhere("iif ifelse ite cond select", "a choice is if c then a else b", "if x > 0 then a else b"),
    Elsewhere("piecewise cases which switch", "a choice is if c then a else b", "if x > 0 then a else b"),
    # What has no number of its own
    Elsewhere(
        "rand randn random normal uniform randint runif rnorm",
        "nothing is drawn in a formula; a range to sample from is input x in [0, 1]",
        "x",
    ),
    Elsewhere("dropout", "nothing is drawn in a formula; a mask of numbers is m in m*x", "x*y"),
    Elsewhere("input placeholder requiresgrad", "what is to be given is declared: input x", "x"),
    Elsewhere(
        "float double float32 float64 astype cast constant variable scalar item numpy tolist",
        "a number stands bare: x",
        "x",
    ),
    Elsewhere("nograd", "what passes no derivative on is stop_gradient(x)", "stop_gradient(x)"),
    Elsewhere("vmap pmap arrayfun cellfun vectorize", "functions go by elements already: exp(x)", "exp(x)"),
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
    Elsewhere("len length numel size shape ndims", "a length is a whole number; const n = 5 names one", "x"),
    Elsewhere(
        "cumsum accumulate",
        "the sums so far are [sum(x[0:k]) for k in 1..3]",
        "sum([sum([x, y, a][0:k]) for k in 1..3])",
    ),
    Elsewhere(
        "cumprod",
        "the products so far are [prod(x[0:k]) for k in 1..3]",
        "sum([prod([x, y, a][0:k]) for k in 1..3])",
    ),
    Elsewhere("argmax argmin", "a place has no derivative; the greatest element is max(x)", "max([x, y])"),
    Elsewhere(
        "median sort argsort quantile percentile",
        "elements are not put in order here; the greatest is max(x), the mean mean(x)",
        "mean([x, y])",
    ),
    Elsewhere("zeroslike", "zeros are zeros(3), of a matrix zeros(3, 4)", "sum(zeros(3, 4))"),
    Elsewhere("oneslike", "ones are ones(3), of a matrix ones(3, 1)", "sum(ones(3, 1))"),
    Elsewhere("full filled", "a vector of equal numbers is x*ones(3)", "sum(x*ones(3))"),
    Elsewhere("identity identitymatrix", "the unit matrix is eye(3)", "sum(eye(3))"),
    Elsewhere("repmat tile repeat", "rows that are alike are outer(ones(3), x)", "sum(outer(ones(3), [x, y]))"),
    Elsewhere(
        "expanddims unsqueeze newaxis",
        "a row is reshape(x, 1, 3), a column reshape(x, 3, 1)",
        "sum(reshape([x, y, a], 3, 1))",
    ),
    Elsewhere("view squeeze", "as a vector it is flatten(X), as a matrix reshape(X, 2, 3)", "sum(flatten([[x, y]]))"),
    Elsewhere("inverse minverse", "the inverse of a matrix is inv(A)", "sum(inv([[x, y], [a, 1]]))"),
    Elsewhere(
        "pinv",
        "with independent columns it is inv(A.T @ A) @ A.T",
        "sum(inv([[x], [y]].T @ [[x], [y]]) @ [[x], [y]].T)",
    ),
    Elsewhere(
        "solve linsolve mldivide lstsq", "a system is solved by inv(A) @ b", "sum(inv([[x, y], [a, 1]]) @ [1, 2])"
    ),
    Elsewhere("mrdivide", "a quotient of matrices is A @ inv(B)", "sum([[1, 2]] @ inv([[x, y], [a, 1]]))"),
    Elsewhere("determinant mdeterm", "the determinant is det(A)", "det([[x, y], [a, 1]])"),
    Elsewhere("tr", "the trace is trace(A)", "trace([[x, y], [a, 1]])"),
    Elsewhere("einsum tensordot", "a product of matrices is A @ B, a sum of products sum(A*B)", "sum([x, y]*[a, b])"),
    Elsewhere("kron", "of two vectors it is flatten(outer(x, y))", "sum(flatten(outer([x, y], [a, b])))"),
    Elsewhere(
        "cross",
        "of x and y it is [x[1]*y[2] - x[2]*y[1], x[2]*y[0] - x[0]*y[2], x[0]*y[1] - x[1]*y[0]]",
        "sum([x*y - a*b, a - b])",
    ),
    Elsewhere("matmul mm bmm mv mtimes mmult", "a matrix product is written A @ B", "[[x, y]] @ [a, b]"),
    Elsewhere(
        "inner vdot innerproduct dotproduct sumproduct",
        "the product of two vectors is dot(x, y)",
        "dot([x, y], [a, b])",
    ),
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
    Elsewhere("nnz countnonzero", "how many elements are not 0 is sum(x != 0)", "sum([x, y] != 0)"),
    Elsewhere(
        "trapz trapezoid",
        "with steps of 1 it is sum(y[1:] + y[:-1])/2",
        "sum([x, y, a][1:] + [x, y, a][:-1])/2",
    ),
    Elsewhere("symsum", "a sum over an index is sum(k^2 for k in 1..3)", "sum(k^2 for k in 1..3)"),
    Elsewhere("symprod", "a product over an index is prod(k^2 for k in 1..3)", "prod(k^2 for k in 1..3)"),
    Elsewhere("sumsq sumsqr sumofsquares", "it is written sum(x^2)", "sum([x, y]^2)"),
    Elsewhere("norm2 l2norm vecnorm", "the length of a vector is norm(x)", "norm([x, y])"),
    Elsewhere("l1norm norm1", "it is written sum(abs(x))", "sum(abs([x, y]))"),
    Elsewhere("cat concatenate horzcat hstack vertcat", "vectors end to end are concat(x, y)", "sum(concat(x, y))"),
    Elsewhere("vstack rowstack stack", "vectors as the rows of a matrix are [x, y]", "sum(sum([[x, y], [a, b]]))"),
    Elsewhere("columnstack", "vectors as the columns of a matrix are [x, y].T", "sum([[x, y], [a, b]].T)"),
    Elsewhere("array tensor asarray matrix", "a vector is written [1, 2], a matrix [[1, 2], [3, 4]]", "sum([x, 2])"),
    Elsewhere("lse reducelogsumexp", "it goes by logsumexp(x)", "logsumexp([x, y])"),
    Elsewhere("logsoftmax", "it goes by log_softmax(x)", "sum(log_softmax([x, y]))"),
    # Statistics
    Elsewhere("stdev stddev stdevs standarddeviation", "of a sample it is std(x, ddof=1)", "std([x, y], ddof=1)"),
    Elsewhere("stdevp stdp reducestd", "it is std(x)", "std([x, y])"),
    Elsewhere("variance vars", "of a sample it is var(x, ddof=1), of all var(x)", "var([x, y], ddof=1)"),
    Elsewhere("varp reducevariance", "it is var(x)", "var([x, y])"),
    Elsewhere("rms", "it is written sqrt(mean(x^2))", "sqrt(mean([x, y]^2))"),
    Elsewhere("normalcdf cdf pnorm normsdist ncdf", "it goes by normcdf(x), or Φ(x)", "normcdf(x)"),
    Elsewhere("pdf dnorm normalpdf", "it goes by normpdf(x), or φ(x)", "normpdf(x)"),
    Elsewhere("one_hot", "it goes by onehot(k, n)", "sum(onehot(1, 3))"),
    Elsewhere(
        "cosinesimilarity",
        "it is written dot(x, y)/(norm(x)*norm(y))",
        "dot([x, y], [a, b])/(norm([x, y])*norm([a, b]))",
    ),
    Elsewhere("normalize normalise l2normalize", "of length one it is x/norm(x)", "sum([x, y]/norm([x, y]))"),
    # Losses
    Elsewhere(
        "smoothl1loss huber huberloss",
        "of d = y - t it is mean(where(abs(d) < 1, d^2/2, abs(d) - 1/2))",
        "mean(where(abs([x, 3]) < 1, [x, 3]^2/2, abs([x, 3]) - 1/2))",
    ),
    Elsewhere("kldiv klloss kullbackleibler relativeentropy", "it is written sum(p*log(p/q))", "sum([x]*log([x]/[y]))"),
    Elsewhere("entropy", "it is written -sum(p*log(p))", "-sum([x, y]*log([x, y]))"),
    Elsewhere("nll nllloss", "of the logarithms a of probabilities it is -dot(t, a)", "-dot([x, y], [a, b])"),
    Elsewhere("l2loss", "it is written sum(x^2)/2", "sum([x, y]^2)/2"),
    Elsewhere("rmse", "it is written sqrt(mse(y, t))", "sqrt(mse(x, y))"),
    Elsewhere(
        "sparsecategoricalcrossentropy sparsesoftmaxcrossentropywithlogits",
        "of logits it is softmax_cross_entropy(a, onehot(k, n))",
        "softmax_cross_entropy([x, y], onehot(1, 2))",
    ),
    Elsewhere("mseloss meansquarederror", "it goes by mse(y, t)", "mse(x, y)"),
    Elsewhere("mae l1loss meanabsoluteerror", "it is written mean(abs(y - t))", "mean(abs([x] - [y]))"),
    Elsewhere("hinge hingeloss", "it is written max(0, 1 - t*y)", "max(0, 1 - x*y)"),
    Elsewhere(
        "bce bceloss binarycrossentropy",
        "of numbers it goes by cross_entropy(p, t), of vectors -mean(t*log(p) + (1 - t)*log(1 - p))",
        "cross_entropy(x, 1)",
    ),
    Elsewhere(
        "bcewithlogits bcewithlogitsloss sigmoidcrossentropy "
        "sigmoidcrossentropywithlogits binarycrossentropywithlogits",
        "it is cross_entropy(sigmoid(a), t)",
        "cross_entropy(sigmoid(x), 1)",
    ),
    Elsewhere(
        "crossentropyloss softmaxcrossentropywithlogits categoricalcrossentropy",
        "of logits it is softmax_cross_entropy(a, t), of probabilities cross_entropy(p, t)",
        "softmax_cross_entropy([x, y], [1, 0])",
    ),
    # Derivatives
    Elsewhere(
        "d dx dt derivative differentiate diff pd backward autograd", "∂y/∂x of nodes is grad(y, x)", "grad(b, a)"
    ),
    Elsewhere(
        "nabla gradient del valueandgrad gradienttape",
        "the derivative by nodes is grad(y, [w, b])",
        "sum(grad(b, [a]))",
    ),
)
