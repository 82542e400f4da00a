"""Where the margin of a claim about one number is exactly 0, and around that not below 0, by its derivatives.

No interval is sharp enough there: at x = 0 both sides of exp(x) ≥ 1 + x are 1. But the first derivative that is not 0
at such a point has one sign around it, and by Taylor's theorem so has the margin.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from backcalc.analysis.claims import MARGIN
from backcalc.analysis.trial import Trial
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.exact import exact_values
from backcalc.calculus.grad import resolve
from backcalc.graph.functions import GRAD
from backcalc.graph.model import Dag, Node
from backcalc.graph.tape import tape_of
from backcalc.language.expr import Call, Name
from backcalc.rules.functions import exact
from backcalc.rules.ndarray import quiet
from backcalc.text.errors import BackcalcError

ORDERS = 6
HALVINGS = 24
CANDIDATES = (0.0, 1.0, -1.0)


def covered(trial: Trial) -> list[tuple[float, float]]:
    """Ranges, each around a point at which the margin is exactly 0, in which it is nowhere below 0.

    None but of a claim of one number, which is not strict, and whose functions are smooth.
    """
    space = trial.space
    if space.size != 1 or trial.claim.is_strict or not space.is_bounded or not trial.is_smooth:
        return []
    low, high = float(space.low[0]), float(space.high[0])
    found = []
    derivatives = None
    for point in dict.fromkeys((*CANDIDATES, low, high, (low + high) / 2)):
        if not low <= point <= high or not _is_zero(trial, trial.claim.graph, MARGIN, point):
            continue
        derivatives = derivatives or _derivatives(trial)
        around = _around(trial, derivatives, point, low, high)
        if around is not None:
            found.append(around)
    return found


def _derivatives(trial: Trial) -> list[tuple[Dag, str]]:
    """The derivatives of the margin, the first one first, each with a graph that has it; as many as there are."""
    (name,) = trial.space.shapes
    graph, last = trial.claim.graph, MARGIN
    found = []
    for order in range(1, ORDERS + 1):
        call, new = Call(GRAD, (Name(last), Name(name))), f"a derivative of order {order}"
        node = Node(new, "expression", trial.claim.stated.span, (), call, call)
        try:
            graph, last = resolve(replace(graph, nodes=(*graph.nodes, node))), new
        except BackcalcError:
            break
        found.append((graph, new))
    return found


def _around(
    trial: Trial, derivatives: list[tuple[Dag, str]], point: float, low: float, high: float
) -> tuple[float, float] | None:
    """The widest range around a zero of the margin in which a derivative shows that it is not below 0."""
    for order, (graph, name) in enumerate(derivatives, 1):
        width = high - low
        for _ in range(HALVINGS):
            begin, end = max(low, point - width), min(high, point + width)
            left, right = (_sign(trial, graph, name, *side) for side in ((begin, point), (point, end)))
            # Left of the point an odd power of the distance is below 0.
            is_left = begin == point or (left if order % 2 == 0 else -left) >= 0
            is_right = end == point or right >= 0
            if is_left and is_right:
                return begin, end
            width /= 2
        if not _is_zero(trial, graph, name, point):
            return None
    return None


def _sign(trial: Trial, graph: Dag, name: str, low: float, high: float) -> float:
    """1 or −1 where a node is nowhere below, or above, 0 in a range; else nan, which is neither."""
    with quiet():
        (found,) = trial.enclosure([name], graph).run(trial.as_boxes(np.array([[low]]), np.array([[high]])))
    if found.doubt is not None and bool(np.any(found.doubt)):
        return float("nan")
    return 1.0 if float(np.min(found.lo)) >= 0 else -1.0 if float(np.max(found.hi)) <= 0 else float("nan")


def _is_zero(trial: Trial, graph: Dag, name: str, point: float) -> bool:
    (of,) = trial.space.shapes
    evaluation = Evaluation(tape_of(graph), {**trial.at, of: point})
    at: dict[str, Any] = {each: exact.array(value) for each, value in trial.at.items()}
    value = exact_values(evaluation, {**at, of: exact.number(point)})[evaluation.tape.slot[graph.index[name]]]
    return isinstance(value, Fraction) and value == 0
