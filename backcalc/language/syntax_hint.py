"""SyntaxHint: a slip that people make, as a row of a table."""

from __future__ import annotations

from typing import NamedTuple

OF_ONE = "(?:sin|cos|tan)h?|exp|log|ln|sigmoid|σ"
"""The functions that textbooks write without parentheses, as a pattern."""

ARGUMENTS = r"(?:[^()]|\((?:[^()]|\([^()]*\))*\))*"
"""What stands between the parentheses of a call, with calls in it down to the third, as a pattern."""


class SyntaxHint(NamedTuple):
    """A slip that people make.

    pattern  the text around the place of the error, which `‸` marks
    hint     what to write; `{x}` in it is what the group x of the pattern matched. The group fn is a function of
             another notation, of which `habits` may know better, in the module of the group module
    example  a text that has the slip
    """

    pattern: str
    hint: str
    example: str
