"""What programs compute: the backward pass of batch normalisation, right, in single precision, and with ten bugs."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from backcalc.cli import main

SAMPLES = Path(__file__).parents[2] / "samples"
BUGGY = SAMPLES / "programs/batchnorm-buggy.json"


def backward(bug=None, dtype=np.float64):
    """The gradients of samples/batchnorm.bg as a program computes them, with a bug in it."""
    x, t = np.array([1, 3, -2, 0.5], dtype), np.array([0, 1, -1, 0], dtype)
    gamma, beta, eps, n = dtype(1.5), dtype(-0.5), dtype(1e-5), 4
    mu = x.mean()
    var = ((x - mu) ** 2).mean()
    std = np.sqrt(var + eps)
    xhat = (x - mu) / std
    dy = gamma * xhat + beta - t
    if bug == "dy":
        dy = -dy
    dxhat = dy if bug == "gamma left out" else dy * gamma
    dgamma = {"x for xhat": (dy * x).sum(), "dgamma of ones": dy.sum()}.get(bug, (dy * xhat).sum())
    dbeta = dy.mean() if bug == "mean for sum" else dy.sum()
    power = {"no half": -1 * std**-3, "std for its cube": -0.5 / std}.get(bug, -0.5 * std**-3)
    dvar = (dxhat * (x if bug == "x not centred" else x - mu) * power).sum()
    dmu = -(dxhat / std).sum() + dvar * (-2 * (x - mu)).mean()
    dmu = -dmu if bug == "sign of dmu" else dmu
    by_var = 2 * (x - mu) * (1 if bug == "no 1/n" else 1 / n) * dvar
    dx = dxhat / std + (0 if bug == "no path by var" else by_var) + (0 if bug == "no path by mu" else dmu / n)
    return {"y": dy, "xhat": dxhat, "var": dvar, "mu": dmu, "x": dx, "gamma": dgamma, "beta": dbeta}


BUGS = {
    "dy": "dL/dy",
    "gamma left out": "dL/dxhat",
    "x for xhat": "dL/dgamma",
    "dgamma of ones": "dL/dgamma",
    "mean for sum": "dL/dbeta",
    "no half": "dL/dvar",
    "std for its cube": "dL/dvar",
    "x not centred": "dL/dvar",
    "sign of dmu": "dL/dmu",
    "no 1/n": "dL/dx",
    "no path by var": "dL/dx",
    "no path by mu": "dL/dx",
}


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """`backcalc check` of batchnorm.bg with arrays in a file: (status, its JSON, stderr)."""

    def run(arrays, *options, name="grads.npz"):
        path = tmp_path / name
        if isinstance(arrays, bytes):
            path.write_bytes(arrays)
        elif name.lower().endswith(".npz"):
            with path.open("wb") as file:  # Whose name NumPy leaves as it is.
                np.savez(file, **arrays)
        else:
            path.write_text(json.dumps(arrays, default=lambda array: array.tolist()), encoding="utf-8")
        words = ["check", str(SAMPLES / "batchnorm.bg"), "--answers", str(path), "--format", "json", *options]
        monkeypatch.setattr(sys, "argv", ["backcalc", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main()
        out, err = capsys.readouterr()
        return exit_.value.code, json.loads(out) if out else None, err

    return run


def verdicts(found):
    return {answer["answer"]: answer["verdict"] for answer in found["answers"]}


@pytest.mark.parametrize("name", ["grads.npz", "grads.json", "GRADS.NPZ"])
def test_right_gradients(name, call):
    status, found, err = call(backward(), name=name)
    assert (status, err, found["first_wrong"]) == (0, "", None)
    assert set(verdicts(found).values()) == {"right"}
    assert all("off by" in answer["note"] for answer in found["answers"])


@pytest.mark.parametrize("bug", BUGS)
def test_the_first_wrong_node_of_a_bug_is_named(bug, call):
    status, found, _ = call(backward(bug))
    assert (status, found["first_wrong"]) == (1, BUGS[bug])
    # What comes after it follows from it, and is no mistake of its own.
    wrong = [name for name, verdict in verdicts(found).items() if verdict == "wrong"]
    assert wrong == [BUGS[bug]]


def test_the_sample_of_a_bug(call):
    found = json.loads(BUGGY.read_text(encoding="utf-8"))
    assert {name: np.asarray(value) for name, value in found.items()}.keys() == backward().keys()
    assert call(BUGGY.read_bytes(), name="grads.json")[1]["first_wrong"] == "dL/dvar"


def test_single_precision_in_its_own_arrays_and_in_others(call):
    single = backward(dtype=np.float32)
    status, found, _ = call(single)
    assert (status, set(verdicts(found).values())) == (0, {"right"})
    # JSON says nothing of precision: the digits tell.
    status, found, _ = call(single, name="grads.json")
    assert status == 0
    notes = [answer["note"] for answer in found["answers"] if answer["verdict"] == "rounding"]
    assert notes
    assert all("only the last digits of float32 differ: --tol 1e-4" in note for note in notes)
    assert set(verdicts(call(single, "--tol", "1e-4", name="grads.json")[1]).values()) == {"right"}


@pytest.mark.parametrize("off", [1e-10, 1e-6, 1e-3])
def test_the_tolerance_and_the_worst_element(off, call):
    arrays = backward()
    arrays["x"][2] *= 1 + off
    found = call(arrays)[1]["answers"][4]
    assert found["verdict"] == ("right" if off < 1e-9 else "wrong")
    assert found["note"].startswith("the worst element is [2], off by ")
    assert float(found["note"].rpartition(" ")[2]) == pytest.approx(off, rel=0.1)
    assert verdicts(call(arrays, "--tol", "0.01")[1])["dL/dx"] == "right"


def test_names_and_shapes(call):
    right = backward()
    arrays = {"dx": right["x"][None, :], "dL/dgamma": right["gamma"], "beta.grad": [right["beta"]], "L": 1.788818012997}
    status, found, _ = call({**arrays, "dL/dx[1]": right["x"][1]}, "--tol", "1e-6")
    assert (status, verdicts(found)) == (
        0, {"dL/dx": "right", "dL/dgamma": "right", "dL/dbeta": "right", "L": "right", "dL/dx[1]": "right"},
    )  # fmt: skip
    status, found, _ = call({"x": right["x"][:3]})
    assert (status, verdicts(found)) == (1, {"dL/dx": "wrong"})
    status, found, err = call({"x": right["x"], "w": np.ones(2)})
    assert (status, verdicts(found)) == (2, {"dL/dx": "right"})
    assert "`w`: the graph has no node `w`" in err


def test_what_is_not_a_number_is_wrong(call):
    arrays = backward()
    arrays["x"][0] = np.nan
    status, found, _ = call(arrays)
    assert (status, verdicts(found)["dL/dx"]) == (1, "wrong")


def test_what_was_not_computed_is_missing(call):
    status, found, _ = call({"x": backward()["x"]}, "--require", "all")
    assert (status, verdicts(found)["dL/dx"], verdicts(found)["dL/dvar"]) == (1, "right", "missing")


def npz_of_objects():
    data = io.BytesIO()
    np.savez(data, x=np.array([{}], dtype=object))
    return data.getvalue()


def npy():
    data = io.BytesIO()
    np.save(data, np.ones(3))
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"PK\3\4", "grads.npz", "these are no arrays of numbers by name"),
        (b"", "grads.npz", "these are no arrays of numbers by name"),
        (npz_of_objects(), "grads.npz", "these are no arrays of numbers by name"),
        (npy(), "grads.npz", "it has one array and no names"),
        (b"[1, 2]", "grads.json", "it is no object"),
        (b'{"x": "one"}', "grads.json", "`x` is none"),
        (b'{"X": 1, "\\u0058": 2}', "grads.json", "`X` is given twice"),
        (b'{"x": [[1], [1, 2]]}', "grads.json", "these are no arrays of numbers by name"),
        (b"{", "grads.json", "these are no arrays of numbers by name"),
        (b"[" * 100_000, "grads.json", "these are no arrays of numbers by name"),
        (b'{"x": "\xff"}', "grads.json", "these are no arrays of numbers by name"),
    ],
)
def test_files_that_have_no_arrays(data, name, message, call):
    status, out, err = call(data, name=name)
    assert (status, out) == (2, None)
    assert message in err
    assert "backcalc failed" not in err


def test_more_than_is_read(call, monkeypatch):
    monkeypatch.setattr("backcalc.marking.computed.MOST", 1 << 20)
    status, out, err = call(b" " * (1 << 21), name="grads.json")
    assert (status, out) == (2, None)
    assert "this is more than is read: 1 MiB" in err


def test_digits_are_not_asked_of_programs(call):
    status, _, err = call(backward(), "--sig", "3")
    assert status == 2
    assert "--sig speaks of digits" in err
