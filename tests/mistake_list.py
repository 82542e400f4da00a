"""The list of mistakes in docs/mistakes.md, made from the table; `python tests/mistake_list.py` writes it there."""

from __future__ import annotations

import re
from pathlib import Path

from backcalc.marking.diagnosis.mistakes import MISTAKES, PLACES, Mistake

PAGE = Path(__file__).parents[1] / "docs" / "mistakes.md"
MARK = "<!-- mistakes: python tests/mistake_list.py writes what follows -->\n{}<!-- end of mistakes -->"
# What a sentence speaks of at a place, in the words for any place.
FACTS = {
    "node": "x", "user": "u", "others": "v", "d": "∂L/∂x", "du": "∂L/∂u", "a": "…", "fn": "f", "dropped": "an argument",
    "lost": "a factor, or the derivative of a function, is left out", "slope": "the slope is that at another node",
    "of": "u", "whole": "∂L/∂x", "element": "∂L/∂x[0,1]",
    "local": "∂u/∂x", "at": "", "within": "", "rest": "", "term": "", "partial": "", "adjoint": "",
}  # fmt: skip


def mistake_list() -> str:
    """A table: what is changed, what stands in its place, what it is called, and what is told."""
    return "\n".join([
        "| where | in its place | kind | weight | told |",
        "| --- | --- | --- | ---: | --- |",
        *map(_line, MISTAKES),
        "",
    ])  # fmt: skip


def _line(row: Mistake) -> str:
    where = row.where if row.where in PLACES else f"`{row.where}`"
    where += " (value)" if row.value else ""
    told = row.text.format(**FACTS | {"fn": row.where if row.where not in PLACES else "a function"})
    return f"| {where} | `{row.value or row.change}` | {row.kind} | {row.weight} | {told} |"


def page_with(text: str, mistakes: str) -> str:
    """The page with `mistakes` between its marks."""
    begin, end = map(re.escape, MARK.split("{}"))
    return re.sub(f"{begin}.*?{end}", lambda _: MARK.format(mistakes), text, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), mistake_list()), encoding="utf-8")
