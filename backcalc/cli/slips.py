"""Command lines that are not understood: what was most likely meant, added to what click says is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

import click

from backcalc.text.wording import shorten

# What other programs call an option, and ours for it.
_ELSEWHERE = {
    "--rate": ("--lr", "--learning-rate", "--learning_rate", "--eta", "--alpha", "--step-size"),
    "--steps": ("--epochs", "--iterations", "--iters", "--max-iter", "--maxiter", "--n"),
    "--maximise": ("--maximize", "--ascend", "--ascent", "--max"),
    "--gtol": ("--tol", "--tolerance", "--eps"),
    "--batch": ("--batch-size", "--batch_size", "--batchsize"),
    "--method": ("--optimizer", "--optimiser", "--solver", "--algorithm"),
    "--order": ("--degree", "--terms", "--n"),
    "--show": ("--nodes", "--plot"),
    "--to": ("--target", "--framework", "--backend", "--format"),
    "--format json": ("--json",),
    "--format csv": ("--csv",),
    "--format markdown": ("--markdown", "--md"),
    "--format latex": ("--latex", "--tex"),
    "--color never": ("--no-color", "--no-colour", "--nocolor"),
    "-o, and the ending of its file": ("--format", "--to", "--type", "--save"),
    "GRAPH, without an option": ("--file", "--graph", "--input", "--in"),
}
_EXTRA = r"(?s)Got unexpected extra arguments? \((?P<words>.*)\)"


def hinted(
    error: click.UsageError, command: click.Command, given: Sequence[str], ctx: click.Context
) -> click.UsageError:
    """`error` about the words `given` to `command`, with what was likely meant."""
    if isinstance(error, click.NoSuchOption):
        hint = _of_option(error.option_name, given, _known(command))
    elif isinstance(error, click.BadParameter):
        hint = _of_number(error)
    else:
        # By its message: click tells by nothing else which words were left over.
        extra = re.fullmatch(_EXTRA, error.message)
        hint = _of_words(extra["words"], given, command) if extra else ""
    return _with_hint(error, hint, ctx)


def _known(command: click.Command) -> set[str]:
    """The options of a command, and its argument GRAPH where it has one."""
    names = {name for each in command.params for name in each.opts}
    return {"GRAPH" if name == "graph" else name for name in names}


def _is_value(word: str) -> bool:
    """Whether a word gives an input its value: x=1."""
    from backcalc.language.lexis import is_name  # Who makes no slip needs no language for it.

    name, _, value = word.partition("=")
    return bool(value) and is_name(name)


def _is_derivative(word: str) -> bool:
    """Whether a word asks for a derivative: do/dx."""
    from backcalc.language.lexis import NAME

    return re.fullmatch(rf"[d∂]\(?{NAME}[^/\s]*/[d∂]\S+", word) is not None


def _is_number(word: str) -> bool:
    """Whether a word is a number."""
    from backcalc.language.lexis import NUMBER

    return re.fullmatch(f"[-+]?{NUMBER}", word) is not None


def _with_hint(error: click.UsageError, hint: str, ctx: click.Context) -> click.UsageError:
    if not hint:
        return error
    # `integer range` is click's word for a type, not for what is wrong.
    message = error.format_message().rstrip(".").removesuffix(" range")
    if isinstance(error, click.NoSuchOption) and hint.startswith("here it is"):
        message = error.message.rstrip(".")  # Without click's own guess, which goes by the letters.
    return click.UsageError(f"{message}; {hint}", ctx)


def _of_option(name: str, given: Sequence[str], known: Iterable[str]) -> str:
    """What an option that there is not was meant to be."""
    word = next((word for word in given if word.startswith(name)), name)
    bare = word.lstrip("-").partition("=")[0]
    # `-wrt x`: to click that is -w, -r and -t.
    if not word.startswith("--") and f"--{bare}" in known:
        return f"with two dashes: --{bare}"
    if ours := next(
        (ours for ours, theirs in _ELSEWHERE.items() if bare and f"--{bare}" in theirs and _option_of(ours) in known),
        "",
    ):
        return f"here it is {ours}"
    # Results go to stdout, where a command has no file of its own to write.
    if word in ("-o", "--output", "--out"):
        return "what is printed goes into a file by the shell: > file"
    # `-x=1` or `--x=1`.
    if "--at" in known and _is_value(word.lstrip("-")):
        return f"the value of an input stands behind --at: --at {shorten(word.lstrip('-'))}"
    return ""


def _option_of(ours: str) -> str:
    """The option, or argument, that a way to write it begins with."""
    return ours.split(maxsplit=1)[0].rstrip(",")


def _of_number(error: click.BadParameter) -> str:
    """How a number is written, where what stands behind an option is none."""
    kind = getattr(error.param, "type", None)
    is_wrong = "is not a valid" in error.message or "is not in the range" in error.message
    if not isinstance(kind, click.types.IntRange | click.types.FloatRange) or not is_wrong:
        return ""
    assert isinstance(error.param, click.Option)
    is_whole = isinstance(kind, click.types.IntRange)
    # With a default or an end of the range, for that is one that serves.
    number = next((n for n in (error.param.default, kind.min) if isinstance(n, int | float)), 1)
    return f"type {'a whole number' if is_whole else 'a number'}, such as {error.param.opts[0]} {number}"


def _of_words(words: str, given: Sequence[str], command: click.Command) -> str:
    """What words were meant to be for which a command line has no place."""
    import shlex

    known = _known(command)
    # Click joins the words by blanks: the first is where it went wrong.
    first = words.split(" ", 1)[0]
    if {"-e", "--expr"} & set(given):
        place = next(i for i, word in enumerate(given) if word in ("-e", "--expr"))
        line = " ".join(given[place + 1 :])
        # An equation without quotes is several words to the shell: y = x*2.
        return f"a line stands in quotes: -e {shlex.quote(shorten(line))}" if line.count("=") else ""
    # `--at x=1, w=2` leaves `w=2` over, and `--at x = 1` leaves `=`.
    is_behind_at = "--at" in given and _is_number(first)  # As 1 of `--at x 1`.
    if "--at" in known and (_is_value(first) or first.startswith("=") or is_behind_at):
        shown = first if _is_value(first) else "x=1"
        return f"values stand behind --at, without blanks: --at {shlex.quote(shorten(shown))}"
    if "--get" in known and _is_derivative(first):
        return f"single derivatives are asked for by --get {shlex.quote(shorten(first))}"
    if os.path.exists(first):  # noqa: PTH110  It does not raise.
        return "one graph at a time"
    if "--wrt" in given:  # `--wrt x w`.
        return "several names are parted by commas: --wrt x,w"
    return ""
