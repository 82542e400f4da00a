"""No result is nan or inf without a word: a warning names the first node where that arises, in every way of asking."""

from __future__ import annotations

import re
from random import Random

import numpy as np
import pytest
from click.testing import CliRunner
from fuzz.judge import _all_are_large
from ways import question

import backcalc
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.cli.group import cli
from backcalc.rules.values import is_lost
from backcalc.text.errors import BackcalcError, Code
from backcalc.text.source import Source

COUNT, PARTS = 400, 4
TELLING = (Code.DOMAIN, Code.SLOPE, Code.NOT_FINITE)
NAMED = re.compile(r"in `(\w+)`|value of `(\w+)`|slope of `(\w+)`|∂\w+/∂(\w+) is not")


def named(warnings):
    """The nodes that warnings of numbers that are not finite speak of."""
    found = [NAMED.search(warning.message) for warning in warnings if warning.code in TELLING]
    return [next(filter(None, match.groups())) for match in found if match]


def asked(i):
    text, at = question(Random(f"not finite {i}"))
    graph = load(Source("graph", text))
    at = {name: np.array(value) if isinstance(value, list) else value for name, value in at.items()}
    return graph, {name: value for name, value in at.items() if name in graph.index}


def lost_values(found):
    return [node.name for node, value in zip(found.graph.nodes, found.values, strict=True) if is_lost(value)]


@pytest.mark.parametrize("part", range(PARTS))
def test_a_result_that_is_not_finite_has_a_warning(part):
    lost = 0
    for i in range(part, COUNT, PARTS):
        try:
            graph, at = asked(i)
            for mode in ("reverse", "forward"):
                found = run(graph, at, None, list(at), mode)
                names = named(found.warnings)
                numbers = [*found.values, *found.gradient.values(), *(x for t in found.tangents.values() for x in t)]
                assert names or not any(map(is_lost, numbers)), (i, mode)
                # Where a value is to blame, that which is the first is named: what feeds it is finite.
                assert not lost_values(found) or lost_values(found)[0] in names, (i, mode, names)
                lost += any(map(is_lost, numbers))
        except BackcalcError:
            continue
    assert lost > COUNT / PARTS / 4


@pytest.mark.parametrize("part", range(PARTS))
def test_points_that_are_not_finite_have_a_warning(part):
    lost = 0
    for i in range(part, 3 * COUNT, PARTS):  # Of many the output is no number, or an input is not finite.
        try:
            graph, at = asked(i)
            plain = run(graph, at, None, list(at))
            points = backcalc.parse(graph.source.text).run_points({name: [value, value] for name, value in at.items()})
        except BackcalcError:
            continue
        results = [points.value, *points.gradient.values()]
        if at and all(np.isfinite(value).all() for value in at.values()):
            is_off = any(result is not None and not np.isfinite(result).all() for result in results)
            assert len(points.warnings) == is_off, i
            lost += is_off
            if is_off and named(plain.warnings):
                assert named(points.warnings)[0] in named(plain.warnings)
    assert lost


def said(*args, stdin="", large=False):
    """What a command says on stderr."""
    if large:
        with _all_are_large():
            return CliRunner().invoke(cli, args, input=stdin).stderr
    return CliRunner().invoke(cli, args, input=stdin).stderr


LOST = [
    ("y = log(x); z = 2*y", "x=0", "in `y`, log(0) is -inf, outside its domain"),
    ("y = sqrt(x); z = y^2", "x=0", "in `y`, sqrt(0) has the slope inf"),
    ("y = x^2", "x=inf", "the value of `x` is not finite"),
    ("given h = inf; h = x; y = h^2", "x=1", "the value of `h` is not finite"),
    ("y = x*inf", "x=2", "the value of `y` is not finite"),
    ("a -> b : 1e308; b -> c : 1e308", "", "∂c/∂a is not finite: the slope of `b` by it, times ∂c/∂b, is too large"),
    ("a -> b : 1e308; a -> c : 1e308; b -> d : 1; c -> d : 1", "", "the sum of its terms is too large"),
    ("a -> b : 1e308; a -> b : 1e308; b -> c : 1", "", "the sum of its terms is too large"),
    ("input p = [1, 2]; y = p*1e308; z = sum(y)", "", "in `y`, …*1e+308 is not finite at [1]"),
    ("x -> u : 3; u -> v : 2", "x=inf - inf", "the value of `x` is not finite"),
    ("input x = inf - inf; x -> u : 3; u -> v : 2", "", "the value of `x` is not finite"),
    ("x -> o : 3; o = 0/0; o -> v : 2", "", "in `o`, 0/0 is nan"),
    ("adjoint h = inf; h = 2*x", "x=1", "∂L/∂h is not finite, as it is stated"),
]


@pytest.mark.parametrize(("text", "at", "message"), LOST)
def test_what_is_not_finite_is_told(text, at, message):
    text = text.replace("; ", "\n")  # A line each, as blocks have them.
    args = ["run", *(["--at", at] * bool(at))]
    assert message in said(*args, stdin=text)
    assert said(*args, stdin=text, large=True) == said(*args, stdin=text)


MANY = [
    (("run", "-e", "y = log(x); z = 2*y", "--data", "-"), "x\n1\n0\n-1\n", "at 2 of 3 points, the first at point 2"),
    (("run", "-e", "y = log(x); z = 2*y", "--data", "-"), "x\ninf\n1\n0\n", "at 1 of 3 points, the first at point 3"),
    (("run", "-e", "y = log(x); z = 2*y", "--data", "-"), "x\n0\n", "outside its domain; not finite at the point\n"),
    (("run", "-e", "y = log(x)", "--data", "-", "--format", "csv"), "x\n1\n0\n", "at 1 of 2 points"),
    (("sweep", "-e", "y = 1/x", "--at", "x=-1:1:3"), "", "in `y`, 1/0 is inf, outside its domain; not finite at 1 of"),
    (("sweep", "-e", "y = 1/x", "--at", "x=-1:1:3"), "", "points, the first at x = 0"),
    (("run", "-e", "y = log(x)", "--at", "x=0", "--get", "dy/dx"), "", "in `y`, log(0) is -inf"),
    (("run", "-e", "a->b : 1e308; b->c : 1e308; c->d : 0", "--get", "dc/da"), "", "∂c/∂a is not finite"),
    (("run", "-e", "y = x^1.5", "--at", "x=0", "--get", "d²y/dx²"), "", "d²y/dx² is not finite"),
    (("run", "-e", "a->b : 1e308; b->c : 1e308; a->d : 1", "--all-pairs", "--of", "d"), "", "∂c/∂a is not finite"),
    (("taylor", "-e", "y = log(x)", "--at", "x=0", "--format", "json"), "", "in `y`, log(0) is -inf"),
    (("taylor", "-e", "y = x*sqrt(x)", "--at", "x=0"), "", "in `y`, sqrt(0) has the slope inf"),
    (("taylor", "-e", "y = where(x < 0, log(x), x)", "--at", "x=0"), "", "in `y`, log(-5e-324) is nan"),
    (("taylor", "-e", "y = x*log(z)", "--at", "x=1,z=-1"), "", "in `y`, log(-1) is nan"),
    (("export", "-e", "y = log(x); z = 2*y", "--to", "numpy", "--at", "x=0"), "", "in `y`, log(0) is -inf"),
    (("export", "-e", "y = x^n", "--to", "torch", "--at", "x=-1,n=2"), "", "has the slope nan by its second argument"),
    (("export", "-e", "h = 2*x; adjoint h = 1", "--to", "jax", "--of", "h", "--at", "x=inf"), "", "value of `x` is no"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "stdin", "message"), MANY)
def test_what_is_not_finite_somewhere_is_told(args, stdin, message):
    assert message in said(*args, stdin=stdin)


FINITE = [
    ("taylor", "-e", "y = abs(x)", "--at", "x=0"),
    ("taylor", "-e", "y = exp(x)", "--at", "x=0"),
    ("export", "-e", "y = log(x)", "--to", "numpy"),
    ("export", "-e", "y = relu(x)", "--to", "numpy", "--at", "x=0"),
    ("export", "-e", "const n = 2; y = x^n", "--to", "numpy", "--at", "x=-1"),
]


@pytest.mark.parametrize("args", FINITE)
def test_nothing_is_told_of_what_is_finite(args):
    assert not said(*args)


BY_CONSTANTS = {
    "a number": (["n = 2", "y = x^n"], "x=-1"),
    "a vector": (["c = [1, 0]", "L = cross_entropy(softmax(x), c)"], "x=[1e4,1]"),
    "off the output": (["n = 2", "z = x^n", "y = x*stop_gradient(z)"], "x=-1"),
}


@pytest.mark.parametrize("shown", ["", "--format json", "--format csv", "--all-pairs", "--expand", "--partials"])
@pytest.mark.parametrize("way", ["", "--mode forward --wrt x"])
@pytest.mark.parametrize("case", BY_CONSTANTS)
def test_a_slope_by_a_constant_that_is_shown_has_a_warning(case, way, shown):
    lines, at = BY_CONSTANTS[case]
    if way and shown == "--all-pairs":
        return
    options = [part for line in lines for part in ("-e", line)]
    result = CliRunner().invoke(cli, ["run", *options, "--at", at, *way.split(), *shown.split()])
    assert result.exit_code == 0, result.output
    assert bool(re.search(r"\b(nan|inf)\b", result.stdout)) == ("is not finite" in result.stderr)


def test_a_vector_in_place_has_a_warning_where_it_is_a_node():
    command = ["run", "-e", "L = cross_entropy(softmax(x), [1, 0])", "--at", "x=[1e4,1]"]
    assert not CliRunner().invoke(cli, command).stderr
    assert "∂L/∂L_2 is not finite" in CliRunner().invoke(cli, [*command, "--expand"]).stderr
