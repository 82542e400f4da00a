"""Exercises with their key: drawn node by node, so that all that comes out is small and quickly written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from textwrap import wrap
from typing import Any

from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.jacobians import derivatives
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.load import load
from backcalc.calculus.point import settle
from backcalc.calculus.run import Run, run
from backcalc.graph.tape import tape_of
from backcalc.language.expr import Expr
from backcalc.language.unparse import unparse
from backcalc.marking.key import Key
from backcalc.marking.notation import Subject
from backcalc.marking.subject import subject_of
from backcalc.quiz.chance import Chance
from backcalc.quiz.networks import NETWORKS, Network, asked_of, text_of
from backcalc.quiz.recipes import LOSS, RECIPES, Draft, Recipe, Statements
from backcalc.quiz.skeleton import DEEPEST, OUTPUT, draw_skeleton
from backcalc.rules.values import is_known, literal, shape_of
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source
from backcalc.text.wording import plural

KINDS: dict[str, Recipe | Network] = {**RECIPES, **NETWORKS}
"""What exercises there are: of small numbers, and of formulas."""

CERTIFIED_DIGITS = 30  # More than any number of an exercise has.
COMMENT = 76  # Characters of a line of comment.
LIMIT = 200  # The largest number that a student meets,
WITHIN = 20  # on the way to the output, whose derivatives the loss may multiply by ten,
EARLY = 12  # and of derivatives in early layers, which multiply further.
TRIES = 60  # Draws of one node before the exercise is begun again,
BEGINNINGS = 300  # and beginnings before it is given up.


@dataclass(frozen=True)
class Exercise:
    """A graph with known answers, all of them small: its statements, and what is asked, in the order of the key."""

    kind: str
    nodes: int
    depth: int
    seed: int
    statements: str
    asked: tuple[Subject, ...]
    exactly: str | None = None
    """In which numbers the key is written: `exact` fractions, `certified` digits, or as floats."""

    @property
    def command(self) -> str:
        """The command that makes it again."""
        how = f" --{self.exactly}" if self.exactly else ""
        return f"backcalc quiz --kind {self.kind} --nodes {self.nodes} --depth {self.depth} --seed {self.seed}{how}"

    @property
    def task(self) -> str:
        """What to do, as a sentence or two."""
        return KINDS[self.kind].task

    @cached_property
    def run(self) -> Run:
        """The run of its graph."""
        return run(load(Source("quiz", self.statements)), {})

    @cached_property
    def results(self) -> list[tuple[Subject, Expr]]:
        """What is asked, and its value as an expression: a number, a vector of them, or a formula."""
        truth = Key(self.run).truth
        values = [truth.whole(asked) for asked in self.asked]
        if self.exactly and all(map(is_known, values)):
            return [(asked, literal(self._exact(asked))) for asked in self.asked]
        # Adding 0 turns −0 into 0, which no student writes.
        numbers = (value + 0.0 if is_known(value) else value for value in values)
        return [(asked, literal(value)) for asked, value in zip(self.asked, numbers, strict=True)]

    def _exact(self, asked: Subject) -> Any:
        """What is asked, in the numbers of the key."""
        node = self.run.graph.index[asked.of if asked.wrt is None else asked.wrt]
        return (self._exact_run.values if asked.wrt is None else self._exact_run.adjoints)[node]

    @cached_property
    def _exact_run(self) -> Run:
        graph = load(Source("quiz", self.statements))
        if self.exactly == "exact":
            from backcalc.analysis.exact import run_exactly

            return run_exactly(graph, ())
        from backcalc.analysis.certified import run_certified

        return run_certified(graph, (), CERTIFIED_DIGITS)

    @property
    def key(self) -> list[tuple[Subject, str]]:
        """The answers: what is asked, and its value as one writes it."""
        return [(asked, unparse(value)) for asked, value in self.results]


def quiz(kind: str, nodes: int | None, depth: int | None, seed: int) -> Exercise:
    """The exercise of this kind, size and seed; a size left out goes by the kind and by the other one.

    Raises UsageError where there is none of such a size.
    """
    recipe = KINDS[kind]
    if depth is None:
        depth = min(recipe.depth, nodes or recipe.nodes)
    if nodes is None:
        # As many a layer as in the default size, rounded up.
        nodes = min(recipe.most, -(-depth * recipe.nodes // recipe.depth))
    _require_size(kind, nodes, depth)
    if isinstance(recipe, Network):
        found = recipe.draw(Chance(seed), nodes, depth)
        return Exercise(kind, nodes, depth, seed, text_of(found), tuple(asked_of(found)))
    chance = Chance(seed)  # One for all beginnings, so that the seed decides which of them is the first to succeed.
    for _ in range(BEGINNINGS):
        drawn = _Attempt(chance, recipe, nodes, depth).finished()
        if drawn:
            return Exercise(kind, nodes, depth, seed, *drawn)
    message = f"no exercise of {plural(nodes, 'node')} in {plural(depth, 'layer')} with small numbers was found"
    raise _refusal(Code.NO_EXERCISE, message, "try another --seed, or fewer --nodes")


def question_lines(exercise: Exercise) -> Iterator[str]:
    """The lines of the graph file without its key."""
    yield f"# {exercise.command}"
    yield from (f"# {line}" for line in wrap(exercise.task, COMMENT))
    yield ""
    yield exercise.statements


def exercise_lines(exercise: Exercise) -> Iterator[str]:
    """The lines of the graph file with its key."""
    yield from question_lines(exercise)
    yield from (f"#= {subject_of(asked)} = {value}" for asked, value in exercise.key)


def _require_size(kind: str, nodes: int, depth: int) -> None:
    """Raise UsageError where there is no exercise of this size."""
    most = KINDS[kind].most
    deepest = min(most, DEEPEST)  # Each layer has a node, so a kind has no more layers than nodes.
    if nodes > most or depth > deepest:
        message = f"{plural(nodes, 'node')} in {plural(depth, 'layer')} are no exercise to do by hand"
        hint = f"of the kind {kind}, --nodes is {most} at most, and --depth {deepest}"
        raise _refusal(Code.QUIZ_TOO_LARGE, message, hint)
    if depth > nodes:
        message = f"{plural(nodes, 'node')} cannot make {plural(depth, 'layer')}: each layer has one node at least"
        raise _refusal(Code.QUIZ_TOO_DEEP, message, f"say --depth {nodes} or less, or --nodes {depth} or more")


def _refusal(code: Code, message: str, hint: str) -> UsageError:
    return UsageError(Source("quiz", ""), [Diagnostic(code, message, hints=(hint,))])


# ---- Drawing ---------------------------------------------------------------------------------------------------------


class _Attempt:
    """One beginning of an exercise: a skeleton, and the statements drawn for it so far."""

    def __init__(self, chance: Chance, recipe: Recipe, nodes: int, depth: int) -> None:
        self._recipe = recipe
        self._skeleton = draw_skeleton(chance, nodes, depth, recipe.inputs(-(-nodes // depth)))
        self._draft = Draft(chance)

    def finished(self) -> tuple[str, tuple[Subject, ...]] | None:
        """The statements and what they ask; None where the draw comes to a dead end."""
        draft, recipe, (inputs, *layers) = self._draft, self._recipe, self._skeleton.layers
        for name in inputs:
            draft.inputs += recipe.given(draft, name)
        for i, layer in enumerate(layers, 1):
            # Derivatives multiply from layer to layer, so their logarithm may grow by an even share in each.
            limit = max(EARLY, WITHIN ** (i / len(layers)))
            made = ((name, partial(recipe.node, draft, name, self._skeleton.args[name])) for name in layer)
            if not all(self._is_drawn(name, node, limit) for name, node in made):
                return None
        output = _value(_linearized(draft.text), OUTPUT)
        is_done = self._is_drawn(LOSS, partial(recipe.loss, draft, output), LIMIT)
        return (draft.text, self._asked()) if is_done else None

    def _is_drawn(self, name: str, statements: Callable[[], Statements], limit: float) -> bool:
        """Whether one of so many draws of the node `name` fits behind the others; it is added to them then."""
        draft = self._draft
        inputs, lines = draft.inputs, draft.lines
        for k in range(TRIES):
            # Lists are replaced rather than extended, so that a draw that failed leaves no trace.
            draft.inputs, draft.lines, draft.ease = inputs, lines, k / TRIES
            given, others = statements()
            if any(map(draft.has, others)):  # Two nodes alike are one exercise done twice.
                continue
            draft.inputs, draft.lines = inputs + given, lines + others
            if self._fits(name, limit):
                return True
        return False

    def _fits(self, name: str, limit: float) -> bool:
        """Whether the last node and its derivatives are small, with the influence they need, and without a warning."""
        # Only a run says what is small: a rule of thumb for each formula would be a second set of rules.
        linear = _linearized(self._draft.text)
        value = [_value(linear, name)] if self._recipe.has_values else [1.0]
        if linear.warnings or not _are_small(value, max(limit, WITHIN)) or _is_zero(value[0]):
            return False
        index = linear.tape.graph.index
        slopes = derivatives(linear, index[name])
        return _are_small(slopes, limit) and not any(_is_zero(slopes[index[tail]]) for tail in self._needed(name))

    def _needed(self, name: str) -> Sequence[str]:
        """The nodes whose influence on the loss `name` decides."""
        if name in (OUTPUT, LOSS):
            return self._wrt() if name == LOSS else [tail for layer in self._skeleton.layers[:-1] for tail in layer]
        # An argument with another user may have no influence here, such as behind a relu that is 0.
        return [tail for tail in self._skeleton.args[name] if self._skeleton.users(tail) == [name]]

    def _wrt(self) -> list[str]:
        """What the loss is derived by: nodes from the output back, then weights."""
        weights = [line.name for line in self._draft.inputs if line.name.startswith("W")]
        return [*(name for layer in reversed(self._skeleton.layers) for name in layer), *weights]

    def _asked(self) -> tuple[Subject, ...]:
        """Values in the order of the graph, where formulas give them, then derivatives."""
        values = (*self._skeleton.args, LOSS) if self._recipe.has_values else ()
        return (*map(Subject, values), *(Subject(LOSS, name) for name in self._wrt()))


def _linearized(text: str) -> Linearization:
    graph, point = settle(load(Source("quiz", text)), {})
    return Linearization(Evaluation(tape_of(graph), point))


def _value(linear: Linearization, name: str) -> Any:
    return linear.evaluation.values[linear.tape.graph.index[name]]


def _are_small(values: Iterable[Any], limit: float) -> bool:
    """Whether all numbers are small with two decimals at most: sums of quarters, which float64 has exactly."""
    numbers = (number for value in values for number in _numbers(value))
    return all(abs(number) <= limit and (100 * number).is_integer() for number in numbers)


def _is_zero(value: Any) -> bool:
    return not any(_numbers(value))


def _numbers(value: Any) -> list[float]:
    """The elements of an array, or the number itself."""
    return value.ravel().tolist() if shape_of(value) else [value]
