"""What each answer to a run would be told, worked out beforehand: for a page that marks where this program is not.

These are the tables that `check` looks in for an answer that stands alone on its sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import isfinite, prod
from typing import Any, NamedTuple

from backcalc.calculus.run import Run
from backcalc.language.expr import Number
from backcalc.language.statements import Answer
from backcalc.marking.dependence import is_nonzero
from backcalc.marking.key import Key
from backcalc.marking.mark import Attempt
from backcalc.marking.rework import ROUNDINGS
from backcalc.marking.sheet import question
from backcalc.marking.subject import subject_of
from backcalc.marking.truth import Truth
from backcalc.rules.values import flat, is_known, quietly, shape_of
from backcalc.text.source import Source

MOST_MISTAKES = 20_000
"""Wrong numbers of all tables together that a page has room for; of larger graphs `check` tells the mistakes."""

A_MISTAKE_IN = 10
"""Of so many pairs of a node and another on its paths to the output, at least one is of a mistake in its derivative."""

MOST_NUMBERS = 200_000
"""Numbers of all tables together, where some are arrays: as many make a page of some two megabytes."""

MOST_OPERATIONS, MOST_MOVED = 400, 5_000_000
"""Operations of a graph that has arrays, and these times the numbers in them: mistakes are swept through all."""

MOST_OF_FORMULAS = 100
"""Operations of a graph whose values are not all known: what mistakes lead to are formulas as long as it is deep."""

MOST_ELEMENTS = 10_000
"""Of an array that is asked for: nobody types more, and a page would grow by all of them."""

ELEMENTS = 6
"""Elements of an array up to which each is asked for by itself, besides the whole."""

_NOWHERE = Source("", "")


class Wrong(NamedTuple):
    """A number or array that a mistake leads to, and what is told of it; the smaller the rank, the likelier.

    Of those that are `alone` the first is told, of others of one rank two.
    """

    value: Any
    rank: tuple[int, int]
    text: str
    alone: bool


class Foreseen(NamedTuple):
    """What is told of answers for `name`, do/dt1 or t1; `expected` is the truth, a number or an array.

    A true zero may have up to `scale` · 1e-9 left of it. `of_zero` is told where a 0 is written and wrong, `of_others`
    where anything else is. `rounded` are what the ROUNDINGS lead to, None where nobody rounds. `mistakes` is None where
    those of all questions together are too many.
    """

    name: str
    answer: Answer
    expected: Any
    scale: float = 0.0
    of_zero: str = ""
    of_others: str = ""
    rounded: Sequence[Any] = ()
    mistakes: Sequence[Wrong] | None = ()

    @property
    def of(self) -> str:
        """The numerator, or the node whose value it is."""
        return self.answer.of

    @property
    def wrt(self) -> str | None:
        """The denominator; None for a value."""
        return self.answer.wrt

    @property
    def place(self) -> tuple[int, ...]:
        """The place of the element of an array; empty where it is the whole."""
        return self.answer.wrt_place or self.answer.of_place


def asked(run: Run) -> list[Foreseen]:
    """The questions that a run has an answer to: each value that is worked out, each derivative that is a number."""
    truth = Truth(run)
    every = [(answer, truth.expected(answer)) for whole in _asked(run) for answer in (whole, *_elements(run, whole))]
    return [Foreseen(subject_of(answer), answer, expected) for answer, expected in every if _is_askable(expected)]


def _is_askable(expected: Any) -> bool:
    if expected is None or not is_known(expected) or prod(shape_of(expected)) > MOST_ELEMENTS:
        return False
    return _is_finite(expected)


def _is_finite(value: Any) -> bool:
    return all(map(isfinite, flat(value)))  # JSON has no nan, and nobody types one.


def foresee(run: Run) -> list[Foreseen]:
    """What is told of answers to these questions."""
    with quietly(run.linear.evaluation.has_arrays):  # What mistakes lead to may be infinite.
        key, questions = Key(run), asked(run)
        tables = _tables(key, questions)
        return [_told(key, each)._replace(mistakes=tables[i] if tables else None) for i, each in enumerate(questions)]


def _tables(key: Key, questions: Sequence[Foreseen]) -> list[list[Wrong]]:
    """The mistakes of each question; none at all where they are too many."""
    run = key.truth.run
    if not _is_swept_soon(run) or _pairs(run) > A_MISTAKE_IN * MOST_MISTAKES:
        return []
    # All or none: with half of its tables a page would know one mistake at one node and not at the next.
    found: list[list[Wrong]] = [[] for _ in questions]
    rows, numbers = MOST_MISTAKES, MOST_NUMBERS
    # The last adjoints first: most mistakes change these, so that too many are soon known to be.
    for each, table in zip(reversed(questions), reversed(found), strict=True):
        for wrong in _wrong(key, each):
            table.append(wrong)
            rows, numbers = rows - 1, numbers - prod(shape_of(wrong.value))
            if rows < 0 or numbers < 0:
                return []
    return found


def _is_swept_soon(run: Run) -> bool:
    """Whether the mistakes in a graph can be swept through it in seconds."""
    evaluation, shapes = run.linear.evaluation, run.linear.evaluation.shapes
    if not evaluation.is_known and len(shapes) > MOST_OF_FORMULAS:
        return False
    if not evaluation.has_arrays:  # All are swept together, and told as many as there are.
        return True
    numbers = sum(prod(size or 0 for size in shape) for shape in shapes)
    return len(shapes) <= MOST_OPERATIONS and len(shapes) * numbers <= MOST_MOVED


def _pairs(run: Run) -> int:
    """How many pairs there are of a node and one behind it on its paths to the output."""
    # Sets of nodes as the bits of whole numbers: of thousands of nodes that takes milliseconds.
    nodes, index = run.graph.nodes, run.graph.index
    ahead = [0] * len(nodes)
    for head in range(len(nodes) - 1, -1, -1):
        for arg in nodes[head].args:
            ahead[index[arg]] |= ahead[head] | 1 << head
    output = index.get(run.output)  # Of a loss outside the graph all that is stated leads to it.
    counted = range(len(nodes)) if output is None else (*run.upstream(output), output)
    on_paths = sum(1 << node for node in counted)
    return sum((each & on_paths).bit_count() for each in ahead)


def _asked(run: Run) -> Iterator[Answer]:
    """What is asked: the values that a formula gives, then the derivatives, in the order of the passes."""
    nodes, anything = run.graph.nodes, question("x")  # Its value is never looked at.
    yield from (anything._replace(of=node.name) for node in nodes if node.kind == "expression")
    # Derivatives from the output back, as the sweep finds them.
    yield from (anything._replace(of=run.output, wrt=node.name) for node in reversed(nodes) if not node.is_fixed)


def _elements(run: Run, whole: Answer) -> Iterator[Answer]:
    """The questions for each element of a small array."""
    # A length that nothing settles makes no elements.
    shape = [size or 0 for size in run.shape(whole.wrt or whole.of) or ()]
    # The axes of an output that is no number would come first.
    if not shape or prod(shape) > ELEMENTS or (whole.wrt is not None and run.shape(whole.of)):
        return
    for place in product(*(range(size) for size in shape)):
        yield whole._replace(of_place=place) if whole.wrt is None else whole._replace(wrt_place=place)


def _attempt(key: Key, each: Foreseen, value: str) -> Attempt:
    """The answer as if this number had been written."""
    given = each.answer._replace(value=Number(float(value), value))
    return Attempt(given, each.expected, _NOWHERE, key.truth.known(given, each.expected))


def _told(key: Key, each: Foreseen) -> Foreseen:
    """The question with what is told of all answers but those that mistakes lead to."""
    zero, other = _attempt(key, each, "0"), _attempt(key, each, "1")  # 1 stands for any number that is not 0.
    # What is told of any wrong 0, and of anything else where a 0 is right, takes no table.
    of_zero = key.diagnosis(zero) if is_nonzero(each.expected) else None
    of_others = None if is_nonzero(each.expected) else key.independence(each.answer)
    return each._replace(
        rounded=tuple(key.roundings.result(rounding, other) for rounding in ROUNDINGS),
        scale=0.0 if shape_of(each.expected) else other.known.scale,
        of_zero=of_zero.text if of_zero else "",
        of_others=of_others.text if of_others else "",
    )


def _wrong(key: Key, each: Foreseen) -> Iterator[Wrong]:
    """What mistakes lead to."""
    # ∂L/∂L is where the work begins: no step leads to it.
    if each.of == each.wrt or not key.truth.is_plain(_attempt(key, each, "0")):
        return
    shape = shape_of(each.expected)
    for suspect, text in key.diagnoser.every(each.of, each.wrt, each.place):
        # The transpose too: it is what one may write.
        if shape_of(suspect.value) in (shape, shape[::-1]) and _is_finite(suspect.value):
            yield Wrong(suspect.value, suspect.rank, text, suspect.mistake.kind == "other-node")
