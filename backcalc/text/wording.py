"""Words for messages: names cut short, control characters made visible, the width of what is shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

_is_library = ContextVar("is_library", default=False)
"""Whether who reads a message has called a function, to whom `--of` says nothing, rather than typed a command."""

NAME_SHOWN = 60  # Characters of a name; what is longer is cut in its middle.


@contextmanager
def for_callers() -> Iterator[None]:
    """Have the messages made in this block speak of a function's arguments, not of a command's options."""
    token = _is_library.set(True)
    try:
        yield
    finally:
        _is_library.reset(token)


def option(name: str, value: str = "") -> str:
    """How one says that `name` is `value`: `--of y`, or `of="y"` to who calls the library; without a value its name."""
    if _is_library.get():
        return f'{name}="{value}"' if value else name
    # Brackets stay bare here: where no file is called like dy[0]/dx, most shells take it as it stands.
    value = typed(value) if "'" in value else value
    return f"--{name} {value}" if value else f"--{name}"


def point_option(values: Sequence[tuple[str, str]], *, more: bool = False, name: str = "at") -> str:
    """How one gives nodes these values, and `more`: `--at x=1,w=2`, or `at={"x": 1, "w": 2}`."""
    if _is_library.get():
        pairs = ", ".join(f'"{node}": {value}' for node, value in values)
        return f"{name}={{{pairs}{', …' * more}}}"
    pairs = ",".join(f"{node}={value}" for node, value in values)
    return f"--{name} {typed(pairs + ',…' * more)}"


def typed(word: str) -> str:
    """`word` as one types it in a shell, to which a bracket is a pattern of file names, and the prime of x' a quote."""
    quote = '"' if "'" in word else "'" if "[" in word else ""
    return f"{quote}{word}{quote}"


def typed_file(path: str) -> str:
    """A file's name as one types it in a shell, whatever is in it; control characters are shown, not typed."""
    import shlex  # Who makes no slip needs none of it.

    # `-w.bg` would be an option.
    return visible(shlex.quote(f"./{path}" if path.startswith("-") else path))


def has_files() -> bool:
    """Whether a point may come from a file: who calls a function has a mapping in any case."""
    return not _is_library.get()


def shorten(name: str, width: int = NAME_SHOWN) -> str:
    """`name` on one line of at most `width` characters, its middle left out where it is longer."""
    name = visible(name)
    if len(name) <= width:
        return name
    return f"{name[: width // 2]}…{name[len(name) - (width - width // 2 - 1) :]}"  # One less, for the `…`.


def visible(text: str) -> str:
    """`text` with every control character replaced, so that no input steers the terminal."""
    # A tab as one blank: it would be wider than the carets below are counted.
    return "".join(" " if c == "\t" else c if c.isprintable() else "�" for c in text)


STEERING = "[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
"""A pattern of what steers a terminal, or turns the direction of what follows; ends of lines and tabs do not."""


def without_controls(text: str) -> str:
    """Lines of `text` with what steers a terminal replaced, overrides of direction too; all else stays as written."""
    return re.sub(STEERING, "�", text)


def quoted(names: Sequence[str], most: int = 8) -> str:
    """`names` as a list for a sentence, cut after `most`."""
    shown = ", ".join(shorten(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown}, …"


def plural(count: int, noun: str) -> str:
    """`count` and `noun` in the number that fits: `1 argument`, `2 arguments`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def display_width(text: str) -> int:
    """The number of terminal columns that `text` takes: two a wide character, none a combining mark."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    # Marks stand above or below a letter, formats nowhere; a soft hyphen is shown by most terminals.
    if unicodedata.category(char) in ("Mn", "Me", "Cf") and char != "\u00ad":
        return 0
    if "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff":  # Vowels and ends of a Hangul syllable join it.
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
