"""The table of primitives: one row is all it takes to add a function.

A row's columns:

    symbol       as the language writes it; operators and other syntax go by the names that `expr` gives them
    params       its parameters, which the texts below speak of
    value        its value; the default is the base function of the same name in the namespace (`scalar` for floats)
    partials     its local partials, one a parameter, parted by `;`, as a textbook writes them; `out` is the row's value
    stable       the same where the textbook's form overflows or loses digits; numbers come from these
    derived      the same as `derive` writes them, where the textbook's form is nan or far off at some point where the
                 stable one is right; the word `stable` stands for the texts of that column
    plain        where the textbook's form does as well for `derive`: conditions on arguments that are constants
    from_output  the same in terms of `out` alone, for where only the value is known
    domain       where the function exists; outside, the value is what IEEE 754 gives and the slope is nan
    poles        where its value is infinite, at arguments of its domain: of real numbers, as claims are, it has none
    kinks        where the slope or the value jumps; the partials give the slope used there (relu, abs: 0, max: 1/2, but
                 against a constant 0, by `against`)
    pullbacks    in place of partials, where these would be large arrays: what a cotangent `ct` of the value becomes for
                 each argument; `n` is the number of elements of the first
    shape        how the shapes of arguments and value go together: a rule of `shapes`; the default is elementwise
    range        which values it has, of `out`, where these are not all; a value that is given is held against it
    latex        its value in LaTeX, `<x>` standing for the parameter x
    selects      what chooses the one argument that is passed on, whatever the slope of the others is: a parameter, or
                 `out` where it is the value that tells; nothing flows to an argument with the slope 0
    ranks        the ranks of its arguments, where another row of the symbol serves others; the default is any
    jacobian     of a vector by a vector, its Jacobian as a matrix, for formulas; the default is row by row
    options      whole numbers by which it is another function, `axis keepdims=0`, with their defaults
    chosen       those of a row that `options` has made: no row below states any
    homogeneous  whether it is a root of squares, and of twice the argument twice as large: numbers whose squares are
                 lost are scaled then
    below        the symbol of the row that serves arguments of lower ranks, where none of its own does: the sum of a
                 number is that number

All are text in the language itself, so every partial can be differentiated again. Which form of a partial serves is
inferred: the first whose names are all known. Constants of SELU: Klambauer et al. 2017, "Self-Normalizing Neural
Networks", eq. 14; GELU: Hendrycks and Gimpel 2016; the rules are those of Abramowitz and Stegun, ch. 4 and 7.
"""

from __future__ import annotations

from backcalc.language.expr import IF, INDEX, NEGATE, TRANSPOSE, VECTOR, WITHIN, Options
from backcalc.rules.array_rows import ARRAY_ROWS
from backcalc.rules.lower import expression
from backcalc.rules.own import own_row
from backcalc.rules.row import CONSTANTS, Primitive
from backcalc.rules.table import PRIMITIVES
from backcalc.rules.table import row as _row
from backcalc.rules.window_rows import WINDOW_ROWS

ALIASES = {
    "ln": "log",
    "σ": "sigmoid",
    "Φ": "normcdf",
    "φ": "normpdf",
    "detach": "stop_gradient",
    IF: "where",
    TRANSPOSE: "transpose",
}
VARIADIC = (VECTOR, INDEX, "concat")  # Whatever their number of arguments, one row with one parameter serves.


def rows_of(symbol: str) -> tuple[Primitive, ...]:
    """All rows that a symbol or its alias stands for."""
    return PRIMITIVES.get(ALIASES.get(symbol, symbol), ())


def lookup(symbol: str, arity: int | None = None, options: Options = ()) -> Primitive | None:
    """The first row that a symbol or its alias stands for; of `max` and `min` the one for `arity` arguments."""
    if options:
        from backcalc.rules.options import option_row  # Of most files nothing has any.

        return option_row(symbol, options, PRIMITIVES)
    rows = rows_of(symbol)
    if not rows:
        return own_row(symbol, PRIMITIVES)
    if len(rows) == 1:  # As of nearly all; it is asked of each operation of a graph.
        return rows[0]
    return next((row for row in rows if row.arity == arity), rows[0])


_NUMBERS = ((0, 0),)  # Ranks of two numbers.
_SELU, _SELU_LEFT = "1.0507009873554805", "1.7580993408473769"  # λ, and λα

ROWS = (
    # Arithmetic
    _row("+", "x y", "x + y", "1; 1", latex="<x> + <y>"),
    _row("-", "x y", "x - y", "1; -1", latex="<x> - <y>"),
    _row("*", "x y", "x*y", "y; x", latex=r"<x> \cdot <y>"),
    # By `out`: the square of the textbook's -x/y^2 overflows from y = 1e154 on.
    _row("/", "x y", "x/y", "1/y; -out/y", domain="y != 0", latex=r"\frac{<x>}{<y>}"),
    _row(NEGATE, "x", "-x", "-1", latex="-<x>"),
    _row("=", "x", "x", "1", latex="<x>"),  # A node that is another one, or a number, by a second name.
    _row(WITHIN, "x c", "where(c, x, c/c)", "1; 0", domain="c", latex=r"<x> \; (<c>)"),
    _row(
        "^", "x y", "x^y", "y*x^(y - 1); out*log(x)",
        # Where y - 1 is rounded, the power would magnify that by log(x), or turn its sign.
        stable="where(y == 0, 0, where(x == 0 or abs(y) < 1e15 and y - 1 + 1 == y, y*x^(y - 1), y*out/x)); "
        "where(x == 0 and y > 0, 0, out*log(x))",
        derived="where(y == 0, 0, y*x^(y - 1)); where(out == 0, 0, out*log(x))", plain="y != 0; x > 0 and 1/x > 0",
        domain="y == y and (x > 0 or x >= 0 and y >= 0 or x < 0 and y == floor(y))", latex="{<x>}^{<y>}",
    ),
    # Comparisons and choice: 1 or 0, with slope 0
    _row("<", "x y", "x < y", "0; 0", kinks="x == y", latex="<x> < <y>"),
    _row("<=", "x y", "x <= y", "0; 0", kinks="x == y", latex=r"<x> \le <y>"),
    _row(">", "x y", "x > y", "0; 0", kinks="x == y", latex="<x> > <y>"),
    _row(">=", "x y", "x >= y", "0; 0", kinks="x == y", latex=r"<x> \ge <y>"),
    _row("==", "x y", "x == y", "0; 0", latex="<x> = <y>"),
    _row("!=", "x y", "x != y", "0; 0", latex=r"<x> \ne <y>"),
    _row("and", "x y", "x and y", "0; 0", latex=r"<x> \land <y>"),
    _row("or", "x y", "x or y", "0; 0", latex=r"<x> \lor <y>"),
    _row("not", "x", "not x", "0", latex=r"\lnot <x>"),
    _row(
        "where", "c a b", "where(c, a, b)", "0; where(c, 1, 0); where(c, 0, 1)", selects="c",
        latex=r"\begin{cases}<a> & <c>\\ <b> & \text{otherwise}\end{cases}",
    ),
    # Exponentials and logarithms
    _row("exp", "x", "", "out", range="out >= 0", latex=r"\exp(<x>)"),
    _row("expm1", "x", "", "exp(x)", from_output="out + 1", range="out >= -1", latex=r"\exp(<x>) - 1"),
    _row("log", "x", "", "1/x", from_output="exp(-out)", domain="x > 0", latex=r"\ln(<x>)"),
    _row("log2", "x", "", "1/(x*log(2))", from_output="1/(2^out*log(2))", domain="x > 0", latex=r"\log_2(<x>)"),
    _row("log10", "x", "", "1/(x*log(10))", from_output="1/(10^out*log(10))", domain="x > 0", latex=r"\log_{10}(<x>)"),
    _row("log1p", "x", "", "1/(1 + x)", from_output="exp(-out)", domain="x > -1", latex=r"\ln(1 + <x>)"),
    # Of −0.0 the root is −0.0, whose slope would be −∞.
    _row("sqrt", "x", "", "1/(2*out)", stable="1/(2*abs(out))", domain="x >= 0", range="out >= 0", latex=r"\sqrt{<x>}"),
    _row("cbrt", "x", "", "1/(3*out^2)", stable="where(x == 0, inf, out/x/3)", latex=r"\sqrt[3]{<x>}"),
    # Circular functions, in radians
    _row("sin", "x", "", "cos(x)", range="abs(out) <= 1", latex=r"\sin(<x>)"),
    _row("cos", "x", "", "-sin(x)", range="abs(out) <= 1", latex=r"\cos(<x>)"),
    _row("tan", "x", "", "1 + out^2", latex=r"\tan(<x>)"),
    # Near 1 the square rounds away what 1 - x^2 is about; in (1 - x)*(1 + x) nothing is lost.
    _row(
        "asin", "x", "", "1/sqrt(1 - x^2)", stable="1/sqrt((1 - x)*(1 + x))", from_output="1/cos(out)",
        derived="stable",
        domain="abs(x) <= 1", range="abs(out) <= pi/2", latex=r"\arcsin(<x>)",
    ),
    _row(
        "acos", "x", "", "-1/sqrt(1 - x^2)", stable="-1/sqrt((1 - x)*(1 + x))", from_output="-1/sin(out)",
        derived="stable",
        domain="abs(x) <= 1", range="out >= 0 and out <= pi", latex=r"\arccos(<x>)",
    ),
    _row("atan", "x", "", "1/(1 + x^2)", from_output="cos(out)^2", range="abs(out) <= pi/2", latex=r"\arctan(<x>)"),
    _row(
        "atan2", "y x", "", "x/(x^2 + y^2); -y/(x^2 + y^2)",
        stable="where(abs(x) >= abs(y), 1/x/(1 + (y/x)^2), x/y/y/(1 + (x/y)^2)); "
        "where(abs(x) >= abs(y), -y/x/x/(1 + (y/x)^2), -1/y/(1 + (x/y)^2))",
        # Simplified, the quotients of the stable form would be squares that overflow; r/(1 + r^2) is sin(2*atan(r))/2.
        derived="where(abs(x) >= abs(y), 1/(x*(1 + (y/x)^2)), sin(2*atan(x/y))/(2*y)); "
        "where(abs(x) >= abs(y), -sin(2*atan(y/x))/(2*x), -1/(y*(1 + (x/y)^2)))",
        domain="x != 0 or y != 0", kinks="y == 0 and x < 0", latex=r"\operatorname{atan2}(<y>, <x>)",
    ),
    # Hyperbolic functions
    _row("sinh", "x", "", "cosh(x)", latex=r"\sinh(<x>)"),
    _row("cosh", "x", "", "sinh(x)", range="out >= 1", latex=r"\cosh(<x>)"),
    # 1 - out^2 is 0 from x = 20 on, where the slope is still 2e-17.
    _row("tanh", "x", "", "1 - out^2", stable="(1/cosh(x))^2", range="abs(out) <= 1", latex=r"\tanh(<x>)"),
    # From 1e154 on the square overflows.
    _row(
        "asinh", "x", "", "1/sqrt(1 + x^2)", stable="where(abs(x) < 1e100, 1/sqrt(1 + x^2), 1/abs(x))",
        from_output="1/cosh(out)", latex=r"\operatorname{arsinh}(<x>)",
    ),
    # Two roots, for x^2 overflows, and near 1 x^2 - 1 loses digits.
    _row(
        "acosh", "x", "", "1/sqrt(x^2 - 1)", stable="1/(sqrt(x - 1)*sqrt(x + 1))", derived="stable",
        from_output="1/sinh(out)",
        domain="x >= 1", range="out >= 0", latex=r"\operatorname{arcosh}(<x>)",
    ),
    _row(
        "atanh", "x", "", "1/(1 - x^2)", stable="1/((1 - x)*(1 + x))", derived="stable", from_output="cosh(out)^2",
        domain="abs(x) < 1", latex=r"\operatorname{artanh}(<x>)",
    ),
    # Steps and kinks
    _row("abs", "x", "", "sign(x)", kinks="x == 0", range="out >= 0", latex=r"\lvert <x> \rvert"),
    _row("sign", "x", "", "0", kinks="x == 0", latex=r"\operatorname{sign}(<x>)"),
    _row("step", "x", "max(sign(x), 0)", "0", kinks="x == 0", latex=r"\mathbf{1}[<x> > 0]"),
    _row("floor", "x", "", "0", kinks="x == floor(x)", latex=r"\lfloor <x> \rfloor"),
    _row("ceil", "x", "", "0", kinks="x == floor(x)", latex=r"\lceil <x> \rceil"),
    _row("round", "x", "", "0", kinks="abs(x - round(x)) == 1/2", latex=r"\operatorname{round}(<x>)"),
    _row(
        "max", "x y", "", "where(x > y, 1, where(x == y, 1/2, 0)); where(y > x, 1, where(x == y, 1/2, 0))",
        selects="out", kinks="x == y", latex=r"\max(<x>, <y>)",
    ),
    _row(
        "min", "x y", "", "where(x < y, 1, where(x == y, 1/2, 0)); where(y < x, 1, where(x == y, 1/2, 0))",
        selects="out", kinks="x == y", latex=r"\min(<x>, <y>)",
    ),
    _row(
        "clip", "x lo hi", "min(max(x, lo), hi)",
        "where(lo < hi, where(lo < x and x < hi, 1, where(x == lo or x == hi, 1/2, 0)), 0); "
        "where(lo < hi, where(x < lo, 1, where(x == lo, 1/2, 0)), where(lo == hi and x < lo, 1/2, 0)); "
        "where(max(x, lo) > hi, 1, where(max(x, lo) == hi, 1/2, 0))",
        selects="out", kinks="max(x, lo) == hi or x == lo and lo < hi",
        latex=r"\operatorname{clip}(<x>, <lo>, <hi>)",
    ),
    # The value alone: by intent its slope is not the value's
    _row("stop_gradient", "x", "x", "0", latex=r"\operatorname{stop}(<x>)"),
    # The error function, the normal distribution, and activations
    _row("erf", "x", "", "2/sqrt(pi)*exp(-x^2)", range="abs(out) <= 1", latex=r"\operatorname{erf}(<x>)"),
    _row("erfc", "x", "", "-2/sqrt(pi)*exp(-x^2)", latex=r"\operatorname{erfc}(<x>)"),
    # By erfc: far to the left 1 + erf(…) is 0, and erfc is not.
    _row(
        "normcdf", "x", "erfc(-x/sqrt(2))/2", "normpdf(x)", range="out >= 0 and out <= 1",
        latex=r"\Phi(<x>)",
    ),
    _row("normpdf", "x", "exp(-x^2/2)/sqrt(2*pi)", "-x*out", range="out >= 0", latex=r"\varphi(<x>)"),
    # This one and the next two have exp of what is not above 0 alone, so that nothing overflows.
    _row(
        "log_sigmoid", "x", "min(x, 0) - log1p(exp(-abs(x)))", "sigmoid(-x)", from_output="-expm1(out)",
        range="out <= 0", latex=r"\ln\sigma(<x>)",
    ),
    _row(
        "sigmoid", "x", "where(x < 0, exp(-abs(x))/(1 + exp(-abs(x))), 1/(1 + exp(-abs(x))))", "out*(1 - out)",
        stable="1/(1 + exp(-abs(x)))*(exp(-abs(x))/(1 + exp(-abs(x))))", range="out >= 0 and out <= 1",
        latex=r"\sigma(<x>)",
    ),
    _row(
        "softplus", "x", "max(x, 0) + log1p(exp(-abs(x)))", "sigmoid(x)",
        from_output="-expm1(-out)", range="out >= 0", latex=r"\ln(1 + e^{<x>})",
    ),
    _row(
        "relu", "x", "max(x, 0)", "step(x)", from_output="step(out)", kinks="x == 0", range="out >= 0",
        selects="out", latex=r"\mathrm{ReLU}(<x>)",
    ),
    _row(
        "leaky_relu", "x", "where(x > 0, x, 0.01*x)", "where(x > 0, 1, 0.01)",
        from_output="where(out > 0, 1, 0.01)", kinks="x == 0", latex=r"\mathrm{LeakyReLU}(<x>)",
    ),
    _row(
        "leaky_relu", "x slope", "where(x > 0, x, slope*x)", "where(x > 0, 1, slope); where(x > 0, 0, x)",
        kinks="x == 0", latex=r"\mathrm{LeakyReLU}(<x>, <slope>)",
    ),
    # With alpha = 1 both sides have the slope 1 at 0: no kink.
    _row(
        "elu", "x", "where(x > 0, x, expm1(x))", "where(x > 0, 1, exp(x))",
        from_output="where(out > 0, 1, out + 1)", range="out >= -1", latex=r"\mathrm{ELU}(<x>)",
    ),
    _row(
        "elu", "x alpha", "where(x > 0, x, alpha*expm1(x))", "where(x > 0, 1, alpha*exp(x)); where(x > 0, 0, expm1(x))",
        kinks="x == 0 and alpha != 1", latex=r"\mathrm{ELU}(<x>, <alpha>)",
    ),
    _row(
        "selu", "x", f"where(x > 0, {_SELU}*x, {_SELU_LEFT}*expm1(x))", f"where(x > 0, {_SELU}, {_SELU_LEFT}*exp(x))",
        from_output=f"where(out > 0, {_SELU}, out + {_SELU_LEFT})", kinks="x == 0", latex=r"\mathrm{SELU}(<x>)",
    ),
    _row(
        "gelu", "x", "x*erfc(-x/sqrt(2))/2", "erfc(-x/sqrt(2))/2 + x*exp(-x^2/2)/sqrt(2*pi)",
        latex=r"\mathrm{GELU}(<x>)",
    ),
    _row(
        "silu", "x", "x*sigmoid(x)", "sigmoid(x)*(1 + x*sigmoid(-x))",
        stable="where(x < 0, exp(x)*(1 + x + exp(x))/(1 + exp(x))^2, sigmoid(x)*(1 + x*sigmoid(-x)))",
        latex=r"\mathrm{SiLU}(<x>)",
    ),
    # Losses: of numbers here, of vectors below
    # 0·log(0) is 0, its limit. At p = −0.0 the slope is that at 0: abs(p).
    _row(
        "cross_entropy", "p t",
        "-where(t == 0 and p == 0, 0, t*log(p)) - where(t == 1 and p == 1, 0, (1 - t)*log1p(-p))",
        "(p - t)/(p*(1 - p)); log(1 - p) - log(p)",
        stable="where(t == 0, 1/(1 - p), where(t == 1, -1/abs(p), (p - t)/abs(p)/(1 - p))); log1p(-p) - log(p)",
        derived="stable",
        domain="p >= 0 and p <= 1", poles="p == 0 and t != 0 or p == 1 and t != 1", ranks=_NUMBERS,
        latex=r"H(<t>, <p>)",
    ),
    _row("mse", "y t", "(y - t)^2", "2*(y - t); 2*(t - y)", ranks=_NUMBERS, latex=r"(<y> - <t>)^2"),
    *ARRAY_ROWS,
    *WINDOW_ROWS,
)  # fmt: skip

for _each in ROWS:
    PRIMITIVES[_each.symbol] = (*PRIMITIVES.get(_each.symbol, ()), _each)

__all__ = ["ALIASES", "CONSTANTS", "PRIMITIVES", "ROWS", "VARIADIC", "Primitive", "expression", "lookup"]
