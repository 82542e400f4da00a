"""What to write in place of an answer that could not be read, where the graph or the answer as a whole tells.

The grammar knows no nodes: to it `75 V` is a product without its sign, though nothing of the graph is called V.
"""

from __future__ import annotations

import re
from functools import partial

from backcalc.calculus.run import Run
from backcalc.language.lexis import NAME
from backcalc.language.statements import Answer
from backcalc.marking.formulas.meant import is_near
from backcalc.rules.primitives import lookup
from backcalc.text.errors import Diagnostic
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten

# As programs print an array: with a module before it or not, and what is told of it behind the numbers.
_WRAPPED = (
    r"(?P<call>(?:\w+\.)?(?:array|asarray|matrix|[Tt]ensor|Array|DeviceArray|Parameter))"
    r"\(\s*(?P<inner>.*?)\s*(?:,\s*\w+\s*=.*)?\)"
)
_UNIT = rf"{NAME}(?:(?:\s*[/*·]\s*|\s+){NAME}|\s*\^\s*[-−]?\d+|[⁻¹²³])*"
# What the grammar makes of a unit: a factor, or an item.
_GUESSES = ("a product needs its sign", "commas part the items of a vector")
_NUMBER = r".*[\d.⁰-⁹)]\s*"


def remedied(run: Run, answer: Answer, source: Source, fault: Diagnostic) -> Diagnostic:
    """The fault of an answer, with a remedy that fits the graph where there is one."""
    text = source.text[slice(*answer.value_span)]
    if wrapped := re.fullmatch(_WRAPPED, text, re.DOTALL):
        return fault._replace(hints=(_bare(wrapped),))
    # Of other slips the grammar knows more: `7.5 x 10^3`.
    if not any(guess in hint for hint in fault.hints for guess in _GUESSES):
        return fault
    unit = _unit(run, source, answer.value_span, fault.span)
    return fault._replace(hints=(f"is {shorten(unit)} a unit? a number stands without one",)) if unit else fault


def _bare(wrapped: re.Match[str]) -> str:
    """What stands in `array(…)`, which is what to write."""
    inner = " ".join(wrapped["inner"].split())
    return f"it stands without {wrapped['call']}(…): {shorten(inner)}"


def _unit(run: Run, source: Source, answer: Span, place: Span | None) -> str:
    """What stands behind a number like a unit, where none of its names is one of the graph's; empty else."""
    if place is None or not answer.start < place.start < answer.end:
        return ""
    # The fault is where the unit begins: behind a number, or a power of ten.
    found = re.match(_UNIT, source.text[place.start : answer.end])
    if found is None or not re.fullmatch(_NUMBER, source.text[answer.start : place.start], re.DOTALL):
        return ""
    names = re.findall(NAME, found[0])
    return "" if any(map(partial(_is_meant, run), names)) else found[0].rstrip()


def _is_meant(run: Run, name: str) -> bool:
    """Whether a name may be meant as one of the graph's nodes, as several, or as a function."""
    # σ' is a function as σ is.
    return name in run.graph.index or lookup(name.rstrip("'")) is not None or is_near(run, name)
