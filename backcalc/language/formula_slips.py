"""Slips inside formulas: what could mean two things, numbers, products, calls; a row a slip, and what to write."""

from __future__ import annotations

from backcalc.language.lexis import NAME, NUMBER, PATTERNS
from backcalc.language.syntax_hint import OF_ONE, SyntaxHint

_FRACTION, _SUPERSCRIPT = PATTERNS["FRACTION"], PATTERNS["SUPERSCRIPT"]
_RAISED = "[ʰ-ˤᴬ-ᵡⁱⁿ]"

FORMULAS = (
    # Before the rows that these would be a part of.
    SyntaxHint(
        rf"[\w)\]²³]\s+‸\((?P<n>{NUMBER}[a-z]?)\)\s*$",
        "an equation's number stands in a comment, # ({n}); a product needs its sign",
        "y = x² (1.2)",
    ),
    SyntaxHint(
        rf"(?P<a>[A-Z]\w*)⁻¹\s*‸(?P<x>{NAME})",
        "the inverse is written inv({a}), this product inv({a}) @ {x}",
        "y = A⁻¹b",
    ),
    # What could mean two things; before the rows of products, whose advice would decide it
    SyntaxHint(
        rf"(?P<x>{NAME}|\d+|\))(?P<p>{_SUPERSCRIPT})\s*‸(\^|\*\*)",
        "this could be ({x}{p})^n or a power of a power: parentheses say which",
        "y = x²^3",
    ),
    SyntaxHint(
        rf"√\s*(?P<x>{NAME}|{NUMBER})\s*‸(\^|\*\*|{_SUPERSCRIPT})",
        "the root of a power is sqrt({x}^2), the power of a root sqrt({x})^2",
        "y = √x²",
    ),
    SyntaxHint(
        rf"√\s*(?P<n>{NUMBER})\s*‸(?P<x>{NAME})",
        "the root of a product is sqrt({n}*{x}), a product with a root sqrt({n})*{x}",
        "y = √2π",
    ),
    # Not before `=`, where a statement begins: y = 1/2 z = 3.
    SyntaxHint(
        rf"/\s*(?P<n>{NUMBER})\s*‸(?P<x>{NAME})(?![\w']*\s*=)",
        "is it 1/({n}*{x}) or 1/{n}*{x}? a product needs its sign",
        "y = 1/2π",
    ),
    SyntaxHint(
        rf"(?P<n>{NUMBER})\s*‸(?P<f>{_FRACTION})", "a mixed number is a sum, {n} + {f}, a product {n}*{f}", "y = 2½"
    ),
    SyntaxHint(rf"(?P<f>{_FRACTION})\s*‸(?P<x>{NAME})", "a product needs its sign: {f}*{x}", "y = ½x"),
    SyntaxHint(rf"(?P<f>{_FRACTION})\s*‸\(", "a product needs its sign: {f}*(…)", "y = ½(a + b)"),
    # Before `(` any name is a function, before a bare argument only one of OF_ONE.
    SyntaxHint(
        rf"\b(?P<f>{OF_ONE})\s*\^\s*\(?\s*[-−]\s*1\s*\)?\s*‸[\w(]",
        "the inverse function has a name of its own (asin, acos, atan, log); 1/{f}(x) is the reciprocal",
        "y = sin^-1(x)",
    ),
    SyntaxHint(
        rf"\b(?P<f>{NAME}(?=⁻¹\s*‸\()|{OF_ONE})⁻¹\s*‸[\w(]",
        "the inverse function has a name of its own (asin, acos, atan, log); 1/{f}(x) is the reciprocal",
        "y = sin⁻¹(x)",
    ),
    SyntaxHint(
        rf"\b(?P<f>{NAME}(?={_SUPERSCRIPT}\s*‸\()|{OF_ONE}){_SUPERSCRIPT}\s*‸[\w(]",
        "a power of a function's value is written {f}(x)^2",
        "y = sin²(x)",
    ),
    SyntaxHint(
        rf"(?P<f>{NAME}|\d+)(?P<p>{_SUPERSCRIPT})\s*‸(?P<x>{NAME}|\d)",
        "a product needs its sign: {f}{p}*{x}",
        "y = a²b",
    ),
    # All that people type for a raised dot or stroke.
    SyntaxHint(
        rf"(?P<x>{NAME}){_SUPERSCRIPT}[·˙.ᐧ/]?\s*‸({_SUPERSCRIPT}|[/⸍ᐟ⁄])",
        "a power that is no whole number stands in parentheses: {x}^(0.5)",
        "y = x⁰·⁵",
    ),
    SyntaxHint(
        rf"(?P<a>{NAME})\s*\^\s*[Tt]\s*‸(?P<x>{NAME})",
        "the transpose is written {a}.T, this product {a}.T @ {x}",
        "y = x^T W",
    ),
    SyntaxHint(
        r"\b(?P<f>log)_?\{\s*\d+\s*\}\s*‸\(",
        "to another base it is log2(x), log10(x) or log(x)/log(3)",
        "y = log_{10}(x)",
    ),
    SyntaxHint(rf"\b(?P<f>{NAME})\{{[^{{}}]*‸,", "arguments stand in parentheses: {f}(…, …)", "y = max{0, x}"),
    SyntaxHint(r"\w\{\s*\w+\s*‸=", "a sum over an index is sum(x[k] for k in 0..2)", "y = sum_{i=1}^{3} x_i"),
    # Of one argument no comma can be missing: that is another row's.
    SyntaxHint(
        rf"\b(?!(?:{OF_ONE})\b)(?P<f>{NAME})\(\s*(?P<a>{NAME}|{NUMBER})\s+‸(?P<x>{NAME}|{NUMBER})\s*\)",
        "a comma parts arguments, {f}({a}, {x}); a product needs its sign, {a}*{x}",
        "y = max(0 x)",
    ),
    SyntaxHint(
        r"\bIF\(\s*(?P<c>[^();]+?)\s*‸;\s*(?P<a>[^();]+?)\s*;\s*(?P<b>[^();]+?)\s*\)",
        "a choice is if {c} then {a} else {b}",
        "y = IF(x > 0; x; 0)",
    ),
    SyntaxHint(r"\w\([^()\[\]]*‸;", "a comma parts arguments: f(x, y)", "y = max(0; x)"),
    SyntaxHint(
        r"\w\s+‸is\s+(not\s+)?(None|null)\b",
        "what is not known is left out: its value stands behind `--at`",
        "y = x is null",
    ),
    # Not in brackets, where a comma is missing.
    SyntaxHint(
        r"=[^\[(]*\b(?P<a>[1-9]\d{0,2})( ‸|‸')(?P<b>\d{3})[ '](?P<c>\d{3}(\.\d+)?)\b",
        "thousands stand without a sign or blank: {a}{b}{c}",
        "y = 1 000 000",
    ),
    SyntaxHint(
        r"(=[^\[(]*\b|->.*:\s*[-−]?|^[^=(]*[\s,][-−]?)(?P<a>[1-9]\d{0,2})(\s‸|‸')(?P<b>\d{3}(\.\d+)?)\b",
        "thousands stand without a sign or blank: {a}{b}",
        "y = 10 000",
    ),
    SyntaxHint(r"\b0‸x[\da-fA-F]", "a number is written by decimal digits: 16", "y = 0x10"),
    SyntaxHint(
        rf"\breshape\(\s*(?P<x>{NAME})\s*,\s*\(\s*(?P<a>\d+)\s*‸,\s*(?P<b>\d+)\s*\)",
        "a shape stands without parentheses: reshape({x}, {a}, {b})",
        "y = reshape(x, (2, 3))",
    ),
    SyntaxHint(
        r"\b(?P<f>ones|zeros)\(\(\s*(?P<a>\d+)\s*‸,\s*(?P<b>\d+)\s*\)",
        "a shape stands without parentheses: {f}({a}, {b})",
        "y = ones((3, 2))",
    ),
    SyntaxHint(rf"[=(,+*/-]\s*\(\s*[-−]?{NUMBER}\s*‸,", "a vector stands in brackets: [1, 2, 3]", "y = (1, 2, 3)"),
    # As `sweep --at` takes it; another command takes a point.
    SyntaxHint(
        rf"=\s*[-−]?{NUMBER}\s*‸:\s*[-−]?{NUMBER}\s*:",
        "a range is for `backcalc sweep`, as in sweep --at x=-5:5:101; numbers in a row are [k for k in 1..5]",
        "x = 0:1:5",
    ),
    SyntaxHint(rf"=\s*{NUMBER}\s*‸:", "numbers in a row are [k for k in 1..5]", "y = 1:5"),
    SyntaxHint(
        r"[=(\[]\s*‸\{.*[<>]",
        "a choice is written: if c then a else b",
        "y = Piecewise[{{x, x > 0}}, 0]",
    ),
    SyntaxHint(r"‸[₊₋]", "an index is part of the name: h_prev; in a loop it is h{k-1}", "y = h₋₁"),
    SyntaxHint(r"‸⁽", "a raised index is part of the name: W1", "y = W⁽¹⁾"),
    SyntaxHint(
        rf"(?P<x>{NAME}|{NUMBER})\s*‸(?P<raised>{_RAISED}+)",
        "a raised letter is written as a power: {x}^{raised}",
        "y = eˣ",
    ),
    SyntaxHint(rf"‸{_RAISED}", "a raised letter is written as a power: e^x", "y = (a + b)ˣ"),
    # Numbers, products and calls
    SyntaxHint(r"(𝟙|\b1)\s*‸\{|𝟙\s*‸[(\[]", "an indicator is the comparison itself: 2*(x > 0)", "y = 1{x > 0}"),
    SyntaxHint(r"\)\s*‸(?P<x>[A-Z]\w*)", "a product needs its sign: (…)*{x}, of a matrix (…) @ {x}", "y = (A + B)V"),
    SyntaxHint(
        rf"(?P<n>{NUMBER})\s+‸[xX]\s+(?P<m>{NUMBER})",
        "the sign of a product is `*`, not a letter: {n}*{m}",
        "y = 2 x 3",
    ),
    SyntaxHint(
        rf"(?P<n>{NUMBER})\s*‸√\s*(?P<x>{NAME}|{NUMBER})",
        "is it {n}*√{x} or the root x^(1/{n})? a product needs its sign",
        "y = 3√x",
    ),
    SyntaxHint(r"‸[²³⁴ⁿ]\s*√", "the third root is cbrt(x), the fourth x^(1/4)", "y = ³√x"),
    SyntaxHint(
        rf"\bfor\s+{NAME}\s+in\s+(?P<v>{NAME})\s*‸[\])]",
        "a variable goes over whole numbers, [{v}[k]^2 for k in 0..2]; by elements it is {v}^2",
        "y = [x^2 for x in v]",
    ),
    # As MATLAB has places in arrays, and a spreadsheet cells.
    SyntaxHint(rf"(?P<x>{NAME})\(\s*‸:\s*\)", "all elements as a vector are flatten({x})", "y = x(:)"),
    SyntaxHint(
        r"\(\s*(?P<a>[A-Z]+\d+)\s*‸:\s*(?P<b>[A-Z]+\d+)",
        "cells are named one by one: sum([{a}, …, {b}])",
        "y = SUM(A1:A2)",
    ),
    SyntaxHint(
        rf"\b{NAME}\(\s*\w+\s*‸:\s*\w+\s*\)",
        "a part of a vector is x[1:3], counted from 0 and without the end",
        "y = x(2:3)",
    ),
    SyntaxHint(
        r"\bnorm\([^()]*,\s*‸['\"]\w+['\"]", "norm(x) is the root of the sum of all squares", "y = norm(A, 'fro')"
    ),
    SyntaxHint(r",\s*‸['\"]all['\"]", "without an axis it takes all elements: sum(x)", "y = sum(x, 'all')"),
    SyntaxHint(r"\b(Sum|Product)\[.*‸\{", "a sum over an index is sum(x[k] for k in 0..2)", "y = Sum[k, {k, 1, 3}]"),
    SyntaxHint(
        r"\bCDF\[\s*NormalDistribution\[\s*‸\]\s*,\s*(?P<x>[^\[\]]+)\]",
        "it goes by normcdf({x}), or Φ({x})",
        "y = CDF[NormalDistribution[], x]",
    ),
    SyntaxHint(
        r"\bPDF\[\s*NormalDistribution\[\s*‸\]\s*,\s*(?P<x>[^\[\]]+)\]",
        "it goes by normpdf({x}), or φ({x})",
        "y = PDF[NormalDistribution[], x]",
    ),
    SyntaxHint(
        r"\bClip\[(?P<x>[^,\[\]]+),\s*‸\{\s*(?P<a>[^,{}]+),\s*(?P<b>[^,{}]+)\}",
        "between two bounds it is clip({x}, {a}, {b})",
        "y = Clip[x, {0, 1}]",
    ),
    # An operator goes on with it, so that it is no list.
    SyntaxHint(
        r"=[^,(\[]*?\b(?![1-9]\d{0,2}‸,\d{3}\b)(?P<a>\d+)\s*‸,\s*(?P<b>\d+)\s*[-+*/^)·]",
        "a decimal point, not a comma: {a}.{b}",
        "y = x + 1,5*x",
    ),
    SyntaxHint(r"‸∑(?!\s*_\s*\{)|‸Σ|\bΣ\w*\s+‸|\b[Ss]um_\w+\s+‸", "a sum of the elements is sum(x)", "y = ∑ x"),
    # A capital is a matrix as likely as a number.
    SyntaxHint(
        rf"(?<!\.)\b(?P<f>[A-Z]\w*)\s+‸(?P<x>{NAME})",
        "a product needs its sign: {f}*{x}, of a matrix {f} @ {x}",
        "y = W1 v",
    ),
    SyntaxHint(r"\d\s*‸%\s*($|[-+*/),;\]])", "a per cent is a hundredth: 5 % is 0.05, or 5/100", "y = 5%*x"),
    # Not 1,000,2, a list of numbers.
    SyntaxHint(
        r"=[^,(\[]*\b(?P<a>[1-9]\d{0,2})\s*‸,\s*(?P<b>\d{3})\b(?!\s*,)",
        "thousands stand without a comma: {a}{b}; a decimal point is a point: {a}.{b}",
        "y = 1,000",
    ),
    SyntaxHint(r"[\w)\]]\s*‸!(?!=)", "a factorial is written out: prod([1, 2, 3])", "y = 3!"),
    SyntaxHint(r"‸°", "angles are in radians; a degree is pi/180: x*pi/180", "y = sin(30°)"),
    SyntaxHint(r"\d‸_\d", "digits stand without separators: 1000", "y = 1_000"),
    SyntaxHint(
        r"=[^,(\[]*?\d[.]\d{3}\s*‸,\s*\d+\s*$",
        "a decimal point, and no sign at the thousands: 1234.5",
        "y = 1.234,5",
    ),
    # At the end alone, for a list goes on.
    SyntaxHint(r"=[^,(\[]*?(?P<a>\d+)\s*‸,\s*(?P<b>\d+)\s*$", "a decimal point, not a comma: {a}.{b}", "y = 3,5"),
    SyntaxHint(
        rf"=\s*[-−]?{NUMBER}\s*‸,\s*([-−]|{NUMBER}\s*,)", "a vector stands in brackets: [1, 2, 3]", "y = 1, 2, 3"
    ),
    SyntaxHint(
        r"\[[^\[\]]*:[^\[\],]*‸:", "a slice has no step; a list says which elements: x[[0, 2, 4]]", "y = x[::2]"
    ),
    # In a call it parts arguments, which a row above has.
    SyntaxHint(r"‸;", "the rows of a matrix are vectors: [[1, 2], [3, 4]]", "y = [1, 2; 3, 4]"),
    SyntaxHint(
        r"=\s*‸\{.*\b(if|for|falls|else|otherwise)\b",
        "a choice is written: if c then a else b",
        "y = {x if x>0, 0 else",
    ),
    SyntaxHint(r"=\s*‸(\{|[<⟨]\s*[-−]?\d)", "a vector stands in brackets: [1, 2]", "y = {"),
    SyntaxHint(
        r"\bfor\b.*\bin\b.*\.\..*\s‸for\b",
        "each variable has brackets of its own: [[k*j for k in 1..2] for j in 1..3]",
        "y = [k*j for k in 1..2 for j in 1..3]",
    ),
    SyntaxHint(
        r"\bfor\b.*\bin\b.*\.\..*\s‸if\b",
        "what does not count is 0: sum(if k > 1 then k^2 else 0 for k in 1..3)",
        "y = sum(k^2 for k in 1..3 if k > 1)",
    ),
    SyntaxHint(r"\[[^\]()]*[\w.)]\s+‸[-\w.(]", "commas part the items of a vector: [1, 2]", "y = [1 2]"),
    SyntaxHint(
        rf"\b(?P<f>{OF_ONE})\s*\^\s*(?P<n>\d+)\s*‸[\w(]",
        "a power of a function's value is written {f}(x)^{n}",
        "y = sin^2(x)",
    ),
    SyntaxHint(
        r"\s‸if\b|‸\?|‸(then|else)\b|\bif\b(?!.*\bthen\b.*‸).*‸[:,]",
        "a choice is written: if c then a else b",
        "y = a if c else b",
    ),
    SyntaxHint(r"\b(then|else)\b.*‸$", "a choice needs both branches: if c then a else b", "y = if c then a"),
    SyntaxHint(r"‸(%|mod\b)", "there is no remainder; write x - y*floor(x/y)", "y = x % 2"),
    # Not of x2 or 1.2: the number begins here.
    SyntaxHint(
        rf"(?<![\w.])(?P<n>{NUMBER})‸[dD](?P<k>[-+]\d+)(?![\w.])",
        "a power of ten is written {n}e{k}",
        "y = 1.5D+03*x",
    ),
    SyntaxHint(
        rf"(?<![\w.])(?P<n>{NUMBER})\s*‸(?P<x>{NAME})(?![\w']*\s*=)",
        "a product needs its sign: {n}*{x}",
        "y = 2x",
    ),
    # As a derivation has it; f of 0.1 (x + 1) is a product.
    SyntaxHint(
        rf"=\s*[-−]?{NUMBER}\s+‸\((?P<w>given|known|no path [^()]*)\)\s*$",
        "a remark stands behind a sign: # {w}",
        "o = 0.1 (given)",
    ),
    SyntaxHint(rf"(?<![\w.])(?P<n>{NUMBER})\s*‸\(", "a product needs its sign: {n}*(…)", "J = 1/2 (y - z)^2"),
    SyntaxHint(rf"\)\s*‸(?P<x>{NAME}|\d)", "a product needs its sign: (…)*{x}", "y = (a + b) c"),
    SyntaxHint(r"\)\s*‸\(", "a product needs its sign: (…)*(…)", "y = (a + b)(c - d)"),
    SyntaxHint(rf"(?P<a>{NAME})(ᵀ|⊤|\.T)\s*‸(?P<x>{NAME})", "a product needs its sign: {a}.T @ {x}", "y = wᵀx"),
    SyntaxHint(
        rf"\b(?P<f>{OF_ONE})\s+‸(?P<n>{NUMBER})\s*(?P<x>{NAME})",
        "an argument stands in parentheses, and a product needs its sign: {f}({n}*{x})",
        "y = sin 2x",
    ),
    SyntaxHint(
        rf"\b(?!(?:{OF_ONE})\b)(?P<x>{NAME})\s+‸(?P<f>{NAME})\(",
        "a product needs its sign: {x}*{f}(…)",
        "y = x sin(x)",
    ),
    # One letter, which few call a function.
    SyntaxHint(
        rf"\b(?![fghsΓσφΦψρ]\b|_)(?=\w_?\d*\s)(?P<f>{NAME})\s+‸(?P<x>{NAME})(?!\s*\()",
        "a product needs its sign: {f}*{x}",
        "y = w x + b",
    ),
    # Last of these, for it fits any two words side by side.
    SyntaxHint(
        rf"\b(?P<f>{NAME})\s+‸(?P<x>{NAME}|\d+)",
        "an argument stands in parentheses, {f}({x}), and a product needs its sign, {f}*{x}",
        "y = sin x + 1",
    ),
)
