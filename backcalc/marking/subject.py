"""What an answer is about: its name, the elements that it means, and whether a graph has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from backcalc.calculus.missing import missing_nodes, remedies
from backcalc.calculus.question import is_constant, loss_hints, no_variable
from backcalc.calculus.run import Run
from backcalc.graph.shapes import Shape, shape_words
from backcalc.language.statements import Answer
from backcalc.marking.notation import Subject
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.numerals import second_derivative
from backcalc.text.suggest import did_you_mean
from backcalc.text.wording import point_option, quoted, shorten

if TYPE_CHECKING:
    from backcalc.calculus.result import AnyRun


def part(answer: Answer | Subject, rank: int) -> tuple[Any, ...]:
    """The index, in what `answer` is about, of the element or elements that it names; `rank` is that of its `of`."""
    # ∂h/∂x[1] is a column: the derivative has h's axes first, then x's.
    rest = (slice(None),) * (rank - len(answer.of_place)) if answer.wrt_place else ()
    return (*answer.of_place, *rest, *answer.wrt_place, *answer.then_place)


def about(answer: Answer) -> Subject:
    """What `answer` is about, without its value."""
    return Subject(answer.of, answer.wrt, answer.of_place, answer.wrt_place, answer.then, answer.then_place)


def subject_of(answer: Answer | Subject, d: str = "d") -> str:
    """What `answer` is about, in one spelling: `dL/dW[0,1]` or `t1`; `d` is what stands for a differential."""
    of = answer.of + _place_text(answer.of_place)
    if answer.wrt is None:
        return of
    wrt = answer.wrt + _place_text(answer.wrt_place)
    if answer.then is None:
        return f"{d}{of}/{d}{wrt}"
    then = answer.then + _place_text(answer.then_place)
    # Not split yet, both denominators are the one text `wrt`, and `then` is empty.
    return second_derivative(of, wrt, then, d) if then else f"{d}²{of}/{d}{wrt}"


def settled(run: AnyRun, answer: Answer) -> Answer:
    """`answer` with what only a graph tells: whose derivative `x.grad` is, and by what `d²J/dwdb` is one.

    Raises UsageError where two ways of splitting fit.
    """
    if _is_plain(run, answer):
        return answer
    if answer.wrt is not None and not answer.of:  # `x.grad` names no numerator.
        answer = answer._replace(of=run.output)
    # LaTeX's x_1 is the x1 of a file that has no x_1.
    # Each name by itself: of `x_1` and `y1` only one may be LaTeX's.
    of, wrt, then = (_as_in_file(run, name) for name in (answer.of, answer.wrt, answer.then))
    answer = answer._replace(of=of or "", wrt=wrt, then=then)
    return _split(run, answer) if answer.then == "" else answer


def _is_plain(run: AnyRun, answer: Answer) -> bool:
    """Whether nothing is to be told from the graph: an answer about nodes that it has, as nearly all are."""
    index = run.graph.index
    return answer.then is None and answer.of in index and (answer.wrt is None or answer.wrt in index)


def settle_answers(run: AnyRun, answers: Iterable[Answer]) -> tuple[list[Answer], list[Diagnostic]]:
    """The answers `settled`, and what is wrong with those that cannot be."""
    found: list[Answer] = []
    errors: list[Diagnostic] = []
    for answer in answers:
        try:
            found.append(settled(run, answer))
        except UsageError as error:
            errors += error.diagnostics
    return found, errors


def _as_in_file(run: AnyRun, name: str | None) -> str | None:
    """A node's name without the underscores that LaTeX needs, where the graph has only that."""
    plain = (name or "").replace("_", "")
    return plain if name and name not in run.graph.index and plain in run.graph.index else name


def _split(run: AnyRun, answer: Answer) -> Answer:
    """A second derivative whose denominators are one text, by the two nodes that it can be split into."""
    text, index = answer.wrt or "", run.graph.index
    # The second differential's d may be a letter of a name too.
    ways = [(text[:i], text[i + 1 :]) for i, letter in enumerate(text) if letter in "dδ"]
    fitting = [way for way in ways if way[0] in index and way[1] in index]
    if len(fitting) == 1:
        return answer._replace(wrt=fitting[0][0], then=fitting[0][1])
    of = shorten(answer.of)
    if fitting:
        told = " or ".join(f"d²{of}/d{a} d{b}" for a, b in fitting)
        found = Diagnostic(Code.AMBIGUOUS, f"`{shorten(subject_of(answer))}` could be {told}", answer.span)
        found = found._replace(hints=("a blank says where the second name begins",))
    else:
        message = f"`d{shorten(text)}` is not by two nodes of the graph"
        found = Diagnostic(Code.UNKNOWN_NODE, message, answer.span, hints=(f"the nodes are {quoted(list(index))}",))
    raise UsageError(run.graph.source, [found])


def _place_text(place: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, place))}]" if place else ""


STATED_SLOPES = "its slopes are stated at this point alone: how they change is not known"
TOO_MANY_AXES = "it has more axes than an array of the language"


def unknown(run: AnyRun, answer: Answer) -> Diagnostic:
    """That the truth about `answer` is not known at this point, and what would settle it."""
    what = f"the value of `{shorten(answer.of)}`" if answer.wrt is None else f"`{shorten(subject_of(answer))}`"
    hints: tuple[str, ...] = ()
    why = ""
    # Arrays run only what has the values that its formulas need.
    evaluation = run.linear.evaluation if isinstance(run, Run) else None
    if answer.then is not None and isinstance(run, Run) and is_stated(run, answer.of):  # No value would settle it.
        hints = (STATED_SLOPES,)
    elif evaluation and (needed := missing_nodes(evaluation)):
        have = "has" if len(needed) == 1 else "have"
        hints, why = remedies(evaluation, needed), f": {quoted([node.name for node in needed])} {have} no value"
    elif answer.then is not None:
        hints = (TOO_MANY_AXES,)
    elif answer.wrt is None:  # An activation that stated edges leave open.
        name = shorten(answer.of)
        # No statement says more of a node that is called 3.
        stated = f"the file of the graph may state its activation: {name} = …"
        hints = (f"give it by {point_option([(name, '…')])}" if name.isdecimal() else stated,)
    return Diagnostic(Code.UNKNOWN_VALUE, f"{what} is not known{why}", answer.span, hints=hints)


def is_stated(run: Run, of: str) -> bool:
    """Whether a derivative of `of` is made of slopes that are stated at this point alone, and may change anyhow."""
    index = run.graph.index
    if of not in index:  # A loss outside the graph, whose adjoints are stated.
        return True
    top = index[of]
    return any(run.graph.nodes[i].kind == "edges" for i in (top, *run.upstream(top)))


def refusals(run: AnyRun, answer: Answer) -> list[Diagnostic]:
    """What keeps `answer` from being marked, at any point: a node that is not there, or an element."""
    # A constant is a node of the graph, so no look-up below would refuse it.
    constants = [name for name in (answer.wrt, answer.then) if name is not None and is_constant(run.graph, name)]
    if constants:
        return [no_variable(constants[0], answer.span)]
    if _is_plain(run, answer) and not (answer.of_place or answer.wrt_place):  # Most have no index to look into.
        return []
    return list(_unknown_nodes(run, answer)) or list(_no_elements(run, answer))


def _unknown_nodes(run: AnyRun, answer: Answer) -> Iterator[Diagnostic]:
    for name in (answer.of, answer.wrt, answer.then):
        if name is not None and name not in run.graph.index and not _is_loss(run, answer, name):
            hints = loss_hints(run.graph, name) if name == answer.of and answer.wrt is not None else ()
            hints = hints or _guessed(run, answer, name) or (f"the nodes are {quoted(list(run.graph.index))}",)
            # One error an answer: the second name is often misspelt for the same reason.
            yield Diagnostic(Code.UNKNOWN_NODE, f"the graph has no node `{shorten(name)}`", answer.span, hints=hints)
            return


_APART = r"[d∂δ]?(?P<of>\w+?)(?:_|_?[d∂δ]_?)"
_GRADIENTS = ("d", "g", "grad", "∂", "δ", "∇")  # What programs put before a parameter's name for its derivative.


def _guessed(run: AnyRun, answer: Answer, name: str) -> tuple[str, ...]:
    """What a name that is no node may mean: a derivative, a misspelt node, or the loss by a textbook's name."""
    near = did_you_mean(name, run.graph.index)
    if of_print := _printed(run, name):
        return of_print
    if answer.wrt is None:
        return _other_spelling(run, name) or near  # Only what is no program's spelling is a slip.
    # Of one letter any other is near: an L beside a node t is the loss, and no slip of the finger.
    is_slip = near and len(name) > 1 and name.casefold() not in _LOSSES
    return near if is_slip else _output_hint(run, answer, name) or near


def _printed(run: AnyRun, name: str) -> tuple[str, ...]:
    """How a derivative or an element is written, where a name has the prime or the index that print has: y', W_11."""
    index = run.graph.index
    bare = name.rstrip("'")
    args = run.graph.nodes[index[bare]].args if isinstance(run, Run) and bare in index else ()
    if bare != name and args:
        return (f"a derivative is written with a slash: d{shorten(bare)}/d{shorten(args[0])}",)
    # W_11, and W₁₁, whose digits are as any others to a name.
    for axes in (1, 2):
        base, digits = name[:-axes].removesuffix("_"), name[-axes:]
        if digits.isdecimal() and base in index and len(run.shape(base)) == axes:
            return (f"an element is written in brackets, and the first is {shorten(base)}[{','.join('0' * axes)}]",)
    return ()


_LOSSES = ("l", "j", "e", "c", "loss", "cost", "err", "error", "objective")  # What textbooks call the output.


def _output_hint(run: AnyRun, answer: Answer, name: str) -> tuple[str, ...]:
    """What the output is called here, where something else is differentiated by a node on the way to it."""
    output, wrt = run.output, answer.wrt or ""
    # Where values and derivatives are asked for by their names no output is needed, and none may be known.
    if not output or name != answer.of or wrt == output or wrt not in run.graph.index:
        return ()
    return (f"the output is `{shorten(output)}`: d{shorten(output)}/d{shorten(wrt)}",)


def _other_spelling(run: AnyRun, name: str) -> tuple[str, ...]:
    """How a derivative is written, where a name that is no node is one as programs spell it: `dJdw`, `J_w`, `dw`."""
    index, output = run.graph.index, run.output
    # The longest node first: of `dJdw1` the end is w1, where w would leave `1`.
    for wrt in sorted((node for node in index if name.endswith(node)), key=len, reverse=True):
        before = name.removesuffix(wrt)
        of = re.fullmatch(_APART, before)
        node = output if before.rstrip("_") in _GRADIENTS else of["of"] if of else ""
        if node in index:
            return (f"a derivative is written with a slash: d{shorten(node)}/d{shorten(wrt)}",)
    return ()


def _no_elements(run: AnyRun, answer: Answer) -> Iterator[Diagnostic]:
    ends = (answer.of, answer.of_place), (answer.wrt, answer.wrt_place), (answer.then, answer.then_place)
    for name, place in ends:
        shape = () if name is None else run.shape(name)
        if name is not None and not _is_within(place, shape):
            message = f"`{shorten(name)}` is {shape_words(shape)}, which has no element {_place_text(place)}"
            yield Diagnostic(Code.NO_ELEMENT, message, answer.span, hints=_last_element(name, shape))


def _is_within(place: tuple[int, ...], shape: Shape) -> bool:
    """Whether an array has this element, or row."""
    # Fewer indices than axes are a row; what has a length that is not known gets the benefit of the doubt.
    return len(place) <= len(shape) and all(size is None or i < size for i, size in zip(place, shape, strict=False))


def _last_element(name: str, shape: Shape) -> tuple[str, ...]:
    # A length that is not known stays a question.
    last = ",".join("?" if size is None else str(size - 1) for size in shape)
    return (f"its last element is {shorten(name)}[{last}]",) if shape else ()


def _is_loss(run: AnyRun, answer: Answer, name: str) -> bool:
    """Whether `name` is the loss outside the graph, as what is differentiated."""
    return run.is_outside and name == run.output == answer.of and answer.wrt is not None
