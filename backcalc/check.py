"""Answers marked: what somebody states against what the graph gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from backcalc.answers import read_stated
from backcalc.digits import AS_WRITTEN, Tolerance, wrong_places
from backcalc.errors import Diagnostic, ParseError, Source, UsageError, quoted, shorten
from backcalc.evaluate import constant, missing_nodes, remedies, require_known
from backcalc.run import Run, derivatives
from backcalc.shapes import Shape, shape_words
from backcalc.statements import Answer, Comment
from backcalc.suggest import did_you_mean
from backcalc.values import is_known, shape_of

Verdict = Literal["right", "rounding", "follows", "wrong", "missing"]
Kind = Literal[
    "sign", "missing-term", "missing-factor", "rule", "value", "product", "degrees", "other-node", "transpose"
]


_COMMENT = re.compile(r"#[^\n]*")  # Inside brackets a newline is white space, so one may stand there.


@dataclass(frozen=True)
class Diagnosis:
    """What went wrong in an answer: the kind of mistake, the node where it was made, and a sentence for its author.

    `hint` is one that does not give the answer away, where the kind alone would not say enough.
    """

    kind: Kind
    where: str
    text: str
    hint: str = ""


@dataclass(frozen=True)
class Marked:
    """An answer as `name` (`dL/dx1` or `t1`), the value given, as written, the true one, and the verdict.

    Of an array that is wrong, `places` are the indices of the elements that are; `misshapen` is the shape of an answer
    that has not the one of the truth.
    """

    name: str
    given: str
    expected: Any
    verdict: Verdict
    diagnosis: Diagnosis | None = None
    places: tuple[tuple[int, ...], ...] = ()
    misshapen: Shape | None = None


def stated_answers(source: Source, comments: Iterable[Comment]) -> list[Answer]:
    """The answers that the `#=` comments of a file state. Raises ParseError for every one that is none."""
    answers, errors = read_stated(source, comments)
    if errors:
        raise ParseError(source, errors)
    return answers


def check(run: Run, source: Source, answers: Iterable[Answer], tolerance: Tolerance = AS_WRITTEN) -> list[Marked]:
    """Each answer marked. Raises BackcalcError where one cannot be marked."""
    marked, errors = Key(run, tolerance).mark(source, answers)
    if errors:
        if not marked:
            require_known(run.linear.evaluation)
        raise UsageError(source, errors)
    return marked


class Key:
    """What a run says of answers; what it takes to mark one is found once, for any number of sheets of answers."""

    def __init__(self, run: Run, tolerance: Tolerance = AS_WRITTEN) -> None:
        self.run, self.tolerance = run, tolerance
        self._adjoints: dict[str, list[Any]] = {}

    def mark(self, source: Source, answers: Iterable[Answer]) -> tuple[list[Marked], list[Diagnostic]]:
        """The marks of one sheet of answers, and what keeps each of the others from being marked."""
        marked: list[Marked] = []
        errors: list[Diagnostic] = []
        for answer in answers:
            if refused := refusals(self.run, answer):
                errors += refused
                continue
            value = self.expected(answer)
            if value is None or not is_known(value):
                errors.append(_unknown(self.run, answer))
            else:
                marked.append(self._marked(answer, value, source))
        return marked, errors

    def expected(self, answer: Answer) -> Any:
        """The true value, of an element where the answer is about one; None or a formula where it is not known."""
        node = self.run.graph.index[answer.of if answer.wrt is None else answer.wrt]
        value = self.run.values[node] if answer.wrt is None else self.derivatives(answer.of)[node]
        index = part(answer, len(self.run.shape(answer.of)))
        if not index or value is None or not is_known(value):
            return value
        return found if shape_of(found := value[index]) else float(found)

    def derivatives(self, output: str) -> list[Any]:
        """∂output/∂node for every node."""
        if output not in self._adjoints:
            is_loss = self.run.is_outside and output == self.run.output
            self._adjoints[output] = (
                self.run.adjoints if is_loss else derivatives(self.run.linear, self.run.graph.index[output])
            )
        return self._adjoints[output]

    def _marked(self, answer: Answer, expected: Any, source: Source) -> Marked:
        given = " ".join(_COMMENT.sub("", source.text[slice(*answer.value_span)]).split())
        places = tuple(wrong_places(answer.value, expected, source, self.tolerance))
        if not places:
            return Marked(name_of(answer), given, expected, "right")
        shape = shape_of(constant(answer.value, source))
        misshapen = None if shape == shape_of(expected) else shape
        # Only an answer that should be 0 can be about what has no influence; to look for a path takes a while.
        diagnosis = None if misshapen is not None or _is_nonzero(expected) else self._independence(answer)
        return Marked(name_of(answer), given, expected, "wrong", diagnosis, places, misshapen)

    def _independence(self, answer: Answer) -> Diagnosis | None:
        """That a derivative is 0 because no path leads to its numerator; None where one does."""
        of, wrt, index = answer.of, answer.wrt, self.run.graph.index
        if wrt is None or of == wrt or of not in index or index[wrt] in self.run.upstream(index[of]):
            return None
        y, x = shorten(of), shorten(wrt)
        turned = f"; it is {x} that depends on {y}" if index[of] in self.run.upstream(index[wrt]) else ""
        text = f"{y} does not depend on {x}, so this is 0{turned}"
        return Diagnosis("other-node", wrt, text, f"is there a path from {x} to {y}?")


def part(answer: Answer, rank: int) -> tuple[Any, ...]:
    """The index, in what `answer` is about, of the element or elements that it names; `rank` is that of its `of`."""
    rest = (slice(None),) * (rank - len(answer.of_place)) if answer.wrt_place else ()
    return (*answer.of_place, *rest, *answer.wrt_place)


def name_of(answer: Answer) -> str:
    """What `answer` is about, in one spelling: `dL/dW[0,1]` or `t1`."""
    of = answer.of + _place_text(answer.of_place)
    return of if answer.wrt is None else f"d{of}/d{answer.wrt}{_place_text(answer.wrt_place)}"


def _place_text(place: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, place))}]" if place else ""


def _is_nonzero(value: Any) -> bool:
    """Whether a number, or an element of an array, is not 0."""
    return bool((value != 0).any() if shape_of(value) else value != 0)


def _unknown(run: Run, answer: Answer) -> Diagnostic:
    what = f"the value of `{shorten(answer.of)}`" if answer.wrt is None else f"`{shorten(name_of(answer))}`"
    hints: tuple[str, ...] = ()
    if needed := missing_nodes(run.linear.evaluation):
        hints = remedies(needed)
    elif answer.wrt is None:
        hints = (f"give its activation: {shorten(answer.of)} = …",)
    return Diagnostic("unknown-value", f"{what} is not known", answer.span, hints=hints)


def refusals(run: Run, answer: Answer) -> list[Diagnostic]:
    """What keeps `answer` from being marked, at any point: a node that is not there, or an element."""
    return list(_unknown_nodes(run, answer)) or list(_no_elements(run, answer))


def _unknown_nodes(run: Run, answer: Answer) -> Iterator[Diagnostic]:
    for name in (answer.of, answer.wrt):
        if name is not None and name not in run.graph.index and not _is_loss(run, answer, name):
            hints = did_you_mean(name, run.graph.index) or (f"the nodes are {quoted(list(run.graph.index))}",)
            yield Diagnostic("unknown-node", f"the graph has no node `{shorten(name)}`", answer.span, hints=hints)
            return


def _no_elements(run: Run, answer: Answer) -> Iterator[Diagnostic]:
    for name, place in ((answer.of, answer.of_place), (answer.wrt, answer.wrt_place)):
        shape = () if name is None else run.shape(name)
        if name is not None and not _is_within(place, shape):
            message = f"`{shorten(name)}` is {shape_words(shape)}, which has no element {_place_text(place)}"
            yield Diagnostic("no-element", message, answer.span, hints=_last_element(name, shape))


def _is_within(place: tuple[int, ...], shape: Shape) -> bool:
    """Whether an array has this element, or row."""
    return len(place) <= len(shape) and all(size is None or i < size for i, size in zip(place, shape, strict=False))


def _last_element(name: str, shape: Shape) -> tuple[str, ...]:
    last = ",".join("?" if size is None else str(size - 1) for size in shape)
    return (f"its last element is {shorten(name)}[{last}]",) if shape else ()


def _is_loss(run: Run, answer: Answer, name: str) -> bool:
    """Whether `name` is the loss outside the graph, as what is differentiated."""
    return run.is_outside and name == run.output == answer.of and answer.wrt is not None
