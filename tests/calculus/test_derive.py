"""`derive`: the gradient as a graph in the same language, and its derivative in turn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from arrays import programs
from click.testing import CliRunner
from graphs import programs as scalar_programs
from hypothesis import given, settings

import backcalc
from backcalc.calculus.derive import derivative_name, derive, gradient_nodes
from backcalc.cli.group import cli
from backcalc.language.unparse import unparse_statement

ROOT = Path(__file__).parents[2]
BACKCALC = [sys.executable, "-c", "from backcalc.cli import main; main()"]
law = settings(max_examples=30)


def derived(text, output, wrt=()):
    graph = backcalc.parse(text).objects
    outputs = [output] if isinstance(output, str) else output
    return "\n".join(map(unparse_statement, derive(graph, outputs, wrt or graph.inputs).statements))


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
    once = backcalc.parse(first).objects
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


@settings(law, max_examples=10)
@given(programs(shapes=((), (1,)), longest=3))
def test_derive_of_derive_of_vectors_is_the_hessian(drawn):
    names = [name for name, at in drawn.point.items() if at.ndim < 2][:2]
    if not names:
        return
    first = derived(drawn.text, drawn.output, names)
    gradients = [derivative_name(drawn.output, name) for name in names]
    second = backcalc.parse(derived(first, gradients, names)).run(drawn.at(), of=drawn.output).run
    graph = backcalc.parse(drawn.text)

    def gradient(name, moved):
        return graph.run({**drawn.at(), name: moved.tolist()}).run.gradient

    for a, of in zip(names, gradients, strict=True):
        for b in names:
            mirrored = value(second, derivative_name(derivative_name(drawn.output, b), a))
            entry = np.asarray(value(second, derivative_name(of, b)))
            assert np.allclose(entry, np.transpose(mirrored), rtol=1e-7, atol=1e-7 * (1 + np.max(np.abs(entry))))
            for place in np.ndindex(drawn.point[b].shape):
                unit = np.zeros(drawn.point[b].shape)
                unit[place] = 1
                steps = [
                    (gradient(b, drawn.point[b] + h * unit)[a] - gradient(b, drawn.point[b] - h * unit)[a]) / (2 * h)
                    for h in (1e-5, 2e-5)
                ]
                column = entry[(..., *place)]  # What moves as this element of b does.
                slack = 1e-5 * (1 + np.max(np.abs(entry))) + 10 * np.abs(steps[0] - steps[1])
                assert np.all(np.abs(column - steps[0]) <= slack), (a, b, place, drawn.text)


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
        ("input x[2]\ny = sum(x)", ("x",), ["input x[2]", "y = sum(x)", "dy_dx = [1, 1]", "output y"]),
        ("input x[2]\ny = dot(x, x)", ("x",), ["input x[2]"]),
        ("for k in 1..2 { input x{k} }\ny = x1*x2", ("x2",), ["y = x1*x2", "dy_dx2 = x1", "output dy_dx2"]),
        ("a b 2\nb c 3", ("a",), ["a -> b : 2", "b -> c : 3"]),
        ("y = x*inf*0", ("x",), ["y = x*inf*0", "dy_dx = 0/0", "output dy_dx"]),  # `nan` cannot be read.
        ("input x[2]\ny = sum(x*inf - x*inf)", ("x",), ["input x[2]", "dy_dx = [0/0, 0/0]", "output y"]),
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


JACOBIANS = [  # program, output, name, point, ∂output/∂name
    ("input x[2]\ny = 3*x", "y", "x", {"x": [1, 2]}, [[3, 0], [0, 3]]),
    ("input x[2]\ny = x^2*z", "y", "z", {"x": [2, 3], "z": 5}, [4, 9]),
    ("y = [a*b, a^2, 7]", "y", "a", {"a": 2, "b": 3}, [3, 4, 0]),
    ("input A[2,3]\ninput x[3]\ny = A @ x", "y", "x", {"A": [[1, 2, 3], [4, 5, 6]], "x": [1, 1, 1]},
     [[1, 2, 3], [4, 5, 6]]),
    ("input x[3]\ny = concat(x[1], x)", "y", "x", {"x": [1, 2, 3]}, [[0, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    ("input x[2]\ny' = x*sum(x)", "y'", "x", {"x": [2, 3]}, [[7, 2], [3, 8]]),
    ("input x[2]\nh = 2*x\ny = h^2", "y", "h", {"x": [2, 3]}, [[8, 0], [0, 12]]),
    ("input x[2]\ny = [x[0]]", "y", "x", {"x": [2, 3]}, [[1, 0]]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "output", "name", "at", "expected"), JACOBIANS)
def test_the_derivative_of_a_vector_is_its_jacobian(text, output, name, at, expected):
    run = backcalc.parse(derived(text, output, [name])).run(at, of=output, mode="forward", wrt=[name]).run
    assert np.array_equal(value(run, derivative_name(output, name)), expected)


def test_the_rows_of_a_jacobian_are_nodes():
    text = "input x[2]\nh = exp(x)\ny = h^2"
    assert lines_of(text, "y", "x")[3:] == [
        "dy_0_dh = [2*h[0], 0]",
        "dy_0_dx = dy_0_dh*h",
        "dy_1_dh = [0, 2*h[1]]",
        "dy_1_dx = dy_1_dh*h",
        "dy_dx = [dy_0_dx, dy_1_dx]",
        "output y",
    ]


def test_of_a_long_vector_the_jacobian_is_a_product_of_matrices():
    text = "input W[100,90]\ninput x[90]\nh = tanh(W @ x)\ny = h^2"
    assert lines_of(text, "y", "x")[4:] == [
        "ddiagonal_y_dh = 2*h",
        "dy_dx = diag(ddiagonal_y_dh*(1 - h^2)) @ W",
        "output y",
    ]


@pytest.mark.parametrize("rows", [2, 8])
def test_the_size_grows_by_a_sweep_an_element(rows):
    chain = "\n".join([f"input t0[{rows}]", *(f"t{k + 1} = sin(t{k})*t{k}" for k in range(20))])
    assert len(lines_of(chain, "t20", "t0")) <= 24 + 22 * rows


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("y = x^2", ["dy_dx", "ddy_dx_dx", "dddy_dx_dx_dx"]),
        ("y = x^2*z", ["y", "y"]),
        ("input x[2]\nL = sum(x^3)", ["L", "L"]),
    ],
)
def test_the_graph_that_is_printed_has_a_number_as_its_output(text, declared):
    for expected in declared:
        text = command("derive", stdin=text).stdout
        assert text.splitlines()[-1] == f"output {expected}"
    assert command("run", stdin=text).returncode == 0


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


def test_derive_twice_of_a_vector_is_the_hessian():
    second = command("derive", stdin=command("derive", stdin="input x[2]\nL = x[0]^2*x[1] + sum(x^3)").stdout).stdout
    found = command("run", "-", "--at", "x=[1,2]", stdin=second)
    assert found.returncode == 0
    assert "[[10, 2], [2, 12]]" in next(line for line in found.stdout.splitlines() if line.startswith("ddL_dx_dx "))


def test_derive_twice_is_the_hessian():
    first = command("derive", stdin="L = x^2*y + y^3").stdout
    second = command("derive", stdin=first).stdout
    run = backcalc.parse(second).run({"x": 2, "y": 5}, of="L").run
    found = [value(run, f"ddL_d{a}_d{b}") for a in "xy" for b in "xy"]
    assert found == [10, 4, 4, 30]


@pytest.mark.parametrize(
    ("args", "text", "words"),
    [
        (("--of", "y"), "input x[2,2]\ny = 2*x\nL = sum(y)", "sum(y*d)"),
        (("--of", "y"), "input x[2,2]\ninput v[2]\ny = x @ v\nL = sum(y)", "leave `x` out"),
        (("--of", "y"), "input x[65]\ny = log_softmax(x)\nL = sum(y)", "64 at most"),
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


@pytest.mark.parametrize("text", ["g = x^3\ns = grad(g, x)\nJ = s*x + g", "g = x^3\nJ = grad(g, x)*x + g"])
def test_a_derivative_in_a_formula_is_not_what_is_derived(text):
    # It has a node of its own, as a derived file has; the question is the output's.
    out = CliRunner().invoke(cli, ["derive", "-"], input=text).stdout
    assert "\ndJ_dx = " in out
    assert "ddg_dx_dx" not in out
