"""Words for messages: names cut short, control characters made visible, the width of what is shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

NAME_SHOWN = 60  # Characters of a name, and


def shorten(name: str, width: int = NAME_SHOWN) -> str:
    """`name` on one line of at most `width` characters, its middle left out where it is longer."""
    name = visible(name)
    if len(name) <= width:
        return name
    return f"{name[: width // 2]}…{name[len(name) - (width - width // 2 - 1) :]}"


def visible(text: str) -> str:
    """`text` with every control character replaced, so that no input steers the terminal."""
    return "".join(" " if c == "\t" else c if c.isprintable() else "�" for c in text)


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
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
