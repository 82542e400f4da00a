"""The samples that come with the package."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backcalc.analysis.samples import sample, samples
from backcalc.calculus.load import load
from backcalc.text.errors import UsageError
from backcalc.text.source import Source

FOLDER = Path(__file__).parents[2] / "samples"
NAMES = sorted(path.stem for path in FOLDER.glob("*.bg"))


def test_the_samples_are_the_files_of_the_folder_and_not_those_below_it():
    assert [entry.name for entry in samples()] == NAMES
    assert {"lattice", "network-a", "network-b", "neuron", "uniform"} <= set(NAMES)
    below = {path.stem for path in FOLDER.glob("*/**/*.bg")}
    assert below
    assert not below & set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_its_file(name):
    found = sample(name)
    assert found == sample(f"{name}.bg")
    assert found.text == (FOLDER / f"{name}.bg").read_text(encoding="utf-8")
    assert found.text.startswith(f"# {found.title}\n")
    assert load(Source(name, found.text)).nodes


@pytest.mark.parametrize("name", NAMES)
def test_the_point_of_a_sample_names_its_inputs(name):
    found = sample(name)
    file = FOLDER / f"{name}.json"
    assert found.point == (file.read_text(encoding="utf-8") if file.exists() else None)
    if found.point is not None:
        assert set(json.loads(found.point)) <= set(load(Source(name, found.text)).inputs)


UNKNOWN = [
    ("lattise", "no sample `lattise`", "did you mean `lattice`?"),
    ("latitce.bg", "no sample `latitce.bg`", "did you mean `lattice`?"),
    ("everything", "no sample `everything`", "`backcalc samples` lists them all"),
    ("", "no sample ``", "`backcalc samples` lists them all"),
    ("errors/build/cycle", "no sample `errors/build/cycle`", "`backcalc samples` lists them all"),
]


@pytest.mark.parametrize(("name", "message", "hint"), UNKNOWN)
def test_an_unknown_sample(name, message, hint):
    with pytest.raises(UsageError) as caught:
        sample(name)
    assert str(caught.value) == f"samples: error: {message}\n  hint: {hint}"
