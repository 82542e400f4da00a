"""`derive`: the gradient as a graph in the same language, and its derivative in turn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from arrays import programs
from graphs import programs as scalar_programs
from hypothesis import given, settings

import backcalc
from backcalc.derive import derivative_name, derive, gradient_nodes
from backcalc.unparse import unparse_statement

ROOT = Path(__file__).parents[1]
BACKCALC = [sys.executable, "-c", "from backcalc.cli import main; main()"]
law = settings(deadline=None, derandomize=True, max_examples=30)


def derived(text, output, wrt=()):
    graph = backcalc.parse(text)
    outputs = [output] if isinstance(output, str) else output
    return "\n".join(map(unparse_statement, derive(graph, outputs, wrt or graph.inputs)))


def value(run, name):
    return run.values[run.graph.index[name]]


def close(found, expected):
    return np.shape(found) == np.shape(expected) and np.allclose(found, expected, rtol=1e-8, atol=1e-9)


@law
@given(programs())
def test_derive_then_run_is_the_reverse_sweep(drawn):
    text = derived(drawn.text, drawn.output)
    run = backcalc.parse(text).run(drawn.at(), of=drawn.output).run
    for name, gradient in drawn.run().gradient.items():
        assert close(value(run, derivative_name(drawn.output, name)), gradient), (name, text)


@law
@given(programs(shapes=((), (1,))))
def test_a_gradient_along_a_direction_derives_to_the_hessian_times_it(drawn):
    if not drawn.point:
        return
    names = list(drawn.point)
    along = {name: np.cos(np.arange(1.0, at.size + 1)).reshape(at.shape) for name, at in drawn.point.items()}
    terms = [f"sum({along[name].tolist()}*d{drawn.output}_d{name})" for name in names]
    lines = [line for line in derived(drawn.text, drawn.output).splitlines() if not line.startswith("output")]
    second = derived("\n".join([*lines, "S = " + " + ".join(terms), "output S"]), "S", names)
    run = backcalc.parse(second).run(drawn.at(), of="S").run
    graph = backcalc.parse(drawn.text)

    def gradient(step):
        at = {name: (drawn.point[name] + step * along[name]).tolist() for name in names}
        return graph.run(at).run.gradient

    up, down, up2, down2 = gradient(1e-5), gradient(-1e-5), gradient(2e-5), gradient(-2e-5)
    for name in names:
        expected, coarse = (up[name] - down[name]) / 2e-5, (up2[name] - down2[name]) / 4e-5
        slack = 1e-5 * (1 + np.max(np.abs(expected))) + 10 * np.abs(expected - coarse)
        assert np.all(np.abs(value(run, f"dS_d{name}") - expected) <= slack), (name, drawn.text)


@law
@given(scalar_programs(kinds=("formula",)))
def test_derive_of_derive_is_the_hessian_and_symmetric(drawn):
    output, graph = drawn.names[-1], backcalc.parse(drawn.text)
    names = graph.inputs
    if not names:
        return
    first = derived(drawn.text, output)
    once = backcalc.parse(first)
    second = backcalc.parse(derived(first, gradient_nodes(once, output), names)).run(drawn.point, of=output).run
    for a in names:
        for b in names:
            entry, mirrored = (
                value(second, derivative_name(derivative_name(output, p), q)) for p, q in ((a, b), (b, a))
            )
            if not np.isfinite(entry) or abs(entry) > 1e6:
                continue
            assert entry == pytest.approx(mirrored, rel=1e-6, abs=1e-6)
            steps = [
                (
                    graph.run({**drawn.point, b: drawn.point.get(b, 0) + h}, of=output).gradient[a]
                    - graph.run({**drawn.point, b: drawn.point.get(b, 0) - h}, of=output).gradient[a]
                )
                / (2 * h)
                for h in (1e-5, 2e-5)
            ]
            assert abs(entry - steps[0]) <= 1e-5 * (1 + abs(entry)) + 10 * abs(steps[0] - steps[1]), drawn.text


# ---- The text --------------------------------------------------------------------------------------------------------


def lines_of(text, output, *wrt):
    return derived(text, output, wrt).splitlines()


def test_the_neuron_derives_to_the_textbooks_formulas():
    text = (ROOT / "samples/neuron.bg").read_text(encoding="utf-8")
    assert [line for line in lines_of(text, "J", "w", "b") if line.startswith("dJ_")] == [
        "dJ_dy = y - z",
        "dJ_dv = dJ_dy*y*(1 - y)",
        "dJ_dw = dJ_dv*x",
        "dJ_db = dJ_dv",
    ]


@pytest.mark.parametrize(
    ("text", "wrt", "expected"),
    [
        ("y = x^2", ("x",), ["y = x^2", "dy_dx = 2*x", "output dy_dx"]),
        ("y = x + z", ("x",), ["y = x + z", "dy_dx = 1", "output dy_dx"]),
        ("input q\ny = x^2", ("q",), ["y = x^2", "dy_dq = 0", "output dy_dq"]),
        ("dy_dx = 3*x\ny = dy_dx^2", ("x",), ["dy_dx = 3*x", "y = dy_dx^2"]),
        ("input x[2]\ny = sum(x)", ("x",), ["input x[2]", "y = sum(x)", "dy_dx = [1, 1]", "output dy_dx"]),
        ("input x[2]\ny = dot(x, x)", ("x",), ["input x[2]"]),
        ("for k in 1..2 { input x{k} }\ny = x1*x2", ("x2",), ["y = x1*x2", "dy_dx2 = x1", "output dy_dx2"]),
        ("a b 2\nb c 3", ("a",), ["a -> b : 2", "b -> c : 3"]),
    ],
)
def test_derive_prints(text, wrt, expected):
    found = lines_of(text, backcalc.parse(text).sinks[0], *wrt)
    assert [line for line in found if line in expected] == expected, found


def test_names_that_are_taken_get_an_underscore():
    text = derived("dy_dx = 3*x\ny = dy_dx^2", "y")
    assert "dy_dx_ = " in text
    assert value(backcalc.parse(text).run({"x": 2}, of="y").run, "dy_dx_") == 36


@pytest.mark.parametrize("length", [50, 200])
def test_the_size_grows_as_the_graphs(length):
    chain = "\n".join(f"t{k + 1} = sin(t{k})*t{k}" for k in range(length))
    assert len(lines_of(chain, f"t{length}", "t0")) <= 6 * length


def test_shared_work_is_written_once():
    text = derived("s = exp(a*b + c)\nL = s^2", "L")
    assert text.count("exp(") == 1


# ---- The command line ------------------------------------------------------------------------------------------------


def command(*args, stdin=""):
    return subprocess.run(BACKCALC + list(args), input=stdin, capture_output=True, text=True, check=False, cwd=ROOT)


def test_derive_into_run_into_numbers():
    first = command("derive", "samples/neuron.bg", "--wrt", "w,b")
    found = command("run", "-", "--of", "dJ_dw", "--at", "w=0.5,x=2,b=-1,z=1", "--format", "json", stdin=first.stdout)
    assert (first.returncode, found.returncode) == (0, 0)
    assert '"value": -0.25' in found.stdout


def test_derive_twice_is_the_hessian():
    first = command("derive", stdin="L = x^2*y + y^3").stdout
    second = command("derive", stdin=first).stdout
    run = backcalc.parse(second).run({"x": 2, "y": 5}, of="L").run
    found = [value(run, f"ddL_d{a}_d{b}") for a in "xy" for b in "xy"]
    assert found == [10, 4, 4, 30]


@pytest.mark.parametrize(
    ("args", "text", "words"),
    [
        (("--of", "y"), "input x[2]\ny = 2*x\nL = sum(y)", "sum(y)"),
        (("--of", "q"), "y = x^2", "`q`"),
        (("--wrt", "q"), "y = x^2", "`q`"),
        ((), "a = x\nb = x", "--of"),
    ],
)
def test_what_derive_refuses(args, text, words):
    found = command("derive", "-", *args, stdin=text)
    assert found.returncode == 2
    assert words in found.stderr
    assert not found.stdout
