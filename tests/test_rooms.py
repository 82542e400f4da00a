"""The house is as its signs say: what a package lets others in by, its doors, is what others come in by."""

from __future__ import annotations

import ast
from collections import defaultdict
from importlib import import_module
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1] / "backcalc"
ROOMS = sorted(path.parent.relative_to(HOUSE).as_posix() for path in HOUSE.glob("*/**/__init__.py"))


def module_of(path):
    return ".".join(path.relative_to(HOUSE.parent).with_suffix("").parts).removesuffix(".__init__")


def imports(path):
    """The modules of the house that a file imports, at any place in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            modules = {name for name in names if is_module(name)}
            yield from modules
            if len(modules) < len(names):
                yield node.module


def is_module(name):
    path = HOUSE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


IMPORTS = {module_of(path): sorted(set(imports(path))) for path in HOUSE.rglob("*.py")}


def doors(room):
    """The modules that a room's `Doors:` names; None where there is no such line."""
    text = import_module(f"backcalc.{room.replace('/', '.')}").__doc__ or ""
    lines = text.split("Doors:")
    return None if len(lines) < 2 else set(lines[1].replace("\n", " ").rstrip(". ").split(", ")) - {""}


def used_from_outside(room):
    """The modules of a room, by their names in it, that a file outside it imports."""
    package = f"backcalc.{room.replace('/', '.')}"
    inside = f"{package}."
    return {
        name.removeprefix(inside) if name != package else "the package itself"
        for module, names in IMPORTS.items()
        if module != package and not module.startswith(inside)
        for name in names
        if name == package or name.startswith(inside)
    }


@pytest.mark.parametrize("room", ROOMS)
def test_others_come_in_by_the_doors(room):
    named = {door.strip().strip("`") for door in doors(room) or ()}
    assert named - {"none", "the package itself"} == {
        name.replace(".", "/") for name in used_from_outside(room) - {"the package itself"}
    }


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_a_sign(room):
    path = HOUSE / room / "__init__.py"
    assert doors(room) is not None
    if room not in {"cli", "render"}:  # Each has the table of its commands or formats.
        assert len(ast.parse(path.read_text(encoding="utf-8")).body) == 1


@pytest.mark.parametrize("path", sorted(HOUSE.rglob("*.py")), ids=module_of)
def test_no_file_is_longer_than_350_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


def test_a_class_has_a_name_of_its_own():
    homes = defaultdict(list)
    for path in sorted(HOUSE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(module_of(path))
    assert {name: modules for name, modules in homes.items() if len(modules) > 1} == {}
