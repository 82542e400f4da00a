"""Functions of whole numbers alone are the arrays that NumPy makes, in formulas and where constants stand."""

import numpy as np
import pytest

import backcalc
from backcalc.calculus.constant import constant
from backcalc.language.parser import parse_expression
from backcalc.text.source import Source

ARRAYS = [
    ("ones(3)", np.ones(3)),
    ("ones(2, 3)", np.ones((2, 3))),
    ("zeros(1)", np.zeros(1)),
    ("zeros(3, 2)", np.zeros((3, 2))),
    ("eye(1)", np.eye(1)),
    ("eye(3)", np.eye(3)),
    *((f"onehot({k}, 3)", np.eye(3)[k]) for k in range(3)),
]


@pytest.mark.parametrize(("text", "array"), ARRAYS)
def test_the_array_of_a_call_is_numpys(text, array):
    result = backcalc.parse(f"y = {text}\nL = sum(y*x)").run(at={"x": 2})
    assert np.array_equal(result.nodes["y"].value, array)
    assert result.gradient["x"] == array.sum()
    assert np.array_equal(constant(parse_expression(Source("at", text)), Source("at", text)), array)


def test_each_place_of_the_text_takes_one():
    text = "const n = eye(2)\ninput v = ones(2)\ngiven h = zeros(2)\nh = n @ v\nL = sum(h) + dot(v, onehot(1, 2))"
    result = backcalc.parse(text).run()
    assert result.value == 1
    assert np.array_equal(result.gradient["v"], [1, 2])


def test_the_files_own_function_of_that_name_wins():
    assert backcalc.parse("def ones(x) = 3*x\ny = ones(x)").run(at={"x": 2}).value == 6


REFUSED = [
    ("y = sum(ones(2, 3, 4))", "`ones` takes 1 or 2 arguments, not 3"),
    ("y = sum(eye(2, 2))", "`eye` takes 1 argument, not 2"),
    ("y = sum(eye(x))", "what `eye` takes are whole numbers, 0 or more"),
    ("y = sum(ones(1.5))", "what `ones` takes are whole numbers, 0 or more"),
    ("y = sum(zeros(0, 3))", "`zeros` has no elements here"),
    ("y = sum(onehot(3, 3))", "there is no element 3 among 3"),
    ("y = sum(ones(200, 200))", "an array of 40,000 elements is not written out; 10,000 are the most"),
    ("y = eyes(3)", "unknown function `eyes`"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_is_no_such_array_is_refused(text, message):
    with pytest.raises(backcalc.BackcalcError) as found:
        backcalc.parse(text).run(at={"x": 2})
    assert [each.message for each in found.value.diagnostics] == [message]
