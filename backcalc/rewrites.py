"""REWRITES: what makes a formula shorter or more regular, one rule a row, text to text in the language itself.

In a row `m` and `n` stand for numbers, `p` for anything but a number, other names for any expression. Products are kept
with their number first, then factors in the order in which they came; nothing is multiplied out. Each row is tested at
random points where both its sides exist; it holds for vectors and matrices too wherever its left side has a meaning.
"""

from __future__ import annotations

REWRITES = (
    # Zero and one
    ("x + 0", "x"),
    ("0 + x", "x"),
    ("x - 0", "x"),
    ("0 - x", "-x"),
    ("x*1", "x"),
    ("1*x", "x"),
    ("x/1", "x"),
    ("x*0", "0"),
    ("0*x", "0"),
    ("0/x", "0"),
    ("x^1", "x"),
    ("x^0", "1"),
    ("-0", "0"),
    # A choice that is made, and one of nothing: where it is not taken, an infinite slope does not count
    ("where(0, x, y)", "y"),
    ("where(1, x, y)", "x"),
    ("x*where(c, y, 0)", "where(c, x*y, 0)"),
    ("x*where(c, 0, y)", "where(c, 0, x*y)"),
    ("where(c, x, 0)*y", "where(c, x*y, 0)"),
    ("where(c, 0, x)*y", "where(c, 0, x*y)"),
    ("where(c, x, 0)/y", "where(c, x/y, 0)"),
    ("where(c, 0, x)/y", "where(c, 0, x/y)"),
    ("-where(c, x, 0)", "where(c, -x, 0)"),
    ("-where(c, 0, x)", "where(c, 0, -x)"),
    # Sums are read from the left
    ("x + (y + z)", "x + y + z"),
    ("x + (y - z)", "x + y - z"),
    ("x - (y + z)", "x - y - z"),
    ("x - (y - z)", "x - y + z"),
    ("x + m + n", "x + (m + n)"),
    ("m + x + n", "m + n + x"),
    # Signs move out and away
    ("--x", "x"),
    ("x + -y", "x - y"),
    ("-x + y", "y - x"),
    ("x - -y", "x + y"),
    ("-x*y", "-(x*y)"),
    ("x*-y", "-(x*y)"),
    ("-x/y", "-(x/y)"),
    ("x/-y", "-(x/y)"),
    ("-(x - y)", "y - x"),
    ("-x @ y", "-(x @ y)"),
    ("x @ -y", "-(x @ y)"),
    # Numbers come first and together
    ("p*m", "m*p"),
    ("m*(n*x)", "(m*n)*x"),
    ("m*x*y", "m*(x*y)"),
    ("x*(m*y)", "m*(x*y)"),
    ("p*(y*z)", "p*y*z"),
    ("m*x/n", "m/n*x"),
    ("x/m/n", "x/(m*n)"),
    # Like terms and like factors
    ("x + x", "2*x"),
    ("m*x + x", "(m + 1)*x"),
    ("x + m*x", "(m + 1)*x"),
    ("m*x + n*x", "(m + n)*x"),
    ("z + m*x + n*x", "z + (m + n)*x"),
    ("z + x + x", "z + 2*x"),
    ("x - x", "0*x"),
    ("m*x - x", "(m - 1)*x"),
    ("x - m*x", "(1 - m)*x"),
    ("m*x - n*x", "(m - n)*x"),
    ("x*x", "x^2"),
    ("z*x*x", "z*x^2"),
    ("x^m*x", "x^(m + 1)"),
    ("x*x^m", "x^(m + 1)"),
    ("z*x^m*x", "z*x^(m + 1)"),
    ("x^m*x^n", "x^(m + n)"),
    # Transposes
    ("transpose(x)", "x.T"),
    ("x.T.T", "x"),
    # Quotients: one bar
    ("x/y*y", "x"),
    ("x*(1/y)", "x/y"),
    ("1/x*y", "y/x"),
    ("x*(y/z)", "x*y/z"),
    ("x/y*z", "x*z/y"),
    ("x/y/z", "x/(y*z)"),
    ("x/(y/z)", "x*z/y"),
    ("x*y/y", "x"),
    ("x/x", "1"),
)
