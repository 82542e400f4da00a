"""JSON as all reports have it: letters as they are, an array with a line an item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from json import JSONEncoder
from typing import Any

from backcalc.text.wording import STEERING

_ON_ONE_LINE, _INDENTED = (JSONEncoder(ensure_ascii=False, allow_nan=False, indent=indent) for indent in (None, 2))


def dump(found: Any, *, indented: bool = False) -> str:
    """`found` as JSON, on one line or a line a member, its letters as they are, but none that steers a terminal."""
    text = (_INDENTED if indented else _ON_ONE_LINE).encode(found)
    if text.isascii() and "\x7f" not in text:  # The encoder escapes the other controls of ASCII itself.
        return text
    return re.sub(STEERING, lambda letter: f"\\u{ord(letter[0]):04x}", text)


def enclosed(start: str, items: Iterable[str], end: str) -> Iterator[str]:
    """The lines of an array: `start`, its items, a comma between two of them, and `end`; of none one line."""
    last = None
    for item in items:
        # An item behind: whether a comma follows only the next one tells.
        yield start if last is None else f"{last},"
        last = item
    yield from (start + end.lstrip(),) if last is None else (last, end)
