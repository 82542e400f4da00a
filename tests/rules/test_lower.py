"""An expression lowered is a Python function over any namespace."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from backcalc.language.expr import TRANSPOSE, Expr
from backcalc.language.parser import parse_expression
from backcalc.language.unparse import unparse
from backcalc.rules.functions import arrays as array
from backcalc.rules.functions import floats as scalar
from backcalc.rules.functions import stacks as stacked
from backcalc.rules.lower import FUNCTION_NAMES, decided, lower
from backcalc.text.source import Source


def read(text: str) -> Expr:
    """The expression that `text` is."""
    return parse_expression(Source("test", text))


def in_floats(text: str, *params: str) -> Callable[..., Any]:
    """`text` over the functions on floats."""
    return lower(read(text), params, lambda name, _: getattr(scalar, name), {"pi": math.pi, "inf": math.inf})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x + 2*y - 1", 7),
        ("-x^2", -4),
        ("(-x)^2", 4),
        ("2^-1", 0.5),
        ("y/0", math.inf),
        ("where(x > y, x, y)", 3),
        ("if x == 2 then 5 else 6", 5),
        ("x < y and not y <= x or x != 2", 1),
        ("cos(pi)", -1),
        ("min(x, -inf)", -math.inf),
        ("1e-300", 1e-300),
    ],
)
def test_text_is_computed(text: str, value: float) -> None:
    assert in_floats(text, "x", "y")(2.0, 3.0) == value


def test_a_parameter_hides_a_constant() -> None:
    assert in_floats("pi + 1", "pi")(2.0) == 3.0


def test_the_namespace_gives_the_meaning() -> None:
    spell: dict[str, Callable[..., str]] = {"divide": "{}/{}".format, "exp": "e^{}".format}
    assert lower(read("exp(a)/b"), ("a", "b"), lambda name, _: spell[name], {})("A", "B") == "e^A/B"


@pytest.mark.parametrize("name", FUNCTION_NAMES)
def test_syntax_has_a_name_in_the_namespace(name: str) -> None:
    for namespace in (array, stacked) if name in (TRANSPOSE, "@") else (scalar, array, stacked):
        assert callable(getattr(namespace, FUNCTION_NAMES[name]))


@pytest.mark.parametrize(("text", "error"), [("nothing(x)", AttributeError), ("x + nothing", KeyError)])
def test_unknown_names_are_refused_at_once(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        in_floats(text, "x")


def test_operators_are_pythons_own() -> None:
    assert lower(read("a*b + a"), ("a", "b"), lambda name, _: name, {})([1], 2) == [1, 1, 1]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("where(y == 2, x^y, 1/x)", "x^2"),
        ("if y > 2 then x else y*x", "2*x"),
        ("where(x == 0 or y - 1 + 1 == y, x, 0)", "x"),
        ("where(x == 0 and abs(y) < 1, x, y)", "2"),
        ("where(x == 0 or y < 1, x, y)", "where(x == 0 or 0, x, 2)"),
        ("where(1 and y, x, 0)", "x"),
        ("y/3 + log(y)", "2/3 + log(2)"),  # Rounded, and so left to the namespace.
        ("y + inf", "2 + inf"),
        ("x + z", "x + z"),
    ],
)
def test_what_is_known_settles_choices(text: str, left: str) -> None:
    assert unparse(decided(read(text), {"y": 2.0})) == left


def test_what_overflows_is_left() -> None:
    assert unparse(decided(read("y + y < x"), {"y": 1e308})) == "1e+308 + 1e+308 < x"
