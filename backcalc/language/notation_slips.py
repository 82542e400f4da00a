"""Habits of other notations: Python, MATLAB, Mathematica, LaTeX, print; a row a habit, and what to write."""

from __future__ import annotations

from backcalc.language.lexis import NAME
from backcalc.language.syntax_hint import ARGUMENTS, SyntaxHint

# The commands of LaTeX that are functions.
_FUNCTIONS = "(?:arc)?(?:sin|cos|tan)h?|exp|log|ln|lg|max|min|det|cot|sec|csc|coth"
_BRACED = r"(?:[^{}]|\{[^{}]*\})*"  # Braces nest once: \\frac{1}{1 + e^{-x}}.
# The bounds of a sum that counts from 1, as textbooks do: _{i=1}^{n}.
_OVER = rf"\s*(?:\\limits)?\s*_\s*\{{\s*(?P<i>{NAME})\s*=\s*(?P<a>[1-9]\w*)\s*\}}\s*\^\s*[{{(]?\s*(?P<n>\w+)\s*[)}}]?"

NOTATIONS = (
    SyntaxHint(
        r"‸\\begin\{(cases|dcases)", "a choice is written: if c then a else b", "y = \\begin{cases} x \\end{cases}"
    ),
    SyntaxHint(
        r"‸\\begin\{\w*(matrix|array)",
        "a vector is written [1, 2], a matrix [[1, 2], [3, 4]]",
        "y = \\begin{pmatrix} 1 & 2 \\end{pmatrix}",
    ),
    SyntaxHint(r"[\w)\]}]\s*‸\\\\", "a line ends without a sign", "y = x^2 \\\\"),
    SyntaxHint(
        rf"‸\\(operatorname|mathrm|text|mathsf)\*?\{{\s*(?P<fn>{NAME})\s*\}}\s*\((?P<args>{ARGUMENTS})\)",
        "a function stands bare: {fn}({args})",
        "y = \\mathrm{ReLU}(x)",
    ),
    SyntaxHint(
        rf"‸\\(?P<fn>{_FUNCTIONS}|sigma)\s*\((?P<args>{ARGUMENTS})\)",
        "a function stands bare: {fn}({args})",
        "y = \\tanh(x)",
    ),
    SyntaxHint(
        rf"‸\\(?P<fn>{_FUNCTIONS})(?:\s+\\?|\s*\{{)(?P<args>\w+)",
        "an argument stands in parentheses: {fn}({args})",
        "y = \\ln x",
    ),
    SyntaxHint(r"‸\\(mathbb|mathrm)\{\s*E\s*\}", "an expectation over elements is mean(x)", "y = \\mathbb{E}[x]"),
    # What wears a hat is not what wears none.
    SyntaxHint(
        r"‸\\(wide)?(?P<h>hat|bar|tilde|dot|overline)\s*\{?\s*(?P<x>\\?\w+)",
        "a mark is part of the name: {x}_{h}",
        "\\hat{y} = x",
    ),
    SyntaxHint(
        r"‸\\(mathbf|boldsymbol|bm|vec|mathrm|text|operatorname|mathcal|mathit|mathsf|mathbb)\{\s*(?P<x>\\?\w+)",
        "a name stands bare: {x}",
        "y = \\mathbf{w}*x",
    ),
    SyntaxHint(
        r"‸\\(\||lVert|rVert|Vert|lvert|rvert|vert)",
        "a norm is written norm(x), an absolute value abs(x)",
        "y = \\|x\\|",
    ),
    SyntaxHint(r"‸\\log_", "to another base it is log2(x), log10(x) or log(x)/log(3)", "y = \\log_2 x"),
    SyntaxHint(
        r"(\^\s*\{?\s*‸|‸\^\s*\{?\s*)\\(top|intercal|mathsf|mathrm|text)", "the transpose is written A.T", "y = w^\\top"
    ),
    SyntaxHint(r"\^\s*\{?\s*‸\\prime", "a prime is part of the name: x'", "y = x^\\prime"),
    SyntaxHint(
        r"‸\\langle\s*(?P<a>\w+)\s*,\s*(?P<b>\w+)", "the product of two vectors is dot({a}, {b})", "y = \\langle a, b"
    ),
    SyntaxHint(r"‸\\(lfloor|lceil)", "rounded down it is floor(x), up ceil(x)", "y = \\lfloor x \\rfloor"),
    SyntaxHint(r"‸\\int\b|‸\\int_", "there are no integrals here", "y = \\int_0^1 x"),
    SyntaxHint(r"‸\\otimes", "the outer product is outer(x, y)", "y = a \\otimes b"),
    SyntaxHint(r"‸\\oplus", "a sum is written a + b, vectors end to end concat(a, b)", "y = a \\oplus b"),
    SyntaxHint(r"‸\\circ", "a function of a function is written f(g(x)), a product by elements a*b", "y = f \\circ g"),
    SyntaxHint(r"‸\\div\b", "a quotient is written a/b", "y = a \\div b"),
    SyntaxHint(
        rf"^{NAME}\s*‸\\(approx|coloneqq|triangleq|equiv|leftarrow|gets)",
        "a node is defined with `=`: y = 3",
        "y \\coloneqq 3",
    ),
    SyntaxHint(r"‸\\([,;:!]|quad|qquad|displaystyle|textstyle)", "a blank parts words: a * b", "y = a \\, b"),
    SyntaxHint(r"^\s*‸(\\[(\[]|\$)", "a statement stands without these signs: y = …", "$y = x^2$"),
    SyntaxHint(r"‸\\infty", "infinity is written inf", "y = \\infty"),
    SyntaxHint(r"‸\\odot", "a product by elements is written a*b", "y = a \\odot b"),
    SyntaxHint(r"‸\\(le|leq|ge|geq|ne|neq)\b", "write `<=`, `>=` or `!=`", "y = a \\leq b"),
    SyntaxHint(r"‸\\(to|rightarrow|longrightarrow)\b", "an edge is written u -> v : 3", "u \\to v : 3"),
    SyntaxHint(r"‸\\(partial|nabla)", "a derivative in a formula is grad(y, x)", "g = \\nabla y"),
    SyntaxHint(rf"^{NAME}\s*‸&\s*=", "one `=` stands bare: y = …", "y &= x^2"),
    SyntaxHint(
        r"[=+*/(,-]\s*‸<\s*(?P<a>\w+)\s*,\s*(?P<b>\w+)\s*>", "the product of two vectors is dot({a}, {b})", "y = <w, x>"
    ),
    SyntaxHint(r"‸[∙•․‧]", "a product is written a*b", "y = a • b"),
    SyntaxHint(
        rf"(?P<a>{NAME})\s*‸(‖|∥)\s*(?P<b>{NAME})",
        "in parallel it is 1/(1/{a} + 1/{b}); the divergence of distributions is sum({a}*log({a}/{b}))",
        "y = a ‖ b",
    ),
    SyntaxHint(r"‸[⋆★]", "a window that goes over a signal is conv(signal, window)", "y = x ⋆ w"),
    # As keyboards for Chinese and Japanese have them, and word processors.
    SyntaxHint(r"‸(?P<raised>[！-／：-＠［-｀｛-～])", "the sign is written `{raised}`", "y = x ＋ z"),
    SyntaxHint(r"‸[‐‑‒—―﹣]", "a minus is written `-`", "y = x—1"),
    SyntaxHint(r"‸∥", "a norm is written norm(x)", "y = ∥x∥"),
    SyntaxHint(r"\[\s*‸\.\.", "all rows are X[:, 0]", "y = X[..., 0]"),
    SyntaxHint(r"\(\s*‸\*.*\*\)", "a comment begins with #", "y = x (* twice *)"),
    SyntaxHint(
        rf"[=+*/(-]\s*‸\\[dt]?frac\s*\{{\s*(?:\\partial|d|\\mathrm\{{d\}})\s*(?P<y>{NAME})\s*\}}\s*\{{\s*"
        rf"(?:\\partial|d|\\mathrm\{{d\}})\s*(?P<x>{NAME})",
        "a derivative in a formula is grad({y}, {x})",
        "g = \\frac{\\partial y}{\\partial x}",
    ),
    # Braces nest once: e^{-x}. Of single signs no parentheses are needed.
    SyntaxHint(
        r"‸\\[dtc]?frac\s*(?:\{\s*(?P<a>\w+)\s*\}\s*\{\s*(?P<b>\w+)\s*\}|(?P<c>\d)\s*(?P<d>\d))",
        "a quotient is written {a}{c}/{b}{d}, between other signs ({a}{c}/{b}{d})",
        "y = \\frac{a}{b}",
    ),
    SyntaxHint(
        rf"‸\\[dtc]?frac\s*\{{(?P<a>{_BRACED})\}}\s*\{{(?P<b>{_BRACED})\}}",
        "a quotient is written ({a})/({b})",
        "y = \\frac{a + 1}{b}",
    ),
    SyntaxHint(r"‸\\[dtc]?frac", "a quotient is written a/b", "y = \\frac x y"),
    SyntaxHint(r"‸\\(cdot|times|ast)", "a product is written a*b", "y = a \\cdot b"),
    SyntaxHint(r"‸\\sqrt\[", "the third root is cbrt(x), the fourth x^(1/4)", "y = \\sqrt[3]{x}"),
    SyntaxHint(r"‸\\sqrt", "a root is written sqrt(x)", "y = \\sqrt{x}"),
    SyntaxHint(
        rf"‸(\\sum|∑){_OVER}",
        "over an index it is sum(… for {i} in {a}..{n}), where x_{i} is x[{i}-1]",
        "y = \\sum_{i=1}^{n} x_i",
    ),
    SyntaxHint(
        rf"‸(\\prod|∏){_OVER}",
        "over an index it is prod(… for {i} in {a}..{n}), where x_{i} is x[{i}-1]",
        "y = ∏_{i=1}^n x_i",
    ),
    SyntaxHint(r"‸\\(sum|prod)", "a sum of the elements is sum(x), a product prod(x)", "y = \\sum x"),
    SyntaxHint(r"‸\\(left|right|big)", "parentheses stand bare: (…)", "y = \\left(x\\right)"),
    # Behind the commands of LaTeX, with which a backslash begins too.
    SyntaxHint(r"[\w)\]]\s*‸\\", "a system is solved by inv(A) @ b", "y = A\\b"),
    SyntaxHint(
        rf"(?P<a>{NAME})\s*\^\s*‸\{{\s*(T|t|⊤|ᵀ|\\(top|intercal|mathsf|mathrm|text)\W*T?)\s*\}}*\s*(?P<x>{NAME})",
        "the transpose is written {a}.T, this product {a}.T @ {x}",
        "y = W^{T} x",
    ),
    SyntaxHint(
        rf"(?P<a>{NAME})\s*\^\s*‸\{{\s*(T|t|⊤|ᵀ|\\(top|intercal|mathsf|mathrm|text)\b)",
        "the transpose is written {a}.T",
        "y = W^{T}",
    ),
    SyntaxHint(
        rf"(?P<a>{NAME})\s*\^\s*‸[⊤ᵀ⊺]\s*(?P<x>{NAME})",
        "the transpose is written {a}.T, this product {a}.T @ {x}",
        "y = x^⊤ w",
    ),
    SyntaxHint(rf"(?P<a>{NAME})\s*(\^\s*‸[⊤ᵀ⊺]|‸[⊺†])", "the transpose is written {a}.T", "y = x^⊤"),
    SyntaxHint(
        rf"(?P<a>\b[A-Z]\w*)\s*\^\s*‸\{{\s*[-−]1\s*\}}\s*(?P<x>{NAME})",
        "the inverse is written inv({a}), this product inv({a}) @ {x}",
        "y = A^{-1} b",
    ),
    SyntaxHint(
        r"(?P<a>\b[A-Z]\w*)\s*\^\s*‸\{\s*[-−]1\s*\}",
        "the inverse is written inv({a}), of a number it is 1/{a}",
        "y = A^{-1}",
    ),
    SyntaxHint(r"(\^|\*\*)\s*‸\{", "a power of more than one sign stands in parentheses: e^(2*x)", "y = e^{2*x}"),
    SyntaxHint(r"‸∏", "a product of the elements is prod(x)", "y = ∏ x"),
    SyntaxHint(r"‸∇", "a derivative in a formula is grad(y, x)", "g = ∇y"),
    SyntaxHint(r"‸∫", "there are no integrals here", "y = ∫x"),
    SyntaxHint(r"‸‖", "a norm is written norm(x)", "y = ‖x‖"),
    SyntaxHint(r"‸[⟨⟩]", "the product of two vectors is dot(x, y)", "y = ⟨a, b⟩"),
    SyntaxHint(r"‸⊗", "the outer product is outer(x, y)", "y = a ⊗ b"),
    SyntaxHint(r"‸∘", "a function of a function is written f(g(x)), a product by elements a*b", "y = f ∘ g"),
    SyntaxHint(r"‸[⁄⧸╱]", "a quotient is written a/b", "y = a⁄b"),
    SyntaxHint(r"‸⌊", "rounded down it is floor(x)", "y = ⌊x⌋"),
    SyntaxHint(r"‸⌈", "rounded up it is ceil(x)", "y = ⌈x⌉"),
    SyntaxHint(r"‸[∛∜]", "the third root is cbrt(x), the fourth x^(1/4)", "y = ∛x"),
    SyntaxHint(r"‸±", "one sign a node: a + b, a - b", "y = a ± b"),
    # As MATLAB transposes, and quotes nothing.
    SyntaxHint(r"[)\]]\s*‸'(?!\w)", "the transpose is written .T: (A + B).T", "y = (A + B)'"),
    SyntaxHint(r"‸[“”\"'‘’`]", "quotes are not needed: names stand bare", 'y = "x"'),
    SyntaxHint(rf"‸[\\$](?P<x>{NAME})", "a name stands bare: {x}", "y = \\sigma*x"),
    SyntaxHint(r"[\w)\]¼-¾⅓⅔⅛]\s*‸\|\|[^|]+\|\|", "a norm is written norm(x)", "y = 2 ||x||"),
    SyntaxHint(r"[\w)\]]\s*‸\|\||‸∨", "write `or`", "y = a || b"),
    SyntaxHint(
        r"‸\|\s*(?P<a>[A-Z]\w*)\s*\|",
        "a determinant is written det({a}), an absolute value abs({a}), a norm norm({a})",
        "y = |A|",
    ),
    SyntaxHint(r"‸\|", "an absolute value is written abs(x), a norm norm(x)", "y = |x|"),
    SyntaxHint(r"‸(&|∧)", "write `and`", "y = a && b"),
    SyntaxHint(r"‸[!~¬]", "write `not a`, or `a != b`", "y = !a"),
    SyntaxHint(r"‸=[<>]|<‸>", "write `<=`, `>=` or `!=`", "y = a => b"),
    SyntaxHint(r"\*\s*‸\*", "a power is written `^` or `**`", "y = x***2"),
    SyntaxHint(
        r"\b(Plus|Times|Total)\s*@\s*‸@", "the sum of the elements is sum(x), the product prod(x)", "y = Plus @@ x"
    ),
    SyntaxHint(rf"(?P<a>{NAME})\s*@\s*‸@\s*(?P<x>{NAME})", "a matrix product is written {a} @ {x}", "y = x @@ w"),
    SyntaxHint(r"\(\s*‸@\w+\s*,", "operations go by elements already: x + y", "y = bsxfun(@plus, a, b)"),
    # Last of the dots.
    SyntaxHint(r"‸\.\.+\s*$", "a statement goes on in parentheses alone: y = (a + b)", "y = a + b ..."),
    SyntaxHint(
        rf"\b(?!_|\w\w)(?P<a>{NAME})‸\.(?!_|\w\w)(?P<b>{NAME})\b(?!\()",
        "the dot product of two vectors is {a} @ {b}, a product of numbers {a}*{b}",
        "y = w.x + b",
    ),
    SyntaxHint(r"‸\.(?!\.)", "a name has no dot; `.T` is the transpose", "y = layer.weight"),
    SyntaxHint(
        r"([<>]|[<>=!]=)[^<>=]*[\w)\]]\s*‸([<>]|[=!]=)", "comparisons do not chain: a < b and b < c", "y = a < f(b) < c"
    ),
    # Something is only missing: whatever the sign is, no row above knew it.
    SyntaxHint(r"([-+*/^@<>=]|\b(and|or|not))\s*‸($|\)|\])", "an operator needs something after it", "y = 2 +"),
    SyntaxHint(r"‸\)", "this parenthesis closes nothing, or something before it is missing", "y = a)"),
)
