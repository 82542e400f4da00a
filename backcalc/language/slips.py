"""SYNTAX_HINTS: slips that people make, a row a slip, and what to write."""

from __future__ import annotations

from backcalc.language.formula_slips import FORMULAS
from backcalc.language.library_slips import LIBRARIES
from backcalc.language.notation_slips import NOTATIONS
from backcalc.language.statement_slips import STATEMENTS
from backcalc.language.syntax_hint import SyntaxHint

# The first row that fits speaks, so rows for whole statements stand before those for a place inside an expression.
SYNTAX_HINTS = (*STATEMENTS, *FORMULAS, *LIBRARIES, *NOTATIONS)

__all__ = ["SYNTAX_HINTS", "SyntaxHint"]
