"""What is installed is what is needed: grammars and samples in the wheel, the type marker, four dependencies."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import backcalc

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with the sdist and the wheel."""
    folder = tmp_path_factory.mktemp("built")
    tree = folder / "tree"
    ignored = shutil.ignore_patterns(".git", ".venv", "*.egg-info", ".*_cache", "__pycache__")
    shutil.copytree(ROOT, tree, ignore=ignored)
    command = [sys.executable, "-m", "build", "--sdist", "--wheel", "--no-isolation", "--outdir", folder, tree]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built):
    return zipfile.ZipFile(next(built.glob("*.whl")))


@pytest.fixture(scope="module")
def sdist(built):
    """The names of the files in the sdist, below its one folder."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}


def test_the_sdist_holds_the_tree(sdist):
    """All but what only those need who work on it: so the tests run from it, and its links lead somewhere."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert {name for name in listed.split("\n") if name and not name.startswith(".")} <= sdist


@pytest.mark.parametrize(
    "name",
    [
        "backcalc/grammars/graph.lark",
        "backcalc/grammars/graph.tables",
        "backcalc/samples/lattice.bg",
        "backcalc/samples/neuron.json",
        "backcalc/py.typed",
        "backcalc/render/page/page.html",
        "backcalc/render/page/page.css",
        "backcalc/render/page/page.js",
    ],
)
def test_the_wheel_holds(wheel, name):
    assert name in wheel.namelist()


def test_the_wheel_holds_every_module(wheel):
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "backcalc").rglob("*.py")}
    assert modules <= set(wheel.namelist())


def test_the_wheel_asks_for_four_packages(wheel):
    metadata = next(name for name in wheel.namelist() if name.endswith("METADATA"))
    lines = wheel.read(metadata).decode().splitlines()
    needs = [
        line.split(":")[1].split(">")[0].strip()
        for line in lines
        if line.startswith("Requires-Dist") and "extra" not in line
    ]
    assert sorted(needs) == ["click", "lark", "numpy", "rich"]


def test_top_level_is_what_the_design_says():
    fixed = {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "MANIFEST.in",
        "backcalc",
        "grammars",
        "samples",
        "tests",
        "benchmarks",
        "docs",
    }
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    found = {name.split("/")[0] for name in listed if name}
    assert {name for name in found if not name.startswith(".")} <= fixed


def test_version_is_stated_once():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" in project["dynamic"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"[{backcalc.__version__}]" in changelog or "[Unreleased]" in changelog
