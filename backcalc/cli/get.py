"""`run --get`: single values and derivatives, bare, for the next program in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from backcalc.analysis.run import Text
from backcalc.calculus.jacobians import beyond_formulas
from backcalc.calculus.lost import first_lost, of_derivative
from backcalc.calculus.point import Point
from backcalc.calculus.question import LOSS
from backcalc.calculus.run import evaluated, run
from backcalc.cli.output import print_lines, print_warnings
from backcalc.cli.typed import tell_unheeded
from backcalc.language.expr import INDEX, Call, Expr, Number, size
from backcalc.language.statements import Answer
from backcalc.language.unparse import number_text, number_texts, unparse
from backcalc.marking.sheet import question
from backcalc.marking.subject import part, refusals, settled, subject_of
from backcalc.marking.truth import Truth
from backcalc.render.values import LONGEST_EXACT
from backcalc.rules.values import is_known, is_lost, shape_of
from backcalc.text.errors import Code, Diagnostic, ParseError, UsageError
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten

if TYPE_CHECKING:
    from backcalc.bulk.graph.run import LargeRun

GET = "--get"


def print_asked(text: Text, point: Point, names: Sequence[str], of: str | None) -> int:
    """Print what `names` ask for, a line each, exactly; the exit status. Raises BackcalcError."""
    questions = [(name, read(name)) for name in names]  # A slip is told before anything is worked out.
    _tell_unasked(of, questions)
    found = _Found(text, point, of)  # Nothing is run yet: which runs it takes each question tells.
    values = [found.value(name, answer) for name, answer in questions]
    _require_short(names, values)
    print_warnings(text.source, found.warnings)
    print_lines(_text(value) for value in values)
    return 1 if any(map(is_lost, values)) else 0


def _tell_unasked(of: str | None, questions: Sequence[tuple[str, Answer]]) -> None:
    """Tell of an `--of` that no question leaves open, and none names."""
    # `x.grad` is of the output, and so is `dL/dx` of a loss outside the graph.
    if of is None or any(each.of in ("", LOSS, of) for _, each in questions):
        return
    name, asked = questions[0]
    instead = "" if asked.wrt is None else f", unlike d{shorten(of)}/d{shorten(asked.wrt)}"
    tell_unheeded("of", f"`{shorten(name)}` says itself what it is of{instead}")


def read(name: str) -> Answer:
    """What is asked by `name`, spelt as an answer is. Raises ParseError, which shows it."""
    try:
        found = question(name)
    except ParseError:
        message = f"`{shorten(name)}` is neither a derivative nor a node"
        hint = "what is asked is spelt do/dx, o, do/dW[0,1] or d²o/dx²"
        bad = Diagnostic(Code.NOT_AN_ANSWER, message, Span(0, len(name)), hints=(hint,))
        raise ParseError(Source(GET, name), [bad]) from None
    if found.links:  # `do/dx = 3`: what is asked has no answer yet.
        name = name.partition("=")[0].strip()
        return read(name)
    return found


class _Found:
    """The values and derivatives of a graph at a point: no output is needed, but where a name leaves it open."""

    def __init__(self, text: Text, point: Point, of: str | None) -> None:
        self._text, self._point, self._of = text, point, of
        self._large: dict[str, LargeRun] = {}  # By the output: `--get` may name several.
        self._lost_by_arrays: set[str] = set()  # The outputs of which a derivative that is asked for is not finite.
        self._lost: list[Diagnostic] = []

    @property
    def warnings(self) -> Sequence[Any]:
        """What was noticed in all runs that were needed, each warning once."""
        # Several names may have one run: each warning stands once.
        found: list[Any] = [] if self._large else [*self._truth.run.warnings]
        for of, each in self._large.items():
            # The sweep has all derivatives, but who asks for a value, or for a finite one, is told nothing of others.
            found += each.warnings if of in self._lost_by_arrays else each.warnings_of_values
        return list(dict.fromkeys([*found, *self._lost]))

    def value(self, name: str, asked: Answer) -> Any:
        """A number, an array, a formula, or None where it is not known. Raises UsageError."""
        # First: as objects a large graph would take many times its memory.
        by_arrays = self._by_arrays(asked)
        if by_arrays is not None:
            return by_arrays
        # Whose derivative `x.grad` is, and what a loss outside the graph adds up to, an output tells.
        is_outside = asked.of == LOSS and asked.wrt is not None and bool(self._truth.run.graph.seeds)
        truth = self._swept if is_outside or not asked.of else self._truth
        answer = settled(truth.run, asked)
        if refused := refusals(truth.run, answer):
            raise UsageError(Source(GET, name), [each._replace(span=Span(0, len(name))) for each in refused])
        found = truth.expected(answer)
        if is_lost(found) and answer.wrt is not None:
            self._lost += self._told(truth, answer)
        if found is None and answer.wrt is not None and answer.of in truth.run.graph.index and answer.then is None:
            self._lost += beyond_formulas(truth.run.graph, [(answer.of, answer.wrt)], truth.run.shapes, "adjoint")
        # Where inputs have no value, what is asked may be a formula all the same.
        if found is None and answer.wrt is None:
            formula = truth.run.graph.node(answer.of).formula
            found = formula and _element(formula, part(answer, 0))
        return found

    def _told(self, truth: Truth, asked: Answer) -> list[Diagnostic]:
        """Where a derivative that is not finite becomes so, where no value on its way is to blame."""
        # A value that is lost has its own warning, which says why.
        if asked.of not in truth.run.graph.index or any(map(is_lost, truth.run.values)):
            return []
        # A second derivative has no sweep of its own that could be looked through.
        if asked.then is not None:
            return [of_derivative(subject_of(asked), truth.run.graph.node(asked.of).span)]
        seeds, adjoints = truth.seeds(asked.of), truth.derivatives(asked.of)
        swept = truth.run._replace(output=asked.of, mode="reverse", seeds=seeds, adjoints=adjoints, tangents={})
        return list(first_lost(swept))

    @cached_property
    def _truth(self) -> Truth:
        # Values alone: a graph of several sinks has them without an output.
        return Truth(evaluated(self._text.objects, self._point))

    @cached_property
    def _swept(self) -> Truth:
        return Truth(run(self._text.objects, self._point, self._of))

    def _by_arrays(self, asked: Answer) -> Any:
        """The number that a large graph has for a node or a derivative by one; None where arrays do not serve."""
        index = self._text.graph.index
        of, wrt = asked.of, asked.of if asked.wrt is None else asked.wrt
        # An element or a second derivative is read from arrays of objects.
        if asked.then is not None or asked.of_place or asked.wrt_place or of not in index or wrt not in index:
            return None
        if not self._text.is_by_arrays:
            return None
        found = self._large.get(of) or self._text.run_by_arrays(self._point, of, ())
        if found is None:
            return None
        self._large[of] = found
        value = (found.values if asked.wrt is None else found.adjoints)[index[wrt]]
        if asked.wrt is not None and is_lost(value):
            self._lost_by_arrays.add(of)
        return value


def _element(formula: Expr, place: Sequence[Any]) -> Expr:
    """The element of an array whose formula this is."""
    return Call(INDEX, (formula, *(Number(float(i)) for i in place))) if place else formula


def _require_short(names: Sequence[str], values: Sequence[Any]) -> None:
    """Raise UsageError for a formula that is not to be written out: what forty nodes share has 2^40 symbols."""
    for name, value in zip(names, values, strict=True):
        if value is not None and not is_known(value) and size(value, LONGEST_EXACT) > LONGEST_EXACT:
            message = f"`{shorten(name)}` is a formula of more than {LONGEST_EXACT:,} symbols"
            hints = ("`backcalc derive` writes it in steps",)
            raise UsageError(
                Source(GET, name), [Diagnostic(Code.GRAD_TOO_LARGE, message, Span(0, len(name)), hints=hints)]
            )


def _text(value: Any) -> str:
    if value is None:
        return "?"
    return _digits(value) if is_known(value) else unparse(value)


def _digits(value: Any) -> str:
    """A number or an array with every digit, however the file spells it: of 1/3 a program would read the 1."""
    if not shape_of(value):
        return number_text(float(value) + 0.0)  # Without the sign of a zero.
    if len(value.shape) > 1 or value.dtype == object:
        return f"[{', '.join(map(_digits, value))}]"
    return f"[{', '.join(number_texts((value + 0.0).tolist()))}]"
