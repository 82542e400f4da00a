"""Habits of other notations: Python, MATLAB, Mathematica, LaTeX, print; a row a habit, and what to write."""

from __future__ import annotations

from backcalc.language.lexis import NAME
from backcalc.language.syntax_hint import SyntaxHint

NOTATIONS = (
    # Other notations
    # What these modules are commonly called; any other dot is a row's further down.
    SyntaxHint(
        r"\b(np|numpy|jnp|jax|torch|tf|math|scipy|Math)‸\.(constants\.)?(?P<c>pi|PI|e|E|inf|Inf|tau)\b(?!\s*\()",
        "a constant stands without its module: pi, e, tau, inf",
        "y = np.pi*r^2",
    ),
    SyntaxHint(
        rf"\b(np|numpy|jnp|jax|torch|tf|math|nn|F|K|scipy|special)‸\.(\w+\.)*(?P<f>{NAME})",
        "a function stands without its module: {f}(x)",
        "y = np.exp(x)",
    ),
    SyntaxHint(r"[\w)\]]\s*‸\.(?P<s>[*/^])", "operations go by elements already: `{s}`, not `.{s}`", "y = a.*b"),
    # Before the row of methods: the transpose has a sign of its own.
    SyntaxHint(rf"(?P<x>{NAME})\s*‸\.(t|transpose)\(", "the transpose is written {x}.T", "y = x.t()"),
    # A product of matrices is `@`, whatever `dot` is elsewhere: here it takes vectors.
    SyntaxHint(
        rf"(?P<x>{NAME}\.T)\s*‸\.(dot|matmul|mm|mv)\s*\((?P<a>[^()]+)\)",
        "a matrix product is written {x} @ {a}",
        "y = W.T.dot(x)",
    ),
    SyntaxHint(
        rf"(?P<x>{NAME}(?:\.T)?)\s*‸\.(?P<f>{NAME})\s*\(\s*\)",
        "a function stands before its argument: {f}({x})",
        "y = x.sum()",
    ),
    SyntaxHint(
        rf"(?P<x>{NAME}(?:\.T)?)\s*‸\.(?P<f>{NAME})\s*\((?P<a>[^()]+)\)",
        "a function stands before its arguments: {f}({x}, {a})",
        "y = W.dot(x)",
    ),
    SyntaxHint(rf"‸\.(?P<f>{NAME})\s*\(", "a function stands before its argument: {f}(x)", "y = (x + 1).sum()"),
    SyntaxHint(
        r"‸\\begin\{\w*(matrix|array)",
        "a vector is written [1, 2], a matrix [[1, 2], [3, 4]]",
        "y = \\begin{pmatrix} 1 & 2 \\end{pmatrix}",
    ),
    SyntaxHint(r"[\w)\]}]\s*‸\\\\", "a line ends without a sign", "y = x^2 \\\\"),
    SyntaxHint(
        r"‸\\(mathbf|boldsymbol|bm|vec|hat|bar|tilde|mathrm|text|operatorname)\{\s*(?P<x>\\?\w+)",
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
    SyntaxHint(r"‸∥", "a norm is written norm(x)", "y = ∥x∥"),
    SyntaxHint(r"\[\s*‸\.\.", "all rows are X[:, 0]", "y = X[..., 0]"),
    SyntaxHint(r"\(\s*‸\*.*\*\)", "a comment begins with #", "y = x (* twice *)"),
    SyntaxHint(r"‸\\frac", "a quotient is written a/b", "y = \\frac{a}{b}"),
    SyntaxHint(r"‸\\(cdot|times|ast)", "a product is written a*b", "y = a \\cdot b"),
    SyntaxHint(r"‸\\sqrt", "a root is written sqrt(x)", "y = \\sqrt{x}"),
    SyntaxHint(r"‸\\(sum|prod)", "a sum of the elements is sum(x), a product prod(x)", "y = \\sum x"),
    SyntaxHint(r"‸\\(left|right|big)", "parentheses stand bare: (…)", "y = \\left(x\\right)"),
    # Behind the commands of LaTeX, with which a backslash begins too.
    SyntaxHint(r"[\w)\]]\s*‸\\", "a system is solved by inv(A) @ b", "y = A\\b"),
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
    SyntaxHint(r"‸[“”\"'‘’`]", "quotes are not needed: names stand bare", 'y = "x"'),
    SyntaxHint(rf"‸[\\$](?P<x>{NAME})", "a name stands bare: {x}", "y = \\sigma(x)"),
    SyntaxHint(r"[\w)\]¼-¾⅓⅔⅛]\s*‸\|\|[^|]+\|\|", "a norm is written norm(x)", "y = 2 ||x||"),
    SyntaxHint(r"[\w)\]]\s*‸\|\||‸∨", "write `or`", "y = a || b"),
    SyntaxHint(r"‸\|", "an absolute value is written abs(x), a norm norm(x)", "y = |x|"),
    SyntaxHint(r"‸(&|∧)", "write `and`", "y = a && b"),
    SyntaxHint(r"‸[!~¬]", "write `not a`, or `a != b`", "y = !a"),
    SyntaxHint(r"‸=[<>]|<‸>", "write `<=`, `>=` or `!=`", "y = a => b"),
    SyntaxHint(r"\*\s*‸\*", "a power is written `^` or `**`", "y = x***2"),
    # Last of the dots.
    SyntaxHint(r"‸\.(?!\.)", "a name has no dot; `.T` is the transpose", "y = layer.weight"),
    SyntaxHint(
        r"([<>]|[<>=!]=)[^<>=]*[\w)\]]\s*‸([<>]|[=!]=)", "comparisons do not chain: a < b and b < c", "y = a < f(b) < c"
    ),
    # Something is only missing: whatever the sign is, no row above knew it.
    SyntaxHint(r"([-+*/^@<>=]|\b(and|or|not))\s*‸($|\)|\])", "an operator needs something after it", "y = 2 +"),
    SyntaxHint(r"‸\)", "this parenthesis closes nothing, or something before it is missing", "y = a)"),
)
