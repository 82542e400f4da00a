r"""What is written in LaTeX as the signs of print: `3 \cdot 10^{-2}` is `3 * 10^(-2)`, `\frac{1}{2}` is `((1)/(2))`.

A command becomes a sign and blanks, as long as it was, so that the places of what the grammar reads stay true.
"""

from __future__ import annotations

import re
from functools import cache

_SIGNS = {
    **dict.fromkeys(("cdot", "times", "ast", "cdotp"), "*"),
    **dict.fromkeys(("left", "right", "big", "Big", "bigl", "bigr", "quad", "qquad", "displaystyle"), ""),
    "div": "/",
    "partial": "∂",
    "odot": "⊙",
    "approx": "≈",
    "infty": "∞",
    **dict(zip(("alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "kappa"), "αβγδεηθκ", strict=True)),
    **dict(zip(("lambda", "mu", "nu", "pi", "rho", "sigma", "tau", "phi", "psi", "omega"), "λμνπρστφψω", strict=True)),
}
_FUNCTIONS = ("exp", "log", "ln", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min")
# Patterns are text, compiled where they are first asked for: nearly no answer is in LaTeX, and to compile them
# all takes as long as to read a short file.
_GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
# A quotient of differentials is a derivative, which is read as one symbol.
_FRACTION = rf"\\[dt]?frac\s*(?!\{{\s*[∂dδ]\s*\w[^{{}}]*\}}\s*\{{\s*[∂dδ]\s*\w){_GROUP}\s*{_GROUP}"
_RAISED = r"(?:\\(?:top|intercal)(?![A-Za-z])|\\math(?:sf|rm)\s*(?:\{\s*T\s*\}|T))"
_TOP = rf"\^\s*(?:\{{\s*{_RAISED}\s*\}}|{_RAISED})"
# What tells how its letters look, or that this is the result.
_DRESSED = rf"\\(?:boxed|mathbf|boldsymbol|bm|mathrm|mathit|text|operatorname)\s*{_GROUP}"
_ROOT = rf"\\sqrt\s*{_GROUP}"
_POWER = rf"\^\s*{_GROUP}"
_INDEX = r"_\{(\w+)\}"
_COMMAND = r"\\([A-Za-z]+)|\\[,;:! ()]|[$]"
_NESTED = 3  # Fractions in fractions: each turn takes away the innermost braces.


def in_signs(text: str) -> str:
    """`text` with signs for the commands of LaTeX that have one; what is none stays, for the grammar to tell."""
    # Nearly all answers have none.
    return _in_signs(text) if "\\" in text or "$" in text or "{" in text else text


@cache
def _in_signs(text: str) -> str:
    text = re.sub(_TOP, lambda found: _filled("⊤", found[0]), text)
    text = re.sub(_DRESSED, lambda found: _filled(found[1], found[0]), text)
    text = re.sub(_COMMAND, _sign, text)
    text = re.sub(_INDEX, lambda found: f"_{found[1]}  ", text)
    for _ in range(_NESTED):
        text = re.sub(_FRACTION, lambda found: _filled(f"(({found[1]})/({found[2]}))", found[0]), text)
        text = re.sub(_ROOT, lambda found: _filled(f"√({found[1]})", found[0]), text)
        text = re.sub(_POWER, lambda found: _filled(f"^({found[1]})", found[0]), text)
    return text


def _sign(found: re.Match[str]) -> str:
    """The sign of a command, behind as many blanks as make up its length; of functions the name."""
    name = found[1]
    if name in _FUNCTIONS:
        return f" {name}"
    if name is not None and name not in _SIGNS:
        return found[0]
    return _filled(_SIGNS.get(name or "", ""), found[0])


def _filled(sign: str, written: str) -> str:
    return sign.rjust(len(written))
