"""Answers on a command line: which arguments they are, and one that stands in several words put together."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

import click

from backcalc.cli.options import Command
from backcalc.language.lexis import NAME

SIGNS = ("=", "≈", "~", ":", "\\approx")
"""What stands between what is asked and its answer."""

_ENDING = rf"\.(?!grad$){NAME}$"


class AnswerCommand(Command):
    """A command line on which an answer may stand in several words: `dL/dx1 = -100`, `dL/dh=[1, 2]`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments, those of one answer put together. Raises UsageError."""
        try:
            # Completion is of words as they stand.
            return super().parse_args(ctx, args if ctx.resilient_parsing else joined(args))
        except click.NoSuchOption as error:
            # `dL/dx -100`: the number was taken for an option.
            if error.option_name[1:2].isdigit() or error.option_name[1:2] == ".":
                raise click.UsageError("a negative number stands behind a `=`: dL/dx=-100", ctx) from None
            raise


def is_answer(word: str) -> bool:
    """Whether an argument is an answer: it holds one of the signs of one, and names no file."""
    return any(sign in word for sign in SIGNS) and not is_file(word)


def is_file(word: str) -> bool:
    """Whether an argument names a file, or a folder, that is there."""
    return os.path.exists(word)  # noqa: PTH110  It does not raise.


def looks_like_file(word: str) -> bool:
    """Whether an argument looks like a file's name, by its end, and like no answer: `t1.84`, `x.grad`."""
    return re.search(_ENDING, word) is not None


def joined(words: Sequence[str]) -> list[str]:
    """`words` with those put together that are parts of one assignment."""
    found: list[str] = []
    for word in words:
        # The value of an option, `--at x=[1,`, goes on in the same way; the options themselves do not.
        last = found[-1] if found else ""
        # A bracket that is open goes on in the next word: `dL/dh=[1, 2]` is two to the shell.
        has_sign = any(sign in last for sign in SIGNS)
        is_open = has_sign and last.count("[") + last.count("(") > last.count("]") + last.count(")")
        is_value = not any(sign in word for sign in SIGNS) and not word.startswith("--") and word != "-h"
        is_equation = word[:1] in SIGNS and "." not in last  # A file's name is none of a node.
        if last[:1] not in ("", "-") and word and (is_equation or (is_value and (is_open or last[-1] in SIGNS))):
            found[-1] = f"{last} {word}"
        else:
            found.append(word)
    return found
