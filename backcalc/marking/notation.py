"""How people write what they answer: `dL/dx = 3`, `2) ∂L/∂x ≈ 3`, `x.grad: 3`; a line split into subject and value.

A line is a bullet, a subject, a sign and a value. What the grammar calls an answer is one form among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from backcalc.language.lexis import NAME, NODE, canonical
from backcalc.marking.latex import in_signs
from backcalc.text.source import Span

LONGEST_SUBJECT = 400  # Characters behind a comma in which the sign of a further answer is looked for.
# Patterns are text, compiled where they are first asked for: a file that states its results needs few of them.
_OPENING, _CLOSING = "([{", ")]}"

_SIGN = r"\s*(?::=|[=≈~:]|\\approx(?![A-Za-z]))"
# `1.`, `a)` and `(2)` before a blank: without it `1.5 = x` would lose its 1.
_APPROX = "\\approx"
_ABOUT = ("≈", "~")
_COMPARED = ("=", "<", ">")
_MATHEMATICS = ("\\(", "\\[")
_BULLET = r"(?:[-*•‣–]|\d+[.)]|[^\W\d_][.)]|\((?:\d+|[^\W\d_])\))\s+(?=\S)"
# What stands where nothing is answered, a line to write on too.
_BLANK = r"(?i:\s*(?:\?+|[-–—]+|n/?a|\.{2,}|…|__+)?\s*)"
_UNIT = "rad"
# As `explain` writes it behind a number, and what it says around its equations, as `run` does above the gradient.
_REMARK = r"\s\((?:given|no path leads from \S+ to \S+)\)"
_NO_SLOPE = " = nan (no slope here)"
_SAID = (
    r"Forward pass: values|Reverse pass: derivatives of \S+, by the chain rule"
    r"|Numbers are rounded to \d+ significant digits? for display only\.|gradient\s+value"
)
_POINTS = r"\[\s*(\d+(?:[.,]\d+)?)\s*points?\s*\]"  # Behind an answer on a teacher's sheet: [2 points].

_PLACE = r"(?:\[\s*\d{1,18}(?:\s*,\s*\d{1,18})*\s*\])?"  # So many digits an index of any array has.
_TWO = r"(?:²|\^\s*2|\^\s*\{\s*2\s*\})"
_D = r"[d∂δ]"
_AGAIN = r"(?:\s+[dδ]|(?<=\])[dδ]|\s*∂)\s*"  # The second differential, where a name cannot hold its letter.


def _element(name: str) -> str:
    """The pattern of a node, or of an element of it."""
    return rf"(?P<{name}>{NODE})\s*(?P<{name}_place>{_PLACE})"


_VALUE = _element("of")
_TENSOR = rf"(?P<wrt>{NODE})\s*\.\s*grad\s*(?P<wrt_place>{_PLACE})"
_FIRST = rf"{_D}\s*{_element('of')}\s*[/∕]\s*{_D}\s*{_element('wrt')}"
_CLOSED = rf"{_D}\s*\(\s*{_element('of')}\s*\)\s*[/∕]\s*{_D}\s*\(\s*{_element('wrt')}\s*\)"
# The parentheses may be there or not, of numerator and denominator apart.
_SQUARE = rf"{_D}\s*{_TWO}\s*\(?\s*{_element('of')}\s*\)?\s*[/∕]\s*\(?\s*{_D}\s*{_element('wrt')}\s*{_TWO}\s*\)?"
_MIXED = (
    rf"{_D}\s*{_TWO}\s*\(?\s*{_element('of')}\s*\)?\s*[/∕]"
    rf"\s*\(?\s*{_D}\s*{_element('wrt')}{_AGAIN}{_element('then')}\s*\)?"
)
# Without blanks the letter d between two names cannot be told from one in a name: only the graph can.
_RUN = rf"{_D}\s*{_TWO}\s*\(?\s*{_element('of')}\s*\)?\s*[/∕]\s*\(?\s*[dδ]\s*(?P<wrt>{NODE})\s*\)?"
_QUOTIENTS = (_FIRST, _CLOSED, _SQUARE, _MIXED, _RUN)  # The commonest first.

_ROW = rf"\s*∂\s*{NODE}\s?[/∕]\s?∂\s*{NODE}(\s{{2,}})(?=[-−\d.\[])"
# What a subject may begin with.
_NEXT = rf"\s*(?:\\|{NAME}|∂)|\s+\d+\s*[=≈~:]"


@cache
def _compiled(form: str) -> re.Pattern[str]:
    """A form, compiled when it is first tried: names are of any script, so that all would take 20 ms."""
    return re.compile(form)


class Subject(NamedTuple):
    """What an answer is about: `of` by `wrt` (by `then` a second time), elements of them, None where not said.

    Of `d²J/dwdb` without blanks `then` is empty: where it is split is for the graph to tell. Of `x.grad` so is `of`.
    """

    of: str
    wrt: str | None = None
    of_place: tuple[int, ...] = ()
    wrt_place: tuple[int, ...] = ()
    then: str | None = None
    then_place: tuple[int, ...] = ()


class Line(NamedTuple):
    """An answer split up: what it is about, where its value stands, and what it is worth."""

    subject: Subject
    span: Span
    value: Span
    points: float | None


def read_line(text: str, span: Span) -> Line | None:
    """The answer that stands in a part of a text; None where it is none."""
    start = span.start
    if bullet := re.compile(_BULLET).match(text, *span):
        start = bullet.end()
    # Mathematics in a text of LaTeX: its brackets enclose no part of a formula.
    if text.startswith(_MATHEMATICS, start, span.end):
        start += 2
    # A gradient's rows have a gap in place of the sign.
    sign = _first_sign(text, start, span.end) or _gap(text, start, span.end)
    if sign is None:
        return None
    subject = read_subject(text[start : sign.start])
    if subject is None:
        return None
    value, points = value_of(text, sign.end, span.end)
    return Line(subject, Span(start, value.end), value, points)


def value_of(text: str, start: int, end: int) -> tuple[Span, float | None]:
    """Where a value stands in a part of a text, without what may stand behind it, and what the answer is worth."""
    part, points = text[start:end].rstrip(), None
    # Searched from the last bracket alone: a vector may be long.
    if part.endswith("]") and (worth := re.compile(_POINTS).fullmatch(part, max(0, part.rfind("[")))):
        part, points = part[: worth.start()].rstrip(), float(worth[1].replace(",", "."))
    # What the function has no slope at is no number: the formula alone is stated, or nothing.
    part = part.removesuffix(_NO_SLOPE)
    if part.endswith(")") and (remark := re.compile(_REMARK).fullmatch(part, max(0, part.rfind("(") - 1))):
        part = part[: remark.start()].rstrip()
    bare = part.rstrip("$").removesuffix("\\)").removesuffix("\\]").rstrip()
    part = part if "$" in bare else bare  # Of `$75$` both stand in the value.
    part = part.removesuffix(",").rstrip().removesuffix(".").rstrip()  # The end of an item, or of a sentence.
    # No unit but radians can be meant, and no name ends with it: `grad`.
    if part.endswith(_UNIT) and not part[-4:-3].isalpha():
        part = part.removesuffix(_UNIT).rstrip()
    end = start + len(part)
    begin = end - len(part.lstrip())
    # `= ≈ 75` says the same twice.
    while begin < end and (text[begin] in _ABOUT or text.startswith(_APPROX, begin, end)):
        begin += 1 if text[begin] in _ABOUT else len(_APPROX)
        begin = end - len(text[begin:end].lstrip())
    return Span(begin, max(begin, end)), points


def is_said(text: str) -> bool:
    """Whether `text` stands beside the answers of a derivation or a gradient: a heading, or how it is rounded."""
    return _compiled(_SAID).fullmatch(text.strip()) is not None


def is_blank(text: str) -> bool:
    """Whether nothing is answered: what stands there is empty, or a sign for nothing."""
    return re.fullmatch(_BLANK, text) is not None


def read_subject(text: str) -> Subject | None:
    """What an answer is about, in any of its spellings; None where it is nothing of the kind."""
    plain = _without_latex(text).strip()
    # The forms exclude each other as wholes, so the first that fits is the one.
    for form in _QUOTIENTS if "/" in plain or "∕" in plain else (_VALUE, _TENSOR):
        if found := _compiled(form).fullmatch(plain):
            return _subject(found)
    return None


def _subject(found: re.Match[str]) -> Subject | None:
    groups = found.groupdict()
    names = {key: canonical(groups[key]) for key in ("of", "wrt", "then") if groups.get(key)}
    if not all(names.values()):  # What the lexis has no canonical spelling of is no name.
        return None
    of_place, wrt_place, then_place = (_indices(groups.get(f"{end}_place") or "") for end in ("of", "wrt", "then"))
    then = names.get("then")
    # By the pattern itself, for these forms have groups of the same names.
    if found.re.pattern is _SQUARE:
        then, then_place = names["wrt"], wrt_place
    elif found.re.pattern is _RUN:
        then = ""
    return Subject(names.get("of", ""), names.get("wrt"), of_place, wrt_place, then, then_place)


def _indices(place: str) -> tuple[int, ...]:
    return tuple(int(index) for index in re.findall(r"\d+", place))


# Braces nest once: \frac{\partial L}{\partial x_{12}}.
_FRACTION = r"\\[dt]?frac\s*\{((?:[^{}]|\{[^{}]*\})*)\}\s*\{((?:[^{}]|\{[^{}]*\})*)\}"
_LATEX = (
    (r"\\partial(?![A-Za-z])", "∂"),
    (r"\\(?:mathrm|text|operatorname|mathbf|boldsymbol|bm)\s*\{([^{}]*)\}", r"\1"),
    (r"\\[,;!: ()]|[$]", " "),
    (r"_\{(\w+)\}", r"_\1"),
)


def _without_latex(text: str) -> str:
    """A subject without the commands of LaTeX."""
    # Most have none: the patterns are left alone.
    if not any(sign in text for sign in ("\\", "$", "{")):
        return text
    for pattern, plain in _LATEX:
        text = re.sub(pattern, plain, text)
    return re.sub(_FRACTION, r"\1/\2", text)


def _first_sign(text: str, start: int, end: int) -> Span | None:
    """Where the sign stands between subject and value: the first outside brackets."""
    at = next((i for i in _outside(text, start, end) if text[i] in "=≈~:" or text.startswith(_APPROX, i, end)), None)
    if at is None:
        return None
    sign = re.compile(_SIGN).match(text, at, end)
    assert sign is not None
    return Span(at, sign.end())


def _gap(text: str, start: int, end: int) -> Span | None:
    """The blanks between a derivative and its value in a row of a gradient; None where it is none."""
    found = _compiled(_ROW).match(text, start, end)
    return Span(*found.span(1)) if found else None


def answers_of(text: str, span: Span) -> Iterator[Span]:
    """The parts of a slice that hold an answer each: a comma parts them before what another is about, with its sign."""
    commas = [i for i in _outside(text, *span) if text[i] == ","]
    # Only a comma with a sign before and behind it parts anything, and hardly any line has two signs.
    start = span.start
    for i in commas:
        if _compiled(_NEXT).match(text, i + 1, span.end) and _begins_answer(text, i + 1, span.end):
            yield _stripped(text, start, i)
            start = i + 1
    yield _stripped(text, start, span.end)


def _begins_answer(text: str, start: int, end: int) -> bool:
    sign = _first_sign(text, start, min(end, start + LONGEST_SUBJECT))
    return sign is not None and read_subject(text[start : sign.start]) is not None


def links_of(text: str, span: Span) -> list[Span]:
    """The parts of a value that is a chain, `0.5*0.68 = 0.34`: one of what is none."""
    if _APPROX in text[slice(*span)]:
        text = f"{text[: span.start]}{in_signs(text[slice(*span)])}"
    cuts = [
        i
        for i in _outside(text, *span)
        # `==`, `<=`, `>=` and `!=` compare, and so would `=>`; they are no link.
        if text[i] in "=≈~" and not (text[i] == "=" and (text[i - 1] in "=<>!" or text[i + 1 : i + 2] in _COMPARED))
    ]
    bounds = [span.start - 1, *cuts, span.end]
    return [_stripped(text, a + 1, b) for a, b in pairwise(bounds)]


def _outside(text: str, start: int, end: int) -> Iterator[int]:
    """The places in a part of a text that are in no bracket."""
    depth = 0
    for i in range(start, end):
        if text[i] in _OPENING:
            depth += 1
        elif text[i] in _CLOSING:
            depth = max(0, depth - 1)  # A bracket too many closes nothing.
        elif depth == 0:
            yield i


def _stripped(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    left = start + len(part) - len(part.lstrip())
    return Span(left, max(left, start + len(part.rstrip())))
