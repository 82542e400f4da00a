"""Where answers are typed on the page, and what it is told of them: the tables of `check`, packed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from math import isfinite
from typing import Any

from backcalc.calculus.run import Run
from backcalc.marking.diagnosis.diagnose import MOST_CHANCE
from backcalc.marking.diagnosis.telling import place_text
from backcalc.marking.foreseen import Foreseen, Wrong, asked, foresee
from backcalc.marking.rework import ROUNDINGS
from backcalc.marking.rounding import CUT_OFF, OFF_BY_ONE, ROUNDED, TO_SINGLE, TOO_SHORT
from backcalc.marking.truth import Truth
from backcalc.render.cells import Derivative, NodeName
from backcalc.render.values import exact
from backcalc.render.writer import PLAIN

READS = (
    "Numbers are read here, such as -0.07, 1/3 or [1, -2], and formulas over the nodes' names, which are marked at "
    "this point alone; <code>backcalc check GRAPH {}</code> marks them everywhere."
)
NOTES = "Numbers and formulas are noted here, for <code>backcalc check</code> to mark."
UNTOLD = " This graph is too large for the page to say what went wrong: <code>backcalc check</code> does."
FURTHEST = 4095  # Edges from a mistake to its answer that the tables tell apart.


def answer_form(run: Run, told: Mapping[str, Any] | None) -> Iterator[str]:
    """The lines of the form; without what is told answers are gathered for `check`. None where nothing is asked."""
    questions = asked(run)
    if not questions:
        return
    yield '<form id="answer" hidden>'  # Shown by the script, without which it would do nothing.
    # Its options are packed, as all that takes the script.
    yield '<label>Your answer for <select name="what"></select></label>'
    yield '<label>is <input type="text" name="text" autocomplete="off" spellcheck="false"></label>'
    yield f"<button>{'Note' if told is None else 'Check'}</button>"
    # Where the script writes its verdict.
    yield "<output></output>"
    reads = NOTES if told is None else READS.format(escape(_typed(questions[-1].name), quote=False))
    yield f'<p class="what">{reads}{UNTOLD if told and not told["hasMistakes"] else ""}</p>'
    if told is None:
        yield '<label class="sheet">Answers so far, as <code>backcalc check</code> reads them'
        yield '<textarea id="sheet" rows="4" readonly></textarea></label>'
    yield "</form>\n"


def _typed(name: str) -> str:
    """An answer to a question of that name, as one types it in a shell, to which the prime of x' is a quote."""
    quote = '"' if "'" in name else "'"
    return f"{quote}{name} = …{quote}"


def options(run: Run) -> Iterator[str]:
    """What is asked, for the script to put into the form."""
    return (_option(run, each) for each in asked(run))


def _option(run: Run, each: Foreseen) -> str:
    """One choice of what is asked."""
    node, kind = (each.of, "value") if each.wrt is None else (each.wrt, "adjoint")
    symbol = PLAIN.cell(NodeName(each.of) if each.wrt is None else Derivative(each.of, each.wrt))
    # By the place of the node, which the picture has as well.
    place, symbol = run.graph.index[node], escape(symbol + place_text(each.place))
    return f'<option value="{escape(each.name)}" data-node="{place}" data-pass="{kind}">{symbol}</option>'


def key(run: Run) -> dict[str, Any]:
    """What is told of answers: for each question its truth and tables, texts by their number."""
    every = foresee(run)
    mistakes = [sorted(each.mistakes or (), key=lambda wrong: wrong.rank) for each in every]
    # Texts are listed once: a thousand mistakes share a few dozen. Those told alone come first, so a number says which.
    foreseen = [wrong for each in every for wrong in each.mistakes or ()]
    alone = dict.fromkeys(wrong.text for wrong in foreseen if wrong.alone)
    texts = {text: i for i, text in enumerate(alone | dict.fromkeys(wrong.text for wrong in foreseen))}
    return {
        "words": {"single": TO_SINGLE, "cut": CUT_OFF, "off": OFF_BY_ONE, "short": TOO_SHORT, "rounded": ROUNDED},
        "chance": MOST_CHANCE,
        "hasMistakes": all(each.mistakes is not None for each in every),
        "roundings": [[it.digits, it.unit, str(it), it.is_cut] for it in ROUNDINGS],
        "point": dict(_stated(run)),
        "own": sorted(run.graph.functions),
        "exact": sorted(Truth(run).exact),  # In an answer such as 0.5/3 the 0.5 of the file claims no rounding.
        "asked": [_asked(each) for each in every],
        # A column a thing, over all questions, packs better than rows.
        "wrong": [
            [[_short(wrong.value) for wrong in each] for each in mistakes],
            [[_rank(wrong) for wrong in each] for each in mistakes],
            [[texts[wrong.text] for wrong in each] for each in mistakes],
        ],
        "texts": list(texts),
        "alone": len(alone),
    }


def _stated(run: Run) -> Iterator[tuple[str, float]]:
    """What the nodes are worth that nobody is asked for, by their names: what formulas are made of."""
    for node, value in zip(run.graph.nodes, run.values, strict=True):
        # Formulas of arrays are for `check`.
        if node.kind != "expression" and isinstance(value, float) and isfinite(value):
            yield node.name, value


def _asked(each: Foreseen) -> dict[str, Any]:
    """What is told of answers to one question, but for the mistakes."""
    return {
        "truth": exact(each.expected),
        "isValue": each.wrt is None,
        "scale": each.scale,
        "ofZero": each.of_zero,
        "ofOthers": each.of_others,
        "rounded": [exact(value) for value in each.rounded],
    }


def _short(value: Any) -> Any:
    """A number that a mistake leads to, or an array of them, in seven digits: the script allows for what is lost."""
    # Half as many letters: a key of many mistakes is most of the page.
    return [_short(item) for item in value] if getattr(value, "shape", ()) else float(f"{value:.7g}")


def _rank(wrong: Wrong) -> int:
    """The rank of a mistake in one number: its weight, and the edges to the answer."""
    weight, distance = wrong.rank
    # One number sorts by weight first, then by distance; the script takes it apart again.
    return weight * (FURTHEST + 1) + min(distance, FURTHEST)
