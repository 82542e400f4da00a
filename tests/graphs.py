"""Random scalar programs as text, each with a point; and the truth about them by mpmath.

The truth owes nothing to the package but the tree of an expression: values come from mpmath's own functions at 40
digits, derivatives from difference quotients of such values, and what may be wrong from the program's conditioning.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from random import Random

import mpmath
from hypothesis import strategies as st

import backcalc
from backcalc.calculus.missing import require_known
from backcalc.language.expr import Name, Number, fold
from backcalc.language.parser import parse
from backcalc.language.statements import Definition, Edge
from backcalc.text.source import Source

mp = mpmath.mp

# ---- Programs --------------------------------------------------------------------------------------------------------

# Every smooth function and operator, inside its domain whatever the numbers u and v are.
SMOOTH = (
    "{u} + {v}",
    "{u} - {v}",
    "{u}*{v}",
    "{u}/(2 + sin({v}))",
    "-{u}",
    "{u}^2",
    "{u}^3",
    "(2 + cos({u}))^-1.5",
    "(2 + sin({u}))^sin({v})",
    "(1.5 + sin({u}))**cos({v})",
    "exp(sin({u}))",
    "expm1(cos({u}))",
    "log(2 + sin({u}))",
    "ln(1.5 + cos({u}))",
    "log2(2 + cos({u}))",
    "log10(1.5 + sin({u}))",
    "log1p(0.9*sin({u}))",
    "sqrt(1.5 + sin({u}))",
    "cbrt(1.5 + cos({u}))",
    "sin({u})",
    "cos({u})",
    "tan(sin({u}))",
    "asin(0.9*sin({u}))",
    "acos(0.9*cos({u}))",
    "atan({u})",
    "atan2({u}, 2 + sin({v}))",
    "atan2(2 + cos({u}), {v})",
    "sinh(sin({u}))",
    "cosh(sin({u}))",
    "tanh({u})",
    "asinh({u})",
    "acosh(2.5 + sin({u}))",
    "atanh(0.9*sin({u}))",
    "erf({u})",
    "erfc({u})",
    "sigmoid({u})",
    "σ({u})",
    "softplus({u})",
    "gelu({u})",
    "silu({u})",
)
NUMBERS = ("2", "0.5", "1/3", "1e-1", "pi", "e", "tau/8", "-1.25")
EDGES = ("{u} -> {v} : {p}", "d({v})/d({u}) = {p}", "∂{v}/∂{u} = {p}", "∂({v})/∂({u}) = {p}")
BARE_EDGES = ("{u} {v} {p}", "{u},{v},{p}", "{u}\t{v}\t{p}")  # Their partials are plain numbers.
NAMES = ("x", "y'", "h_1", "σ1", "η", "w2", "Loss", "node10", "q", "z", "out")

decimals = st.integers(-2000, 2000).map(lambda thousandths: thousandths / 1000)


@dataclass(frozen=True)
class Drawn:
    """A program: for each node, in topological order, the lines that define it; and a value for some inputs."""

    lines: Mapping[str, tuple[str, ...]]
    point: Mapping[str, float]

    @property
    def text(self):
        return "\n".join(line for lines in self.lines.values() for line in lines)

    @property
    def names(self):
        return list(self.lines)

    @cached_property
    def statements(self):
        return parse(Source("drawn", self.text)).statements

    def run(self, **options):
        """The program run at its point, its last node the output unless `options` say otherwise."""
        return backcalc.parse(self.text).run(self.point, **{"of": self.names[-1], **options}).run


@cache
def formulas(*names):
    """Formulas over the nodes `names`, one operation at least."""

    def grown(parts):
        return st.builds(
            lambda shape, u, v: f"({shape.format(u=u, v=v)})", st.sampled_from(SMOOTH), st.one_of(atoms, parts), atoms
        )

    atoms = st.one_of(st.sampled_from(names), st.sampled_from([f"({number})" for number in NUMBERS]))
    return st.recursive(grown(atoms), grown, max_leaves=4)


@st.composite
def programs(draw, kinds=("formula", "edges")):
    """Programs of up to eight nodes; without `edges` among the `kinds`, every input has a value."""
    count = draw(st.integers(2, 8))
    names = NAMES[:count]
    lines, point, known = {}, {}, []
    for i in range(draw(st.integers(1, min(3, count - 1)))):
        lines[names[i]] = (f"input {names[i]}",)
        if "edges" not in kinds or draw(st.booleans()):
            point[names[i]] = draw(decimals)
            known.append(names[i])
    for name in names[len(lines) :]:
        if known and draw(st.sampled_from(kinds)) == "formula":
            lines[name] = (f"{name} = {draw(formulas(*known))}",)
            known.append(name)
        else:
            activation = (f"{name} = {draw(decimals)}",) if draw(st.booleans()) else ()
            known += [name] * bool(activation)
            tails = draw(st.lists(st.sampled_from(list(lines)), min_size=1, max_size=3))
            lines[name] = tuple(_edge(draw, tail, name, known) for tail in tails) + activation
    return Drawn(lines, point)


def _edge(draw, tail, head, known):
    """A line with the partial ∂head/∂tail: a number, or a formula over nodes whose value is known, the head's too."""
    if known and draw(st.booleans()):
        return draw(st.sampled_from(EDGES)).format(u=tail, v=head, p=draw(formulas(*known)))
    return draw(st.sampled_from(EDGES + BARE_EDGES)).format(u=tail, v=head, p=draw(decimals))


# ---- The truth -------------------------------------------------------------------------------------------------------

DIGITS = 40
STEP = mp.mpf("1e-12")  # A central quotient's error is of its square.
WOBBLE = mp.mpf(2) ** -48  # Some thirty times what float64 rounds away.
ROUNDING = 2.0**-46  # What a sweep may lose of the sum over paths of the products' sizes.

TRUE = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "-x": operator.neg,
    "^": mp.power,
    "ln": mp.log,
    "log2": lambda x: mp.log(x, 2),
    **{name: getattr(mp, name) for name in ("sin", "cos", "tan", "asin", "acos", "atan", "atan2")},
    **{name: getattr(mp, name) for name in ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh")},
    **{name: getattr(mp, name) for name in ("exp", "expm1", "log", "log10", "log1p", "sqrt", "cbrt", "erf", "erfc")},
    **{name: lambda x: 1 / (1 + mp.exp(-x)) for name in ("sigmoid", "σ")},
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "gelu": lambda x: x * mp.ncdf(x),
    "silu": lambda x: x / (1 + mp.exp(-x)),
}
CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau}  # The language's are float64.


class Truth:
    """The values of a drawn program, where `seed` is given each operation's result off by a little at random."""

    def __init__(self, drawn, seed=None, step=STEP):
        self.drawn, self.seed, self.step = drawn, seed, step
        self.formulas = {s.target.id: s.formula for s in drawn.statements if isinstance(s, Definition)}
        self.edges = {name: [] for name in drawn.names}
        for edge in drawn.statements:
            if isinstance(edge, Edge):
                self.edges[edge.head.id].append(edge)
        self.base = {}
        self.base = self.values({})

    @mp.workdps(DIGITS)
    def values(self, shift):
        """Each node's value where the nodes in `shift` are moved by so much; 0 for one that only edges lead to.

        Along edges only changes are known: what a node's tails move by, times the partials at the unmoved point.
        """
        random, values = Random(self.seed), {}
        for name in self.drawn.names:
            if name in self.formulas:
                values[name] = self._evaluate(self.formulas[name], values, random)
            else:
                values[name] = mp.mpf(self.drawn.point.get(name, 0))
            for edge in self.edges[name]:
                moved = values[edge.tail.id] - self.base.get(edge.tail.id, values[edge.tail.id])
                values[name] += self._evaluate(edge.partial, {**values, **self.base}, random) * moved
            values[name] += shift.get(name, 0)
        return values

    def _evaluate(self, expr, values, random):
        def leaf(part: Number | Name):
            if isinstance(part, Number):
                return mp.mpf(part.value)
            return values[part.id] if part.id in values else mp.mpf(CONSTANTS[part.id])

        def call(part, args):
            return TRUE[part.fn](*args) * (1 + random.choice((-WOBBLE, WOBBLE)) * (self.seed is not None))

        return fold(expr, leaf, call)

    @mp.workdps(DIGITS)
    def derivative(self, of, wrt):
        """∂of/∂wrt by a central difference quotient."""
        up, down = (self.values({wrt: step})[of] for step in (self.step, -self.step))
        return (up - down) / (2 * self.step)


def truths(drawn):
    """The truth, and versions of it that show how much rounding and the width of the step matter."""
    return [Truth(drawn), Truth(drawn, seed=1), Truth(drawn, seed=2), Truth(drawn, step=2 * STEP)]


def spread(numbers):
    """How far the versions of a number are from the true one, which is first."""
    return float(sum(abs(number - numbers[0]) for number in numbers[1:]))


def path_sum(run, of, wrt, size=lambda partial: partial):
    """The sum over all paths from `wrt` to `of` of the product of the local partials along it."""
    total, paths = 0.0, [(run.graph.index[of], 1.0)]
    while paths:
        node, product = paths.pop()
        if node == run.graph.index[wrt]:
            total += product
        else:
            paths += [(tail, product * size(partial)) for tail, partial in run.linear.edges[node]]
    return total


def allowance(run, of, wrt):
    """What rounding may change in ∂of/∂wrt, however its paths cancel."""
    return ROUNDING * path_sum(run, of, wrt, abs)


# ---- What the package says -------------------------------------------------------------------------------------------


def known(text, at=None, **options):
    """The result of a program whose every value is known. Raises EvaluateError where one is not."""
    result = backcalc.parse(text).run(at, **options)
    require_known(result.run.linear.evaluation)
    return result


def refusals(text, at=None, **options):
    """(code, what the caret stands under) for each error that the text meets, from parsing to running it at a point."""
    try:
        known(text, at, **options)
    except backcalc.BackcalcError as error:
        return [(found.code, _underlined(error.source, found)) for found in error.diagnostics]
    return []


def remarks(run):
    """(code, message, what the caret stands under) for each warning of a run."""
    return [(warning.code, warning.message, _underlined(run.graph.source, warning)) for warning in run.warnings]


def _underlined(source, diagnostic):
    return source.text[slice(*diagnostic.span)] if diagnostic.span else ""
