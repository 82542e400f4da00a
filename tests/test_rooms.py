"""The house is as its signs say: what a package lets others in by, its doors, is what others come in by."""

from __future__ import annotations

import ast
import re
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


def types_of(body):
    """The names of classes and type aliases that a file defines, in its `if TYPE_CHECKING:` too.

    What a name is assigned to does not tell a type from a function made by `partial`, but how it is spelt does: only a
    type begins with a capital and goes on in small letters. A type variable is the file's own affair.
    """
    for node in body:
        if isinstance(node, ast.If | ast.Try):
            yield from types_of([*node.body, *node.orelse])
        elif isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign) and not is_type_variable(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            yield from (name for name in names if re.match(r"_*[A-Z]\w*[a-z]", name))
        elif type(node).__name__ == "TypeAlias":  # `type X = …`, of Python 3.12 on.
            yield node.name.id


def is_type_variable(value):
    return isinstance(value, ast.Call) and getattr(value.func, "id", "") in {"TypeVar", "ParamSpec", "TypeVarTuple"}


def test_a_type_has_a_name_of_its_own():
    homes = defaultdict(list)
    for path in sorted(HOUSE.rglob("*.py")):
        for name in types_of(ast.parse(path.read_text(encoding="utf-8")).body):
            homes[name].append(module_of(path))
    assert {name: modules for name, modules in homes.items() if len(modules) > 1} == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("class A: pass", ["A"]),
        ("Term = tuple[int, str]\n_Place: TypeAlias = 'int'\nId = NewType('Id', int)", ["Term", "_Place", "Id"]),
        ("if TYPE_CHECKING:\n    Value = int\nelse:\n    Value = object", ["Value", "Value"]),
        ("V = TypeVar('V')\nMany = ParamSpec('Many')\nLIMIT = 3\nname = A.B = 1\nx[0] = 1", []),
    ],
)
def test_types_are_told_from_what_else_has_a_name(text, names):
    assert list(types_of(ast.parse(text).body)) == names
