"""Exported programs run, and give what `run` gives: every sample, in each library that is installed."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from backcalc.calculus.load import load
from backcalc.calculus.point import settle
from backcalc.calculus.run import run
from backcalc.cli.group import cli
from backcalc.rules.values import is_known
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source

SAMPLES = Path(__file__).parents[3] / "samples"
POINTS = {"neuron": ["--at", "w=0.5,x=2,b=-1,z=1"], "lattice": ["--at", "x=1"]}
NAMES = sorted(path.stem for path in SAMPLES.glob("*.bg"))
PROCESSES = (sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2")
LIBRARIES = ["numpy", "jax", "torch"]
FORMULAS = [
    "prod(v) + norm(w) + max(v) + logsumexp(v)",
    "cross_entropy(softmax(v), t) + mse(v, w)",
    "sum(W @ v)*x",
    "softmax_cross_entropy(v, t)",
    "sum(outer(v, w)) + v[1]*W[0, 2]",
    "sum(concat(v, w)^3)",
    "sum([v[0], x])",
    "(if x > 1 then gelu(x) else silu(x))",
    "sum(relu(v)) + sum(log_softmax(w))",
    "sum(diag(v) @ w)",
    "x^-2 + 2^x",
    "min(v[0], v[1]) + sum(abs(v)) + mean(v)",
    "atan2(x, 2) + erf(x) + cbrt(x) + log2(x) + log10(x)",
    "pi*x + e^x",
    "softplus(x) + elu(-x) + selu(x) + leaky_relu(-x) + tanh(x)",
    "cross_entropy(sigmoid(x), 0.3) + asinh(x)",
    "max(x, x^2, 3) - min(x, 2)",
    "sum((W.T @ [1, 2])^2)",
    "asin(x/3) + acosh(x + 1) + expm1(x) - log1p(x)",
    "-x^2",
    "det([[x, 1], [2, x]]) + trace([[x, 1], [2, x]]) + sum(inv([[x, 1], [2, x]]))",
    "clip(x, 0, 1)*x + normcdf(x) + normpdf(x) + log_sigmoid(x) + var(v) + std(w)*x",
    "stop_gradient(x)*x",
    # Batches and axes
    "sum(tanh(W + v)*W) + sum((W - mean(W, axis=1, keepdims=1))^2)",
    "sum(softmax(W, axis=1)*W) + sum(log_softmax(W*w, axis=0)^2) + logsumexp(W, axis=1) @ [1, 2]",
    "sum(max(W, axis=0)*w) + min(W + x, axis=1) @ [1, -1] + prod(W + v, axis=1) @ [x, 1]",
    "sum(norm(W, axis=0)*v) + var(W, axis=1, ddof=1) @ [1, 2] + sum(std(W*w, axis=1, keepdims=1)*W)",
    "mean(softmax_cross_entropy(W + v, [t, t], axis=1))",
    "cross_entropy(softmax(W, axis=1), [t, [1, 0, 0]], axis=1) @ [1, x] + x*var(v, ddof=1)",
    "leaky_relu(-x, slope=0.3) + elu(-x, alpha=x) + sum(leaky_relu(W, 0.1))",
    # Parts of arrays, and windows
    "v[-1]*sum(W[:, 1:]^2) + sum(v[[2, 0, 2]]^3) + sum(W[[1, 0, 1], :2])*x + sum(w[1:3])",
    "sum(conv(W, [[1, x], [2, -1]])^2) + sum(conv(v, w[:2], stride=2, pad=1)^2) + sum(conv(W, W, pad=2)^3)",
    "sum(maxpool(W, 2)^2)*x + sum(avgpool(v, 2)^2) + sum(maxpool(v, 3)) + sum(reshape(W, 3, 2)[2]^2)",
    "sum(flatten(W)*[1, 2, 3, 4, 5, x])",
    "sum([v[k]^k for k in 1..2]) + mean(w[k]*x for k in 0..2)",
]
SETTING = "input x = 1.5; input v = [1, -2, 3]; input w = [0.5, -1, 2]; input t = [0.2, 0.3, 0.5]; "
SETTING += "input W = [[1, 2, 3], [0, 1, -1]]; lambda = x; "
SETTING += "value = lambda + 0*sum(v)*sum(w)*sum(t)*sum(W @ v); L = value + "


def exported(text: str, target: str, *options: str) -> str:
    result = CliRunner().invoke(cli, ["export", "-", "--to", target, *options], input=text, standalone_mode=False)
    if result.exception:
        raise result.exception
    return result.stdout


@cache
def installed(target: str) -> bool:
    return find_spec(target) is not None


# What whoever wants float32 changes in a program.
SINGLE = {
    "numpy": ("dtype=float)", "dtype=np.float32)"),
    "jax": ('"jax_enable_x64", True', '"jax_enable_x64", False'),
    "torch": ("torch.float64", "torch.float32"),
}


def gradient(text: str, target: str, *options: str, single: bool = False) -> tuple[float, dict[str, Any]]:
    """What the program gives at its own point."""
    if not installed(target):
        pytest.skip(f"{target} is not installed")
    module: dict[str, Any] = {"__name__": "exported"}
    program = exported(text, target, *options)
    if single:
        assert SINGLE[target][0] in program
        program = program.replace(*SINGLE[target])
    exec(compile(program, "exported.py", "exec"), module)
    value, found = module["value_and_gradient"](module["arrays"](module["POINT"]))
    assert float(module["value"](module["arrays"](module["POINT"]))) == pytest.approx(float(value), nan_ok=True)
    return float(value), {name: np.asarray(slope, float) for name, slope in found.items()}


def agrees(text: str, target: str, *options: str, single: bool = False) -> None:
    value, found = gradient(text, target, *options, single=single)
    at = dict(part.split("=") for part in options[1].split(",")) if options else {}
    graph, point = settle(load(Source("a.bg", text)), {name: float(each) for name, each in at.items()})
    plain = run(graph, point)
    near = 1e-6 if single else 1e-12
    if plain.value is not None:
        # Where terms cancel, it is the largest number on the way that has so many digits.
        largest = max(float(np.max(np.abs(each))) for each in plain.values if each is not None)
        assert value == pytest.approx(plain.value, rel=near, abs=near * largest if single else 1e-14)
    for name, slope in plain.gradient.items():
        assert is_known(slope)
        most = max(1.0, float(np.max(np.abs(slope)))) if single else 0.1
        assert np.allclose(found[name], np.asarray(slope, float), rtol=near, atol=near * most), name


@pytest.mark.parametrize("target", LIBRARIES)
@pytest.mark.parametrize("name", NAMES)
def test_every_sample_has_a_program_with_its_gradient(name, target):
    text = (SAMPLES / f"{name}.bg").read_text(encoding="utf-8")
    try:
        run(load(Source("a.bg", text)), {})
    except BackcalcError:
        pytest.skip("it needs a point")
    if load(Source("a.bg", text)).seeds:
        with pytest.raises(BackcalcError, match="loss outside"):
            exported(text, target)
        return
    plain = run(load(Source("a.bg", text)), {})
    if name not in POINTS and not all(is_known(each) for each in plain.gradient.values()):
        pytest.skip("its gradient is a formula")
    agrees(text, target, *POINTS.get(name, ()))


@pytest.mark.parametrize("target", LIBRARIES)
@pytest.mark.parametrize("name", ["neuron", "softmax", "logistic", "gaussian", "rnn", "lstm", "attention", "batchnorm"])
def test_a_program_in_single_precision_has_the_gradient_to_a_millionth(name, target):
    agrees((SAMPLES / f"{name}.bg").read_text(encoding="utf-8"), target, *POINTS.get(name, ()), single=True)


@pytest.mark.parametrize("target", LIBRARIES)
@pytest.mark.parametrize("formula", FORMULAS)
def test_every_function_has_its_gradient_to_a_millionth_in_single_precision(formula, target):
    agrees(SETTING + formula, target, single=True)


@pytest.mark.parametrize("target", LIBRARIES)
@pytest.mark.parametrize("formula", FORMULAS)
def test_every_function_has_its_program(formula, target):
    agrees(SETTING + formula, target)


@pytest.mark.parametrize("target", LIBRARIES)
def test_partials_of_the_files_own_are_those_of_the_program(target):
    agrees("input x = 2.3; def q(x) = round(x) { d(q)/d(x) = 1 }\ny = q(3*x)^2", target)


@pytest.mark.parametrize("target", LIBRARIES)
def test_names_that_python_has_for_itself_are_renamed(target):
    agrees("input in' = 2; np = in'^2; inputs = np + in'; main = inputs*np; math = main", target)


@pytest.mark.parametrize("target", LIBRARIES)
def test_a_file_of_any_name_runs_nothing(target, tmp_path):
    path = tmp_path / 'a"""\nprint("run")\n"""'
    path.write_text("input x = 1; y = x^2", encoding="utf-8")
    result = CliRunner().invoke(cli, ["export", str(path), "--to", target], standalone_mode=False)
    tree = ast.parse(result.stdout)
    calls = [each.value for each in tree.body if isinstance(each, ast.Expr) and isinstance(each.value, ast.Call)]
    assert not [call for call in calls if isinstance(call.func, ast.Name)]  # Of its own it has jax.config.update.


def command(program: str, folder: Path, *options: str) -> list[dict[str, Any]]:
    path = folder / "program.py"
    path.write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(path), *options], capture_output=True, text=True, check=True, timeout=300, cwd=folder
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


LINE = "e = (w*x + b - t)^2; output e; input w = 0.5; input b = 0"


def data(folder: Path) -> str:
    (folder / "points.csv").write_text("x,t\n1,2\n2,4.5\n3,5\n4,9\n", encoding="utf-8")
    return "points.csv"


@pytest.mark.parametrize("target", LIBRARIES)
def test_rows_of_data_have_a_line_each(target, tmp_path):
    if not installed(target):
        pytest.skip(f"{target} is not installed")
    found = command(exported(LINE, target), tmp_path, "--data", data(tmp_path))
    assert [row["value"] for row in found] == pytest.approx([2.25, 12.25, 12.25, 49])
    assert [row["gradient"]["w"] for row in found] == pytest.approx([-3, -14, -21, -56])


BAD_DATA = [
    ("x,t\n", "the file holds no points"),
    ("", "the file holds no points"),
    ("w\n1\n", "no value for x, t"),
    ("x,t\n1,a\n", "row 1 of column t: 'a' is no number"),
    ("x,t\n1,2\n3,\n", "row 2 of column t: '' is no number"),
    ("x,t\n1,2\n3\n", "line 3: cells are 1, where the header has 2"),
    ("x,t\n1,2,3\n", "line 2: cells are 3, where the header has 2"),
    ("x,x\n1,2\n", "two of its columns have one name"),
    ("p;q\n1;2\n", "none of its columns is an input: w, x, b, t, v"),
    ("x,t,v[1]\n1,2,3\n", "the columns of v are not those of an array"),
    ("x,t,v[0],v[2]\n1,2,3,4\n", "the columns of v are not those of an array"),
    ("x,t,v,v[0]\n1,2,3,4\n", "the columns of v are not those of an array"),
    ("x,t,v[0],v[1],v[2]\n1,2,3,4,5\n", "v has the shape (3,) there, not (2,)"),
    ("x,t,v\n1,2,3\n", "v has the shape () there, not (2,)"),
    ("\udcff\n1\n", "can't decode byte 0xff"),
    ('"x[0]","x[1]",t\n1,2,3\n', "x has the shape (2,) there, not ()"),
    (None, "No such file or directory"),
]


@pytest.mark.parametrize(("text", "words"), BAD_DATA)
def test_a_program_tells_what_is_wrong_with_its_data(text, words, tmp_path, monkeypatch, capsys):
    program = exported(f"{LINE}; input v[2] = 1".replace("^2", "^2 + sum(v)"), "numpy")
    if text is not None:
        (tmp_path / "points.csv").write_text(text, encoding="utf-8", errors="surrogateescape")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["program.py", "--data", "points.csv"])
    with pytest.raises(SystemExit) as ended:
        exec(compile(program, "program.py", "exec"), {"__name__": "__main__", "__doc__": ""})
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert words in told.err


def test_a_program_tells_what_reads_parquet(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr(sys, "argv", ["program.py", "--data", str(tmp_path / "points.parquet")])
    with pytest.raises(SystemExit):
        exec(compile(exported(LINE, "numpy"), "program.py", "exec"), {"__name__": "__main__", "__doc__": ""})
    assert "Parquet is read by pyarrow, which is not here: pip install pyarrow" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("formula", "text", "values"),
    [
        ("x^2", "\ufeff x ,id\n 3 ,a\n\n4,b\n", [9, 16]),
        ("x^2", "x;id\n0,5;a\n4;b\n", [0.25, 16]),
        ("x^2", "x\tid\n0.5\ta\n4\tb\n", [0.25, 16]),
        ("sum(v); input v[2]", '"v[0]","v[1]"\n1,2\n', [3]),
        ("sum(W)*x; input W[2,2] = 0.1", '"W[0,0]","W[0,1]","W[1, 0]","W[1,1]",x\n1,2,3,4,5\n', [50]),
    ],
)  # fmt: skip
def test_a_program_reads_columns_as_run_does(formula, text, values, tmp_path):
    (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    graph = f"z = {formula}; output z"
    found = command(exported(graph, "numpy"), tmp_path, "--data", "points.csv")
    assert [row["value"] for row in found] == values
    asked = ["run", "-", "--data", str(tmp_path / "points.csv"), "--format", "json"]
    if "\n\n" not in text:  # In which `run` asks for a point.
        result = CliRunner().invoke(cli, asked, input=graph, standalone_mode=False)
        assert [point["value"] for point in json.loads(result.stdout)["points"]] == values


@pytest.mark.parametrize("target", LIBRARIES)
def test_what_is_not_finite_is_json_all_the_same(target, tmp_path):
    if not installed(target):
        pytest.skip(f"{target} is not installed")
    (tmp_path / "points.csv").write_text("w\n-1\n1\n", encoding="utf-8")
    found = command(exported("L = log(w)*x; input x = 2; input w = -1", target), tmp_path, "--data", "points.csv")
    assert [row["value"] for row in found] == ["nan", 0]
    assert [row["gradient"]["x"] for row in found] == ["nan", 0]


ORDERS = ["a + (b + c)", "a - (b - c)", "a*(b*c)", "a/(b/c)", "a + (b - c)", "a*(b/c)", "a - (b + c)"]


@pytest.mark.parametrize("target", LIBRARIES)
@pytest.mark.parametrize("formula", ORDERS)
def test_sums_and_products_keep_their_order(formula, target):
    """To the last digit: of floats a + (b + c) is not a + b + c."""
    text = f"input a = 1e16; input b = 1.1; input c = 0.7; y = {formula}"
    value, _ = gradient(text, target)
    assert value == run(load(Source("a.bg", text)), {}).value


@pytest.mark.parametrize("target", LIBRARIES)
def test_training_descends_as_descend_does(target, tmp_path):
    if not installed(target):
        pytest.skip(f"{target} is not installed")
    found = command(exported(LINE, target), tmp_path, "--data", data(tmp_path), "--rate", "0.02", "--steps", "10")
    asked = ["descend", "-", "--data", str(tmp_path / "points.csv"), "--wrt", "w,b", "--rate", "0.02", "--steps", "10"]
    result = CliRunner().invoke(cli, [*asked, "--format", "json"], input=LINE, standalone_mode=False)
    steps = json.loads(result.stdout)["steps"]
    assert [row["value"] for row in found] == pytest.approx([step["value"] for step in steps], rel=1e-12)
    assert found[-1]["at"]["w"] == pytest.approx(steps[-1]["at"]["w"], rel=1e-12)


def test_a_missing_value_is_named(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(exported("y = x*w", "numpy"), encoding="utf-8")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "no value for x, w" in done.stderr


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("y = x^2", ["--to", "tensorflow"], "numpy"),
        ("y = x^2", ["--to", "numpy", "--shard", "data"], "--to jax or torch"),
        ("adjoint h = 2; h = x^2", ["--to", "numpy"], "loss outside"),
        ("input v[3]; y = v^2", ["--to", "numpy"], "sum(y)"),
        ("a = x; b = x", ["--to", "numpy"], "output is not clear"),
    ],
)
def test_what_has_no_program_is_refused(text, options, words):
    result = CliRunner().invoke(cli, ["export", "-", *options], input=text)
    told = [hint for each in getattr(result.exception, "diagnostics", ()) for hint in each.hints]
    assert result.exit_code != 0
    assert words in result.output + str(result.exception) + " ".join(told)


@pytest.mark.parametrize("target", ["jax", "torch"])
@pytest.mark.parametrize(
    "options",
    [
        ("--data", "points.csv", "--rate", "0.02", "--steps", "5"),
        ("--data", "points.csv"),  # Each row once, in the order of the file.
        ("--rate", "0.02", "--steps", "5"),
        (),
    ],
)
def test_rows_are_parted_among_devices_and_processes(target, options, tmp_path):
    if not installed(target):
        pytest.skip(f"{target} is not installed")
    data(tmp_path)
    at = () if "--data" in options else ("--at", "x=1,t=2")
    plain = command(exported(LINE, target, *at), tmp_path, *options)
    done = parted(exported(LINE, target, "--shard", "data", *at), target, tmp_path, *options)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(plain) > 0
    for row, expected in zip(found, plain, strict=True):
        assert row["value"] == pytest.approx(expected["value"], rel=1e-12)
        if "gradient" in expected:
            assert row["gradient"] == pytest.approx(expected["gradient"], rel=1e-12)


def parted(program: str, target: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """A program run on two devices, or as two processes."""
    path = folder / "program.py"
    path.write_text(program, encoding="utf-8")
    start = [sys.executable] if target == "jax" else [*PROCESSES]
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=2", "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [*start, str(path), *options], capture_output=True, text=True, check=False, timeout=300, cwd=folder, env=flags
    )


@pytest.mark.parametrize("target", ["jax", "torch"])
def test_rows_that_cannot_be_parted_are_told(target, tmp_path):
    if not installed(target):
        pytest.skip(f"{target} is not installed")
    (tmp_path / "points.csv").write_text("x,t\n1,2\n", encoding="utf-8")
    done = parted(exported(LINE, target, "--shard", "data"), target, tmp_path, "--data", "points.csv")
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert "1 rows cannot be " in done.stderr
    assert target == "torch" or "take a number of devices that divides 1" in done.stderr


def test_a_program_states_softmax_once():
    text = "input W[2,2] = [[1, 2], [3, 4]]\ny = sum(softmax(W, axis=1)[0]*softmax(W[0]))"
    assert exported(text, "numpy").count("def softmax") == 1
    assert exported(text.replace("softmax", "log_softmax"), "numpy").count("def log_softmax") == 1
