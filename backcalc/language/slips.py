"""SYNTAX_HINTS: slips that people make, a row a slip, and what to write.

Many are habits of other languages: Python, MATLAB, Mathematica, LaTeX.
"""

from __future__ import annotations

from typing import NamedTuple

from backcalc.language.actions import COLUMNS
from backcalc.language.lexis import NAME, NUMBER, PATTERNS, reserved


class SyntaxHint(NamedTuple):
    """A slip that people make: the text around the place of the error, what to write, and a text that has it."""

    pattern: str
    hint: str
    example: str


_FRACTION, _SUPERSCRIPT = PATTERNS["FRACTION"], PATTERNS["SUPERSCRIPT"]
_RESERVED = "|".join(reserved())
_OF_ONE = "(?:sin|cos|tan)h?|exp|log|ln|sigmoid|σ"  # Which are written without parentheses.
_COLUMN = r"[^\s,=:<>()\[\]]+"
_FORMS = "a statement is a definition (y = …), an edge (u -> v : 3) or a declaration (input x)"

# The first row that fits speaks, so rows for whole statements stand before those for a place inside an expression.
SYNTAX_HINTS = (
    SyntaxHint(rf"‸(?P<w>{_RESERVED})\s*(=(?!=)|->|,)", "`{w}` is a word of the language, never a name", "if = 3"),
    # Declarations
    SyntaxHint(rf"^(let|var|set)\s+({NAME}\s*‸=|‸)", "a node needs no word before it: y = …", "let y = 3"),
    SyntaxHint(rf"^output\s+{NAME}\s*‸,", "there is one output; `--of` asks for another", "output x, y"),
    SyntaxHint(
        rf"^const\s+(?P<v>{NAME})\s*(‸$|.*‸,)", "each constant has a line and a value: const {v} = 3", "const n"
    ),
    SyntaxHint(r"‸∈", "a range to sample from is written input x in [0, 1]", "input x ∈ [0, 1]"),
    SyntaxHint(
        rf"^(?P<w>input|output|given|adjoint)\s+(?P<v>{NAME})\s*‸\S",
        "`{w}` begins a declaration; an edge from a node named {w} is written {w} -> {v} : 3",
        "input h 3",
    ),
    SyntaxHint(rf"^(?P<w>given|adjoint)\s+(?P<v>{NAME})\s*‸$", "its value is missing: {w} {v} = 3", "given h"),
    SyntaxHint(rf"^def\s+{NAME}\s*(‸=|‸$|\(\s*‸\))", "a function needs its parameters: def f(x) = x^2", "def f() = 2"),
    SyntaxHint(
        r"^def\b.*\{[^}]*‸$", "the partials end with a brace: { d(f)/d(x) = 1 }", "def f(x) = x { d(f)/d(x) = 1"
    ),
    SyntaxHint(r"^def\b.*\)\s*‸([^={)]|$)", "the body stands after `=`: def f(x) = x^2", "def f(x) x^2"),
    SyntaxHint(
        rf"^(?P<f>{NAME})\s*‸\((?P<x>.*?)\)\s*=",
        "a node stands without what it depends on: {f} = …; a function of your own begins with def: def {f}({x}) = …",
        "f(x) = x^2",
    ),
    SyntaxHint(r"^(import|from)\s+\w+.*‸", "nothing is imported: all functions are there", "import numpy as np"),
    SyntaxHint(r"^return\s+\w+\s*‸", "what is asked for is named by output y, or by `--of`", "return y"),
    SyntaxHint(r"^(print|disp|show)\s*‸\(", "`backcalc run` prints every node", "print(y)"),
    SyntaxHint(r"‸//|/\s*‸/|‸/\*|^\s*‸%", "a comment begins with #", "y = 2*x // twice"),
    SyntaxHint(rf"^{NAME}\s*‸<-\s*[\d.]", "a node is defined with `=`: y = 3", "y <- 3"),
    SyntaxHint(rf"^{NAME}\s*‸≈", "a node is defined with `=`; a result in a comment: #= y = 3.14", "y ≈ 3.14"),
    # Loops
    SyntaxHint(r"^for\b.*\.\.[^{]+(‸:|‸$|\s‸\w)", "the body stands in braces: for k in 1..5 { … }", "for k in 1..5:"),
    SyntaxHint(
        rf"^for\s+{NAME}\s+in\b(?!.*\.\..*‸)", "a range is written 1..5: for k in 1..5 { … }", "for k in range(1, 5) {"
    ),
    SyntaxHint(rf"^for\s*({NAME}\s*)?‸[\w=(]", "a loop is written: for k in 1..5 { … }", "for k = 1..5 {"),
    # Edges
    SyntaxHint(r"^\S+\s*(‸(⇒|⟶|--|>)|=\s?‸>)|-\s*‸->", "an edge is written with `->`: u -> v : 3", "u => v : 3"),
    SyntaxHint(rf"^(?P<v>{NAME})\s*‸<-\s*(?P<u>{NAME})", "an edge is written {u} -> {v} : 3", "v <- u"),
    SyntaxHint(rf"->[^:]*‸(->|,\s*{NAME})", "one edge a statement: u -> v : 3; v -> w : 2", "u -> v -> w : 3"),
    SyntaxHint(r"->\s*\S+\s*(:\s*)?‸$", "an edge needs its local partial: u -> v : 3", "u -> v"),
    SyntaxHint(r"->\s*[^\s:]+\s*‸[^:]", "the partial stands after a colon: u -> v : 3", "u -> v = 3"),
    SyntaxHint(
        r"^(∂|d\s*\().*/\s*(∂|d\s*\()[^=]*‸([^=)]|$)", "the partial stands after `=`: d(v)/d(u) = 3", "∂v/∂u : 3"
    ),
    SyntaxHint(rf"^(?!for\b){_COLUMN}(\s*,\s*|\s+){_COLUMN}\s*,?\s*‸$", COLUMNS, "u,v"),
    SyntaxHint(rf"^(?!(claim|for)\b){_COLUMN}[\s,]+{_COLUMN}[\s,]+{_COLUMN}(\s*‸,|\s‸)", COLUMNS, "u, v, 3, 4"),
    # Definitions
    SyntaxHint(r"^\d\S*\s*‸=", "a node's name begins with a letter", "3 = y"),
    SyntaxHint(rf"^{NAME}\s*(‸:=|:\s*‸=|‸:)", "a node is defined with `=`: y = 3", "y := 3"),
    SyntaxHint(rf"^{NAME}\s*‸[-+*/^@]=", "a node has one formula; what changes it is a new node", "y += 1"),
    SyntaxHint(
        rf"^.*[\w)\]]\s*(‸,\s*|\s‸)({NAME}\s*=(?!=)|(∂|d\s*\().*=)",
        "a newline or `;` parts statements: a = 1; b = 2",
        "a = 1, b = 2",
    ),
    SyntaxHint(rf"^(?P<v>{NAME})\s*‸\[", "a vector is defined as a whole: {v} = [1, 2]", "y[0] = 3"),
    SyntaxHint(r"=\s*‸=", "one `=` defines a node; `==` compares", "y == 3"),
    SyntaxHint(r"[^<>=!]=\s*‸$", "a number or formula stands after `=`", "y ="),
    SyntaxHint(
        rf"^(?P<w>{NAME})\s*(‸←|‸<-)\s*(?P=w)\b",
        "a node has one formula; steps of descent are `backcalc descend`",
        "w ← w - 1",
    ),
    SyntaxHint(
        rf"^(?P<a>{NAME})\s*‸\^\s*[\[{{(](?P<l>\w+)[\])}}]", "an index is part of the name: {a}{l}", "a^[1] = x"
    ),
    SyntaxHint(rf"^{NAME}\s*‸([-+*/^@(]|$)", _FORMS, "y"),
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
    SyntaxHint(
        rf"/\s*(?P<n>{NUMBER})\s*‸(?P<x>{NAME})(?![\w']*\s*=)",
        "is it 1/({n}*{x}) or 1/{n}*{x}? a product needs its sign",
        "y = 1/2π",
    ),
    SyntaxHint(
        rf"(?P<n>{NUMBER})\s*‸(?P<f>{_FRACTION})", "a mixed number is a sum, {n} + {f}, a product {n}*{f}", "y = 2½"
    ),
    SyntaxHint(rf"(?P<f>{_FRACTION})\s*‸(?P<x>{NAME}|\()", "a product needs its sign: {f}*{x}", "y = ½x"),
    SyntaxHint(
        rf"\b(?P<f>{NAME})⁻¹\s*‸\(",
        "the inverse function has a name of its own (asin, acos, atan, log); 1/{f}(x) is the reciprocal",
        "y = sin⁻¹(x)",
    ),
    SyntaxHint(
        rf"\b(?P<f>{NAME}){_SUPERSCRIPT}\s*‸[\w(]", "a power of a function's value is written {f}(x)^2", "y = sin²(x)"
    ),
    SyntaxHint(r"‸⁽", "a raised index is part of the name: W1", "y = W⁽¹⁾"),
    SyntaxHint(r"‸[ʰ-ˤᴬ-ᵡⁱⁿ]", "a raised letter is written as a power: e^x", "y = eˣ"),
    # Numbers, products and calls
    SyntaxHint(
        rf"\b(?P<f>[A-Z]\w*)\s+‸(?P<x>{NAME})",
        "a product needs its sign: {f}*{x}, of a matrix {f} @ {x}",
        "y = W1 v",
    ),
    SyntaxHint(r"\d\s*‸%\s*($|[-+*/),;\]])", "a per cent is a hundredth: 5 % is 0.05, or 5/100", "y = 5%*x"),
    SyntaxHint(
        r"=[^,(\[]*\b(?P<a>[1-9]\d{0,2})\s*‸,\s*(?P<b>\d{3})\b(?!\s*,)",
        "thousands stand without a comma: {a}{b}; a decimal point is a point: {a}.{b}",
        "y = 1,000",
    ),
    SyntaxHint(r"[\w)\]]\s*‸!(?!=)", "a factorial is written out: prod([1, 2, 3])", "y = 3!"),
    SyntaxHint(r"‸°", "angles are in radians; a degree is pi/180: x*pi/180", "y = sin(30°)"),
    SyntaxHint(r"\d‸_\d", "digits stand without separators: 1000", "y = 1_000"),
    SyntaxHint(r"=[^,(\[]*\d\s*‸,\s*\d+\s*$", "a decimal point, not a comma: 3.5", "y = 3,5"),
    SyntaxHint(
        rf"=\s*[-−]?{NUMBER}\s*‸,\s*([-−]|{NUMBER}\s*,)", "a vector stands in brackets: [1, 2, 3]", "y = 1, 2, 3"
    ),
    SyntaxHint(
        r"\[[^\[\]]*:[^\[\],]*‸:", "a slice has no step; a list says which elements: x[[0, 2, 4]]", "y = x[::2]"
    ),
    SyntaxHint(r"‸;", "the rows of a matrix are vectors: [[1, 2], [3, 4]]", "y = [1, 2; 3, 4]"),
    SyntaxHint(
        r"=\s*‸\{.*\b(if|for|falls|else|otherwise)\b",
        "a choice is written: if c then a else b",
        "y = {x if x>0, 0 else",
    ),
    SyntaxHint(r"=\s*‸\{", "a vector stands in brackets: [1, 2]", "y = {"),
    SyntaxHint(r"\[[^\]()]*[\w.)]\s+‸[-\w.(]", "commas part the items of a vector: [1, 2]", "y = [1 2]"),
    SyntaxHint(
        rf"\b(?P<f>{_OF_ONE})\s*\^\s*(?P<n>\d+)\s*‸[\w(]",
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
    SyntaxHint(rf"(?P<n>{NUMBER})\s*‸(?P<x>{NAME})(?![\w']*\s*=)", "a product needs its sign: {n}*{x}", "y = 2x"),
    SyntaxHint(rf"(?P<n>{NUMBER})\s*‸\(", "a product needs its sign: {n}*(…)", "J = 1/2 (y - z)^2"),
    SyntaxHint(rf"\)\s*‸(?P<x>{NAME}|\d)", "a product needs its sign: (…)*{x}", "y = (a + b) c"),
    SyntaxHint(r"\)\s*‸\(", "a product needs its sign: (…)*(…)", "y = (a + b)(c - d)"),
    SyntaxHint(rf"(?P<a>{NAME})(ᵀ|⊤|\.T)\s*‸(?P<x>{NAME})", "a product needs its sign: {a}.T @ {x}", "y = wᵀx"),
    SyntaxHint(
        rf"\b(?P<f>{_OF_ONE})\s+‸(?P<n>{NUMBER})\s*(?P<x>{NAME})",
        "an argument stands in parentheses, and a product needs its sign: {f}({n}*{x})",
        "y = sin 2x",
    ),
    SyntaxHint(
        rf"\b(?P<f>{NAME})\s+‸(?P<x>{NAME}|\d+)",
        "an argument stands in parentheses, {f}({x}), and a product needs its sign, {f}*{x}",
        "y = sin x + 1",
    ),
    # Other notations
    SyntaxHint(
        rf"\b(np|numpy|jnp|jax|torch|tf|math|nn|F|K|scipy|special)‸\.(?P<f>{NAME})",
        "a function stands without its module: {f}(x)",
        "y = np.exp(x)",
    ),
    SyntaxHint(r"[\w)\]]\s*‸\.(?P<s>[*/^])", "operations go by elements already: `{s}`, not `.{s}`", "y = a.*b"),
    SyntaxHint(rf"‸\.(?P<f>{NAME})\s*\(", "a function stands before its argument: {f}(x)", "y = x.sum()"),
    SyntaxHint(r"‸\\frac", "a quotient is written a/b", "y = \\frac{a}{b}"),
    SyntaxHint(r"‸\\(cdot|times|ast)", "a product is written a*b", "y = a \\cdot b"),
    SyntaxHint(r"‸\\sqrt", "a root is written sqrt(x)", "y = \\sqrt{x}"),
    SyntaxHint(r"‸\\(sum|prod)", "a sum of the elements is sum(x), a product prod(x)", "y = \\sum x"),
    SyntaxHint(r"‸\\(left|right|big)", "parentheses stand bare: (…)", "y = \\left(x\\right)"),
    SyntaxHint(r"[\w)\]]\s*‸\\", "a system is solved by inv(A) @ b", "y = A\\b"),
    SyntaxHint(r"(\^|\*\*)\s*‸\{", "a power of more than one sign stands in parentheses: e^(2*x)", "y = e^{2*x}"),
    SyntaxHint(r"‸[∑Σ]", "a sum of the elements is sum(x)", "y = ∑ x"),
    SyntaxHint(r"‸∏", "a product of the elements is prod(x)", "y = ∏ x"),
    SyntaxHint(r"‸∇", "a derivative in a formula is grad(y, x)", "g = ∇y"),
    SyntaxHint(r"‸∫", "there are no integrals here", "y = ∫x"),
    SyntaxHint(r"‸‖", "a norm is written norm(x)", "y = ‖x‖"),
    SyntaxHint(r"‸[⟨⟩]", "the product of two vectors is dot(x, y)", "y = ⟨a, b⟩"),
    SyntaxHint(r"‸⊗", "the outer product is outer(x, y)", "y = a ⊗ b"),
    SyntaxHint(r"‸∘", "a function of a function is written f(g(x))", "y = f ∘ g"),
    SyntaxHint(r"‸⌊", "rounded down it is floor(x)", "y = ⌊x⌋"),
    SyntaxHint(r"‸⌈", "rounded up it is ceil(x)", "y = ⌈x⌉"),
    SyntaxHint(r"‸[∛∜]", "the third root is cbrt(x), the fourth x^(1/4)", "y = ∛x"),
    SyntaxHint(r"‸±", "one sign a node: a + b, a - b", "y = a ± b"),
    SyntaxHint(r"‸[“”\"'‘’`]", "quotes are not needed: names stand bare", 'y = "x"'),
    SyntaxHint(rf"‸[\\$](?P<x>{NAME})", "a name stands bare: {x}", "y = \\sigma(x)"),
    SyntaxHint(r"[\w)\]]\s*‸\|\||‸∨", "write `or`", "y = a || b"),
    SyntaxHint(r"‸\|", "an absolute value is written abs(x), a norm norm(x)", "y = |x|"),
    SyntaxHint(r"‸(&|∧)", "write `and`", "y = a && b"),
    SyntaxHint(r"‸[!~¬]", "write `not a`, or `a != b`", "y = !a"),
    SyntaxHint(r"‸=[<>]|<‸>", "write `<=`, `>=` or `!=`", "y = a => b"),
    SyntaxHint(r"\*\s*‸\*", "a power is written `^` or `**`", "y = x***2"),
    SyntaxHint(r"‸\.(?!\.)", "a name has no dot; `.T` is the transpose", "y = layer.weight"),
    SyntaxHint(
        r"([<>]|[<>=!]=)[^<>=]*[\w)\]]\s*‸([<>]|[=!]=)", "comparisons do not chain: a < b and b < c", "y = a < f(b) < c"
    ),
    SyntaxHint(r"[-+*/^@<>=]\s*‸($|\)|\])", "an operator needs something after it", "y = 2 +"),
    SyntaxHint(r"‸\)", "this parenthesis closes nothing, or something before it is missing", "y = a)"),
)
