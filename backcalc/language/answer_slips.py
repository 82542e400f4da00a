"""Slips in answers alone: units, words, mixed numbers, blanks in a vector; a row a slip, and what to write.

An answer is read more freely than a file: what is no slip there, `0,5` or `[1; 2]`, has no row.
"""

from __future__ import annotations

from backcalc.language.lexis import NAME, NUMBER, PATTERNS
from backcalc.language.syntax_hint import OF_ONE, SyntaxHint

_SIGNED = rf"[-+−–]?{NUMBER}"
_POWER = rf"\s*(?:(?:\^|\*\*)\s*\(?\s*[-+−–]?\d+\)?|{PATTERNS['SUPERSCRIPT']})"

ANSWERS = (
    SyntaxHint(r"=\s*‸=", "one `=` stands before an answer: dL/dx = -0.5", "dL/dx == 75"),
    SyntaxHint(
        rf"(?P<n>{NUMBER})\s*‸[xX]\s*10(?P<p>{_POWER})",
        "the sign of a product is `*` or `×`, not a letter: {n}*10{p}",
        "dL/dx = 7.5 x 10^3",
    ),
    # With a node x3 it may be either.
    SyntaxHint(
        rf"(?<![\w.])(?!0‸)(?P<n>{NUMBER})‸(?P<x>[xX](?P<m>\d+))(?![\w.])",
        "the sign of a product is `*`, not a letter: {n}*{m}; by {x} it is {n}*{x}",
        "dL/dx = 30x3",
    ),
    SyntaxHint(rf"(?P<n>{NUMBER})\s+‸10(?P<p>{_POWER})", "a product needs its sign: {n}*10{p}", "dL/dx = 7.5 10^3"),
    SyntaxHint(r"\b(?P<n>\d+)\s+‸(?P<f>\d+\s*/\s*\d+)", "a mixed number is a sum: {n} + {f}", "dL/dx = 1 1/2"),
    SyntaxHint(r"\d\.\d{3}\s*‸[.,]\d", "a decimal point, and no sign at the thousands: 1234.5", "dL/dx = 1.234,5"),
    SyntaxHint(
        r"\b(np|numpy|jnp|torch|tf)‸\.(float|int|double)\w*\(", "a number stands bare: 75.0", "dL/dx = np.float64(75.0)"
    ),
    SyntaxHint("‸±", "one number an answer: its digits say how exact it is", "dL/dx = 75 ± 1"),
    # Behind a formula with a list: by itself [4 6] is a vector as NumPy prints one.
    SyntaxHint(
        rf"\[\s*(?P<a>{_SIGNED})\s+‸(?P<b>{_SIGNED})\s*\]",
        "in a formula commas part the items of a vector: [{a}, {b}]",
        "dL/dx = 32*[4 6]",
    ),
    SyntaxHint(
        rf"\[\s*(?P<a>{_SIGNED})\s+‸(?P<b>{_SIGNED})\s",
        "in a formula commas part the items of a vector: [{a}, {b}, …]",
        "dL/dx = 32*[4 6 8]",
    ),
    SyntaxHint(
        rf"\(\s*(?P<a>{_SIGNED})\s+‸(?P<b>{_SIGNED})", "commas part the items of a vector: ({a}, {b})", "dL/dx = (4 6)"
    ),
    SyntaxHint(r"\[[^\[\]]*[\w.)]\s+‸[-\w.(]", "commas part the items of a vector: [1/2, 3]", "dL/dx = [1/2 3]"),
    # A blank behind the comma: no decimal one has it.
    SyntaxHint(
        rf"=\s*(?P<a>{_SIGNED})\s*‸,\s+(?P<b>{NUMBER})\s*$",
        "a vector stands in brackets, [{a}, {b}]; behind a decimal comma stands no blank",
        "dL/dx = 4, 6",
    ),
    SyntaxHint(
        rf"=\s*(?P<a>{_SIGNED})\s+‸(?!\d{{3}}\b)(?P<b>{_SIGNED})",
        "a vector stands in brackets: [{a}, {b}]",
        "dL/dx = 4 6",
    ),
    SyntaxHint(
        rf"=\s*{_SIGNED}\s*‸(\(?\s*[^\W\d_]{{2,}}|(?P<x>{NAME})\s*/\s*{NAME}\s*$)",
        "a number stands without units and words; a product needs its sign",
        "dL/dx = 75 volts",
    ),
    SyntaxHint(
        rf"=\s*(?!(?:{OF_ONE})\b)[^\W\d_]{{2,}}(\.?\s*‸\.?\s+|\s+‸)[\w+−-]",
        "an answer stands without words: a number, an array or a formula",
        "dL/dx = approx. 75",
    ),
)
