"""One page that steps through both passes and marks answers: a file that stands alone, and asks no network for more.

It holds a picture of the graph, the derivation a step a node, and, packed, what is told of answers. Its script shows
and hides what is there, and looks answers up; it works nothing out. Without the script
picture, table and derivation stand there.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode, b85encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files
from math import isfinite, prod
from string import Template
from typing import Any
from zlib import DEFLATED, MAX_WBITS, Z_FILTERED, compressobj

from backcalc.calculus.run import Run
from backcalc.render.mathml import MathmlHand
from backcalc.render.page.answers import answer_form, key, options
from backcalc.render.page.steps import step_items
from backcalc.render.page.unscripted import unscripted
from backcalc.render.pictures.picture import Picture
from backcalc.render.pictures.placed import placed
from backcalc.render.pictures.scene import Scene, scene
from backcalc.render.pictures.svg import PAINTED, PALETTE, SHAPE, number, shapes
from backcalc.render.writer import rounding_text
from backcalc.text.numerals import DIGITS
from backcalc.text.wording import without_controls

WIDEST = 1200.0  # Pixels of a picture from left to right: a wider one is drawn from the top down.
SLIM = 640.0  # One so wide leaves room for the steps at its side.
LARGE, WIDE_ON_PHONE = 1700.0, 560.0  # One that is wider could not be read if it were made to fit.
SCREEN = (1250.0, 600.0)  # What a screen has for the picture at once.
FEW = 4  # Digits on a phone.
COLOURS = PALETTE | {"good": ("#116329", "#56d364"), "bad": ("#b3261e", "#ff9b93")}
"""Those of the picture, and of verdicts; contrasts are above 4.5 : 1."""


@dataclass(frozen=True)
class Page:
    """What is on the page: a run, a title, and paragraphs below that; the key's numbers only where `has_answers`."""

    run: Run
    title: str
    intro: Sequence[str] = ()
    digits: int = DIGITS
    has_answers: bool = True
    made_by: str = ""


def lines(page: Page) -> Iterator[str]:
    """The lines of the page, without its mark."""
    hand = MathmlHand(page.digits)  # One for all steps: it notes whether any number was rounded.
    steps = "".join(step_items(page.run, hand, has_answers=page.has_answers))
    told = key(page.run) if page.has_answers else None
    data = {"narrow": "".join(_narrow(page)), "steps": steps, "questions": "".join(options(page.run)), "key": told}
    sheet, script = _SPACES.sub(r"\1\2", f"{_colours()}\n{SHAPE}\n{_part('css')}"), _part("js")
    texts = {
        "policy": _policy(sheet, script),
        "title": escape(page.title),
        "style": sheet,
        "script": script,
        "intro": _paragraphs(page.intro),
        "pictures": "\n".join(_picture(page)),
        "unscripted": "\n".join(unscripted(page.run, page.digits, has_answers=page.has_answers)),
        "answers": "\n".join(answer_form(page.run, told)),
        "data": _packed(data),
        "footer": _paragraphs(_remarks(page, hand)),
    }
    yield from without_controls(Template(_part("html")).substitute(texts)).rstrip("\n").split("\n")


# Of a style, the blanks that part nothing; of the script these and those around signs, in lines without texts.
_SPACES = re.compile(r"\s*([{}])\s*|([;:,])\s+")
_AROUND_SIGNS = re.compile(r" ?([][=<>?:,;{}()|&*]+) ?|(?<![-+]) ([-+]) (?![-+])")
_QUOTED = re.compile(r'("[^"]*"|`[^`]*`)')


def _colours() -> str:
    """The rules of the colours, each by its name, and what the names stand for: on screens that are dark others."""
    # By variables, for the page has each in several places. On white paper light letters could not be read.
    light, dark = (" ".join(f"--{name}: {each[i]};" for name, each in COLOURS.items()) for i in (0, 1))
    rules = "\n".join(f"{selector} {{ {what}: var(--{name}) }}" for selector, what, name in PAINTED)
    return f":root {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n{rules}"


def _part(ending: str) -> str:
    """A file of the page's own, its frame, its style or its script, without comments and blanks of the script."""
    text = files("backcalc.render.page").joinpath(f"page.{ending}").read_text("utf-8")
    if ending != "js":
        return text
    # Comments, indents and blanks of the script are of no use to a reader of the page.
    bare = re.sub(r"^ +(//.*\n)?| // .*$", "", text, flags=re.MULTILINE)
    return "\n".join(map(_bare_line, bare.splitlines()))


def _bare_line(line: str) -> str:
    """A line of the script without the blanks that part nothing."""
    # A blank may be one of a regular expression, of a text with other quotes, or of a text within a text.
    if set(line) & set("'/\\") or line.count("`") > 2:
        return line
    pieces = _QUOTED.split(line)  # Every other one is a text.
    pieces[::2] = [_AROUND_SIGNS.sub(r"\1\2", piece) for piece in pieces[::2]]
    return "".join(pieces)


def _packed(data: object) -> str:
    """Data as JSON, packed, and in letters and signs: so a page of a large graph is a tenth as large."""
    text = json.dumps(_shown(data), ensure_ascii=False, separators=(",", ":"))
    # Signs to the base 85, a sixteenth shorter than base64; none is `<`, which could begin a tag.
    packer = compressobj(9, DEFLATED, MAX_WBITS, 9, Z_FILTERED)  # Filtered: for much of it is digits.
    return b85encode(packer.compress(text.encode()) + packer.flush()).decode().replace("<", ".")


def _shown(data: Any) -> Any:
    """Data whose texts have no control character and no override of direction: the script puts them in the page.

    A number that is none, as rounding may lead to, is null: JSON has no nan, and without its data the page is dead.
    """
    if isinstance(data, str):
        return without_controls(data)
    if isinstance(data, Mapping):  # Names of members too: some are names of nodes.
        return {_shown(key): _shown(value) for key, value in data.items()}
    if isinstance(data, float) and not isfinite(data):
        return None
    return [_shown(each) for each in data] if isinstance(data, list | tuple) else data


def _policy(sheet: str, script: str) -> str:
    """What a browser may do with the page: use this style and this script, and nothing else; least of all load more."""
    of_style, of_script = (b64encode(sha256(text.encode()).digest()).decode() for text in (sheet, script))
    # By hash rather than 'unsafe-inline': a name that smuggles in a script has no hash.
    hashes = f"style-src 'sha256-{of_style}'; script-src 'sha256-{of_script}'"
    return f"default-src 'none'; {hashes}; base-uri 'none'; form-action 'none'"


def _paragraphs(texts: Sequence[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>\n" for text in texts)


def _remarks(page: Page, hand: MathmlHand) -> list[str]:
    """Whether a number that is shown was rounded, and the command that makes the page again."""
    rounding = [rounding_text(page.digits)] if hand.has_rounded else []
    return rounding + ([page.made_by] if page.made_by else [])


# ---- The picture -----------------------------------------------------------------------------------------------------


def _scene(page: Page, digits: int) -> Scene:
    """What the picture shows."""
    found = scene(page.run, digits)
    return found if page.has_answers else without_answers(found)


def _picture(page: Page) -> Iterator[str]:
    """The picture for wide screens and for print: from left to right where it has room, else the narrower one.

    Where neither can be made to fit, it is the one of which a screen shows more.
    """
    right, down = (placed(_scene(page, page.digits), top_down=top_down) for top_down in (False, True))
    if right.width <= WIDEST or right.width <= down.width:  # Then nothing would be gained.
        return _svg(right, "wide")
    if down.width > LARGE and _share(right) > _share(down):
        return _svg(right, "wide")
    return _svg(down, "tall" if down.width <= SLIM else "wide")


def _share(picture: Picture) -> float:
    """How much of a picture is on the screen at once."""
    sides = zip((picture.width, picture.height), SCREEN, strict=True)
    return prod(min(1.0, room / side) for side, room in sides)


def _narrow(page: Page) -> Iterator[str]:
    """The picture for a phone: from the top down, with few digits."""
    return _svg(placed(_scene(page, min(page.digits, FEW)), top_down=True), "narrow", WIDE_ON_PHONE)


def _svg(picture: Picture, kind: str, most: float = LARGE) -> Iterator[str]:
    """A picture as a part of the page; one wider than `most` keeps its size, and the screen moves over it."""
    kind += " large" * (picture.width > most)
    width, height = number(picture.width), number(picture.height)
    # -1: no card is the output, and the script marks none.
    output = next((i for i, card in enumerate(picture.scene.cards) if card.is_output), -1)
    yield (
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="group" '
        f'aria-label="{escape(picture.scene.title)}" data-output="{output}">'
    )
    yield from shapes(picture)
    yield "</svg>"


def without_answers(found: Scene) -> Scene:
    """The scene with what the file states alone: no value that is worked out, no adjoint, no partial of a formula."""
    # Inputs, constants and activations of edges are what the file states.
    cards = [card._replace(value="" if card.kind == "expression" else card.value, adjoint="") for card in found.cards]
    # Partials of edges are given; one of a formula is a part of the answer.
    arrows = [
        arrow if cards[arrow.head].kind == "edges" else arrow._replace(label="", partial=None) for arrow in found.arrows
    ]
    return found._replace(cards=tuple(cards), arrows=tuple(arrows))
