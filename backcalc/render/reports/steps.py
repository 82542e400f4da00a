"""A derivation as text, Markdown and JSON: a line a step, under each the local partials that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from backcalc.analysis.explain import Equation, Step
from backcalc.analysis.longhand import plain
from backcalc.language.unparse import unparse
from backcalc.render.formats.json import dump, enclosed
from backcalc.render.hand import Hand
from backcalc.render.values import exact
from backcalc.text.wording import display_width, plural

INDENT = 4
DEEPER = 2  # What goes on in the midst of a side of an equation is set in by so much more.

Kind = Literal["title", "step", "partial", "note", "space"]

TITLES = {"forward": "Forward pass: values", "reverse": "Reverse pass: derivatives of {}, by the chain rule"}
REMARKS = {"given": " (given)", "no-path": " (no path leads from {} to {})", "no-slope": " (no slope here)"}
ROUNDED = "Numbers are rounded to {} for display only."


class Line(NamedTuple):
    """A line of a derivation, and what it is."""

    text: str
    kind: Kind


def derivation(steps: Iterable[Step], output: str, hand: Hand) -> Iterator[Line]:
    """The lines of a derivation as `hand` writes them, however long; the last tells of rounding, if there is some."""
    phase = ""
    for step in steps:
        if step.phase != phase:  # A phase without steps has no heading.
            if phase:
                yield Line("", "space")
            yield Line(hand.words(TITLES[step.phase], output), "title")
            phase = step.phase
        remark = hand.words(REMARKS[step.note], step.node, output) if step.note else ""
        yield Line(equation(step, hand) + remark, "step")
        for partial in step.partials:
            remark = hand.words(REMARKS[partial.note]) if partial.note else ""
            yield Line(equation(partial, hand) + remark, "partial")
    if hand.has_rounded:
        yield Line("", "space")
        yield Line(ROUNDED.format(plural(hand.digits, "significant digit")), "note")


def equation(found: Equation, hand: Hand) -> str:
    """`symbol = formula = numbers = value`, the same text never twice in a row."""
    # A formula of numbers alone is its own substitution, and `1 = 1` tells nothing.
    formulas = (hand.formula(part) for part in (found.formula, found.substituted) if part is not None)
    texts = [hand.symbol(found.symbol), *formulas]
    if found.value is not None or isinstance(found, Step):
        texts.append(hand.value(found.value))
    return " = ".join(text for i, text in enumerate(texts) if not i or text != texts[i - 1])


def render_text(lines: Iterable[Line]) -> Iterator[str]:
    """The lines whole, as a pipe has no edge to break them at; local partials set in."""
    return (" " * INDENT * (line.kind == "partial") + line.text for line in lines)


def render_steps_markdown(lines: Iterable[Line]) -> Iterator[str]:
    """A heading a phase, under it a list of equations as code, so that `*` and `_` in them stay what they are."""
    for line in lines:
        if line.kind == "title":
            yield f"## {line.text}"
            yield ""
        elif line.kind in ("step", "partial"):
            yield f"{' ' * INDENT * (line.kind == 'partial')}- `{line.text}`"
        else:
            yield line.text


# ---- Lines that fit --------------------------------------------------------------------------------------------------

_CLOSING = {"(": ")", "[": "]"}
_BREAKS = (
    (" (?== )", "(["),
    (" (?=[+−] )", "(["),
    (" (?=[+−⊙] )", "["),
    (r"(?<=[]ᵀ)]) ", "["),  # Between factors side by side,
    (" ", "["),  # words,
    (r"(?<=\],) ", ""),  # the rows of a matrix,
    ("(?<=,) ", ""),  # the elements of an array,
    (" ", ""),  # and formulas in it; never within a number.
)
"""The spaces that a line may be broken at, best first, and the brackets within which it may not."""


def broken(line: Line, width: int) -> Iterator[str]:
    """`line` in at most `width` columns, as far as it has places to be broken at; what follows the first is set in."""
    left = " " * INDENT * (line.kind == "partial")
    found, room = left, width - len(left) - INDENT - DEEPER
    for side, text in enumerate(_parted(line.text, *_BREAKS[0])):
        pieces = list(_pieces(text, room))
        for i, piece in enumerate(pieces):
            # A side that takes several lines begins on one of its own, but for the first after the symbol.
            begins = side > 1 and not i and len(pieces) > 1
            if found == left:
                found += piece
            elif not begins and display_width(found) + 1 + display_width(piece) <= width:
                found += f" {piece}"
            else:
                yield found
                found = f"{left}{' ' * (INDENT + DEEPER * (i > 0))}{piece}"
    yield found


def _pieces(text: str, room: int) -> list[str]:
    """`text` in pieces that fit, parted at spaces."""
    # Only what is too long is parted further, so that each line ends at the best place that makes it fit.
    pieces = [text]
    for pattern, brackets in _BREAKS:
        parts = (_parted(piece, pattern, brackets) if display_width(piece) > room else [piece] for piece in pieces)
        pieces = [part for found in parts for part in found]
    return pieces


def _parted(text: str, pattern: str, brackets: str) -> Iterator[str]:
    """`text` parted at the spaces of `pattern` that stand outside of `brackets`."""
    # Brackets are counted on from the last place: each character once, however many places there are.
    start = depth = counted = 0
    for found in re.finditer(pattern, text):
        for opening in brackets:
            closing = _CLOSING[opening]
            depth += text.count(opening, counted, found.start()) - text.count(closing, counted, found.start())
        counted = found.start()
        if not depth:
            yield text[start:counted]
            start = found.end()
    yield text[start:]


# ---- JSON ------------------------------------------------------------------------------------------------------------


def render_steps_json(steps: Iterable[Step], output: str) -> Iterator[str]:
    """The derivation in the shape that the language's contract fixes, formulas in the language and numbers exact."""
    yield "{"
    yield f'  "output": {dump(output)},'
    yield from enclosed('  "steps": [', map(_step, steps), "  ]")
    yield "}"


_STEP = """\
    {
      "node": %s,
      "phase": %s,
      "formula": %s,
      "substituted": %s,
      "value": %s
    }"""


def _step(step: Step) -> str:
    texts = (None if formula is None else unparse(plain(formula)) for formula in (step.formula, step.substituted))
    return _STEP % tuple(map(dump, (step.node, step.phase, *texts, exact(step.value))))
