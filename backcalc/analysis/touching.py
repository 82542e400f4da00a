"""Where the margin of a claim is exactly 0, and around that not below 0, by its derivatives.

No interval is sharp enough there: at x = 0 both sides of exp(x) ≥ 1 + x are 1. But the first derivative that is not 0
at such a point has one sign around it, and by Taylor's theorem so has the margin. Of several numbers, the gradient is 0
there and the Hessian has no eigenvalue below 0 around: the margin is convex and least at the point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np

from backcalc import progress
from backcalc.analysis.claims import MARGIN
from backcalc.analysis.lettered import resolved
from backcalc.analysis.search import middle, rounded_outwards
from backcalc.analysis.trial import Trial
from backcalc.bulk.points.boxes import Boxes
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.exact import exact_values
from backcalc.graph.functions import GRAD
from backcalc.graph.model import Dag, Node
from backcalc.graph.tape import tape_of
from backcalc.language.expr import Call, Name
from backcalc.rules.functions import exact
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.interval import Interval
from backcalc.rules.ndarray import quiet
from backcalc.text.errors import BackcalcError

# Derivatives that are tried: a zero of a higher order is left to the search.
ORDERS = 6
HALVINGS = 24  # Of the whole range, until a derivative has one sign in what is left.
# Where bounds are usually attained: zeros are guessed, and then tested exactly.
CANDIDATES = (0.0, 1.0, -1.0)
MOST = 5  # Numbers of a claim of several: as many derivatives as the square of that.
SLACK = 1e-10  # Of the eigenvalues of a Hessian, relative to its size.


def covered(trial: Trial, end: float) -> list[tuple[float, float]]:
    """Ranges, each around a point at which the margin is exactly 0, in which it is nowhere below 0.

    Those that are found before `monotonic()` comes to `end`. None but of a claim of one number, which is not strict,
    and whose functions are smooth.
    """
    space = trial.space
    # Strict: at the point itself it fails. Not smooth: Taylor's theorem says nothing.
    if space.size != 1 or trial.claim.is_strict or not space.is_bounded or not trial.is_smooth:
        return []
    low, high = float(space.low[0]), float(space.high[0])
    found: list[tuple[float, float]] = []
    derivatives: list[tuple[Dag, str]] = []
    more = _derivatives(trial)  # Each is written when a zero asks for it first: most claims have none.
    with suppress(progress.OverdueError), progress.until(end):
        # Ends and the middle too; each number once.
        for point in dict.fromkeys((*CANDIDATES, low, high, float(middle(space.low, space.high)[0]))):
            if low <= point <= high and _is_zero(trial, trial.claim.graph, MARGIN, point):
                around = _around(trial, _each(derivatives, more), point)
                found += [around] if around is not None else []
    return found


def around(trial: Trial, point: float, end: float) -> tuple[float, float] | None:
    """The range around a point of margin 0, in which it is nowhere below; None where none is found by `end`."""
    if trial.space.size != 1 or trial.claim.is_strict or not trial.space.is_bounded or not trial.is_smooth:
        return None
    with suppress(progress.OverdueError), progress.until(end):
        if _is_zero(trial, trial.claim.graph, MARGIN, point):
            return _around(trial, _derivatives(trial), point)
    return None


def _each(known: list[tuple[Dag, str]], more: Iterator[tuple[Dag, str]]) -> Iterator[tuple[Dag, str]]:
    """What is known, then what comes, which is known from then on."""
    yield from known
    for each in more:
        known.append(each)
        yield each


def hollows(trial: Trial, end: float) -> list[tuple[Array, Array]]:
    """Boxes, each around a point at which the margin and its gradient are exactly 0, in which it is nowhere below 0.

    Those that are found before `monotonic()` comes to `end`. None but of a claim of a few numbers, which is not strict,
    and whose functions are smooth.
    """
    space = trial.space
    # The derivative by an array would be an array, and no number to be tested.
    is_of_numbers = 1 < space.size <= MOST and not any(space.shapes.values())
    if not is_of_numbers or trial.claim.is_strict or not space.is_bounded or not trial.is_smooth:
        return []
    points = [*(np.full(space.size, number) for number in CANDIDATES), middle(space.low, space.high)]
    found: list[tuple[Array, Array]] = []
    with suppress(progress.OverdueError), progress.until(end):
        for point in points:
            is_inside = np.all((space.low <= point) & (point <= space.high))
            if is_inside and _is_zero(trial, trial.claim.graph, MARGIN, point):
                around = _hollow(trial, point)
                found += [around] if around is not None else []
    return found


def _hollow(trial: Trial, point: Array) -> tuple[Array, Array] | None:
    """The widest box around a zero of the margin in which this is convex; None where its gradient is not 0 there."""
    graph, names = _with_derivatives(trial, trial.claim.graph, [MARGIN])
    # Exactly: a gradient that is only small leaves the margin below 0 nearby.
    if not names or not all(_is_zero(trial, graph, name, point) for name in names):
        return None
    if not all(trial.is_smooth_in(graph, name) for name in names):  # The second derivatives would not be theirs.
        return None
    graph, seconds = _with_derivatives(trial, graph, names)
    if not seconds:
        return None
    boxes, space = trial.enclosure([*seconds, MARGIN], graph), trial.space
    width = space.high - space.low
    for _ in range(HALVINGS):  # The widest one first: the first that is convex is taken.
        low, high = np.maximum(space.outer[0], point - width), np.minimum(space.outer[1], point + width)
        with quiet():
            found = boxes.run(trial.as_boxes(low[None], high[None]))
        # The margin for its doubt alone: its derivatives may exist where it does not.
        if not _is_doubtful(found[-1]) and _is_convex(found[:-1], space.size):
            return low, high
        width = width / 2
    return None


def _with_derivatives(trial: Trial, graph: Dag, of: list[str]) -> tuple[Dag, list[str]]:
    """A graph with the derivatives of nodes by each number, and their names; none where one cannot be written."""
    # Row by row of the Hessian, as _is_convex takes them.
    names = [(each, name) for each in of for name in trial.space.shapes]
    new = [f"the derivative of {each} by {name}" for each, name in names]
    calls = [Call(GRAD, (Name(each), Name(name))) for each, name in names]
    span = trial.claim.stated.span
    nodes = [Node(each, "expression", span, (), call, call) for each, call in zip(new, calls, strict=True)]
    try:
        return resolved(graph._replace(nodes=(*graph.nodes, *nodes))), new
    except BackcalcError:  # Of a function without a derivative in the table.
        return graph, []


def _is_convex(hessian: Sequence[Interval], size: int) -> bool:
    """Whether no matrix within these intervals, row by row, has an eigenvalue below 0."""
    if any(map(_is_doubtful, hessian)):
        return False
    low, high = (np.array([np.min(end) for end in ends]).reshape(size, size) for ends in _ends(hessian))
    centre = low + 0.5 * (high - low)  # Not shared by symmetry: two entries may have different intervals.
    # By Weyl's inequality an eigenvalue moves by no more than the norm of what is added, here its largest row; what
    # LAPACK loses to rounding is far less than the slack.
    centre = (centre + centre.T) / 2
    # The infinity norm, which bounds the spectral norm of a symmetric matrix.
    radius = np.maximum(high - centre, centre - low).sum(axis=1).max()
    if not np.isfinite(centre).all() or not np.isfinite(radius):
        return False
    least = float(np.linalg.eigvalsh(centre)[0])
    return bool(least >= radius + SLACK * np.abs(centre).sum())


def _is_doubtful(found: Interval) -> bool:
    return found.doubt is not None and bool(np.any(found.doubt))


def _ends(found: Sequence[Interval]) -> tuple[list[Array], list[Array]]:
    return [each.lo for each in found], [each.hi for each in found]


def without(boxes: list[tuple[Array, Array]], hole: tuple[Array, Array]) -> list[tuple[Array, Array]]:
    """What of boxes lies outside of another one, as boxes that share no more than faces."""
    found = []
    for box in boxes:
        low, high = (np.array(end) for end in box)
        begin, end = np.maximum(low, hole[0]), np.minimum(high, hole[1])
        if np.any(begin > end):
            found.append(box)
            continue
        # One number after the other: what is left of the hole, what is right of it, and on with what is beside it.
        for k in range(len(low)):  # So an n-dimensional box leaves 2n at most.
            if low[k] < begin[k]:
                found.append((low.copy(), np.where(np.arange(len(low)) == k, begin, high)))
            if end[k] < high[k]:
                found.append((np.where(np.arange(len(low)) == k, end, low), high.copy()))
            low[k], high[k] = begin[k], end[k]  # Between these two, the other numbers go on.
    return found


def _derivatives(trial: Trial) -> Iterator[tuple[Dag, str]]:
    """The derivatives of the margin, the first one first, each with a graph that has it; as many as there are."""
    (name,) = trial.space.shapes
    graph, last = trial.claim.graph, MARGIN
    # Of what is not smooth the next derivative may be written, and wrong at a point: that of where(x > 0, 1, exp(x)).
    for order in range(1, ORDERS + 1):
        if not trial.is_smooth_in(graph, last):
            return
        call, new = Call(GRAD, (Name(last), Name(name))), f"a derivative of order {order}"
        node = Node(new, "expression", trial.claim.stated.span, (), call, call)
        try:
            # On what came before: each derivative is of the last one.
            graph, last = resolved(graph._replace(nodes=(*graph.nodes, node))), new
        except BackcalcError:
            return
        yield graph, new


def _around(trial: Trial, derivatives: Iterable[tuple[Dag, str]], point: float) -> tuple[float, float] | None:
    """The widest range around a zero of the margin in which a derivative shows that it is not below 0."""
    space = trial.space
    low, high = (float(end[0]) for end in space.outer)
    below, above = (float(end[0]) for end in rounded_outwards(np.array([point])))  # The zero is at what is written.
    for order, (graph, name) in enumerate(derivatives, 1):
        width = high - low
        boxes = trial.enclosure([name, MARGIN], graph)  # Once: to make it takes longer than to run it.
        for _ in range(HALVINGS):
            begin, end = max(low, point - width), min(high, point + width)
            left, right = (_sign(trial, boxes, *side) for side in ((begin, above), (below, end)))
            # What is written as the end of a range may lie beyond every float in it, as ⅓ does.
            # Left of the point an odd power of the distance is below 0.
            # nan ≥ 0 is false, so what is unknown never passes.
            is_left = below <= low or (left if order % 2 == 0 else -left) >= 0
            is_right = above >= high or right >= 0
            if is_left and is_right:
                return begin, end
            width /= 2
        if not _is_zero(trial, graph, name, point):  # A derivative that is not 0 has a sign, and higher ones no say.
            return None
    return None


def _sign(trial: Trial, boxes: Boxes, low: float, high: float) -> float:
    """1 or −1 where a derivative is nowhere below, or above, 0 in a range; else nan, which is neither."""
    with quiet():
        found, margin = boxes.run(trial.as_boxes(np.array([[low]]), np.array([[high]])))
    # A derivative may exist where the margin does not: that of 0·log(x) is 0.
    if _is_doubtful(found) or _is_doubtful(margin):
        return float("nan")
    return 1.0 if float(np.min(found.lo)) >= 0 else -1.0 if float(np.max(found.hi)) <= 0 else float("nan")


def _is_zero(trial: Trial, graph: Dag, name: str, point: float | Array) -> bool:
    """Whether a node is exactly 0 at a point of numbers."""
    of = {each: value[0] for each, value in trial.space.named(np.atleast_1d(point)[None]).items()}
    of = {each: value if np.ndim(value) else float(value) for each, value in of.items()}  # A vector of one is a vector.
    evaluation = Evaluation(tape_of(graph), {**trial.at, **of})
    fixed = {each: value for each, value in trial.at.items() if graph.node(each).given is None}  # Else by its text.
    at: dict[str, Any] = {each: exact.array(value) for each, value in {**fixed, **of}.items()}
    # A fraction: of what has none, such as exp(1), nothing is exactly 0.
    value = exact_values(evaluation, at)[evaluation.tape.slot[graph.index[name]]]
    return isinstance(value, Fraction) and value == 0
