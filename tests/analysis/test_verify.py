"""Claims whose verdict is known: by hand, by calculus, or by an identity."""

from __future__ import annotations

import json
import math
import random as random_
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from attacked_arrays import attacked_file
from attacked_claims import verdicts, wrong
from attacked_identities import identity, joined, of_arrays
from random_claims import GAPS, drawn

from backcalc import progress
from backcalc.analysis import proof, verify
from backcalc.analysis.claims import claims_of
from backcalc.analysis.gradient_check import ALLOWED, worst_slope
from backcalc.analysis.proof import Search, proved
from backcalc.analysis.touching import covered, hollows, without
from backcalc.analysis.trial import Finding, Trial, tried
from backcalc.analysis.verify import verified
from backcalc.calculus.load import load
from backcalc.calculus.point import read_exactly, settle
from backcalc.calculus.run import run
from backcalc.graph.functions import BUILT_IN
from backcalc.language.unparse import unparse
from backcalc.rules.primitives import PRIMITIVES, lookup
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source

NEURON = """input w in [-5, 5]; input x in [-5, 5]; input b in [-5, 5]; input z in [-5, 5]
v = w*x + b; y = sigmoid(v); J = 1/2*(y - z)^2
"""
BOUND = "norm(grad(J, [w, b])) < {}*sqrt(1 + x^2)*(1 + abs(z))"
TEN = "input x in [-10, 10]; "
FOUR = "input a[4] in [-20, 20]; "
LOG_2 = "0.6931471805599453"  # A little below the logarithm of 2.
TWO = "input x in [-3, 2.5]; input y in [-2, 3]; "

# |y − t|·y(1 − y)·‖x‖ is largest at t = 0, y = 2/3 and ‖x‖ = 2: 2·4/27.
TEN_VARIABLES = """input w[4] in [-2, 2]; input x[4] in [-1, 1]; input b in [-1, 1]; input t in [0, 1]
y = sigmoid(dot(w, x) + b); J = 1/2*(y - t)^2
"""

# The supremum of the bound's factor over the box is 0.22964 (computed by a fine grid and a descent of its own).
CLAIMS = {
    "exercise 1": (NEURON, BOUND.format("1/4"), "proved"),
    "exercise 1, 0.24": (NEURON, BOUND.format("0.24"), "proved"),
    "exercise 1, 0.2297": (NEURON, BOUND.format("0.2297"), "proved"),
    "exercise 1, 0.2296": (NEURON, BOUND.format("0.2296"), "refuted"),
    "attained": (NEURON, "y*(1 - y) <= 1/4", "proved"),
    "attained and strict": (NEURON, "y*(1 - y) < 1/4", "refuted"),
    "attained through one node": ("input x in [0, 1]; y = x^2; ", "y <= 1", "proved"),
    "touched through one node": ("input x in [0, 1]; y = x^2; ", "y < 1", "refuted"),
    "tanh": (TEN, "abs(tanh(x)) < 1", "proved"),
    "circle": (TEN, "abs(sin(x)^2 + cos(x)^2 - 1) <= 1e-12", "proved"),
    "touching": (TEN, "exp(x) >= x + 1", "proved"),
    "touching twice": (TEN, "x^4 - 2*x^2 + 1 >= 0", "proved"),
    "a bowl": (TWO, "x^2 + y^2 + 1 >= 1", "proved"),
    "a tilted bowl": (TWO, "(x - 1)^2 + 3*(y - 1)^2 + 3*(x - 1)*(y - 1) >= 0", "proved"),
    "a saddle": (TWO, "(x - 1)^2 + 3*(y - 1)^2 + 4*(x - 1)*(y - 1) >= 0", "refuted"),
    "a bowl with a rim": (TWO, "x^2 + y^2 >= x^4/4", "refuted"),
    "a valley that sinks": (TWO, "(x - y)^2 >= x^4/100", "refuted"),
    "a bowl of cosines": (TWO, "cos(x)*cos(y) <= 1", "proved"),
    "two exponentials": (TWO, "exp(x) + exp(y) >= 2 + x + y", "proved"),
    "a bowl, strictly": (TWO, "cosh(x)*cosh(y) > 1", "refuted"),
    "three numbers": (TWO + "input z in [-2, 2]; ", "cosh(x)*cosh(y) + z^2 >= 1", "proved"),
    "series of the sine": (TEN, "x - x^3/6 <= sin(x)", "refuted"),
    "series of the sine, right of 0": ("input x in [0, 10]; ", "x - x^3/6 <= sin(x)", "proved"),
    "gelu": (TEN, "grad(gelu(x), x) <= 1.13", "proved"),
    "gelu, too low": (TEN, "grad(gelu(x), x) <= 1.128", "refuted"),
    "softplus": (TEN, "grad(grad(softplus(x), x), x) >= 0", "proved"),
    "logsumexp": (FOUR, "logsumexp(a) >= max(a)", "proved"),
    "softmax": (FOUR, "softmax(a) > 0 and softmax(a) < 1", "proved"),
    "both": (TEN, "x^2 >= 0 and x < 11", "proved"),
    "or": (TEN, "x > -1 or x < 1", "proved"),
    "not": (TEN, "not x > 10.5", "proved"),
    "unequal": (TEN, "x != 11", "proved"),
    "a jump": (TEN, "step(x) <= 1/2", "refuted"),
    "a floor": (TEN, "floor(x) <= x", "open"),
    "a branch": (TEN, "(if x > 0 then x else -x) >= -1e-3", "proved"),
    "ten variables": (TEN_VARIABLES, "norm(grad(J, w)) <= 1.05*8/27", "proved"),
    "ten variables, too low": (TEN_VARIABLES, "norm(grad(J, w)) <= 0.98*8/27", "refuted"),
    "a kink": (TEN, "-abs(x) >= 0", "refuted"),
    "identity": ("input x; input w; ", "(x + w)^3 == x^3 + 3*x^2*w + 3*x*w^2 + w^3", "proved"),
    "no identity": ("input x in [-1, 1]; ", "(x + 1)^2 == x^2 + 1", "refuted"),
    "softmax shift": ("input a[3]; input c; ", "softmax(a + c) == softmax(a)", "proved"),
    "linear layers": ("input W[2,3]; input V[4,2]; input x[3]; ", "V @ (W @ x) == (V @ W) @ x", "proved"),
    "not of an end": ("input x in [0, 1]; ", "not x <= 0", "refuted"),
    "not of an equality": ("input x in [0, 1]; ", "not x == 0", "refuted"),
    "not of a strict one": ("input x in [0, 1]; ", "not x < 0", "proved"),
    "not of a disjunction": ("input x in [0, 1]; ", "not (x < 0 or not x <= 1)", "proved"),
    "not of not": (TEN, "not not x < 11", "proved"),
    "not of elements": ("input v[2] in [-1, 1]; ", "not v < -1", "proved"),
    "elements unequal": ("input v[2] in [0, 1]; ", "not v == [2, 1]", "refuted"),
    "the third of two": ("input x in [-1, 1]; ", "x < 0 or x >= 0", "proved"),
    "the third of three": ("input x in [-1, 1]; ", "x < 0 or x > 0 or x == 0", "proved"),
    "the third of three, left out": ("input x in [-1, 1]; ", "x < 0 or x > 0", "refuted"),
    "both ways round": ("input x in [-1, 1]; input y in [-1, 1]; ", "x + y < 1/2 or 1/2 <= x + y", "proved"),
    "not of both": ("input x in [-1, 1]; ", "not (x <= 1/2 and x > 1/2)", "proved"),
    "one of two, by elements": ("input v[2] in [-1, 1]; ", "v < 0 or v >= 0", "proved"),
    "two that meet": ("input x in [-1, 1]; ", "x^2 < 1/4 or abs(x) >= 1/2", "open"),
    "a cube above 0": ("input x in [1e-200, 1e-190]; ", "x^3 > 0", "open"),
    "a cube not below 0": ("input x in [0, 1e-190]; ", "x^3 >= 0", "proved"),
    "a product not below 0": ("input x in [0, 1e-190]; input y in [0, 1]; ", "x*y >= 0", "proved"),
    "a share between": ("input b in [-1000, 1000]; ", "abs(softmax([0, b])[0] - 0.3) >= 1e-17", "open"),
    "a rest between": ("input b in [-1000, 1000]; ", "abs((1 - softmax([0, b]))[0] - 0.3) >= 1e-17", "open"),
    "logarithms that cancel": (f"input v[2] in [-{LOG_2}, -{LOG_2}]; ", "logsumexp(v) <= 0", "open"),
    "a gap that underflows": ("input v[2] in [-500, 500]; ", "logsumexp(v) - max(v) >= 1e-323", "open"),
    "a text's logarithm": ("input p in [-0.5, 0.5]; ", "cross_entropy([p, 1 - p], [0.5, 0.5]) > -10", "undefined"),
    "a class that is not there": ("input p in [0, 0.5]; ", "cross_entropy([p, 1 - p], [0, 1]) >= -1e-9", "proved"),
    "a circle of what is not": ("input x in [-1, 1]; ", "sin(log(x))^2 + cos(log(x))^2 >= 0.5", "undefined"),
    "one of two of what is not": ("input x in [-1, 1]; ", "log(x) < 0 or log(x) >= 0", "undefined"),
    "a branch of what is not": ("input x in [-1, 1]; ", "(if x > 0 then sqrt(x) else 0) >= 0", "proved"),
    "a quotient by itself": ("input x in [-1, 1]; ", "x/x >= 1", "undefined"),
    "an element of what is not": ("input x in [-1, 1]; ", "[log(x), x][1] <= 1", "open"),
    "a direction of nothing": ("input v[2] in [-1, 1]; ", "(v/norm(v))[0] <= 1", "undefined"),
    "a sum of what is not": ("input x in [-1, 1]; ", "sum([log(x), x]) <= 2", "undefined"),
    "an element that is not": ("input x in [-1, 1]; ", "[x, log(x)][1] <= 2", "undefined"),
    "elements that are not": ("input v[2] in [-1, 1]; ", "log(v) <= 1", "undefined"),
    "one of the elements": ("input v[2] in [-1, 1]; ", "sqrt(v)[0] <= 5", "undefined"),
    "elements that are chosen": ("input v[2] in [-1, 1]; ", "where(v > 0, 0, log(v)) <= 1", "undefined"),
    "elements that are passed by": ("input v[2] in [-1, 1]; ", "where(v > -2, 0, log(v)) <= 1", "proved"),
    "a direction": ("input v[2] in [1, 2]; ", "(v/norm(v))[0] <= 1", "proved"),
    "an inverse of nothing": ("input A[1,1] in [-1, 1]; ", "abs(inv(A)[0,0]) >= 0", "open"),
    "no times what is not": ("input x in [-1, 1]; ", "0*log(x) >= 0", "undefined"),
    "a root at its end": ("input x in [0, 1]; ", "x^0.5 >= 0", "proved"),
    "an exponent": ("input n in [1, 3]; ", "2^n < 8.001", "proved"),
    "an infinite exponent": ("input x in [0.1, 0.5]; ", "x^inf < 2", "proved"),
    "an end between floats": ("input x in [0, 0.3]; input y in [0.29999999999999998, 1]; ", "x <= y", "open"),
    "an end that is a float": ("input x in [0, 0.25]; input y in [0.25, 1]; ", "x <= y", "proved"),
    "touched at an end between floats": ("input x in [0.1, 0.2]; ", "10*x >= 1", "proved"),
    "a range without an end": ("input x in [0, inf]; ", "exp(-x) <= 1", "proved"),
    "a range as wide as floats": ("input x in [-1.7e308, 1.7e308]; ", "x < 1.75e308", "proved"),
    "a choice by a letter": ("input x; ", "(if x then 2 else 3) == 2", "refuted"),
    "a root that is a fraction": ("input x in [-8, -1]; ", "(x^2)^(1/3) <= 4", "proved"),
    "a root that is one, strictly": ("input x in [-8, -1]; ", "(x^2)^(1/3) < 4", "refuted"),
    "a tangent of a power": ("input x in [0.5, 2]; ", "x^0.7 <= 1 + 0.7*(x - 1)", "proved"),
    "a tangent of a power by a constant": ("const c = 1.3; input x in [0.5, 2]; ", "x^c >= 1 + c*(x - 1)", "proved"),
    "no tangent of a power": ("input x in [0.5, 2]; ", "x^0.7 <= 1 + 0.7000001*(x - 1)", "refuted"),
    "touched at decimals": ("input x in [0, 1]; ", "x^2 - 0.6*x + 0.09 >= 0", "proved"),
    "touched at decimals by a tangent": ("input x in [0, 1]; ", "exp(x - 0.3) >= 0.7 + x", "proved"),
    "missed at decimals": ("input x in [0, 1]; ", "x^2 - 0.6*x + 0.09 >= 1e-22", "refuted"),
    "a choice by a constant": ("const c = 0; input x in [-1, 1]; ", "(if c > 0 then x else x^2) >= 0", "proved"),
    "sigmoid of both signs": ("input x; ", "sigmoid(-x) == 1 - sigmoid(x)", "proved"),
}


def claim(text: str, condition: str) -> Any:
    return claims_of(load(Source("a.bg", f"{text}\nclaim {condition}")))[0]


def is_broken(found: Finding) -> bool:
    """Whether the counterexample breaks the claim by floats too, or is at its very edge."""
    assert found.counterexample is not None
    assert found.margin is not None
    return found.margin <= 1e-15


@pytest.mark.parametrize("name", CLAIMS)
def test_the_verdict_of_a_proof(name):
    text, condition, verdict = CLAIMS[name]
    found = verified(claim(text, condition), {}, 20_000, 0, 8.0)
    assert found.verdict == verdict, found
    assert verdict != "refuted" or is_broken(found)


@pytest.mark.parametrize("name", CLAIMS)
def test_samples_never_say_otherwise_than_a_proof(name):
    text, condition, verdict = CLAIMS[name]
    found = tried(claim(text, condition), {}, 20_000)
    assert found.verdict in (("refuted",) if verdict == "refuted" else ("holds",))


# What is no proof, though the slopes that the file states, or the formulas of a derivative, say so.
ESTIMATOR = "def q(x) = (x - 0.12345)^2 { d(q)/d(x) = 1 }; "
FALSE_BY_SLOPES = {
    "a slope of the file's own": (ESTIMATOR + "input x in [-1, 2]; ", "q(x) >= 1e-13"),
    "a given value": ("input x in [1, 3]; h = x^2; given h = 4; ", "h - x > 1.5"),
    "edges": ("input x in [1, 3]; x -> o : 3; o = 0.1; ", "o - x > -2"),
    "a second slope that jumps": ("input x in [-1/2, 1/2]; ", "elu(x) + elu(-x) >= x^2"),
    "a second slope at a point": ("input x in [-1/64, 1/64]; ", "1 + x^2/2 + x^3/2 + 10*x^4 >= (1 + x)^x"),
}


@pytest.mark.parametrize("name", FALSE_BY_SLOPES)
def test_slopes_that_are_none_prove_nothing(name):
    # No samples before, for these would find it.
    found = proved(claim(*FALSE_BY_SLOPES[name]), {}, 8.0)
    assert found.verdict == "refuted"
    assert is_broken(found)


# Each had another verdict once: by numbers that formulas are simplified with, by ranges worked out in floats, by what a
# derivative no longer shows of its function, and by a float for the decimals that are told.
NUMBER = "3602879701896397/36028797018963968"  # The float that is nearest to 0.1.
ONCE_WRONG = {
    "numbers of a derivative": ("input x in [0, 1]; ", "grad(0.1*0.1*x, x) == 0.01", "proved"),
    "numbers of a sum": ("input x in [0, 1]; ", "grad(0.1*x + 0.2*x, x) <= 0.3", "proved"),
    "numbers of the file's derivative": ("input x in [0, 1]; g = grad(x*0.1*0.1, x); ", "g <= 0.01", "proved"),
    "divisors of a derivative": ("input x in [0, 1]; ", "grad(x/7/17/3, x)*357 == 1", "proved"),
    "an end of a range": ("input x in [0, 1e16 + 1 - 1e16]; ", "x <= 0", "refuted"),
    "an end that cancels": ("input x in [0, 1 - 0.9]; ", "x < 0.1", "refuted"),
    "a number just outside of a range": ("input x in [0, 5/9]; ", "x <= 5/9", "open"),
    "touched just inside of an end": ("input x in [1/3, 2]; ", "x >= 0.33333333333333337", "open"),
    "touched just inside of π": ("input x in [pi, 4]; ", "x >= 3.1415926535897936", "open"),
    "a root that has gone": ("input x in [-1, 1]; ", "grad(sqrt(x)^2, x) >= 1", "undefined"),
    "a logarithm that has gone": ("input x in [-1, 1]; g = grad(log(x)*0 + x, x); ", "g >= 1", "undefined"),
    "a derivative where there is one": ("input x in [1, 2]; ", "grad(sqrt(x)^2, x) >= 1", "proved"),
    "a float in place of its decimals": ("input x in [0, 0.1]; ", f"x < {NUMBER}", "open"),
    "an argument that is passed by": ("input x in [-1, 1]; ", "leaky_relu(2, log(x)) > 1", "undefined"),
    "numbers of a function's derivative": ("def f(x) = 0.1*0.1*x; input x in [0, 1]; ", "f'(x) <= 0.01", "proved"),
    "numbers of a second one": ("def f(x) = 0.1*0.1*x^2; input x in [0, 1]; ", "f''(x) == 0.02", "proved"),
    "numbers of an exponent": ("input x in [1, 1]; ", "grad(grad(x^1.1, x), x) <= 0.11", "proved"),
    "whole numbers beyond floats": (
        "input x in [0, 1]; ",
        "grad(1048575*1048575*1048575*x, x) == 1152918206075109375",
        "proved",
    ),
    "whole numbers that stay apart": (
        "input x in [0, 1]; ",
        "grad((((x*1048573)*1048571)*1048569*1048567)*x, x) >= 0",
        "proved",
    ),
    "divisors that stay apart": ("input x in [0, 1]; ", "grad(2*x/97/89/83/79, x)*56606581 == 2", "proved"),
    "numbers of an array": ("input x in [0, 1]; ", "grad(sum([0.1, 0.2]*x), x) == 0.3", "proved"),
    "numbers of edges": ("input x in [0, 1]; x -> u : 0.1; u -> y : 0.1; ", "grad(y, x) == 0.01", "proved"),
    "a count that is no decimal": ("input v[143] in [0, 1]; ", "sum(grad(mean(v), v)) == 1", "proved"),
    "one, but for its last digit": (
        "input x in [0.4, 0.6]; ",
        "x*(1.0000000000000000000001 - x) <= 1/4",
        "refuted",
    ),
    "two, but for its last digit": ("input x in [-1, 1]; ", "x^2.0000000000000000000001 >= -1", "open"),
    "the last digits of an end": ("input x in [0, 0.09999999999999999999999]; ", "x < 0.1", "open"),
    "the last digits of the other end": ("input x in [0.10000000000000000000001, 1]; ", "x > 0.1", "open"),
    "a function that has gone": ("def f(t) = log(t) + t; input x in [-2, -1]; ", "f'(x) <= 0", "undefined"),
    "a function that has gone twice": ("def f(t) = sqrt(t)^2; input x in [-2, -1]; ", "f''(x) >= 0", "undefined"),
    "a function where there is one": ("def f(t) = log(t) + t; input x in [1, 2]; ", "f'(x) >= 1.5", "proved"),
    "a slope of a function's derivative": (
        "def f(t) = log(t)*0 + t; input x in [-2, -1]; ",
        "grad(x*f'(x), x) >= 1",
        "undefined",
    ),
    "an identity of a function's derivative": ("def f(t) = log(t); input x in [1, 2]; ", "f'(x) == 1/x", "proved"),
    "a spread of one": ("input v[1] in [0, 1]; ", "abs(var(v, ddof=1)) >= 0", "open"),
    "both, of which one is open": ("input x in [0.1, 3]; ", "floor(x) <= x and x^2 <= 8", "refuted"),
    "an end by a function of many digits": ("input x in [0, log(1.0000000000000000000001)]; ", "x <= 0", "open"),
    "an end that is a mean": ("input x in [0, mse([sqrt(2), 2], [0, 0])]; ", "x <= 2.9", "refuted"),
    "an end that sums over an array": ("input x in [0, cross_entropy([0.1, 0.9], [1, 0])]; ", "x <= 1", "refuted"),
    "a pole at what is no float": ("input x in [0, 1]; ", "abs(1/(x - 0.3)) >= 1", "undefined"),
    "a pole of two numbers": ("input x in [0.3, 0.3]; input y in [0, 1]; ", "abs(1/(x + y - 0.7)) >= 1", "undefined"),
    "a pole that is passed by": ("input x in [0, 1]; ", "where(x == 0.3, 1, abs(1/(x - 0.3))) >= 1", "open"),
    "a logarithm of nothing": ("input x in [0, 1]; ", "log(abs(x - 0.3)) <= 2", "undefined"),
    "touched at what is no float": ("input x in [0, 1]; ", "x^2 - 0.6*x + 0.09 > 0", "refuted"),
    "an infinite loss": ("input p in [0, 1]; ", "cross_entropy(p, 0.5) >= 0", "undefined"),
    "an infinite loss at the other end": ("input p in [0.5, 1]; ", "cross_entropy(p, 0.5) >= 0", "undefined"),
    "a loss with a limit": ("input p in [0, 0.5]; ", "cross_entropy(p, 0) >= 0", "proved"),
    "an infinite loss of a vector": ("input p in [0, 0]; ", "cross_entropy([p, 1], [0.5, 0.5]) > 0", "undefined"),
    "an infinite loss along an axis": (
        "input P[1,2] in [0, 1]; ",
        "cross_entropy(P, [[0.3, 0.7]], axis=1) > -9",
        "open",
    ),
    "0 times what is infinite": ("input x in [0, 1]; ", "x*inf >= 0", "open"),
    "a sum of such products": ("input x in [0, 1]; ", "dot([x, 1], [inf, 1]) >= 0", "open"),
    "both ends of a domain": ("input x in [-1, 1]; ", "atanh(x) <= 20", "undefined"),
    "a slope at both ends": ("input x in [-1, 1]; ", "grad(asin(x), x) >= 1", "undefined"),
    # Fractions decide at an end of the range what underflows in floats.
    "a cube that underflows": ("input x in [1e-200, 1e-190]; ", "x^3 <= 0", "refuted"),
    "a product that underflows": ("input x in [1e-200, 1e-190]; ", "x*x*x <= 0", "refuted"),
    "a root that underflows": ("input x in [1e-250, 1e-240]; ", "x^1.5 <= 0", "refuted"),
    "a slope that underflows": ("input x in [-1e-150, 1e-150]; ", "1e-200*x >= 0", "refuted"),
    "a number that floats have as 0": ("input x in [0, 1]; ", "x + 1e-30000 > 0", "open"),
    "an end that floats have as 0": ("input x in [0, 1e-30000]; ", "x <= 0", "open"),
    "a number beyond floats": ("input x in [0, 1]; ", "x < 1e308*1e308", "proved"),
    "a number beyond floats, below": ("input x in [0, 1]; ", "x > -1e308*1e308", "proved"),
    "an infinite power": ("input x in [-2, 3]; ", "x^(-inf) >= 0", "open"),
    "touched by a vector of one": ("input v[1] in [-1, 1]; ", "exp(v[0]) >= 1 + v[0]", "proved"),
    "a number times an array of its own": (
        "input x[3] in [0, 1]; input y[3] in [0, 1]; ",
        "grad(mean(x*mean(y)), y) == 0",
        "refuted",
    ),
}


@pytest.mark.parametrize("name", ONCE_WRONG)
def test_a_verdict_that_was_wrong_once(name):
    text, condition, verdict = ONCE_WRONG[name]
    assert verified(claim(text, condition), {}, 200, 0, 2.0).verdict == verdict


# What is typed for `--at` is a number as it is written, too.
TYPED = {
    "a sum": ("x=0.1 + 0.2", "x == 0.3", "proved"),
    "a quotient": ("x=1/3", "3*x == 1", "proved"),
    "what cancels": ("x=1e16 + 1 - 1e16", "x <= 0", "refuted"),
    "a root": ("x=sqrt(2)", "x^2 == 2", "open"),
    "more digits than a float has": ("x=0.1000000000000000000001", "x > 0.1", "proved"),
    "a slope there": ("x=0.1 + 0.2", "grad(x^2, x) <= 0.6", "proved"),
    "an array": ("x=[0.1 + 0.2, 1/3]", "x[0] == 0.3 and 3*x[1] == 1", "proved"),
    "an array of more digits": ("x=[1, 1.0000000000000000000001]", "x[1] <= 1", "refuted"),
    "a function of digits": ("x=[1, log(1.0000000000000000000001)]", "x[1] <= 0", "open"),
    "an element": ("x=exp([0, 1])[1]", "x <= 2.71 or x >= 2.72", "refuted"),
    "a mean": ("x=mse([0.1, 1], [0, 0.1])", "x == 0.41", "proved"),
    "a mean of what is not rational": ("x=mse([sqrt(2), 2], [0, 0])", "x <= 2.9", "refuted"),
    "a sum in turn": ("x=sum(k/10 for k in 1..2)", "x == 0.3", "proved"),
}
FILED = {
    "digits": ('{"x": 0.1000000000000000000001}', "x > 0.1", "proved"),
    "whole digits": ('{"x": 9007199254740993}', "x == 9007199254740993", "proved"),
    "an array": ('{"x": [[0.3, 0.1000000000000000000001]]}', "x[0, 0] == 0.3 and x[0, 1] <= 0.1", "refuted"),
    "a text": ('{"x": "0.1 + 0.2"}', "x == 0.3", "proved"),
}


def _verdict_at(point: str, condition: str) -> str:
    graph, (at, written) = load(Source("a.bg", f"input x; claim {condition}")), read_exactly([point])
    (asked,) = claims_of(graph, written)
    return verified(asked, at, 200, 0, 2.0).verdict


@pytest.mark.parametrize("name", FILED)
def test_a_verdict_of_what_a_file_says(tmp_path, name):
    text, condition, verdict = FILED[name]
    path = tmp_path / "p.json"
    path.write_text(text)
    assert _verdict_at(f"@{path}", condition) == verdict


@pytest.mark.parametrize("name", TYPED)
def test_a_verdict_of_what_is_typed(name):
    point, condition, verdict = TYPED[name]
    assert _verdict_at(point, condition) == verdict


def test_a_claim_of_a_function_s_derivative_is_shown_as_that():
    asked = claim("def f(t) = 0.1*0.1*t + log(t); input w in [1, 2]; ", "f'(w) <= 2")
    assert unparse(asked.stated.value) == "0.1*0.1 + 1/w <= 2"


@pytest.mark.parametrize(("point", "verdict"), [([], "refuted"), (["e=2"], "proved")])
def test_a_constant_that_is_given_a_value_is_an_input_of_the_claim_too(point, verdict):
    graph = load(Source("a.bg", "def f(t) = e*t; input w in [0, 1]; y = e*w; claim grad(y, w) <= 2 and f'(w) <= 2"))
    at, written = read_exactly(point)
    (asked,) = claims_of(settle(graph, at)[0], written)
    assert verified(asked, at, 200, 0, 2.0).verdict == verdict


def test_a_proof_of_derivatives_needs_no_value_of_what_they_do_not_show():
    assert proved(claim("input x in [0, 1]; input b; y = 2*x + b; ", "grad(y, x) > 1"), {}, 1.0).verdict == "proved"


# Of thousands by `python tests/attacked_claims.py 600`.
def test_no_verdict_of_a_random_claim_is_wrong():
    found = list(islice(verdicts(11, 0.1), 60))
    assert {each.verdict for _, each, _ in found} >= {"proved", "refuted"}
    assert [(asked.text, why) for asked, _, why in found if why] == []


def test_no_verdict_of_a_random_file_is_wrong():
    found = list(islice(verdicts(7, 0.1, attacked_file), 60))
    assert {each.verdict for _, each, _ in found} >= {"proved", "refuted"}
    assert [(asked.text, why) for asked, _, why in found if why] == []


@pytest.mark.parametrize("kind", [identity, joined, of_arrays])
def test_no_verdict_of_another_kind_of_claim_is_wrong(kind):
    found = list(islice(verdicts(5, 0.1, kind), 40))
    assert {each.verdict for _, each, _ in found} >= {"proved", "refuted"}
    assert [(asked.text, why) for asked, _, why in found if why] == []


def test_an_attack_finds_a_wrong_verdict():
    asked, found, _ = next(each for each in verdicts(11, 0.1) if each[1].verdict == "proved")
    opposite = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">": "<=", ">=": "<"}
    turned = replace(asked, relation=opposite[asked.relation])
    assert wrong(turned, found, random_.Random(0))


def test_what_only_helps_a_search_ends_with_its_time():
    trial = Trial(claim("input x in [-10, 10]; ", "exp(x) >= x + 1"), {})
    assert covered(trial, math.inf)
    assert covered(trial, -math.inf) == []  # No derivative is written, for each may take longer than all that is left.
    bowl = Trial(claim(TWO, "x^2 + y^2 + 1 >= 1"), {})
    assert hollows(bowl, math.inf)
    assert hollows(bowl, -math.inf) == []


def test_a_claim_that_is_not_written_in_time_is_open():
    graph = load(Source("a.bg", "input x in [0, 1]; claim grad(x^2, x) <= 2"))
    (late,), (asked,) = claims_of(graph, seconds=-1.0), claims_of(graph, seconds=9.0)
    assert (late.text, late.line) == (asked.text, asked.line)
    found = verified(late, {}, 10, 0, 1.0)
    assert (found.verdict, found.why) == ("open", "its derivatives are not written in 1 s")
    assert verified(asked, {}, 10, 0, 5.0).verdict == "proved"


def test_a_claim_that_no_time_is_left_for_is_open():
    found = verified(claim(TEN, "exp(x) >= x + 1"), {}, 10, 0, -1.0)
    assert (found.verdict, found.why) == ("open", "not decided in -1 s, in which no box was looked at")


def test_samples_leave_time_for_the_proof(monkeypatch):
    steps = iter([0.0] * 5)
    asked = claim(TEN, "tanh(x) < 2")

    def _never(*_: Any) -> Any:
        next(steps)
        raise progress.OverdueError

    monkeypatch.setattr(verify, "tried", _never)
    assert verified(asked, {}, 10, 0, 5.0).verdict == "proved"
    assert len(list(steps)) == 4


def test_a_batch_that_takes_too_long_is_what_is_left(monkeypatch):
    def _slow(*_: Any) -> Any:
        raise progress.OverdueError

    monkeypatch.setattr(Search, "_step", _slow)
    found = proved(claim(TEN, "tanh(x) < 2"), {}, 5.0)
    assert (found.verdict, found.box) == ("open", {"x": (-10.0, 10.0)})


def test_what_has_no_value_somewhere_is_told_with_the_place():
    found = proved(claim("input x in [-3, 4]; ", "log(x) <= x"), {}, 8.0)
    assert (found.verdict, found.at) == ("undefined", {"x": 0.0})


def test_an_identity_says_where_it_holds():
    assert "wherever" in verified(claim("input x; y = x/x; ", "y == 1"), {}, 1000, 0, 1.0).why
    assert "for all" in verified(claim("input x; y = x*x; ", "y == x^2"), {}, 1000, 0, 1.0).why


def test_a_wide_range_is_refuted_at_a_number():
    found = proved(claim("input x in [-1.7e308, 1.7e308]; ", "x + 1 < 0"), {}, 1.0)
    assert found.verdict == "refuted"
    assert math.isfinite((found.counterexample or {})["x"])


def test_what_a_touching_point_leaves_covers_the_rest_once():
    random = np.random.default_rng(0)
    for _ in range(50):
        low, high = -random.uniform(1, 2, 3), random.uniform(1, 2, 3)
        begin, end = np.sort(random.uniform(-1.5, 1.5, (2, 3)), axis=0)
        left = without([(low, high)], (begin, end))
        points = random.uniform(low, high, (200, 3))
        times = sum(np.all((a <= points) & (points <= b), axis=1).astype(int) for a, b in left)
        in_hole = np.all((begin <= points) & (points <= end), axis=1)
        assert np.array_equal(times, np.where(in_hole, 0, 1))


# Rounding makes each of these false by floats at some point; of real numbers all are true.
TRUE_OF_REAL_NUMBERS = ["sigmoid(x) < 1", "(x + 1) - x == 1", "x/3*3 == x", "exp(x) > 0", "tanh(x) < 1", "x + 1 > x"]
TRUE_OF_REAL_NUMBERS += ["sqrt(x^2) == abs(x)", "log(exp(x)) == x", "(x + y)*(x - y) == x^2 - y^2", "0.1 + 0.2 == 0.3"]


@pytest.mark.parametrize("condition", TRUE_OF_REAL_NUMBERS)
def test_rounding_refutes_nothing(condition):
    assert tried(claim("input x; input y;", condition), {}, 20_000).verdict == "holds"


FALSE = ["x^2 > 0", "exp(x) >= x + 1.001", "sin(x) < 0.9999", "x*y <= x^2", "x == y", "abs(x) < 1e6", "x/y == 1"]
FALSE += ["x^2 + y^2 > 1e-9", "1e-8 + x != y", "max(x, y) > x"]


@pytest.mark.parametrize("condition", FALSE)
def test_what_is_false_is_refuted_by_a_point_at_which_it_is(condition):
    found = tried(claim("input x; input y;", condition), {}, 20_000)
    assert found.verdict == "refuted"
    point: Mapping[str, Any] = found.counterexample or {}
    names = {name: getattr(mpmath.mp, name) for name in ("exp", "sin")} | {"abs": abs, "max": max}
    with mpmath.mp.workdps(60):
        values = {name: mpmath.mpf(value) for name, value in point.items()}
        assert not eval(condition.replace("^", "**"), names | values)


def test_a_bound_below_its_supremum_is_refuted_without_ranges():
    text = "v = w*x + b; y = sigmoid(v); J = 1/2*(y - z)^2"
    assert tried(claim(text, BOUND.format("1/4")), {}).verdict == "holds"
    for factor in ("0.24", "1/8"):
        found = tried(claim(text, BOUND.format(factor)), {})
        assert found.verdict == "refuted"


def test_the_search_goes_downhill_to_a_narrow_valley():
    text = "input x in [-100, 100]; input y in [-100, 100];"
    found = tried(claim(text, "(x - 31.4)^2 + (y + 27.1)^2 > 1e-6"), {}, 1000)
    assert found.verdict == "refuted"


# A hundred polynomials and a hundred formulas with a maximum that a fine grid finds; the margin is above or below it.
def test_random_claims_near_their_maximum_are_decided():
    draw = random_.Random(5)
    for i in range(24):
        a, b, c = (round(draw.uniform(-2, 2), 2) for _ in range(3))
        formula = draw.choice(
            (f"{a}*x^2 + {b}*x + {c}*sin(3*x)", f"tanh({a}*x + {b})*x + {c}", f"{a}*exp(-x^2) + {b}*x")
        )
        formula = formula.replace("+ -", "- ").replace("(-0.0", "(0.0")
        grid = np.linspace(-2, 2, 400_001)
        names = {"x": grid, "sin": np.sin, "tanh": np.tanh, "exp": np.exp}
        top = float(np.max(eval(formula.replace("^", "**"), names)))
        for gap in (1e-2, -1e-2, 1e-4, -1e-4):
            found = verified(claim("input x in [-2, 2];", f"{formula} <= {top + gap!r}"), {}, 20_000, 0, 5.0)
            assert found.verdict == ("proved" if gap > 0 else "refuted"), (i, formula, gap)


# All of 200 by `python tests/random_claims.py`; formulas of one variable and of two.
def test_random_claims_near_their_supremum_are_decided():
    for bounded, _ in zip(drawn(0), range(18), strict=False):
        for gap in GAPS:
            found = verified(bounded.claim(gap), {}, 20_000, 0, 20.0)
            assert found.verdict == ("proved" if gap > 0 else "refuted"), (bounded.formula, gap)


def test_an_undefined_side_is_told():
    found = tried(claim("input x in [-2, -1];", "log(x) < 1"), {}, 1000)
    assert found.verdict == "undefined"
    assert tried(claim("input x in [-1, 1];", "log(x) < 1"), {}, 1000).undefined > 300


@pytest.mark.parametrize("text", ["claim x", "claim x + 1", "claim (if x > 0 then x else 1)"])
def test_what_compares_nothing_is_no_claim(text):
    with pytest.raises(BackcalcError, match="comparison"):
        claims_of(load(Source("a.bg", f"y = x\n{text}")))


@pytest.mark.parametrize("fn", sorted(name for name in BUILT_IN if name.isidentifier()))
def test_a_proof_over_any_function_ends(fn):
    inputs = "input x in [0.2, 0.5]; input y in [0.1, 0.9]; v = [x, y]; W = [[x, y], [y, 2]]\n"
    calls = (f"{fn}({args})" for n in (1, 2, 3) for args in map(", ".join, product(("x", "v", "W", "2"), repeat=n)))
    tried = 0
    for call in calls:
        for wrapped in (call, f"sum({call})"):
            try:
                asked = claim(inputs, f"{wrapped} > -1000")
                assert proved(asked, {}, 0.02).verdict in ("proved", "open", "refuted", "undefined")
                tried += 1
            except BackcalcError:
                continue  # Of other shapes.
    assert tried or fn in ("if", "and", "or", "not") or lookup(fn) is None  # What is written out, and derivatives.


@pytest.mark.parametrize("budget", [None, 0.1])
def test_a_range_is_not_the_wrong_way_round(budget):
    with pytest.raises(BackcalcError, match="ends below where it begins"):
        verified(claim("input x in [2, -1];", "x < 3"), {}, 10, 0, budget)


@pytest.mark.parametrize("ends", ["[exp(1000), exp(1001)]", "[inf, inf]", "[-inf, -exp(1000)]"])
@pytest.mark.parametrize("budget", [None, 0.1])
def test_a_range_beyond_all_floats_is_none(ends, budget):
    with pytest.raises(BackcalcError, match="no number that can be tried"):
        verified(claim(f"input x in {ends};", "1/x <= 0"), {}, 10, 0, budget)


def test_a_proof_needs_ranges():
    with pytest.raises(BackcalcError) as found:
        proved(claim("input w in [0, 1]; input x;", "w*x < 3"), {})
    assert "input x in [-5, 5]" in found.value.diagnostics[0].hints[0]
    assert proved(claim("input w in [0, 1]; input x;", "w*x < 3"), {"x": 2.0}).verdict == "proved"


# The gradient check


# Files whose slopes are right, at points where differences of one step are far from them.
RIGHT_SLOPES = {
    "a kink": "input x = 0; h = relu(x); y = h + 2*x; z = y*y",
    "equal elements": "input v = [1, 1, 1]; y = min(v)*2; z = y*v[0]",
    "a jump": "input x = 3; u = floor(x) + 1; y = u*x; z = y*y",
    "beside a kink": "input x = 1e-3; y = abs(x)",
    "right beside a kink": "input x = 1e-12; y = abs(x) + x",
    "beside a jump": "input x = 2.9999; y = floor(x)",
    "a fast wave": "input x = 1e-4; y = sin(1/x)",
    "a large argument": "input x = 1e10; y = sin(x)",
    "an argument beyond steps": "input x = 1e18; y = x/3",
    "a large value": "input x = 1, z = 1; u = x + 1e20; y = z^2",
    "a near pole": "input x = 1e-9; y = 1/x",
    "what is given as it is": "input x = 2; h = x^2; given h = 4; y = h*x",
    "a slope by one of two": "input x = -2, n = 3; u = x^n; y = u*x",
    "points without a value": "y = log(x)*sqrt(x - 1)",
}


@pytest.mark.parametrize("name", RIGHT_SLOPES)
def test_slopes_that_are_right_pass(name):
    slope = worst_slope(load(Source("a.bg", RIGHT_SLOPES[name])), {}, None)
    assert slope is not None
    assert slope.error <= ALLOWED, slope


# Where there is no slope, or rounding is all that differences show, nothing agrees with anything.
@pytest.mark.parametrize(
    "text", ["x = -1; y = log(x)", "x = 0; y = cbrt(x)", "x = 1; y = x + 1e20", "x = 0; y = relu(x)"]
)
def test_what_cannot_be_compared_is_not_said_to_agree(text):
    assert worst_slope(load(Source("a.bg", f"input {text}")), {}, None) is None


def test_an_output_that_is_not_there_is_no_reason_to_check_another():
    with pytest.raises(BackcalcError, match="`q`"):
        worst_slope(load(Source("a.bg", "input x = 1; y = x^2")), {}, "q")


def test_a_wrong_rule_is_named_by_its_node(monkeypatch):
    (row,) = PRIMITIVES["sin"]
    monkeypatch.setitem(PRIMITIVES, "sin", (row._replace(partials=("-cos(x)",)),))
    # The gradient is off by more: of a partial of 0.07 little is to be seen, of 1000 times that all.
    graph = load(Source("a.bg", "input x = 1.5; u = sin(x); v = 1000*u; y = v + x"))
    slope = worst_slope(graph, {}, None)
    assert slope is not None
    assert (slope.node, slope.wrt) == ("u", "x")
    assert slope.error > 0.1


@pytest.mark.parametrize("off", [1e-3, 1e-5])
@pytest.mark.parametrize("at", [1e-6, 0.7, 40.0, 1e6])
def test_a_partial_that_is_a_little_off_is_found_at_any_size(monkeypatch, off, at):
    (row,) = PRIMITIVES["log"]
    monkeypatch.setitem(PRIMITIVES, "log", (row._replace(partials=(f"1/x + {off}*max(1, 1/x)",)),))
    slope = worst_slope(load(Source("a.bg", f"input x = {at!r}; y = log(x)")), {}, None)
    assert slope is not None
    assert slope.error == pytest.approx(off, rel=1e-2)


SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.bg"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_pass_the_check_of_their_gradients(path):
    graph = load(Source(path.name, path.read_text(encoding="utf-8")))
    slope = worst_slope(graph, {}, None)
    assert slope is None or slope.error <= ALLOWED, slope


@pytest.mark.parametrize("stop", ["stop_gradient", "detach"])
def test_a_stopped_gradient_is_no_wrong_one(stop):
    graph = load(Source("stopped", f"input x = 2; y = x*{stop}(x^2)"))
    assert worst_slope(graph, {}, None) is None


def test_a_wrong_partial_is_named(monkeypatch):
    graph = load(Source("a.bg", "v = w*x; y = sin(v); L = y^2"))
    found = run(graph, {"w": 1.0, "x": 2.0})
    true = type(found).partials
    # As if the row of the sine had the slope −cos.
    wrong = lambda self, i: {k: -v if self.graph.nodes[i].name == "y" else v for k, v in true(self, i).items()}  # noqa: E731
    monkeypatch.setattr(type(found), "partials", wrong)
    slope = worst_slope(graph, {"w": 1.0, "x": 2.0}, None)
    assert slope is not None
    assert (slope.node, slope.wrt) == ("y", "v")
    assert slope.error > 0.5
    assert math.isfinite(slope.error)
    assert json.dumps(slope.error)


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\nx -> v : 2\nclaim v > 0",
        "x = [1, 2]\nx -> v : [[1, 2], [3, 4]]\nA = [x, v]\nL = sum(diag(A))\nclaim L > 0",
    ],
)
@pytest.mark.parametrize("budget", [None, 0.1])
def test_a_claim_of_what_has_no_value_is_refused(text, budget):
    (claim,) = claims_of(load(Source("claim", text)))
    with pytest.raises(BackcalcError, match="the activation of `v` is not known"):
        verified(claim, {}, 10, 0, budget)


def test_both_searches_of_a_proof_share_its_time(monkeypatch):
    clock = iter(range(1000))
    monkeypatch.setattr(proof, "monotonic", lambda: float(next(clock)))
    # Through v alone, so that fewer inputs are tried first; of an identity of functions neither search comes to an end.
    text = "input w in [-3, 3]; input x in [-3, 3]; v = w*x; "
    found = proved(claim(text, "sin(v)^2 - (1 - cos(2*v))/2 >= 0"), {}, 12)
    assert found.verdict == "open"
    assert "not decided in 12 s" in found.why
    assert next(clock) <= 12 + len(("the last look of one", "of the other"))
