"""Why a second derivative is wrong: a mistake in deriving the first one, which is a formula of its own."""

from __future__ import annotations

from backcalc.calculus.run import Run, run
from backcalc.marking.diagnosis.diagnose import Diagnoser
from backcalc.marking.diagnosis.telling import Diagnosis
from backcalc.marking.mark import Attempt
from backcalc.marking.subject import subject_of
from backcalc.marking.truth import Truth
from backcalc.rules.values import is_known, shape_of
from backcalc.text.errors import BackcalcError
from backcalc.text.numerals import derivative


class SecondSteps:
    """The gradients of a run as graphs, in which a mistake in a second derivative is one in a first."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        # None where there is no such graph, kept as well.
        self._found: dict[tuple[str, str], tuple[Run, Diagnoser, str] | None] = {}

    def diagnosis(self, given: Attempt) -> Diagnosis | None:
        """The likeliest mistake; None where none fits, or a derivative is an array."""
        of, wrt, then = given.of, given.wrt, given.answer.then
        assert wrt is not None
        assert then is not None
        if not {of, wrt, then} <= self._truth.run.graph.index.keys():  # A loss outside, which is no graph to derive.
            return None
        if shape_of(given.expected) or not is_known(given.expected) or not given.has_digits:
            return None
        # To stop at the first derivative is the commonest, and known without any graph.
        if told := self._first_instead(given, wrt):
            return told
        # Whichever of the two was derived by first.
        for first, second in dict.fromkeys([(wrt, then), (then, wrt)]):
            graph = self._graph(of, first)
            if graph is None or graph[0].shape(first) or graph[0].shape(second):
                continue
            _, diagnoser, gradient = graph
            if told := diagnoser.diagnose(gradient, second, (), given.value, given.slack, given.matches):
                return told
        return None

    def _first_instead(self, given: Attempt, wrt: str) -> Diagnosis | None:
        """That it is the first derivative, where it is and nothing else would be."""
        first = self._truth.derivatives(given.of)[self._truth.run.graph.index[wrt]]
        if not given.matches(first):
            return None
        text = f"this is {derivative(given.of, wrt)}, not {subject_of(given.answer)}: it is to be derived once more"
        return Diagnosis("other-node", wrt, text, "how often is it to be derived?")

    def _graph(self, of: str, wrt: str) -> tuple[Run, Diagnoser, str] | None:
        """The run of the gradient ∂of/∂wrt as a graph, what diagnoses there, and the name of the gradient."""
        key = of, wrt
        if key not in self._found:
            self._found[key] = None  # Meanwhile, and if it fails for good: it is not tried twice.
            try:
                derived, gradient, adjoints = self._truth.derived(of, wrt)
                found = run(derived, self._truth.run.point, gradient)
            except BackcalcError:  # It has more axes than an array of the language.
                return None
            truth = Truth(found)
            self._found[key] = found, Diagnoser(found, truth.derivatives, truth.seeds, adjoints), gradient
        return self._found[key]
