"""Habits of libraries with modules and methods, as NumPy and PyTorch; a row a habit, and what to write."""

from __future__ import annotations

from backcalc.language.lexis import NAME
from backcalc.language.syntax_hint import ARGUMENTS, SyntaxHint

# What these modules are commonly called; any other dot is a row's further down.
MODULES = (
    r"(?:np|numpy|jnp|jax|torch|tf|math|cmath|nn|F|K|scipy|special|stats|lax|optax|keras|sp|sympy|linalg|mx|cp|cupy|flax"
    r"|Math|layers|functional)"
)
# Of an axis by its place or by its name.
_ALONG = r"(?:(?:axis|dim)\s*=\s*)?(?P<axis>-?\d)\s*(?:,[^()]*)?\)"
_REDUCED = "sum|mean|prod|amax|max|amin|min|std|var|logsumexp|softmax|log_softmax"

LIBRARIES = (
    SyntaxHint(
        rf"\b{MODULES}‸\.(constants\.)?(?P<c>pi|PI|e|E|inf|Inf|tau)\b(?!\s*\()",
        "a constant stands without its module: pi, e, tau, inf",
        "y = np.pi*r^2",
    ),
    SyntaxHint(
        rf"\b{MODULES}‸\.newaxis\b", "a row is reshape(x, 1, 3), a column reshape(x, 3, 1)", "y = x[:, np.newaxis]"
    ),
    SyntaxHint(
        rf"\b{MODULES}‸\.log\(\s*(?P<x>{NAME})\s*,\s*(?P<y>\w+)\s*\)",
        "the logarithm to this base is log({x})/log({y})",
        "y = math.log(x, 3)",
    ),
    # A product of matrices is `@`, whatever `dot` is elsewhere: here it takes vectors.
    SyntaxHint(
        rf"\b{MODULES}‸\.dot\(\s*(?P<x>[A-Z]\w*|{NAME}\.T)\s*,\s*(?P<y>{NAME}(?:\.T)?)\s*\)",
        "a matrix product is written {x} @ {y}",
        "y = np.dot(W, x)",
    ),
    SyntaxHint(
        rf"\b{MODULES}‸\.(?:\w+\.)*(?P<fn>{_REDUCED})\(\s*(?P<x>{NAME})\s*,\s*{_ALONG}",
        "along an axis it is {fn}({x}, axis={axis})",
        "y = np.max(x, 0)",
    ),
    # The second argument of a norm is its order.
    SyntaxHint(
        rf"\b{MODULES}‸\.(?:\w+\.)*norm\(\s*(?P<x>{NAME})\s*,\s*(?!(?:axis|dim|keep))",
        "of order 1 it is sum(abs({x})), of order 2 norm({x}), of order inf max(abs({x}))",
        "y = np.linalg.norm(x, 1)",
    ),
    # A layer is made first and called then: nn.ReLU()(x).
    SyntaxHint(
        rf"\b(?P<module>{MODULES})‸\.(?:\w+\.)*(?P<fn>{NAME})(?:\([^()]*\)(?=\())?(?:\((?P<args>{ARGUMENTS})\))?",
        "a function stands without its module: {fn}({args})",
        "y = np.exp(x)",
    ),
    # As a spreadsheet calls STDEV.S(x).
    SyntaxHint(
        rf"\b(?P<fn>(?:STDEV|VAR|NORM)‸(?:\.[A-Z]+)+)\((?P<args>{ARGUMENTS})\)",
        "a function's name has no dot: {fn}({args})",
        "y = STDEV.S(x)",
    ),
    SyntaxHint(r"[\w)\]]\s*‸\.(?P<s>[*/^])", "operations go by elements already: `{s}`, not `.{s}`", "y = a.*b"),
    # Before the row of methods: the transpose has a sign of its own.
    SyntaxHint(
        rf"(?P<x>{NAME})\s*‸\.(t|transpose)\(|(?P<z>{NAME})‸\.mT\b", "the transpose is written {x}{z}.T", "y = x.t()"
    ),
    SyntaxHint(r"‸\.(shape|size|ndim)\b(?!\()", "a length is a whole number; const n = 5 names one", "y = x.shape[0]"),
    SyntaxHint(
        rf"(?P<x>{NAME})\s*‸\.grad\b",
        "a derivative is asked for by `--get dL/d{x}`; in a formula it is grad(L, {x})",
        "y = x.grad",
    ),
    SyntaxHint(
        rf"(?P<x>[A-Z]\w*|{NAME}\.T)\s*‸\.(dot|matmul|mm|mv)\s*\((?P<y>[^()]+)\)",
        "a matrix product is written {x} @ {y}",
        "y = W.T.dot(x)",
    ),
    SyntaxHint(
        rf"(?P<x>{NAME}(?:\.T)?)\s*‸\.(?P<fn>{_REDUCED})\(\s*{_ALONG}",
        "along an axis it is {fn}({x}, axis={axis})",
        "y = x.max(0)",
    ),
    SyntaxHint(
        rf"(?P<x>{NAME}(?:\.T)?)\s*‸\.(?P<fn>{NAME})\s*\(\s*\)",
        "a function stands before its argument: {fn}({x})",
        "y = x.sum()",
    ),
    SyntaxHint(
        rf"(?P<x>{NAME}(?:\.T)?)\s*‸\.(?P<fn>{NAME})\s*\((?P<args>{ARGUMENTS})\)",
        "a function stands before its arguments: {fn}({x}, {args})",
        "y = w.dot(x)",
    ),
    SyntaxHint(rf"‸\.(?P<fn>{NAME})\s*\(", "a function stands before its argument: {fn}(x)", "y = (x + 1).sum()"),
    # As Mathematica has products.
    SyntaxHint(
        rf"(?P<x>{NAME})\s+‸\.\s+(?P<y>{NAME})", "a product of vectors or matrices is written {x} @ {y}", "y = a . b"
    ),
    SyntaxHint(r"/\s*‸\.\s*\w+\s*->", "values stand behind `--at`: x=2", "y = x /. x -> 2"),
)
