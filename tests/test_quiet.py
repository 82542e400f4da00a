"""No warning of NumPy's arises, however far numbers go: in the library, where nobody hides it, and in every command."""

from __future__ import annotations

import math
import warnings
from importlib.util import find_spec
from types import NoneType

import click
import numpy as np
import pytest
from click.testing import CliRunner

import backcalc
from backcalc.cli.group import cli
from backcalc.text.errors import BackcalcError

GRAPHS = {
    "numbers": ["input x = 1", "y = exp(x)/x", "z = log(x)*y - sqrt(x)", "L = z^2/(x - 1)"],
    "vectors": ["input x = [1, 2]", "y = exp(x)/x", "z = log(x) - sqrt(x)*y", "L = dot(z, y)/norm(x) + sum(x^-2)"],
    "reductions": [
        "input x = [1, 2]",
        "s = softmax(x)",
        "l = logsumexp(x)",
        "v = var(x)/std(x)",
        "L = l + v + max(x)/prod(x) + s[0]/s[1]",
    ],
    "matrices": ["input x = [[1, 2], [3, 4]]", "A = x @ x", "L = trace(inv(A)) + det(A) + sum(log(x))/mean(x)"],
    "rows": ["input x = [[1, 2], [3, 4]]", "y = softmax(x, axis=1)", "L = sum(y/mean(x, axis=0)) + norm(x)"],
    "branches": [
        "input x = [1, 2]",
        "y = where(x > 1, log(x - 1), 1/x)",
        "z = relu(y)/abs(x)",
        "L = sum(clip(z, 0, 1) + y*step(x))",
    ],
    "windows": ["input x = [1, 2, 3]", "c = conv(x, [1, -1])", "L = sum(maxpool(c, 2)/c[0]) + exp(c[1])"],
    "edges": ["input x = 1", "a = x*1e308", "a -> b : a*a", "x -> b : 1/x", "b -> L : 2*a - a^2", "x -> L : 1e300"],
    "array edges": [
        "input x = [1, 2]",
        "y = exp(x)",
        "u = x/y",
        "y -> v : [[1e308, 2], [3, 1e308]]",
        "u -> v : 2",
        "v -> L : [1e308, 1]",
    ],
    "second": ["input x = [1, 2]", "f = sum(exp(x)/x)", "g = grad(f, x)", "L = sum(g^2)"],
    "outputs": ["input x = [1, 2]", "y = exp(x)/(x - 1)", "L = log(y)"],
    "unknown": ["input x = [1, 2]", "input w", "W = [[1, 2], [3, 4]]", "L = sum(exp(W @ x)/x)*w"],
}
TEXTS = {name: "\n".join(lines) for name, lines in GRAPHS.items()}
POINTS = [0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 1e308, 1e-320, 800.0]
COMMANDS = {
    "run": [
        *("", "--mode forward --wrt x", "--along x=1e308", "--partials", "--all-pairs", "--expand --format json"),
        *("--exact", "--certified"),
    ],
    "check": ["dL/dx=1 L=inf dL/dx=1/x x=[1,2]"],
    "explain": ["", "--format json"],
    "paths": ["--to x"],
    "derive": [""],
    "draw": ["-o out.svg --force"],
    "report": ["-o out.html --force"],
    "descend": ["--steps 3 --rate 1e200", "--steps 3 --method adam"],
    "sweep": ["--at x=-1:1:3 -o plot.svg --force", "--at x=1:1e300:4:log"],
    "taylor": ["--order 3"],
    "verify": ["--seconds 0.05", "--prove --seconds 0.05"],
}


def default_of(text):
    """The default of x, a number or an array."""
    return backcalc.parse(text).run({}).nodes["x"].value


def as_far_as(value, text):
    """Values for x: all its elements are `value`, or the first alone is."""
    x = np.array(default_of(text), float)
    first = x.copy()
    first.flat[0] = value
    return [np.full_like(x, value), first] if x.ndim else [value]


def read(result):
    """All that a result has to tell."""
    for node in result.nodes.values():
        assert (node.value, node.adjoint) is not None
    assert result.warnings is not None
    str(result), result.gradient, result._repr_html_()


@pytest.mark.parametrize("value", POINTS)
@pytest.mark.parametrize("name", GRAPHS)
def test_no_run_of_the_library_warns(name, value):
    graph = backcalc.parse(TEXTS[name])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for x in as_far_as(value, TEXTS[name]):
            for mode in ("reverse", "forward"):
                try:
                    read(graph.run({"x": x}, mode=mode))
                    if "->" not in TEXTS[name]:
                        graph.run_points({"x": np.stack([np.asarray(x, float)] * 3)})
                except BackcalcError:
                    continue


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", GRAPHS)
def test_no_command_warns(name, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "g.bg").write_text(TEXTS[name])
    x = np.array(default_of(TEXTS[name]), float)
    for value in ("0", "inf", "1e308"):
        point = str(np.full_like(x, 7).tolist()).replace("7.0", value).replace(" ", "")
        for options in COMMANDS[command]:
            if "certified" in options and not find_spec("flint"):
                continue
            arguments = [command, "g.bg", *options.split()]
            if "--at" not in options:
                arguments += ["--at", f"x={point}"]
            _invoked(arguments)


def _invoked(arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = CliRunner().invoke(cli, arguments, standalone_mode=False)
    allowed = isinstance(found.exception, NoneType | BackcalcError | click.ClickException | SystemExit)
    assert allowed, (arguments, found.exception)
