"""The standard streams as they come: closed, or of an encoding that has no ∂."""

from __future__ import annotations

import codecs
import os
import sys
from typing import TextIO

# Of the characters that backcalc itself prints; none of them can stand in a node's name.
_SPELLED = {
    "∂": "d",
    "→": "->",
    "…": "...",
    "─": "-",
    "−": "-",
    "✓": "+",
    "✗": "x",
    "≈": "~",
    "↪": ">",
    "–": "-",
    "·": "*",
    "≠": "!=",
    "×": "*",
    "⊙": "*",
    "ᵀ": ".T",
    "‖": "||",
    "∇": "grad ",
    "↻": "@",
    "│": "|",
    "└": "+",
    "┊": ":",
    "◇": "o",
}
_BRAILLE = range(0x2800, 0x2900)  # The dots of a plot: the first is a blank.


_COLOURS = {"error": "1;31", "warning": "1;33", "note": "1;36", "hint": "1;32", "caret": "1;31"}


def prepare() -> None:
    """Let stdout and stderr take whatever is written to them; a closed stdin is an empty one."""
    # Where the locale has no ∂, Python would raise in the midst of a table.
    codecs.register_error("backcalc", _spell)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115  open until the end
    # A result that nobody gets is no success, so a closed stdout is one that refuses to be written.
    sys.stdout, sys.stderr = _usable(sys.stdout), _usable(sys.stderr)


def abandon() -> None:
    """Drop what is still unwritten: its reader is gone, and Python would complain at exit."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _give_up(stream)


def say(text: object, end: str = "\n") -> None:
    """`text` on stderr, as far as that takes it: an error that nobody can be told must not cost the result."""
    try:
        print(text, end=end, file=sys.stderr, flush=True)
    except OSError:  # A full disk, a reader who has gone.
        _give_up(sys.stderr)


def paint(text: str, role: str) -> str:
    """`text` on stderr in the colour of its role in a diagnostic, where stderr takes colour."""
    return f"\x1b[{_COLOURS[role]}m{text}\x1b[0m" if wants_color(sys.stderr) else text


def wants_color(stream: TextIO) -> bool:
    """Whether what is written to a stream has colour where no option says so."""
    if os.environ.get("NO_COLOR"):
        return False
    is_dumb = os.environ.get("TERM") in ("dumb", "unknown")
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and not is_dumb)


def _give_up(stream: TextIO) -> None:
    """Have the rest of `stream` go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _usable(stream: TextIO | None) -> TextIO:
    if stream is None:  # Closed by the shell, `>&-`. It takes the free number, which a file of ours else would take.
        return open(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")  # noqa: PTH123  open until the end
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backcalc")
    return stream


def _spell(error: UnicodeError) -> tuple[str, int]:
    """What an encoding lacks, in letters, else by number as JSON has it, so that JSON stays JSON."""
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    return "".join(_SPELLED.get(char) or _drawn(char) or _escape(char) for char in text), error.end


def _drawn(char: str) -> str:
    """A character of a plot as one of a plot in ASCII; nothing for others."""
    return " *"[ord(char) > _BRAILLE.start] if ord(char) in _BRAILLE else ""


def _escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
